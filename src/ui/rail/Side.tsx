/** Right of the stage: the log and what is needed now, and the panels that are open, as the window's width allows. */
import { useLayoutEffect } from 'react';
import { useHouse } from '../frame/context.tsx';
import { Edge } from '../frame/Edge.tsx';
import { Legend } from '../log/Legend.tsx';
import { ReplicatedLog } from '../log/ReplicatedLog.tsx';
import { NeededNow } from '../needed/NeededNow.tsx';
import { LazyPanel } from '../panels/LazyPanel.tsx';
import { FoldedLog } from './FoldedLog.tsx';
import styles from './Side.module.css';
import type { PanelId } from './store.ts';
import { type SideLayout, useShownPanels, useSideLayout } from './useShownPanels.ts';

export function Side() {
  const layout = useSideLayout();
  const shown = useShownPanels();
  const { panels: store } = useHouse();
  useLayoutEffect(() => store.getState().setWide(layout === 'beside'), [store, layout]);
  const panels = shown.length > 0 && <PanelStack panels={shown} />;
  return (
    <>
      <aside className={styles.column}>
        <Edge region={layout === 'instead' && panels !== false ? 'panels' : 'column'} side="left" />
        <Column layout={layout} panels={panels} />
      </aside>
      {layout === 'beside' && panels !== false && (
        <div className={styles.column}>
          <Edge region="panels" side="left" />
          {panels}
        </div>
      )}
    </>
  );
}

function Column({ layout, panels }: { readonly layout: SideLayout; readonly panels: React.ReactNode }) {
  if (layout === 'beside' || panels === false) {
    return (
      <>
        <ReplicatedLog />
        <NeededNow />
        <Legend />
      </>
    );
  }
  return layout === 'under' ? (
    <>
      <ReplicatedLog />
      <div className={styles.under}>{panels}</div>
    </>
  ) : (
    <>
      {panels}
      <FoldedLog />
    </>
  );
}

function PanelStack({ panels }: { readonly panels: readonly PanelId[] }) {
  return (
    <div className={styles.stack}>
      {panels.map((panel) => (
        <LazyPanel key={panel} panel={panel} />
      ))}
    </div>
  );
}
