/** Small hand-made frames for tests of the stage. */
import { chunkPush, createChunks } from '../../../src/base/index.ts';
import { type EntryText, type Flight, type Frame, foundersConfig, type MemberFrame, type Role } from '../../../src/view/index.ts';

export function makeMember(
  ordinal: number,
  change: Partial<MemberFrame> & { readonly terms?: readonly number[] } = {},
): MemberFrame {
  const { terms = [1, 1, 1], ...rest } = change;
  const log = createChunks<number>(1);
  for (const term of terms) chunkPush(log, term);
  return {
    ordinal,
    name: `n${ordinal}`,
    health: 'up',
    role: 'follower',
    term: 1,
    vote: 0,
    leader: 1,
    commitIndex: terms.length,
    appliedIndex: terms.length,
    durableIndex: terms.length,
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
    ...rest,
  };
}

/** A quiet cluster in which `leader` leads. */
export function makeFrame(count: number, leader: number, change: Partial<Frame> = {}): Frame {
  const members = Array.from({ length: count }, (_, i) =>
    makeMember(i + 1, { role: (i + 1 === leader ? 'leader' : 'follower') satisfies Role, leader }),
  );
  return {
    time: 0,
    members,
    cut: new Array<boolean>(count * count).fill(false),
    walls: [],
    flights: [],
    calls: [],
    flag: 3,
    islands: [{ label: 'A', members: members.map((m) => m.ordinal), needed: (count >> 1) + 1, hasQuorum: true, leader }],
    quorum: (count >> 1) + 1,
    config: foundersConfig(count),
    texts: new Map(),
    revisions: new Map(),
    begun: { index: 0, values: new Map() },
    ...change,
  };
}

export function makeFlight(change: Partial<Flight> = {}): Flight {
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
    ...change,
  };
}

export function makeTexts(
  ...entries: readonly (readonly [number, number, EntryText['kind'], string, string])[]
): Map<string, EntryText> {
  return new Map(
    entries.map(([term, index, kind, key, value]) => [`${term}/${index}`, { term, index, kind, key, value, call: 0 }]),
  );
}
