/** Watches: streams of this member, fed by its own store (`spec/etcd.md` 2). */
import { ZERO_ID } from '../../base/index.ts';
import { cancelWatcher, createWatcher, syncWatchers, takeWatchResponses } from '../kv/index.ts';
import type { WatchRequest, WatchResponse } from './api.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import type { CallId } from './input.ts';
import type { Member } from './state.ts';

/** etcd: maxNoLeaderCnt. */
const MAX_LEADERLESS_LOOKS = 3;

/** Opens a stream: its first message says that the watcher is there. */
export function beginWatch(member: Member, call: CallId, request: WatchRequest, requireLeader: boolean): ApiErrorCode | undefined {
  if (requireLeader && member.raft.lead === ZERO_ID) return 'noLeader';
  // An empty key stands for the first of all keys. A negative start lies before any history.
  const options = { ...request, key: request.key === '' ? '\0' : request.key };
  const created = request.startRevision < 0 ? undefined : createWatcher(member.kv, call, options);
  const refusal =
    created === undefined
      ? 'etcdserver: mvcc: required revision has been compacted'
      : created.ok
        ? ''
        : 'mvcc: watcher range is empty';
  respond(member, call, { created: true, canceled: refusal !== '', cancelReason: refusal });
  if (refusal === '') member.watches.set(call, { call, requireLeader });
  return undefined;
}

/** Sends on what the store has for the watchers. */
export function drainWatches(member: Member): void {
  for (const response of takeWatchResponses(member.kv)) {
    const isGone = response.compactRevision > 0;
    if (isGone) member.watches.delete(response.watcherId);
    respond(member, response.watcherId, {
      header: { ...headerOf(member), revision: response.revision },
      canceled: isGone,
      compactRevision: response.compactRevision,
      events: response.events,
    });
  }
}

/** Lets watchers that are behind catch up; once an election timeout, looks whether streams have to end for want of a leader. */
export function tickWatches(member: Member, isLook: boolean): void {
  syncWatchers(member.kv);
  if (!isLook) return;
  member.leaderlessLooks = member.raft.lead === ZERO_ID ? member.leaderlessLooks + 1 : 0;
  if (member.leaderlessLooks < MAX_LEADERLESS_LOOKS) return;
  for (const watch of [...member.watches.values()]) {
    if (!watch.requireLeader) continue;
    cancelWatch(member, watch.call);
    member.outputs.push({ type: 'refuse', call: watch.call, error: { code: 'noLeader' } });
  }
}

/** The client ended its stream. */
export function cancelWatch(member: Member, call: CallId): void {
  if (!member.watches.delete(call)) return;
  cancelWatcher(member.kv, call);
}

function respond(member: Member, call: CallId, fields: Partial<WatchResponse>): void {
  member.outputs.push({
    type: 'stream',
    call,
    response: {
      type: 'watch',
      header: headerOf(member),
      created: false,
      canceled: false,
      cancelReason: '',
      compactRevision: 0,
      events: [],
      ...fields,
    },
  });
}
