/** Links between members: the thing to cut. A click cuts or heals, the menu knows the single directions. */
import { type KeyboardEvent, type MouseEvent, memo, type PointerEvent, type Ref, useRef } from 'react';
import type { CutState } from './facts.ts';
import styles from './Links.module.css';
import { linkSegment, type StageLayout } from './layout.ts';
import { round } from './paths.ts';
import { along } from './plane.ts';

export interface LinkView {
  /** a < b, ordinals. */
  readonly a: number;
  readonly b: number;
  readonly cut: CutState;
  /** A wall that stands cuts it: the wall is drawn, bars are not. */
  readonly walled: boolean;
  /** One end leads and nothing lies between. */
  readonly leads: boolean;
  /** Shows what a pointer over it would: scissors, or the way back. */
  readonly offered: boolean;
  /** The wall that is being drawn would cut it. */
  readonly threatened: boolean;
  /** Somebody cut or healed it while time stands; it happens on play. */
  readonly waiting: 'nothing' | 'cut' | 'heal';
  readonly sunk: boolean;
}

interface LinkMarkProps {
  readonly view: LinkView;
  readonly layout: StageLayout;
  readonly tabbable: boolean;
  readonly disabled: boolean;
  readonly label: string;
  readonly buttonRef: Ref<SVGGElement>;
  readonly onPress: (a: number, b: number) => void;
  readonly onMenu: (a: number, b: number, x: number, y: number) => void;
  readonly onHover: (link: { readonly a: number; readonly b: number } | undefined) => void;
  readonly onMove: (a: number, b: number, key: string) => void;
}

/** A finger that rests so long asks for the menu, ms. */
const LONG_PRESS_MS = 500;

export const LinkMark = memo(function LinkMark(props: LinkMarkProps) {
  const { view, layout, tabbable, disabled, label, buttonRef, onPress, onMenu, onHover, onMove } = props;
  const { a, b, cut } = view;
  const press = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const opened = useRef(false);
  const segment = linkSegment(layout, a, b);
  const length = Math.max(1, Math.hypot(segment.to.x - segment.from.x, segment.to.y - segment.from.y));
  const angle = (Math.atan2(segment.to.y - segment.from.y, segment.to.x - segment.from.x) * 180) / Math.PI;
  const middle = along(segment, 0.5);
  const lift = () => {
    if (press.current !== undefined) clearTimeout(press.current);
    press.current = undefined;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onPress(a, b);
    } else if (event.key === 'm' || event.key === 'M') {
      event.preventDefault();
      onMenu(a, b, middle.x, middle.y);
    } else if (event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End') {
      event.preventDefault();
      onMove(a, b, event.key);
    }
  };
  const onPointerDown = (event: PointerEvent) => {
    opened.current = false;
    if (event.pointerType !== 'touch') return;
    press.current = setTimeout(() => {
      opened.current = true;
      onMenu(a, b, middle.x, middle.y);
    }, LONG_PRESS_MS);
  };
  const onContextMenu = (event: MouseEvent) => {
    event.preventDefault();
    lift();
    opened.current = true;
    onMenu(a, b, middle.x, middle.y);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button element
    <g
      ref={buttonRef}
      className={styles.link}
      role="button"
      tabIndex={tabbable ? 0 : -1}
      aria-label={label}
      aria-describedby={disabled ? 'stage-past' : 'stage-link-help'}
      aria-disabled={disabled}
      data-link={`${a}-${b}`}
      data-cut={cut}
      data-leads={view.leads}
      data-offered={view.offered}
      data-threatened={view.threatened}
      data-waiting={view.waiting}
      data-sunk={view.sunk}
      onClick={() => {
        lift();
        if (!opened.current) onPress(a, b);
      }}
      onKeyDown={onKeyDown}
      onContextMenu={onContextMenu}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => {
        if (Math.abs(event.movementX) + Math.abs(event.movementY) > 6) lift();
      }}
      onPointerUp={lift}
      onPointerCancel={lift}
      onPointerEnter={() => onHover({ a, b })}
      onPointerLeave={() => {
        lift();
        onHover(undefined);
      }}
      onFocus={() => onHover({ a, b })}
      onBlur={() => onHover(undefined)}
    >
      <g transform={`translate(${round(segment.from.x)} ${round(segment.from.y)}) rotate(${round(angle * 10) / 10})`}>
        {view.offered && <path className={styles.under} d={`M0 0H${round(length)}`} />}
        <Line cut={cut} walled={view.walled} length={length} offered={view.offered} />
        {view.waiting === 'cut' && cut === 'none' && (
          <path className={styles.coming} d={`M${round(length / 2 - 8)} -8V8m16 -16V8`} />
        )}
        <path className={styles.focus} d={`M-4 -15H${round(length + 4)}V15H-4Z`} />
        <path className={styles.hit} d={`M0 0H${round(length)}`} />
      </g>
      {view.offered && !disabled && (
        <g transform={`translate(${round(middle.x)} ${round(middle.y)})`} className={styles.offer}>
          {cut === 'none' ? <Scissors /> : <Rejoin />}
        </g>
      )}
    </g>
  );
}, sameProps);

function sameProps(a: LinkMarkProps, b: LinkMarkProps): boolean {
  return (
    (Object.keys(a.view) as (keyof LinkView)[]).every((key) => a.view[key] === b.view[key]) && // keys of the record at hand
    a.layout === b.layout &&
    a.tabbable === b.tabbable &&
    a.disabled === b.disabled &&
    a.label === b.label &&
    a.onPress === b.onPress &&
    a.onMenu === b.onMenu &&
    a.onHover === b.onHover &&
    a.onMove === b.onMove
  );
}

/** The line itself, from 0 to `length` along x; a on the left. */
function Line({
  cut,
  walled,
  length,
  offered,
}: {
  readonly cut: CutState;
  readonly walled: boolean;
  readonly length: number;
  readonly offered: boolean;
}) {
  const middle = round(length / 2);
  const end = round(length);
  switch (cut) {
    case 'none':
      return <path className={styles.line} d={offered ? `M0 0H${middle - 18}M${middle + 18} 0H${end}` : `M0 0H${end}`} />;
    case 'both': {
      if (walled) return <path className={styles.dotted} d={`M0 0H${end}`} />;
      const part = offered ? 24 : 8;
      return (
        <>
          <path className={styles.dotted} d={`M0 0H${middle - part}M${end} 0H${middle + part}`} />
          <path className={styles.bar} data-side="left" d={`M${middle - part} -8V8`} />
          <path className={styles.bar} data-side="right" d={`M${middle + part} -8V8`} />
        </>
      );
    }
    case 'forward':
    case 'backward':
      // Drawn for messages from right to left that are lost; turned round for the other direction.
      return (
        <g transform={cut === 'backward' ? '' : `rotate(180 ${middle} 0)`}>
          <path className={styles.line} d={`M0 5H${end}M${end - 7} 1L${end} 5L${end - 7} 9`} />
          <path className={styles.dotted} d={`M${end} -5H${middle + 8}M0 -5H${middle - 8}`} />
          <path className={styles.bar} data-side="one" d={`M${middle + 8} -12V2`} />
          <path className={styles.head} d={`M${middle + 15} -9L${middle + 8} -5L${middle + 15} -1`} />
        </g>
      );
  }
}

function Scissors() {
  return (
    <>
      <circle className={styles.knob} r={14} />
      <g transform="scale(1.08) translate(-8 -8)" className={styles.scissors}>
        <circle cx={3} cy={4.8} r={1.9} />
        <circle cx={3} cy={11.2} r={1.9} />
        <path d="M4.4 5.9L14 12.4M4.4 10.1L14 3.6" />
      </g>
    </>
  );
}

function Rejoin() {
  return (
    <>
      <circle className={styles.knob} data-heals="true" r={14} />
      <g transform="translate(-9 -9)" className={styles.rejoin}>
        <path d="M5.5 9H12.5" />
        <circle cx={3.4} cy={9} r={2.1} />
        <circle cx={14.6} cy={9} r={2.1} />
      </g>
    </>
  );
}
