/** A run as the page holds it: the clock, the trace that came in, and the hands on the cluster. What UI code sees of the simulation. */
import type { ConsoleTarget } from '../console/index.ts';
import type { Action, JournalEntry, Scenario } from '../sim/index.ts';
import type { Frame, LineFilter, PastLeases, PastLines, PastStore, PastWatches, Timeline } from '../view/index.ts';
import type { PastMember, PastNames } from './protocol.ts';

/** 'auto' chooses by what goes on; a number fixes virtual seconds per real second (1/1000 … 10). */
export type Pace = 'auto' | number;

/** What changes in steps: React may render from it. */
export interface RunState {
  readonly phase: 'starting' | 'ready' | 'failed';
  /** Why it failed: a worker's message. '' otherwise. */
  readonly failure: string;
  readonly playing: boolean;
  /** The playhead stands at the newest instant. Actions are only possible then. */
  readonly atLive: boolean;
  readonly pace: Pace;
  /** Virtual seconds per real second right now. */
  readonly factor: number;
  /** Actions that were accepted while paused and run on play or step. */
  readonly waiting: readonly Action[];
  /** Members that threw: their message and stack. */
  readonly thrown: readonly { readonly member: number; readonly message: string; readonly stack: string }[];
  /** Whether the historian, who repeats the run from seed and journal, came to the same trace. */
  readonly proof: 'pending' | 'same' | 'differs';
  /** Counts discrete changes of the frame at the playhead (role, term, commit, links, calls, …): a cheap dependency. */
  readonly revision: number;
}

export interface Run {
  readonly scenario: Scenario;
  /** Current state; the same object until something in it changes. */
  state(): RunState;
  /** Called after every change of {@link RunState}. Returns the way to stop it. */
  subscribe(listener: () => void): () => void;
  /** Virtual time shown, µs. Changes every frame while playing. */
  playhead(): number;
  /** Newest virtual time there is, µs. */
  live(): number;
  /** The picture at the playhead. Parts that did not change are the same objects. */
  frame(): Frame;
  /** The whole run up to live; the same object until it grows. */
  timeline(): Timeline;

  /** One animation frame: moves the clock and asks for the next rows. True when anything on screen may have changed. */
  animate(nowMs: number): boolean;

  play(): void;
  pause(): void;
  /** Forward to the next decision, or with 'row' to the next thing that happens at all. In the past: through what is known. */
  step(unit: 'decision' | 'row'): void;
  /** Back to the decision before. */
  stepBack(): void;
  /** Shows any moment between 0 and live; pauses. */
  seek(time: number): void;
  backToLive(): void;
  setPace(pace: Pace): void;

  /** Does something to the cluster, now. False while the playhead is in the past (nothing happens then). */
  act(action: Action): boolean;
  /** Console sessions ask the cluster through this. One for each session. */
  target(client: number): ConsoleTarget;
  /** Resolves when what was asked so far has been answered and nothing is outstanding: for tests. */
  whenIdle(): Promise<void>;
  /** Paused: runs up to `time` and stops there: for tests and scripted scenes. */
  advanceTo(time: number): Promise<void>;
  /** Each running member's digest of its whole state at live, by ordinal - 1 ('' for a stopped one). */
  digests(): Promise<readonly string[]>;
  /** What a member was just before `time`, a dead one too: asked of the historian. */
  memberAt(member: number, time: number): Promise<PastMember>;
  /** A member's store with what can still be read of its past, just before `time`: keys that begin with `prefix`. */
  storeAt(member: number, time: number, prefix: string): Promise<PastStore>;
  /** The watches that all members hold just before `time`, and those that had ended. */
  watchesAt(time: number): Promise<PastWatches>;
  /** The leases just before `time`, by the clock of the member that leads. */
  leasesAt(time: number): Promise<PastLeases>;
  /** What has a name at a member just before `time`; keys that begin with `prefix`. */
  namesAt(member: number, time: number, prefix: string): Promise<PastNames>;
  /** The newest lines of a member's own log just before `time`: of the process that ran then. */
  linesAt(member: number, time: number, filter: LineFilter): Promise<PastLines>;
  /** Each running member's digest just before `time`, as the historian has it. */
  digestsAt(time: number): Promise<readonly string[]>;
  /** Everything that people did up to live, in order: with the scenario it repeats the run anywhere. */
  journal(): readonly JournalEntry[];
  /** Digest of the whole trace up to live: equal for every driver of the same scenario and journal. */
  traceHash(): string;
  /** Lets the historian repeat everything up to live, and compare; the outcome is in {@link RunState.proof}. */
  prove(): Promise<void>;
  /** Ends all workers. */
  dispose(): void;
}
