/** The run so far; it is the scrubber. */
export function TimelineBar() {
  return <footer data-region="timeline" />;
}
