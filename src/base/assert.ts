/** What an assertion prints beside its sentence. */
export type AssertValues = Readonly<Record<string, unknown>>;

/** A bug in our own code: thrown by {@link assert}, never caught inside the engine. */
export class AssertionError extends Error {
  readonly values: AssertValues;

  constructor(message: string, values: AssertValues) {
    super(Object.keys(values).length === 0 ? message : `${message} ${describeValues(values)}`);
    this.name = 'AssertionError';
    this.values = values;
  }
}

/** Throws an {@link AssertionError} that says what should have held. One fact per call, stated positively. */
export function assert(condition: boolean, fact: string, values: AssertValues = {}): asserts condition {
  if (!condition) throw new AssertionError(fact, values);
}

/** Ends a `switch` over a closed union: a new variant is a compile error here, and a thrown bug at run time. */
export function unreachable(value: never): never {
  throw new AssertionError('a closed union has no further variant', { value });
}

function describeValues(values: AssertValues): string {
  return JSON.stringify(values, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
