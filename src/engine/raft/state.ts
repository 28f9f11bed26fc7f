import { type Bytes, below, type Prng, ZERO_ID } from '../../base/index.ts';
import type { RaftConfig } from './config.ts';
import type { LineSink } from './lineSink.ts';
import type { RaftLog } from './log.ts';
import type { ReadTracker } from './readTracker.ts';
import type { RaftRules } from './rules.ts';
import type { MemoryStorage } from './storage.ts';
import type { Tracker } from './tracker.ts';
import type { HardState, LogIndex, MemberId, Message, RaftRole, ReadState, SoftState, Term } from './types.ts';

/**
 * One member's consensus state (etcd: raft and RawNode). Plain data but for `rules`, which copies share. Only the engine's
 * functions write it; everybody may read it.
 */
export interface Raft {
  readonly config: RaftConfig;
  readonly rules: RaftRules;
  /** The driver writes it; the engine only reads it (by way of `log`). */
  readonly storage: MemoryStorage;
  readonly id: MemberId;

  term: Term;
  /** Whom this member voted for in `term`; `ZERO_ID` = nobody yet. */
  vote: MemberId;
  role: RaftRole;
  lead: MemberId;
  isLearner: boolean;
  log: RaftLog;
  tracker: Tracker;

  /** In ticks; for a leader, since it last checked its quorum. */
  electionElapsed: number;
  /** In ticks; leaders only. */
  heartbeatElapsed: number;
  /** In ticks. */
  randomizedElectionTimeout: number;
  prng: Prng;
  /** How many timeouts have been drawn: the place in `config.electionTimeouts`. */
  timeoutDraws: number;

  /** Whom leadership is being handed to; `ZERO_ID` = nobody. Thesis §3.10. */
  leadTransferee: MemberId;
  /** No conf change may be proposed before this index is applied. */
  pendingConfIndex: LogIndex;
  /** Payload bytes of a leader's uncommitted tail. */
  uncommittedSize: number;
  reads: ReadTracker;
  /** Reads that came before this leader had committed an entry of its own term. */
  postponedReads: Message[];

  /** For the next Ready: what may leave at once, and what waits until everything before it is on disk. */
  messages: Message[];
  messagesAfterAppend: Message[];
  readStates: ReadState[];
  /** Steps that `advance` makes for the Ready that is out. */
  stepsOnAdvance: Message[];
  /** What the last Ready told. */
  acceptedSoftState: SoftState;
  acceptedHardState: HardState;

  lines: LineSink;
}

export function hardStateOf(raft: Raft): HardState {
  return { term: raft.term, vote: raft.vote, commit: raft.log.committed };
}

/** Nothing of it has ever been written. etcd-io/raft:node.go (IsEmptyHardState). */
export function isEmptyHardState(hardState: HardState): boolean {
  return hardState.term === 0 && hardState.vote === ZERO_ID && hardState.commit === 0;
}

export function softStateOf(raft: Raft): SoftState {
  return { lead: raft.lead, role: raft.role };
}

/** Uniform in [electionTicks, 2 · electionTicks), redrawn at every change of term or role so that rivals drift apart. Raft §5.2. */
export function drawElectionTimeout(raft: Raft): void {
  const { electionTicks, electionTimeouts } = raft.config;
  const pinned = electionTimeouts === undefined ? undefined : electionTimeouts[raft.timeoutDraws % electionTimeouts.length];
  raft.randomizedElectionTimeout = pinned ?? electionTicks + below(raft.prng, electionTicks);
  raft.timeoutDraws++;
}

/** May this member stand for election: a voter whose log is not about to be replaced. */
export function isPromotable(raft: Raft): boolean {
  const self = raft.tracker.progress.find((peer) => peer.id === raft.id);
  return self !== undefined && !self.isLearner && raft.log.unstable.snapshot === undefined;
}

/** The context that lets a vote request pass leases. etcd: campaignTransfer. */
export const TRANSFER_CONTEXT: Bytes = 'CampaignTransfer';

export function abortTransfer(raft: Raft): void {
  raft.leadTransferee = ZERO_ID;
}
