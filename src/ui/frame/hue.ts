/** Which of the eight hues a term has: 1 … 8; 0 (ink) before the first term. */
export function termHue(term: number): number {
  return term <= 0 ? 0 : ((term - 1) % 8) + 1;
}
