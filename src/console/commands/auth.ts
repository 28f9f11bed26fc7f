import { type Bytes, fail, ok, type Result } from '../../base/index.ts';
import type { AuthRequest, AuthResponse, Permission } from '../../engine/server/api.ts';
import {
  askPassword,
  type CommandContext,
  callOrExit,
  commandTimeout,
  display,
  EXIT,
  exitForError,
  exitWithUsage,
  openClient,
} from '../context.ts';
import { boolFlag, textFlag } from '../flags.ts';
import { keyRange } from '../keyRange.ts';
import { describeRole } from '../print.ts';
import { callWithin, type ExitCode, print, type ResponseTo, readLine, type Steps } from '../program.ts';
import { ROLE_PERMISSION, USER_ADD, USER_GET, USER_PASSWD } from '../table.ts';

/** `auth enable`: makes the root role where it is what is missing. spec/etcd.md 6.13 */
export function* authEnable(context: CommandContext): Steps<ExitCode> {
  if (context.args.length > 0) return yield* exitWithUsage(context, 'auth enable command does not accept any arguments');
  const timeout = commandTimeout(context);
  const opened = yield* openClient(context);
  if (!opened.ok) return opened.error;
  const client = opened.value;
  for (;;) {
    const enabled = yield* callWithin(client, { type: 'authEnable' }, timeout);
    if (enabled.ok) break;
    if (enabled.error.code !== 'rootRoleMissing') return yield* exitForError(client, 'authEnable', enabled.error, timeout);
    const added = yield* callOrExit(client, { type: 'authRoleAdd', name: 'root' }, timeout);
    if (!added.ok) return added.error;
    const granted = yield* callOrExit(client, { type: 'authUserGrantRole', user: 'root', role: 'root' }, timeout);
    if (!granted.ok) return granted.error;
  }
  yield* print('Authentication Enabled\n');
  return EXIT.success;
}

/** `auth disable`. */
export function* authDisable(context: CommandContext): Steps<ExitCode> {
  if (context.args.length > 0) return yield* exitWithUsage(context, 'auth disable command does not accept any arguments');
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const response = yield* callOrExit(client.value, { type: 'authDisable' }, timeout);
  if (!response.ok) return response.error;
  yield* print('Authentication Disabled\n');
  return EXIT.success;
}

/** `auth status`. */
export function* authStatus(context: CommandContext): Steps<ExitCode> {
  if (context.args.length > 0) return yield* exitWithUsage(context, 'auth status command does not accept any arguments');
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const response = yield* callOrExit(client.value, { type: 'authStatus' }, timeout);
  if (!response.ok) return response.error;
  return yield* display(response.value, client.value);
}

/** `user add NAME[:PASSWORD]`: the password from a flag, the argument, or asked for. */
export function* userAdd(context: CommandContext): Steps<ExitCode> {
  const { flags } = context;
  const typed = yield* oneArgument(context, 'user add command requires user name as its argument');
  if (!typed.ok) return typed.error;
  const noPassword = boolFlag(flags, USER_ADD.noPassword);
  let name = typed.value;
  let password = noPassword ? '' : textFlag(flags, USER_ADD.newUserPassword);
  if (!noPassword && password === '') {
    const colon = name.indexOf(':');
    if (colon >= 0) {
      password = name.slice(colon + 1);
      name = name.slice(0, colon);
      if (name === '') return yield* exitWithUsage(context, 'empty user name is not allowed');
    } else {
      const read = yield* readPassword(context, name, boolFlag(flags, USER_ADD.interactive));
      if (!read.ok) return read.error;
      password = read.value;
    }
  }
  return yield* ask(context, { type: 'authUserAdd', name, password, noPassword }, () => `User ${name} created\n`);
}

/** `user delete NAME`. */
export function* userDelete(context: CommandContext): Steps<ExitCode> {
  const name = yield* oneArgument(context, 'user delete command requires user name as its argument');
  if (!name.ok) return name.error;
  return yield* ask(context, { type: 'authUserDelete', name: name.value }, () => `User ${name.value} deleted\n`);
}

/** `user get NAME [--detail]`: with `--detail` each of its roles. */
export function* userGet(context: CommandContext): Steps<ExitCode> {
  const name = yield* oneArgument(context, 'user get command requires user name as its argument');
  if (!name.ok) return name.error;
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const user = yield* callOrExit(client.value, { type: 'authUserGet', name: name.value }, undefined);
  if (!user.ok) return user.error;
  const { roles } = user.value;
  if (!boolFlag(context.flags, USER_GET.detail)) {
    const simple = `User: ${name.value}\nRoles:${roles.map((role) => ` ${role}`).join('')}\n`;
    return yield* display(user.value, client.value, simple);
  }
  yield* print(`User: ${name.value}\n`);
  for (const role of roles) {
    yield* print('\n');
    const response = yield* callOrExit(client.value, { type: 'authRoleGet', role }, undefined);
    if (!response.ok) return response.error;
    const exit = yield* display(response.value, client.value, describeRole(role, response.value.permissions));
    if (exit !== EXIT.success) return exit;
  }
  return EXIT.success;
}

/** `user list`. */
export function* userList(context: CommandContext): Steps<ExitCode> {
  if (context.args.length > 0) return yield* exitWithUsage(context, 'user list command requires no arguments');
  return yield* ask(context, { type: 'authUserList' });
}

/** `user passwd NAME`. */
export function* userPasswd(context: CommandContext): Steps<ExitCode> {
  const name = yield* oneArgument(context, 'user passwd command requires user name as its argument');
  if (!name.ok) return name.error;
  const password = yield* readPassword(context, name.value, boolFlag(context.flags, USER_PASSWD.interactive));
  if (!password.ok) return password.error;
  const request = { type: 'authUserChangePassword', name: name.value, password: password.value } as const;
  return yield* ask(context, request, () => 'Password updated\n');
}

/** `user grant-role NAME ROLE`. */
export function* userGrantRole(context: CommandContext): Steps<ExitCode> {
  const names = yield* twoArguments(context, 'user grant command requires user name and role name as its argument');
  if (!names.ok) return names.error;
  const [user, role] = names.value;
  return yield* ask(context, { type: 'authUserGrantRole', user, role }, () => `Role ${role} is granted to user ${user}\n`);
}

/** `user revoke-role NAME ROLE`. */
export function* userRevokeRole(context: CommandContext): Steps<ExitCode> {
  const names = yield* twoArguments(context, 'user revoke-role requires user name and role name as its argument');
  if (!names.ok) return names.error;
  const [user, role] = names.value;
  return yield* ask(context, { type: 'authUserRevokeRole', user, role }, () => `Role ${role} is revoked from user ${user}\n`);
}

/** `role add NAME`. */
export function* roleAdd(context: CommandContext): Steps<ExitCode> {
  const name = yield* oneArgument(context, 'role add command requires role name as its argument');
  if (!name.ok) return name.error;
  return yield* ask(context, { type: 'authRoleAdd', name: name.value }, () => `Role ${name.value} created\n`);
}

/** `role delete NAME`. */
export function* roleDelete(context: CommandContext): Steps<ExitCode> {
  const role = yield* oneArgument(context, 'role delete command requires role name as its argument');
  if (!role.ok) return role.error;
  return yield* ask(context, { type: 'authRoleDelete', role: role.value }, () => `Role ${role.value} deleted\n`);
}

/** `role get NAME`. */
export function* roleGet(context: CommandContext): Steps<ExitCode> {
  const role = yield* oneArgument(context, 'role get command requires role name as its argument');
  if (!role.ok) return role.error;
  return yield* ask(context, { type: 'authRoleGet', role: role.value }, (response) =>
    describeRole(role.value, response.permissions),
  );
}

/** `role list`. */
export function* roleList(context: CommandContext): Steps<ExitCode> {
  if (context.args.length > 0) return yield* exitWithUsage(context, 'role list command requires no arguments');
  return yield* ask(context, { type: 'authRoleList' });
}

const ACCESS: readonly Permission['access'][] = ['read', 'write', 'readwrite'];

/** `role grant-permission NAME TYPE KEY [END]`. */
export function* roleGrantPermission(context: CommandContext): Steps<ExitCode> {
  const [name, type, key, ...ends] = context.args;
  if (name === undefined || type === undefined || key === undefined)
    return yield* exitWithUsage(
      context,
      'role grant command requires role name, permission type, and key [endkey] as its argument',
    );
  const access = ACCESS.find((known) => known === type.toLowerCase());
  if (access === undefined) return yield* exitWithUsage(context, `invalid permission type: ${type}`);
  const range = yield* permissionRange(context, key, ends);
  if (!range.ok) return range.error;
  const request = { type: 'authRoleGrantPermission', name, permission: { access, ...range.value } } as const;
  return yield* ask(context, request, () => `Role ${name} updated\n`);
}

/** `role revoke-permission NAME KEY [END]`. */
export function* roleRevokePermission(context: CommandContext): Steps<ExitCode> {
  const [role, key, ...ends] = context.args;
  if (role === undefined || key === undefined)
    return yield* exitWithUsage(context, 'role revoke-permission command requires role name and key [endkey] as its argument');
  const range = yield* permissionRange(context, key, ends);
  if (!range.ok) return range.error;
  const { rangeEnd } = range.value;
  const what = rangeEnd === '' ? `key ${key}` : `range [${key}, ${rangeEnd === '\0' ? '<open ended>' : `${rangeEnd})`}`;
  const simple = () => `Permission of ${what} is revoked from role ${role}\n`;
  return yield* ask(context, { type: 'authRoleRevokePermission', role, ...range.value }, simple);
}

/** One call without a deadline, as all of these are made, and its answer. */
function* ask<R extends AuthRequest>(
  context: CommandContext,
  request: R,
  simple?: (response: ResponseTo<R>) => Bytes,
): Steps<ExitCode> {
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const response = yield* callOrExit(client.value, request, undefined);
  if (!response.ok) return response.error;
  const shown: AuthResponse = response.value;
  if (shown.type === 'authenticate' || shown.type === 'authEnable' || shown.type === 'authDisable') return EXIT.success;
  return yield* display(shown, client.value, simple?.(response.value));
}

function* oneArgument(context: CommandContext, missing: Bytes): Steps<Result<Bytes, ExitCode>> {
  const [argument] = context.args;
  if (argument === undefined || context.args.length !== 1) return fail(yield* exitWithUsage(context, missing));
  return ok(argument);
}

function* twoArguments(context: CommandContext, missing: Bytes): Steps<Result<readonly [Bytes, Bytes], ExitCode>> {
  const [first, second] = context.args;
  if (first === undefined || second === undefined || context.args.length !== 2) return fail(yield* exitWithUsage(context, missing));
  return ok([first, second]);
}

/** Asked for twice; or, without a terminal's manners, the first word of a line. */
function* readPassword(context: CommandContext, name: Bytes, isInteractive: boolean): Steps<Result<Bytes, ExitCode>> {
  if (!isInteractive) return ok(/^[ \t]*([^ \t\r]*)/.exec((yield* readLine()) ?? '')?.[1] ?? '');
  const password = yield* askPassword(context, `Password of ${name}: `);
  if (password === '') return fail(yield* exitWithUsage(context, 'empty password'));
  const again = yield* askPassword(context, `Type password of ${name} again for confirmation: `);
  if (again !== password) return fail(yield* exitWithUsage(context, 'given passwords are different'));
  return ok(password);
}

/** An empty key stands for a zero byte, and its end is passed over. */
function* permissionRange(
  context: CommandContext,
  key: Bytes,
  ends: readonly Bytes[],
): Steps<Result<{ readonly key: Bytes; readonly rangeEnd: Bytes }, ExitCode>> {
  const prefix = boolFlag(context.flags, ROLE_PERMISSION.prefix);
  const fromKey = boolFlag(context.flags, ROLE_PERMISSION.fromKey);
  const [end] = ends;
  if (prefix && fromKey && (key === '' || end === undefined))
    return fail(yield* exitWithUsage(context, '--from-key and --prefix flags are mutually exclusive'));
  if (key === '') return ok({ key: '\0', rangeEnd: prefix || fromKey ? '\0' : '' });
  if (end !== undefined && (prefix || fromKey)) {
    const flag = prefix ? '--prefix' : '--from-key';
    return fail(yield* exitWithUsage(context, `unexpected endkey argument with ${flag} flag`));
  }
  return ok(keyRange(key, prefix, fromKey, end ?? ''));
}
