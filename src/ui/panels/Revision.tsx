/** A revision of the store: pointed at or selected, it lights up what belongs to it wherever that is shown. */
import { useHouse, useWords } from '../frame/context.tsx';
import { termHue } from '../frame/hue.ts';
import styles from './Revision.module.css';

interface RevisionProps {
  readonly revision: number;
  /** Of the entry that made it; 0 = nobody knows. */
  readonly term: number;
  readonly selected: boolean;
}

export function Revision({ revision, term, selected }: RevisionProps) {
  const words = useWords().panels.keys;
  const { selection } = useHouse();
  const thing = { type: 'revision' as const, revision };
  return (
    <button
      type="button"
      className={styles.revision}
      data-revision={revision}
      data-hue={termHue(term)}
      aria-label={words.select(revision)}
      aria-pressed={selected}
      onClick={() => selection.getState().select(selected ? undefined : thing)}
      onPointerOver={(event) => {
        event.stopPropagation(); // not what it stands in
        selection.getState().hover(thing);
      }}
      onFocus={(event) => {
        if (event.currentTarget.matches(':focus-visible')) selection.getState().hover(thing);
      }}
      onBlur={() => selection.getState().hover(undefined)}
    >
      {revision}
    </button>
  );
}
