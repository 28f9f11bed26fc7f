/** The frame of every panel: its name, its tools, its way out. The focus goes in when it opens and back when it closes. */
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { useHouse, useWords } from '../frame/context.tsx';
import controls from '../frame/controls.module.css';
import { PHONE, useMedia } from '../frame/hooks.ts';
import { Icon } from '../frame/Icon.tsx';
import type { PanelId } from '../rail/store.ts';
import styles from './Panel.module.css';

export interface PanelProps {
  readonly panel: PanelId;
  /** Beside the name: whose view, at which revision. */
  readonly tools?: ReactNode;
  /** At the right end. */
  readonly note?: ReactNode;
  readonly children: ReactNode;
}

export function Panel({ panel, tools, note, children }: PanelProps) {
  const words = useWords().panels;
  const { panels } = useHouse();
  const phone = useMedia(PHONE);
  const titleId = useId();
  const root = useRef<HTMLElement>(null);

  useLayoutEffect(() => {
    const element = root.current;
    const opener = document.activeElement;
    if (panels.getState().entering === panel) {
      panels.getState().settle();
      element?.focus({ preventScroll: true });
    }
    return () => {
      const isInside = element?.contains(document.activeElement) === true;
      if (isInside && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, [panel, panels]);

  return (
    <section
      ref={root}
      className={styles.panel}
      aria-labelledby={titleId}
      tabIndex={-1}
      data-region="panel"
      data-phone={phone || undefined}
      data-panel={panel}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || phone || event.defaultPrevented) return;
        event.preventDefault(); // the page's own Esc stays asleep
        panels.getState().close(panel);
      }}
    >
      <header className={styles.header}>
        <h2 id={titleId} className={styles.title}>
          {words.names[panel]}
        </h2>
        {tools}
        <span className={styles.note}>{note}</span>
        {!phone && (
          <button
            type="button"
            className={`${controls.button} ${styles.close}`}
            data-kind="quiet"
            data-icon="only"
            aria-label={words.close(words.names[panel])}
            onClick={() => panels.getState().close(panel)}
          >
            <Icon name="close" />
          </button>
        )}
      </header>
      {children}
    </section>
  );
}

/** Nothing to show, and what to do about it. */
export function Empty({ title, why, act }: { readonly title: string; readonly why?: string; readonly act?: ReactNode }) {
  return (
    <div className={styles.empty} data-empty>
      <b>{title}</b>
      {why !== undefined && <p>{why}</p>}
      {act}
    </div>
  );
}
