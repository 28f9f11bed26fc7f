/** A new cluster from a snapshot's file. Positions count bytes from 1. */
export const restore = {
  choose: 'Restore a snapshot',
  drop: 'Drop a snapshot: a new cluster starts from it',
  title: (file: string) => `A new cluster from ${file}`,
  lead: 'Each member starts with this store: the same keys, revisions and leases. The rest is new: ids, log and term.',
  revision: 'Revision',
  compacted: (revision: number) => `compacted to ${revision}`,
  keys: 'Keys',
  leases: 'Leases',
  size: 'File',
  bytes: (size: number) =>
    size < 10_000 ? `${size.toLocaleString('en')} bytes` : `${Math.round(size / 1000).toLocaleString('en')} kB`,
  auth: 'Users and passwords are kept: who does not log in may not read.',
  members: 'Members',
  bump: 'Raise the revision by',
  bumpWhy:
    'For clients and operators with caches that have seen later revisions than this file holds: raised past all of them, none comes a second time with other contents.',
  mark: 'Mark everything before it as compacted',
  markWhy:
    'For watches and reads that go on from a revision they remember: they are told that it is gone and read everything anew, instead of missing what was lost.',
  command: (name: string) => `As etcdutl would be told for ${name}:`,
  cancel: 'Cancel',
  start: 'Start the cluster',
  refused: (file: string) => `${file} cannot be restored`,
  unchanged: 'Nothing has changed: the cluster on the page goes on.',
  another: 'Choose another file',
  close: 'Close',
  foreign: 'This is not a snapshot of etcdscope. One begins with “etcdscope snapshot 1”; this file begins with:',
  begins: (text: string) => text,
  database: 'This is a database of a real etcd. etcdscope restores what snapshot save wrote in this page.',
  empty: 'The file is empty.',
  cutShort: 'The file is not whole: its end is missing.',
  tooLong: 'Something was added to the file after it was saved.',
  sizes: (from: number, to: number, said: number, size: number) =>
    `By bytes ${from} – ${to} it has ${said.toLocaleString('en')} bytes.\nIt has ${size.toLocaleString('en')}.`,
  changed: 'The file was changed after it was saved: its hash does not fit.',
  hashes: (at: number, said: string, is: string) =>
    `SHA-256 of bytes 1 – ${at.toLocaleString('en')}:\n${is}\nBytes ${(at + 1).toLocaleString('en')} – ${(at + 32).toLocaleString('en')} say:\n${said}`,
  strange: 'The file’s hash fits, but no member writes such a store. The first thing that cannot be:',
  unreadable: 'The browser could not read the file:',
};
