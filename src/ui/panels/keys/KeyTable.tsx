/** The store at one revision, as a table. */
import type { KeyRow } from '../../../view/index.ts';
import { useHouse, useWords } from '../../frame/context.tsx';
import shared from '../List.module.css';
import { Revision } from '../Revision.tsx';
import styles from './Keys.module.css';
import { useIsLit, useMadeBy } from './useMadeBy.ts';

interface KeyTableProps {
  /** In byte order. */
  readonly rows: readonly KeyRow[];
  readonly revision: number;
  readonly isNewest: boolean;
  /** The key whose value stands under the members. */
  readonly followed: string;
  readonly onFollow: (key: string) => void;
}

export function KeyTable({ rows, revision, isNewest, followed, onFollow }: KeyTableProps) {
  const words = useWords().panels.keys;
  const { selection } = useHouse();
  const made = useMadeBy(rows.map((row) => row.version.modRevision));
  const litOf = useIsLit();
  const hasLeases = rows.some((row) => row.version.lease !== '');
  if (rows.length === 0) return <p className={shared.aside}>{words.notYet(revision)}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
    <section className={styles.tableHolder} aria-label={words.columns.valueAt(revision)} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{words.columns.key}</th>
            <th scope="col">{isNewest ? words.columns.value : words.columns.valueAt(revision)}</th>
            <th scope="col" data-number>
              {words.columns.version}
            </th>
            <th scope="col" data-number>
              {words.columns.created}
            </th>
            <th scope="col" data-number>
              {words.columns.modified}
            </th>
            {hasLeases && (
              <th scope="col" data-lease>
                {words.columns.lease}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, version, isDeleted }) => {
            const entry = made.get(version.modRevision);
            const lit = litOf(version.modRevision);
            const thing = { type: 'revision' as const, revision: version.modRevision };
            return (
              <tr
                key={key}
                data-key={key}
                data-deleted={isDeleted || undefined}
                data-followed={key === followed || undefined}
                data-lit={lit}
                onPointerEnter={() => selection.getState().hover(thing)}
                onPointerLeave={() => selection.getState().hover(undefined)}
              >
                <th scope="row">
                  <button type="button" className={styles.key} title={words.follow(key)} onClick={() => onFollow(key)}>
                    {key}
                  </button>
                </th>
                <td className={styles.cellValue} title={isDeleted ? undefined : version.value}>
                  {isDeleted ? <span className={styles.cellDeleted}>{words.deletedAt(version.modRevision)}</span> : version.value}
                </td>
                <td data-number>{version.version}</td>
                <td data-number>{isDeleted ? '–' : version.createRevision}</td>
                <td data-number>
                  <Revision revision={version.modRevision} term={entry?.term ?? 0} selected={lit === 'selected'} />
                </td>
                {hasLeases && (
                  <td data-lease title={version.lease}>
                    {version.lease === '' ? '' : `…${version.lease.slice(-4)}`}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
