/** What stands beside an error or an empty answer: why it is so, and what to try. One or two short sentences. */

/** What to do where a shell would take the construct. */
const INSTEAD: Readonly<Record<string, string>> = {
  '&': 'A second console, opened with +, runs beside this one.',
  ';': 'Type one command a line.',
  '&&': 'Type one command a line.',
  '||': 'Type one command a line.',
};

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
    `This is etcdctl, not a shell: ${construct} means nothing here. ${INSTEAD[construct] ?? 'Quote it if it belongs to a value.'}`,
  noProgram: (name: string) => `There is no ${name} here: only echo, true, false, curl, sleep, sh -c and etcdctl itself.`,
  etcdctlPanics: 'etcdctl itself breaks down on this line. The operators are =, !=, > and <; a lease cannot be compared.',
  noTls: 'The members here speak no TLS, and there are no files: leave the flag out.',
  noDns: 'There is no domain name system here. Name members by --endpoints=n1:2379.',
  noShell: 'There is no shell here that could run such a script, and none is needed: Tab completes.',
  storeAsMemory:
    'The members here are no processes of their own whose memory could be read: this is how much the store of the asked one grew.',
  mirrorsItself:
    'There is only this cluster, and the copies lie in what is copied: each copy is a change that is copied again. Ctrl-C ends it; --dest-prefix puts the copies elsewhere.',
  variables:
    'A line NAME=value sets a variable for the lines after it in this tab; in front of a command, for that command alone. A new tab begins without any.',
  restoreHere: (choice: string) =>
    `A new cluster can start from the file: drop it on this page, or choose “${choice}” in the cluster’s menu.`,
  noSuchKey: (key: string) => `No key ${key} exists: etcdctl prints nothing and succeeds. A prefix of keys needs --prefix.`,
  /** Between two sentences. */
  gap: ' ',
  deadline: (endpoint: string, seconds: string) => `${endpoint} did not answer within ${seconds} s.`,
  notRunning: (name: string) => `No process runs at ${name}.`,
  missesQuorum: (name: string, reached: number, voters: number, needed: number) =>
    `${name} reaches ${reached} of ${voters} voters, itself included: ${needed - reached} fewer than the ${needed} of a quorum. Start members, heal links, or ask a member on the other side.`,
  reachesQuorum: (name: string, reached: number, voters: number) =>
    `${name} reaches ${reached} of ${voters} voters, enough for a quorum: what it had passed on was lost with a leader or on a link. Ask again.`,
  afterWrite: 'The write may still be lost or survive: a timeout does not tell.',
  afterRead: 'A read waits until a quorum confirms the leader; --consistency=s reads the member’s own store.',
  unhealthy: {
    memberAdd:
      'etcd adds a member only while the asked one has been connected for 5 s to enough voters for a quorum of the larger cluster: those seconds are virtual time. Let 5 s pass after the last member came, then ask again.',
    memberRemove:
      'etcd removes a running member only while enough others have been connected for 5 s to go on without it. Let 5 s pass after the last member came, then ask again.',
  },
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
    noSpace: 'The store is full. Compact old revisions, defrag every member, then alarm disarm.',
    corrupt: 'A member found its store differs from the others’. Nothing is written until alarm disarm.',
    leaseTtlTooLarge: 'A lease lives 9,000,000,000 s at most.',
    duplicateKey: 'One branch of a transaction writes each key at most once.',
    tooManyOperations: 'A branch of a transaction has 128 operations at most.',
    notEnoughStartedMembers:
      'Too few members would have been started for a quorum. Start those that were added before, or add a --learner.',
    memberNotFound: 'member list shows which members there are.',
    peerUrlExists: 'Another member has this peer address.',
    tooManyLearners: 'There is one learner at a time: promote or remove it first.',
    memberNotLearner: 'Only a learner is promoted; this one votes already.',
    learnerNotReady: 'The learner must have nine tenths of the leader’s log. Let it catch up, then ask again.',
    learnerNotSupported: 'A learner answers little but get --consistency=s and endpoint status. Ask a voter.',
    badLeaderTransferee: 'Only a voter can be handed the lead. member list shows who votes.',
    userEmpty: 'Authentication is on: say who asks, with --user name:password.',
    authFailed: 'The name or the password is wrong.',
    permissionDenied: 'The user has no role that permits this. user get and role get show what is granted.',
    other: 'The member refused.',
  },
};
