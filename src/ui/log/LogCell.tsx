/** One place of one member: the entry that stands there, drawn as this member knows it. */
import { memo } from 'react';
import type { Words } from '../../i18n/index.ts';
import type { LogCell as Cell } from '../../view/index.ts';
import { useWords } from '../frame/context.tsx';
import { termHue } from '../frame/hue.ts';
import styles from './LogCell.module.css';
import { keyTail } from './layout.ts';
import { KindGlyph, SnapshotMark } from './marks.tsx';

export interface LogCellProps {
  readonly cell: Cell;
  readonly member: number;
  readonly name: string;
  /** Lit up, because the same entry (or what caused it) is selected or pointed at anywhere. */
  readonly lit: boolean;
  readonly selected: boolean;
  /** The one cell of the grid that Tab reaches. */
  readonly tabbable: boolean;
  readonly column: number;
}

/** A grid cell: its events are handled by the grid. */
export const LogCell = memo(function LogCell({ cell, member, name, lit, selected, tabbable, column }: LogCellProps) {
  const words = useWords();
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: a cell of a grid is a gridcell, which can be selected
    <td
      className={styles.cell}
      tabIndex={tabbable ? 0 : -1}
      aria-colindex={column}
      aria-selected={selected}
      aria-label={describeCell(words, name, cell)}
      data-member={member}
      data-index={cell.index}
      data-term={cell.term === 0 ? undefined : cell.term}
      data-fill={cell.compacted === 'no' ? (cell.fill ?? 'none') : 'compacted'}
      data-kind={cell.term === 0 ? undefined : cell.kind}
      data-hue={cell.term === 0 ? undefined : termHue(cell.term)}
      data-compacted={cell.compacted === 'no' ? undefined : cell.compacted}
      data-replaced={cell.replacedBy === 0 ? undefined : cell.replacedBy}
      data-lit={lit || undefined}
    >
      {cell.term !== 0 && (
        <CellFace
          term={cell.term}
          kind={cell.kind}
          text={cellText(words, cell)}
          applied={cell.fill === 'applied'}
          replacedBy={cell.replacedBy}
        />
      )}
      {cell.compacted === 'last' && <SnapshotMark />}
    </td>
  );
});

/** The same face outside the grid, where an entry is spoken of. */
export function EntryFace({
  term,
  kind,
  entryKey,
  fill,
}: {
  readonly term: number;
  readonly kind: Cell['kind'];
  readonly entryKey: string;
  readonly fill: NonNullable<Cell['fill']>;
}) {
  const words = useWords();
  return (
    <span className={styles.cell} data-fill={fill} data-hue={termHue(term)} data-term={term} aria-hidden="true">
      <CellFace
        term={term}
        kind={kind}
        text={cellText(words, { kind, key: entryKey })}
        applied={fill === 'applied'}
        replacedBy={0}
      />
    </span>
  );
}

function CellFace({
  term,
  kind,
  text,
  applied,
  replacedBy,
}: {
  readonly term: number;
  readonly kind: Cell['kind'];
  readonly text: string;
  readonly applied: boolean;
  readonly replacedBy: number;
}) {
  return (
    <>
      <span className={styles.head}>
        <span className={styles.term}>{term}</span>
        {replacedBy === 0 && <KindGlyph kind={kind} />}
        {applied && replacedBy === 0 && <i className={styles.dot} />}
      </span>
      <span className={styles.text}>{text}</span>
      {replacedBy !== 0 && (
        <span className={styles.flag} data-hue={termHue(replacedBy)}>
          {replacedBy}
        </span>
      )}
    </>
  );
}

function cellText(words: Words, { kind, key }: Pick<Cell, 'kind' | 'key'>): string {
  if (kind === 'other') return isOwn(key) ? words.log.own[key] : words.log.short.other;
  return kind === 'put' || kind === 'delete' ? keyTail(key) : words.log.short[kind];
}

/** What members tell each other through the log: etcd's own entries, which no client asked for. */
function isOwn(key: string): key is keyof Words['log']['own'] {
  return key === 'memberAttributes' || key === 'clusterVersion';
}

/** The command of an entry in full. */
export function describeEntry(words: Words, { kind, key, value, term }: Pick<Cell, 'kind' | 'key' | 'value' | 'term'>): string {
  const { entry } = words.log;
  switch (kind) {
    case 'put':
      return entry.put(key, value);
    case 'delete':
      return entry.delete(key);
    case 'noop':
      return entry.noop(term);
    case 'other':
      return isOwn(key) ? entry[key](value) : entry.other;
    default:
      return entry[kind];
  }
}

/** What its member knows of an entry, and what applying it did to the store. */
export function sayFill({ log }: Words, name: string, { fill, kind, revision }: Pick<Cell, 'fill' | 'kind' | 'revision'>): string {
  if (fill === undefined) return '';
  const said = log.fill[fill](name);
  if (fill !== 'applied') return said;
  if (revision > 0) return `${said} · ${log.madeRevision(revision)}`;
  return kind === 'put' || kind === 'delete' || kind === 'txn' ? `${said} · ${log.changedNothing}` : said;
}

/** All that a cell says, for who does not see it. */
export function describeCell(words: Words, name: string, cell: Cell): string {
  if (cell.compacted !== 'no') return words.log.compacted(name, cell.index, cell.snapshot);
  if (cell.fill === undefined) return words.log.absent(name, cell.index);
  const parts = [describeEntry(words, cell), words.log.place(cell.term, cell.index), sayFill(words, name, cell)];
  if (cell.replacedBy !== 0) parts.push(words.log.replacedBy(cell.replacedBy));
  return parts.join(' · ');
}
