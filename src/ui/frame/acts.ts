/**
 * The hands on the cluster: each act is done now, says so in a toast, and offers its opposite as the way back.
 * In the past nothing is done, and the toast says why.
 */

import { formatHex, type Id64 } from '../../base/index.ts';
import type { Words } from '../../i18n/index.ts';
import { freePlace, topLeader } from '../../view/index.ts';
import type { Action, Run } from '../../workers/index.ts';
import type { DeskStore } from '../stores/desk.ts';
import type { Restored, RunStore } from '../stores/runs.ts';
import type { Chip, SettingsStore } from '../stores/settings.ts';
import type { ToastStore } from '../stores/toasts.ts';
import type { WallPlan } from '../stores/verbs.ts';
import type { Scheduler } from './scheduler.ts';

type Links = readonly (readonly [number, number])[];

export interface Acts {
  /** Stops a member's process. */
  stop(member: number): void;
  /** Starts it again from its disk. */
  start(member: number): void;
  /** Cuts the link from a to b, and back unless `oneWay`. */
  cutLink(a: number, b: number, oneWay?: boolean): void;
  /** Takes every cut from the link between a and b, whatever its cause. */
  healLink(a: number, b: number): void;
  /** Cuts a member from all others. */
  isolate(member: number): void;
  rejoin(member: number): void;
  buildWall(plan: WallPlan): void;
  removeWall(wall: number): void;
  /** Puts a wall that stands somewhere else. */
  moveWall(wall: number, plan: WallPlan): void;
  /** Takes every wall and every cut away. */
  healAll(): void;
  /** Puts the followed key, with the next value of a short round, by the prompt's front session. */
  putNext(): void;
  /** `etcdctl member add` for the next free place, by the prompt; its process starts as soon as the cluster has been told. */
  addMember(isLearner: boolean): void;
  /** `etcdctl member promote` */
  promote(member: number): void;
  /** `etcdctl member remove` */
  remove(member: number): void;
  /** A member in the next free place takes this voter's, through a joint configuration. */
  replace(member: number): void;
  /** `etcdctl move-leader` to this member. */
  makeLeader(member: number): void;
  /** Says why something makes no sense now. */
  refuse(reason: string): void;
  /** A fresh cluster of so many members. */
  restart(members: number): void;
  /** A new cluster of so many members that begin with what a snapshot holds. */
  restore(members: number, restored: Restored, name: string): void;
  /** The cluster that was here before, as it was left. */
  goBack(): void;
}

interface ActsNeeds {
  readonly runs: RunStore;
  readonly toasts: ToastStore;
  readonly desk: DeskStore;
  readonly settings: SettingsStore;
  readonly scheduler: Scheduler;
}

/** Asks on behalf of the page's verbs; sessions of the prompt count from 1. */
const LOOK_UP_CLIENT = 90;
/** µs */
const LOOK_UP_TIMEOUT = 5_000_000;

/** Values that a put goes through; the first that differs from the newest is taken. */
const ROUND = ['green', 'blue', 'amber', 'violet', 'red'];

type Say = (words: Words) => string;

/** Acts on whatever run is on the page. */
export function createActs(needs: ActsNeeds): Acts {
  const { runs, toasts, desk, settings, scheduler } = needs;
  let walls = 0;
  const run = (): Run => runs.getState().run;

  const show = (say: Say, undo: (() => void) | undefined) => toasts.getState().show({ say, undo, tone: 'done' });
  const deny = (say: Say) => toasts.getState().show({ say, undo: undefined, tone: 'refused' });

  /** Does `actions` and shows `say` with Undo, or says why not. */
  function act(say: Say, actions: readonly Action[], undo: readonly Action[], chip?: Chip): void {
    const before = run().state().waiting;
    if (!perform(actions)) return;
    if (chip !== undefined) settings.getState().finishChip(chip);
    tell(before, say, undo.length === 0 ? undefined : () => void perform(undo));
  }

  /** Says what was done; of what waits for play, that it will be, and once it has run that it was. @param before what waited already */
  function tell(before: readonly Action[], say: Say, undo: (() => void) | undefined): void {
    const at = run();
    const waiting = at.state().waiting.filter((action) => !before.includes(action));
    if (waiting.length === 0) {
      show(say, undo);
      return;
    }
    show((words) => words.shell.onPlay(say(words)), undo);
    const shown = toasts.getState().current;
    const stop = at.subscribe(() => {
      if (waiting.some((action) => at.state().waiting.includes(action))) return;
      stop();
      if (toasts.getState().current === shown) show(say, undo);
    });
  }

  function perform(actions: readonly Action[]): boolean {
    const done = actions.every((action) => run().act(action));
    scheduler.wake();
    if (!done) deny((words) => words.shell.pastActs);
    return done;
  }

  /** False in the past, and says so. */
  function mayAct(): boolean {
    if (run().state().atLive) return true;
    deny((words) => words.shell.pastActs);
    return false;
  }

  /** Runs a line in the prompt's front session, where its answer is read; says what was done, and what etcd has against it. */
  function submit(line: string, say: Say): void {
    const before = run().state().waiting;
    desk.getState().prompt?.submit(line, (said) => {
      const reason = said.replace(/^Error: /, '');
      deny((words) => words.shell.refused(reason));
    });
    scheduler.wake();
    tell(before, say, undefined);
  }

  /** etcdctl names members by id. */
  function withId(member: number, then: (id: string) => void): void {
    withMember(member, (id) => then(formatHex(id)));
  }

  /** The cluster is asked for a member's id first, as `member list` does. */
  function withMember(member: number, then: (id: Id64, endpoints: readonly string[]) => void): void {
    if (!mayAct()) return;
    const at = run();
    const up = at.frame().members.filter((each) => each.health === 'up' && (each.isVoter || each.isLearner));
    const leader = topLeader(at.frame());
    const endpoints = [...(leader === undefined ? [] : [leader]), ...up].map((each) => `${each.name}:2379`);
    at.target(LOOK_UP_CLIENT).request(
      { endpoints, request: { type: 'memberList', linearizable: true }, timeout: LOOK_UP_TIMEOUT, token: undefined },
      (outcome) => {
        if (run() !== at) return;
        const members = outcome.ok && outcome.response.type === 'memberList' ? outcome.response.members : [];
        const found = members.find(({ peerUrls }) => peerUrls.includes(`http://${name(member)}:2380`));
        if (found === undefined) deny((words) => words.shell.noAnswer);
        else then(found.id, endpoints);
      },
    );
    scheduler.wake();
  }

  function goBack(): void {
    runs.getState().goBack();
    show((words) => words.shell.wentBack, goBack);
  }

  const name = (member: number) => run().frame().members[member - 1]?.name ?? `n${member}`;

  /** The cause of a wall that is about to be built. */
  function nextWall(): `wall:${number}` {
    const standing = run()
      .frame()
      .walls.map((wall) => wall.id);
    walls = Math.max(walls, ...standing) + 1;
    return `wall:${walls}`;
  }

  /** What is cut now, as acts that would cut it again with the same causes. */
  function cutsAgain(links: Links): readonly Action[] {
    const { walls: standing } = run().frame();
    const again: Action[] = [];
    const behindWalls = new Set<string>();
    for (const wall of standing) {
      const touched = wall.links.filter(([from, to]) => links.some(([a, b]) => a === from && b === to));
      for (const [from, to] of touched) behindWalls.add(`${from}>${to}`);
      if (touched.length > 0) again.push({ type: 'cut', cause: `wall:${wall.id}`, links: touched, wall: wall.line });
    }
    const byHand = links.filter(([from, to]) => isCut(run(), from, to) && !behindWalls.has(`${from}>${to}`));
    if (byHand.length > 0) again.push({ type: 'cut', cause: 'hand', links: byHand });
    return again;
  }

  return {
    stop(member) {
      act((words) => words.shell.stopped(name(member)), [{ type: 'crash', member }], [{ type: 'restart', member }]);
    },
    start(member) {
      act((words) => words.shell.started(name(member)), [{ type: 'restart', member }], [{ type: 'crash', member }]);
    },
    cutLink(a, b, oneWay = false) {
      const links: Links = oneWay ? [[a, b]] : bothWays([[a, b]]);
      const say = (words: Words) => (oneWay ? words.shell.cutOneWay(name(a), name(b)) : words.shell.cutBothWays(name(a), name(b)));
      act(say, [{ type: 'cut', cause: 'hand', links }], [{ type: 'heal', cause: 'hand', links }], 'cut');
    },
    healLink(a, b) {
      const links = bothWays([[a, b]]);
      act((words) => words.shell.healedLink(name(a), name(b)), [{ type: 'heal', cause: 'all', links }], cutsAgain(links));
    },
    isolate(member) {
      const links = linksOf(run(), member);
      const cause = `isolate:${member}` as const;
      act((words) => words.shell.isolated(name(member)), [{ type: 'cut', cause, links }], [{ type: 'heal', cause, links }]);
    },
    rejoin(member) {
      const links = linksOf(run(), member);
      act((words) => words.shell.rejoined(name(member)), [{ type: 'heal', cause: 'all', links }], cutsAgain(links));
    },
    buildWall({ line, links }) {
      const cause = nextWall();
      act((words) => words.shell.split, [{ type: 'cut', cause, links, wall: line }], [{ type: 'heal', cause, links }], 'split');
    },
    removeWall(id) {
      const wall = run()
        .frame()
        .walls.find((standing) => standing.id === id);
      if (wall === undefined) return;
      const cause = `wall:${id}` as const;
      const again: Action = { type: 'cut', cause, links: wall.links, wall: wall.line };
      act((words) => words.shell.healedSplit, [{ type: 'heal', cause, links: wall.links }], [again]);
    },
    moveWall(id, { line, links }) {
      const wall = run()
        .frame()
        .walls.find((standing) => standing.id === id);
      if (wall === undefined) return;
      const [before, cause] = [`wall:${id}` as const, nextWall()];
      act(
        (words) => words.shell.movedWall,
        // Links that both cut carry nothing in between.
        [
          { type: 'cut', cause, links, wall: line },
          { type: 'heal', cause: before, links: wall.links },
        ],
        [
          { type: 'cut', cause: before, links: wall.links, wall: wall.line },
          { type: 'heal', cause, links },
        ],
      );
    },
    healAll() {
      const links = allLinks(run());
      act((words) => words.shell.healedAll, [{ type: 'heal', cause: 'all', links }], cutsAgain(links));
    },
    putNext() {
      if (!mayAct()) return;
      const { prompt, followedKey } = desk.getState();
      prompt?.submit(`put ${followedKey} ${nextValue(run(), followedKey)}`);
      scheduler.wake();
    },
    addMember(isLearner) {
      if (!mayAct()) return;
      const place = freePlace(run().frame());
      if (place === undefined) {
        deny((words) => words.stage.reason.full);
        return;
      }
      const to = `n${place}`;
      submit(`member add ${to} --peer-urls=http://${to}:2380${isLearner ? ' --learner' : ''}`, (words) =>
        isLearner ? words.shell.addedLearner(to) : words.shell.addedMember(to),
      );
    },
    promote(member) {
      withId(member, (id) => submit(`member promote ${id}`, (words) => words.shell.promoted(name(member))));
    },
    remove(member) {
      withId(member, (id) => submit(`member remove ${id}`, (words) => words.shell.removed(name(member))));
    },
    replace(member) {
      const place = freePlace(run().frame());
      if (place === undefined) {
        deny((words) => words.stage.reason.full);
        return;
      }
      withMember(member, (id, endpoints) => {
        const before = run().state().waiting;
        const request = { type: 'memberReplace' as const, id, peerUrls: [`http://n${place}:2380`] };
        run()
          .target(LOOK_UP_CLIENT)
          .request({ endpoints, request, timeout: LOOK_UP_TIMEOUT, token: undefined }, async (outcome) => {
            if (outcome.ok) return;
            // etcd's words come with the console, in a chunk that the first view does without.
            const { describeApiError } = await import('../../console/index.ts');
            const reason = describeApiError(outcome.error).text;
            deny((words) => words.shell.refused(reason));
          });
        tell(before, (words) => words.shell.replaced(name(member), `n${place}`), undefined);
      });
    },
    makeLeader(member) {
      withId(member, (id) => {
        const leader = topLeader(run().frame());
        // etcdctl looks for the leader among its endpoints, and refuses where it is not.
        const at = leader === undefined ? '' : ` --endpoints=${leader.name}:2379`;
        submit(`move-leader ${id}${at}`, (words) => words.shell.movedLeader(name(member)));
      });
    },
    refuse(reason) {
      deny(() => reason);
    },
    restart(members) {
      runs.getState().restart(members);
      show((words) => words.shell.fresh(members), goBack);
    },
    restore(members, restored, file) {
      runs.getState().restart(members, restored);
      show((words) => words.shell.restored(file), goBack);
    },
    goBack,
  };
}

/** A value that the key does not have: the one after its newest in {@link ROUND}. */
export function nextValue(run: Run, key: string): string {
  let newest = { index: 0, value: run.frame().begun.values.get(key) ?? '' };
  for (const text of run.frame().texts.values()) {
    if (text.kind === 'put' && text.key === key && text.index > newest.index) newest = text;
  }
  for (const call of run.frame().calls) if (call.kind === 'put' && call.key === key) newest = { index: 0, value: call.value };
  return ROUND[(ROUND.indexOf(newest.value) + 1) % ROUND.length] as string; // inside the round
}

/** Whether messages from a to b are lost. */
function isCut(run: Run, from: number, to: number): boolean {
  const { cut, members } = run.frame();
  return cut[(from - 1) * members.length + (to - 1)] === true;
}

function bothWays(links: Links): Links {
  return links.flatMap(
    ([a, b]): Links => [
      [a, b],
      [b, a],
    ],
  );
}

function linksOf(run: Run, member: number): Links {
  return allLinks(run).filter(([from, to]) => from === member || to === member);
}

function allLinks(run: Run): Links {
  const ordinals = run.frame().members.map((member) => member.ordinal);
  return ordinals.flatMap((from) => ordinals.filter((to) => to !== from).map((to): readonly [number, number] => [from, to]));
}
