/**
 * The past: the same run, repeated inline from (scenario, seed, journal), with a copy of the whole cluster every few virtual
 * seconds on shared structure. What any member was at any time, dead ones included, is asked of it; its trace's digest
 * beside the live one's proves that the run is the run.
 */
import { assert, type Bytes, byText, type Id64 } from '../base/index.ts';
import {
  compactRevision,
  currentRevision,
  getWatcher,
  type KeyHistory,
  keyHistories,
  missedChanges,
  PLAIN_RANGE,
  range,
  type WatcherState,
} from '../engine/kv/index.ts';
import { formatLogLine } from '../engine/raft/index.ts';
import { describeApiError, type KeyValue, type ServerLine, type WatchRequest } from '../engine/server/index.ts';
import { watchesOf } from './client.ts';
import type { JournalEntry } from './command.ts';
import { type Host, type HostLine, hostDigest, hostLines } from './host/index.ts';
import { advanceInline, cloneInlineRun, createInlineRun, digestsInline, type InlineRun } from './inline.ts';
import { type ClientNews, loadJournal } from './kernel/index.ts';
import { type Scenario, SECOND, type SimTime } from './scenario.ts';
import { traceDigest } from './trace.ts';

/** Virtual time between two checkpoints. */
const CHECKPOINT_EVERY = 10 * SECOND;

export interface History {
  readonly run: InlineRun;
  /** Copies, by time, ascending; the first is of the start. */
  readonly checkpoints: InlineRun[];
  /** Everybody who ever watched, by call. */
  readonly watchCalls: Map<number, WatchCall>;
  /** Watches that are over, in the order in which their clients heard it. */
  readonly endedWatches: EndedWatch[];
}

interface WatchCall {
  readonly client: number;
  readonly request: WatchRequest;
  readonly text: string;
}

/** What a watch was asked for, and by whom. */
export interface WatchAsked extends WatchCall {
  readonly call: number;
}

/** An open watch as its member holds it. */
export interface WatchThen extends WatchAsked {
  /** Ordinal. */
  readonly member: number;
  /** Of that member's store. */
  readonly revision: number;
  readonly state: WatcherState;
  /** Nothing below it is left to be sent; for a synced one it may lie behind (`spec/etcd.md` 2.2). */
  readonly minRevision: number;
  /** Changes that it has not been sent yet; counted up to {@link MOST_MISSED}. */
  readonly missed: number;
}

/** A watch that no member holds: its client looks for one. */
export interface WatchAway extends WatchAsked {
  /** Where it will go on; 0 = it was not created yet. */
  readonly nextRevision: number;
}

/** A watch that is over. */
export interface EndedWatch extends WatchAsked {
  readonly time: SimTime;
  /** > 0: its start was compacted; the oldest revision that can be read. */
  readonly compactRevision: number;
  /** The server's words; '' when the client itself ended it. */
  readonly reason: string;
}

/** A member's store with what can still be read of its past. */
export interface StoreThen {
  readonly isUp: boolean;
  readonly revision: number;
  /** -1: never compacted. */
  readonly compactRevision: number;
  readonly histories: readonly KeyHistory[];
  /** Keys with the prefix, those left out included. */
  readonly keyCount: number;
}

/** A lease as its member knows it. */
export interface LeaseThen {
  readonly id: Id64;
  /** Seconds, as granted. */
  readonly ttl: number;
  /** Virtual µs; 0 = this member does not count. */
  readonly endsAt: SimTime;
  /** In byte order. */
  readonly keys: readonly Bytes[];
}

/** A line of a member's log, for reading. */
export interface LineThen extends ServerLine {
  /** Counts the lines of its process. */
  readonly number: number;
  readonly time: SimTime;
}

/** Watches that are kept after their end. */
const MOST_ENDED = 256;
/** Of what a watcher missed so much is counted. */
const MOST_MISSED = 1000;

/** A past member, for reading. */
export interface MemberThen {
  readonly isUp: boolean;
  /** The store's, 0 for a member that did not run. */
  readonly revision: number;
  readonly pairs: readonly KeyValue[];
  readonly digest: string;
}

/** Names of what there was, each kind in order. */
export interface NamesThen {
  readonly keys: readonly Bytes[];
  readonly leases: readonly Id64[];
  readonly members: readonly Id64[];
  readonly users: readonly Bytes[];
  readonly roles: readonly Bytes[];
}

/** The history of a run that has not begun. */
export function createHistory(scenario: Scenario): History {
  const run = createInlineRun(scenario);
  return { run, checkpoints: [cloneInlineRun(run)], watchCalls: new Map(), endedWatches: [] };
}

/**
 * Repeats the run up to `until`.
 *
 * @param entries of the journal, those after the ones given before
 * @returns the digest of the trace so far
 */
export function followRun(history: History, entries: readonly JournalEntry[], until: SimTime): string {
  const { run, checkpoints } = history;
  loadJournal(run.kernel, entries);
  for (const { action } of entries) {
    if (action.type !== 'call' || action.request.type !== 'watch') continue;
    const { client, request, text } = action;
    history.watchCalls.set(action.call, { client, request, text });
  }
  while (run.kernel.now < until) {
    const last = checkpoints.at(-1)?.kernel.now ?? 0;
    const { news } = advanceInline(run, Math.min(until, last + CHECKPOINT_EVERY));
    for (const item of news) noteEnd(history, item);
    if (run.kernel.now >= last + CHECKPOINT_EVERY) checkpoints.push(cloneInlineRun(run));
  }
  return traceDigest(run.kernel.hash);
}

/** What a member was just before `time`. */
export function memberAt(history: History, member: number, time: SimTime): MemberThen {
  const host = runAt(history, time).hosts.get(member);
  if (host === undefined) return { isUp: false, revision: 0, pairs: [], digest: '' };
  const { kv } = host.member;
  const everything = range(kv, { ...PLAIN_RANGE, key: '\0', rangeEnd: '\0' });
  assert(everything.ok, 'the current revision can always be read');
  return { isUp: true, revision: currentRevision(kv), pairs: everything.value.kvs, digest: hostDigest(host) };
}

/**
 * A member's store just before `time`, by keys that begin with `prefix`.
 *
 * @param mostKeys in the answer
 * @param mostVersions newest ones of each key
 */
export function storeAt(
  history: History,
  member: number,
  time: SimTime,
  { prefix, mostKeys, mostVersions }: { readonly prefix: Bytes; readonly mostKeys: number; readonly mostVersions: number },
): StoreThen {
  const kv = runAt(history, time).hosts.get(member)?.member.kv;
  if (kv === undefined) return { isUp: false, revision: 0, compactRevision: -1, histories: [], keyCount: 0 };
  const keys = { key: prefix === '' ? '\0' : prefix, rangeEnd: prefixEnd(prefix) };
  const found = keyHistories(kv, keys, mostKeys, mostVersions);
  return { isUp: true, revision: currentRevision(kv), compactRevision: compactRevision(kv), ...found };
}

/** The watches that were open just before `time`, by member and call; and those that had ended, the newest last. */
export function watchesAt(
  history: History,
  time: SimTime,
): { readonly open: readonly WatchThen[]; readonly away: readonly WatchAway[]; readonly ended: readonly EndedWatch[] } {
  const open: WatchThen[] = [];
  const run = runAt(history, time);
  for (const [member, host] of [...run.hosts].sort(([a], [b]) => a - b)) {
    const { kv, watches } = host.member;
    for (const call of [...watches.keys()].sort((a, b) => a - b)) {
      const watcher = getWatcher(kv, call);
      const asked = history.watchCalls.get(call);
      if (watcher === undefined || asked === undefined) continue;
      const { from, count } = missedChanges(kv, watcher, MOST_MISSED);
      const position = { revision: currentRevision(kv), state: watcher.state, minRevision: from, missed: count };
      open.push({ ...asked, call, member, ...position });
    }
  }
  const ended = history.endedWatches.filter((watch) => watch.time < time);
  const told = new Set([...open, ...ended].map(({ call }) => call));
  const away: WatchAway[] = [];
  for (const { client } of run.kernel.clients.values())
    for (const { call, nextRevision } of watchesOf(client)) {
      const asked = history.watchCalls.get(call);
      if (asked !== undefined && !told.has(call)) away.push({ ...asked, call, nextRevision });
    }
  return { open, away, ended };
}

/**
 * The leases just before `time`, by id: as the leader knows them, whose clock ends them; while nobody counts, as the running
 * member that has applied most.
 */
export function leasesAt(history: History, time: SimTime): { readonly clock: number; readonly leases: readonly LeaseThen[] } {
  let best: Host | undefined;
  for (const [, host] of [...runAt(history, time).hosts].sort(([a], [b]) => a - b)) {
    if (best === undefined || knowsLeasesBetter(host, best)) best = host;
  }
  if (best === undefined) return { clock: 0, leases: [] };
  const { leases, lessor } = best.member;
  const known = [...leases.byId.values()].sort((a, b) => byText(a.id, b.id));
  return {
    clock: lessor.isPrimary ? best.config.ordinal : 0,
    leases: known.map(({ id, ttl, keys }) => ({ id, ttl, endsAt: lessor.endsAt.get(id) ?? 0, keys: [...keys].sort(byText) })),
  };
}

/**
 * What has a name at a member just before `time`.
 *
 * @param prefix of the keys
 * @param mostKeys in the answer
 */
export function namesAt(history: History, member: number, time: SimTime, prefix: Bytes, mostKeys: number): NamesThen {
  const found = runAt(history, time).hosts.get(member)?.member;
  if (found === undefined) return { keys: [], leases: [], members: [], users: [], roles: [] };
  const { kv, leases, auth, membership } = found;
  const keys = { key: prefix === '' ? '\0' : prefix, rangeEnd: prefixEnd(prefix) };
  const everything = range(kv, { ...PLAIN_RANGE, ...keys, limit: mostKeys, keysOnly: true });
  assert(everything.ok, 'the current revision can always be read');
  return {
    keys: everything.value.kvs.map(({ key }) => key),
    leases: [...leases.byId.keys()].sort(byText),
    members: membership.members.map(({ id }) => id),
    users: auth.users.map(({ name }) => name),
    roles: auth.roles.map(({ name }) => name),
  };
}

/** The lines that a member's process has written before `time`, as far back as they are kept, in the words of etcd 3.6. */
export function linesAt(history: History, member: number, time: SimTime): readonly LineThen[] {
  const host = runAt(history, time).hosts.get(member);
  if (host === undefined) return [];
  const { start } = host.lines;
  return hostLines(host, 0, time).map((line, at) => ({ number: start + at, time: line.time, ...wordsOf(line.line) }));
}

/**
 * The same run as far as it has been followed, by members with --log-level debug. Another history, for at that level etcd also says some
 * things otherwise; nothing but lines differs.
 *
 * @param before what this returned last, to go on from
 */
export function detailedHistory({ run: { kernel } }: History, before: History | undefined): History {
  const { scenario, journal, now } = kernel;
  const detailed = before ?? createHistory({ ...scenario, options: { ...scenario.options, logLevel: 'debug' } });
  const known = detailed.run.kernel.journal.length;
  followRun(detailed, journal.slice(known), now);
  return detailed;
}

/** Each member's digest just before `time`, by ordinal - 1; '' for a stopped one. */
export function digestsAt(history: History, time: SimTime): string[] {
  return digestsInline(runAt(history, time));
}

/** Two may count for a while: of a leader that does not know yet, and its successor, the later term. */
function knowsLeasesBetter({ member: a }: Host, { member: b }: Host): boolean {
  if (a.lessor.isPrimary !== b.lessor.isPrimary) return a.lessor.isPrimary;
  return a.lessor.isPrimary ? a.raft.term > b.raft.term : a.appliedIndex > b.appliedIndex;
}

function wordsOf(line: HostLine['line']): ServerLine {
  if ('message' in line) return line;
  return { level: RAFT_LEVELS[line.level], logger: 'raft', message: formatLogLine(line, 'v3.6'), fields: [] };
}

/** Raft ends a process that it finds in a state that cannot be; etcd's own lines know no such level. */
const RAFT_LEVELS = { DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error', FATAL: 'error', NONE: 'error' } as const;

function noteEnd(history: History, news: ClientNews): void {
  const asked = history.watchCalls.get(news.call);
  if (asked === undefined) return;
  const { time, call } = news;
  if (news.type === 'message') {
    const { response } = news;
    if (response.type !== 'watch' || !response.canceled) return;
    keepEnd(history, { ...asked, call, time, compactRevision: response.compactRevision, reason: response.cancelReason });
  } else if (news.type === 'end' && history.endedWatches.findLast((watch) => watch.call === call) === undefined) {
    const reason = news.outcome.type === 'error' ? describeApiError(news.outcome.error).text : '';
    keepEnd(history, { ...asked, call, time, compactRevision: 0, reason });
  }
}

function keepEnd(history: History, watch: EndedWatch): void {
  history.endedWatches.push(watch);
  if (history.endedWatches.length > MOST_ENDED) history.endedWatches.shift();
}

/** The first key behind all that begin with `prefix`; '\0' = no end. etcd-io/etcd:client/v3/op.go, `getPrefix`. */
function prefixEnd(prefix: Bytes): Bytes {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const byte = prefix.charCodeAt(i);
    if (byte < 0xff) return prefix.slice(0, i) + String.fromCharCode(byte + 1);
  }
  return '\0';
}

/** A run that stands at `time`, for reading: the history's own at its end, otherwise a copy, so that the history goes on undisturbed. */
function runAt(history: History, time: SimTime): InlineRun {
  const { run, checkpoints } = history;
  if (time === run.kernel.now) return run;
  assert(time <= run.kernel.now, 'only what has been followed is past', { time, now: run.kernel.now });
  const before = checkpoints.findLast((checkpoint) => checkpoint.kernel.now <= time);
  assert(before !== undefined, 'there is a checkpoint of the start');
  const copy = cloneInlineRun(before);
  // A checkpoint knows the journal up to its own time; what was done later is taken from the run.
  loadJournal(
    copy.kernel,
    run.kernel.journal.slice(copy.kernel.journal.length).filter((entry) => entry.at < time),
  );
  advanceInline(copy, time);
  return copy;
}
