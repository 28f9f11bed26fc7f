/** How far each node may run ahead: the least, over all nodes, of their next instant and the time that it takes from there. */
import { isActive } from '../client.ts';
import { lookahead } from '../network.ts';
import type { SimTime } from '../scenario.ts';
import { CLIENT_SOURCE, type Kernel, type KernelClient, type KernelMember } from './state.ts';

/** How far each node may run ahead: nobody can reach it before that. */
export function planHorizons(kernel: Kernel, bound: SimTime): Map<number, SimTime> {
  const { clientLatency } = kernel.scenario;
  const mayReact = [...kernel.clients.values()].some(({ client }) => isActive(client));
  const horizons = new Map<number, SimTime>();
  const awaited = kernel.members
    .map((member) => ({ ordinal: member.ordinal, next: nextOfMember(member) }))
    .filter(({ next }) => next < Number.POSITIVE_INFINITY);
  const clientsNext = Math.min(...[...kernel.clients.values()].map(nextOfClient), Number.POSITIVE_INFINITY);
  for (const member of kernel.members) {
    let horizon = Math.min(bound, clientsNext + clientLatency);
    for (const { ordinal, next } of awaited) {
      horizon = Math.min(horizon, next + lookahead(kernel.network, ordinal, member.ordinal, mayReact));
    }
    horizons.set(member.ordinal, horizon);
  }
  const membersNext = Math.min(...awaited.map(({ next }) => next));
  // What a client sends comes back refused without any member's doing, where no process is.
  const clientHorizon = Math.min(bound, membersNext + clientLatency, clientsNext + 2 * clientLatency);
  for (const ordinal of kernel.clients.keys()) horizons.set(CLIENT_SOURCE + ordinal, clientHorizon);
  return horizons;
}

export function nextEvent(kernel: Kernel): SimTime {
  let next = Number.POSITIVE_INFINITY;
  for (const member of kernel.members) next = Math.min(next, nextOfMember(member));
  for (const client of kernel.clients.values()) next = Math.min(next, nextOfClient(client));
  return next;
}

function nextOfMember(member: KernelMember): SimTime {
  if (member.isPaused) return Number.POSITIVE_INFINITY;
  return Math.min(member.inbox[0]?.time ?? Number.POSITIVE_INFINITY, member.nextLocal);
}

function nextOfClient({ inbox }: KernelClient): SimTime {
  return inbox[0]?.time ?? Number.POSITIVE_INFINITY;
}
