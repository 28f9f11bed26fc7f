/** The grammar of colour, shape, fill and red. */
export function Legend() {
  return <div data-region="legend" />;
}
