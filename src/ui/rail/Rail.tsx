/** At the right edge: every panel by its name and its key. */
import { useHouse, useWords } from '../frame/context.tsx';
import { PanelIcon } from './PanelIcon.tsx';
import styles from './Rail.module.css';
import { PANELS } from './store.ts';
import { useShownPanels } from './useShownPanels.ts';

export function Rail() {
  const words = useWords().panels;
  const { panels } = useHouse();
  const shown = useShownPanels();

  return (
    <nav className={styles.rail} aria-label={words.rail} data-region="rail">
      {PANELS.map((panel, at) => (
        <button
          key={panel}
          type="button"
          className={styles.panel}
          data-panel={panel}
          aria-expanded={shown.includes(panel)}
          aria-keyshortcuts={String(at + 1)}
          title={words.open(words.names[panel], String(at + 1))}
          onClick={(event) => {
            panels.getState().toggle(panel);
            // By a pointer: the space bar that follows means play, not the panel again.
            if (event.detail > 0 && !panels.getState().open.includes(panel)) event.currentTarget.blur();
          }}
        >
          <PanelIcon panel={panel} />
          <span className={styles.name}>{words.short[panel]}</span>
          <kbd>{at + 1}</kbd>
        </button>
      ))}
    </nav>
  );
}
