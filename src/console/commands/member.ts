import { type Bytes, fail, formatHex, type Id64, ok, type Result, toId64, utf8Decode, utf8Encode } from '../../base/index.ts';
import type { MemberInfo, UnaryRequest } from '../../engine/server/api.ts';
import {
  type CommandContext,
  callOrExit,
  commandTimeout,
  display,
  EXIT,
  exitWithError,
  exitWithUsage,
  openClient,
} from '../context.ts';
import { boolFlag, textFlag } from '../flags.ts';
import { goQuote, parseGoUint } from '../goText.ts';
import { type ExitCode, print, type ResponseTo, type Steps } from '../program.ts';
import { GET, MEMBER_ADD, MEMBER_LIST, MEMBER_UPDATE } from '../table.ts';

/** `member list`; arguments are passed over. spec/etcd.md 6.10 */
export function* memberList(context: CommandContext): Steps<ExitCode> {
  const consistency = textFlag(context.flags, MEMBER_LIST.consistency);
  if (consistency !== 's' && consistency !== 'l') {
    // etcdctl names the flag of `get` here, which stands at its default (recorded: random_0201).
    return yield* exitWithUsage(context, `unknown consistency flag ${goQuote(GET.consistency.initial)}`, EXIT.badFeature);
  }
  return yield* ask(context, { type: 'memberList', linearizable: consistency === 'l' });
}

/** `member add NAME --peer-urls=U[,U] [--learner]`: with what the new member's etcd is to be started with. */
export function* memberAdd(context: CommandContext): Steps<ExitCode> {
  const { args, flags } = context;
  const [name] = args;
  if (name === undefined) return yield* exitWithUsage(context, 'member name not provided');
  if (args.length > 1) {
    const urls = args.filter((arg) => arg.toLowerCase().startsWith('http'));
    return yield* exitWithUsage(context, `too many arguments${urls.map((url) => `, did you mean --peer-urls=${url}`).join('')}`);
  }
  const urls = textFlag(flags, MEMBER_ADD.peerUrls);
  if (urls === '') return yield* exitWithUsage(context, 'member peer urls not provided');
  const isLearner = boolFlag(flags, MEMBER_ADD.learner);
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const peerUrls = yield* readUrls(urls);
  if (!peerUrls.ok) return peerUrls.error;
  const response = yield* callOrExit(client.value, { type: 'memberAdd', peerUrls: peerUrls.value, isLearner }, timeout);
  if (!response.ok) return response.error;
  const { member, members, header } = response.value;
  const as = isLearner ? 'added as learner to' : 'added to';
  const exit = yield* display(
    response.value,
    client.value,
    `Member ${padId(member.id)} ${as} cluster ${padId(header.clusterId)}\n`,
  );
  if (client.value.writer !== 'simple') return exit;
  const cluster = members.flatMap(({ id, name: known, peerUrls: kept }) =>
    kept.map((url) => `${id === member.id ? name : utf8Encode(known)}=${utf8Encode(url)}`),
  );
  // The member keeps them in order; what is said here is what was typed.
  yield* print(
    `\nETCD_NAME=${goQuote(name)}\n` +
      `ETCD_INITIAL_CLUSTER=${goQuote(cluster.join(','))}\n` +
      `ETCD_INITIAL_ADVERTISE_PEER_URLS=${goQuote(urls)}\n` +
      'ETCD_INITIAL_CLUSTER_STATE="existing"\n',
  );
  return exit;
}

/** `member remove ID`. */
export function* memberRemove(context: CommandContext): Steps<ExitCode> {
  const id = yield* memberArgument(context);
  if (!id.ok) return id.error;
  return yield* ask(context, { type: 'memberRemove', id: id.value }, ({ header }) =>
    describeChange(id.value, 'removed from', header.clusterId),
  );
}

/** `member update ID --peer-urls=U[,U]`. */
export function* memberUpdate(context: CommandContext): Steps<ExitCode> {
  const id = yield* memberArgument(context);
  if (!id.ok) return id.error;
  const urls = textFlag(context.flags, MEMBER_UPDATE.peerUrls);
  if (urls === '') return yield* exitWithUsage(context, 'member peer urls not provided');
  const peerUrls = yield* readUrls(urls);
  if (!peerUrls.ok) return peerUrls.error;
  return yield* ask(context, { type: 'memberUpdate', id: id.value, peerUrls: peerUrls.value }, ({ header }) =>
    describeChange(id.value, 'updated in', header.clusterId),
  );
}

/** `member promote ID`. */
export function* memberPromote(context: CommandContext): Steps<ExitCode> {
  const id = yield* memberArgument(context);
  if (!id.ok) return id.error;
  return yield* ask(context, { type: 'memberPromote', id: id.value }, ({ header }) =>
    describeChange(id.value, 'promoted in', header.clusterId),
  );
}

function* ask<R extends Extract<UnaryRequest, { type: 'memberList' | 'memberRemove' | 'memberUpdate' | 'memberPromote' }>>(
  context: CommandContext,
  request: R,
  simple?: (response: ResponseTo<R>) => Bytes,
): Steps<ExitCode> {
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const response = yield* callOrExit(client.value, request, timeout);
  if (!response.ok) return response.error;
  return yield* display(response.value, client.value, simple?.(response.value));
}

function* memberArgument(context: CommandContext): Steps<Result<Id64, ExitCode>> {
  const [typed] = context.args;
  if (typed === undefined || context.args.length !== 1) return fail(yield* exitWithUsage(context, 'member ID is not provided'));
  const id = parseGoUint(typed, 16);
  if (id.ok) return ok(toId64(id.value));
  const fault = `strconv.ParseUint: parsing ${goQuote(typed)}: ${id.error}`;
  return fail(yield* exitWithUsage(context, `bad member ID arg (${fault}), expecting ID in Hex`));
}

function describeChange(id: Id64, what: string, clusterId: Id64): Bytes {
  return `Member ${padId(id)} ${what} cluster ${padId(clusterId)}\n`;
}

/** Ids stand in 16 columns. */
function padId(id: Id64): string {
  return formatHex(id).padStart(16);
}

/** Peer addresses, as etcd's client library checks them before it asks. @see etcd-io/etcd:client/pkg/types/urls.go */
function* readUrls(typed: Bytes): Steps<Result<MemberInfo['peerUrls'], ExitCode>> {
  const urls = typed.split(',');
  for (const url of urls) {
    const fault = urlFault(url.trim());
    if (fault !== undefined) return fail(yield* exitWithError(EXIT.error, fault));
  }
  return ok(urls.map(utf8Decode));
}

/** What Go's net/url and etcd say against an address. */
function urlFault(url: Bytes): Bytes | undefined {
  const parse = (why: Bytes) => `parse ${goQuote(url)}: ${why}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\x00-\x1f\x7f]/.test(url)) return parse('net/url: invalid control character in URL');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (url.startsWith(':')) return parse('missing protocol scheme');
    if ((url.split('/')[0] ?? '').includes(':')) return parse('first path segment in URL cannot contain colon');
  }
  const badEscape = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(url)?.[0];
  if (badEscape !== undefined) return parse(`invalid URL escape ${goQuote(badEscape)}`);
  if (scheme !== 'http' && scheme !== 'https' && scheme !== 'unix' && scheme !== 'unixs')
    return `URL scheme must be http, https, unix, or unixs: ${url}`;
  const [, authority = '', path = ''] = /^[^:]*:(?:\/\/([^/?#]*))?([^?#]*)/.exec(url) ?? [];
  if (scheme === 'unix' || scheme === 'unixs') return undefined;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const port = /:([^:\]]*)$/.exec(host)?.[1];
  if (port !== undefined && !/^[0-9]*$/.test(port)) return parse(`invalid port ${goQuote(`:${port}`)} after host`);
  if (!/^(?:\[[^\]]*\]|[^:]*):[0-9]*$/.test(host)) return `URL address does not have the form "host:port": ${url}`;
  return path === '' ? undefined : `URL must not contain a path: ${url}`;
}
