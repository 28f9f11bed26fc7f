import { type Bytes, formatHex, goJsonString, goSize, toId64, utf8Decode, utf8Encode, ZERO_ID } from '../../base/index.ts';
import type { AlarmMember } from '../../engine/server/api.ts';
import { describeApiError } from '../../engine/server/errors.ts';
import { wireError } from '../clientLog.ts';
import {
  type CommandContext,
  callOrExit,
  commandTimeout,
  configureClient,
  display,
  EXIT,
  exitForError,
  exitWithError,
  exitWithUsage,
  hintAt,
  logInOrExit,
  openClient,
  timestamp,
} from '../context.ts';
import { durationFlag } from '../flags.ts';
import { formatGoDuration, goQuote, parseGoUint } from '../goText.ts';
import { callWithin, type ExitCode, giveHint, now, print, printError, type Steps } from '../program.ts';
import { DEFRAG, GLOBAL } from '../table.ts';
import { endpointsOf } from './endpoint.ts';
import { panic } from './txn.ts';

/** `alarm list`. spec/etcd.md 6.11 */
export function* alarmList(context: CommandContext): Steps<ExitCode> {
  if (context.args.length > 0) return yield* exitWithUsage(context, 'alarm list command accepts no arguments');
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const response = yield* callOrExit(client.value, { type: 'alarm', action: 'get', memberId: ZERO_ID, alarm: 'none' }, timeout);
  if (!response.ok) return response.error;
  return yield* display(response.value, client.value);
}

/** `alarm disarm`: each alarm that there is, one by one. What is printed is put together by the client and has no header. */
export function* alarmDisarm(context: CommandContext): Steps<ExitCode> {
  if (context.args.length > 0) return yield* exitWithUsage(context, 'alarm disarm command accepts no arguments');
  const timeout = commandTimeout(context);
  const opened = yield* openClient(context);
  if (!opened.ok) return opened.error;
  const client = opened.value;
  const until = (yield* now()) + timeout;
  const found = yield* callOrExit(client, { type: 'alarm', action: 'get', memberId: ZERO_ID, alarm: 'none' }, timeout);
  if (!found.ok) return found.error;
  const alarms: AlarmMember[] = [];
  for (const { memberId, alarm } of found.value.alarms) {
    const left = until - (yield* now());
    const response = yield* callOrExit(client, { type: 'alarm', action: 'deactivate', memberId, alarm }, left);
    if (!response.ok) return response.error;
    alarms.push(...response.value.alarms);
  }
  if (client.writer === 'fields') return yield* panic('runtime error: invalid memory address or nil pointer dereference');
  return yield* display({ type: 'alarm', header: NO_HEADER, alarms }, client);
}

const NO_HEADER = { clusterId: ZERO_ID, memberId: ZERO_ID, revision: 0, raftTerm: 0 };

/** `defrag [--cluster]`: each endpoint; one that fails does not stop the others. Every writer says the same. */
export function* defrag(context: CommandContext): Steps<ExitCode> {
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const endpoints = yield* endpointsOf(context, DEFRAG.cluster, client.value);
  if (!endpoints.ok) return endpoints.error;
  let exit: ExitCode = EXIT.success;
  for (const endpoint of endpoints.value) {
    const began = yield* now();
    const outcome = yield* callWithin({ ...client.value, endpoints: [endpoint] }, { type: 'defragment' }, timeout);
    const took = formatGoDuration((yield* now()) - began);
    const member = `etcd member[${utf8Encode(endpoint)}]. took ${took}`;
    if (outcome.ok) yield* print(`Finished defragmenting ${member}\n`);
    else {
      exit = EXIT.error;
      yield* printError(`Failed to defragment ${member}. (${describeApiError(outcome.error).text})\n`);
      yield* hintAt({ ...client.value, endpoints: [endpoint] }, 'defragment', outcome.error, timeout);
    }
  }
  return exit;
}

/** `move-leader ID`: looks among the endpoints for the leader, which is asked. */
export function* moveLeader(context: CommandContext): Steps<ExitCode> {
  const [typed] = context.args;
  if (typed === undefined || context.args.length !== 1)
    return yield* exitWithUsage(context, 'move-leader command needs 1 argument');
  const target = parseGoUint(typed, 16);
  if (!target.ok) return yield* exitWithUsage(context, `strconv.ParseUint: parsing ${goQuote(typed)}: ${target.error}`);
  const timeout = commandTimeout(context);
  const opened = yield* openClient(context);
  if (!opened.ok) return opened.error;
  const client = opened.value;
  const until = (yield* now()) + timeout;
  for (const endpoint of client.endpoints) {
    const one = { ...client, endpoints: [endpoint] };
    const status = yield* callOrExit(one, { type: 'status' }, until - (yield* now()));
    if (!status.ok) return status.error;
    const { leader, header } = status.value;
    if (leader !== header.memberId) continue;
    const targetId = toId64(target.value);
    const moved = yield* callOrExit(one, { type: 'moveLeader', targetId }, until - (yield* now()));
    if (!moved.ok) return moved.error;
    return yield* display(moved.value, client, `Leadership transferred from ${formatHex(leader)} to ${formatHex(targetId)}\n`);
  }
  const names = client.endpoints.map(utf8Encode).join(' ');
  return yield* exitWithUsage(context, `no leader endpoint given at [${names}]`);
}

/** Where etcd's client library logs of a snapshot. */
const MAINTENANCE = 'v3@v3.6.14/maintenance.go';

/** `snapshot save FILE`: the file is handed to whoever typed. Every writer says the same. */
export function* snapshotSave(context: CommandContext): Steps<ExitCode> {
  const [path] = context.args;
  if (path === undefined || context.args.length !== 1)
    return yield* exitWithUsage(context, 'snapshot save expects one argument <filename>');
  const configured = yield* configureClient(context);
  if (!configured.ok) return configured.error;
  const { client: asked, login, dialTimeout } = configured.value;
  // A snapshot may take long: without the flag there is no deadline. A variable counts as the flag where it can be read.
  const isTimed = asked.flags.values.has(GLOBAL.commandTimeout.name) && !asked.flags.unread.has(GLOBAL.commandTimeout.name);
  const timeout = isTimed ? durationFlag(asked.flags, GLOBAL.commandTimeout) : undefined;
  const [endpoint, ...others] = asked.endpoints;
  if (endpoint === undefined || others.length > 0) {
    const names = asked.endpoints.map(utf8Encode).join(' ');
    return yield* exitWithError(EXIT.interrupted, `snapshot must be requested to one selected node, not multiple [${names}]`);
  }
  // Only now is there a client, and somebody who logs in.
  const opened = yield* logInOrExit({ ...asked, logger: 'client' as const }, login, dialTimeout, EXIT.interrupted);
  if (!opened.ok) return opened.error;
  const client = opened.value;
  const part = `${path}.part`;
  if (!isWritable(path))
    return yield* exitWithError(EXIT.interrupted, `could not open ${part} (open ${part}: no such file or directory)`);
  const log = function* (caller: string, msg: string, fields = '', logger = '', level = 'info'): Steps<void> {
    yield* printError(
      `{"level":"${level}","ts":"${yield* timestamp(context)}",${logger}"caller":"${caller}","msg":"${msg}"${fields}}\n`,
    );
  };
  const library = '"logger":"client",';
  yield* log('snapshot/v3_snapshot.go:83', 'created temporary db file', `,"path":${goJsonString(part)}`);
  const began = yield* now();
  yield {
    type: 'open',
    stream: 1,
    connection: client,
    requireLeader: false,
    request: { type: 'snapshot' },
  };
  const at = `,"endpoint":${goJsonString(utf8Encode(endpoint))}`;
  const parts: string[] = [];
  let version = '';
  for (;;) {
    const reply = yield timeout === undefined
      ? { type: 'receive', input: false }
      : { type: 'receive', input: false, until: began + timeout };
    const error =
      reply.type === 'late'
        ? ({ code: 'deadlineExceeded' } as const)
        : reply.type === 'event' && reply.event.type === 'end'
          ? reply.event.error
          : undefined;
    if (error !== undefined) {
      // Where the stream came about, nobody makes etcd's own error of what it says.
      const said = wireError(error, endpoint);
      const wrap = (text: Bytes) => (reply.type === 'late' ? text : utf8Encode(said));
      if (reply.type !== 'late') {
        if (parts.length === 0) yield* log(`${MAINTENANCE}:236`, 'opened snapshot stream; downloading', '', library);
        const why = `,"error":${goJsonString(utf8Encode(said))}`;
        yield* log(`${MAINTENANCE}:304`, 'failed to receive from snapshot stream; closing', why, library, 'warn');
      }
      return yield* exitForError(client, 'status', error, timeout, { wrap, code: EXIT.interrupted });
    }
    if (reply.type !== 'event' || reply.event.type === 'end') break;
    const { response } = reply.event;
    if (response.type !== 'snapshot') continue;
    if (parts.length === 0) {
      yield* log(`${MAINTENANCE}:236`, 'opened snapshot stream; downloading', '', library);
      yield* log('snapshot/v3_snapshot.go:96', 'fetching snapshot', at);
    }
    parts.push(response.blob);
    if (response.version !== '') version = response.version;
  }
  const data = parts.join('');
  const took = formatGoDuration((yield* now()) - began);
  yield* log(`${MAINTENANCE}:302`, 'completed snapshot read; closing', '', library);
  const fields = `${at},"size":"${goSize(data.length)}","took":"${took}","etcd-version":"${version}"`;
  yield* log('snapshot/v3_snapshot.go:111', 'fetched snapshot', fields);
  if (path === '')
    return yield* exitWithError(EXIT.interrupted, 'could not rename .part to  (rename .part : no such file or directory)');
  yield { type: 'save', name: utf8Decode(path.slice(path.lastIndexOf('/') + 1)), data };
  yield* log('snapshot/v3_snapshot.go:121', 'saved', `,"path":${goJsonString(path)}`);
  yield* print(`Snapshot saved at ${path}\n`);
  if (version !== '') yield* print(`Server version ${utf8Encode(version)}\n`);
  yield* giveHint({ code: 'restoreHere' });
  return EXIT.success;
}

/** Without a file system a file may lie here, at the top or in /tmp: there are no other folders. */
function isWritable(path: string): boolean {
  return /^(?:\.\/|\/tmp\/|\/)?[^/]*$/.test(path) || path.startsWith('/tmp/');
}
