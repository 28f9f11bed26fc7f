/** Where commands are typed. */
export function Prompt() {
  return <div data-region="prompt" />;
}
