/** The panels on a phone: the keys fill a tab, the others share one. */
import { useHouse, useWords } from '../frame/context.tsx';
import { usePanels } from '../frame/hooks.ts';
import { PANELS } from '../rail/store.ts';
import { AnyPanel } from './AnyPanel.tsx';
import { KeysPanel } from './keys/KeysPanel.tsx';
import styles from './PhoneTabs.module.css';

export function KeysTab() {
  return <KeysPanel />;
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
      <AnyPanel key={inspected} panel={inspected} />
    </div>
  );
}
