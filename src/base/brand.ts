declare const brand: unique symbol;

/** A `Base` that cannot be mixed up with another one. Made by one constructor, which is the one place that checks. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
