/**
 * A slow and obvious etcd of one member for replaying sessions: every version of every key in one list, no Raft, no clock.
 * It knows what `put`, `get`, `del`, `watch` and `member list` need, and shares no code with the engine.
 */
import { toId64, ZERO_ID } from '../../src/base/index.ts';
import type { ConsoleTarget, StreamEvent } from '../../src/console/index.ts';
import type {
  ApiResponse,
  CallOutcome,
  KeyValue,
  RangeRequest,
  ResponseHeader,
  UnaryRequest,
  WatchEvent,
  WatchRequest,
} from '../../src/engine/server/api.ts';

interface Version {
  readonly revision: number;
  readonly event: WatchEvent;
}

export interface ModelEtcd extends ConsoleTarget {
  readonly clusterId: bigint;
  readonly memberId: bigint;
}

export function createModelEtcd(memberHex: string, clientUrl: string): ModelEtcd {
  const memberId = BigInt(`0x${memberHex}`);
  const clusterId = 0xcdf818194e3a8c32n;
  const versions: Version[] = [];
  const watchers = new Set<{ request: WatchRequest; next: number; notify: (event: StreamEvent) => void }>();
  let revision = 1;
  let time = 0;

  const header = (atRevision = revision): ResponseHeader => ({
    clusterId: toId64(clusterId),
    memberId: toId64(memberId),
    revision: atRevision,
    raftTerm: 2,
  });
  const inRange = (key: string, request: { key: string; rangeEnd: string }): boolean =>
    request.rangeEnd === '' ? key === request.key : key >= request.key && (request.rangeEnd === '\0' || key < request.rangeEnd);
  const at = (when: number): Map<string, KeyValue> => {
    const pairs = new Map<string, KeyValue>();
    for (const version of versions) {
      if (version.revision > when) break;
      if (version.event.type === 'put') pairs.set(version.event.kv.key, version.event.kv);
      else pairs.delete(version.event.kv.key);
    }
    return pairs;
  };
  const write = (events: readonly WatchEvent[]): void => {
    for (const event of events) versions.push({ revision, event });
    for (const watcher of watchers) serve(watcher);
  };
  const serve = (watcher: { request: WatchRequest; next: number; notify: (event: StreamEvent) => void }): void => {
    const { request } = watcher;
    const batch = new Map<number, WatchEvent[]>();
    for (const version of versions) {
      if (version.revision < watcher.next || !inRange(version.event.kv.key, request)) continue;
      const event = request.prevKv ? version.event : { ...version.event, prevKv: undefined };
      batch.set(version.revision, [...(batch.get(version.revision) ?? []), event]);
    }
    watcher.next = Math.max(watcher.next, revision + 1);
    for (const [when, events] of batch) watcher.notify({ type: 'message', response: { ...watchAnswer(header(when)), events } });
  };
  const watchAnswer = (head: ResponseHeader) =>
    ({ type: 'watch', header: head, created: false, canceled: false, cancelReason: '', compactRevision: 0, events: [] }) as const;

  const range = (request: RangeRequest): CallOutcome => {
    if (request.key === '') return { ok: false, error: { code: 'emptyKey' } };
    if (request.revision > revision) return { ok: false, error: { code: 'futureRevision' } };
    const found = [...at(request.revision > 0 ? request.revision : revision).values()]
      .filter((kv) => inRange(kv.key, request))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const by = {
      key: (kv: KeyValue) => kv.key,
      value: (kv: KeyValue) => kv.value,
      version: (kv: KeyValue) => kv.version,
      create: (kv: KeyValue) => kv.createRevision,
      mod: (kv: KeyValue) => kv.modRevision,
    }[request.sortTarget];
    const sign = request.sortOrder === 'descend' ? -1 : 1;
    if (request.sortOrder !== 'none' || request.sortTarget !== 'key')
      found.sort((a, b) => (by(a) < by(b) ? -sign : by(a) > by(b) ? sign : 0));
    const kvs = request.limit > 0 ? found.slice(0, request.limit) : found;
    return {
      ok: true,
      response: {
        type: 'range',
        header: header(),
        kvs: request.countOnly ? [] : kvs.map((kv) => (request.keysOnly ? { ...kv, value: '' } : kv)),
        more: kvs.length < found.length,
        count: found.length,
      },
    };
  };
  const answer = (request: UnaryRequest): CallOutcome => {
    switch (request.type) {
      case 'range':
        return range(request);
      case 'put': {
        const old = at(revision).get(request.key);
        if (request.key === '') return { ok: false, error: { code: 'emptyKey' } };
        if (old === undefined && (request.ignoreValue || request.ignoreLease)) return { ok: false, error: { code: 'keyNotFound' } };
        revision++;
        const kv: KeyValue = {
          key: request.key,
          createRevision: old?.createRevision ?? revision,
          modRevision: revision,
          version: (old?.version ?? 0) + 1,
          value: request.ignoreValue ? (old?.value ?? '') : request.value,
          lease: request.lease,
        };
        write([{ type: 'put', kv, prevKv: old }]);
        return ok({ type: 'put', header: header(), prevKv: request.prevKv ? old : undefined });
      }
      case 'deleteRange': {
        const gone = [...at(revision).values()].filter((kv) => inRange(kv.key, request)).sort((a, b) => (a.key < b.key ? -1 : 1));
        if (gone.length > 0) {
          revision++;
          const tombstone = (key: string): KeyValue => ({
            key,
            createRevision: 0,
            modRevision: revision,
            version: 0,
            value: '',
            lease: ZERO_ID,
          });
          write(gone.map((kv) => ({ type: 'delete', kv: tombstone(kv.key), prevKv: kv })));
        }
        return ok({ type: 'deleteRange', header: header(), deleted: gone.length, prevKvs: request.prevKv ? gone : [] });
      }
      case 'memberList': {
        const member = {
          id: toId64(memberId),
          name: 'm1',
          peerUrls: ['http://127.0.0.1:2380'],
          clientUrls: [clientUrl],
          isLearner: false,
        };
        return ok({ type: 'memberList', header: header(0), members: [member] });
      }
      default:
        throw new Error('the model does not know such requests');
    }
  };
  const ok = (response: Exclude<ApiResponse, { type: 'watch' }>): CallOutcome => ({ ok: true, response }) as CallOutcome;

  return {
    clusterId,
    memberId,
    now: () => time,
    request: (call, onReply) => {
      onReply(answer(call.request));
      return { id: undefined, cancel: () => {} };
    },
    openStream: (stream, onEvent) => {
      const { request } = stream;
      if (request.type !== 'watch') throw new Error('the model does not know such streams');
      const watcher = { request, next: request.startRevision > 0 ? request.startRevision : revision + 1, notify: onEvent };
      watchers.add(watcher);
      onEvent({ type: 'message', response: { ...watchAnswer(header()), created: true } });
      if (watcher.next <= revision) serve(watcher);
      return { id: undefined, cancel: () => watchers.delete(watcher) };
    },
    sleep: (duration, onDone) => {
      time += duration;
      onDone();
      return { id: undefined, cancel: () => {} };
    },
  };
}
