/**
 * One member with what is its own affair: its ticks, its disk's delay, and the facts that its rows tell. It runs ahead up to
 * a horizon, merging what is delivered to it with its own events in the order (time, source, sequence).
 */
import {
  assert,
  below,
  type Chunks,
  chunkDrop,
  chunkPush,
  chunkSlice,
  cloneChunks,
  createChunks,
  createPrng,
  formatHex,
  utf8Decode,
  ZERO_ID,
} from '../base/index.ts';
import { currentRevision } from '../engine/kv/index.ts';
import type { Entry, MemberId, Raft, TrackerConfig } from '../engine/raft/index.ts';
import {
  decodeConfChange,
  progressViews,
  raftEntryAt,
  raftFirstIndex,
  raftLastIndex,
  raftTermAt,
  storageLastIndex,
  takeTruncation,
} from '../engine/raft/index.ts';
import {
  bootMember,
  cloneMember,
  type DiskRecord,
  decodeClusterCommand,
  decodeCommand,
  handleInput,
  type Member,
  type MemberConfig,
  type MemberInfo,
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
  /** Ids by ordinal - 1; `ZERO_ID` in a place of which the cluster knows nothing. */
  readonly ids: readonly MemberId[];
  /** The peer URL of each place, by ordinal - 1: members that are added later are known by it. */
  readonly peerUrls: readonly string[];
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
  /** 'conf': key and value are the kind of change and the id of the member, in hex; 'other': the request's type, and a word. */
  readonly kind: 'noop' | 'put' | 'delete' | 'txn' | 'lease' | 'conf' | 'compact' | 'other';
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
  /** The process ended by itself at that time: it was removed from the cluster. */
  readonly exitedAt: SimTime | undefined;
  /** The member threw at that time and is no more. */
  readonly thrown: { readonly time: SimTime; readonly message: string; readonly stack: string } | undefined;
}

export interface Host {
  readonly config: HostConfig;
  readonly member: Member;
  nextTick: SimTime;
  /** The sync under way: a disk makes one at a time. */
  sync: { readonly doneAt: SimTime; readonly position: number } | undefined;
  /** How far the next has to reach: what is to be synced meanwhile is, all of it, by the one after. */
  nextSync: number | undefined;
  sequence: number;
  /** Ordinals of members that were added later, by id; replaced, never changed. */
  added: ReadonlyMap<MemberId, number>;
  /** The last lines of its log. */
  readonly lines: Chunks<HostLine>;
  /** What the rows have told so far. */
  told: Told;
}

/** A line of a member's log with its time. */
export interface HostLine {
  readonly time: SimTime;
  readonly line: Extract<MemberOutput, { type: 'log' }>['line'];
}

/** So many lines of a member's log are kept. */
const MOST_LINES = 2_000;

interface Told {
  term: number;
  role: Raft['role'];
  vote: MemberId;
  lead: MemberId;
  commit: number;
  applied: number;
  last: number;
  durable: number;
  /** Last index that is not in memory any more. */
  compacted: number;
  /** Index of the last snapshot from a leader. */
  snapshot: number;
  config: TrackerConfig | undefined;
  timerAt: SimTime;
  timerFrom: SimTime;
  /** By ordinal - 1: match, next, state. */
  progress: readonly (readonly [number, number, number] | undefined)[];
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
    const isJoining = config.member.isJoining && records.length === 0;
    const readBack = member.raft.storage.hardState.commit; // what a founder begins with is not read back
    host = {
      config,
      member,
      nextTick: now + 1 + below(phases, TICK),
      sync: undefined,
      nextSync: undefined,
      sequence: 0,
      added: new Map(),
      lines: createChunks<HostLine>(),
      told: {
        term: 0,
        role: 'StateFollower',
        vote: member.config.id,
        lead: member.config.id,
        commit: 0,
        applied: 0,
        last: 0,
        durable: 0,
        compacted: 0,
        snapshot: 0,
        config: undefined,
        timerAt: 0,
        timerFrom: 0,
        progress: [],
        votes: [],
      },
    };
    tell(host, effects, makeRow(now, ROW_KIND.boot, { a: config.ordinal, p: readBack, q: isJoining ? 1 : 0 }));
    tellRestoredLog(host, effects, now);
    take(host, effects, takeOutputs(member), now);
    tellFacts(host, effects, now);
    // What a founder's log begins with was appended by nobody.
    if (records.length === 0 && !isJoining) for (const entry of foundingEntries(member.raft)) effects.notes.push(noteOf(entry));
    return { host, result: resultOf(host, effects, 0, {}) };
  } catch (error) {
    return {
      host: undefined,
      result: resultOf(undefined, effects, 0, { thrown: describeThrown(error, now) }),
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
        const position = endSync(host, time);
        effects.outputs.push({ time, sequence: host.sequence++, output: { type: 'safe', position } });
        take(host, effects, handleInput(host.member, { type: 'synced', position }, time), time);
      } else {
        host.nextTick += TICK;
        take(host, effects, handleInput(host.member, { type: 'tick' }, time), time);
      }
      tellFacts(host, effects, time);
      if (effects.hasExited) return resultOf(undefined, effects, handled, { exitedAt: time });
    } catch (error) {
      return resultOf(undefined, effects, handled, { thrown: describeThrown(error, time) });
    }
  }
  assert(handled === deliveries.length, 'every delivery comes before the horizon', { handled, given: deliveries.length });
  return resultOf(host, effects, handled, {});
}

/** The digest of everything this member is, its clockwork included. */
export function hostDigest(host: Host): string {
  return `${memberDigest(host.member)}.${host.nextTick}.${host.sync?.doneAt ?? 0}.${host.nextSync ?? 0}`;
}

/** A copy that goes on exactly as the original would. */
export function cloneHost(host: Host): Host {
  return { ...host, member: cloneMember(host.member), lines: cloneChunks(host.lines), told: { ...host.told } };
}

/** The lines that a member has written in [from, to), as far back as they are kept. */
export function hostLines(host: Host, from: SimTime, to: SimTime): HostLine[] {
  const { lines } = host;
  return chunkSlice(lines, lines.start, lines.end).filter(({ time }) => time >= from && time < to);
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
  hasExited: boolean;
  /** Entries that moved the store's revision and that no row has told yet, in order. */
  readonly steps: { readonly index: number; readonly revision: number }[];
  readonly outputs: TimedOutput[];
  readonly rows: TimedRow[];
  readonly notes: EntryNote[];
}

function createEffects(): Effects {
  return { hasExited: false, steps: [], outputs: [], rows: [], notes: [] };
}

/** @param host undefined: the process is gone */
function resultOf(
  host: Host | undefined,
  effects: Effects,
  handled: number,
  end: Partial<Pick<HostResult, 'thrown' | 'exitedAt'>>,
): HostResult {
  const nextLocal = host === undefined ? Number.POSITIVE_INFINITY : nextLocalOf(host);
  const { thrown, exitedAt } = end;
  return { outputs: effects.outputs, rows: effects.rows, notes: effects.notes, nextLocal, handled, thrown, exitedAt };
}

function take(host: Host, effects: Effects, outputs: readonly MemberOutput[], time: SimTime): void {
  for (const output of outputs) {
    if (output.type === 'log') {
      keepLine(host, { time, line: output.line }); // log lines are asked for, they do not travel
      continue;
    }
    if (output.type === 'exit') {
      effects.hasExited = true;
      continue;
    }
    if (output.type === 'members') learnMembers(host, output.members);
    if (output.type === 'applied') {
      effects.steps.push(output);
      continue;
    }
    effects.outputs.push({ time, sequence: host.sequence++, output });
    if (output.type !== 'write') continue;
    const { position } = output;
    if (host.sync !== undefined) {
      if (output.sync) host.nextSync = position;
    } else if (output.sync) host.sync = { doneAt: time + host.config.diskSync, position };
    else effects.outputs.push({ time, sequence: host.sequence++, output: { type: 'safe', position } });
  }
}

/** The sync under way has ended, and the next begins if one is wanted. Returns up to where the disk is safe. */
function endSync(host: Host, time: SimTime): number {
  const { sync, nextSync } = host;
  assert(sync !== undefined, 'only a sync under way can end');
  host.nextSync = undefined;
  host.sync = nextSync === undefined ? undefined : { doneAt: time + host.config.diskSync, position: nextSync };
  // What was written since and need not be synced is as safe as if no sync had been under way.
  return nextSync === undefined ? host.member.diskPosition : sync.position;
}

function keepLine({ lines }: Host, line: HostLine): void {
  chunkPush(lines, line);
  if (lines.end - lines.start > MOST_LINES) chunkDrop(lines, lines.start + 1);
}

/** Who was added since: rows name it by its place. */
function learnMembers(host: Host, members: readonly MemberInfo[]): void {
  const { ids, peerUrls } = host.config;
  const unknown = members.filter(({ id }) => !ids.includes(id) && !host.added.has(id));
  if (unknown.length === 0) return;
  const places = unknown.map(({ id, peerUrls: urls }) => [id, 1 + peerUrls.findIndex((url) => urls.includes(url))] as const);
  host.added = new Map([...host.added, ...places]);
}

function tell(host: Host, effects: Effects, row: Row): void {
  effects.rows.push({ sequence: host.sequence++, row });
}

/** The log that a process read back from its disk, as one row per stretch of equal terms. */
function tellRestoredLog(host: Host, effects: Effects, time: SimTime): void {
  const { raft } = host.member;
  const a = host.config.ordinal;
  const last = storageLastIndex(raft.storage);
  const { compactedIndex, compactedTerm } = raft.storage;
  if (compactedIndex > 0) {
    tell(host, effects, makeRow(time, ROW_KIND.snapshot, { a, term: compactedTerm, index: compactedIndex }));
    host.told.snapshot = compactedIndex;
    host.told.compacted = compactedIndex;
  }
  tellStretches(raft, compactedIndex + 1, last, (index, count, term) => {
    tell(host, effects, makeRow(time, ROW_KIND.append, { a, term, index, p: count, q: 1 }));
  });
  host.told.last = last;
  host.told.commit = raft.storage.hardState.commit;
  host.told.durable = last;
  if (last > 0) tell(host, effects, makeRow(time, ROW_KIND.durable, { a, index: last }));
}

/** Compares what a member is with what has been told, and tells the difference. */
function tellFacts(host: Host, effects: Effects, time: SimTime): void {
  const { member, told } = host;
  const { raft } = member;
  const a = host.config.ordinal;
  tellLog(host, effects, time);
  tellConfig(host, effects, time);
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
  const pending = raft.log.unstable.snapshot;
  if (pending !== undefined && pending.index !== told.snapshot) {
    told.snapshot = pending.index;
    told.compacted = pending.index;
    told.last = pending.index;
    tell(host, effects, makeRow(time, ROW_KIND.snapshot, { a, term: pending.term, index: pending.index, p: 1 }));
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
  const durable = pending === undefined ? Math.min(told.last, raft.log.unstable.offset - 1) : 0;
  if (durable !== told.durable) {
    told.durable = durable;
    tell(host, effects, makeRow(time, ROW_KIND.durable, { a, index: durable }));
  }
  const compacted = raftFirstIndex(raft) - 1;
  if (compacted <= told.compacted) return;
  told.compacted = compacted;
  tell(host, effects, makeRow(time, ROW_KIND.compact, { a, index: compacted }));
}

/** Who is in the cluster, as this member has applied it; members without a place are only counted. */
function tellConfig(host: Host, effects: Effects, time: SimTime): void {
  const { told } = host;
  const { config } = host.member.raft.tracker;
  if (config === told.config) return;
  told.config = config;
  const places = (ids: readonly MemberId[]) => ids.reduce((mask, id) => mask | (1 << ordinalOf(host, id)), 0) >> 1;
  const lost = (ids: readonly MemberId[]) => ids.filter((id) => ordinalOf(host, id) === 0).length;
  const { voters, votersOutgoing, learners, learnersNext } = config;
  const fields = { a: host.config.ordinal, b: lost(voters), term: lost(votersOutgoing), index: host.member.appliedIndex };
  const masks = { p: places(voters), q: places(votersOutgoing), r: places(learners), ref: places(learnersNext) };
  tell(host, effects, makeRow(time, ROW_KIND.config, { ...fields, ...masks }));
}

function tellVotes(host: Host, effects: Effects, time: SimTime): void {
  const { told, config } = host;
  const { raft } = host.member;
  const isCampaigning = raft.role === 'StateCandidate' || raft.role === 'StatePreCandidate';
  if (!isCampaigning) {
    if (told.votes.length > 0) told.votes = [];
    return;
  }
  const votes = new Array<number>(config.ids.length).fill(0);
  for (const [id, vote] of raft.tracker.votes) {
    const ordinal = ordinalOf(host, id);
    if (ordinal > 0) votes[ordinal - 1] = vote ? 1 : 2;
  }
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
  const progress: (readonly [number, number, number] | undefined)[] = [];
  for (const view of progressViews(raft)) {
    const b = ordinalOf(host, view.id);
    if (b === config.ordinal || b === 0) continue;
    const now = [view.matchIndex, view.nextIndex, FEED_CODE[view.state]] as const;
    progress[b - 1] = now;
    const before = told.progress[b - 1];
    if (before?.[0] === now[0] && before[1] === now[1] && before[2] === now[2]) continue;
    const fields = { a: config.ordinal, b, index: view.matchIndex, p: view.nextIndex, q: FEED_CODE[view.state] };
    tell(host, effects, makeRow(time, ROW_KIND.progress, fields));
  }
  told.progress = progress;
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

function foundingEntries(raft: Raft): Entry[] {
  const entries: Entry[] = [];
  for (let index = 1; index <= raftLastIndex(raft); index++) {
    const entry = raftEntryAt(raft, index);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

function noteOf(entry: Entry): EntryNote {
  const { term, index } = entry;
  if (entry.type !== 'EntryNormal') return noteOfChange(entry);
  if (entry.data === undefined || entry.data === '') return { term, index, kind: 'noop', key: '', value: '', requestId: '' };
  const own = decodeClusterCommand(entry.data);
  if (own !== undefined) {
    const value = own.type === 'clusterVersion' ? own.version : own.name;
    return { term, index, kind: 'other', key: own.type, value, requestId: own.requestId };
  }
  const { requestId, request } = decodeCommand(entry.data);
  switch (request.type) {
    case 'put':
      return { term, index, kind: 'put', key: utf8Decode(request.key), value: utf8Decode(request.value), requestId };
    case 'deleteRange':
      return { term, index, kind: 'delete', key: utf8Decode(request.key), value: utf8Decode(request.rangeEnd), requestId };
    case 'txn':
      return { term, index, kind: 'txn', key: '', value: '', requestId };
    case 'leaseGrant':
    case 'leaseRevoke':
      return { term, index, kind: 'lease', key: formatHex(request.id), value: request.type, requestId };
    case 'leaseCheckpoint':
      return { term, index, kind: 'lease', key: formatHex(request.checkpoints[0]?.id ?? ZERO_ID), value: request.type, requestId };
    case 'compaction':
      return { term, index, kind: 'compact', key: String(request.revision), value: '', requestId };
    default:
      return { term, index, kind: 'other', key: request.type, value: '', requestId };
  }
}

/** A conf change: what is done, and the peer URL that it concerns, or the member's id in hex. */
function noteOfChange(entry: Entry): EntryNote {
  const { term, index } = entry;
  const change = decodeConfChange(entry);
  if (change.version !== 1) return { term, index, kind: 'conf', key: '', value: '', requestId: '' };
  return { term, index, kind: 'conf', key: change.type, value: formatHex(change.nodeId), requestId: change.id ?? '' };
}

/** 0 = nobody. */
function ordinalOf(host: Host, id: MemberId): number {
  if (id === ZERO_ID) return 0;
  return host.added.get(id) ?? host.config.ids.indexOf(id) + 1;
}

function describeThrown(error: unknown, time: SimTime): NonNullable<HostResult['thrown']> {
  if (error instanceof Error) return { time, message: error.message, stack: error.stack ?? '' };
  return { time, message: String(error), stack: '' };
}
