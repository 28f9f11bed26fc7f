/** Connections between members: whoever is at an end is told when one comes and goes. */
import { linkOf } from '../network.ts';
import { MAX_MEMBERS, type SimTime } from '../scenario.ts';
import { ADDRESS_SOURCE, type Connection, type Kernel, notify, SILENCE } from './state.ts';

/** Who can reach whom has changed: the members at both ends of a connection are told when it comes, and when it is gone. */
export function settleConnections(kernel: Kernel, time: SimTime): void {
  for (const low of kernel.members) {
    for (const high of kernel.members.slice(low.ordinal)) {
      const index = (low.ordinal - 1) * MAX_MEMBERS + high.ordinal - 1;
      const connection = kernel.connections[index] as Connection; // there is one for each pair
      const there = linkOf(kernel.network, low.ordinal, high.ordinal);
      const back = linkOf(kernel.network, high.ordinal, low.ordinal);
      const isWhole = there.causes.length === 0 && back.causes.length === 0;
      const isUp = low.isUp && high.isUp && isWhole;
      if (isUp === connection.isUp) continue;
      const version = connection.version + 1;
      // It takes a round trip to come; a process that ends is noticed at once; silence only after a while, if it lasts.
      const isSilent = !isUp && !isWhole;
      const delay = isUp ? there.latency + back.latency : Math.max(there.latency, back.latency);
      const newsAt = Math.max(time + delay, connection.newsAt + 1);
      kernel.connections[index] = { isUp, version, newsAt: isSilent ? connection.newsAt : newsAt };
      for (const [member, peer] of [
        [low, high],
        [high, low],
      ] as const) {
        if (!member.isUp) continue;
        notify(member, {
          time: isSilent ? time + SILENCE : newsAt,
          source: ADDRESS_SOURCE + peer.ordinal,
          sequence: peer.addressSequence++,
          input: { type: 'peer', peer: peer.id, ...(isUp ? { isConnected: isUp, roundTrip: delay } : { isConnected: isUp }) },
          connection: isSilent ? { index, version } : undefined,
        });
      }
    }
  }
}
