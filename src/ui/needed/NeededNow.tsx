/** What is needed now. */
export function NeededNow() {
  return <div data-region="needed" />;
}
