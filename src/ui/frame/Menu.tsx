/** A button that opens a short list of choices. Arrow keys walk it, Esc closes it and gives the focus back. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import controls from './controls.module.css';
import { Icon } from './Icon.tsx';
import styles from './Menu.module.css';

export interface Choice {
  readonly id: string;
  readonly text: string;
  /** Undefined: an act; otherwise one of several that exclude each other, or with `alone` one that is on or off. */
  readonly chosen: boolean | undefined;
  readonly alone?: boolean;
  readonly choose: () => void;
  /** Begins a group under this heading. */
  readonly heading?: string;
}

export interface MenuProps {
  readonly label: string;
  readonly button: ReactNode;
  readonly choices: readonly Choice[];
  readonly kind?: 'quiet' | 'plain';
  readonly iconOnly?: boolean;
  readonly align?: 'start' | 'end';
  /** Name for tests and styles. */
  readonly name: string;
}

export function Menu({ label, button, choices, kind = 'quiet', iconOnly = false, align = 'start', name }: MenuProps) {
  const [open, setOpen] = useState(false);
  const holder = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    const items = holder.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]');
    const first = [...(items ?? [])].find((item) => item.getAttribute('aria-checked') === 'true') ?? items?.[0];
    first?.focus();
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && holder.current?.contains(event.target) !== true) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, [open]);

  function close(): void {
    setOpen(false);
    opener.current?.focus();
  }

  function walk(event: KeyboardEvent): void {
    const items = [...(holder.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
    const at = items.findIndex((item) => item.matches(':focus'));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === 'Escape') close();
    else if (event.key === 'Tab') setOpen(false);
    else if (to !== undefined) items.at(to % items.length)?.focus();
    if (to !== undefined || event.key === 'Escape') event.preventDefault();
    event.stopPropagation(); // The page's own keys stay asleep while a menu is open.
  }

  return (
    <div className={styles.holder} ref={holder} data-menu={name}>
      <button
        ref={opener}
        type="button"
        className={controls.button}
        data-kind={kind}
        data-icon={iconOnly ? 'only' : undefined}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div className={styles.list} id={id} role="menu" aria-label={label} data-align={align} tabIndex={-1} onKeyDown={walk}>
          {choices.map((choice) => (
            <div key={choice.id} role="none">
              {choice.heading !== undefined && (
                <div className={styles.heading} role="presentation">
                  {choice.heading}
                </div>
              )}
              {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: of the two roles, only a radio gets aria-checked. */}
              <button
                type="button"
                className={styles.choice}
                role={choice.chosen === undefined ? 'menuitem' : choice.alone === true ? 'menuitemcheckbox' : 'menuitemradio'}
                aria-checked={choice.chosen}
                tabIndex={-1}
                data-choice={choice.id}
                onClick={() => {
                  choice.choose();
                  close();
                }}
              >
                <span className={styles.mark}>{choice.chosen === true && <Icon name="check" />}</span>
                {choice.text}
              </button>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
