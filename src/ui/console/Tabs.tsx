/** Sessions as tabs: which member each asks, what it watches, and whether it has said something since it was looked at. */
import type { KeyboardEvent } from 'react';
import { useWords } from '../frame/context.tsx';
import { useRunState } from '../frame/hooks.ts';
import { Icon } from '../frame/Icon.tsx';
import type { ConsoleStore, ConsoleTab } from './consoles.ts';
import { EndpointMenu } from './EndpointMenu.tsx';
import styles from './Prompt.module.css';
import { RoleGlyph, type Standing } from './RoleGlyph.tsx';

export function Tabs({ store, tabs, active, standings, panel, onPick }: TabsProps) {
  const words = useWords().console;
  const atLive = useRunState((state) => state.atLive);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.client === active);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs.at(to % tabs.length);
    if (next === undefined) return;
    event.preventDefault();
    store.getState().activate(next.client);
    document.getElementById(`${panel}-${next.client}`)?.focus();
  };
  return (
    <div className={styles.tabs}>
      {/* A list of tabs may hold nothing but tabs: chooser and cross stand beside them. */}
      <div role="tablist" aria-label={words.sessions} aria-owns={tabs.map((tab) => `${panel}-${tab.client}`).join(' ')} />
      {tabs.map((tab) => {
        const standing = standings[tab.member - 1];
        const isActive = tab.client === active;
        const name = tabName(tab, standing);
        return (
          <div key={tab.client} className={styles.tab} data-active={isActive || undefined}>
            <button
              type="button"
              role="tab"
              id={`${panel}-${tab.client}`}
              className={styles.tabButton}
              aria-selected={isActive}
              aria-controls={panel}
              tabIndex={isActive ? 0 : -1}
              data-client={tab.client}
              data-busy={tab.session.running !== undefined || undefined}
              onClick={(event) => {
                store.getState().activate(tab.client);
                if (event.detail > 0) onPick(); // by pointer: who picks a session wants to type there
              }}
              onKeyDown={onKeyDown}
            >
              {standing !== undefined && <RoleGlyph standing={standing} />}
              <span className={styles.tabName}>{name}</span>
              {atLive && tab.session.nextLine > tab.seen && (
                <span className={styles.news}>
                  <span className="visually-hidden">{words.news}</span>
                </span>
              )}
            </button>
            {isActive && (
              <EndpointMenu
                standings={standings}
                member={tab.member}
                onChoose={(member) => store.getState().ask(tab.client, member)}
              />
            )}
            {isActive && tabs.length > 1 && (
              <button
                type="button"
                className={styles.close}
                aria-label={words.close(name)}
                onClick={() => store.getState().close(tab.client)}
              >
                <Icon name="close" />
              </button>
            )}
          </div>
        );
      })}
      <button
        type="button"
        className={styles.icon}
        aria-label={words.add}
        title={words.add}
        onClick={() => {
          store.getState().add();
          onPick();
        }}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M8 3v10M3 8h10" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
        </svg>
      </button>
    </div>
  );
}

interface TabsProps {
  readonly store: ConsoleStore;
  readonly tabs: readonly ConsoleTab[];
  readonly active: number;
  readonly standings: readonly Standing[];
  readonly panel: string;
  readonly onPick: () => void;
}

/** A watch names its tab by what it watches; every other session by its member. */
function tabName(tab: ConsoleTab, standing: Standing | undefined): string {
  const { running } = tab.session;
  if (running?.waiting?.for === 'stream') return plainLine(running.line);
  return standing?.name ?? '';
}

/** A line without the word that may be left out, and without what makes it long. */
export function plainLine(line: string): string {
  return line.trim().replace(/^etcdctl\s+/, '');
}
