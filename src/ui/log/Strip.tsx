/** Older entries of one member, 6 px each, in the same fills. */
import type { StripCell } from '../../view/index.ts';
import { termHue } from '../frame/hue.ts';
import { STRIP_PITCH } from './layout.ts';
import styles from './Strip.module.css';

const HEIGHT = 12;

/** @param slots cells that have room; fewer are drawn at the right end, beside the columns */
export function Strip({
  cells,
  slots,
  label,
}: {
  readonly cells: readonly StripCell[];
  readonly slots: number;
  readonly label: string;
}) {
  const width = slots * STRIP_PITCH;
  const from = slots - cells.length;
  return (
    <svg className={styles.strip} width={width} height={HEIGHT} role="img" aria-label={label}>
      {cells.map((cell, at) =>
        cell.fill === undefined && !cell.compacted ? undefined : (
          <rect
            key={cell.index}
            data-fill={cell.compacted ? 'compacted' : cell.fill}
            data-hue={cell.compacted ? undefined : termHue(cell.term)}
            x={(from + at) * STRIP_PITCH + 0.5}
            y={0.5}
            width={STRIP_PITCH - 2}
            height={HEIGHT - 1}
            rx={1}
          />
        ),
      )}
    </svg>
  );
}
