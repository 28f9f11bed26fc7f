const SMALL = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** Small numbers as words. */
const count = (value: number) => SMALL[value] ?? String(value);
const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
/** n1, n2 and n3 */
const list = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
const either = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
const range = (from: number, to: number) => (from === to ? String(from) : `${from} to ${to}`);
const verb = (names: readonly string[], one: string, many: string) => (names.length === 1 ? one : many);

export const log = {
  title: 'Replicated log',
  perMember: 'one row per member',
  member: 'Member',
  older: (from: number, to: number) => (from === to ? String(from) : `${from} … ${to}`),
  olderLabel: (name: string, from: number, to: number) => `${name}: entries ${range(from, to)}, older`,
  beyond: (more: number) => `+${more} more`,
  committedTo: (index: number) => `committed to ${index}`,
  nothingCommitted: 'nothing committed',
  index: (index: number) => `Index ${index}`,
  wall: (a: string, b: string) => `Split between ${a} and ${b}`,
  scroll: 'Scroll through the log',
  scrollValue: (from: number, to: number, newest: number) => `entries ${from} to ${to} of ${newest}`,
  latest: 'Latest',
  /** Second line of a cell that has no key; at most 6 characters. */
  short: { noop: 'no-op', txn: 'txn', lease: 'lease', conf: 'member', compact: 'trim', other: '' },
  /** The same for what members say of themselves: by the kind of etcd's own entry. */
  own: { memberAttributes: 'name', clusterVersion: 'vers.' },
  roles: {
    leader: 'leader',
    stale: 'old leader',
    follower: 'follower',
    candidate: 'candidate',
    preCandidate: 'pre-cand.',
    stopped: 'stopped',
  },
  crown: { solid: 'leader', hollow: 'old leader' },
  entry: {
    noop: (term: number) => `no-op, the first entry of term ${term}’s leader`,
    put: (key: string, value: string) => `put ${key} = ${value}`,
    delete: (key: string) => `delete ${key}`,
    txn: 'transaction',
    lease: 'lease',
    conf: 'change of members',
    compact: 'compaction',
    other: 'entry',
    memberAttributes: (name: string) => `${name} publishes its name and addresses`,
    clusterVersion: (version: string) => `the cluster’s version is ${version}`,
  },
  place: (term: number, index: number) => `term ${term} · index ${index}`,
  fill: {
    memory: (name: string) => `${name} has it in memory only`,
    disk: (name: string) => `${name} has it on disk`,
    committed: (name: string) => `${name} knows that it is committed`,
    applied: (name: string) => `${name} has applied it`,
  },
  madeRevision: (revision: number) => `revision ${revision}`,
  changedNothing: 'no key changed',
  replacedBy: (term: number) => `the committed entry of term ${term} will replace it`,
  absent: (name: string, index: number) => `${name} has no entry ${index} yet`,
  compacted: (name: string, index: number, to: number) =>
    `${name} has compacted its log up to ${to}: a snapshot stands in for entry ${index}`,
  standing: { learner: 'learner', joining: 'not started', removed: 'removed' },
  catchingUp: 'catching up',

  needed: {
    region: 'What is needed now',
    disks: (needed: number) => (needed === 1 ? 'needs its own disk' : `needs ${count(needed)} disks`),
    votes: (needed: number) => (needed === 1 ? 'one vote elects' : `${count(needed)} votes elect`),
    dots: (have: number, needed: number) => `${have} of the ${needed} needed`,
    mark: (needed: number) => `${needed} needed`,
    disk: {
      ownDisk: 'own disk',
      counted: 'counted',
      landsNext: 'lands next',
      ackSent: 'ack sent',
      onDisk: 'on disk',
      ackLost: 'ack lost',
      inMemory: 'writing',
      appendSent: 'on its way',
      waiting: 'waiting',
      unreachable: 'cut off',
      stopped: 'stopped',
    },
    ballot: {
      itself: 'itself',
      granted: 'granted',
      grantSent: 'yes sent',
      refusalSent: 'no sent',
      asked: 'asked',
      writing: 'writing',
      waiting: 'no answer',
      refused: 'refused',
      unreachable: 'cut off',
      stopped: 'stopped',
    },
    knows: { applied: 'applied', committed: 'knows', behind: 'not yet', unreachable: 'cut off', stopped: 'stopped' },

    commit: (index: number) => `Next commit: ${index}`,
    nextAck: 'The next ack decides.',
    nextAckWhy: (leader: string, from: string, index: number, answers: boolean) =>
      `With ${from}’s, ${index} is committed; ${leader} applies it${answers ? ' and answers OK' : ''}.`,
    onlyLanded: (leader: string, onDisk: number, all: number, index: number) =>
      `${onDisk === all ? `All ${count(all)}` : capital(count(onDisk))} have ${index} on disk, but ${leader} counts only acks that have landed.`,
    ownDisk: (leader: string) => `${leader}’s own disk decides.`,
    ownDiskWhy: (leader: string) =>
      `A leader’s disk counts like any other: ${leader} may send an entry before it has written it, but not count itself.`,
    ownDiskAlone: 'A write is safe once it is on disk: memory is lost in a crash.',
    moreDisks: (more: number, have: number) =>
      have === 0
        ? `${capital(count(more))} ${more === 1 ? 'disk' : 'disks'} must have it.`
        : `${capital(count(more))} more ${more === 1 ? 'disk' : 'disks'} must have it.`,
    moreAcks: (more: number) => (more === 1 ? 'One more ack decides.' : `${capital(count(more))} more acks decide.`),
    sentWhy: (leader: string, names: readonly string[]) =>
      `${leader} has sent it to ${list(names)}. Each writes it to disk before it says yes.`,
    writingWhy: (names: readonly string[]) =>
      `${list(names)} ${verb(names, 'writes', 'write')} it first: a yes must be true after a crash, too.`,
    flyingWhy: (names: readonly string[]) =>
      `${list(names)} ${verb(names, 'has', 'have')} it on disk and said so: ${verb(names, 'the ack is on its', 'the acks are on their')} way.`,
    waitingWhy: (leader: string) => `${leader} sends it again with its next message.`,
    tooFew: 'Too few members can be reached.',
    tooFewWhy: (leader: string, needed: number) => `${leader} needs ${count(needed)} disks, its own among them.`,
    carries: (from: number, to: number, term: number) =>
      from === to
        ? `Entry ${from} of an earlier term cannot commit by counting; with term ${term}’s own entry it does.`
        : `Entries ${range(from, to)} of earlier terms cannot commit by counting; with term ${term}’s own entry they do.`,

    term: (term: number, name: string) => `Term ${term}: ${name}`,
    rehearsal: (name: string) => `${name} asks first`,
    moreVotes: (more: number, name: string) =>
      more <= 0 ? `${name} has the votes.` : `${capital(count(more))} more ${more === 1 ? 'vote' : 'votes'} and ${name} leads.`,
    votesWhy: 'Each member has one vote a term, and refuses whose log is behind its own.',
    moreYes: (more: number, name: string) =>
      more <= 0 ? `${name} may campaign.` : `${capital(count(more))} more ${more === 1 ? 'yes' : 'yeses'} and ${name} campaigns.`,
    yesWhy: (term: number) => `A rehearsal (PreVote): would you vote for me in term ${term}? Nobody’s term changes yet.`,
    cannotWin: (name: string, term: number) => `${name} cannot win term ${term} any more.`,
    cannotWinWhy: 'The votes it lacks are given or out of reach. The next timer to run out opens a new term.',
    rivals: (names: readonly string[]) => `${list(names)} ${verb(names, 'campaigns', 'campaign')}, too.`,

    silence: 'No leader',
    silenceBold: (name: string) => `${name}’s timer runs out first.`,
    silenceWhy: 'Nobody has heard a leader since. Who has waited longest asks the others for their votes.',

    noQuorum: 'No quorum',
    nothingCommits: 'Nothing can commit.',
    stoppedWhy: (needed: number, have: number, stopped: readonly string[]) =>
      `${capital(count(needed))} must run and ${have === 1 ? 'one does' : `${count(have)} do`}. Start ${either(stopped)}.`,
    stoppedMoreWhy: (needed: number, have: number, more: number) =>
      `${capital(count(needed))} must run and ${have === 0 ? 'none does' : have === 1 ? 'one does' : `${count(have)} do`}. Start ${count(more)} more.`,
    splitWhy: (needed: number, have: number) =>
      `${capital(count(needed))} must reach each other, and at most ${count(have)} ${have === 1 ? 'does' : 'do'}. Heal what is cut.`,
    callWaits: (call: string) => `${call} waits for that.`,

    twice: (index: number) => `Index ${index}, twice`,
    twiceNote: 'one place, two entries',
    claim: (what: string, term: number) => `${what}, term ${term}:`,
    claimCommitted: 'committed.',
    claimDisks: (disks: number) => (disks === 0 ? 'in memory.' : disks === 1 ? 'on one disk.' : `on ${count(disks)} disks.`),
    fateIsland: (island: string) => `${island} has too few members to commit it.`,
    fateNext: 'It goes as soon as its holders hear from the leader.',
    fateOpen: 'Either may still win: it depends on who leads next.',
    fateSleeping: (names: readonly string[]) => `It waits on the disk of ${list(names)}.`,
    winsSplit: (names: readonly string[]) => `When the split heals, it takes that place on ${list(names)}.`,
    winsNext: (names: readonly string[]) => `It takes that place on ${list(names)}.`,
    winsSleeping: (names: readonly string[]) => `It takes that place when ${list(names)} ${verb(names, 'starts', 'start')}.`,

    stuck: (call: string) => `${call} waits`,
    stuckBold: (name: string) => `${name} cannot commit it.`,
    stuckRead: (name: string) => `${name} cannot answer.`,
    stuckWhy: (reaches: number, members: number, needed: number) =>
      `It reaches ${count(reaches)} of ${count(members)}, itself included, and needs ${count(needed)}. When its time is up nobody can say what became of the write.`,
    stuckReadWhy: (reaches: number, members: number, needed: number) =>
      `A read must be confirmed by ${count(needed)}; it reaches ${count(reaches)} of ${count(members)}, itself included. --consistency=s would answer from its own store.`,

    overwrittenBold: (index: number) => `Its entry ${index} is gone for good.`,
    overwrittenWhy: (term: number, by: number) =>
      `Written in term ${term}, replaced by the committed entry of term ${by}. Nobody will answer; the client only learns that its time is up.`,

    readNote: 'nothing is written',
    readAsks: (member: string, leader: string) => `${member} asks ${leader} how far it must be.`,
    readAsksWhy: 'A follower may be behind; only the leader knows the newest commit.',
    readConfirms: (leader: string) => `${leader} makes sure that it still leads.`,
    readConfirmsWhy: (others: number) =>
      `Its heartbeats carry the question: with ${count(others)} ${others === 1 ? 'yes' : 'yeses'} a quorum has confirmed it, and the answer cannot be old.`,
    readAnswers: (member: string, leader: string) => `${member} reads once it has applied what ${leader} names.`,
    readAnswersWhy: 'So the answer is no older than any write that was answered before.',

    catching: (name: string) => `${name} catches up`,
    catchingNote: (match: number, target: number) => `${match} of ${target}`,
    catchingBold: (leader: string, from: number, to: number) => `${leader} sends ${range(from, to)}.`,
    catchingWhy: 'Each append names the entry before it; a follower takes it only if that one matches.',
    snapshotNote: (index: number) => `snapshot at ${index}`,
    snapshotBold: 'Nobody holds what it lacks any more.',
    snapshotWhy: (leader: string, begins: number, index: number) =>
      `${leader}’s log begins at ${begins}. Its snapshot at ${index} stands in for all that came before.`,
    learnerWhy: 'A learner gets everything and counts for nothing until it is promoted.',

    transfer: (name: string) => `${name} is to take over`,
    transferNote: (term: number) => `term ${term} next`,
    transferBold: (leader: string, to: string) => `${leader} tells ${to} to campaign now.`,
    transferWhy: 'It sent the order only when their logs were equal, and takes no proposal meanwhile.',

    joint: 'Two configurations',
    jointBold: 'Both majorities must agree.',
    jointWhy: 'So at no time can the old and the new voters decide without each other.',
    side: { old: 'old', new: 'new' },
    learner: 'learner',

    probingBold: (leader: string) => `${leader} looks for the last entry that both have.`,
    probingWhy: 'A follower refuses an append whose previous entry it does not have, and says where to try next.',
    alsoLate: (others: number) => (others === 1 ? 'One more is behind.' : `${capital(count(others))} more are behind.`),

    spread: (index: number) => `${index} is committed`,
    spreadNote: 'for ever',
    spreadBold: 'Now the others learn it.',
    spreadWhy: (leader: string) => `${leader} tells them with its next message; each applies it when it hears so.`,

    calm: (index: number) => `All agree up to ${index}`,
    calmEmpty: 'Nothing written yet',
    calmSome: (running: number, members: number) => `${capital(count(running))} of ${count(members)} agree`,
    calmNote: 'next: a heartbeat',
    calmSpare: (spare: number) =>
      spare === 0 ? 'None may fail now.' : spare === 1 ? 'Any one may fail.' : `Any ${count(spare)} may fail.`,
    calmWhy: (leader: string, members: number) =>
      members === 1
        ? `${leader} is a quorum by itself: its own disk decides.`
        : `A quorum would remain. Every 100 ms ${leader} says that it still leads.`,
    calmNoneWhy: (leader: string) => `With one less there is no quorum. Every 100 ms ${leader} says that it still leads.`,

    starting: 'Starting',
    startingBold: 'The members boot.',
    startingWhy: 'They read their disks and wait for a leader to call.',

    /** What somebody asked for, as typed. */
    call: {
      put: (key: string, value: string) => `put ${key} ${value}`,
      get: (key: string) => `get ${key}`,
      delete: (key: string) => `del ${key}`,
      other: 'A call',
    },
    /** An entry in a sentence. */
    put: (key: string, value: string) => `${key} ${value}`,
  },

  legend: {
    region: 'How to read it',
    colour: 'Colour',
    colourIs: 'the term',
    shape: 'Shape',
    shapeIs: 'the role',
    red: 'Red',
    redIs: 'a fault',
    fill: 'Fill',
    memory: 'memory',
    disk: 'disk',
    committed: 'committed',
    applied: 'applied',
  },
};
