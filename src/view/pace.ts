/** *Auto*: how fast time should pass, by what goes on (`spec/architecture.md`, "Pace"). */
import type { Flight, Frame, MemberFrame } from './frame.ts';

/** Slow while something decides, calm while a leader is heard, as it is while one can only wait. */
export type Gear = 'decide' | 'calm' | 'wait';

/** Virtual seconds per real second. */
export const GEAR_FACTOR: Readonly<Record<Gear, number>> = { decide: 1 / 50, calm: 1 / 10, wait: 1 };

/** The gear that a picture asks for. */
export function gearOf(frame: Frame): Gear {
  if (isDeciding(frame)) return 'decide';
  const somebodyWaits = frame.calls.some((call) => call.state === 'open' && call.kind !== 'watch');
  return frame.members.every((member) => hearsLeader(frame, member)) && !somebodyWaits ? 'calm' : 'wait';
}

/** It runs, and its leader's heartbeats can reach it; nobody is asked of a member that does not run. */
function hearsLeader(frame: Frame, member: MemberFrame): boolean {
  if (member.health !== 'up') return true;
  const leader = frame.members[member.leader - 1];
  if (leader === undefined || leader.health !== 'up' || leader.role !== 'leader') return false;
  return leader === member || frame.cut[(leader.ordinal - 1) * frame.members.length + member.ordinal - 1] !== true;
}

/** The first instant at which somebody loses patience, if nothing is heard until then; Infinity where nobody can. */
export function earliestDeadline(frame: Frame): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const member of frame.members) if (member.timerAt > 0) earliest = Math.min(earliest, member.timerAt);
  return earliest;
}

function isDeciding(frame: Frame): boolean {
  for (const flight of frame.flights) if (isDecisive(flight) && arrives(frame, flight)) return true;
  for (const call of frame.calls) {
    if (frame.time < call.arrivesAt) return true;
    if (call.answer !== undefined && frame.time < call.answer.arrivesAt) return true;
  }
  return frame.members.some((member) => member.health === 'up' && member.durableIndex < member.log.end - 1);
}

function isDecisive(flight: Flight): boolean {
  switch (flight.kind) {
    case 'heartbeat':
    case 'heartbeatAck':
      return flight.carriesRead;
    case 'commit':
    case 'timeoutNow':
    case 'other':
      return false;
    default:
      return true;
  }
}

/** What is lost, or goes to a member that is down, decides nothing. */
function arrives(frame: Frame, flight: Flight): boolean {
  return flight.lostAt === undefined && frame.members[flight.to - 1]?.health === 'up';
}
