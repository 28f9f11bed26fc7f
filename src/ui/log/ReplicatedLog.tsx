/** Members by indexes. */
export function ReplicatedLog() {
  return <div data-region="log" />;
}
