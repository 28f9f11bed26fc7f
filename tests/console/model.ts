/**
 * A slow and obvious etcd of one member for replaying sessions: every version of every key in one list, no Raft, a clock
 * that somebody turns. It shares no code with the engine.
 */
import { type Bytes, type Id64, toId64, ZERO_ID } from '../../src/base/index.ts';
import type { ConsoleTarget, StreamEvent } from '../../src/console/index.ts';
import type {
  CallOutcome,
  Compare,
  DeleteRangeRequest,
  KeyValue,
  MemberInfo,
  Permission,
  PutRequest,
  RangeRequest,
  RangeResponse,
  ResponseHeader,
  TxnOperation,
  TxnOperationResponse,
  TxnRequest,
  UnaryRequest,
  UnaryResponse,
  WatchEvent,
  WatchRequest,
} from '../../src/engine/server/api.ts';
import type { ApiErrorCode } from '../../src/engine/server/errors.ts';

/** Thrown inside the model, answered by it. */
class Refusal extends Error {
  readonly code: ApiErrorCode;
  constructor(code: ApiErrorCode) {
    super(code);
    this.code = code;
  }
}

export interface ModelEtcd extends ConsoleTarget {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  /** Lets time pass until `until` (µs), or until `isOver` says so. */
  pass(until: number, isOver?: () => boolean): void;
}

interface Lease {
  readonly id: Id64;
  readonly ttl: number;
  expiry: number;
  readonly keys: Set<Bytes>;
}

interface Watcher {
  readonly request: WatchRequest;
  readonly number: number;
  next: number;
  notify(event: StreamEvent): void;
}

const SECOND = 1_000_000;

export function createModelEtcd(memberHex: string, clientUrl: string, clusterId = 0xcdf818194e3a8c32n): ModelEtcd {
  const memberId = BigInt(`0x${memberHex}`);
  const versions: { readonly revision: number; readonly event: WatchEvent }[] = [];
  const watchers = new Set<Watcher>();
  const leases = new Map<Id64, Lease>();
  const timers = new Set<{ readonly at: number; readonly wake: () => void }>();
  const users = new Map<Bytes, { password: Bytes | undefined; readonly roles: Set<Bytes> }>();
  const roles = new Map<Bytes, Permission[]>();
  const tokens = new Map<Bytes, Bytes>();
  let members: MemberInfo[] = [
    { id: toId64(memberId), name: 'm1', peerUrls: ['http://127.0.0.1:2380'], clientUrls: [clientUrl], isLearner: false },
  ];
  let authEnabled = false;
  let authRevision = 1;
  let revision = 1;
  let compacted = 0;
  let ids = 0x694d000000000000n;
  let handles = 0;
  let time = 0;

  const header = (at = revision): ResponseHeader => ({
    clusterId: toId64(clusterId),
    memberId: toId64(memberId),
    revision: at,
    raftTerm: 2,
  });
  const at = (when: number): Map<Bytes, KeyValue> => {
    const pairs = new Map<Bytes, KeyValue>();
    for (const { revision: written, event } of versions) {
      if (written > when) break;
      if (event.type === 'put') pairs.set(event.kv.key, event.kv);
      else pairs.delete(event.kv.key);
    }
    return pairs;
  };

  // Operations inside one transaction: `main` is the revision of what it writes, `wrote` what it has written so far.
  interface Transaction {
    readonly main: number;
    wrote: number;
  }
  const transact = <T>(body: (transaction: Transaction) => T): T => {
    const transaction = { main: revision + 1, wrote: 0 };
    const result = body(transaction);
    if (transaction.wrote > 0) revision = transaction.main;
    for (const watcher of [...watchers]) serve(watcher, false);
    return result;
  };
  const headOf = ({ main, wrote }: Transaction): ResponseHeader => header(wrote > 0 ? main : main - 1);

  const range = (request: RangeRequest, transaction: Transaction): RangeResponse => {
    if (request.key === '') throw new Refusal('emptyKey');
    if (request.revision > transaction.main - 1) throw new Refusal('futureRevision');
    if (request.revision > 0 && request.revision < compacted) throw new Refusal('compacted');
    let found = [...at(request.revision > 0 ? request.revision : transaction.main).values()]
      .filter((kv) => inRange(kv.key, request))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const { length } = found;
    const within = (value: number, least: number, most: number) => (least === 0 || value >= least) && (most === 0 || value <= most);
    found = found.filter(
      (kv) =>
        within(kv.modRevision, request.minModRevision, request.maxModRevision) &&
        within(kv.createRevision, request.minCreateRevision, request.maxCreateRevision),
    );
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
      type: 'range',
      header: headOf(transaction),
      kvs: request.countOnly ? [] : kvs.map((kv) => (request.keysOnly ? { ...kv, value: '' } : kv)),
      more: kvs.length < found.length,
      count: length,
    };
  };
  const put = (request: PutRequest, transaction: Transaction) => {
    const { main } = transaction;
    const old = at(main).get(request.key);
    if (request.key === '') throw new Refusal('emptyKey');
    if (request.ignoreLease && request.lease !== ZERO_ID) throw new Refusal('leaseProvided');
    if (old === undefined && (request.ignoreValue || request.ignoreLease)) throw new Refusal('keyNotFound');
    const lease = request.ignoreLease ? (old?.lease ?? ZERO_ID) : request.lease;
    if (lease !== ZERO_ID && !leases.has(lease)) throw new Refusal('leaseNotFound');
    if (old !== undefined) leases.get(old.lease)?.keys.delete(request.key);
    leases.get(lease)?.keys.add(request.key);
    transaction.wrote++;
    const kv: KeyValue = {
      key: request.key,
      createRevision: old?.createRevision ?? main,
      modRevision: main,
      version: (old?.version ?? 0) + 1,
      value: request.ignoreValue ? (old?.value ?? '') : request.value,
      lease,
    };
    versions.push({ revision: main, event: { type: 'put', kv, prevKv: old } });
    return { type: 'put', header: headOf(transaction), prevKv: request.prevKv ? old : undefined } as const;
  };
  const remove = (request: DeleteRangeRequest, transaction: Transaction) => {
    if (request.key === '') throw new Refusal('emptyKey');
    const { main } = transaction;
    const gone = [...at(main).values()].filter((kv) => inRange(kv.key, request)).sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const old of gone) {
      leases.get(old.lease)?.keys.delete(old.key);
      const kv = { key: old.key, createRevision: 0, modRevision: main, version: 0, value: '', lease: ZERO_ID };
      versions.push({ revision: main, event: { type: 'delete', kv, prevKv: old } });
      transaction.wrote++;
    }
    const prevKvs = request.prevKv ? gone : [];
    return { type: 'deleteRange', header: headOf(transaction), deleted: gone.length, prevKvs } as const;
  };
  const holds = (compare: Compare, main: number): boolean => {
    const kv = at(main).get(compare.key);
    const order = (a: number | string, b: number | string) => (a < b ? 'less' : a > b ? 'greater' : 'equal');
    let is: string;
    if (compare.target === 'value') {
      if (kv === undefined) return false;
      is = order(kv.value, compare.value);
    } else if (compare.target === 'version') is = order(kv?.version ?? 0, compare.version);
    else if (compare.target === 'create') is = order(kv?.createRevision ?? 0, compare.createRevision);
    else if (compare.target === 'mod') is = order(kv?.modRevision ?? 0, compare.modRevision);
    else is = order(kv?.lease ?? ZERO_ID, compare.lease);
    return compare.result === 'notEqual' ? is !== 'equal' : is === compare.result;
  };
  const txn = (request: TxnRequest): UnaryResponse => {
    if ([...request.compare].some(({ key }) => key === '')) throw new Refusal('emptyKey');
    for (const branch of [request.success, request.failure]) refuseDoubles(branch);
    return transact((transaction) => {
      const succeeded = request.compare.every((compare) => holds(compare, transaction.main));
      const branch = succeeded ? request.success : request.failure;
      for (const operation of branch) {
        if (operation.type === 'range' && operation.revision > 0) range(operation, transaction);
        if (operation.type === 'put' && operation.lease !== ZERO_ID && !leases.has(operation.lease))
          throw new Refusal('leaseNotFound');
      }
      const responses = branch.map((operation): TxnOperationResponse => {
        const response =
          operation.type === 'range'
            ? range(operation, transaction)
            : operation.type === 'put'
              ? put(operation, transaction)
              : remove(operation as DeleteRangeRequest, transaction);
        const inner = { clusterId: ZERO_ID, memberId: ZERO_ID, revision: response.header.revision, raftTerm: 0 };
        return { ...response, header: inner };
      });
      return { type: 'txn', header: headOf(transaction), succeeded, responses };
    });
  };

  const serve = (watcher: Watcher, isCatchingUp: boolean): void => {
    const { request } = watcher;
    const batch = new Map<number, WatchEvent[]>();
    for (const version of versions) {
      if (version.revision < watcher.next || version.revision > revision || !inRange(version.event.kv.key, request)) continue;
      // What stood there before is read at the revision before, which may be compacted.
      const hasBefore = request.prevKv && version.revision > compacted;
      const event = hasBefore ? version.event : { ...version.event, prevKv: undefined };
      const group = isCatchingUp ? revision : version.revision;
      batch.set(group, [...(batch.get(group) ?? []), event]);
    }
    watcher.next = Math.max(watcher.next, revision + 1);
    for (const [when, events] of batch) watcher.notify({ type: 'message', response: { ...watchAnswer(header(when)), events } });
  };
  const watchAnswer = (head: ResponseHeader) =>
    ({ type: 'watch', header: head, created: false, canceled: false, cancelReason: '', compactRevision: 0, events: [] }) as const;

  const revoke = (lease: Lease): void => {
    transact((transaction) => {
      leases.delete(lease.id);
      for (const key of [...lease.keys].sort()) remove({ type: 'deleteRange', key, rangeEnd: '', prevKv: false }, transaction);
    });
  };
  const leaseOf = (id: Id64): Lease => {
    const lease = leases.get(id);
    if (lease === undefined) throw new Refusal('leaseNotFound');
    return lease;
  };

  /** Who asks, undefined while users are not asked for. */
  const userOf = (token: Bytes | undefined): Bytes | undefined => {
    if (!authEnabled) return undefined;
    const user = token === undefined ? undefined : tokens.get(token);
    if (user === undefined) throw new Refusal('userEmpty');
    return user;
  };
  const authorize = (request: UnaryRequest | TxnOperation, user: Bytes): void => {
    const own = users.get(user)?.roles ?? new Set();
    if (own.has('root')) return;
    const may = (wanted: 'read' | 'write', { key, rangeEnd }: { key: Bytes; rangeEnd: Bytes }): void => {
      const permissions = [...own].flatMap((role) => roles.get(role) ?? []);
      const covers = (one: Permission): boolean => {
        if (one.access !== wanted && one.access !== 'readwrite') return false;
        if (rangeEnd === '') return inRange(key, one);
        if (one.rangeEnd === '' || key < one.key) return false;
        return one.rangeEnd === '\0' || (rangeEnd !== '\0' && rangeEnd <= one.rangeEnd);
      };
      if (!permissions.some(covers)) throw new Refusal('permissionDenied');
    };
    switch (request.type) {
      case 'range':
        may('read', request);
        break;
      case 'put':
        may('write', { key: request.key, rangeEnd: '' });
        break;
      case 'deleteRange':
        if (request.prevKv) may('read', request);
        may('write', request);
        break;
      case 'txn':
        for (const compare of request.compare) may('read', compare);
        for (const operation of [...request.success, ...request.failure]) authorize(operation, user);
        return;
      case 'authUserGet':
        if (request.name !== user) throw new Refusal('permissionDenied');
        return;
      case 'authRoleGet':
        if (!own.has(request.role)) throw new Refusal('permissionDenied');
        return;
      default:
        if (request.type.startsWith('auth') || request.type === 'compaction' || request.type === 'defragment')
          throw new Refusal('permissionDenied');
    }
  };
  const admin = (request: Extract<UnaryRequest, { type: `auth${string}` }>): UnaryResponse => {
    const done = <T extends string>(type: T) => {
      authRevision++;
      return { type, header: header() };
    };
    const userNamed = (name: Bytes) => users.get(name) ?? refuse('userNotFound');
    const roleNamed = (name: Bytes) => roles.get(name) ?? refuse('roleNotFound');
    switch (request.type) {
      case 'authEnable': {
        if (!users.has('root')) return refuse('rootUserMissing');
        if (!users.get('root')?.roles.has('root')) return refuse('rootRoleMissing');
        authEnabled = true;
        return { type: request.type, header: header() };
      }
      case 'authDisable':
        authEnabled = false;
        return done(request.type);
      case 'authStatus':
        return { type: 'authStatus', header: header(), enabled: authEnabled, authRevision };
      case 'authenticate': {
        if (!authEnabled) return refuse('authNotEnabled');
        const user = users.get(request.name);
        if (user?.password === undefined || user.password !== request.password) return refuse('authFailed');
        const token = `token.${tokens.size}`;
        tokens.set(token, request.name);
        return { type: 'authenticate', header: header(), token };
      }
      case 'authUserAdd':
        if (request.name === '') return refuse('userEmpty');
        if (users.has(request.name)) return refuse('userExists');
        users.set(request.name, { password: request.noPassword ? undefined : request.password, roles: new Set() });
        return done(request.type);
      case 'authUserDelete':
        if (authEnabled && request.name === 'root') return refuse('invalidAuthManagement');
        userNamed(request.name);
        users.delete(request.name);
        return done(request.type);
      case 'authUserGet':
        return { type: request.type, header: header(), roles: [...userNamed(request.name).roles].sort() };
      case 'authUserList':
        return { type: request.type, header: header(), users: [...users.keys()].sort() };
      case 'authUserChangePassword':
        userNamed(request.name).password = request.password;
        return done(request.type);
      case 'authUserGrantRole': {
        const user = userNamed(request.user);
        if (request.role !== 'root') roleNamed(request.role);
        user.roles.add(request.role);
        return done(request.type);
      }
      case 'authUserRevokeRole':
        if (authEnabled && request.user === 'root' && request.role === 'root') return refuse('invalidAuthManagement');
        if (!userNamed(request.user).roles.delete(request.role)) return refuse('roleNotGranted');
        return done(request.type);
      case 'authRoleAdd':
        if (request.name === '') return refuse('roleEmpty');
        if (roles.has(request.name)) return refuse('roleExists');
        roles.set(request.name, []);
        return done(request.type);
      case 'authRoleGet':
        return { type: request.type, header: header(), permissions: roleNamed(request.role) };
      case 'authRoleList':
        return { type: request.type, header: header(), roles: [...roles.keys()].sort() };
      case 'authRoleDelete':
        if (authEnabled && request.role === 'root') return refuse('invalidAuthManagement');
        roleNamed(request.role);
        roles.delete(request.role);
        for (const user of users.values()) user.roles.delete(request.role);
        return done(request.type);
      case 'authRoleGrantPermission': {
        const { permission } = request;
        if (permission === undefined) return refuse('permissionNotGiven');
        const { key, rangeEnd } = permission;
        if (rangeEnd !== '' && rangeEnd !== '\0' && rangeEnd <= key) return refuse('invalidAuthManagement');
        const others = roleNamed(request.name).filter((one) => one.key !== key || one.rangeEnd !== rangeEnd);
        roles.set(
          request.name,
          [...others, permission].sort((a, b) => (a.key < b.key ? -1 : 1)),
        );
        return done(request.type);
      }
      case 'authRoleRevokePermission': {
        const before = roleNamed(request.role);
        const left = before.filter((one) => one.key !== request.key || one.rangeEnd !== request.rangeEnd);
        if (left.length === before.length) return refuse('permissionNotGranted');
        roles.set(request.role, left);
        return done(request.type);
      }
    }
  };

  const answer = (request: UnaryRequest, token: Bytes | undefined): UnaryResponse => {
    if (request.type !== 'authenticate') {
      const user = ['status', 'hashKv', 'alarm', 'leaseKeepAlive', 'watchProgress'].includes(request.type)
        ? undefined
        : userOf(token);
      if (user !== undefined && request.type !== 'authStatus') authorize(request, user);
    }
    switch (request.type) {
      case 'range':
        return transact((transaction) => range(request, transaction));
      case 'put':
        return transact((transaction) => put(request, transaction));
      case 'deleteRange':
        return transact((transaction) => remove(request, transaction));
      case 'txn':
        return txn(request);
      case 'compaction':
        if (request.revision > revision) return refuse('futureRevision');
        if (request.revision < 0 || (compacted > 0 && request.revision <= compacted)) return refuse('compacted');
        compacted = Math.max(compacted, request.revision);
        return { type: 'compaction', header: header() };
      case 'leaseGrant': {
        if (request.ttl > 9_000_000_000) return refuse('leaseTtlTooLarge');
        const id = request.id === ZERO_ID ? toId64(++ids) : request.id;
        const ttl = Math.max(2, request.ttl);
        leases.set(id, { id, ttl, expiry: time + ttl * SECOND, keys: new Set() });
        return { type: 'leaseGrant', header: header(), id, ttl };
      }
      case 'leaseRevoke':
        revoke(leaseOf(request.id));
        return { type: 'leaseRevoke', header: header() };
      case 'leaseKeepAlive': {
        const lease = leases.get(request.id);
        if (lease !== undefined) lease.expiry = time + lease.ttl * SECOND;
        return { type: 'leaseKeepAlive', header: header(), id: request.id, ttl: lease?.ttl ?? 0 };
      }
      case 'leaseTimeToLive': {
        const { id } = request;
        const lease = leases.get(id);
        if (lease === undefined) return { type: 'leaseTimeToLive', header: header(), id, ttl: -1, grantedTtl: 0, keys: [] };
        const left = Math.floor((lease.expiry - time) / SECOND);
        const keys = request.keys ? [...lease.keys].sort() : [];
        return { type: 'leaseTimeToLive', header: header(), id, ttl: left, grantedTtl: lease.ttl, keys };
      }
      case 'leaseLeases':
        return { type: 'leaseLeases', header: header(), leases: [...leases.keys()] };
      case 'watchProgress':
        for (const watcher of watchers) {
          if (request.watches.includes(watcher.number)) watcher.notify({ type: 'message', response: watchAnswer(header()) });
        }
        return { type: 'watchProgress', header: header() };
      case 'memberList':
        return { type: 'memberList', header: header(0), members };
      case 'memberAdd': {
        if (members.some((one) => one.isLearner) && request.isLearner) {
          const taken = members.some((one) => one.peerUrls.some((url) => request.peerUrls.includes(url)));
          return refuse(taken ? 'peerUrlExists' : 'tooManyLearners');
        }
        const { peerUrls, isLearner } = request;
        const member = { id: toId64(0x9f15e532f66831b6n), name: '', peerUrls, clientUrls: [], isLearner };
        members = [...members, member];
        return { type: 'memberAdd', header: header(0), member, members };
      }
      case 'memberRemove':
      case 'memberUpdate':
      case 'memberPromote': {
        const member = members.find(({ id }) => id === request.id);
        if (member === undefined) return refuse('memberNotFound');
        if (request.type === 'memberPromote') return refuse(member.isLearner ? 'learnerNotReady' : 'memberNotLearner');
        members = members.filter(({ id }) => id !== request.id);
        if (request.type === 'memberUpdate') members = [...members, { ...member, peerUrls: request.peerUrls }];
        return { type: request.type, header: header(0), members };
      }
      case 'status':
        return {
          type: 'status',
          header: header(),
          version: '3.6.14',
          dbSize: 20480,
          leader: toId64(memberId),
          raftIndex: 10,
          raftTerm: 2,
          raftAppliedIndex: 10,
          errors: [],
          dbSizeInUse: 16384,
          isLearner: false,
          storageVersion: '3.6.0',
          dbSizeQuota: 2147483648,
          downgradeInfo: { enabled: false, targetVersion: '' },
        };
      case 'hashKv':
        if (request.revision > revision) return refuse('futureRevision');
        return {
          type: 'hashKv',
          header: header(),
          hash: 3836316991,
          compactRevision: compacted === 0 ? -1 : compacted,
          hashRevision: request.revision > 0 ? request.revision : revision,
        };
      case 'alarm':
        return { type: 'alarm', header: header(), alarms: [] };
      case 'defragment':
        return { type: 'defragment', header: header(0) };
      case 'moveLeader':
        return request.targetId === toId64(memberId)
          ? { type: 'moveLeader', header: { clusterId: ZERO_ID, memberId: ZERO_ID, revision: 0, raftTerm: 0 } }
          : refuse('badLeaderTransferee');
      case 'hash':
      case 'inspect':
      case 'health':
      case 'memberReplace':
      case 'downgrade':
        return refuse('notCapable');
      default:
        return admin(request);
    }
  };

  return {
    clusterId,
    memberId,
    now: () => time,
    request: (call, onReply) => {
      time += 137; // nothing takes no time at all
      const reaches = call.endpoints.some((endpoint) => clientUrl.endsWith(endpoint.replace(/^https?:\/\//, '')));
      if (!reaches) {
        if (call.timeout === undefined) return { id: undefined, cancel: () => {} };
        const late = { at: time + call.timeout, wake: () => onReply({ ok: false, error: { code: 'deadlineExceeded' } }) };
        timers.add(late);
        return { id: undefined, cancel: () => timers.delete(late) };
      }
      let outcome: CallOutcome;
      try {
        outcome = { ok: true, response: answer(call.request, call.token) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        outcome = { ok: false, error: { code: error.code } };
      }
      onReply(outcome);
      return { id: undefined, cancel: () => {} };
    },
    openStream: ({ request }, onEvent) => {
      const number = ++handles;
      if (request.type === 'snapshot') {
        onEvent({
          type: 'message',
          response: { type: 'snapshot', header: header(), remainingBytes: 0, blob: 'SNAP', version: '3.6.0' },
        });
        onEvent({ type: 'end', error: undefined });
        return { id: number, cancel: () => {} };
      }
      const isEmpty = request.rangeEnd !== '' && request.rangeEnd !== '\0' && request.key >= request.rangeEnd;
      const none = { clusterId: ZERO_ID, memberId: ZERO_ID, revision: 0, raftTerm: 0 };
      if (isEmpty || request.startRevision < 0) {
        const cancelReason = isEmpty ? 'mvcc: watcher range is empty' : 'etcdserver: mvcc: required revision has been compacted';
        onEvent({ type: 'message', response: { ...watchAnswer(none), created: true, canceled: true, cancelReason } });
        return { id: number, cancel: () => {} };
      }
      const next = request.startRevision > 0 ? request.startRevision : revision + 1;
      const watcher: Watcher = { request, number, next, notify: onEvent };
      watchers.add(watcher);
      onEvent({ type: 'message', response: { ...watchAnswer(header()), created: true } });
      if (request.startRevision > 0 && request.startRevision < compacted) {
        watchers.delete(watcher);
        const canceled = { ...watchAnswer(header(0)), canceled: true, compactRevision: compacted };
        onEvent({ type: 'message', response: canceled });
      } else if (watcher.next <= revision) serve(watcher, true);
      return { id: number, cancel: () => watchers.delete(watcher) };
    },
    sleep: (duration, onDone) => {
      const timer = { at: time + duration, wake: onDone };
      timers.add(timer);
      return { id: undefined, cancel: () => timers.delete(timer) };
    },
    pass: (until, isOver = () => false) => {
      while (!isOver()) {
        const due = [...timers].sort((a, b) => a.at - b.at)[0];
        const dying = [...leases.values()].sort((a, b) => a.expiry - b.expiry)[0];
        const at = Math.min(due?.at ?? Number.POSITIVE_INFINITY, dying?.expiry ?? Number.POSITIVE_INFINITY);
        if (at > until) break;
        time = Math.max(time, at);
        if (dying !== undefined && dying.expiry === at) revoke(dying);
        else if (due !== undefined) {
          timers.delete(due);
          due.wake();
        }
      }
      if (!isOver()) time = Math.max(time, until);
    },
  };
}

function refuse(code: ApiErrorCode): never {
  throw new Refusal(code);
}

function inRange(key: Bytes, { key: first, rangeEnd }: { readonly key: Bytes; readonly rangeEnd: Bytes }): boolean {
  return rangeEnd === '' ? key === first : key >= first && (rangeEnd === '\0' || key < rangeEnd);
}

/** One transaction may write a key once, and not what it deletes. */
function refuseDoubles(operations: readonly TxnOperation[]): void {
  const puts = new Set<Bytes>();
  for (const operation of operations) {
    if (operation.type === 'put' && puts.has(operation.key)) throw new Refusal('duplicateKey');
    if (operation.type === 'put') puts.add(operation.key);
    if (operation.type !== 'empty' && operation.type !== 'txn' && operation.key === '') throw new Refusal('emptyKey');
  }
  for (const operation of operations) {
    if (operation.type !== 'deleteRange') continue;
    if ([...puts].some((key) => inRange(key, operation))) throw new Refusal('duplicateKey');
  }
}
