/** Places of members, and who the cluster says is in them. */
import { ZERO_ID } from '../../base/index.ts';
import type { MemberOutput } from '../../engine/server/index.ts';
import { createDisk } from '../disk.ts';
import { addressOf, MAX_MEMBERS } from '../scenario.ts';
import type { Kernel, KernelMember } from './state.ts';

export function learnRoster(kernel: Kernel, { index, members }: Extract<MemberOutput, { type: 'members' }>): void {
  for (const { id, peerUrls } of members) {
    if (kernel.places.has(id)) continue;
    let place = MAX_MEMBERS;
    while (place > 0 && !addressOf(kernel.scenario, place).peerUrls.some((url) => peerUrls.includes(url))) place--;
    kernel.places.set(id, place);
  }
  if (index > kernel.roster.index) kernel.roster = { index, members };
}

/** The member that the cluster knows in a place moves in, with an empty disk if another was there. False: it knows none. */
export function takePlace(kernel: Kernel, member: KernelMember): boolean {
  const known = kernel.roster.members.find(({ id }) => kernel.places.get(id) === member.ordinal);
  if (known !== undefined && known.id !== member.id) {
    member.id = known.id;
    member.disk = createDisk();
  }
  return member.id !== ZERO_ID;
}
