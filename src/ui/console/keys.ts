/** Keys of a prompt as a shell has them. Pure: what a key does to a line and its caret. */

export interface Line {
  readonly text: string;
  /** Selection; a caret where both are equal. */
  readonly from: number;
  readonly to: number;
}

/** What a key with Ctrl does to the line: a, e, u, k as in a shell; undefined for every other key. */
export function editByControl(key: string, line: Line): Line | undefined {
  const { text, from, to } = line;
  switch (key.toLowerCase()) {
    case 'a':
      return { text, from: 0, to: 0 };
    case 'e':
      return { text, from: text.length, to: text.length };
    case 'u':
      return { text: text.slice(to), from: 0, to: 0 };
    case 'k':
      return { text: text.slice(0, from), from, to: from };
    default:
      return undefined;
  }
}

/** The line after `inserted` took the selection's place. */
export function insert(line: Line, inserted: string): Line {
  const at = line.from + inserted.length;
  return { text: line.text.slice(0, line.from) + inserted + line.text.slice(line.to), from: at, to: at };
}

/** What a field holds, and what of it is marked. */
export function lineOf({ value, selectionStart, selectionEnd }: HTMLInputElement): Line {
  return { text: value, from: selectionStart ?? value.length, to: selectionEnd ?? value.length };
}
