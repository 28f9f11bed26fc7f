/** Scene, transport, clock, pace, choices. */
export function TopBar() {
  return <header data-region="topbar" />;
}
