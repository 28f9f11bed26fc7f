/** A run on the page: its workers, its clock, its recording, and the picture at the playhead. */
import { type Remote, releaseProxy, wrap } from 'comlink';
import type { Action, JournalEntry, StopAt } from '../sim/index.ts';
import { addressOf, isDecision, MAX_MEMBERS } from '../sim/index.ts';
import {
  chronicle,
  createChronicle,
  createProjector,
  createRecording,
  type LineFilter,
  type PastLeases,
  type PastLines,
  type PastStore,
  type PastWatches,
  project,
  projectorRevision,
  record,
  recordedRow,
  rowsUpTo,
} from '../view/index.ts';
import { brake, clampToDeadline, createClock, frameBudget, restClock, shownFactor } from './clock.ts';
import type { Opening } from './opening.ts';
import type {
  AdvanceRequest,
  Batch,
  BusControl,
  BusFailure,
  Greeting,
  HistorianControl,
  PastMember,
  PastNames,
  WorkerRole,
} from './protocol.ts';
import type { Run, RunState } from './run.ts';
import { createTargets } from './targets.ts';

/** Virtual time in one advance while a scripted scene, or a test, goes to a moment: programs answer in between. */
const SCRIPT_STRIDE = 20_000;
/** While time runs, what is drawn by React is told of at most so often, ms; what moves is drawn in every frame. */
const TELL_EVERY = 50;
/** The same from this factor on: there is more to see than anybody could read. */
const FAST = 0.2;
const TELL_EVERY_FAST = 120;
/** Real time between two visits of the historian, ms. */
const FOLLOW_EVERY = 500;

/** Starts the workers of a run. @param startWorker makes a worker of the entry, by its role */
export function openPageRun(opening: Opening, startWorker: (role: WorkerRole) => Worker): Run {
  const { scenario } = opening;
  // Also of those who have yet to join.
  const addresses = Array.from({ length: MAX_MEMBERS }, (_, i) => addressOf(scenario, i + 1));
  const names = addresses.map(({ name }) => name);
  const recording = createRecording(scenario.members);
  const projector = createProjector(recording, names);
  const history = createChronicle(scenario.members);
  const clock = createClock();
  const listeners = new Set<() => void>();

  let state: RunState = {
    phase: 'starting',
    failure: '',
    playing: true,
    atLive: true,
    pace: 'auto',
    factor: shownFactor(clock),
    waiting: [],
    thrown: [],
    proof: 'pending',
    revision: 0,
  };
  let playhead = 0;
  let isDisposed = false;
  /** The picture has to be drawn again for another reason than time. */
  let isStale = true;
  /** Browser time of the newest frame, and of the one in which the revision was last told. */
  let frameAt = 0;
  let toldAt = 0;
  /** The advance under way, and those that wait for it: there is one at a time. */
  const advances: { readonly request: AdvanceRequest; resolve(): void }[] = [];
  /** Ends when everything that was done has its place in the journal. */
  let acts: Promise<unknown> = Promise.resolve();
  let actsUnderWay = 0;
  const idle: (() => void)[] = [];

  const busWorker = startWorker('bus');
  const control = new MessageChannel();
  const rows = new MessageChannel();
  const bus: Remote<BusControl> = wrap<BusControl>(control.port1);
  busWorker.onerror = (event) => fail(event.message || 'the bus worker could not be loaded');
  busWorker.postMessage({ control: control.port2, rows: rows.port2 } satisfies Greeting, [control.port2, rows.port2]);
  rows.port1.onmessage = (event: MessageEvent<Batch | BusFailure>) => {
    try {
      if ('failure' in event.data) fail(event.data.failure);
      else takeBatch(event.data);
    } catch (error) {
      // A picture that cannot be made is a bug of ours: it is shown, and nobody waits for the next one for ever.
      fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    advances.shift()?.resolve();
    sendNext();
    settleIdle();
  };

  const targets = createTargets({
    names,
    firstCall: opening.nextCall,
    live: () => recording.live,
    act: (action) => perform(action),
    memberAdded({ peerUrls }) {
      // Its machine is switched on at once, where it has a place here.
      const place = 1 + addresses.findIndex((address) => address.peerUrls.some((url) => peerUrls.includes(url)));
      if (place > 0) perform({ type: 'restart', member: place });
    },
  });
  const journal: JournalEntry[] = [];
  let traceHash = '';
  const past = openHistorian();
  void open();

  function update(changes: Partial<RunState>): void {
    const keys = Object.keys(changes) as (keyof RunState)[];
    if (keys.every((key) => state[key] === changes[key])) return;
    state = { ...state, ...changes };
    for (const listener of listeners) listener();
  }

  /**
   * Says what changed, and that the picture did. Under load a frame has dozens of discrete changes; nobody reads faster than this, and
   * a first change after a quiet moment is told at once.
   */
  function tell(changes: Partial<RunState> = {}): void {
    const revision = projectorRevision(projector);
    const mayWait = state.playing && frameAt - toldAt < (clock.factor < FAST ? TELL_EVERY : TELL_EVERY_FAST);
    if (!mayWait && revision !== state.revision) toldAt = frameAt;
    update(mayWait ? changes : { ...changes, revision });
  }

  function fail(failure: string): void {
    update({ phase: 'failed', failure, playing: false });
  }

  async function open(): Promise<void> {
    recording.begun = await bus.start(scenario, opening.journal, opening.pacing);
    await advance(opening.openAt, undefined);
    if (state.phase === 'starting') update({ phase: 'ready' });
  }

  function advance(until: number, stop: StopAt | undefined): Promise<void> {
    return new Promise((resolve) => {
      advances.push({ request: { until, stop }, resolve });
      if (advances.length === 1) sendNext();
    });
  }

  function sendNext(): void {
    const next = advances[0];
    if (next !== undefined) rows.port1.postMessage(next.request);
  }

  function takeBatch(batch: Batch): void {
    record(recording, batch, batch.now);
    chronicle(history, recording);
    if (state.atLive) movePlayhead(batch.now);
    journal.push(...batch.actions);
    traceHash = batch.hash;
    past.note(batch);
    const happened = new Set<Action>();
    for (const { action } of batch.actions) {
      const waiting = state.waiting.find((other) => !happened.has(other) && isSameAction(other, action));
      if (waiting !== undefined) happened.add(waiting);
    }
    tell({
      ...(happened.size > 0 ? { waiting: state.waiting.filter((action) => !happened.has(action)) } : {}),
      ...(batch.thrown.length > 0 ? { thrown: [...state.thrown, ...batch.thrown] } : {}),
    });
    targets.take(batch.news, batch.now);
  }

  function movePlayhead(time: number): void {
    playhead = time;
    project(projector, time);
    isStale = true;
  }

  function show(time: number): void {
    movePlayhead(Math.max(0, Math.min(recording.live, time)));
    tell({ atLive: playhead >= recording.live });
  }

  /** False while the playhead is in the past: nobody acts there. */
  function perform(action: Action): boolean {
    if (!state.atLive || state.phase === 'failed' || isDisposed) return false;
    brake(clock);
    if (!state.playing) update({ waiting: [...state.waiting, action] });
    actsUnderWay++;
    acts = bus.act(action).then(
      () => {
        actsUnderWay--;
        settleIdle();
      },
      (error: unknown) => fail(String(error)),
    );
    return true;
  }

  function settleIdle(): void {
    if (advances.length > 0 || actsUnderWay > 0 || state.phase === 'starting') return;
    for (const resolve of idle.splice(0)) resolve();
  }

  function openHistorian() {
    const worker = startWorker('historian');
    const channel = new MessageChannel();
    const historian: Remote<HistorianControl> = wrap<HistorianControl>(channel.port1);
    worker.postMessage({ control: channel.port2 } satisfies Greeting, [channel.port2]);
    const started = historian.start(scenario);
    let entries: JournalEntry[] = [];
    let newest: { readonly now: number; readonly hash: string } | undefined;
    let followed = 0;
    let busy: Promise<void> | undefined;
    let lastVisit = 0;

    /** Repeats what has happened since, and compares the two digests. */
    async function follow(): Promise<void> {
      const goal = newest;
      if (goal === undefined || goal.now <= followed) return;
      const given = entries;
      entries = [];
      await started;
      const hash = await historian.follow(given, goal.now);
      followed = goal.now;
      if (!isDisposed) update({ proof: hash === goal.hash ? 'same' : 'differs' });
    }

    function visit(): Promise<void> {
      busy = (busy ?? Promise.resolve()).then(follow).catch((error: unknown) => fail(`historian: ${String(error)}`));
      return busy;
    }

    return {
      note(batch: Batch) {
        entries.push(...batch.actions);
        newest = { now: batch.now, hash: batch.hash };
      },
      visitNow: visit,
      visitSometimes(nowMs: number) {
        if (nowMs - lastVisit < FOLLOW_EVERY) return;
        lastVisit = nowMs;
        void visit();
      },
      async memberAt(member: number, time: number): Promise<PastMember> {
        await visit();
        return historian.memberAt(member, Math.min(time, followed));
      },
      async storeAt(member: number, time: number, prefix: string): Promise<PastStore> {
        await visit();
        return historian.storeAt(member, Math.min(time, followed), prefix);
      },
      async watchesAt(time: number): Promise<PastWatches> {
        await visit();
        return historian.watchesAt(Math.min(time, followed));
      },
      async leasesAt(time: number): Promise<PastLeases> {
        await visit();
        return historian.leasesAt(Math.min(time, followed));
      },
      async namesAt(member: number, time: number, prefix: string): Promise<PastNames> {
        await visit();
        return historian.namesAt(member, Math.min(time, followed), prefix);
      },
      async linesAt(member: number, time: number, filter: LineFilter): Promise<PastLines> {
        await visit();
        return historian.linesAt(member, Math.min(time, followed), filter);
      },
      async digestsAt(time: number): Promise<readonly string[]> {
        await visit();
        return historian.digestsAt(Math.min(time, followed));
      },
      end() {
        historian[releaseProxy]();
        worker.terminate();
      },
    };
  }

  function animate(nowMs: number): boolean {
    frameAt = nowMs;
    tell();
    if (state.playing && state.phase === 'ready') {
      const budget = frameBudget(clock, nowMs, projector.frame);
      update({ factor: shownFactor(clock) });
      if (!state.atLive) {
        if (budget > 0) show(clampToDeadline(clock, playhead, playhead + budget, projector.frame));
      } else if (advances.length === 0 && actsUnderWay === 0 && budget > 0) {
        const goal = targets.clampToTimers(clampToDeadline(clock, recording.live, recording.live + budget, projector.frame));
        void advance(goal, undefined);
      }
      past.visitSometimes(nowMs);
    }
    const moved = isStale;
    isStale = false;
    return moved;
  }

  function stepThroughPast(unit: StopAt): void {
    for (let at = rowsUpTo(recording, playhead); at < recording.count; at++) {
      const row = recordedRow(recording, at);
      if (unit === 'decision' && !isDecision(row)) continue;
      show(row.time);
      return;
    }
    show(recording.live);
  }

  return {
    scenario,
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    playhead: () => playhead,
    live: () => recording.live,
    frame: () => projector.frame,
    timeline: () => history.timeline,
    animate,
    play() {
      restClock(clock);
      update({ playing: true });
    },
    pause() {
      restClock(clock);
      update({ playing: false, revision: projectorRevision(projector) });
    },
    step(unit) {
      restClock(clock);
      update({ playing: false });
      if (!state.atLive) stepThroughPast(unit);
      else if (state.phase === 'ready') void acts.then(() => advance(recording.live + STEP_REACH, unit));
    },
    stepBack() {
      restClock(clock);
      update({ playing: false });
      // Strictly before the playhead: the decision that is shown now is not the one before.
      for (let at = rowsUpTo(recording, playhead - 1) - 1; at >= 0; at--) {
        const row = recordedRow(recording, at);
        if (isDecision(row) && row.time < playhead - (state.atLive ? 1 : 0)) return show(row.time);
      }
      show(0);
    },
    seek(time) {
      restClock(clock);
      update({ playing: false });
      show(time);
    },
    backToLive() {
      show(recording.live);
    },
    setPace(pace) {
      clock.pace = pace;
      if (pace !== 'auto') clock.factor = pace;
      update({ pace, factor: shownFactor(clock) });
    },
    act: perform,
    target: targets.of,
    whenIdle() {
      return new Promise((resolve) => {
        idle.push(resolve);
        settleIdle();
      });
    },
    async advanceTo(time) {
      restClock(clock);
      update({ playing: false });
      while (recording.live < time && state.phase !== 'failed') {
        await acts;
        await advance(targets.clampToTimers(Math.min(time, recording.live + SCRIPT_STRIDE)), undefined);
      }
    },
    digests: () => bus.digests(),
    memberAt: (member, time) => past.memberAt(member, time),
    storeAt: (member, time, prefix) => past.storeAt(member, time, prefix),
    watchesAt: (time) => past.watchesAt(time),
    leasesAt: (time) => past.leasesAt(time),
    namesAt: (member, time, prefix) => past.namesAt(member, time, prefix),
    linesAt: (member, time, filter) => past.linesAt(member, time, filter),
    digestsAt: (time) => past.digestsAt(time),
    journal: () => journal,
    traceHash: () => traceHash,
    prove: () => past.visitNow(),
    dispose() {
      isDisposed = true;
      update({ playing: false });
      bus[releaseProxy]();
      past.end();
      busWorker.terminate(); // and with it the members' workers, which it started
    },
  };
}

/** A step looks no further ahead than this, virtual µs: there is a tick every tenth of a second. */
const STEP_REACH = 10_000_000;

/** What waits and what happened were cloned on the way: they are compared by what they say. */
function isSameAction(a: Action, b: Action): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
