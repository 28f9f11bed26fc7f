/** What can be done with a member and with a link, as the popovers offer it. */
import { type Frame, freePlace, isPresent, type MemberFrame, topLeader } from '../../view/index.ts';
import type { Run } from '../../workers/index.ts';
import { type Acts, nextValue } from '../frame/acts.ts';
import type { useWords } from '../frame/context.tsx';
import type { PromptHandle } from '../stores/desk.ts';
import { cutState, membershipVerbs, type Reason } from './facts.ts';
import type { Verb } from './Popovers.tsx';

export type StageWords = ReturnType<typeof useWords>['stage'];

export interface VerbNeeds {
  readonly frame: Frame;
  readonly words: StageWords;
  readonly acts: Acts;
  /** After what was asked for is done: the popover is not needed any more. */
  readonly onDone: () => void;
}

export interface MemberVerbNeeds extends VerbNeeds {
  readonly run: Run;
  readonly prompt: PromptHandle | undefined;
  /** The key that "Put here" puts. */
  readonly followedKey: string;
}

/** Faults, membership, console. */
export function memberVerbs(member: MemberFrame, needs: MemberVerbNeeds): readonly (readonly Verb[])[] {
  return [faultVerbs(member, needs), changeVerbs(member, needs), promptVerbs(member, needs)].filter(({ length }) => length > 0);
}

/** Stopped and cut off, and the ways back. */
function faultVerbs({ ordinal, name, health }: MemberFrame, { frame, words, acts, onDone }: VerbNeeds): readonly Verb[] {
  const list: Verb[] = [];
  const add = (id: string, text: string, icon: Verb['icon'], fault: boolean, act: () => void) =>
    list.push({ id, text, icon, fault, act: then(act, onDone) });
  if (health === 'up') add('stop', words.stop(name), 'stop', true, () => acts.stop(ordinal));
  else add('start', words.start(name), 'start', false, () => acts.start(ordinal));
  const others = frame.members.filter((other) => isPresent(other) && other.ordinal !== ordinal);
  if (others.length === 0) return list;
  const isAlone = others.every((other) => cutState(frame, ordinal, other.ordinal) !== 'none');
  if (isAlone) add('rejoin', words.rejoin, 'heal', false, () => acts.rejoin(ordinal));
  else add('isolate', words.isolate, 'cut', true, () => acts.isolate(ordinal));
  return list;
}

const MEMBERSHIP_ICONS = { makeLeader: 'leader', promote: 'promote', replace: 'replace', remove: 'remove' } as const;

/** Who leads and who belongs: what makes no sense now is there, and says why. */
function changeVerbs(member: MemberFrame, { frame, words, acts, onDone }: VerbNeeds): readonly Verb[] {
  const { ordinal } = member;
  const free = freePlace(frame);
  const offer = (id: string, text: string, icon: Verb['icon'], against: string | undefined, act: () => void): Verb => ({
    id,
    text,
    icon,
    fault: false,
    against,
    act: against === undefined ? then(act, onDone) : () => acts.refuse(against),
  });
  const list = membershipVerbs(frame, member).map(({ id, against }) => {
    const text = id === 'replace' ? words.replace(`n${free ?? ''}`) : words[id];
    const act = {
      makeLeader: () => acts.makeLeader(ordinal),
      promote: () => acts.promote(ordinal),
      replace: () => acts.replace(ordinal),
      remove: () => acts.remove(ordinal),
    }[id];
    return offer(id, text, MEMBERSHIP_ICONS[id], against && sayReason(against, words), act);
  });
  if (topLeader(frame)?.ordinal !== ordinal) return list;
  const full = free === undefined ? words.reason.full : undefined;
  return [
    ...list,
    offer('addLearner', words.addLearner, 'add', full, () => acts.addMember(true)),
    offer('addMember', words.addMember, 'add', full, () => acts.addMember(false)),
  ];
}

/** The console, pointed at it. */
function promptVerbs({ ordinal }: MemberFrame, { words, run, prompt, followedKey, onDone }: MemberVerbNeeds): readonly Verb[] {
  if (prompt?.follow === undefined) return [];
  const { follow, submit } = prompt;
  const put = () => {
    follow(ordinal);
    submit(`put ${followedKey} ${nextValue(run, followedKey)}`);
  };
  return [
    { id: 'put', text: words.putHere, icon: 'put', fault: false, act: then(put, onDone) },
    { id: 'follow', text: words.follow, icon: 'follow', fault: false, act: then(() => follow(ordinal), onDone) },
  ];
}

/** @param a ordinal at one end of the link @param b at the other */
export function linkVerbs(a: number, b: number, { frame, words, acts, onDone }: VerbNeeds): readonly (readonly Verb[])[] {
  const cut = cutState(frame, a, b);
  const name = (member: number) => frame.members[member - 1]?.name ?? '';
  const list: Verb[] = [];
  const add = (id: string, text: string, icon: Verb['icon'], act: () => void) =>
    list.push({ id, text, icon, fault: icon === 'cut', act: then(act, onDone) });
  if (cut !== 'both') {
    add('cut', words.cutBothWays, 'cut', () => acts.cutLink(a, b));
    for (const [from, to, isGone] of [
      [a, b, cut === 'forward'],
      [b, a, cut === 'backward'],
    ] as const) {
      if (!isGone) add(`cut-${from}-${to}`, words.cutOneWay(name(from), name(to)), 'cut', () => acts.cutLink(from, to, true));
    }
  }
  if (cut !== 'none') add('heal', words.heal, 'heal', () => acts.healLink(a, b));
  return [list];
}

function then(act: () => void, onDone: () => void): () => void {
  return () => {
    act();
    onDone();
  };
}

function sayReason(reason: Reason, { reason: words }: StageWords): string {
  switch (reason.type) {
    case 'notRunning':
    case 'behind':
      return words[reason.type](reason.name);
    case 'unreachable':
      return words.unreachable(reason.leader, reason.name);
    default:
      return words[reason.type];
  }
}
