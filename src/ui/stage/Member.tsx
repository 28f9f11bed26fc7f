/** One member on the stage: what it is by shape, its term by hue. Timer and heard arcs follow the playhead outside React. */
import { AnimatePresence, m } from 'framer-motion';
import { type KeyboardEvent, memo, type Ref, useRef } from 'react';
import { type Health, type Role, type Standing, votersOf } from '../../view/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { usePainter } from '../frame/hooks.ts';
import { termHue } from '../frame/hue.ts';
import { useLit } from '../log/lit.ts';
import { sameThing } from '../stores/selection.ts';
import { heardOfLate, type MiniCell, timerLeft, type VoteMark } from './facts.ts';
import { labelOrigin, type MemberPlace, MINI_LOG, type StageLayout, WORD_LINE } from './layout.ts';
import styles from './Member.module.css';
import { percentSent } from './paint.ts';
import { arcPath, crownPath, round } from './paths.ts';
import { letters, polar } from './plane.ts';

/** px; a smaller ring has room for the number of its term alone. */
const WORD_RADIUS = 32;

/** What React draws of a member: it renders again when one of these changes. */
export interface MemberView {
  readonly ordinal: number;
  readonly name: string;
  readonly health: Health;
  readonly role: Role;
  readonly term: number;
  readonly crown: 'none' | 'solid' | 'hollow';
  /** Role word in the visitor's language; '' = none. */
  readonly word: string;
  readonly votes: readonly VoteMark[];
  readonly needed: number;
  readonly cells: readonly MiniCell[];
  readonly followedKey: string;
  readonly value: string | undefined;
  /** Index of the entry that last changed the value. */
  readonly valueIndex: number;
  /** Stands on the ground of an island without quorum. */
  readonly sunk: boolean;
  /** Other voters. */
  readonly peers: number;
  readonly standing: Standing;
  /** It lacks much, and gets it so. */
  readonly catchingUp: 'snapshot' | 'log' | undefined;
}

interface MemberMarkProps {
  readonly view: MemberView;
  readonly place: MemberPlace;
  readonly layout: StageLayout;
  readonly selected: boolean;
  readonly hovered: boolean;
  readonly tabbable: boolean;
  readonly label: string;
  readonly buttonRef: Ref<SVGGElement>;
  readonly onSelect: (ordinal: number, byKeyboard: boolean) => void;
  readonly onHover: (ordinal: number | undefined) => void;
  readonly onMove: (ordinal: number, key: string) => void;
}

export const MemberMark = memo(function MemberMark(props: MemberMarkProps) {
  const { view, place, layout, selected, hovered, tabbable, label, buttonRef, onSelect, onHover, onMove } = props;
  const words = useWords().stage;
  const { tokens } = useHouse();
  const { radius, outer, small } = layout;
  const leads = view.role === 'leader' && view.health === 'up';
  // In a hall nothing is smaller than 16 px.
  const termSize = Math.max(layout.scale === 1 ? 12 : 13 * layout.scale, radius * 0.25);
  const smallName = Math.max(12 * layout.scale, radius * 0.6);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onSelect(view.ordinal, true);
    } else if (event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End') {
      event.preventDefault();
      onMove(view.ordinal, event.key);
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button element
    <g
      ref={buttonRef}
      className={styles.member}
      transform={`translate(${place.x} ${place.y})`}
      role="button"
      tabIndex={tabbable ? 0 : -1}
      aria-label={label}
      aria-pressed={selected}
      aria-describedby="stage-member-help"
      data-stage-member={view.ordinal}
      data-hue={termHue(view.term)}
      data-role={view.role}
      data-health={view.health}
      data-standing={view.standing}
      data-catching={view.catchingUp}
      data-crown={view.crown}
      data-sunk={view.sunk}
      data-selected={selected}
      data-hovered={hovered}
      data-small={small}
      onClick={() => onSelect(view.ordinal, false)}
      onKeyDown={onKeyDown}
      onPointerOver={() => onHover(view.ordinal)}
      onPointerLeave={() => onHover(undefined)}
      onFocus={() => onHover(view.ordinal)}
      onBlur={() => onHover(undefined)}
    >
      <circle className={styles.clear} r={small ? radius + 4 : outer + 6} />
      <circle className={styles.halo} r={small ? radius + 5 : outer + 6} />
      <circle className={styles.focus} r={small ? radius + 6 : outer + 8} />
      <AnimatePresence initial={false}>
        {leads && (
          <m.g
            key="crown"
            initial={{ y: -radius * 0.35, opacity: 0 }}
            animate={{ y: 0, opacity: 1 }}
            exit={{ y: -radius * 0.35, opacity: 0 }}
            transition={{ duration: tokens.px('--dur-cut') / 1000 }}
          >
            <path
              className={styles.crown}
              d={crownPath(small ? Math.max(14, radius * 0.7) : radius * 0.86)}
              transform={`translate(0 ${round(small ? -radius + 1 : -radius * 0.95)})`}
              strokeWidth={view.crown === 'hollow' ? Math.max(1.6, radius * 0.05) : Math.max(2, radius * 0.09)}
            />
          </m.g>
        )}
      </AnimatePresence>
      <Body view={view} layout={layout} />
      {!small && view.votes.length < 2 && view.standing === 'voter' && (
        <Arcs ordinal={view.ordinal} leads={leads} peers={view.peers} layout={layout} />
      )}
      <text
        className={styles.name}
        y={small ? smallName * 0.36 : radius * 0.06}
        fontSize={small ? smallName : Math.max(16, radius * 0.5)}
      >
        {view.name}
      </text>
      {!small && (
        <text className={styles.term} y={round(radius * 0.06 + termSize * 1.32)} fontSize={termSize}>
          {view.health === 'up'
            ? radius < WORD_RADIUS * layout.scale
              ? view.term
              : words.term(view.term)
            : view.standing === 'joining'
              ? words.joining
              : words.stopped}
        </text>
      )}
      {!small && view.catchingUp !== undefined && <CatchingBadge ordinal={view.ordinal} how={view.catchingUp} layout={layout} />}
      {!small && <LabelBlock view={view} layout={layout} side={place.side} />}
    </g>
  );
}, sameProps);

function sameProps(a: MemberMarkProps, b: MemberMarkProps): boolean {
  return (
    sameView(a.view, b.view) &&
    a.layout === b.layout &&
    a.place === b.place &&
    a.selected === b.selected &&
    a.hovered === b.hovered &&
    a.tabbable === b.tabbable &&
    a.label === b.label &&
    a.onSelect === b.onSelect &&
    a.onHover === b.onHover &&
    a.onMove === b.onMove
  );
}

function sameView(a: MemberView, b: MemberView): boolean {
  const { votes, cells, ...rest } = a;
  return (
    (Object.keys(rest) as (keyof typeof rest)[]).every((key) => a[key] === b[key]) && // keys of the record at hand
    votes.length === b.votes.length &&
    votes.every((vote, i) => vote === b.votes[i]) &&
    cells.every((cell, i) => {
      const other = b.cells[i];
      return other !== undefined && cell.index === other.index && cell.term === other.term && cell.fill === other.fill;
    })
  );
}

/** Disc, ring, split ring or ghost. */
function Body({ view, layout }: { readonly view: MemberView; readonly layout: StageLayout }) {
  const { radius, small } = layout;
  const ring = small ? 3 : Math.max(3, radius * 0.107);
  if (view.health !== 'up') {
    return (
      <>
        <circle className={styles.ghost} r={radius - 1} strokeWidth={Math.max(1.25, radius / 28)} />
        {view.health === 'threw' && <path className={styles.threw} d={`M${radius * 0.5} ${radius * 0.5}l12 12m0 -12l-12 12`} />}
      </>
    );
  }
  if (view.standing === 'removed')
    return <circle className={styles.ghost} r={radius - 1} strokeWidth={Math.max(1.25, radius / 28)} />;
  if (view.role === 'leader') return <circle className={styles.disc} r={radius} />;
  if (view.votes.length > 1) return <SplitRing view={view} radius={radius} ring={ring} small={small} />;
  const middle = round(radius - ring / 2);
  if (view.standing !== 'learner') return <circle className={styles.ring} r={middle} strokeWidth={ring} />;
  // Dots as thick as the ring: it gets the log, and has no vote.
  const step = round((2 * Math.PI * middle) / (small ? 16 : 30));
  return <circle className={styles.dotted} r={middle} strokeWidth={small ? 2.6 : ring} strokeDasharray={`0 ${step}`} />;
}

/** A candidate's ring: one arc per voter, clockwise by name. */
function SplitRing({
  view,
  radius,
  ring,
  small,
}: {
  readonly view: MemberView;
  readonly radius: number;
  readonly ring: number;
  readonly small: boolean;
}) {
  const count = view.votes.length;
  const gap = small ? 16 : 10;
  const span = 360 / count - gap;
  const thick = small ? 5 : Math.max(5, radius * 0.2);
  const thin = small ? 1.5 : Math.max(1.5, radius * 0.045);
  const middle = radius - ring / 2;
  return (
    <>
      <circle className={styles.inside} r={round(radius - thick / 2)} />
      {view.votes.map((vote, i) => {
        const from = (i * 360) / count + gap / 2 - 180 / count;
        const path = arcPath(middle, from, from + span);
        const [x, y] = polar(middle, from + span / 2);
        const mark = Math.max(0.85, radius / 45);
        return (
          <g key={view.name + String(i)} className={styles.vote} data-vote={vote}>
            <path d={path} strokeWidth={vote === 'granted' ? thick : thin} />
            {vote === 'granted' && view.role === 'preCandidate' && (
              <path
                className={styles.hollow}
                d={arcPath(middle, from + 2, from + span - 2)}
                strokeWidth={thick - Math.max(3, radius * 0.08)}
              />
            )}
            {vote === 'refused' && (
              <g transform={`translate(${round(x)} ${round(y)})`}>
                <circle className={styles.clear} r={round(Math.max(7, radius * 0.2))} />
                <path className={styles.cross} d="M-5 -5L5 5M-5 5L5 -5" transform={`scale(${round(mark * 10) / 10})`} />
              </g>
            )}
          </g>
        );
      })}
    </>
  );
}

/**
 * Outside the ring: of a leader the voters that it heard of late, of the others the time left before they campaign.
 * Both are functions of the playhead, so they are written straight into the picture as time runs.
 */
function Arcs({
  ordinal,
  leads,
  peers,
  layout,
}: {
  readonly ordinal: number;
  readonly leads: boolean;
  readonly peers: number;
  readonly layout: StageLayout;
}) {
  const group = useRef<SVGGElement>(null);
  const { outer, radius } = layout;
  // Each arc that changes makes the browser paint the picture under it anew.
  usePainter((run) => {
    const member = run.frame().members[ordinal - 1];
    const element = group.current;
    if (member === undefined || element === null) return;
    const time = run.playhead();
    if (leads) {
      const voters = votersOf(run.frame()).map((voter) => voter.ordinal);
      for (const [i, heard] of heardOfLate(member, voters, time).entries()) {
        mark(element.children[i], 'data-heard', String(heard));
      }
      return;
    }
    const left = timerLeft(member, time);
    mark(element, 'data-running', String(left !== undefined));
    if (left === undefined) return;
    const degrees = Math.max(0.5, 359.9 * left);
    const [x, y] = polar(outer, degrees);
    element.children[1]?.setAttribute('d', arcPath(outer, 0, degrees));
    element.children[2]?.setAttribute('transform', `translate(${round(x)} ${round(y)})`);
  }, 'odd');
  const width = Math.max(2.5, radius * 0.062);
  if (leads) {
    const gap = 8;
    const span = (284 - gap * (peers - 1)) / Math.max(1, peers);
    return (
      <g ref={group} className={styles.arcs}>
        {Array.from({ length: peers }, (_, i) => {
          const from = 38 + i * (span + gap);
          // biome-ignore lint/suspicious/noArrayIndexKey: the arcs are told apart by nothing but their place
          return <path key={i} className={styles.heard} d={arcPath(outer, from, from + span)} strokeWidth={width} />;
        })}
      </g>
    );
  }
  return (
    <g ref={group} className={styles.arcs} data-running="false">
      <circle className={styles.timerTrack} r={round(outer)} />
      <path className={styles.timer} strokeWidth={width} />
      <circle className={styles.timerHead} r={Math.max(3.4, radius * 0.08)} />
    </g>
  );
}

/** At the lower right of a member that lacks much: a hexagon with the share of the snapshot that was sent, or an arrow that follows. */
function CatchingBadge({
  ordinal,
  how,
  layout,
}: {
  readonly ordinal: number;
  readonly how: 'snapshot' | 'log';
  readonly layout: StageLayout;
}) {
  const text = useRef<SVGTextElement>(null);
  usePainter((run) => {
    const flight = run.frame().flights.find((flying) => flying.kind === 'snapshot' && flying.to === ordinal);
    const percent = flight === undefined ? '' : String(percentSent(flight, run.playhead()));
    if (text.current !== null && text.current.textContent !== percent) text.current.textContent = percent;
  });
  const at = round(layout.radius * 0.78);
  const size = Math.max(1, layout.radius / 45);
  return (
    <g className={styles.badge} transform={`translate(${at} ${at}) scale(${round(size)})`} data-badge={how}>
      <circle className={styles.clear} r={14} />
      {how === 'snapshot' ? (
        <>
          <path className={styles.hexagon} d="M0 -11L9.5 -5.5V5.5L0 11L-9.5 5.5V-5.5Z" />
          <text ref={text} className={styles.percent} y={3.6} fontSize={10} />
        </>
      ) : (
        <>
          <circle className={styles.hexagon} r={9.5} />
          <path className={styles.follows} d="M-4.5 0H4M0.8 -3.4L4.2 0L0.8 3.4" />
        </>
      )}
    </g>
  );
}

/** Writes an attribute only where it changes: the same value again would still invalidate styles. */
function mark(element: Element | null | undefined, name: string, value: string): void {
  if (element?.getAttribute(name) !== value) element?.setAttribute(name, value);
}

/** Virtual time for which a changed value stays underlined, µs. */
const FRESH = 20_000;

/** Beside or below a member: its role's word, six entries, the followed key as it has it. */
function LabelBlock({
  view,
  layout,
  side,
}: {
  readonly view: MemberView;
  readonly layout: StageLayout;
  readonly side: MemberPlace['side'];
}) {
  const { scale, radius } = layout;
  const granted = view.votes.filter((vote) => vote === 'granted').length;
  const pill = view.votes.length > 1;
  // A split ring with its dots says it as well, where a third line would lie on a neighbour.
  const word = pill && layout.narrow && layout.members.length > 5 ? '' : view.word;
  const origin = labelOrigin(layout, side, pill && side === 'below');
  const middle = side === 'below';
  const anchor = middle ? 'middle' : 'start';
  const textX = middle ? (MINI_LOG.total / 2) * scale : 0;
  const wordY = word === '' ? 0 : WORD_LINE * scale;
  const text = pairText(view.followedKey, view.value ?? '–');
  const lit = useLit();
  const value = useRef<SVGTextElement>(null);
  const seen = useRef({ index: view.valueIndex, at: Number.NEGATIVE_INFINITY, time: 0 });
  usePainter((run) => {
    const time = run.playhead();
    const last = seen.current;
    // Only an entry that was applied while time ran on is news; after a jump everything is as it was.
    if (last.index !== view.valueIndex) {
      const ran = time >= last.time && time - last.time < 200_000;
      seen.current = { index: view.valueIndex, at: ran && view.valueIndex > last.index ? time : Number.NEGATIVE_INFINITY, time };
    } else last.time = time;
    const since = time - seen.current.at;
    mark(value.current, 'data-fresh', String(since >= 0 && since < FRESH));
  });
  const beside = (letters(word) * 7.6 + 8) * scale + pillWidth(view.needed, scale) / 2;
  const dots = side === 'right' ? { x: origin.x + beside, y: origin.y + 8 * scale } : { x: 0, y: radius + 13 * scale };
  return (
    <>
      {pill && (
        <g transform={`translate(${round(dots.x)} ${round(dots.y)})`} data-tally>
          <TallyPill have={granted} need={view.needed} scale={scale} />
        </g>
      )}
      <g className={styles.label} transform={`translate(${round(origin.x)} ${round(origin.y)})`}>
        {word !== '' && (
          <text className={styles.word} x={textX} y={round(13 * scale)} textAnchor={anchor} fontSize={14 * scale}>
            {word}
          </text>
        )}
        <g transform={`translate(0 ${wordY}) scale(${scale})`}>
          <rect className={styles.clear} x={-4} y={-3} width={MINI_LOG.total + 8} height={MINI_LOG.height + 6} rx={4} />
          {view.cells.map((cell, i) => (
            <Cell
              key={cell.index}
              cell={cell}
              x={i * (MINI_LOG.width + MINI_LOG.gap)}
              lit={lit.entries.includes(`${cell.term}/${cell.index}`)}
            />
          ))}
        </g>
        {view.followedKey !== '' && view.health === 'up' && (
          <text
            ref={value}
            className={styles.value}
            x={textX}
            y={round(wordY + (MINI_LOG.height + 16) * scale)}
            textAnchor={anchor}
            fontSize={13 * scale}
            data-missing={view.value === undefined}
          >
            {text.key}=
            {view.value === undefined ? <tspan>{text.value}</tspan> : <tspan className={styles.have}>{text.value}</tspan>}
          </text>
        )}
      </g>
    </>
  );
}

/** `key=value` in at most 16 characters: the tail of the key and the head of the value are what tells. */
function pairText(key: string, value: string): { readonly key: string; readonly value: string } {
  const shortValue = value.length > 9 ? `${value.slice(0, 8)}…` : value;
  const room = 15 - shortValue.length;
  return { key: key.length > room ? `…${key.slice(-(room - 1))}` : key, value: shortValue };
}

/** px of a dot's radius, and between two. */
const DOT = { r: 5, gap: 4 } as const;

function pillWidth(need: number, scale: number): number {
  return (need * 2 * DOT.r + (need - 1) * DOT.gap + DOT.r * 3) * scale;
}

function TallyPill({ have, need, scale }: { readonly have: number; readonly need: number; readonly scale: number }) {
  const r = DOT.r * scale;
  const gap = DOT.gap * scale;
  const outer = pillWidth(need, scale);
  const width = outer - r * 3;
  return (
    <>
      <rect className={styles.pill} x={-outer / 2} y={-r * 1.8} width={outer} height={r * 3.6} rx={r * 1.8} />
      {Array.from({ length: need }, (_, i) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: dots are told apart by nothing but their place
          key={i}
          className={styles.dot}
          data-filled={i < have}
          cx={-width / 2 + r + i * (2 * r + gap)}
          r={i < have ? r : r - 1}
        />
      ))}
    </>
  );
}

interface CellProps {
  readonly cell: MiniCell;
  readonly x: number;
  /** The entry, or what belongs to it, is selected or pointed at anywhere. */
  readonly lit: boolean;
}

function Cell({ cell, x, lit }: CellProps) {
  const { selection } = useHouse();
  const { term, index } = cell;
  const thing = term === 0 ? undefined : ({ type: 'entry', term, index } as const);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for a pointer; the keyboard has the same entries in the log
    <g
      transform={`translate(${x} 0)`}
      className={styles.cell}
      data-fill={cell.fill}
      data-hue={termHue(cell.term)}
      data-lit={lit || undefined}
      data-index={index}
      onPointerOver={(event) => {
        if (thing === undefined || event.pointerType === 'touch') return;
        event.stopPropagation(); // not the member
        selection.getState().hover(thing);
      }}
      onClick={(event) => {
        // A finger means the member: its target includes these.
        if (thing === undefined || (event.nativeEvent instanceof PointerEvent && event.nativeEvent.pointerType === 'touch')) return;
        event.stopPropagation();
        const { selected, select } = selection.getState();
        select(sameThing(selected, thing) ? undefined : thing);
      }}
    >
      {lit && <rect className={styles.lit} x={-1.4} y={-1.4} width={18.8} height={14.8} rx={4.5} />}
      <rect x={0.8} y={0.8} width={14.4} height={10.4} rx={2.5} />
      {cell.fill === 'applied' && <circle cx={8} cy={6} r={1.9} />}
      {cell.fill === 'compacted' && <path d="M3 11L9 1M8 11L14 1" />}
    </g>
  );
}
