/** The replicated log under a panel that stands in its place: rows of small cells in the same fills, without their words. */
import { useLayoutEffect, useRef, useState } from 'react';
import { logGrid, newestIndex } from '../../view/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { useFrame } from '../frame/hooks.ts';
import { termHue } from '../frame/hue.ts';
import { describeCell } from '../log/LogCell.tsx';
import { isLit, useLit } from '../log/lit.ts';
import { same } from '../log/same.ts';
import styles from './FoldedLog.module.css';

/** px: a cell with its gap, a member's name. */
const PITCH = 18;
const LABEL = 34;

export function FoldedLog() {
  const words = useWords();
  const { selection } = useHouse();
  const body = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(484);
  useLayoutEffect(() => {
    const element = body.current;
    if (element === null) return;
    const measure = () => setWidth(element.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  const columns = Math.max(1, Math.floor((width - LABEL) / PITCH));
  const end = useFrame((frame) => Math.max(newestIndex(frame), frame.flag + 1));
  const grid = useFrame((frame) => logGrid(frame, { columns: Math.min(columns, end), older: 0, last: undefined }), same);
  const lit = useLit();
  const flagAt = LABEL + (Math.max(grid.first - 1, Math.min(grid.last, grid.flag)) - grid.first + 1) * PITCH - 1.5;

  return (
    <section className={styles.log} aria-label={words.log.title} data-region="log" data-folded data-flag={grid.flag}>
      <header className={styles.header}>
        <h2 className={styles.title}>{words.log.title}</h2>
        <small>{words.panels.foldedLog(grid.first, grid.last)}</small>
      </header>
      <div ref={body} className={styles.body}>
        <div className={styles.flag} style={{ left: flagAt }} data-end={flagAt > 130 || undefined}>
          <span>{grid.flag === 0 ? words.log.nothingCommitted : words.log.committedTo(grid.flag)}</span>
        </div>
        {grid.groups.map((group, at) => (
          <ul key={group.label} className={styles.group} data-walled={at > 0 || undefined}>
            {group.rows.map((row) => (
              <li key={row.member} className={styles.row} data-member-row={row.member} data-health={row.health}>
                <span className={styles.name}>{row.name}</span>
                {row.cells.map((cell) => (
                  <button
                    key={cell.index}
                    type="button"
                    className={styles.cell}
                    tabIndex={-1}
                    disabled={cell.term === 0}
                    aria-label={describeCell(words, row.name, cell)}
                    title={describeCell(words, row.name, cell)}
                    data-fill={cell.fill ?? 'none'}
                    data-hue={cell.term === 0 ? undefined : termHue(cell.term)}
                    data-lit={isLit(lit, cell) || undefined}
                    onClick={() => selection.getState().select({ type: 'entry', term: cell.term, index: cell.index })}
                    onPointerEnter={() => selection.getState().hover({ type: 'entry', term: cell.term, index: cell.index })}
                    onPointerLeave={() => selection.getState().hover(undefined)}
                  />
                ))}
              </li>
            ))}
          </ul>
        ))}
      </div>
    </section>
  );
}
