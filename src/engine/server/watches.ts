/** Watches: streams of this member, fed by its own store (`spec/etcd.md` 2). */
import { type Bytes, ZERO_ID } from '../../base/index.ts';
import { cancelWatcher, createWatcher, progressRevision, syncWatchers, takeWatchResponses } from '../kv/index.ts';
import type { WatchEvent, WatchRequest, WatchResponse } from './api.ts';
import { type ApiErrorCode, describeApiError } from './errors.ts';
import { headerOf } from './header.ts';
import type { CallId } from './input.ts';
import { responseSize, watchEventSize } from './messageSize.ts';
import { checkRange } from './permissions.ts';
import type { IncomingRequest, Member } from './state.ts';
import { authInfoOf } from './tokens.ts';

/** etcd: maxNoLeaderCnt. */
const MAX_LEADERLESS_LOOKS = 3;
/** etcd: --watch-progress-notify-interval, 10 min, in virtual µs. */
const NOTIFY_INTERVAL = 600_000_000;
/** Bytes that a client takes in one message: 1.5 MiB and 512 KiB. */
const MAX_RESPONSE_SIZE = 1_572_864 + 512 * 1024;

type WatchIncoming = IncomingRequest & { readonly request: WatchRequest };

/** Opens a stream: its first message says that the watcher is there, or why not. */
export function beginWatch(member: Member, { call, request, requireLeader, token }: WatchIncoming): ApiErrorCode | undefined {
  if (requireLeader && member.raft.lead === ZERO_ID) return 'noLeader';
  // An empty key stands for the first of all keys.
  const key = request.key === '' ? '\0' : request.key;
  const refusal = permissionRefusal(member, key, request.rangeEnd, token) ?? create(member, call, { ...request, key });
  respond(member, call, { created: true, canceled: refusal !== undefined, cancelReason: refusal ?? '' });
  if (refusal !== undefined) return undefined;
  const notifyAt = request.progressNotify ? member.now + NOTIFY_INTERVAL : undefined;
  member.watches.set(call, { call, requireLeader, isFragmented: request.fragment ?? false, notifyAt, isQuiet: true });
  return undefined;
}

/** Says how far the watchers of one connection have come, if all of them have had everything. */
export function askProgress(member: Member, watches: readonly CallId[]): void {
  const revision = progressRevision(member.kv, watches);
  if (revision === undefined) return;
  for (const call of watches) respond(member, call, { header: { ...headerOf(member), revision } });
}

/** In the full form in which gRPC has it: the reason travels inside a message. */
function permissionRefusal(member: Member, key: Bytes, rangeEnd: Bytes, token: Bytes | undefined): string | undefined {
  const info = authInfoOf(member, token);
  const code = info.ok ? checkRange(member.auth, info.value, 'read', key, rangeEnd) : info.error;
  if (code === undefined) return undefined;
  const { grpc, text } = describeApiError({ code });
  return `rpc error: code = ${grpc} desc = ${text}`;
}

function create(member: Member, call: CallId, request: WatchRequest): string | undefined {
  // A negative start lies before any history.
  if (request.startRevision < 0) return 'etcdserver: mvcc: required revision has been compacted';
  return createWatcher(member.kv, call, request).ok ? undefined : 'mvcc: watcher range is empty';
}

/** Sends on what the store has for the watchers. */
export function drainWatches(member: Member): void {
  for (const { watcherId, revision, compactRevision, events } of takeWatchResponses(member.kv)) {
    const watch = member.watches.get(watcherId);
    member.counters.etcd_debugging_mvcc_events_total += events.length;
    const isGone = compactRevision > 0;
    if (isGone) member.watches.delete(watcherId);
    else if (watch?.isQuiet === true) member.watches.set(watcherId, { ...watch, isQuiet: false });
    const header = { ...headerOf(member), revision };
    const whole = responseOf(member, { header, canceled: isGone, compactRevision, events });
    const parts = watch?.isFragmented === true ? fragments(whole) : [whole];
    for (const response of parts) member.outputs.push({ type: 'stream', call: watcherId, response });
  }
}

/** A response in parts that a client takes in one message each. etcd: sendFragments. */
function fragments(whole: WatchResponse): readonly WatchResponse[] {
  if (whole.events.length < 2 || responseSize(whole) < MAX_RESPONSE_SIZE) return [whole];
  const bare = responseSize({ ...whole, fragment: true, events: [] });
  const runs: WatchEvent[][] = [];
  let size = 0;
  for (const event of whole.events) {
    const more = watchEventSize(event);
    const run = runs.at(-1);
    if (run !== undefined && size + more < MAX_RESPONSE_SIZE) {
      run.push(event);
      size += more;
    } else {
      runs.push([event]);
      size = bare + more;
    }
  }
  return runs.map((events, i) => ({ ...whole, ...(i < runs.length - 1 ? { fragment: true } : {}), events }));
}

/** Lets watchers that are behind catch up; once an election timeout, looks whether streams have to end for want of a leader. */
export function tickWatches(member: Member, isLook: boolean): void {
  syncWatchers(member.kv);
  notifyProgress(member);
  if (!isLook) return;
  member.leaderlessLooks = member.raft.lead === ZERO_ID ? member.leaderlessLooks + 1 : 0;
  if (member.leaderlessLooks < MAX_LEADERLESS_LOOKS) return;
  for (const watch of [...member.watches.values()]) {
    if (!watch.requireLeader) continue;
    cancelWatch(member, watch.call);
    member.outputs.push({ type: 'refuse', call: watch.call, error: { code: 'noLeader' } });
  }
}

/** Tells watchers that want to know it, and have heard nothing for long, that nothing has been kept from them. */
function notifyProgress(member: Member): void {
  for (const [call, watch] of [...member.watches]) {
    if (watch.notifyAt === undefined || member.now < watch.notifyAt) continue;
    member.watches.set(call, { ...watch, notifyAt: member.now + NOTIFY_INTERVAL, isQuiet: true });
    if (watch.isQuiet) askProgress(member, [call]);
  }
}

/** The client ended its stream. */
export function cancelWatch(member: Member, call: CallId): void {
  if (!member.watches.delete(call)) return;
  cancelWatcher(member.kv, call);
}

function respond(member: Member, call: CallId, fields: Partial<WatchResponse>): void {
  member.outputs.push({ type: 'stream', call, response: responseOf(member, fields) });
}

function responseOf(member: Member, fields: Partial<WatchResponse>): WatchResponse {
  return {
    type: 'watch',
    header: headerOf(member),
    created: false,
    canceled: false,
    cancelReason: '',
    compactRevision: 0,
    events: [],
    ...fields,
  };
}
