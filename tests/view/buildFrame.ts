/** Small frames for tests: a log is written as its terms, '1 1 2' holds three entries. */
import { type Chunks, chunkPush, createChunks } from '../../src/base/index.ts';
import type { ChangeNote } from '../../src/sim/index.ts';
import { type EntryText, type Flight, type Frame, foundersConfig, type Island, type MemberFrame } from '../../src/view/index.ts';

export function logOf(terms: string): Chunks<number> {
  const log = createChunks<number>(1);
  for (const term of terms.split(' ').filter((word) => word !== '')) chunkPush(log, Number(term));
  return log;
}

/** A running follower of n1 in the last term of its log, everything on disk, applied up to `commit`. */
export function memberOf(ordinal: number, terms: string, commit: number, more: Partial<MemberFrame> = {}): MemberFrame {
  const log = logOf(terms);
  return {
    ordinal,
    name: `n${ordinal}`,
    health: 'up',
    role: 'follower',
    term: Math.max(1, ...terms.split(' ').map(Number)),
    vote: 0,
    leader: 1,
    commitIndex: commit,
    appliedIndex: commit,
    durableIndex: log.end - 1,
    firstIndex: 1,
    isVoter: true,
    isLearner: false,
    hasStarted: true,
    log,
    timerFrom: 0,
    timerAt: 1_000_000,
    votes: [],
    progress: [],
    heardAt: [],
    changedAt: 0,
    since: 0,
    ...more,
  };
}

export function frameOf(members: readonly MemberFrame[], more: Partial<Frame> = {}): Frame {
  const count = members.length;
  const quorum = Math.floor(count / 2) + 1;
  const up = members.filter((member) => member.health === 'up');
  const leader = up.find((member) => member.role === 'leader');
  return {
    time: 0,
    members,
    cut: new Array<boolean>(count * count).fill(false),
    walls: [],
    flights: [],
    calls: [],
    flag: Math.max(0, ...members.map((member) => member.commitIndex)),
    islands: [
      islandOf(
        'A',
        up.map((member) => member.ordinal),
        count,
        leader?.ordinal ?? 0,
      ),
    ],
    quorum,
    config: foundersConfig(count),
    texts: new Map(),
    revisions: new Map(),
    revisionAt: new Map(),
    changes: new Map(),
    entryOfCall: new Map(),
    begun: { index: 0, values: new Map() },
    ...more,
  };
}

/** Three entries everywhere, and `leader` leads. */
export function quietFrame(count: number, leader: number, more: Partial<Frame> = {}): Frame {
  const role = (ordinal: number) => (ordinal === leader ? 'leader' : 'follower');
  return frameOf(
    Array.from({ length: count }, (_, i) => memberOf(i + 1, '1 1 1', 3, { role: role(i + 1), leader })),
    more,
  );
}

/** An append with one entry from n1 to n3, under way from 1 to 11 ms. */
export function flightOf(more: Partial<Flight> = {}): Flight {
  return {
    id: 1,
    kind: 'append',
    from: 1,
    to: 3,
    term: 1,
    index: 4,
    count: 1,
    sentAt: 1_000,
    arrivesAt: 11_000,
    lostAt: undefined,
    carriesRead: false,
    ...more,
  };
}

export function islandOf(label: string, members: readonly number[], count: number, leader: number): Island {
  const needed = Math.floor(count / 2) + 1;
  return { label, members, needed, hasQuorum: members.length >= needed, leader };
}

/** Cuts every link between two sets of members. */
export function cutBetween(count: number, a: readonly number[], b: readonly number[]): boolean[] {
  const cut = new Array<boolean>(count * count).fill(false);
  for (const x of a) for (const y of b) cut[(x - 1) * count + (y - 1)] = cut[(y - 1) * count + (x - 1)] = true;
  return cut;
}

/** What entries did to keys: index, key, value (undefined = deleted). */
export function changesOf(...told: readonly (readonly [number, string, string | undefined])[]): Frame['changes'] {
  const changes = new Map<string, ChangeNote[]>();
  for (const [index, key, value] of told) changes.set(key, [...(changes.get(key) ?? []), { index, key, value }]);
  return changes;
}

export function textsOf(...texts: readonly EntryText[]): Map<string, EntryText> {
  return new Map(texts.map((text) => [`${text.term}/${text.index}`, text]));
}
