const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

export const shell = {
  scene: (members: number) => (members === 1 ? 'One member' : `${capital(NUMBERS[members] ?? String(members))} members`),
  stopped: (name: string) => `${name} stopped`,
  started: (name: string) => `${name} started`,
  cutBothWays: (a: string, b: string) => `Cut ${a} – ${b}`,
  cutOneWay: (from: string, to: string) => `Cut ${from} → ${to}`,
  healedLink: (a: string, b: string) => `Healed ${a} – ${b}`,
  isolated: (name: string) => `${name} cut off`,
  rejoined: (name: string) => `${name} rejoined`,
  split: 'Split in two',
  healedSplit: 'Split healed',
  healedAll: 'All links healed',
  fresh: (members: number) => `A fresh cluster of ${NUMBERS[members] ?? members}`,
  pastActs: 'This is the past. Go back to live to act.',
};

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
