import type { Id64 } from '../../base/index.ts';
import type { Member } from './state.ts';

/**
 * An id that no other request of the cluster has: the low 16 bits of the member's id, then a count that started at the
 * process's start time in ms · 256 (etcd-io/etcd:pkg/idutil/id.go).
 */
export function nextRequestId(member: Member): Id64 {
  member.requestCount++;
  return (member.config.id.slice(12) + member.requestCount.toString(16).padStart(12, '0')) as Id64; // 4 + 12 hex digits
}

/** Was the id made by this member, in whichever of its lives? Another member's may end in the same four digits. */
export function isOwnId(member: Member, requestId: Id64): boolean {
  return requestId.slice(0, 4) === member.config.id.slice(12);
}
