/** What stands beside an error or an empty answer: why it is so, and what to try. One or two short sentences. */
export const hints = {
  unknownCommand: (suggestions: readonly string[]) =>
    suggestions.length === 0 ? 'help lists every command.' : `Did you mean ${suggestions.join(' or ')}?`,
  unknownFlag: (command: string, suggestion: string | undefined) =>
    suggestion === undefined ? `${command} --help lists its flags.` : `Did you mean ${suggestion}?`,
  dashValue: (typed: string) => `A word that begins with a dash is read as a flag. Put -- in front: -- ${typed}`,
  usage: (command: string) => `${command} --help shows how it is used.`,
  unclosedQuote: (quote: string) => `Close it with another ${quote}, or put a backslash before it: \\${quote}`,
  trailingBackslash: 'Leave it out, or double it where a backslash is meant.',
  unsupportedShell: (construct: string) =>
    `This is etcdctl, not a shell: ${construct} means nothing here. Quote it if it belongs to a value.`,
  noProgram: (name: string) => `There is no ${name} here: only echo, true, false, sh -c and etcdctl itself.`,
  etcdctlPanics: 'etcdctl itself breaks down on this line. The operators are =, !=, > and <; a lease cannot be compared.',
  noTls: 'The members here speak no TLS, and there are no files: leave the flag out.',
  noDns: 'There is no domain name system here. Name members by --endpoints=n1:2379.',
  noShell: 'There is no shell here that could run such a script, and none is needed: Tab completes.',
  storeAsMemory:
    'The members here are no processes of their own whose memory could be read: this is how much the store of the asked one grew.',
  mirrorsItself:
    'There is only this cluster, and the copies lie in what is copied: each copy is a change that is copied again. Ctrl-C ends it; --dest-prefix puts the copies elsewhere.',
  restoreHere: (choice: string) =>
    `A new cluster can start from the file: drop it on this page, or choose “${choice}” in the cluster’s menu.`,
  noSuchKey: (key: string) => `No key ${key} exists: etcdctl prints nothing and succeeds. A prefix of keys needs --prefix.`,
  deadlineWrite: (endpoint: string, seconds: string) =>
    `${endpoint} did not answer within ${seconds} s. The write may still be lost or survive: a timeout does not tell.`,
  deadlineRead: (endpoint: string, seconds: string) =>
    `${endpoint} did not answer within ${seconds} s: a read waits until a quorum confirms the leader. --consistency=s reads its own store.`,
  deadlineOther: (endpoint: string, seconds: string) => `${endpoint} did not answer within ${seconds} s.`,
  compacted: 'That revision has been compacted: its versions are gone.',
  futureRevision: 'That revision has not happened yet.',
  watchWithoutLeader: (endpoint: string) =>
    `${endpoint} has been without a leader for too long, so it ends the watch. Watch at another member.`,
  refused: {
    emptyKey: 'A key has at least one byte. All keys: "" with --prefix or --from-key.',
    valueProvided: 'With --ignore-value the value stays as it is: leave it out.',
    leaseProvided: 'With --ignore-lease the lease stays as it is: leave it out.',
    invalidSortOption: 'Sort by CREATE, KEY, MODIFY, VALUE or VERSION.',
    keyNotFound: 'There is no such key to keep the value of.',
    leaseNotFound: 'There is no such lease (any more).',
    noLeader: 'Nobody leads. Ask again when a leader is elected.',
    leaderChanged: 'The leader changed while it waited. The write may still be lost or survive.',
    stopped: 'The member is stopped. Start it, or ask another one.',
    timeout: 'No quorum answered in time. The write may still be lost or survive.',
    timeoutDueToLeaderFail: 'The leader was lost on the way. The write may still be lost or survive.',
    timeoutDueToConnectionLost: 'The member lost its leader on the way. The write may still be lost or survive.',
    tooManyRequests: 'Too many requests wait already.',
    requestTooLarge: 'A request may have 1.5 MiB.',
    connectionLost: 'The member stopped while it was asked. The write may still be lost or survive.',
    other: 'The member refused.',
  },
};
