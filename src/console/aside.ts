/** True for what is said beside an answer: a line of a log, by etcdctl or by its library, or a progress bar. A reader may look over it. */
export function isAside(text: string): boolean {
  return /^(?:\{"level":"[a-z]+","ts":"|\d+ \/ \d+ \[)/.test(text);
}
