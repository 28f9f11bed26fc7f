import { type CommandContext, callOrExit, commandTimeout, display, EXIT, exitWithUsage, openClient } from '../context.ts';
import { textFlag } from '../flags.ts';
import { goQuote } from '../goText.ts';
import type { ExitCode, Steps } from '../program.ts';
import { GET, MEMBER_LIST } from '../table.ts';

/** `member list`; arguments are passed over. spec/etcd.md 6.10 */
export function* memberList(context: CommandContext): Steps<ExitCode> {
  const consistency = textFlag(context.flags, MEMBER_LIST.consistency);
  if (consistency !== 's' && consistency !== 'l') {
    // etcdctl names the flag of `get` here, which stands at its default (recorded: random_0201).
    return yield* exitWithUsage(context, `unknown consistency flag ${goQuote(GET.consistency.initial)}`, EXIT.badFeature);
  }
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const response = yield* callOrExit(client.value, { type: 'memberList', linearizable: consistency === 'l' }, timeout);
  if (!response.ok) return response.error;
  const { writer, isHex } = client.value;
  return yield* display(response.value, { writer, isHex, valueOnly: false });
}
