/** What a message under the pointer is: its kind, its way and its term, in words. */
import { type PointerEvent, useState } from 'react';
import type { Flight, Frame } from '../../view/index.ts';
import { useWords } from '../frame/context.tsx';
import { useRun } from '../frame/hooks.ts';
import { flightPlace, standingWalls } from './flightPlace.ts';
import type { StageLayout } from './layout.ts';
import styles from './Stage.module.css';

/** The message under the pointer, by id: looked up when the pointer moves, for nothing is where it was a frame ago. */
export function useFlightTip(layout: StageLayout): {
  readonly flight: number | undefined;
  readonly look: (event: PointerEvent) => void;
  readonly leave: () => void;
} {
  const run = useRun();
  const [flight, setFlight] = useState<number | undefined>(undefined);
  return {
    flight,
    look(event) {
      if (event.pointerType === 'touch') return;
      const rect = event.currentTarget.getBoundingClientRect();
      setFlight(flightAt(run.frame(), run.playhead(), layout, event.clientX - rect.left, event.clientY - rect.top));
    },
    leave: () => setFlight(undefined),
  };
}

/** The nearest message whose mark covers the point. */
function flightAt(frame: Frame, time: number, layout: StageLayout, x: number, y: number): number | undefined {
  const walls = standingWalls(frame.walls, layout);
  let best: number | undefined;
  let bestDistance = layout.glyph * 0.6;
  for (const flight of frame.flights) {
    const at = flightPlace(flight, time, layout, walls, false);
    const distance = at === undefined ? Number.POSITIVE_INFINITY : Math.hypot(at.x - x, at.y - y);
    if (distance >= bestDistance) continue;
    best = flight.id;
    bestDistance = distance;
  }
  return best;
}

export function FlightTip({ id, frame, layout }: { readonly id: number; readonly frame: Frame; readonly layout: StageLayout }) {
  const words = useWords().stage;
  const run = useRun();
  const flight = frame.flights.find((flying) => flying.id === id);
  if (flight === undefined) return undefined;
  const walls = standingWalls(frame.walls, layout);
  const at = flightPlace(flight, run.playhead(), layout, walls, false);
  if (at === undefined) return undefined;
  const name = (member: number) => frame.members[member - 1]?.name ?? '';
  const left = at.x > layout.box.width - 240;
  return (
    <p className={styles.tip} data-left={left} role="tooltip" style={{ left: at.x, top: at.y - layout.glyph }}>
      <b>{say(flight, words.flight)}</b>
      <span>{words.flightWay(name(flight.from), name(flight.to), flight.term)}</span>
      {at.fate === 'dead' && <span>{words.lost}</span>}
    </p>
  );
}

function say(flight: Flight, words: ReturnType<typeof useWords>['stage']['flight']): string {
  switch (flight.kind) {
    case 'append':
      return words.append(flight.count, flight.index);
    case 'ack':
      return words.ack(flight.index);
    case 'reject':
      return words.reject(flight.index);
    case 'heartbeat':
      return flight.carriesRead ? words.readHeartbeat : words.heartbeat;
    default:
      return words[flight.kind];
  }
}
