/** The panels on a phone: the keys fill a tab, the others share one. */
import { useHouse, useWords } from '../frame/context.tsx';
import { usePanels } from '../frame/hooks.ts';
import { PANELS } from '../rail/store.ts';
import { LazyPanel } from './LazyPanel.tsx';
import styles from './PhoneTabs.module.css';

export function KeysTab() {
  return <LazyPanel panel="keys" />;
}

const INSPECTED = PANELS.filter((panel) => panel !== 'keys');

export function InspectTab() {
  const words = useWords().panels;
  const { panels } = useHouse();
  const inspected = usePanels((state) => state.inspected);
  return (
    <div className={styles.inspect}>
      {INSPECTED.length > 1 && (
        <fieldset className={styles.choice} aria-label={words.inspect}>
          {INSPECTED.map((panel) => (
            <button
              key={panel}
              type="button"
              className={styles.chip}
              aria-pressed={panel === inspected}
              onClick={() => panels.getState().inspect(panel)}
            >
              {words.names[panel]}
            </button>
          ))}
        </fieldset>
      )}
      <LazyPanel key={inspected} panel={inspected} />
    </div>
  );
}
