/** One sentence on the cluster, one line of why, and what can be done. */
export function Statement() {
  return <header data-region="statement" />;
}
