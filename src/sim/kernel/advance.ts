/**
 * The deterministic world: it plans deliveries that cannot affect each other, somebody carries them out, and it commits what
 * comes of them in its own order (`spec/architecture.md`, rule 2). It never calls a member. Between two calls of
 * {@link advance} its state is plain data.
 */
import type { JournalEntry } from '../command.ts';
import type { SimTime } from '../scenario.ts';
import { runClient } from './clients.ts';
import { settleConnections } from './connections.ts';
import { nextEvent, planHorizons } from './horizons.ts';
import { takeDeliveries } from './messages.ts';
import { happen } from './people.ts';
import { perform } from './perform.ts';
import { bootWork } from './process.ts';
import { hasStopRow, releaseRows, type StopAt } from './rows.ts';
import { CLIENT_SOURCE, type Kernel } from './state.ts';
import type { Work, Working } from './work.ts';

/** How a driver carries a run on: horizons, or one microsecond at a time. Both give the same run. */
export type Pacing = 'horizons' | 'oneByOne';

/**
 * Lets everything before `until` happen. Yields work, wants its results in the same order, and is done when it returns.
 *
 * @returns the virtual time reached: `until`, or just after the instant of the row that `stop` asks for
 */
export function* advance(kernel: Kernel, until: SimTime, pacing: Pacing, stop?: StopAt): Working<SimTime> {
  if (!kernel.hasStarted) {
    kernel.hasStarted = true;
    yield* perform(
      kernel,
      kernel.members.map((member) => bootWork(kernel, member, 0)),
    );
    settleConnections(kernel, 0);
  }
  while (kernel.now < until) {
    const action = kernel.journal[kernel.done];
    const bound = Math.min(until, action?.at ?? until);
    const next = nextEvent(kernel);
    if (next >= bound) {
      releaseRows(kernel, bound);
      kernel.now = bound;
      if (action !== undefined && action.at < until) {
        const released = kernel.released.rows.length;
        while (kernel.journal[kernel.done]?.at === bound) yield* happen(kernel, kernel.journal[kernel.done] as JournalEntry); // it is there: its time was compared
        // An instant is over when nothing of it is left: what people did at `bound` and what members do then are one instant.
        if (stop !== undefined && nextEvent(kernel) > bound) {
          releaseRows(kernel, bound + 1);
          if (hasStopRow(kernel, released, stop)) {
            kernel.now = bound + 1;
            return kernel.now;
          }
        }
        continue;
      }
      return kernel.now;
    }
    yield* round(kernel, next, bound, pacing === 'oneByOne' || stop !== undefined);
    const released = kernel.released.rows.length;
    const open = nextEvent(kernel);
    releaseRows(kernel, Math.min(open, bound));
    if (stop !== undefined && hasStopRow(kernel, released, stop)) {
      kernel.now = next + 1;
      return kernel.now;
    }
  }
  return kernel.now;
}

/** One set of deliveries that cannot affect each other. */
function* round(kernel: Kernel, next: SimTime, bound: SimTime, isOneByOne: boolean): Working {
  const horizons = isOneByOne ? undefined : planHorizons(kernel, bound);
  const horizonOf = (source: number) => horizons?.get(source) ?? next + 1;
  for (const [ordinal, client] of kernel.clients) runClient(kernel, client, horizonOf(CLIENT_SOURCE + ordinal));
  const work: Work[] = [];
  for (const member of kernel.members) {
    const until = horizonOf(member.ordinal);
    const deliveries = takeDeliveries(kernel, member, until);
    if (!member.isUp || member.isPaused || (deliveries.length === 0 && member.nextLocal >= until)) continue;
    work.push({ type: 'run', member: member.ordinal, until, deliveries });
  }
  if (work.length > 0) yield* perform(kernel, work);
}
