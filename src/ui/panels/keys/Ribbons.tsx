/** A ribbon for each key: a bar per version over the revisions, with the ruler whose handle says at which of them the store is shown. */
import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useRef, useState } from 'react';
import { type KeyRibbon, keyRibbon, type MadeBy, type PastLease, type PastStore, type RibbonBar } from '../../../view/index.ts';
import { useHouse, useWords } from '../../frame/context.tsx';
import { PHONE, useMedia } from '../../frame/hooks.ts';
import { termHue } from '../../frame/hue.ts';
import { keyTail } from '../../log/layout.ts';
import { LeaseRing } from '../leases/LeaseRing.tsx';
import styles from './Keys.module.css';
import { type RevisionScale, revisionAt, revisionScale, rulerMarks, slotAt } from './scale.ts';
import { useIsLit, useMadeBy } from './useMadeBy.ts';

/** px: the label's column, a row, rows that are shown at once. */
const LABEL = 72;
const ROW = 44;
const ROW_SHORT = 34;
const ROW_TOUCH = 52;
/** Rows drawn beyond what is seen. */
const SPARE = 3;
/** px at which a bar has room for its value, and for its second line. */
const ROOM_VALUE = 30;
const ROOM_VERSION = 30;
const ROOM_TERM = 84;
const ROOM_DELETED = 62;
/** px beside the handle in which its words have room; before it the name's column counts as well. */
const ROOM_BEFORE = 66;
const ROOM_AFTER = 80;
/** px of a bar that are not text, and of one character. */
const BAR_PADDING = 13;
const CHARACTER = 7.3;
/** px of a lease's clock at the end of a ribbon. */
const LEASE_RING = 24;
const ROOM_RING = 72;
/** Characters of a key. */
const KEY_TEXT = 9;

interface RibbonsProps {
  readonly store: PastStore;
  /** Those that keys may hang on. */
  readonly leases: readonly PastLease[];
  /** Oldest revision at which the store can be shown. */
  readonly oldest: number;
  /** At which it is shown. */
  readonly revision: number;
  readonly followed: string;
  readonly onRevision: (revision: number) => void;
}

export function Ribbons({ store, leases, oldest, revision, followed, onRevision }: RibbonsProps) {
  const words = useWords().panels.keys;
  const phone = useMedia(PHONE);
  const rows = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 340, height: 176 });
  const [scrolled, setScrolled] = useState(0);
  const [first, setFirst] = useState<number | undefined>(undefined);
  const short = useMedia('(max-height: 759px)');
  const row = phone ? ROW_TOUCH : short ? ROW_SHORT : ROW;

  useLayoutEffect(() => {
    const element = rows.current;
    if (element === null) return;
    const measure = () => setSize({ width: element.clientWidth - LABEL, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  const scale = revisionScale(size.width, oldestShown(store), store.revision, first, revision);
  const from = Math.max(0, Math.floor(scrolled / row) - SPARE);
  const to = Math.min(store.keys.length, Math.ceil((scrolled + size.height) / row) + SPARE);
  const ribbons = store.keys.slice(from, to).map((key) => keyRibbon(key, store, scale.first, scale.last));
  const made = useMadeBy(ribbons.flatMap((ribbon) => ribbon.bars.map((bar) => bar.from)));

  // The followed key comes into sight when it changes, not when somebody has scrolled on.
  const at = store.keys.findIndex((key) => key.key === followed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only for another key
  useLayoutEffect(() => {
    const element = rows.current;
    if (element === null || at < 0) return;
    const top = at * row;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + row > element.scrollTop + element.clientHeight) element.scrollTop = top + row - element.clientHeight;
  }, [followed, at >= 0]);

  const compactedAt = slotAt(scale, store.compactRevision);
  const isCompacted = store.compactRevision > 1 && store.compactRevision >= scale.first;
  const handleAt = slotAt(scale, revision) + scale.slot / 2;
  const lines = (
    <>
      {isCompacted && <i className={styles.compaction} style={{ left: LABEL + compactedAt }} />}
      <i className={styles.handleLine} style={{ left: LABEL + handleAt }} />
    </>
  );
  return (
    <div className={styles.ribbons} data-rows={phone ? 'touch' : short ? 'short' : undefined}>
      <p className={styles.above}>
        {isCompacted && (
          <b
            className={styles.compactedText}
            data-compacted={store.compactRevision}
            style={textBeside(LABEL + compactedAt, size.width + LABEL)}
          >
            {words.compacted(store.compactRevision)}
          </b>
        )}
        {!isCompacted && <span className={styles.hueNote}>{words.hue}</span>}
      </p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys among the buttons inside, and the wheel */}
      <div
        ref={rows}
        className={styles.rows}
        data-arrows="own"
        onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
        onWheel={(event) => {
          const by = event.shiftKey ? event.deltaY : event.deltaX;
          if (Math.abs(by) > 2) setFirst(Math.max(oldestShown(store), scale.first + Math.sign(by)));
        }}
        onKeyDown={walkBars}
      >
        <div className={styles.sheet} style={{ height: store.keys.length * row }}>
          {isCompacted && <i className={styles.hatch} style={{ left: LABEL, width: Math.max(0, compactedAt) }} />}
          <ul aria-label={words.ribbons}>
            {ribbons.map((ribbon, i) => (
              <Ribbon
                key={ribbon.key}
                ribbon={ribbon}
                top={(from + i) * row}
                scale={scale}
                made={made}
                leases={leases}
                isFollowed={ribbon.key === followed}
              />
            ))}
          </ul>
          {lines}
        </div>
      </div>
      <Ruler
        scale={scale}
        revision={revision}
        oldest={oldest}
        newest={store.revision}
        at={handleAt}
        onRevision={(next) => {
          setFirst(undefined);
          if (next < scale.first || next > scale.last || first !== undefined) setFirst(Math.min(scale.first, next));
          onRevision(next);
        }}
      >
        {isCompacted && <i className={styles.compaction} style={{ left: LABEL + compactedAt }} />}
      </Ruler>
    </div>
  );
}

interface RibbonProps {
  readonly ribbon: KeyRibbon;
  readonly top: number;
  readonly scale: RevisionScale;
  readonly made: ReadonlyMap<number, MadeBy>;
  readonly leases: readonly PastLease[];
  readonly isFollowed: boolean;
}

function Ribbon({ ribbon, top, scale, made, leases, isFollowed }: RibbonProps) {
  const words = useWords().panels.keys;
  const { desk } = useHouse();
  const litOf = useIsLit();
  const current = ribbon.bars.at(-1);
  const hangsOn = current?.isCurrent === true && current.kind === 'value' ? current.version.lease : '';
  const isAtEnd = current !== undefined && current.to === scale.last + 1;
  const hasRoom = isAtEnd && slotAt(scale, current.to) - slotAt(scale, Math.max(current.from, scale.first)) >= ROOM_RING;
  const lease = hasRoom ? leases.find((each) => each.id === hangsOn) : undefined;
  return (
    <li
      className={styles.ribbon}
      aria-label={words.ribbon(ribbon.key)}
      style={{ top }}
      data-key={ribbon.key}
      data-followed={isFollowed || undefined}
    >
      <button
        type="button"
        className={styles.label}
        tabIndex={-1}
        title={words.follow(ribbon.key)}
        onClick={() => desk.getState().followKey(ribbon.key)}
      >
        {keyTail(ribbon.key, KEY_TEXT)}
      </button>
      {ribbon.bars.map((bar) => (
        <Bar
          key={bar.from}
          bar={bar}
          ribbonKey={ribbon.key}
          scale={scale}
          made={made.get(bar.from)}
          lit={litOf(bar.from)}
          reserved={lease !== undefined && bar.isCurrent ? LEASE_RING + 6 : 0}
        />
      ))}
      {lease !== undefined && (
        <span className={styles.lease} style={{ left: LABEL + slotAt(scale, scale.last + 1) - LEASE_RING - 6 }}>
          <LeaseRing lease={lease} size={LEASE_RING} />
        </span>
      )}
    </li>
  );
}

interface BarProps {
  readonly bar: RibbonBar;
  readonly ribbonKey: string;
  readonly scale: RevisionScale;
  readonly made: MadeBy | undefined;
  readonly lit: 'selected' | 'lit' | undefined;
  /** px at its end that are not for text. */
  readonly reserved: number;
}

function Bar({ bar, ribbonKey, scale, made, lit, reserved }: BarProps) {
  const words = useWords().panels.keys;
  const { selection } = useHouse();
  const begins = bar.from >= scale.first;
  const left = slotAt(scale, Math.max(bar.from, scale.first));
  const right = slotAt(scale, Math.min(bar.to, scale.last + 1));
  const width = Math.max(4, right - left - 2);
  const term = made?.term ?? 0;
  const { value, version } = bar.version;
  const thing = { type: 'revision' as const, revision: bar.from };
  const label =
    bar.kind === 'deleted' ? words.deletion(ribbonKey, bar.from, term) : words.value(ribbonKey, value, version, bar.from, term);
  return (
    <button
      type="button"
      className={styles.bar}
      data-bar
      data-kind={bar.kind}
      data-revision={bar.from}
      data-hue={termHue(term)}
      data-term={term === 0 ? undefined : term}
      data-begins={begins || undefined}
      data-lit={lit}
      aria-label={label}
      aria-pressed={lit === 'selected'}
      title={label}
      style={{ left: LABEL + left, width }}
      onClick={() => {
        const { select } = selection.getState();
        select(lit === 'selected' ? undefined : thing);
      }}
      onPointerEnter={() => selection.getState().hover(thing)}
      onPointerLeave={() => selection.getState().hover(undefined)}
      onFocus={(event) => {
        if (event.currentTarget.matches(':focus-visible')) selection.getState().hover(thing);
      }}
      onBlur={() => selection.getState().hover(undefined)}
    >
      {bar.kind === 'deleted' ? (
        width >= ROOM_DELETED && <span className={styles.deleted}>{words.deleted}</span>
      ) : (
        <>
          {width >= ROOM_VALUE && <b className={styles.value}>{valueHead(value, width - BAR_PADDING - reserved)}</b>}
          {width >= ROOM_VERSION && (
            <span className={styles.version}>
              {width - reserved >= ROOM_TERM ? words.version(version, term) : words.versionShort(version)}
            </span>
          )}
        </>
      )}
    </button>
  );
}

interface RulerProps {
  readonly scale: RevisionScale;
  readonly revision: number;
  readonly oldest: number;
  readonly newest: number;
  /** px of the handle in the plot. */
  readonly at: number;
  readonly onRevision: (revision: number) => void;
  readonly children: React.ReactNode;
}

function Ruler({ scale, revision, oldest, newest, at, onRevision, children }: RulerProps) {
  const words = useWords().panels.keys;
  const track = useRef<HTMLDivElement>(null);
  const width = slotAt(scale, scale.last + 1);

  const move = (event: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    if (box !== undefined) onRevision(Math.max(oldest, Math.min(newest, revisionAt(scale, event.clientX - box.left - LABEL))));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = {
      ArrowLeft: revision - 1,
      ArrowDown: revision - 1,
      ArrowRight: revision + 1,
      ArrowUp: revision + 1,
      PageUp: revision + 10,
      PageDown: revision - 10,
      Home: oldest,
      End: newest,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onRevision(Math.max(oldest, Math.min(newest, next)));
  };
  const isNewest = revision === newest;
  return (
    <div
      ref={track}
      className={styles.ruler}
      role="slider"
      tabIndex={0}
      data-arrows="own"
      aria-label={words.ruler}
      aria-valuemin={oldest}
      aria-valuemax={newest}
      aria-valuenow={revision}
      aria-valuetext={words.rulerValue(revision, newest)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) move(event);
      }}
      onKeyDown={onKeyDown}
    >
      <span className={styles.rulerName}>{words.revision}</span>
      <i className={styles.axis} style={{ left: LABEL, width }} />
      {rulerMarks(scale)
        .filter((mark) => Math.abs(mark - revision) * scale.slot >= 4) /* the handle says its own */
        .map((mark) => (
          <span key={mark} className={styles.mark} style={{ left: LABEL + slotAt(scale, mark) + scale.slot / 2 }}>
            {mark}
          </span>
        ))}
      {children}
      <i className={styles.handleLine} style={{ left: LABEL + at }} />
      <span className={styles.handle} style={{ left: LABEL + at }}>
        {revision}
      </span>
      {(isNewest || at > ROOM_BEFORE) && (
        <span className={styles.says} data-side="before" style={{ left: LABEL + at }}>
          {isNewest ? words.drag : words.asItWas}
        </span>
      )}
      {!isNewest && width - at > ROOM_AFTER && (
        <span className={styles.says} data-side="after" style={{ left: LABEL + at }}>
          {words.ofNewest(newest)}
        </span>
      )}
    </div>
  );
}

/** The oldest revision that a ruler has a use for: where the oldest listed version began, or a little before the compaction. */
function oldestShown(store: PastStore): number {
  let oldest = store.revision;
  for (const { versions } of store.keys) oldest = Math.min(oldest, versions[0]?.modRevision ?? oldest);
  return Math.max(1, Math.min(oldest, store.compactRevision > 0 ? store.compactRevision : oldest));
}

/** A text at a line: on the side where there is room. */
function textBeside(at: number, width: number): React.CSSProperties {
  return at > width / 2 ? { right: width - at + 6 } : { left: at + 6 };
}

/** Arrow keys go from bar to bar, and to the key above and below. */
function walkBars(event: KeyboardEvent<HTMLElement>): void {
  const from = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-bar]') : null;
  if (from === null) return;
  const ribbon = from.closest('[data-key]');
  const bars = [...(ribbon?.querySelectorAll<HTMLElement>('[data-bar]') ?? [])];
  const inRow = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const across = { ArrowUp: 'previousElementSibling', ArrowDown: 'nextElementSibling' }[event.key];
  let to: HTMLElement | undefined;
  if (inRow !== undefined) to = bars[bars.indexOf(from) + inRow];
  else if (across !== undefined) {
    let next = ribbon?.[across as 'previousElementSibling' | 'nextElementSibling'] ?? null; // the two names above
    while (next !== null && !next.matches('[data-key]')) next = next[across as 'previousElementSibling' | 'nextElementSibling']; // as above
    const left = from.offsetLeft;
    const others = [...(next?.querySelectorAll<HTMLElement>('[data-bar]') ?? [])];
    to = others.findLast((bar) => bar.offsetLeft <= left) ?? others[0];
  } else return;
  event.preventDefault();
  to?.focus();
}

/** As much of a value as fits, whole or with an ellipsis; control characters as a dot. */
function valueHead(value: string, room: number): string {
  const most = Math.max(1, Math.floor(room / CHARACTER));
  const shown = [...value.slice(0, 100)].map((character) => (character < ' ' ? '·' : character));
  return shown.length <= most ? shown.join('') : `${shown.slice(0, most - 1).join('')}…`;
}
