import type { Member } from './state.ts';

/**
 * Does the process read back what an earlier one has applied already? Its state comes of that anew; what etcd has in its store is
 * neither told nor counted again.
 */
export function isReplay(member: Member): boolean {
  return member.appliedIndex < member.replayTo;
}
