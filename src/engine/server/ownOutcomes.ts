/** What a member does when something that it wanted of its own accord has gone through the log, or has not. */
import { unreachable } from '../../base/index.ts';
import { onCompacted } from './autoCompaction.ts';
import { onCleared } from './leaderCalls.ts';
import { onCheckpointed, onRevoked } from './lessor.ts';
import type { Member } from './state.ts';

/** Takes them in; what follows from them may end at once as well. */
export function settleOwn(member: Member): void {
  while (member.ownOutcomes.length > 0) {
    const outcomes = member.ownOutcomes;
    member.ownOutcomes = [];
    for (const outcome of outcomes) {
      const { request } = outcome;
      switch (request.type) {
        case 'leaseRevoke':
          onRevoked(member, request.id, outcome);
          break;
        case 'leaseCheckpoint':
          onCheckpointed(member, outcome);
          onCleared(member, outcome);
          break;
        case 'compaction':
          onCompacted(member, outcome);
          break;
        default:
          unreachable(request);
      }
    }
  }
}
