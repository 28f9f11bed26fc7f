import { type Bytes, fail, formatDecimal, type Id64, ok, type Result, toId64, ZERO_ID } from '../../base/index.ts';
import type { LeaseTimeToLiveResponse, ResponseHeader, UnaryRequest } from '../../engine/server/api.ts';
import type { ApiError } from '../../engine/server/errors.ts';
import {
  type Client,
  type CommandContext,
  commandTimeout,
  display,
  EXIT,
  exitForError,
  exitWithError,
  exitWithUsage,
  openClient,
} from '../context.ts';
import { boolFlag, durationFlag } from '../flags.ts';
import { goQuote, parseGoInt, signedHex } from '../goText.ts';
import { createKeeper, nextNews } from '../keeper.ts';
import { callWithin, type ExitCode, now, print, type Steps } from '../program.ts';
import { GLOBAL, LEASE_KEEP_ALIVE, LEASE_TIMETOLIVE } from '../table.ts';

/** `lease grant TTL`. spec/etcd.md 6.8 */
export function* leaseGrant(context: CommandContext): Steps<ExitCode> {
  const [typed] = context.args;
  if (typed === undefined || context.args.length !== 1)
    return yield* exitWithUsage(context, 'lease grant command needs TTL argument');
  const ttl = parseGoInt(typed, 10);
  if (!ttl.ok) return yield* exitWithUsage(context, `bad TTL (strconv.ParseInt: parsing ${goQuote(typed)}: ${ttl.error})`);
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  // Beyond the safe integers it is too large in any case.
  const seconds = Number(BigInt.asIntN(54, ttl.value) === ttl.value ? ttl.value : ttl.value > 0n ? 2n ** 53n - 1n : 0n);
  const outcome = yield* callWithin(client.value, { type: 'leaseGrant', id: ZERO_ID, ttl: seconds }, timeout);
  if (!outcome.ok)
    return yield* exitForError(client.value, 'leaseGrant', outcome.error, timeout, {
      wrap: (text) => `failed to grant lease (${text})`,
    });
  return yield* display(outcome.response, client.value);
}

/** `lease revoke ID`. */
export function* leaseRevoke(context: CommandContext): Steps<ExitCode> {
  const lease = yield* leaseArgument(context, 'lease revoke command needs 1 argument');
  if (!lease.ok) return lease.error;
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const outcome = yield* callWithin(client.value, { type: 'leaseRevoke', id: lease.value }, timeout);
  if (!outcome.ok)
    return yield* exitForError(client.value, 'leaseRevoke', outcome.error, timeout, {
      wrap: (text) => `failed to revoke lease (${text})`,
    });
  if (client.value.writer === 'protobuf') {
    const type = `clientv3.LeaseRevokeResponse ({${describeHeader(outcome.response.header)} {} [] 0})`;
    return yield* exitWithError(EXIT.badFeature, `marshal unsupported for type ${type}`);
  }
  return yield* display(outcome.response, client.value, `lease ${signedHex(lease.value)} revoked\n`);
}

/** `lease timetolive ID [--keys]`; without a deadline. */
export function* leaseTimeToLive(context: CommandContext): Steps<ExitCode> {
  const lease = yield* leaseArgument(context, 'lease timetolive command needs lease ID as argument');
  if (!lease.ok) return lease.error;
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const keys = boolFlag(context.flags, LEASE_TIMETOLIVE.keys);
  const request = { type: 'leaseTimeToLive', id: lease.value, keys } as const;
  const outcome = yield* callWithin(client.value, request, undefined);
  if (!outcome.ok) return yield* refuse(client.value, request.type, outcome.error);
  return yield* display(outcome.response, client.value, describeTimeToLive(outcome.response, keys));
}

/** `lease list`; without a deadline, arguments are passed over. */
export function* leaseList(context: CommandContext): Steps<ExitCode> {
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const outcome = yield* callWithin(client.value, { type: 'leaseLeases' }, undefined);
  if (!outcome.ok) return yield* refuse(client.value, 'leaseLeases', outcome.error);
  return yield* display(outcome.response, client.value);
}

/** `lease keep-alive [--once] ID`: without `--once` until the lease is gone, or an interrupt. */
export function* leaseKeepAlive(context: CommandContext): Steps<ExitCode> {
  const lease = yield* leaseArgument(context, 'lease keep-alive command needs lease ID as argument');
  if (!lease.ok) return lease.error;
  const opened = yield* openClient(context);
  if (!opened.ok) return opened.error;
  const client = opened.value;
  if (boolFlag(context.flags, LEASE_KEEP_ALIVE.once)) {
    const outcome = yield* callWithin(client, { type: 'leaseKeepAlive', id: lease.value }, undefined);
    if (!outcome.ok) return yield* refuse(client, 'leaseKeepAlive', outcome.error);
    if (outcome.response.ttl > 0) return yield* display(outcome.response, client);
    return yield* refuse(client, 'leaseKeepAlive', { code: 'leaseNotFound' });
  }
  const keeper = createKeeper(client, lease.value, durationFlag(client.flags, GLOBAL.dialTimeout), yield* now());
  for (;;) {
    const news = yield* nextNews(keeper);
    if (news.type === 'kept') {
      const exit = yield* display(news.response, client);
      if (exit !== EXIT.success) return exit;
    }
    if (news.type !== 'expired') continue;
    if (client.writer === 'simple') yield* print(`lease ${signedHex(lease.value)} expired or revoked.\n`);
    return EXIT.success;
  }
}

/** Refusals of a lease's questions have an exit code of their own. */
function refuse(client: Client, request: UnaryRequest['type'], error: ApiError): Steps<ExitCode> {
  return exitForError(client, request, error, undefined, { code: EXIT.badConnection });
}

function* leaseArgument(context: CommandContext, missing: Bytes): Steps<Result<Id64, ExitCode>> {
  const [typed] = context.args;
  if (typed === undefined || context.args.length !== 1) return fail(yield* exitWithUsage(context, missing));
  const lease = parseGoInt(typed, 16);
  if (lease.ok) return ok(toId64(BigInt.asUintN(64, lease.value)));
  const fault = `strconv.ParseInt: parsing ${goQuote(typed)}: ${lease.error}`;
  return fail(yield* exitWithUsage(context, `bad lease ID arg (${fault}), expecting ID in Hex`));
}

function describeTimeToLive({ id, ttl, grantedTtl, keys }: LeaseTimeToLiveResponse, withKeys: boolean): Bytes {
  if (grantedTtl === 0 && ttl === -1) return `lease ${signedHex(id)} already expired\n`;
  const attached = withKeys ? `, attached keys([${keys.join(' ')}])` : '';
  return `lease ${signedHex(id)} granted with TTL(${grantedTtl}s), remaining(${ttl}s)${attached}\n`;
}

/** As protobuf's text form writes it. */
function describeHeader({ clusterId, memberId, revision, raftTerm }: ResponseHeader): Bytes {
  return [
    clusterId === ZERO_ID ? '' : `cluster_id:${formatDecimal(clusterId)} `,
    memberId === ZERO_ID ? '' : `member_id:${formatDecimal(memberId)} `,
    revision === 0 ? '' : `revision:${revision} `,
    raftTerm === 0 ? '' : `raft_term:${raftTerm} `,
  ].join('');
}
