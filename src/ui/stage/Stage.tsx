/** The cluster: members, links, what flies between them, walls and islands, at the playhead. Start here; see README.md. */
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Frame, isPresent } from '../../view/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { useDesk, useFrame, useRun, useRunState, useSelection, useVerbs } from '../frame/hooks.ts';
import { CallNote } from './CallNote.tsx';
import { FirstRunChip, useChip } from './Chips.tsx';
import { chipPlaces, leaderLink } from './chipPlaces.ts';
import { Flights } from './Flights.tsx';
import { FlightTip, useFlightTip } from './FlightTip.tsx';
import { cutState, followedKey as followedKeyOf, isWalled, leadsNow, logWindow, spokenCall } from './facts.ts';
import { LinkMark, type LinkView } from './Links.tsx';
import { hasPlace, layoutStage, MINI_LOG, memberPairs, placeOf, type StageLayout } from './layout.ts';
import { MemberMark } from './Member.tsx';
import { memberView, sayRole, sayWaiting, stateOf, waitingFor } from './memberView.ts';
import { Popover } from './Popovers.tsx';
import { type Box, crossing, type Point } from './plane.ts';
import { useReflow } from './reflow.ts';
import styles from './Stage.module.css';
import { Twin } from './Twin.tsx';
import { linkVerbs, memberVerbs } from './verbs.ts';
import { DraftWall, IslandGrounds, IslandNames, Walls } from './Walls.tsx';
import { useWallDrag } from './wallDrag.ts';
import { defaultWall, wallSegment } from './wallPlace.ts';
import { useIslands, useWalls } from './wallViews.ts';

/** Fills its box. Nothing is drawn until the box is measured. */
export function Stage() {
  const element = useRef<HTMLElement>(null);
  const box = useBox(element);
  return (
    <section ref={element} className={styles.stage} data-region="stage" aria-label={useWords().stage.title}>
      {box !== undefined && box.width > 40 && box.height > 40 && <Cluster box={box} />}
    </section>
  );
}

function useBox(element: { readonly current: HTMLElement | null }): Box | undefined {
  const [box, setBox] = useState<Box | undefined>(undefined);
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const measure = () => {
      const width = Math.floor(current.clientWidth);
      const height = Math.floor(current.clientHeight);
      setBox((old) => (old?.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return box;
}

/** What follows every message: small parts, so that the rest of the stage need not. */
function Lively({ children }: { readonly children: (frame: Frame) => ReactNode }) {
  return children(useFrame((current) => current));
}

/** Messages and time move on canvas and by attributes: React has nothing to do for them. */
function looksSame(a: Frame, b: Frame): boolean {
  return (
    a.members === b.members &&
    a.cut === b.cut &&
    a.walls === b.walls &&
    a.calls === b.calls &&
    a.islands === b.islands &&
    a.flag === b.flag &&
    a.texts === b.texts
  );
}

interface OpenMenu {
  readonly a: number;
  readonly b: number;
  readonly at: Point;
}

function Cluster({ box }: { readonly box: Box }) {
  const house = useHouse();
  const { tokens, acts, selection, verbs } = house;
  const words = useWords().stage;
  const run = useRun();
  const frame = useFrame((current) => current, looksSame);
  const atLive = useRunState((state) => state.atLive);
  const waiting = useRunState((state) => state.waiting);
  const mode = useVerbs((state) => state.mode);
  const selected = useSelection((state) => state.selected);
  const hovered = useSelection((state) => state.hovered);
  const prompt = useDesk((desk) => desk.prompt);
  const deskKey = useDesk((desk) => desk.followedKey);
  const shown = frame.members.filter(isPresent);
  const who = shown.map((member) => member.ordinal).join(' ');
  const tokenVersion = tokens.version();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says when the token differs
  const target = useMemo(
    () => layoutStage(who.split(' ').map(Number), box, tokens.px('--member') || 56),
    [who, box, tokens, tokenVersion],
  );
  const layout = useReflow(target);
  const key = followedKeyOf(frame) ?? deskKey;
  const islands = useIslands(frame, layout);
  const walls = useWalls(frame, layout, islands, words.wall, words.split);
  const captions = useMemo(
    () => [...islands.map((island) => island.ground.name), ...walls.map((wall) => wall.label)],
    [islands, walls],
  );
  const sunk = useMemo(() => islands.filter((island) => !island.hasQuorum).map((island) => island.ground.polygon), [islands]);
  const sunkMembers = useMemo(
    () => new Set(islands.filter((island) => !island.hasQuorum).flatMap((island) => island.members)),
    [islands],
  );
  const [menu, setMenu] = useState<OpenMenu | undefined>(undefined);
  const [byKeyboard, setByKeyboard] = useState(false);
  const [tabMember, setTabMember] = useState(1);
  const [tabLink, setTabLink] = useState('1-2');
  const buttons = useRef(new Map<string, SVGGElement>());
  const wall = useWallDrag(layout, walls, atLive);
  const tip = useFlightTip(layout);
  const tipped = tip.flight;
  const chosen = selected?.type === 'member' && hasPlace(layout, selected.member) ? selected.member : undefined;
  const [verbsOpen, setVerbsOpen] = useState(false);
  const whole = !frame.cut.includes(true) && shown.every((member) => member.health === 'up');
  const led = frame.members.some((member) => member.role === 'leader');
  const calm = whole && led && spokenCall(frame) === undefined;
  const chip = useChip(atLive && mode === 'none' && chosen === undefined && calm);

  // The newest put's key is the one that everybody looks at; "Put a key" goes on with it.
  useEffect(() => {
    if (atLive && key !== house.desk.getState().followedKey) house.desk.getState().followKey(key);
  }, [atLive, key, house]);

  // Only the stage knows where members stand, so the verb "Split" asks it for its line.
  useEffect(() => {
    verbs.getState().setOfferSplit(() => {
      const offer = defaultWall(run.frame(), layout);
      return offer === undefined ? undefined : { line: offer.line, links: offer.links };
    });
    return () => verbs.getState().setOfferSplit(undefined);
  }, [verbs, run, layout]);

  const onSelect = useCallback(
    (member: number, keyboard: boolean) => {
      setMenu(undefined);
      setTabMember(member);
      setByKeyboard(keyboard);
      setVerbsOpen(true);
      selection.getState().select({ type: 'member', member });
    },
    [selection],
  );
  const onHoverMember = useCallback(
    (member: number | undefined) => selection.getState().hover(member === undefined ? undefined : { type: 'member', member }),
    [selection],
  );
  const onMoveMember = useCallback(
    (member: number, pressed: string) => {
      const all = who.split(' ').map(Number);
      const next = all[neighbour(all.indexOf(member) + 1, all.length, pressed) - 1] ?? member;
      setTabMember(next);
      buttons.current.get(`m${next}`)?.focus();
    },
    [who],
  );
  const onPressLink = useCallback(
    (a: number, b: number) => {
      setTabLink(`${a}-${b}`);
      setMenu(undefined);
      if (cutState(run.frame(), a, b) === 'none') acts.cutLink(a, b);
      else acts.healLink(a, b);
      if (verbs.getState().mode === 'cut') verbs.getState().leave();
    },
    [acts, run, verbs],
  );
  const onMenuLink = useCallback(
    (a: number, b: number, x: number, y: number) => {
      selection.getState().select(undefined);
      setMenu({ a, b, at: { x, y } });
    },
    [selection],
  );
  const onHoverLink = useCallback(
    (link: { readonly a: number; readonly b: number } | undefined) =>
      selection.getState().hover(link === undefined ? undefined : { type: 'link', ...link }),
    [selection],
  );
  const onMoveLink = useCallback(
    (a: number, b: number, pressed: string) => {
      const all = memberPairs(who.split(' ').map(Number)).map(([x, y]) => `${x}-${y}`);
      const next = all[neighbour(all.indexOf(`${a}-${b}`) + 1, all.length, pressed) - 1] ?? `${a}-${b}`;
      setTabLink(next);
      buttons.current.get(`l${next}`)?.focus();
    },
    [who],
  );
  const close = useCallback(
    (back: boolean) => {
      const from = menu === undefined ? `m${tabMember}` : `l${menu.a}-${menu.b}`;
      setMenu(undefined);
      setVerbsOpen(false);
      if (menu === undefined) selection.getState().select(undefined);
      if (back) buttons.current.get(from)?.focus();
    },
    [menu, tabMember, selection],
  );
  useEscape(menu !== undefined || chosen !== undefined, close);

  const waitingWalls = waiting.flatMap((action) =>
    action.type === 'cut' && action.wall !== undefined ? [wallSegment(action.wall, box)] : [],
  );
  const window6 = logWindow(frame, MINI_LOG.cells);
  const views = shown.map((member) =>
    memberView(frame, member, {
      key,
      window: window6,
      sunk: sunkMembers.has(member.ordinal),
      word: (word) => sayWaiting(waiting, member.ordinal, words) ?? sayRole(word, words),
    }),
  );
  const offeredWall = mode === 'split' && wall.draft === undefined ? defaultWall(frame, layout) : undefined;
  const draft = wall.draft ?? (offeredWall === undefined ? undefined : wallSegment(offeredWall.line, box));
  const taughtWall = chip === 'split' && draft === undefined ? defaultWall(frame, layout) : undefined;
  const taught = taughtWall === undefined ? undefined : wallSegment(taughtWall.line, box);
  const chipLink = chip === 'cut' ? leaderLink(frame) : undefined;
  const pairs = memberPairs(shown.map((member) => member.ordinal));
  const tabbableLink = pairs.some(([a, b]) => tabLink === `${a}-${b}`) ? tabLink : pairs[0]?.join('-');
  const tabbableMember = hasPlace(layout, tabMember) ? tabMember : shown[0]?.ordinal;
  const links = pairs.map(([a, b]): LinkView => {
    const cut = cutState(frame, a, b);
    const leads =
      cut === 'none' &&
      [a, b].some((end) => leadsNow(frame, end)) &&
      [a, b].every((end) => frame.members[end - 1]?.health === 'up');
    const over = hovered?.type === 'link' && hovered.a === a && hovered.b === b;
    const pointedAt = chipLink !== undefined && chipLink[0] === a && chipLink[1] === b;
    return {
      a,
      b,
      cut,
      walled: cut === 'both' && isWalled(frame, a, b),
      leads,
      offered: (over || pointedAt || (menu?.a === a && menu.b === b)) && wall.draft === undefined,
      threatened:
        draft !== undefined &&
        crossing({ from: placeOf(layout, a), to: placeOf(layout, b) }, draft) !== undefined &&
        cut !== 'both',
      waiting: waitingFor(waiting, a, b),
      sunk: sunkMembers.has(a) && sunkMembers.has(b),
    };
  });
  const name = (member: number) => frame.members[member - 1]?.name ?? '';
  const chosenMember = chosen === undefined ? undefined : frame.members[chosen - 1];
  const linkLabel = (view: LinkView) =>
    view.cut === 'none'
      ? words.linkOpen(name(view.a), name(view.b))
      : view.cut === 'both'
        ? words.linkCut(name(view.a), name(view.b))
        : view.cut === 'forward'
          ? words.linkCutOneWay(name(view.a), name(view.b))
          : words.linkCutOneWay(name(view.b), name(view.a));
  const lit = tip.flight ?? (selected?.type === 'flight' ? selected.flight : 0);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on nothing closes what Esc closes
    // biome-ignore lint/a11y/noStaticElementInteractions: a drag draws a wall; the verb Split and arrow keys do the same
    <div
      className={styles.cluster}
      data-mode={mode}
      data-past={!atLive}
      data-drawing={wall.draft !== undefined}
      title={atLive ? undefined : words.past}
      onPointerDown={(event) =>
        wall.start(event, () => {
          setMenu(undefined);
          setVerbsOpen(false);
        })
      }
      onPointerMove={(event) => {
        wall.move(event);
        tip.look(event);
      }}
      onPointerLeave={tip.leave}
      onPointerUp={(event) => wall.end(event)}
      onPointerCancel={wall.cancel}
      onClickCapture={wall.swallowClick}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('[role=button],button,[role=menu],[role=toolbar]') === null) {
          close(false);
          // Whoever aims at a link may miss it.
          if (mode === 'split') verbs.getState().leave();
        }
      }}
    >
      <svg
        className={styles.picture}
        width={box.width}
        height={box.height}
        viewBox={`0 0 ${box.width} ${box.height}`}
        role="presentation"
      >
        <IslandGrounds islands={islands} />
        {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset */}
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a g does nothing by itself */}
        <g role="group" aria-label={words.links} className={styles.links}>
          {links.map((view) => (
            <LinkMark
              key={`${view.a}-${view.b}`}
              view={view}
              layout={layout}
              tabbable={tabbableLink === `${view.a}-${view.b}`}
              disabled={!atLive}
              label={linkLabel(view)}
              buttonRef={keep(buttons.current, `l${view.a}-${view.b}`)}
              onPress={onPressLink}
              onMenu={onMenuLink}
              onHover={onHoverLink}
              onMove={onMoveLink}
            />
          ))}
        </g>
        {draft !== undefined && <DraftWall segment={draft} offered={wall.draft === undefined} />}
        {taught !== undefined && <DraftWall segment={taught} offered={true} />}
        {waitingWalls.map((segment) => (
          <DraftWall key={`${segment.from.x} ${segment.from.y}`} segment={segment} offered={true} />
        ))}
        <Walls walls={walls} disabled={!atLive} onRemove={acts.removeWall} onKey={wall.press} onBlur={wall.leave} />
        {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset */}
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a g does nothing by itself */}
        <g role="group" aria-label={words.members} className={styles.members}>
          {views.map((view) => (
            <MemberMark
              key={view.ordinal}
              view={view}
              place={placeOf(layout, view.ordinal)}
              layout={layout}
              selected={chosen === view.ordinal}
              hovered={hovered?.type === 'member' && hovered.member === view.ordinal}
              tabbable={tabbableMember === view.ordinal}
              label={`${view.name}, ${stateOf(view, words)}, ${words.term(view.term)}`}
              buttonRef={keep(buttons.current, `m${view.ordinal}`)}
              onSelect={onSelect}
              onHover={onHoverMember}
              onMove={onMoveMember}
            />
          ))}
        </g>
      </svg>
      <Flights layout={layout} sunk={sunk} lit={lit} />
      <IslandNames islands={islands} narrow={layout.narrow} />
      {mode === 'none' && <Lively>{(now) => <CallNote frame={now} layout={layout} captions={captions} />}</Lively>}
      {tipped !== undefined && wall.draft === undefined && (
        <Lively>{(now) => <FlightTip id={tipped} frame={now} layout={layout} />}</Lively>
      )}
      <FirstRunChip chip={chip} at={chipPlaces(frame, layout, taught)} />
      <Popover
        open={chosen !== undefined && verbsOpen && menu === undefined}
        kind="toolbar"
        label={chosen === undefined ? '' : words.memberVerbs(name(chosen))}
        verbs={
          chosenMember === undefined
            ? []
            : memberVerbs(chosenMember, { frame, words, acts, run, prompt, followedKey: key, onDone: () => close(byKeyboard) })
        }
        box={box}
        anchor={anchorOf(layout, chosen)}
        takesFocus={byKeyboard}
        disabled={!atLive}
        onClose={close}
      />
      <Popover
        open={menu !== undefined}
        kind="menu"
        label={menu === undefined ? '' : words.linkMenu(name(menu.a), name(menu.b))}
        verbs={menu === undefined ? [] : linkVerbs(menu.a, menu.b, { frame, words, acts, onDone: () => close(true) })}
        box={box}
        anchor={{ x: (menu?.at.x ?? 0) - 14, y: (menu?.at.y ?? 0) - 14, width: 28, height: 28 }}
        takesFocus={true}
        disabled={!atLive}
        onClose={close}
      />
      <Lively>{(now) => <Twin frame={now} members={views} islands={islands} past={!atLive} />}</Lively>
    </div>
  );
}

function anchorOf(layout: StageLayout, member: number | undefined) {
  const place = layout.members.find((each) => each.ordinal === member);
  if (place === undefined) return EMPTY;
  const r = layout.outer + 6;
  return { x: place.x - r, y: place.y - r, width: 2 * r, height: 2 * r };
}

const EMPTY = { x: 0, y: 0, width: 0, height: 0 };

/** Round a ring of `count`, counting from 1. */
function neighbour(at: number, count: number, pressed: string): number {
  switch (pressed) {
    case 'Home':
      return 1;
    case 'End':
      return count;
    case 'ArrowLeft':
    case 'ArrowUp':
      return ((at - 2 + count) % count) + 1;
    default:
      return (at % count) + 1;
  }
}

function keep(map: Map<string, SVGGElement>, id: string): (element: SVGGElement | null) => void {
  return (element) => {
    if (element === null) map.delete(id);
    else map.set(id, element);
  };
}

function useEscape(active: boolean, close: (back: boolean) => void): void {
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') close(false);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [active, close]);
}
