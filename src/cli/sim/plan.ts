/** A random run, drawn from its seed before it begins: scenario and journal say everything that will be done in it. */
import { below, between, chance, createPrng, type Prng, pick, ZERO_ID } from '../../base/index.ts';
import { PLAIN_RANGE } from '../../engine/kv/index.ts';
import type { UnaryRequest } from '../../engine/server/index.ts';
import {
  type Action,
  type CutCause,
  freshScenario,
  type JournalEntry,
  MILLISECOND,
  type Scenario,
  SECOND,
  type SimTime,
} from '../../sim/index.ts';

export const FAULT_KINDS = ['crash', 'cut', 'partition', 'uneven', 'pause'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface PlanOptions {
  readonly seed: number;
  readonly members: number;
  /** Of work and faults, µs; the run then goes on until everybody has come to rest. */
  readonly duration: SimTime;
  readonly faults: ReadonlySet<FaultKind>;
  readonly clients: number;
  /** Calls a second, all clients together. */
  readonly rate: number;
  /** How members' disks are written; left out: as etcd's. */
  readonly storage?: Scenario['storageWrites'];
}

export interface Plan {
  readonly scenario: Scenario;
  readonly journal: readonly JournalEntry[];
  /** When everything has been healed. */
  readonly healedAt: SimTime;
  /** The first call number that is free. */
  readonly nextCall: number;
}

/** Faults begin, and clients come, once there could be a leader. */
const BEGIN = 2 * SECOND;
const KEYS = 6;
/** Mean time between two faults. */
const FAULT_GAP = 1_000 * MILLISECOND;
const CALL_TIMEOUT = 5 * SECOND;

/** Draws a run. Every consumer has a stream of its own, so that one more client leaves the faults as they were. */
export function planRun(options: PlanOptions): Plan {
  const { seed, members, duration } = options;
  const end = BEGIN + duration;
  const scenario = {
    ...freshScenario(members, seed),
    storageWrites: options.storage ?? 'sync',
    ...(options.faults.has('uneven') ? { uneven: drawUneven(seed, members) } : {}),
  };
  const acts: { readonly at: SimTime; readonly action: Action }[] = [
    ...drawFaults(options, end),
    ...drawCalls(options, end),
    ...restoreAll(members, end),
  ];
  // A stable sort: what is done at one instant stays in the order above.
  acts.sort((a, b) => a.at - b.at);
  const journal = acts.map(({ at, action }, order) => ({ at, order, action }));
  const nextCall = 1 + journal.reduce((last, { action }) => (action.type === 'call' ? Math.max(last, action.call) : last), 0);
  return { scenario, journal, healedAt: end, nextCall };
}

/** Each link its own latency: from the next room to another continent. */
function drawUneven(seed: number, members: number): Record<string, SimTime> {
  const prng = createPrng(seed, 'uneven');
  const uneven: Record<string, SimTime> = {};
  for (let from = 1; from <= members; from++) {
    for (let to = 1; to <= members; to++) {
      if (from !== to) uneven[`${from}>${to}`] = pick(prng, [3, 10, 25, 60, 120]) * MILLISECOND + below(prng, MILLISECOND);
    }
  }
  return uneven;
}

function drawFaults({ seed, members, faults }: PlanOptions, end: SimTime): { at: SimTime; action: Action }[] {
  const prng = createPrng(seed, 'faults');
  const kinds = FAULT_KINDS.filter((kind) => kind !== 'uneven' && faults.has(kind));
  const acts: { at: SimTime; action: Action }[] = [];
  if (kinds.length === 0) return acts;
  let walls = 0;
  for (let at = BEGIN + below(prng, FAULT_GAP); at < end; at += 1 + below(prng, 2 * FAULT_GAP)) {
    const until = Math.min(end, at + between(prng, 50 * MILLISECOND, 3_500 * MILLISECOND));
    const kind = pick(prng, kinds);
    if (kind === 'crash') {
      for (const member of drawSome(prng, members)) {
        acts.push({ at, action: { type: 'crash', member } }, { at: until, action: { type: 'restart', member } });
      }
    } else if (kind === 'pause') {
      for (const member of drawSome(prng, members)) {
        acts.push({ at, action: { type: 'pause', member } }, { at: until, action: { type: 'resume', member } });
      }
    } else {
      const links = kind === 'cut' ? drawLinks(prng, members) : drawPartition(prng, members);
      const cause: CutCause = `wall:${++walls}`;
      acts.push({ at, action: { type: 'cut', cause, links } }, { at: until, action: { type: 'heal', cause, links } });
    }
  }
  return acts;
}

/** Mostly one member, sometimes as many as it takes to lose the quorum, rarely all. */
function drawSome(prng: Prng, members: number): number[] {
  const count = chance(prng, 3, 4) ? 1 : 1 + below(prng, members);
  return shuffled(prng, placesOf(members)).slice(0, count);
}

/** One direction of a link, or both, of up to three pairs. */
export function drawLinks(prng: Prng, members: number): (readonly [number, number])[] {
  const links = new Map<string, readonly [number, number]>();
  for (let i = below(prng, 3); i >= 0 && members > 1; i--) {
    const [a = 1, b = 2] = shuffled(prng, placesOf(members));
    links.set(`${a} ${b}`, [a, b]);
    if (chance(prng, 1, 2)) links.set(`${b} ${a}`, [b, a]);
  }
  return [...links.values()];
}

/** Two islands. */
export function drawPartition(prng: Prng, members: number): (readonly [number, number])[] {
  const order = shuffled(prng, placesOf(members));
  const size = members < 2 ? 0 : between(prng, 1, members - 1);
  const island = new Set(order.slice(0, size));
  return placesOf(members).flatMap((from) =>
    placesOf(members).flatMap((to) => (island.has(from) === island.has(to) ? [] : [[from, to] as const])),
  );
}

/** Every link carries again. */
export function healAll(members: number): Action {
  const links = placesOf(members).flatMap((from) => placesOf(members).flatMap((to) => (from === to ? [] : [[from, to] as const])));
  return { type: 'heal', cause: 'all', links };
}

/** Everything heals: links, pauses, members that are down. */
export function restoreAll(members: number, at: SimTime): { at: SimTime; action: Action }[] {
  return [
    { at, action: healAll(members) },
    ...placesOf(members).flatMap((member) => [
      { at, action: { type: 'resume', member } as const },
      { at, action: { type: 'restart', member } as const },
    ]),
  ];
}

function drawCalls({ seed, members, clients, rate }: PlanOptions, end: SimTime): { at: SimTime; action: Action }[] {
  const acts: { at: SimTime; action: Action }[] = [];
  if (rate === 0) return acts;
  const gap = Math.max(1, Math.round((SECOND * clients) / rate));
  let call = 0;
  for (let client = 1; client <= clients; client++) {
    const prng = createPrng(seed, `work ${client}`);
    for (let at = BEGIN + below(prng, 2 * gap); at < end; at += 1 + below(prng, 2 * gap)) {
      call++;
      acts.push({
        at,
        action: {
          type: 'call',
          client,
          call,
          endpoints: shuffled(prng, placesOf(members)).slice(0, chance(prng, 2, 3) ? 1 : members),
          request: drawRequest(prng, call),
          timeout: CALL_TIMEOUT,
          requireLeader: false,
          text: '',
        },
      });
    }
  }
  return acts;
}

/** Every value is written once, so that what a read returns tells whose write it saw. */
export function drawRequest(prng: Prng, call: number): UnaryRequest {
  const key = `k${below(prng, KEYS)}`;
  const dice = below(prng, 20);
  if (dice < 12) {
    return { type: 'put', key, value: `v${call}`, lease: ZERO_ID, prevKv: false, ignoreValue: false, ignoreLease: false };
  }
  if (dice < 13) return { type: 'deleteRange', key, rangeEnd: '', prevKv: false };
  return readOf(key, 0, dice === 19);
}

/** A read of one key. @param revision 0 = the current one */
export function readOf(key: string, revision: number, serializable: boolean): UnaryRequest {
  return { ...PLAIN_RANGE, type: 'range', key, rangeEnd: '', revision, serializable };
}

/** 1 … members */
export function placesOf(members: number): number[] {
  return Array.from({ length: members }, (_, i) => i + 1);
}

function shuffled<T>(prng: Prng, items: readonly T[]): T[] {
  const order = items.slice();
  for (let i = order.length - 1; i > 0; i--) {
    const j = below(prng, i + 1);
    const item = order[i] as T; // both are positions of the list
    order[i] = order[j] as T;
    order[j] = item;
  }
  return order;
}
