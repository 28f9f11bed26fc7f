/** The replicated log: members by indexes, round the commit line, with a way back to the first entry. */
import {
  type FocusEvent,
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { type LogGrid, type LogRow, logGrid, newestIndex } from '../../view/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { PHONE, useFrame, useMedia, useSelection } from '../frame/hooks.ts';
import type { Thing } from '../stores/selection.ts';
import { EntryTip, type TipPlace } from './EntryTip.tsx';
import { LogCell } from './LogCell.tsx';
import { CELL_GAP, type LogLayout, layoutLog } from './layout.ts';
import { isLit, type Lit, useLit } from './lit.ts';
import { CrownMark, LearnerMark } from './marks.tsx';
import { Overview } from './Overview.tsx';
import styles from './ReplicatedLog.module.css';
import { Strip } from './Strip.tsx';
import { same } from './same.ts';

/** A member's name with its crown; with its role below it where there is room for no strip. px */
const LABEL = 40;
const LABEL_WITH_ROLE = 72;
/** From the last row of a hall. px */
const LARGE_CELL = 100;
/** More rows than that are drawn lower. */
const ROOMY_ROWS = 5;
const MANY_ROWS = 7;

/** The column's first region. */
export function ReplicatedLog() {
  const words = useWords();
  const { selection } = useHouse();
  const phone = useMedia(PHONE);
  const body = useRef<HTMLDivElement>(null);
  const { width, cell } = useSize(body);
  const [last, setLast] = useState<number | undefined>(undefined); // undefined: stays at the commit line
  const label = phone || cell > LARGE_CELL ? LABEL_WITH_ROLE : LABEL;
  const end = useFrame((frame) => Math.max(newestIndex(frame), frame.flag + 1));
  const layout = layoutLog(width, label, cell, end, !phone);
  const { columns, older } = layout;
  const grid = useFrame((frame) => logGrid(frame, { columns, older, last }), same);
  const lit = useLit();
  const selected = useSelection((state) => state.selected);
  const [active, setActive] = useState<Place | undefined>(undefined);
  const [tip, setTip] = useState<TipPlace | undefined>(undefined);
  const titleId = useId();

  const rows = grid.groups.flatMap((group) => group.rows);
  const scrollable = end > columns;
  const tabbable = activePlace(active, rows, grid);
  const wantsFocus = useRef(false);
  /** Where a finger took hold of the columns. */
  const pan = useRef<{ readonly x: number; readonly last: number } | undefined>(undefined);

  const scrollTo = useCallback(
    (to: number) => {
      setTip(undefined);
      setLast(to >= end ? undefined : Math.max(columns, to));
    },
    [columns, end],
  );

  useEffect(() => {
    // After the keyboard moved to another cell, possibly in a column that has only just been drawn.
    if (!wantsFocus.current || tabbable === undefined) return;
    wantsFocus.current = false;
    const target = body.current?.querySelector(`td[data-member="${tabbable.member}"][data-index="${tabbable.index}"]`);
    if (target instanceof HTMLElement) target.focus();
  });

  /** The cell under an event, with what stands in it. */
  const cellOf = (
    target: EventTarget,
  ): { readonly element: HTMLElement; readonly place: Place; readonly thing: Thing | undefined } | undefined => {
    const element = target instanceof Element ? target.closest('td[data-index]') : null;
    if (!(element instanceof HTMLElement)) return undefined;
    const place = { member: Number(element.dataset.member), index: Number(element.dataset.index) };
    const term = Number(element.dataset.term ?? 0);
    return { element, place, thing: term === 0 ? undefined : { type: 'entry', term, index: place.index } };
  };

  const onPointerOver = (event: PointerEvent) => {
    if (event.pointerType === 'touch') return;
    const found = cellOf(event.target);
    if (found === undefined) return;
    selection.getState().hover(found.thing);
    setTip({ ...found.place, box: found.element.getBoundingClientRect() });
  };

  const leave = () => {
    selection.getState().hover(undefined);
    setTip(undefined);
  };

  const onFocus = (event: FocusEvent) => {
    const found = cellOf(event.target);
    if (found === undefined) return;
    setActive(found.place);
    if (!found.element.matches(':focus-visible')) return;
    selection.getState().hover(found.thing);
    setTip({ ...found.place, box: found.element.getBoundingClientRect() });
  };

  const choose = (target: EventTarget) => {
    const found = cellOf(target);
    if (found?.thing === undefined) return;
    const { selected: now, select } = selection.getState();
    select(same(now, found.thing) ? undefined : found.thing);
    setTip({ ...found.place, box: found.element.getBoundingClientRect() });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ' ') {
      choose(event.target);
      event.preventDefault();
      return;
    }
    if (tabbable === undefined) return;
    const to = movePlace(event.key, tabbable, rows, end, columns);
    if (to === undefined) return;
    event.preventDefault();
    wantsFocus.current = true;
    setActive(to);
    if (to.index < grid.first) scrollTo(to.index + columns - 1);
    else if (to.index > grid.last) scrollTo(to.index);
  };

  return (
    <section
      className={styles.log}
      aria-labelledby={titleId}
      data-region="log"
      data-first={grid.first}
      data-last={grid.last}
      data-flag={grid.flag}
      data-phone={phone || undefined}
      data-dense={rows.length > MANY_ROWS ? 'most' : rows.length > ROOMY_ROWS || undefined}
    >
      <header className={styles.header}>
        <h2 id={titleId} className={styles.title}>
          {words.log.title}
        </h2>
        {scrollable ? (
          <Overview first={grid.first} last={grid.last} end={end} flag={grid.flag} onScroll={scrollTo} away={last !== undefined} />
        ) : (
          <small className={styles.note}>{words.log.perMember}</small>
        )}
      </header>
      <div
        ref={body}
        className={styles.body}
        onPointerLeave={leave}
        onPointerDown={(event) => {
          pan.current = event.pointerType === 'touch' ? { x: event.clientX, last: grid.last } : undefined;
        }}
        onPointerMove={(event) => {
          const by = pan.current === undefined ? 0 : Math.round((pan.current.x - event.clientX) / (cell + CELL_GAP));
          if (pan.current !== undefined && pan.current.last + by !== grid.last && by !== 0) scrollTo(pan.current.last + by);
        }}
        onPointerUp={() => {
          pan.current = undefined;
        }}
        onPointerCancel={() => {
          pan.current = undefined;
        }}
      >
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its cells are walked by arrow keys and chosen: a grid (WAI-ARIA APG)
          role="grid"
          aria-labelledby={titleId}
          aria-rowcount={rows.length + 1}
          aria-colcount={end}
          className={styles.grid}
          onPointerOver={onPointerOver}
          onFocus={onFocus}
          onBlur={leave}
          onClick={(event) => choose(event.target)}
          onKeyDown={onKeyDown}
          onWheel={(event) => {
            const by = event.shiftKey ? event.deltaY : event.deltaX;
            if (Math.abs(by) > 2) scrollTo(grid.last + Math.sign(by));
          }}
        >
          <Axis grid={grid} layout={layout} end={end} />
          {grid.groups.map((group, at) => (
            <tbody
              key={group.label}
              className={styles.group}
              data-island={group.label === '' ? undefined : group.label}
              data-quorum={group.hasQuorum}
              data-walled={at > 0 || undefined}
            >
              {group.rows.map((row) => (
                <Row
                  key={row.member}
                  row={row}
                  layout={layout}
                  label={label}
                  phone={phone}
                  tabbable={tabbable}
                  lit={lit}
                  selected={selected}
                />
              ))}
            </tbody>
          ))}
        </table>
        <FlagLine grid={grid} layout={layout} cell={cell} />
        {grid.beyond > 0 && grid.flag <= grid.last && <span className={styles.beyond}>{words.log.beyond(grid.beyond)}</span>}
      </div>
      {tip !== undefined && <Tip tip={tip} rows={rows} />}
    </section>
  );
}

interface Place {
  /** Ordinal. */
  readonly member: number;
  readonly index: number;
}

function Row({ row, layout, label, phone, tabbable, lit, selected }: RowProps) {
  const words = useWords();
  const { selection } = useHouse();
  const isMemberLit = lit.member === row.member;
  const oldest = row.older[0];
  const newest = row.older.at(-1);
  return (
    <tr
      className={styles.row}
      data-member-row={row.member}
      data-health={row.health}
      data-role={row.role}
      data-standing={row.standing}
      data-catching={row.catchingUp}
      data-lit={isMemberLit || undefined}
    >
      <th scope="row" className={styles.label} style={{ width: label }}>
        <button
          type="button"
          className={styles.name}
          tabIndex={-1}
          onClick={() =>
            selection
              .getState()
              .select(
                selected?.type === 'member' && selected.member === row.member ? undefined : { type: 'member', member: row.member },
              )
          }
          onPointerEnter={() => selection.getState().hover({ type: 'member', member: row.member })}
        >
          <b>{row.name}</b>
          <CrownMark crown={row.crown} term={row.term} />
          {row.crown !== 'none' && <span className="visually-hidden">{words.log.crown[row.crown]}</span>}
          {row.standing === 'learner' && row.health === 'up' && <LearnerMark />}
          {row.standing !== 'voter' && <span className="visually-hidden">{words.log.standing[row.standing]}</span>}
          {phone && <small className={styles.role}>{roleOf(row, words.log)}</small>}
        </button>
      </th>
      {layout.older > 0 && (
        <td className={styles.older} style={{ width: layout.cellsAt - label }}>
          {oldest !== undefined && newest !== undefined && (
            <Strip cells={row.older} slots={layout.older} label={words.log.olderLabel(row.name, oldest.index, newest.index)} />
          )}
        </td>
      )}
      {row.cells.map((cell) => (
        <LogCell
          key={cell.index}
          cell={cell}
          member={row.member}
          name={row.name}
          column={cell.index}
          tabbable={tabbable?.member === row.member && tabbable.index === cell.index}
          lit={isLit(lit, cell)}
          selected={isSelected(selected, cell)}
        />
      ))}
    </tr>
  );
}

interface RowProps {
  readonly row: LogRow;
  readonly layout: LogLayout;
  readonly label: number;
  readonly phone: boolean;
  readonly tabbable: Place | undefined;
  readonly lit: Lit;
  readonly selected: Thing | undefined;
}

/** The indexes above the columns. */
function Axis({ grid, layout, end }: { readonly grid: LogGrid; readonly layout: LogLayout; readonly end: number }) {
  const words = useWords();
  const strip = layout.older > 0 && grid.first > 1;
  return (
    <thead>
      <tr className={styles.axis}>
        <th scope="col" className={styles.corner} style={{ width: layout.cellsAt }}>
          <span className="visually-hidden">{words.log.member}</span>
          {strip && (
            <span className={styles.olderIndexes} aria-hidden="true">
              {words.log.older(Math.max(1, grid.first - layout.older), grid.first - 1)}
            </span>
          )}
        </th>
        {Array.from({ length: grid.last - grid.first + 1 }, (_, at) => grid.first + at).map((index) => (
          <th
            key={index}
            scope="col"
            aria-colindex={index}
            aria-label={words.log.index(index)}
            className={styles.index}
            data-next={(index === grid.flag + 1 && index < end) || undefined}
          >
            {index}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** The highest commit that anybody ever knew: its line runs through all rows. */
function FlagLine({ grid, layout, cell }: { readonly grid: LogGrid; readonly layout: LogLayout; readonly cell: number }) {
  const words = useWords();
  const pitch = cell + CELL_GAP;
  const at = Math.max(grid.first - 1, Math.min(grid.last, grid.flag));
  const side = grid.flag > grid.last ? 'after' : grid.flag < grid.first - 1 ? 'before' : 'at';
  return (
    <div className={styles.flag} data-side={side} style={{ left: layout.cellsAt + (at - grid.first + 1) * pitch - CELL_GAP / 2 }}>
      <span className={styles.flagText}>{grid.flag === 0 ? words.log.nothingCommitted : words.log.committedTo(grid.flag)}</span>
    </div>
  );
}

function Tip({ tip, rows }: { readonly tip: TipPlace; readonly rows: readonly LogRow[] }) {
  const row = rows.find((each) => each.member === tip.member);
  const cell = row?.cells.find((each) => each.index === tip.index);
  return row === undefined || cell === undefined ? undefined : <EntryTip name={row.name} cell={cell} box={tip.box} />;
}

function roleOf(row: LogRow, words: ReturnType<typeof useWords>['log']): string {
  if (row.standing !== 'voter') return words.standing[row.standing];
  return row.catchingUp === undefined ? words.roles[roleWord(row)] : words.catchingUp;
}

function roleWord(row: LogRow) {
  if (row.health !== 'up') return 'stopped' as const;
  return row.crown === 'hollow' ? ('stale' as const) : row.role;
}

function isSelected(thing: Thing | undefined, cell: { readonly term: number; readonly index: number }): boolean {
  return thing?.type === 'entry' && thing.term === cell.term && thing.index === cell.index;
}

/** Where Tab enters: where it was, or the place after the commit line of the first row. */
function activePlace(active: Place | undefined, rows: readonly LogRow[], grid: LogGrid): Place | undefined {
  const first = rows[0];
  if (first === undefined) return undefined;
  const member = active !== undefined && rows.some((row) => row.member === active.member) ? active.member : first.member;
  const index = Math.max(grid.first, Math.min(grid.last, active?.index ?? grid.flag));
  return { member, index };
}

function movePlace(key: string, from: Place, rows: readonly LogRow[], end: number, columns: number): Place | undefined {
  const at = rows.findIndex((row) => row.member === from.member);
  const inRow = (by: number) => rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.member ?? from.member;
  const inLog = (index: number) => ({ ...from, index: Math.max(1, Math.min(end, index)) });
  switch (key) {
    case 'ArrowLeft':
      return inLog(from.index - 1);
    case 'ArrowRight':
      return inLog(from.index + 1);
    case 'ArrowUp':
      return { ...from, member: inRow(-1) };
    case 'ArrowDown':
      return { ...from, member: inRow(1) };
    case 'PageUp':
      return inLog(from.index - columns);
    case 'PageDown':
      return inLog(from.index + columns);
    case 'Home':
      return inLog(1);
    case 'End':
      return inLog(end);
    default:
      return undefined;
  }
}

/** Width of a row and of a cell, px; both by the tokens of the moment. */
function useSize(ref: { readonly current: HTMLElement | null }): { readonly width: number; readonly cell: number } {
  const [size, setSize] = useState({ width: 352, cell: 60 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () => {
      const style = getComputedStyle(element);
      const padding = (Number.parseFloat(style.paddingLeft) || 0) + (Number.parseFloat(style.paddingRight) || 0);
      const width = element.clientWidth - padding;
      if (width <= 0) return; // not laid out (yet)
      const cell = Number.parseFloat(style.getPropertyValue('--cell-w')) || 60;
      setSize((now) => (now.width === width && now.cell === cell ? now : { width, cell }));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [ref]);
  return size;
}
