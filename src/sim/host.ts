/**
 * One member with what is its own affair: its ticks, its disk's delay, and the facts that its rows tell. It runs ahead up to
 * a horizon, merging what is delivered to it with its own events in the order (time, source, sequence).
 */
import { assert, below, createPrng, utf8Decode } from '../base/index.ts';
import { currentRevision } from '../engine/kv/index.ts';
import type { Entry, MemberId, Raft } from '../engine/raft/index.ts';
import { progressViews, raftEntryAt, raftLastIndex, raftTermAt, takeTruncation } from '../engine/raft/index.ts';
import {
  bootMember,
  cloneMember,
  type DiskRecord,
  decodeCommand,
  handleInput,
  type Member,
  type MemberConfig,
  type MemberInput,
  type MemberOutput,
  memberDigest,
  takeOutputs,
} from '../engine/server/index.ts';
import { type SimTime, TICK } from './scenario.ts';
import { FEED_CODE, makeRow, ROLE_CODE, ROW_KIND, type Row } from './trace.ts';

/** Everything a member's process is started with. */
export interface HostConfig {
  readonly ordinal: number;
  /** How many processes this member has had before. */
  readonly incarnation: number;
  readonly member: MemberConfig;
  /** Ids by ordinal - 1. */
  readonly ids: readonly MemberId[];
  /** What a synced write takes, µs. */
  readonly diskSync: SimTime;
}

/** Something that reaches a member from outside. Ordered by (time, source, sequence). */
export interface Delivery {
  readonly time: SimTime;
  readonly source: number;
  readonly sequence: number;
  readonly input: MemberInput | Resumption;
}

/** The process goes on after a pause: ticks that it missed are gone, and a sync that has ended is noticed now. */
export interface Resumption {
  readonly type: 'resume';
}

/** An output with its place in the member's own order, which it shares with the member's rows. */
export interface TimedOutput {
  readonly time: SimTime;
  readonly sequence: number;
  readonly output: MemberOutput | { readonly type: 'safe'; readonly position: number };
}

/** A row with its place in the member's own order. */
export interface TimedRow {
  readonly sequence: number;
  readonly row: Row;
}

/** An entry as a leader appended it, for reading. */
export interface EntryNote {
  readonly term: number;
  readonly index: number;
  readonly kind: 'noop' | 'put' | 'delete' | 'conf';
  readonly key: string;
  readonly value: string;
  /** '' for an entry that no client asked for. */
  readonly requestId: string;
}

export interface HostResult {
  readonly outputs: readonly TimedOutput[];
  readonly rows: readonly TimedRow[];
  readonly notes: readonly EntryNote[];
  /** When the member's next own event is due. */
  readonly nextLocal: SimTime;
  /** Deliveries that were handled: all, unless it threw. */
  readonly handled: number;
  /** The member threw at that time and is no more. */
  readonly thrown: { readonly time: SimTime; readonly message: string; readonly stack: string } | undefined;
}

export interface Host {
  readonly config: HostConfig;
  readonly member: Member;
  nextTick: SimTime;
  /** The sync under way: a member has at most one. */
  sync: { readonly doneAt: SimTime; readonly position: number } | undefined;
  sequence: number;
  /** What the rows have told so far. */
  told: Told;
}

interface Told {
  term: number;
  role: Raft['role'];
  vote: MemberId;
  lead: MemberId;
  commit: number;
  applied: number;
  last: number;
  durable: number;
  timerAt: SimTime;
  timerFrom: SimTime;
  progress: readonly number[];
  votes: readonly number[];
}

/** Starts a member's process at `now` from what its disk holds. */
export function bootHost(
  config: HostConfig,
  records: readonly DiskRecord[],
  now: SimTime,
): { host: Host | undefined; result: HostResult } {
  const effects = createEffects();
  let host: Host | undefined;
  try {
    const phases = createPrng(config.member.seed, `phase ${config.ordinal} ${config.incarnation}`);
    const member = bootMember(config.member, records, now);
    host = {
      config,
      member,
      nextTick: now + 1 + below(phases, TICK),
      sync: undefined,
      sequence: 0,
      told: {
        term: 0,
        role: 'StateFollower',
        vote: member.config.id,
        lead: member.config.id,
        commit: 0,
        applied: 0,
        last: 0,
        durable: 0,
        timerAt: 0,
        timerFrom: 0,
        progress: [],
        votes: [],
      },
    };
    tell(host, effects, makeRow(now, ROW_KIND.boot, { a: config.ordinal, p: member.raft.log.committed }));
    tellRestoredLog(host, effects, now);
    take(host, effects, takeOutputs(member), now);
    tellFacts(host, effects, now);
    return { host, result: resultOf(host, effects, 0, undefined) };
  } catch (error) {
    return {
      host: undefined,
      result: { ...resultOf(host, effects, 0, describeThrown(error, now)), nextLocal: Number.POSITIVE_INFINITY },
    };
  }
}

/**
 * Runs a member's own events and the deliveries that come before `until`.
 *
 * @param deliveries in order; all of them before `until`
 */
export function runHost(host: Host, until: SimTime, deliveries: readonly Delivery[]): HostResult {
  const effects = createEffects();
  const self = host.config.ordinal;
  let handled = 0;
  for (;;) {
    const delivery = deliveries[handled];
    if (delivery?.input.type === 'resume') {
      skipPause(host, delivery.time);
      handled++;
      continue;
    }
    const local = nextLocalOf(host);
    const isLocal = delivery === undefined || local < delivery.time || (local === delivery.time && self <= delivery.source);
    const time = isLocal ? local : delivery.time;
    if (time >= until) break;
    try {
      if (!isLocal) {
        handled++;
        take(host, effects, handleInput(host.member, delivery.input, time), time);
      } else if (host.sync !== undefined && host.sync.doneAt === time) {
        const { position } = host.sync;
        host.sync = undefined;
        effects.outputs.push({ time, sequence: host.sequence++, output: { type: 'safe', position } });
        take(host, effects, handleInput(host.member, { type: 'synced', position }, time), time);
      } else {
        host.nextTick += TICK;
        take(host, effects, handleInput(host.member, { type: 'tick' }, time), time);
      }
      tellFacts(host, effects, time);
    } catch (error) {
      return { ...resultOf(host, effects, handled, describeThrown(error, time)), nextLocal: Number.POSITIVE_INFINITY };
    }
  }
  assert(handled === deliveries.length, 'every delivery comes before the horizon', { handled, given: deliveries.length });
  return resultOf(host, effects, handled, undefined);
}

/** The digest of everything this member is, its clockwork included. */
export function hostDigest(host: Host): string {
  return `${memberDigest(host.member)}.${host.nextTick}.${host.sync?.doneAt ?? 0}`;
}

/** A copy that goes on exactly as the original would. */
export function cloneHost(host: Host): Host {
  return { ...host, member: cloneMember(host.member), told: { ...host.told } };
}

/** When this member's next own event is due. */
export function nextLocalOf(host: Host): SimTime {
  return host.sync === undefined ? host.nextTick : Math.min(host.sync.doneAt, host.nextTick);
}

function skipPause(host: Host, now: SimTime): void {
  if (host.nextTick < now) host.nextTick += Math.ceil((now - host.nextTick) / TICK) * TICK;
  if (host.sync !== undefined && host.sync.doneAt < now) host.sync = { ...host.sync, doneAt: now };
}

interface Effects {
  /** Entries that moved the store's revision and that no row has told yet, in order. */
  readonly steps: { readonly index: number; readonly revision: number }[];
  readonly outputs: TimedOutput[];
  readonly rows: TimedRow[];
  readonly notes: EntryNote[];
}

function createEffects(): Effects {
  return { steps: [], outputs: [], rows: [], notes: [] };
}

function resultOf(host: Host | undefined, effects: Effects, handled: number, thrown: HostResult['thrown']): HostResult {
  const nextLocal = host === undefined ? Number.POSITIVE_INFINITY : nextLocalOf(host);
  return { outputs: effects.outputs, rows: effects.rows, notes: effects.notes, nextLocal, handled, thrown };
}

function take(host: Host, effects: Effects, outputs: readonly MemberOutput[], time: SimTime): void {
  for (const output of outputs) {
    if (output.type === 'log') continue; // log lines are asked for, they do not travel
    if (output.type === 'applied') {
      effects.steps.push(output);
      continue;
    }
    effects.outputs.push({ time, sequence: host.sequence++, output });
    if (output.type !== 'write') continue;
    if (output.sync) {
      assert(host.sync === undefined, 'a member has one sync under way', { ordinal: host.config.ordinal });
      host.sync = { doneAt: time + host.config.diskSync, position: output.position };
    } else effects.outputs.push({ time, sequence: host.sequence++, output: { type: 'safe', position: output.position } });
  }
}

function tell(host: Host, effects: Effects, row: Row): void {
  effects.rows.push({ sequence: host.sequence++, row });
}

/** The log that a process read back from its disk, as one row per stretch of equal terms. */
function tellRestoredLog(host: Host, effects: Effects, time: SimTime): void {
  const { raft } = host.member;
  const a = host.config.ordinal;
  const last = raftLastIndex(raft);
  tellStretches(raft, 1, last, (index, count, term) => {
    tell(host, effects, makeRow(time, ROW_KIND.append, { a, term, index, p: count, q: 1 }));
  });
  host.told.last = last;
  host.told.durable = last;
  if (last > 0) tell(host, effects, makeRow(time, ROW_KIND.durable, { a, index: last }));
}

/** Compares what a member is with what has been told, and tells the difference. */
function tellFacts(host: Host, effects: Effects, time: SimTime): void {
  const { member, told } = host;
  const { raft } = member;
  const a = host.config.ordinal;
  tellLog(host, effects, time);
  if (raft.term !== told.term || raft.role !== told.role || raft.vote !== told.vote || raft.lead !== told.lead) {
    told.term = raft.term;
    told.role = raft.role;
    told.vote = raft.vote;
    told.lead = raft.lead;
    const q = ordinalOf(host, raft.vote);
    tell(
      host,
      effects,
      makeRow(time, ROW_KIND.role, { a, term: raft.term, p: ROLE_CODE[raft.role], q, r: ordinalOf(host, raft.lead) }),
    );
  }
  tellVotes(host, effects, time);
  if (raft.log.committed !== told.commit) {
    told.commit = raft.log.committed;
    tell(host, effects, makeRow(time, ROW_KIND.commit, { a, index: told.commit }));
  }
  tellApplied(host, effects, time);
  tellTimer(host, effects, time);
  tellProgress(host, effects, time);
}

/** One row for each run of entries that all moved the revision by one, so that every revision's entry can be told from the rows. */
function tellApplied(host: Host, effects: Effects, time: SimTime): void {
  const { member, told } = host;
  const a = host.config.ordinal;
  const steps = effects.steps.splice(0);
  for (let from = 0; from < steps.length; ) {
    const first = steps[from] as Effects['steps'][number]; // from < steps.length
    let to = from + 1;
    while (steps[to]?.index === first.index + to - from && steps[to]?.revision === first.revision + to - from) to++;
    told.applied = first.index + to - from - 1;
    const p = first.revision + to - from - 1;
    tell(host, effects, makeRow(time, ROW_KIND.apply, { a, index: told.applied, p, q: to - from }));
    from = to;
  }
  if (member.appliedIndex === told.applied) return;
  told.applied = member.appliedIndex;
  tell(host, effects, makeRow(time, ROW_KIND.apply, { a, index: told.applied, p: currentRevision(member.kv) }));
}

function tellLog(host: Host, effects: Effects, time: SimTime): void {
  const { told } = host;
  const { raft } = host.member;
  const a = host.config.ordinal;
  const truncated = takeTruncation(raft);
  if (truncated !== undefined && truncated <= told.last) {
    told.last = truncated - 1;
    told.durable = Math.min(told.durable, told.last);
    tell(host, effects, makeRow(time, ROW_KIND.truncate, { a, index: truncated }));
  }
  const last = raftLastIndex(raft);
  if (last > told.last) {
    if (raft.role === 'StateLeader') noteEntries(raft, told.last + 1, last, effects.notes);
    tellStretches(raft, told.last + 1, last, (index, count, term) => {
      tell(host, effects, makeRow(time, ROW_KIND.append, { a, term, index, p: count }));
    });
    told.last = last;
  }
  // An old tail on the disk that is about to be overwritten does not count: what is not stable begins at the offset.
  const durable = Math.min(told.last, raft.log.unstable.offset - 1);
  if (durable !== told.durable) {
    told.durable = durable;
    tell(host, effects, makeRow(time, ROW_KIND.durable, { a, index: durable }));
  }
}

function tellVotes(host: Host, effects: Effects, time: SimTime): void {
  const { told, config } = host;
  const { raft } = host.member;
  const isCampaigning = raft.role === 'StateCandidate' || raft.role === 'StatePreCandidate';
  if (!isCampaigning) {
    if (told.votes.length > 0) told.votes = [];
    return;
  }
  const votes = config.ids.map((id) => {
    const vote = raft.tracker.votes.get(id);
    return vote === undefined ? 0 : vote ? 1 : 2;
  });
  votes.forEach((p, i) => {
    if (p !== 0 && p !== told.votes[i]) tell(host, effects, makeRow(time, ROW_KIND.tally, { a: config.ordinal, b: i + 1, p }));
  });
  told.votes = votes;
}

/** The instant of the tick at which patience ends, if nothing is heard until then. Raft §5.2. */
function tellTimer(host: Host, effects: Effects, time: SimTime): void {
  const { told } = host;
  const { raft } = host.member;
  const left = Math.max(1, raft.randomizedElectionTimeout - raft.electionElapsed);
  const timerAt = raft.role === 'StateLeader' ? 0 : host.nextTick + (left - 1) * TICK;
  if (timerAt === told.timerAt) return;
  const isRestart = timerAt > 0 && raft.electionElapsed === 0;
  if (isRestart || told.timerFrom === 0) told.timerFrom = time;
  told.timerAt = timerAt;
  const p = timerAt === 0 ? 0 : timerAt - time;
  tell(
    host,
    effects,
    makeRow(time, ROW_KIND.timer, { a: host.config.ordinal, p, q: timerAt === 0 ? 0 : timerAt - told.timerFrom }),
  );
}

function tellProgress(host: Host, effects: Effects, time: SimTime): void {
  const { told, config } = host;
  const { raft } = host.member;
  if (raft.role !== 'StateLeader') {
    if (told.progress.length > 0) told.progress = [];
    return;
  }
  const flat: number[] = [];
  for (const view of progressViews(raft)) {
    const b = ordinalOf(host, view.id);
    const at = flat.length;
    flat.push(view.matchIndex, view.nextIndex, FEED_CODE[view.state]);
    if (b === config.ordinal) continue;
    if (told.progress[at] === flat[at] && told.progress[at + 1] === flat[at + 1] && told.progress[at + 2] === flat[at + 2])
      continue;
    const fields = { a: config.ordinal, b, index: view.matchIndex, p: view.nextIndex, q: FEED_CODE[view.state] };
    tell(host, effects, makeRow(time, ROW_KIND.progress, fields));
  }
  told.progress = flat;
}

function tellStretches(raft: Raft, from: number, to: number, stretch: (index: number, count: number, term: number) => void): void {
  for (let index = from; index <= to; ) {
    const term = raftTermAt(raft, index);
    assert(term !== undefined, 'the log has a term for each of its entries', { index });
    let end = index + 1;
    while (end <= to && raftTermAt(raft, end) === term) end++;
    stretch(index, end - index, term);
    index = end;
  }
}

function noteEntries(raft: Raft, from: number, to: number, notes: EntryNote[]): void {
  for (let index = from; index <= to; index++) {
    const entry = raftEntryAt(raft, index);
    if (entry !== undefined && entry.term === raft.term) notes.push(noteOf(entry));
  }
}

function noteOf(entry: Entry): EntryNote {
  const { term, index } = entry;
  if (entry.type !== 'EntryNormal') return { term, index, kind: 'conf', key: '', value: '', requestId: '' };
  if (entry.data === undefined || entry.data === '') return { term, index, kind: 'noop', key: '', value: '', requestId: '' };
  const { requestId, request } = decodeCommand(entry.data);
  const key = utf8Decode(request.key);
  if (request.type === 'put') return { term, index, kind: 'put', key, value: utf8Decode(request.value), requestId };
  return { term, index, kind: 'delete', key, value: utf8Decode(request.rangeEnd), requestId };
}

/** 0 = nobody. */
function ordinalOf(host: Host, id: MemberId): number {
  return host.config.ids.indexOf(id) + 1;
}

function describeThrown(error: unknown, time: SimTime): NonNullable<HostResult['thrown']> {
  if (error instanceof Error) return { time, message: error.message, stack: error.stack ?? '' };
  return { time, message: String(error), stack: '' };
}
