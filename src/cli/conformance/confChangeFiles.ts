import type { Result } from '../../base/index.ts';
import { formatDecimal } from '../../base/index.ts';
import {
  type ChangeContext,
  changeSimply,
  describeConfig,
  describeProgress,
  EMPTY_CONFIG,
  enterJoint,
  etcdRules,
  leaveJoint,
  type Membership,
} from '../../engine/raft/index.ts';
import { CommandArguments, type Directive } from './directives.ts';
import { parseOperations } from './operations.ts';

/** Plays a file of changes to a configuration (`spec/raft.md` 6.10). @returns the function that answers each command in turn */
export function createConfChangePlayer(): (directive: Directive) => string {
  let membership: Membership = { config: EMPTY_CONFIG, progress: [] };
  let lastIndex = 0;
  return (directive) => {
    const context = { rules: etcdRules, lastIndex, maxInflight: 10, maxInflightBytes: 0 };
    lastIndex++; // also for a command that fails
    const result = change(context, membership, directive);
    if (typeof result === 'string') return result;
    if (!result.ok) return `${result.error}\n`;
    membership = result.value;
    const progress = membership.progress.map((peer) => `${formatDecimal(peer.id)}: ${describeProgress(peer)}\n`);
    return `${describeConfig(membership.config)}\n${progress.join('')}`;
  };
}

function change(context: ChangeContext, from: Membership, directive: Directive): Result<Membership, string> | string {
  const operations = parseOperations(directive.input);
  if (!operations.ok) return operations.error;
  const args = new CommandArguments(directive);
  switch (directive.command) {
    case 'simple':
      return changeSimply(context, from, operations.value);
    case 'enter-joint':
      return enterJoint(context, from, args.boolean('autoleave') ?? false, operations.value);
    case 'leave-joint':
      return operations.value.length > 0 ? 'this command takes no input' : leaveJoint(from);
    default:
      return 'unknown command';
  }
}
