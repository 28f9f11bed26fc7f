/** Keys of `keyList` are separated by spaces. */
const keyList: readonly (readonly [string, string])[] = [
  ['Space', 'play, pause'],
  ['← →', 'back or on to the next decision'],
  ['Shift →', 'the next thing that happens at all'],
  ['PgUp PgDn', 'a second back or on, in the timeline'],
  ['← ↑ ↓ →', 'at a split’s label: move it, Enter puts it there'],
  ['/', 'type a command'],
  ['1 – 4', 'open and close the panels at the right'],
  ['L', 'back to live'],
  ['Esc', 'leave what waits for a click'],
  ['?', 'this page'],
];

export const help = {
  title: 'A real etcd cluster, in this tab',
  lead: 'Each member is a whole etcd server in a worker of its own. Time is virtual: slow while something decides, fast while nothing does. Break it and see what it does.',
  see: 'What you see',
  colour: 'Colour is the term, with its number beside it. A new term spreads with its messages.',
  shape: 'Shape is the role: a filled disc with a crown leads, a ring follows, a split ring collects votes.',
  fill: 'Fill is what a member knows of an entry: dashed in memory, tinted on its disk, solid committed, with a dot applied.',
  red: 'Red is a fault that somebody made.',
  timer: 'The arc is a follower’s patience. When it has run out, it asks for votes.',
  act: 'What you can do',
  link: 'Click a link to cut it, click again to heal it.',
  wall: 'Drag across the empty stage: a wall splits the cluster. Its label moves it, a click there takes it away.',
  member: 'Click a member for what can be done to it.',
  type: 'Type etcdctl commands: put, get, del, watch.',
  time: 'Drag in the timeline to see any moment again, also before a crash.',
  keys: 'Keys',
  keyList,
  close: 'Close',
};
