/** Whether two pieces of plain data (records, lists, primitives) say the same. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => same(item, b[at]));
  }
  const left = Object.entries(a);
  const right = b as Readonly<Record<string, unknown>>; // an object that is no list: any field may be asked for
  return left.length === Object.keys(b).length && left.every(([key, value]) => key in b && same(value, right[key]));
}
