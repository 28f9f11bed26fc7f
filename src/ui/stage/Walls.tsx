/** Walls and the islands they leave: grounds below everything, walls with their labels below the members. */
import { AnimatePresence, m } from 'framer-motion';
import { useHouse, useWords } from '../frame/context.tsx';
import { termHue } from '../frame/hue.ts';
import {
  along,
  type Box,
  type IslandGround,
  type Point,
  polygonPath,
  type Rect,
  round,
  roundedPath,
  type Segment,
} from './geometry.ts';
import styles from './Walls.module.css';

export interface IslandView {
  readonly label: string;
  readonly members: readonly number[];
  readonly names: string;
  readonly needed: number;
  readonly hasQuorum: boolean;
  /** Highest term on it: the hue of its dots. */
  readonly term: number;
  readonly ground: IslandGround;
}

/** The sunk ground of islands that cannot commit. */
export function IslandGrounds({ islands }: { readonly islands: readonly IslandView[] }) {
  const { tokens } = useHouse();
  return (
    <AnimatePresence>
      {islands
        .filter((island) => !island.hasQuorum)
        .map((island) => (
          <m.path
            key={island.members.join()}
            className={styles.ground}
            d={island.ground.walled ? roundedPath(island.ground.polygon, 14) : roundedPath(island.ground.polygon, 40)}
            initial={{ opacity: 0 }}
            animate={{ opacity: 1 }}
            exit={{ opacity: 0 }}
            transition={{ duration: tokens.px('--dur-wall') / 1000 }}
          />
        ))}
    </AnimatePresence>
  );
}

/** Name, dots and what it can do, on each island's own ground. */
export function IslandNames({ islands, narrow }: { readonly islands: readonly IslandView[]; readonly narrow: boolean }) {
  const words = useWords().stage;
  return islands.map((island) => (
    <div
      key={island.label}
      className={styles.island}
      data-hue={termHue(island.term)}
      data-quorum={island.hasQuorum}
      data-narrow={narrow}
      style={{ left: island.ground.name.x, top: island.ground.name.y }}
      aria-hidden="true"
    >
      <b>{island.label}</b>
      <span className={styles.dots}>
        {Array.from({ length: island.needed }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: dots are told apart by nothing but their place
          <i key={i} data-filled={i < island.members.length} />
        ))}
      </span>
      <b>{island.hasQuorum ? words.canCommit : words.cannotCommit}</b>
    </div>
  ));
}

export interface WallView {
  readonly id: number;
  readonly segment: Segment;
  /** What it parts: `A | B`; '' where nothing is parted. */
  readonly sides: string;
  readonly label: Point;
  readonly size: Box;
  readonly scale: number;
}

/** Of a wall's label with its ×; `scale` as the layout's. */
export function wallLabelSize(text: string, scale: number): Box {
  const wide = [...text].filter((letter) => letter > '\u2e80').length;
  return { width: ((text.length + wide * 0.8) * 7.6 + 44) * scale, height: 28 * scale };
}

/** The place on a wall, near its upper end, where its label covers least; near an edge it moves inwards along its own length. */
export function wallLabelPlace(segment: Segment, { width, height }: Box, taken: readonly Rect[], box: Rect): Point {
  const down = segment.from.y <= segment.to.y ? segment : { from: segment.to, to: segment.from };
  let best = along(down, 0.08);
  let bestCost = Number.POSITIVE_INFINITY;
  for (let step = 2; step <= 48; step++) {
    const on = along(down, step / 50);
    const x = Math.max(box.x + width / 2, Math.min(on.x, box.x + box.width - width / 2));
    const y = Math.max(box.y + height / 2, Math.min(on.y, box.y + box.height - height / 2));
    const left = x - width / 2;
    const top = y - height / 2;
    const covers = taken.reduce((sum, other) => {
      const w = Math.min(left + width, other.x + other.width) - Math.max(left, other.x);
      const h = Math.min(top + height, other.y + other.height) - Math.max(top, other.y);
      return sum + (w > 0 && h > 0 ? w * h : 0);
    }, 0);
    const cost = covers * 10 + Math.hypot(x - on.x, y - on.y) * 2 + step;
    if (cost < bestCost) {
      bestCost = cost;
      best = { x, y };
    }
  }
  return best;
}

export function Walls({
  walls,
  disabled,
  onRemove,
}: {
  readonly walls: readonly WallView[];
  readonly disabled: boolean;
  readonly onRemove: (id: number) => void;
}) {
  const words = useWords().stage;
  const { tokens } = useHouse();
  const duration = tokens.px('--dur-wall') / 1000;
  return (
    <AnimatePresence>
      {walls.map((wall) => {
        const text = wall.sides === '' ? words.wall : words.split(wall.sides);
        const { width, height } = wall.size;
        const k = wall.scale;
        const { from, to } = wall.segment;
        return (
          <m.g key={wall.id} data-wall={wall.id} exit={{ opacity: 1 }} transition={{ duration }}>
            <m.path
              className={styles.wall}
              d={`M${round(from.x)} ${round(from.y)}L${round(to.x)} ${round(to.y)}`}
              initial={{ pathLength: 0 }}
              animate={{ pathLength: 1 }}
              exit={{ pathLength: 0 }}
              transition={{ duration, ease: 'easeOut' }}
            />
            <m.g
              className={styles.label}
              role="button"
              tabIndex={0}
              aria-label={words.removeWall(wall.sides)}
              aria-disabled={disabled}
              aria-describedby={disabled ? 'stage-past' : undefined}
              initial={{ opacity: 0 }}
              animate={{ opacity: 1 }}
              exit={{ opacity: 0 }}
              transition={{ duration }}
              onClick={() => onRemove(wall.id)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' && event.key !== ' ' && event.key !== 'Delete') return;
                event.preventDefault();
                onRemove(wall.id);
              }}
            >
              <rect
                x={round(wall.label.x - width / 2)}
                y={round(wall.label.y - height / 2)}
                width={round(width)}
                height={height}
                rx={4}
              />
              <text x={round(wall.label.x - 9 * k)} y={round(wall.label.y + 4.8 * k)}>
                {text}
              </text>
              <path
                transform={`translate(${round(wall.label.x + width / 2 - 17 * k)} ${round(wall.label.y)}) scale(${k})`}
                d="M-4 -4L4 4M-4 4L4 -4"
              />
            </m.g>
          </m.g>
        );
      })}
    </AnimatePresence>
  );
}

/** The line under the pointer, and the one that the verb "Split" offers: dots until it is built. */
export function DraftWall({ segment, offered }: { readonly segment: Segment; readonly offered: boolean }) {
  return <path className={styles.draft} data-offered={offered} d={polygonPath([segment.from, segment.to]).replace('Z', '')} />;
}
