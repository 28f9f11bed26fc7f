/** Order of numbers, ascending. */
export function byNumber(a: number, b: number): number {
  return a - b;
}

/** Order of strings by code unit, ascending; byte order for byte strings. Never depends on a locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
