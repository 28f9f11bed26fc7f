import { ZERO_ID } from '../../base/index.ts';
import type { ApiErrorCode } from './errors.ts';
import { quorumOf } from './membership.ts';
import { connectedSince, isConnectedSince } from './peers.ts';
import type { Member } from './state.ts';

/** Virtual µs. */
export const ELECTION_TIMEOUT = 1_000_000;

/** What a member gives a request: 5 s and two election timeouts, in virtual µs (`spec/etcd.md` 4.3). */
export const REQUEST_TIMEOUT = 5_000_000 + 2 * ELECTION_TIMEOUT;

/** Why a request that a leader took never came to an end (etcd-io/etcd:server/etcdserver/v3_server.go, parseProposeCtxErr). */
export function timeoutReason(member: Member, startedAt: number): ApiErrorCode {
  const lostLeaderAt = member.leaderSince - 2 * ELECTION_TIMEOUT;
  if (startedAt > lostLeaderAt && startedAt < member.leaderSince) return 'timeoutDueToLeaderFail';
  const { lead } = member.raft;
  if (lead === ZERO_ID) return 'timeout';
  const { members } = member.membership;
  const isConnected =
    lead === member.config.id
      ? connectedSince(member, members, startedAt) >= quorumOf(members.length)
      : isConnectedSince(member, lead, startedAt);
  return isConnected ? 'timeout' : 'timeoutDueToConnectionLost';
}
