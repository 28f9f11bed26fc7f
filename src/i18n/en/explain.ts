import { unreachable } from '../../base/index.ts';
import type { Explanation, Note, Said, Why, Work } from '../../view/explain.ts';

const NUMBERS = ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

export const explain = {
  statement: ({ said, note }: Explanation) => (note === undefined ? say(said) : `${say(said)} ${add(note, said)}`),
  /** Its first half alone. */
  said: say,
  why,
  /** Two seconds: "1.8 s". */
  seconds,
};

function say(said: Said): string {
  switch (said.type) {
    case 'leads':
      return `${said.leader} leads term ${said.term}.`;
    case 'twoLeaders':
      return said.able
        ? `Two members think they lead. Only ${said.current} can commit.`
        : 'Two members think they lead. Neither can commit.';
    case 'cutOffLeader':
      return `${said.leader} still leads term ${said.term}, but cannot commit.`;
    case 'nobodyYet':
      return 'No leader yet.';
    case 'nobody':
      return said.stopped === undefined ? 'No leader.' : `${said.stopped}, the leader, is stopped.`;
    case 'noQuorum':
      return 'Nobody can lead: too few members reach each other.';
    default:
      return unreachable(said);
  }
}

function add(note: Note, said: Said): string {
  switch (note.type) {
    case 'rehearses':
      return `${list(note.candidates)} ${note.candidates.length === 1 ? 'asks' : 'ask'} who would vote in term ${note.term}.`;
    case 'campaigns':
      return `${note.candidate} asks for votes in term ${note.term}.`;
    case 'rivals':
      return `${list(note.candidates)} ${note.candidates.length === 2 ? 'both' : 'all'} want term ${note.term}.`;
    case 'timersRun':
      return said.type === 'nobodyYet' ? 'Every member waits for its timer.' : 'The others wait for their timers.';
    case 'firstEntry':
      return 'Its first entry is being copied.';
    case 'asked':
      return `${capital(a(note.work))} is on its way.`;
    case 'copied':
      return `${capital(a(note.work))} is being copied.`;
    case 'checked':
      return 'A read is being checked.';
    case 'committed':
      return `${capital(a(note.work))} is committed.`;
    case 'answered':
      return `${capital(a(note.work))} is answered.`;
    case 'waits':
      return `${capital(a(note.work))} waits.`;
    case 'replaces':
      return `It replaces entry ${note.index} on ${list(note.members)}.`;
    case 'catchesUp':
      return note.isLearner ? `${note.member}, a learner, is catching up.` : `${note.member} is catching up.`;
    case 'handsOver':
      return `It hands over to ${note.to}.`;
    case 'joint':
      return 'Two configurations stand.';
    case 'stopped':
      return `${list(note.members)} ${note.members.length === 1 ? 'is' : 'are'} stopped.`;
    case 'threw':
      return `${list(note.members)} failed.`;
    case 'cutOff':
      return `${list(note.members)} cannot hear it.`;
    case 'linksCut':
      return note.count === 1 ? 'One link is cut.' : `${capital(number(note.count))} links are cut.`;
    default:
      return unreachable(note);
  }
}

function why(reason: Why): string {
  switch (reason.type) {
    case 'calm':
      return `Everybody hears it ten times a second. Any ${number(reason.spare)} of ${number(reason.members)} may fail.`;
    case 'alone':
      return 'A quorum of one: what is on its own disk is committed.';
    case 'spare':
      return reason.spare === 0
        ? `${capital(number(reason.running))} of ${number(reason.members)} are left and all of them are needed. One more fault and nothing commits.`
        : `${capital(number(reason.running))} of ${number(reason.members)} are left, ${number(reason.needed)} are needed: ${number(reason.spare)} more may fail.`;
    case 'tooFew':
      return `${capital(number(reason.needed))} of ${number(reason.members)} must agree, but at most ${number(reason.reached)} can talk. Nothing commits, nothing is lost.`;
    case 'firstTimer':
      return `Whoever waits in vain for a leader asks for votes. ${reason.member}’s timer is the next to run out.`;
    case 'rehearsal':
      return `A rehearsal first: ${reason.candidate} raises its term only if ${number(reason.needed)} would vote for it. So far: ${number(reason.granted)}.`;
    case 'votes':
      return votes(reason);
    case 'splitVotes':
      return `${capital(number(reason.needed))} votes elect, and nobody has more than ${number(reason.best)}. If it stays so, the term ends without a leader.`;
    case 'firstEntry':
      return `A new leader begins with an empty entry: once ${number(reason.needed)} disks hold it, all before it is committed too. So far: ${number(reason.counted)}.`;
    case 'sent':
      return `The request travels from the prompt to ${reason.member}.`;
    case 'passedOn':
      return `${reason.member} follows, so it passes the request on to ${reason.leader}.`;
    case 'knowsNoLeader':
      return `${reason.member} knows no leader, so the request waits there.`;
    case 'counting':
      return counting(reason);
    case 'readChecks':
      return `${reason.leader} asks a majority whether it still leads, so that the answer is not old.`;
    case 'onMajority':
      return `Entry ${reason.index} is on ${number(reason.needed)} disks or more, so ${reason.leader} may answer. The others hear of it next.`;
    case 'resigns': {
      const silent = `${reason.old} has not heard from a majority for ${seconds(reason.silence)}`;
      const end = reason.soon ? ' and is about to resign.' : '.';
      return reason.current === undefined ? silent + end : `${silent}${end} A majority elected ${reason.current}.`;
    }
    case 'learns':
      return `The next message between them tells ${reason.old} of term ${reason.term}, and it follows ${reason.current}.`;
    case 'silent': {
      const reach = `${reason.leader} reaches ${number(reason.reached)} of the ${number(reason.needed)} it needs`;
      return reason.silence === 0 ? `${reach}.` : `${reach} and has not heard from a majority for ${seconds(reason.silence)}.`;
    }
    case 'neverCommitted':
      return `Entry ${reason.index} of term ${reason.term} never was on a majority’s disks, so the log of ${reason.leader} wins.`;
    case 'lags':
      return `${reason.member} has ${reason.has} of ${reason.last} entries. ${reason.leader} sends it the rest.`;
    case 'snapshot':
      return `What ${reason.member} lacks is compacted: ${reason.leader} sends it the whole state at ${reason.index} instead.`;
    case 'handsOver':
      return `${reason.to} has the whole log, so it may campaign at once, without waiting for its timer: the next term is ${reason.term + 1}.`;
    case 'joint':
      return `Until the change is done, ${number(reason.old)} of the old voters and ${number(reason.new)} of the new ones must agree.`;
    case 'goesOn':
      return 'The rest of the cluster goes on without it.';
    default:
      return unreachable(reason);
  }
}

function votes(reason: Extract<Why, { type: 'votes' }>): string {
  const has = ['its own is being written', 'it has its own'][reason.granted] ?? `it has ${number(reason.granted)}`;
  const coming =
    reason.coming.length === 0
      ? ''
      : `, ${list(reason.coming.map((name) => `${name}’s`))} ${reason.coming.length === 1 ? 'is' : 'are'} on the way`;
  const unaware =
    reason.unaware.length === 0
      ? ''
      : ` ${list(reason.unaware)} ${reason.unaware.length === 1 ? 'has' : 'have'} not heard of the term yet.`;
  return `It needs ${number(reason.needed)} votes: ${has}${coming}.${unaware}`;
}

function counting(reason: Extract<Why, { type: 'counting' }>): string {
  if (reason.needed === 1) return 'It is committed as soon as it is on this one disk.';
  const counted = `${reason.leader} has counted ${number(reason.counted)} of the ${number(reason.needed)} disks it needs.`;
  if (reason.spare === 0) return counted;
  const last = ORDINALS[reason.needed] ?? 'last';
  return `${counted} With the ${last}, losing any ${reason.spare === 1 ? 'one' : number(reason.spare)} cannot undo it.`;
}

const ORDINALS = ['', 'first', 'second', 'third', 'fourth', 'fifth'];

function a(work: Work): string {
  return `a ${work}`;
}

function number(count: number): string {
  return NUMBERS[count] ?? String(count);
}

function seconds(time: number): string {
  return `${(time / 1_000_000).toFixed(1)} s`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
