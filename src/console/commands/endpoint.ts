import { type Bytes, fail, ok, type Result, utf8Encode, ZERO_ID } from '../../base/index.ts';
import type { HashKvRequest, HashKvResponse, StatusRequest, StatusResponse } from '../../engine/server/api.ts';
import { type ApiError, describeApiError } from '../../engine/server/errors.ts';
import {
  type Client,
  type CommandContext,
  commandTimeout,
  configureClient,
  displayText,
  EXIT,
  exitWithError,
  hintAt,
  logIn,
  openClient,
} from '../context.ts';
import { boolFlag, type FlagSpec, intFlag } from '../flags.ts';
import { rangeRequest } from '../plainRequests.ts';
import { printEndpoints, printHealth } from '../print.ts';
import type { EndpointAnswer, EndpointHealth } from '../printed.ts';
import { callWithin, type ExitCode, now, print, printError, type Steps, together } from '../program.ts';
import { ENDPOINT, GLOBAL, HASHKV } from '../table.ts';

/** `endpoint health`: a linearizable read and the alarms of each endpoint, all at the same time. spec/etcd.md 6.11 */
export function* endpointHealth(context: CommandContext): Steps<ExitCode> {
  const timeout = commandTimeout(context);
  const configured = yield* configureClient(context);
  if (!configured.ok) return configured.error;
  const { client, login, dialTimeout } = configured.value;
  const listed = yield* endpointsOf(context, ENDPOINT.cluster, client);
  if (!listed.ok) return listed.error;
  const check = function* (endpoint: string): Steps<EndpointHealth> {
    const name = utf8Encode(endpoint);
    const token =
      login === undefined
        ? ok(undefined)
        : yield* logIn({ ...client, endpoints: [endpoint], logger: 'client' }, login, dialTimeout);
    if (!token.ok) return { endpoint: name, took: undefined, error: describeApiError(token.error).text };
    return yield* checkHealth({ ...client, endpoints: [endpoint], token: token.value, login, logger: 'client' }, name, timeout);
  };
  const healths = yield* together(listed.value.map(check));
  const { writer } = client;
  const text = printHealth(healths, writer);
  if (text === undefined) return yield* displayText(undefined, writer);
  yield* print(text.stdout);
  yield* printError(text.stderr);
  if (healths.every(({ error }) => error === undefined)) return EXIT.success;
  return yield* exitWithError(EXIT.error, 'unhealthy cluster');
}

/** `endpoint status`: one after the other; one that fails does not stop the others. */
export function* endpointStatus(context: CommandContext): Steps<ExitCode> {
  const asked = yield* askEach(context, { type: 'status' }, 'status');
  if (!asked.ok) return asked.error;
  const { client, answers, error } = asked.value;
  const exit = yield* displayText(printEndpoints('status', answers, client), client.writer);
  return exit === EXIT.success && error !== undefined ? EXIT.error : exit;
}

/** `endpoint hashkv [--rev N]`: as `endpoint status`, and the last error is said again. */
export function* endpointHashKv(context: CommandContext): Steps<ExitCode> {
  const request = { type: 'hashKv', revision: intFlag(context.flags, HASHKV.rev) } as const;
  const asked = yield* askEach(context, request, 'hash');
  if (!asked.ok) return asked.error;
  const { client, answers, error } = asked.value;
  const exit = yield* displayText(printEndpoints('hashKv', answers, client), client.writer);
  return exit === EXIT.success && error !== undefined ? yield* exitWithError(EXIT.error, describeApiError(error).text) : exit;
}

/** The endpoints of the command line, or with `--cluster` all that the members have. */
export function* endpointsOf(
  context: CommandContext,
  cluster: FlagSpec,
  client: Client,
): Steps<Result<readonly string[], ExitCode>> {
  // As they were given: with blanks around them, which are taken away elsewhere, nobody is found.
  if (!boolFlag(client.flags, cluster)) return ok(client.flags.lists.get(GLOBAL.endpoints.name) ?? client.endpoints);
  const opened = yield* openClient(context);
  if (!opened.ok) return opened;
  const timeout = commandTimeout(context);
  const outcome = yield* callWithin(opened.value, { type: 'memberList', linearizable: true }, timeout);
  if (outcome.ok) return ok(outcome.response.members.flatMap(({ clientUrls }) => clientUrls));
  const text = `failed to fetch endpoints from etcd cluster member list: ${describeApiError(outcome.error).text}`;
  const exit = yield* exitWithError(EXIT.error, text);
  yield* hintAt(client, 'memberList', outcome.error, timeout);
  return fail(exit);
}

function* checkHealth(client: Client, endpoint: Bytes, timeout: number): Steps<EndpointHealth> {
  const began = yield* now();
  const read = yield* callWithin(client, rangeRequest('health', ''), timeout);
  const took = (yield* now()) - began;
  // Somebody who may not read the key has been answered by a quorum all the same.
  if (!read.ok && read.error.code !== 'permissionDenied') return { endpoint, took, error: describeApiError(read.error).text };
  const alarms = yield* callWithin(client, { type: 'alarm', action: 'get', memberId: ZERO_ID, alarm: 'none' }, timeout - took);
  if (!alarms.ok) return { endpoint, took, error: 'Unable to fetch the alarm list' };
  const active = alarms.response.alarms
    .map(({ alarm }) => `${typeof alarm === 'number' ? 'UNKNOWN' : alarm.toUpperCase()} `)
    .join('');
  return { endpoint, took, error: active === '' ? undefined : `Active Alarm(s): ${active}` };
}

function* askEach<R extends StatusRequest | HashKvRequest>(
  context: CommandContext,
  request: R,
  what: string,
): Steps<
  Result<
    {
      readonly client: Client;
      readonly answers: readonly EndpointAnswer<R extends StatusRequest ? StatusResponse : HashKvResponse>[];
      /** The last one. */
      readonly error: ApiError | undefined;
    },
    ExitCode
  >
> {
  const timeout = commandTimeout(context);
  const opened = yield* openClient(context);
  if (!opened.ok) return opened;
  const client = opened.value;
  const endpoints = yield* endpointsOf(context, ENDPOINT.cluster, client);
  if (!endpoints.ok) return endpoints;
  const answers: EndpointAnswer<R extends StatusRequest ? StatusResponse : HashKvResponse>[] = [];
  let error: ApiError | undefined;
  for (const endpoint of endpoints.value) {
    const outcome = yield* callWithin({ ...client, endpoints: [endpoint] }, request, timeout);
    if (outcome.ok) answers.push({ endpoint: utf8Encode(endpoint), response: outcome.response as never });
    else {
      error = outcome.error;
      yield* printError(`Failed to get the ${what} of endpoint ${utf8Encode(endpoint)} (${describeApiError(error).text})\n`);
      yield* hintAt({ ...client, endpoints: [endpoint] }, request.type, error, timeout);
    }
  }
  return ok({ client, answers, error });
}
