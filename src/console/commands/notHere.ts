/** Commands that need more of a computer than a console in a page has: they say so, after what etcdctl checks first. */
import { type CommandContext, EXIT, exitWithError, exitWithUsage, openClient } from '../context.ts';
import { type ExitCode, giveHint, type Steps } from '../program.ts';

/** `make-mirror DEST`: there is no second cluster to mirror to. */
export function* makeMirror(context: CommandContext): Steps<ExitCode> {
  if (context.args.length !== 1) return yield* exitWithUsage(context, 'make-mirror takes one destination argument');
  const client = yield* openClient(context);
  return client.ok ? yield* refuseHere(context) : client.error;
}

/** Says that a command makes no sense here. */
export function* refuseHere(context: CommandContext): Steps<ExitCode> {
  const exit = yield* exitWithError(EXIT.error, `${context.name} needs a computer around it, which this console has not`);
  yield* giveHint({ code: 'notHere', command: context.name });
  return exit;
}
