/** Which verbs stand in the row, in their order; pure. The way back from a fault comes first. */
import { type Frame, isPresent, type MemberFrame, presentOrdinals } from '../../view/index.ts';

export type Verb =
  | { readonly type: 'heal'; readonly what: 'split' | 'link' | 'links' }
  | { readonly type: 'start'; readonly member: number; readonly name: string }
  /** `named`: two lead, so it must be said which. Member 0: nobody leads. */
  | { readonly type: 'stop'; readonly member: number; readonly name: string; readonly named: boolean }
  | { readonly type: 'cut' }
  | { readonly type: 'split' }
  | { readonly type: 'put' };

/** The row for a picture. Of several stopped members the one that stopped last comes back first. */
export function verbsFor(frame: Frame): readonly Verb[] {
  const count = presentOrdinals(frame).length;
  const verbs: Verb[] = [];
  const pairs = cutPairs(frame);
  const stopped = lastStopped(frame.members);
  const wallSince = Math.max(-1, ...frame.walls.map((wall) => wall.since));
  const start: Verb[] = stopped === undefined ? [] : [{ type: 'start', member: stopped.ordinal, name: stopped.name }];
  const heal: Verb[] =
    frame.walls.length > 0
      ? [{ type: 'heal', what: 'split' }]
      : pairs > 0
        ? [{ type: 'heal', what: pairs === 1 ? 'link' : 'links' }]
        : [];
  // The newer fault's way back first; a cut by hand has no time in the picture and goes before.
  if (stopped !== undefined && frame.walls.length > 0 && stopped.since > wallSince) verbs.push(...start, ...heal);
  else verbs.push(...heal, ...start);
  const leaders = frame.members.filter((member) => member.health === 'up' && member.role === 'leader');
  const leader = leaders.sort((a, b) => b.term - a.term)[0];
  verbs.push({ type: 'stop', member: leader?.ordinal ?? 0, name: leader?.name ?? '', named: leaders.length > 1 });
  if (count > 1) verbs.push({ type: 'cut' });
  if (count > 2 && frame.walls.length === 0) verbs.push({ type: 'split' });
  verbs.push({ type: 'put' });
  return verbs;
}

/** Whether the verb undoes a fault. */
export function isWayBack(verb: Verb): boolean {
  return verb.type === 'heal' || verb.type === 'start';
}

function lastStopped(members: readonly MemberFrame[]): MemberFrame | undefined {
  return members.filter((member) => member.health !== 'up' && isPresent(member)).sort((a, b) => b.since - a.since)[0];
}

function cutPairs(frame: Frame): number {
  const count = frame.members.length;
  const cut = (from: number, to: number) => frame.cut[(from - 1) * count + (to - 1)] === true;
  const present = presentOrdinals(frame);
  return present.reduce((sum, a) => sum + present.filter((b) => b > a && (cut(a, b) || cut(b, a))).length, 0);
}
