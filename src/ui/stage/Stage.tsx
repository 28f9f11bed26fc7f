/** The cluster. */
export function Stage() {
  return <div data-region="stage" />;
}
