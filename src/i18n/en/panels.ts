import type { OpenWatch } from '../../view/index.ts';

export const panels = {
  rail: 'Panels',
  names: { keys: 'Keys', watches: 'Watches', leases: 'Leases', memberLog: 'Member log' },
  /** On the rail, where 52 px are. */
  short: { keys: 'Keys', watches: 'Watches', leases: 'Leases', memberLog: 'Member log' },
  inspect: 'Inspect',
  close: (name: string) => `Close ${name}`,
  open: (name: string, key: string) => `${name} (${key})`,
  whose: 'Whose view',
  followLeader: 'The leader’s',
  member: (name: string, role: string) => (role === '' ? name : `${name}, ${role}`),
  asking: 'Looking it up …',
  missing: 'This part could not be loaded. Reload the page to try again.',
  stopped: (name: string) => `${name} is stopped`,
  stoppedWhy: (name: string) =>
    `${name}’s store went with its memory. The log on its disk is all it has; when it starts, it builds the store from that again.`,
  showOther: (name: string) => `Show ${name} instead`,
  foldedLog: (first: number, last: number) => `${first} to ${last}, folded`,
  keys: {
    at: (revision: number) => `revision ${revision}`,
    hue: 'hue: the term that wrote it',
    find: 'Keys that begin with',
    findShort: 'prefix',
    more: (shown: number, all: number) => `${shown} of ${all} keys. A prefix finds the others.`,
    ribbons: 'Every version of every key',
    ribbon: (key: string) => `Versions of ${key}`,
    value: (key: string, value: string, version: number, revision: number, term: number) =>
      `${key} = ${value}, version ${version}, revision ${revision}${term === 0 ? '' : `, term ${term}`}`,
    deletion: (key: string, revision: number, term: number) =>
      `${key} deleted at revision ${revision}${term === 0 ? '' : `, term ${term}`}`,
    version: (version: number, term: number) => (term === 0 ? `v${version}` : `v${version} · term ${term}`),
    versionShort: (version: number) => `v${version}`,
    deleted: 'deleted',
    revision: 'revision',
    compacted: (revision: number) => `compacted at ${revision}`,
    ruler: 'Revision at which the store is shown',
    rulerValue: (revision: number, newest: number) =>
      revision === newest ? `${revision}, the newest` : `${revision} of ${newest}`,
    asItWas: 'store as it was at',
    ofNewest: (newest: number) => `of ${newest}`,
    drag: 'newest; drag',
    newest: 'Newest',
    columns: {
      key: 'key',
      value: 'value',
      valueAt: (revision: number) => `value at ${revision}`,
      version: 'version',
      created: 'created',
      modified: 'modified',
      lease: 'lease',
    },
    deletedAt: (revision: number) => `deleted at ${revision}`,
    select: (revision: number) => `Select revision ${revision}`,
    follow: (key: string) => `Follow ${key} on the stage`,
    emptyTitle: 'No key yet',
    emptyWhy: 'What is put shows here with every version it ever had.',
    emptyAct: 'Put a key',
    nothing: (prefix: string) => `No key begins with ${prefix}.`,
    notYet: (revision: number) => `At revision ${revision} there was no key.`,
  },
  watches: {
    note: (open: number) => (open === 1 ? '1 open' : `${open} open`),
    emptyTitle: 'No watch yet',
    emptyWhy: 'See every change of a key as it happens.',
    emptyAct: (key: string) => `Watch ${key}`,
    synced: 'Synced',
    syncedWhy: (revision: number) => `up to revision ${revision}, like the store`,
    catchingUp: 'Catching up',
    catchingUpWhy: (at: number, revision: number, missed: string) =>
      `at ${at} of ${revision}, reads history; to be sent: ${missed}`,
    heldUp: 'Held up',
    heldUpWhy: (at: number, revision: number, missed: string) =>
      `at ${at} of ${revision}, its stream is full; to be sent: ${missed}`,
    missed: (count: number) => (count === 1 ? '1 change' : count >= 1000 ? '1,000 changes or more' : `${count} changes`),
    ahead: 'Waiting',
    aheadWhy: (start: number, revision: number) => `for revision ${start}; the store is at ${revision}`,
    away: 'Not connected',
    awayWhy: (next: number) =>
      next === 0 ? 'its client looks for a member' : `its client looks for a member, to go on at revision ${next}`,
    cancelled: 'Cancelled',
    compactedWhy: (from: number) => `compacted: start again at ${from}`,
    ended: 'Ended',
    endedWhy: 'by its client',
    under: 'an event is on its way',
    tab: (client: number) => `client ${client}`,
    range: (watch: Pick<OpenWatch, 'key' | 'range' | 'rangeEnd'>) => {
      switch (watch.range) {
        case 'key':
          return watch.key;
        case 'prefix':
          return `${watch.key}…`;
        case 'from':
          return `from ${watch.key} on`;
        case 'all':
          return 'every key';
        case 'range':
          return `${watch.key} up to ${watch.rangeEnd}`;
      }
    },
    from: (revision: number) => (revision === 0 ? 'from when it was opened' : `from revision ${revision}`),
    only: { put: 'puts only', delete: 'deletions only' },
    withPrevious: 'with the pair before',
    open: 'Open',
    over: 'Over',
  },
  leases: {
    emptyTitle: 'No lease yet',
    emptyWhy: 'A lease is a time to live that keys can be tied to.',
    emptyAct: 'Grant one of 60 s',
    left: (seconds: string, ttl: string) => `${seconds} of ${ttl} s`,
    leftWhy: (leader: string) => `${leader}’s clock decides`,
    paused: 'Paused',
    pausedWhy: 'no leader: no lease can expire',
    expired: 'Expired',
    expiredWhy: 'it is revoked through the log',
    keys: (count: number) => (count === 0 ? 'no key' : count === 1 ? '1 key' : `${count} keys`),
    note: (count: number) => (count === 1 ? '1 lease' : `${count} leases`),
  },
  memberLog: {
    level: 'From level',
    find: 'Lines that contain',
    findShort: 'text',
    pretty: 'Pretty',
    json: 'JSON',
    form: 'How lines are written',
    lines: 'Lines of the log',
    empty: 'No line yet.',
    none: 'No line matches.',
    earlier: (count: number) => `${count} earlier lines`,
    go: 'Go to this moment',
  },
};
