/** The whole log as one bar, a stretch per term, with the window that is shown: drag it, or use the arrow keys. */
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { termRuns } from '../../view/index.ts';
import { useWords } from '../frame/context.tsx';
import { useFrame } from '../frame/hooks.ts';
import { termHue } from '../frame/hue.ts';
import styles from './Overview.module.css';
import { same } from './same.ts';

interface OverviewProps {
  readonly first: number;
  readonly last: number;
  /** Last index that can be shown. */
  readonly end: number;
  readonly flag: number;
  /** Somebody scrolled away from the commit line. */
  readonly away: boolean;
  /** Makes `last` the last column. */
  readonly onScroll: (last: number) => void;
}

export function Overview({ first, last, end, flag, away, onScroll }: OverviewProps) {
  const words = useWords();
  const runs = useFrame((frame) => termRuns(frame, 60), same);
  const track = useRef<HTMLDivElement>(null);
  const grip = useRef(0);
  const columns = last - first + 1;

  const indexAt = (event: PointerEvent): number => {
    const box = track.current?.getBoundingClientRect();
    return box === undefined ? last : ((event.clientX - box.left) / box.width) * end;
  };

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const at = indexAt(event);
    // Taken inside the window it keeps its place under the pointer; elsewhere the window comes to it.
    const inside = at >= first - 1 && at <= last;
    grip.current = inside ? last - at : columns / 2;
    if (!inside) onScroll(Math.round(at + grip.current));
  };

  const onPointerMove = (event: PointerEvent) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) onScroll(Math.round(indexAt(event) + grip.current));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const to = {
      ArrowLeft: last - 1,
      ArrowRight: last + 1,
      PageUp: last - columns,
      PageDown: last + columns,
      Home: columns,
      End: end,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onScroll(to);
  };

  const share = (index: number) => `${(index / end) * 100}%`;
  return (
    <div className={styles.overview}>
      <div
        ref={track}
        role="slider"
        tabIndex={0}
        className={styles.track}
        aria-label={words.log.scroll}
        aria-valuemin={1}
        aria-valuemax={Math.max(1, end - columns + 1)}
        aria-valuenow={first}
        aria-valuetext={words.log.scrollValue(first, last, end)}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onKeyDown={onKeyDown}
      >
        {runs.map((run) => (
          <i
            key={run.from}
            className={styles.run}
            data-hue={termHue(run.term)}
            data-term={run.term}
            style={{ left: share(run.from - 1), width: share(run.to - run.from + 1) }}
          />
        ))}
        <i className={styles.flag} style={{ left: share(flag) }} />
        <i className={styles.window} style={{ left: share(first - 1), width: share(columns) }} />
      </div>
      {away && (
        <button type="button" className={styles.latest} onClick={() => onScroll(end)}>
          {words.log.latest}
        </button>
      )}
    </div>
  );
}
