import { utf8Decode, utf8Encode } from '../../base/index.ts';
import type { DowngradeRequest } from '../../engine/server/api.ts';
import { type CommandContext, callOrExit, commandTimeout, display, exitWithUsage, openClient } from '../context.ts';
import type { ExitCode, Steps } from '../program.ts';

/** `downgrade validate TARGET_VERSION`. spec/etcd.md 6.13 */
export function downgradeValidate(context: CommandContext): Steps<ExitCode> {
  return downgradeTo(context, 'validate');
}

/** `downgrade enable TARGET_VERSION`. */
export function downgradeEnable(context: CommandContext): Steps<ExitCode> {
  return downgradeTo(context, 'enable');
}

/** `downgrade cancel`; arguments are passed over. */
export function downgradeCancel(context: CommandContext): Steps<ExitCode> {
  return ask(context, { type: 'downgrade', action: 'cancel', version: '' });
}

function* downgradeTo(context: CommandContext, action: 'validate' | 'enable'): Steps<ExitCode> {
  const [version, ...more] = context.args;
  if (version === undefined) return yield* exitWithUsage(context, 'TARGET_VERSION not provided');
  if (more.length > 0) return yield* exitWithUsage(context, 'too many arguments');
  if (version === '') return yield* exitWithUsage(context, 'target version not provided');
  return yield* ask(context, { type: 'downgrade', action, version: utf8Decode(version) });
}

function* ask(context: CommandContext, request: DowngradeRequest): Steps<ExitCode> {
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const response = yield* callOrExit(client.value, request, timeout);
  if (!response.ok) return response.error;
  const simple = `Downgrade ${request.action} success, cluster version ${utf8Encode(response.value.version)}\n`;
  return yield* display(response.value, client.value, simple);
}
