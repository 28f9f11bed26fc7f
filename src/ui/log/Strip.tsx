/** Older entries of one member, 6 px each, in the same fills. */
import type { StripCell } from '../../view/index.ts';
import { termHue } from '../frame/hue.ts';
import { STRIP_PITCH } from './layout.ts';
import styles from './Strip.module.css';

const HEIGHT = 12;
const HEXAGON = 'M0 -5L4.33 -2.5V2.5L0 5L-4.33 2.5V-2.5Z';

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
  /** Where compacted entries end, if that is here: the snapshot stands there. */
  const end = cells.findLastIndex((cell) => cell.compacted);
  const snapshot = end < cells.length - 1 ? end : -1;
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
      {snapshot >= 0 && (
        <path className={styles.snapshot} transform={`translate(${(from + snapshot + 1) * STRIP_PITCH - 0.5} 6)`} d={HEXAGON} />
      )}
    </svg>
  );
}
