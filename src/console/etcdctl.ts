/** From words to a running command: finding it, its flags, help and errors as etcdctl 3.6.14 has them. */
import { assert, type Bytes, utf8Encode } from '../base/index.ts';
import {
  authDisable,
  authEnable,
  authStatus,
  roleAdd,
  roleDelete,
  roleGet,
  roleGrantPermission,
  roleList,
  roleRevokePermission,
  userAdd,
  userDelete,
  userGet,
  userGrantRole,
  userList,
  userPasswd,
  userRevokeRole,
} from './commands/auth.ts';
import { checkDatascale, checkPerf } from './commands/check.ts';
import { compaction } from './commands/compaction.ts';
import { curl } from './commands/curl.ts';
import { del } from './commands/del.ts';
import { downgradeCancel, downgradeEnable, downgradeValidate } from './commands/downgrade.ts';
import { endpointHashKv, endpointHealth, endpointStatus } from './commands/endpoint.ts';
import { get } from './commands/get.ts';
import { leaseGrant, leaseKeepAlive, leaseList, leaseRevoke, leaseTimeToLive } from './commands/lease.ts';
import { elect, lock } from './commands/lock.ts';
import { alarmDisarm, alarmList, defrag, moveLeader, snapshotSave } from './commands/maintenance.ts';
import { makeMirror } from './commands/makeMirror.ts';
import { memberAdd, memberList, memberPromote, memberRemove, memberUpdate } from './commands/member.ts';
import { put } from './commands/put.ts';
import { txn } from './commands/txn.ts';
import { watch } from './commands/watch.ts';
import { type CommandContext, type CommandOptions, EXIT, exitWithError } from './context.ts';
import { isProgram, refuseLine, runInShell, variablesOf } from './exec.ts';
import { boolFlag, type FlagError, parseFlags } from './flags.ts';
import { goBackquote, goQuote } from './goText.ts';
import { API_VERSION, ETCDCTL_VERSION, plainWords, renderHelp } from './help.ts';
import type { Hint } from './hint.ts';
import { type ExitCode, giveHint, type Program, print, printError, type Steps } from './program.ts';
import { commandName, findCommand, nearest, visibleFlags } from './resolve.ts';
import { type CommandSpec, HELP_FLAG, ROOT } from './table.ts';
import { tokenize } from './tokenize.ts';

export type { CommandOptions } from './context.ts';

/** A typed line, ready to run. */
export interface CompiledLine {
  readonly program: Program;
  /** The environment that the next line starts with: the same object, unless this line only sets variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** Every command of the table that is not a group. */
const COMMANDS: ReadonlyMap<string, (context: CommandContext) => Steps<ExitCode>> = new Map([
  ['get', get],
  ['put', put],
  ['del', del],
  ['txn', txn],
  ['compaction', compaction],
  ['alarm list', alarmList],
  ['alarm disarm', alarmDisarm],
  ['defrag', defrag],
  ['endpoint health', endpointHealth],
  ['endpoint status', endpointStatus],
  ['endpoint hashkv', endpointHashKv],
  ['move-leader', moveLeader],
  ['watch', watch],
  ['version', version],
  ['lease grant', leaseGrant],
  ['lease revoke', leaseRevoke],
  ['lease timetolive', leaseTimeToLive],
  ['lease list', leaseList],
  ['lease keep-alive', leaseKeepAlive],
  ['member add', memberAdd],
  ['member remove', memberRemove],
  ['member update', memberUpdate],
  ['member list', memberList],
  ['member promote', memberPromote],
  ['snapshot save', snapshotSave],
  ['make-mirror', makeMirror],
  ['lock', lock],
  ['elect', elect],
  ['auth enable', authEnable],
  ['auth disable', authDisable],
  ['auth status', authStatus],
  ['user add', userAdd],
  ['user delete', userDelete],
  ['user get', userGet],
  ['user list', userList],
  ['user passwd', userPasswd],
  ['user grant-role', userGrantRole],
  ['user revoke-role', userRevokeRole],
  ['role add', roleAdd],
  ['role delete', roleDelete],
  ['role get', roleGet],
  ['role list', roleList],
  ['role grant-permission', roleGrantPermission],
  ['role revoke-permission', roleRevokePermission],
  ['check perf', checkPerf],
  ['check datascale', checkDatascale],
  ['completion', completion],
  ['downgrade validate', downgradeValidate],
  ['downgrade enable', downgradeEnable],
  ['downgrade cancel', downgradeCancel],
]);

/** What is not etcdctl's, but asks for something that there is. */
const MEANT: ReadonlyMap<string, Hint> = new Map<string, Hint>([
  ['etcdutl', { code: 'restoreHere' }],
  ['export', { code: 'variables' }],
  ['unset', { code: 'variables' }],
]);

/**
 * A typed line: words by the shell's rules, `etcdctl` in front or not, NAME=value in front for one command, or alone for all
 * that follow. A line that is no command becomes a program that says so.
 *
 * @param status how the line before ended
 */
export function compileLine(line: string, options: CommandOptions, status: ExitCode = 0): CompiledLine {
  const tokens = tokenize(line, variablesOf(options.env, status));
  if (!tokens.ok) return { program: refuseLine(tokens.error), env: options.env };
  const { assignments, words } = tokens.value;
  const env = assignments.length === 0 ? options.env : { ...options.env, ...Object.fromEntries(assignments) };
  if (words.length === 0) return { program: nothing(), env };
  const [name = ''] = words;
  if (name === 'curl') return { program: curl(words.slice(1).map(utf8Encode), options.endpoints[0]), env: options.env };
  const program = isProgram(name)
    ? runInShell(words.map(utf8Encode), env, (args, inner) => etcdctl(args, { ...options, env: inner }))
    : etcdctl(name === 'etcdctl' ? words.slice(1) : words, { ...options, env });
  return { program, env: options.env };
}

/**
 * One run of etcdctl.
 *
 * @param args the words behind `etcdctl`, as text
 */
export function* etcdctl(args: readonly string[], options: CommandOptions): Program {
  const words = args.map(utf8Encode);
  const found = findCommand(words);
  if (!found.ok) {
    const { typed, suggestions } = found.error;
    const meant = suggestions.length === 0 ? '' : `\n\nDid you mean this?\n${suggestions.map((name) => `\t${name}\n`).join('')}`;
    yield* printError(`Error: unknown command ${goQuote(typed)} for "etcdctl"${meant}\nRun 'etcdctl --help' for usage.\n`);
    yield* giveHint(MEANT.get(typed) ?? { code: 'unknownCommand', typed, suggestions });
    return EXIT.error;
  }
  const { path } = found.value;
  const name = commandName(path);
  const spec = path.at(-1) ?? ROOT; // a path is never empty
  const help = options.words ?? plainWords;
  const flags = parseFlags([...visibleFlags(path), HELP_FLAG], found.value.words);
  if (!flags.ok) return yield* refuseFlag(path, flags.error, help);
  if (boolFlag(flags.value, HELP_FLAG) || spec.children.length > 0) {
    yield* print(utf8Encode(renderHelp(path, help)));
    // etcdctl had it until 3.5.
    if (name === 'snapshot' && flags.value.args[0] === 'restore') yield* giveHint({ code: 'restoreHere' });
    return EXIT.success;
  }
  if (name === 'help') return yield* helpCommand(flags.value.args, help);
  const inherited = path.slice(1, -1).flatMap((above) => above.persistent);
  const context: CommandContext = {
    name,
    flags: flags.value,
    args: flags.value.args,
    words,
    inherited,
    options,
    etcdctl: (nested, env) => etcdctl(nested, { ...options, env }),
  };
  const command = COMMANDS.get(name);
  assert(command !== undefined, 'every command of the table is there', { name });
  return yield* command(context);
}

/** `completion SHELL`: this console completes by itself. */
function* completion(context: CommandContext): Steps<ExitCode> {
  const [shell, ...more] = context.args;
  const known = shell !== undefined && more.length === 0 && /^(?:bash|zsh|fish|powershell)$/.test(shell);
  if (known) {
    const exit = yield* exitWithError(EXIT.error, `there is no ${shell} here that could run a completion script`);
    yield* giveHint({ code: 'noShell' });
    return exit;
  }
  const unknown = more.length === 0 && shell !== undefined ? shell : undefined;
  const text =
    unknown === undefined
      ? `accepts 1 arg(s), received ${context.args.length}`
      : `invalid argument ${goQuote(unknown)} for "etcdctl completion"`;
  yield* printError(`Error: ${text}\n`);
  const found = findCommand(['completion']);
  assert(found.ok, 'completion is a command');
  yield* print(utf8Encode(renderHelp(found.value.path, context.options.words ?? plainWords)));
  yield* printError('\n');
  yield* giveHint({ code: 'usage', command: context.name });
  return EXIT.error;
}

function* version(): Steps<ExitCode> {
  yield* print(`etcdctl version: ${ETCDCTL_VERSION}\nAPI version: ${API_VERSION}\n`);
  return EXIT.success;
}

function* helpCommand(topic: readonly Bytes[], words: NonNullable<CommandOptions['words']>): Steps<ExitCode> {
  const found = findCommand(topic);
  if (!found.ok) {
    yield* printError(`Unknown help topic [${topic.map(goBackquote).join(' ')}]\n`);
    yield* print(utf8Encode(renderHelp([ROOT], words, false)));
  } else yield* print(utf8Encode(renderHelp(found.value.path, words)));
  return EXIT.success;
}

/** A flag error: the text on standard error, the command's help on standard output. */
function* refuseFlag(path: readonly CommandSpec[], error: FlagError, words: NonNullable<CommandOptions['words']>): Steps<ExitCode> {
  const command = commandName(path);
  yield* printError(`Error: ${error.text}\n`);
  yield* print(utf8Encode(renderHelp(path, words)));
  yield* printError('\n');
  const typed = error.unknown;
  if (typed === undefined) yield* giveHint({ code: 'usage', command });
  else if (!typed.startsWith('--')) yield* giveHint({ code: 'dashValue', command, typed });
  else {
    const suggestion = nearest(
      typed,
      visibleFlags(path).map((flag) => `--${flag.name}`),
    );
    yield* giveHint({ code: 'unknownFlag', command, typed, suggestion });
  }
  return EXIT.error;
}

// biome-ignore lint/correctness/useYield: a program that asks for nothing
function* nothing(): Program {
  return EXIT.success;
}
