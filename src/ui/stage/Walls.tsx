/** Walls and the islands they leave: grounds below everything, walls with their labels below the members. */
import { AnimatePresence, m } from 'framer-motion';
import { useHouse, useWords } from '../frame/context.tsx';
import { termHue } from '../frame/hue.ts';
import type { IslandGround } from './grounds.ts';
import { polygonPath, round, roundedPath } from './paths.ts';
import type { Rect, Segment } from './plane.ts';
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
      data-form={island.ground.form}
      style={{ left: island.ground.name.x, top: island.ground.name.y, width: island.ground.name.width }}
      aria-hidden="true"
    >
      <b>{island.label}</b>
      <span className={styles.dots}>
        {Array.from({ length: island.needed }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: dots are told apart by nothing but their place
          <i key={i} data-filled={i < island.members.length} />
        ))}
      </span>
      {island.ground.form !== 'brief' && <b className={styles.can}>{island.hasQuorum ? words.canCommit : words.cannotCommit}</b>}
    </div>
  ));
}

export interface WallView {
  readonly id: number;
  readonly segment: Segment;
  /** What it parts: `A | B`; '' where nothing is parted. */
  readonly sides: string;
  readonly label: Rect;
  readonly scale: number;
}

export function Walls({
  walls,
  disabled,
  onRemove,
  onKey,
  onBlur,
}: {
  readonly walls: readonly WallView[];
  readonly disabled: boolean;
  readonly onRemove: (id: number) => void;
  /** A key pressed at a wall's label. @returns whether it moves the wall */
  readonly onKey: (id: number, key: string) => boolean;
  readonly onBlur: () => void;
}) {
  const words = useWords().stage;
  const { tokens } = useHouse();
  const duration = tokens.px('--dur-wall') / 1000;
  return (
    <AnimatePresence>
      {walls.map((wall) => {
        const text = wall.sides === '' ? words.wall : words.split(wall.sides);
        const { x, y, width, height } = wall.label;
        const middle = { x: x + width / 2, y: y + height / 2 };
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
              aria-keyshortcuts="ArrowLeft ArrowRight ArrowUp ArrowDown"
              aria-label={words.removeWall(wall.sides)}
              aria-disabled={disabled}
              aria-describedby={disabled ? 'stage-past' : undefined}
              initial={{ opacity: 0 }}
              animate={{ opacity: 1 }}
              exit={{ opacity: 0 }}
              transition={{ duration }}
              onClick={() => onRemove(wall.id)}
              onBlur={onBlur}
              onKeyDown={(event) => {
                const isMoved = onKey(wall.id, event.key);
                if (!isMoved && event.key !== 'Enter' && event.key !== ' ' && event.key !== 'Delete') return;
                event.preventDefault();
                if (!isMoved) onRemove(wall.id);
              }}
            >
              <rect x={round(x)} y={round(y)} width={round(width)} height={height} rx={4} />
              <text x={round(middle.x - 9 * k)} y={round(middle.y + 4.8 * k)}>
                {text}
              </text>
              <path transform={`translate(${round(x + width - 17 * k)} ${round(middle.y)}) scale(${k})`} d="M-4 -4L4 4M-4 4L4 -4" />
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
