/** The cluster: members, links, what flies between them, walls and islands, at the playhead. Start here; see README.md. */
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import {
  catchUp,
  crownOf,
  type Frame,
  freePlace,
  isPresent,
  type MemberFrame,
  standingOf,
  topLeader,
  votersOf,
} from '../../view/index.ts';
import type { Action } from '../../workers/index.ts';
import { nextValue } from '../frame/acts.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { useDesk, useFrame, useRun, useRunState, useSelection, useVerbs } from '../frame/hooks.ts';
import { CallNote } from './CallNote.tsx';
import { FirstRunChip, useChip } from './Chips.tsx';
import { Flights } from './Flights.tsx';
import { FlightTip, useFlightTip } from './FlightTip.tsx';
import {
  createValueReader,
  cutState,
  followedKey as followedKeyOf,
  isWalled,
  logWindow,
  membershipVerbs,
  miniCells,
  type Reason,
  type RoleWord,
  roleWord,
  spokenCall,
  type ValueReader,
  voteMarks,
} from './facts.ts';
import { islandGrounds, wallLabelPlace, wallLabelSize } from './grounds.ts';
import { LinkMark, type LinkView } from './Links.tsx';
import {
  covered,
  hasPlace,
  layoutBetween,
  layoutStage,
  linkSegment,
  MINI_LOG,
  memberPairs,
  placeOf,
  type StageLayout,
} from './layout.ts';
import { MemberMark, type MemberView } from './Member.tsx';
import { Popover, type Verb } from './Popovers.tsx';
import { along, type Box, crossing, meets, type Point, type Segment, sideOf } from './plane.ts';
import styles from './Stage.module.css';
import { Twin } from './Twin.tsx';
import { DraftWall, IslandGrounds, IslandNames, type IslandView, Walls, type WallView } from './Walls.tsx';
import { useWallDrag } from './wallDrag.ts';
import { defaultWall, standingWall, wallSegment } from './wallPlace.ts';

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

/**
 * The layout on its way to `target`: members glide to their new places when one came or went. Everything that is placed by it moves
 * together. A box of another size is taken at once.
 */
function useReflow(target: StageLayout): StageLayout {
  const { tokens, scheduler } = useHouse();
  const [glide, setGlide] = useState<Glide | undefined>(undefined);
  const shown = useRef(target);
  const layout = useMemo(() => (glide?.to === target ? layoutBetween(glide.from, target, glide.share) : target), [glide, target]);
  useLayoutEffect(() => {
    const from = shown.current;
    const duration = tokens.px('--dur-wall');
    const same = from.members.map((place) => place.ordinal).join() === target.members.map((place) => place.ordinal).join();
    if (from.box !== target.box || same || duration === 0) return;
    let since: number | undefined;
    setGlide({ from, to: target, share: 0 });
    const stop = scheduler.register((_, nowMs) => {
      since ??= nowMs;
      const left = Math.max(0, 1 - (nowMs - since) / duration);
      if (left === 0) {
        stop();
        setGlide(undefined);
      } else {
        setGlide({ from, to: target, share: 1 - left ** 3 });
        scheduler.invalidate();
      }
    });
    return () => void stop();
  }, [target, tokens, scheduler]);
  useLayoutEffect(() => {
    shown.current = layout;
  }, [layout]);
  return layout;
}

interface Glide {
  readonly from: StageLayout;
  readonly to: StageLayout;
  /** 0 … 1 */
  readonly share: number;
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was read of one run says nothing of another
  const reader = useMemo(createValueReader, [run]);
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
      reader,
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
        verbs={chosen === undefined ? [] : memberVerbs(chosen)}
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
        verbs={menu === undefined ? [] : linkVerbs(menu)}
        box={box}
        anchor={{ x: (menu?.at.x ?? 0) - 14, y: (menu?.at.y ?? 0) - 14, width: 28, height: 28 }}
        takesFocus={true}
        disabled={!atLive}
        onClose={close}
      />
      <Lively>{(now) => <Twin frame={now} members={views} islands={islands} past={!atLive} />}</Lively>
    </div>
  );

  function memberVerbs(member: number): readonly Verb[] {
    const whole = frame.members[member - 1];
    if (whole === undefined) return [];
    const { health } = whole;
    const others = shown.filter((other) => other.ordinal !== member);
    const alone = others.length > 0 && others.every((other) => cutState(frame, member, other.ordinal) !== 'none');
    const done = (act: () => void) => () => {
      act();
      close(byKeyboard);
    };
    const list: Verb[] = [];
    if (health === 'up')
      list.push({ id: 'stop', text: words.stop(name(member)), icon: 'stop', fault: true, act: done(() => acts.stop(member)) });
    else
      list.push({ id: 'start', text: words.start(name(member)), icon: 'start', fault: false, act: done(() => acts.start(member)) });
    if (others.length > 0) {
      if (alone) list.push({ id: 'rejoin', text: words.rejoin, icon: 'heal', fault: false, act: done(() => acts.rejoin(member)) });
      else list.push({ id: 'isolate', text: words.isolate, icon: 'cut', fault: true, act: done(() => acts.isolate(member)) });
    }
    for (const { id, against } of membershipVerbs(frame, whole)) {
      const say = against === undefined ? undefined : sayReason(against, words);
      const act = {
        makeLeader: () => acts.makeLeader(member),
        promote: () => acts.promote(member),
        replace: () => acts.replace(member),
        remove: () => acts.remove(member),
      }[id];
      list.push({
        id,
        text: id === 'replace' ? words.replace(`n${freePlace(frame) ?? ''}`) : words[id],
        icon: MEMBERSHIP_ICONS[id],
        fault: false,
        against: say,
        act: say === undefined ? done(act) : () => acts.refuse(say),
      });
    }
    if (topLeader(frame)?.ordinal === member) {
      const full = freePlace(frame) === undefined ? words.reason.full : undefined;
      for (const learner of [true, false]) {
        list.push({
          id: learner ? 'addLearner' : 'addMember',
          text: learner ? words.addLearner : words.addMember,
          icon: 'add',
          fault: false,
          against: full,
          act: full === undefined ? done(() => acts.addMember(learner)) : () => acts.refuse(full),
        });
      }
    }
    if (prompt?.follow !== undefined) {
      const { follow } = prompt;
      list.push({
        id: 'put',
        text: words.putHere,
        icon: 'put',
        fault: false,
        act: done(() => {
          follow(member);
          prompt.submit(`put ${key} ${nextValue(run, key)}`);
        }),
      });
      list.push({ id: 'follow', text: words.follow, icon: 'follow', fault: false, act: done(() => follow(member)) });
    }
    return list;
  }

  function linkVerbs({ a, b }: OpenMenu): readonly Verb[] {
    const cut = cutState(frame, a, b);
    const done = (act: () => void) => () => {
      act();
      close(true);
    };
    const list: Verb[] = [];
    if (cut !== 'both') {
      list.push({ id: 'cut', text: words.cutBothWays, icon: 'cut', fault: true, act: done(() => acts.cutLink(a, b)) });
      for (const [from, to, gone] of [
        [a, b, cut === 'forward'],
        [b, a, cut === 'backward'],
      ] as const) {
        if (gone) continue;
        const text = words.cutOneWay(name(from), name(to));
        list.push({ id: `cut-${from}-${to}`, text, icon: 'cut', fault: true, act: done(() => acts.cutLink(from, to, true)) });
      }
    }
    if (cut !== 'none')
      list.push({ id: 'heal', text: words.heal, icon: 'heal', fault: false, act: done(() => acts.healLink(a, b)) });
    return list;
  }
}

interface ViewNeeds {
  readonly key: string;
  readonly reader: ValueReader;
  readonly window: readonly number[];
  readonly sunk: boolean;
  readonly word: (word: RoleWord | undefined) => string;
}

function memberView(frame: Frame, member: MemberFrame, needs: ViewNeeds): MemberView {
  const kept = needs.reader.read(frame, member, needs.key);
  return {
    ordinal: member.ordinal,
    name: member.name,
    health: member.health,
    role: member.role,
    term: member.term,
    crown: crownOf(frame, member),
    word: needs.word(roleWord(frame, member)),
    votes: member.health === 'up' ? voteMarks(frame, member) : [],
    needed: frame.quorum,
    standing: standingOf(member),
    catchingUp: catchUp(frame, member),
    cells: miniCells(member, needs.window),
    followedKey: needs.key,
    value: kept.value,
    valueIndex: kept.index,
    sunk: needs.sunk,
    peers: votersOf(frame).filter((voter) => voter !== member).length,
  };
}

function sayRole(word: RoleWord | undefined, words: StageWords): string {
  if (word === undefined) return '';
  return word.type === 'voted' ? words.voted(word.name) : words[word.type];
}

/** What a member is, in one word. */
function stateOf(view: MemberView, words: StageWords): string {
  if (view.standing !== 'voter') return words[view.standing];
  return view.health === 'up' ? words.role[view.role] : words[view.health];
}

const MEMBERSHIP_ICONS = { makeLeader: 'leader', promote: 'promote', replace: 'replace', remove: 'remove' } as const;

function sayReason(reason: Reason, { reason: words }: StageWords): string {
  switch (reason.type) {
    case 'notRunning':
    case 'behind':
      return words[reason.type](reason.name);
    case 'unreachable':
      return words.unreachable(reason.leader, reason.name);
    default:
      return words[reason.type];
  }
}

type StageWords = ReturnType<typeof useWords>['stage'];

/** What will become of a member on play; undefined = nothing that somebody asked for. */
function sayWaiting(waiting: readonly Action[], member: number, words: StageWords): string | undefined {
  for (const action of waiting) {
    if (action.type === 'crash' && action.member === member) return words.willStop;
    if (action.type === 'restart' && action.member === member) return words.willStart;
  }
  return undefined;
}

/** What will become of a link on play: the last word counts. */
function waitingFor(waiting: readonly Action[], a: number, b: number): LinkView['waiting'] {
  let result: LinkView['waiting'] = 'nothing';
  for (const action of waiting) {
    if (action.type !== 'cut' && action.type !== 'heal') continue;
    if (action.links.some(([from, to]) => (from === a && to === b) || (from === b && to === a))) result = action.type;
  }
  return result;
}

function leadsNow(frame: Frame, member: number): boolean {
  const { role, health } = frame.members[member - 1] ?? { role: 'follower', health: 'stopped' };
  return role === 'leader' && health === 'up';
}

/** The link on which the chip stands: from the leader to its left-hand neighbour. */
function leaderLink(frame: Frame): readonly [number, number] | undefined {
  const shown = frame.members.filter(isPresent).map((member) => member.ordinal);
  const leader = shown.find((member) => leadsNow(frame, member));
  if (leader === undefined || shown.length < 2) return undefined;
  const other = shown.at(shown.indexOf(leader) - 1) ?? leader;
  return [Math.min(leader, other), Math.max(leader, other)];
}

function chipPlaces(
  frame: Frame,
  layout: StageLayout,
  wall: Segment | undefined,
): Readonly<Record<'cut' | 'split' | 'type', Point>> {
  const link = leaderLink(frame);
  const middle = link === undefined ? layout.prompt : along(linkSegment(layout, link[0], link[1]), 0.5);
  return {
    cut: { x: middle.x, y: middle.y - 18 },
    split: wall === undefined ? layout.prompt : clearOn(wall, layout),
    type: { x: layout.prompt.x, y: layout.prompt.y - 6 },
  };
}

/** The point of a line above which a chip covers least. */
function clearOn(line: Segment, layout: StageLayout): Point {
  const taken = layout.members.flatMap((place) => covered(layout, place));
  let best = along(line, 0.5);
  let bestCost = Number.POSITIVE_INFINITY;
  for (let step = 4; step <= 16; step++) {
    const at = along(line, step / 20);
    const chip = { x: at.x - 60, y: at.y - 38, width: 120, height: 44 };
    const cost = taken.filter((rect) => meets(chip, rect)).length * 10 + Math.abs(step - 6) + (chip.y < 0 ? 20 : 0);
    if (cost < bestCost) {
      bestCost = cost;
      best = at;
    }
  }
  return { x: best.x, y: best.y - 4 };
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

/** Islands with their grounds; the same objects while nothing about them changes. */
function useIslands(frame: Frame, layout: StageLayout): readonly IslandView[] {
  const { islands, walls, members } = frame;
  return useMemo(() => {
    if (islands.length < 2) return [];
    const lines = walls.map((wall) => standingWall(wall, layout));
    const grounds = islandGrounds(islands, lines, layout);
    return islands.map((island, i): IslandView => {
      const ground = grounds[i] ?? {
        label: island.label,
        polygon: [],
        walled: false,
        name: { x: 0, y: 0, width: 0, height: 0 },
        form: 'brief',
      };
      const terms = island.members.map((ordinal) => members[ordinal - 1]?.term ?? 0);
      return {
        label: island.label,
        members: island.members,
        names: island.members.map((ordinal) => members[ordinal - 1]?.name ?? '').join(', '),
        needed: island.needed,
        hasQuorum: island.hasQuorum,
        term: Math.max(0, ...terms),
        ground,
      };
    });
  }, [islands, walls, members, layout]);
}

function useWalls(
  frame: Frame,
  layout: StageLayout,
  islands: readonly IslandView[],
  plain: string,
  split: (sides: string) => string,
): readonly WallView[] {
  const { walls } = frame;
  return useMemo(() => {
    const captions = islands.map((island) => island.ground.name);
    return walls.map((wall): WallView => {
      const segment = standingWall(wall, layout);
      const sides = partedIslands(segment, islands, layout);
      const size = wallLabelSize(sides === '' ? plain : split(sides), layout.scale);
      const label = wallLabelPlace(segment, size, captions, layout);
      captions.push(label);
      return { id: wall.id, segment, sides, scale: layout.scale, label };
    });
  }, [walls, layout, islands, plain, split]);
}

/** `A | B` where the wall has one island on each side. */
function partedIslands(wall: Segment, islands: readonly IslandView[], layout: StageLayout): string {
  const left = new Set<string>();
  const right = new Set<string>();
  for (const island of islands) {
    for (const member of island.members) (sideOf(wall, placeOf(layout, member)) > 0 ? left : right).add(island.label);
  }
  if (left.size === 0 || right.size === 0) return '';
  const one = [...left].sort().join('');
  const other = [...right].sort().join('');
  if (one === other) return '';
  return one < other ? `${one} | ${other}` : `${other} | ${one}`;
}
