/** At the foot of a phone's screen: the clock's controls, then the tabs. */
import { type KeyboardEvent, useRef } from 'react';
import type { Words } from '../../i18n/index.ts';
import { useWords } from '../frame/context.tsx';
import { useDesk } from '../frame/hooks.ts';
import type { Tab } from '../stores/desk.ts';
import { Live, Pace, Transport } from '../topbar/Transport.tsx';
import styles from './PhoneBars.module.css';

const TABS: readonly { readonly tab: Tab; readonly icon: string }[] = [
  {
    tab: 'stage',
    icon: 'M7.6 4.5a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0 M2 14.5a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0 M13 14.5a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0',
  },
  { tab: 'log', icon: 'M2.5 4h4v4h-4z M8.5 4h4v4h-4z M14.5 4h3v4h-3z M2.5 12h4v4h-4z M8.5 12h4v4h-4z' },
  { tab: 'time', icon: 'M2 5h16M2 15h16M5 5l4 10M11 5l4 10' },
  {
    tab: 'keys',
    icon: 'M2.5 6h9M14.5 6h3M2.5 14h4M9.5 14h8M14.6 6a1.6 1.6 0 1 1-3.2 0a1.6 1.6 0 0 1 3.2 0M9.6 14a1.6 1.6 0 1 1-3.2 0a1.6 1.6 0 0 1 3.2 0',
  },
  { tab: 'inspect', icon: 'M3 5h14M3 10h14M3 15h9' },
];

export function PhoneTransport() {
  const words = useWords();
  return (
    <section className={styles.transport} data-region="transport" aria-label={words.shell.transport}>
      <Transport />
      <Pace withClock />
      <span className={styles.space} />
      <Live brief />
    </section>
  );
}

export function Tabs() {
  const words = useWords();
  const current = useDesk((desk) => desk.tab);
  const setTab = useDesk((desk) => desk.setTab);
  const list = useRef<HTMLDivElement>(null);

  function walk(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = TABS.findIndex(({ tab }) => tab === current);
    const next = TABS[(at + by + TABS.length) % TABS.length]?.tab ?? current;
    setTab(next);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  }

  return (
    <nav aria-label={words.shell.tabsLabel}>
      <div className={styles.tabs} role="tablist" aria-label={words.shell.tabsLabel} ref={list} onKeyDown={walk} tabIndex={-1}>
        {TABS.map(({ tab, icon }) => (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`tab-${tab}`}
            className={styles.tab}
            data-tab={tab}
            aria-selected={tab === current}
            aria-controls="tab-panel"
            tabIndex={tab === current ? 0 : -1}
            onClick={() => setTab(tab)}
          >
            <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
              <path d={icon} fill="none" stroke="currentColor" strokeWidth={1.6} strokeLinecap="round" strokeLinejoin="round" />
            </svg>
            {tabName(words, tab)}
          </button>
        ))}
      </div>
    </nav>
  );
}

function tabName(words: Words, tab: Tab): string {
  if (tab === 'keys') return words.panels.names.keys;
  return tab === 'inspect' ? words.panels.inspect : words.shell.tabs[tab];
}
