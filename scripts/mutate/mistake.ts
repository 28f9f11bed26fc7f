/** A wrong version of one file: what is replaced, by what. */
export interface Edit {
  /** From the root. */
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** One mutant: a mistake that could have been made. */
export interface Mistake {
  /** Where it comes from, and a number. */
  readonly id: string;
  readonly about: string;
  readonly edits: readonly Edit[];
}

const ENGINE = 'src/engine/raft';

/** A mistake of one edit in a file of the engine; further ones are added with {@link edit}. */
export function mistake(id: string, about: string, file: string, find: string, replace: string, ...more: readonly Edit[]): Mistake {
  return { id, about, edits: [edit(file, find, replace), ...more] };
}

export function edit(file: string, find: string, replace: string): Edit {
  return { file: file.includes('/') ? file : `${ENGINE}/${file}`, find, replace };
}

/** The text with the edit made. @throws if the place is not there exactly once: the source has moved on, and the edit has to */
export function applyEdit(text: string, { file, find, replace }: Edit): string {
  const at = text.indexOf(find);
  if (at < 0) throw new Error(`${file} has no longer: ${find}`);
  if (text.indexOf(find, at + 1) >= 0) throw new Error(`${file} has more than once: ${find}`);
  return text.slice(0, at) + replace + text.slice(at + find.length);
}
