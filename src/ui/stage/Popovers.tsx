/**
 * What opens beside a thing: a member's verbs, a link's menu. One at a time, closed by Esc or by a press elsewhere. On a phone it lies
 * across the half of the stage in which the thing is not.
 */
import { AnimatePresence, m } from 'framer-motion';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useHouse } from '../frame/context.tsx';
import { PHONE, useMedia } from '../frame/hooks.ts';
import styles from './Popovers.module.css';
import type { Box, Point, Rect } from './plane.ts';

export interface Verb {
  readonly id: string;
  readonly text: string;
  readonly icon: 'stop' | 'start' | 'cut' | 'heal' | 'put' | 'follow' | 'leader' | 'promote' | 'replace' | 'remove' | 'add';
  /** Makes a fault: its mark is red. */
  readonly fault: boolean;
  readonly act: () => void;
  /** Why it makes no sense now; it can be pressed to hear so. */
  readonly against?: string | undefined;
}

interface PopoverProps {
  readonly open: boolean;
  readonly label: string;
  /** 'menu' for a link, 'toolbar' for a member. */
  readonly kind: 'menu' | 'toolbar';
  /** What belongs together stands together, under a rule. */
  readonly verbs: readonly (readonly Verb[])[];
  readonly box: Box;
  /** What it opens beside; it does not cover it. */
  readonly anchor: Rect;
  /** The keyboard opened it, so the keyboard goes in. */
  readonly takesFocus: boolean;
  readonly disabled: boolean;
  readonly onClose: (back: boolean) => void;
}

export function Popover(props: PopoverProps) {
  const { open, anchor, box, kind, label, verbs, takesFocus, disabled, onClose } = props;
  const { tokens } = useHouse();
  return (
    <AnimatePresence>
      {open && (
        <Placed key={label} box={box} anchor={anchor} duration={tokens.px('--dur-panel') / 1000}>
          <VerbList kind={kind} label={label} verbs={verbs} takesFocus={takesFocus} disabled={disabled} onClose={onClose} />
        </Placed>
      )}
    </AnimatePresence>
  );
}

/** Stands beside its anchor on the side with room, inside the box. */
function Placed({
  box,
  anchor,
  duration,
  children,
}: {
  readonly box: Box;
  readonly anchor: Rect;
  readonly duration: number;
  readonly children: ReactNode;
}) {
  const element = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<Point | undefined>(undefined);
  const docks = useMedia(PHONE);
  useLayoutEffect(() => {
    const size = element.current;
    if (size !== null && !docks) setAt(besidePlace(anchor, { width: size.offsetWidth, height: size.offsetHeight }, box));
  }, [anchor, box, docks]);
  const isHigh = anchor.y + anchor.height / 2 < box.height / 2;
  return (
    <m.div
      ref={element}
      className={styles.popover}
      data-docked={docks ? (isHigh ? 'bottom' : 'top') : undefined}
      style={docks ? {} : { left: at?.x ?? 0, top: at?.y ?? 0 }}
      initial={{ opacity: 0 }}
      animate={{ opacity: 1 }}
      exit={{ opacity: 0 }}
      transition={{ duration }}
    >
      {children}
    </m.div>
  );
}

/** Right of the anchor, else left, else below, else above; inside the box in any case. */
function besidePlace(anchor: Rect, size: Box, box: Box): Point {
  const margin = 8;
  const clampX = (x: number) => Math.max(margin, Math.min(x, box.width - size.width - margin));
  const clampY = (y: number) => Math.max(margin, Math.min(y, box.height - size.height - margin));
  const middleY = anchor.y + anchor.height / 2 - size.height / 2;
  const right = anchor.x + anchor.width + margin;
  if (right + size.width <= box.width - margin) return { x: right, y: clampY(middleY) };
  const left = anchor.x - margin - size.width;
  if (left >= margin) return { x: left, y: clampY(middleY) };
  const middleX = clampX(anchor.x + anchor.width / 2 - size.width / 2);
  const below = anchor.y + anchor.height + margin;
  if (below + size.height <= box.height - margin) return { x: middleX, y: below };
  return { x: middleX, y: clampY(anchor.y - margin - size.height) };
}

function VerbList({
  kind,
  label,
  verbs,
  takesFocus,
  disabled,
  onClose,
}: Pick<PopoverProps, 'kind' | 'label' | 'verbs' | 'takesFocus' | 'disabled' | 'onClose'>) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takesFocus) list.current?.querySelector<HTMLElement>('button')?.focus();
  }, [takesFocus]);
  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement); // -1 for whatever is no button of the list
    const step =
      event.key === 'ArrowDown' || event.key === 'ArrowRight' ? 1 : event.key === 'ArrowUp' || event.key === 'ArrowLeft' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      buttons[(at + step + buttons.length) % buttons.length]?.focus();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onClose(true);
    } else if (event.key === 'Tab' && kind === 'menu') onClose(true);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its role is `menu` or `toolbar`
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles have an orientation
    <div ref={list} role={kind} aria-label={label} aria-orientation="vertical" className={styles.card} onKeyDown={onKeyDown}>
      {verbs.map((group) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would be announced, and the rule above it says nothing
        <div key={group[0]?.id} role="group" className={styles.group}>
          {group.map((verb) => (
            <button
              key={verb.id}
              type="button"
              role={kind === 'menu' ? 'menuitem' : undefined}
              className={styles.verb}
              data-verb={verb.id}
              data-fault={verb.fault}
              aria-disabled={disabled || verb.against !== undefined}
              aria-describedby={disabled ? 'stage-past' : undefined}
              title={disabled ? undefined : verb.against}
              onClick={verb.act}
            >
              <svg viewBox="0 0 18 18" aria-hidden="true">
                {ICONS[verb.icon]}
              </svg>
              {verb.text}
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}

const ICONS: Readonly<Record<Verb['icon'], ReactNode>> = {
  stop: <path d="M9 2.5V8.5M5.2 4.8A6 6 0 1 0 12.8 4.8" />,
  start: <path d="M9 2.5V8.5M5.2 4.8A6 6 0 1 0 12.8 4.8" />,
  cut: (
    <g transform="translate(1 1)">
      <circle cx="3" cy="4.8" r="2" />
      <circle cx="3" cy="11.2" r="2" />
      <path d="M4.4 5.9L14 12.4M4.4 10.1L14 3.6" />
    </g>
  ),
  heal: (
    <>
      <path d="M5.5 9H12.5" />
      <circle cx="3.4" cy="9" r="2.1" />
      <circle cx="14.6" cy="9" r="2.1" />
    </>
  ),
  put: (
    <>
      <path d="M3.5 2.8H14.5A1.5 1.5 0 0 1 16 4.3V10.7A1.5 1.5 0 0 1 14.5 12.2H8.5L5 15.6V12.2H3.5A1.5 1.5 0 0 1 2 10.7V4.3A1.5 1.5 0 0 1 3.5 2.8Z" />
      <path d="M6 6.2H12M6 9H12" />
    </>
  ),
  leader: <path d="M3.6 14.4L2.6 6.6L6.2 9.4L9 4.2L11.8 9.4L15.4 6.6L14.4 14.4Z" />,
  promote: (
    <>
      <circle cx="9" cy="9" r="6.2" />
      <path d="M9 12V6.2M6.4 8.6L9 6L11.6 8.6" />
    </>
  ),
  replace: <path d="M2.8 6.4H14.2L11.2 3.4M15.2 11.6H3.8L6.8 14.6" />,
  remove: (
    <>
      <circle cx="9" cy="9" r="6.2" />
      <path d="M6.2 9H11.8" />
    </>
  ),
  add: (
    <>
      <circle cx="9" cy="9" r="6.2" strokeDasharray="0.1 2.9" />
      <path d="M6.2 9H11.8M9 6.2V11.8" />
    </>
  ),
  follow: <path d="M2.5 3.5L7 8L2.5 12.5M9 13.5H15.5" />,
};
