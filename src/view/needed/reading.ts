/** A read that waits for its leader to be confirmed. */
import type { Flight, Frame, MemberFrame } from '../frame.ts';
import type { Needed } from './fact.ts';
import { stuckCall } from './stuck.ts';

/** A read on its way, as far as messages tell; one that needs no leader is answered at once and never seen here. */
export function reading(frame: Frame, leader: MemberFrame): Needed | undefined {
  const call = frame.calls.find(
    (each) => each.kind === 'get' && each.state === 'open' && each.answer === undefined && each.arrivesAt <= frame.time,
  );
  if (call === undefined) return undefined;
  const flies = (wanted: (flight: Flight) => boolean) =>
    frame.flights.some((flight) => flight.lostAt === undefined && wanted(flight));
  const phase = flies((flight) => flight.kind === 'readIndexAnswer' && flight.to === call.member)
    ? 'answers'
    : flies((flight) => flight.carriesRead)
      ? 'confirms'
      : flies((flight) => flight.kind === 'readIndex' && flight.from === call.member)
        ? 'asks'
        : undefined;
  if (phase === undefined) return undefined;
  const member = frame.members[call.member - 1]?.name ?? '';
  return { type: 'read', call: stuckCall(call), leader: leader.name, member, phase, others: frame.quorum - 1 };
}
