/** What is drawn of a member, and what will become of it on play. */
import { catchUp, crownOf, type Frame, type MemberFrame, standingOf, votersOf } from '../../view/index.ts';
import type { Action } from '../../workers/index.ts';
import { keptValue, miniCells, type RoleWord, roleWord, voteMarks } from './facts.ts';
import type { LinkView } from './Links.tsx';
import type { MemberView } from './Member.tsx';
import type { StageWords } from './verbs.ts';

interface ViewNeeds {
  readonly key: string;
  readonly window: readonly number[];
  readonly sunk: boolean;
  readonly word: (word: RoleWord | undefined) => string;
}

export function memberView(frame: Frame, member: MemberFrame, needs: ViewNeeds): MemberView {
  const kept = keptValue(frame, member, needs.key);
  return {
    ordinal: member.ordinal,
    name: member.name,
    health: member.health,
    role: member.role,
    term: member.term,
    crown: crownOf(frame, member),
    word: needs.word(roleWord(frame, member)),
    votes: member.health === 'up' ? voteMarks(frame, member) : [],
    needed: frame.quorum,
    standing: standingOf(member),
    catchingUp: catchUp(frame, member),
    cells: miniCells(member, needs.window),
    followedKey: needs.key,
    value: kept.value,
    valueIndex: kept.index,
    sunk: needs.sunk,
    peers: votersOf(frame).filter((voter) => voter !== member).length,
  };
}

export function sayRole(word: RoleWord | undefined, words: StageWords): string {
  if (word === undefined) return '';
  return word.type === 'voted' ? words.voted(word.name) : words[word.type];
}

/** What a member is, in one word. */
export function stateOf(view: MemberView, words: StageWords): string {
  if (view.standing !== 'voter') return words[view.standing];
  return view.health === 'up' ? words.role[view.role] : words[view.health];
}

/** What will become of a member on play; undefined = nothing that somebody asked for. */
export function sayWaiting(waiting: readonly Action[], member: number, words: StageWords): string | undefined {
  for (const action of waiting) {
    if (action.type === 'crash' && action.member === member) return words.willStop;
    if (action.type === 'restart' && action.member === member) return words.willStart;
  }
  return undefined;
}

/** What will become of a link on play: the last word counts. */
export function waitingFor(waiting: readonly Action[], a: number, b: number): LinkView['waiting'] {
  let result: LinkView['waiting'] = 'nothing';
  for (const action of waiting) {
    if (action.type !== 'cut' && action.type !== 'heal') continue;
    if (action.links.some(([from, to]) => (from === a && to === b) || (from === b && to === a))) result = action.type;
  }
  return result;
}
