/** The command of a cell in full, beside the cell. What it says is the cell's label already: screen readers pass it by. */
import { useLayoutEffect, useRef } from 'react';
import type { LogCell } from '../../view/index.ts';
import { useWords } from '../frame/context.tsx';
import styles from './EntryTip.module.css';
import { describeEntry, sayFill } from './LogCell.tsx';

/** A cell and where it stands in the window. */
export interface TipPlace {
  readonly member: number;
  readonly index: number;
  readonly box: DOMRect;
}

const SPACE = 8;

export function EntryTip({ name, cell, box }: { readonly name: string; readonly cell: LogCell; readonly box: DOMRect }) {
  const words = useWords();
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const tip = ref.current;
    if (tip === null) return;
    const { width, height } = tip.getBoundingClientRect();
    const left = Math.max(SPACE, Math.min(window.innerWidth - width - SPACE, box.left + box.width / 2 - width / 2));
    const above = box.top - height - SPACE;
    tip.style.left = `${left}px`;
    tip.style.top = `${above >= SPACE ? above : box.bottom + SPACE}px`;
  });
  return (
    <div ref={ref} className={styles.tip} aria-hidden="true">
      {cell.fill === undefined ? (
        <span>{words.log.absent(name, cell.index)}</span>
      ) : (
        <>
          <b className={styles.command}>{describeEntry(words, cell)}</b>
          <span>
            <span className={styles.place}>{words.log.place(cell.term, cell.index)}</span> · {sayFill(words, name, cell)}
          </span>
          {cell.replacedBy !== 0 && <span>{words.log.replacedBy(cell.replacedBy)}</span>}
        </>
      )}
    </div>
  );
}
