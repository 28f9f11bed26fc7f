/** Which member a session asks: the members with their roles. Opens upward, over the stage. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { Words } from '../../i18n/index.ts';
import { useWords } from '../frame/context.tsx';
import { Icon } from '../frame/Icon.tsx';
import styles from './EndpointMenu.module.css';
import { RoleGlyph, type Standing } from './RoleGlyph.tsx';

interface EndpointMenuProps {
  readonly standings: readonly Standing[];
  /** Ordinal. */
  readonly member: number;
  readonly onChoose: (member: number) => void;
}

export function EndpointMenu({ standings, member, onChoose }: EndpointMenuProps) {
  const words = useWords();
  const [open, setOpen] = useState(false);
  const holder = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    holder.current?.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && holder.current?.contains(event.target) !== true) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, [open]);

  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(holder.current?.querySelectorAll<HTMLElement>('[role="menuitemradio"]') ?? [])];
    const at = document.activeElement instanceof HTMLElement ? items.indexOf(document.activeElement) : -1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items.at(to % items.length)?.focus();
    else if (event.key === 'Escape') close();
    else if (event.key === 'Tab') setOpen(false);
    if (to !== undefined || event.key === 'Escape') event.preventDefault();
    event.stopPropagation(); // The console's own keys stay asleep while the menu is open.
  };

  return (
    <div className={styles.holder} ref={holder}>
      <button
        ref={opener}
        type="button"
        className={styles.opener}
        aria-label={words.console.endpoint(standings[member - 1]?.name ?? '')}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <Icon name="down" />
      </button>
      {open && (
        <div className={styles.list} id={id} role="menu" tabIndex={-1} aria-label={words.console.endpoints} onKeyDown={onKeyDown}>
          {standings.map((standing, at) => (
            <button
              key={standing.name}
              type="button"
              role="menuitemradio"
              aria-checked={at + 1 === member}
              tabIndex={-1}
              className={styles.choice}
              data-member={at + 1}
              onClick={() => {
                onChoose(at + 1);
                close();
              }}
            >
              <RoleGlyph standing={standing} />
              <b>{standing.name}</b>
              <span className={styles.role}>{roleName(words, standing)}</span>
              <span className={styles.check}>{at + 1 === member && <Icon name="check" />}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** The role of a member in one word. */
export function roleName(words: Words, { health, role, crown }: Standing): string {
  const { roles } = words.console;
  if (health !== 'up') return roles.stopped;
  return crown === 'hollow' ? roles.stale : roles[role];
}
