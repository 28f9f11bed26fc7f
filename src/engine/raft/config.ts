import { ZERO_ID } from '../../base/index.ts';
import type { LogLevel } from './logLines.ts';
import { APPEND_THREAD, APPLY_THREAD, type LogIndex, type MemberId, type ReadOnlyOption } from './types.ts';

/** Options of one member (etcd: raft.Config). Immutable; shared by copies. {@link raftConfig} fills in etcd's defaults. */
export interface RaftConfig {
  readonly id: MemberId;
  /** Ticks without a leader before an election; the randomized timeout lies in [electionTicks, 2 · electionTicks). */
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  /** Last index that the application has applied, on a restart; nothing at or below is handed out again. */
  readonly applied: LogIndex;
  readonly asyncStorageWrites: boolean;
  /** Encoded bytes of entries in one MsgApp; 0 = at most one entry, Infinity = no limit. */
  readonly maxSizePerMsg: number;
  /** Encoded bytes handed out for applying and not yet acknowledged; 0 = as `maxSizePerMsg`. */
  readonly maxCommittedSizePerReady: number;
  /** Payload bytes of a leader's uncommitted tail; 0 = no limit. */
  readonly maxUncommittedEntriesSize: number;
  /** Appends under way to one follower, in messages. */
  readonly maxInflightMsgs: number;
  /** Payload bytes under way to one follower (soft); 0 = no limit. */
  readonly maxInflightBytes: number;
  /** A leader that hears from no quorum steps down; votes are refused while a leader is heard. Thesis §6.2, §4.2.3. */
  readonly checkQuorum: boolean;
  /** Ask before disturbing. Thesis §9.6. */
  readonly preVote: boolean;
  readonly readOnlyOption: ReadOnlyOption;
  readonly disableProposalForwarding: boolean;
  readonly disableConfChangeValidation: boolean;
  readonly stepDownOnRemoval: boolean;
  /** Lines below it are not even made. */
  readonly logLevel: LogLevel;
  /** Successive randomized election timeouts in ticks, then from the first again; undefined or empty: drawn from the seed. */
  readonly electionTimeouts: readonly number[] | undefined;
  /** Seed of the member's own stream of election timeouts. */
  readonly seed: number;
}

/** A full config from what is particular about it. `id`, ticks and `maxInflightMsgs` have no default, as in etcd-io/raft. */
export function raftConfig(
  options: Partial<RaftConfig> & Pick<RaftConfig, 'id' | 'electionTicks' | 'heartbeatTicks' | 'maxInflightMsgs'>,
): RaftConfig {
  return {
    id: options.id,
    electionTicks: options.electionTicks,
    heartbeatTicks: options.heartbeatTicks,
    applied: options.applied ?? 0,
    asyncStorageWrites: options.asyncStorageWrites ?? false,
    maxSizePerMsg: options.maxSizePerMsg ?? 0,
    maxCommittedSizePerReady: options.maxCommittedSizePerReady ?? 0,
    maxUncommittedEntriesSize: options.maxUncommittedEntriesSize ?? 0,
    maxInflightMsgs: options.maxInflightMsgs,
    maxInflightBytes: options.maxInflightBytes ?? 0,
    checkQuorum: options.checkQuorum ?? false,
    preVote: options.preVote ?? false,
    readOnlyOption: options.readOnlyOption ?? 'safe',
    disableProposalForwarding: options.disableProposalForwarding ?? false,
    disableConfChangeValidation: options.disableConfChangeValidation ?? false,
    stepDownOnRemoval: options.stepDownOnRemoval ?? false,
    logLevel: options.logLevel ?? 'INFO',
    electionTimeouts: options.electionTimeouts,
    seed: options.seed ?? 0,
  };
}

/**
 * What is wrong with a config, in etcd's words and in etcd's order; undefined if nothing is. etcd-io/raft:raft.go (validate).
 *
 * @param hasStorage false: there is no storage to start from
 */
export function configError(config: RaftConfig, hasStorage: boolean): string | undefined {
  if (config.id === ZERO_ID) return 'cannot use none as id';
  if (config.id === APPEND_THREAD || config.id === APPLY_THREAD) return 'cannot use local target as id';
  if (config.heartbeatTicks <= 0) return 'heartbeat tick must be greater than 0';
  if (config.electionTicks <= config.heartbeatTicks) return 'election tick must be greater than heartbeat tick';
  if (!hasStorage) return 'storage cannot be nil';
  if (config.maxInflightMsgs <= 0) return 'max inflight messages must be greater than 0';
  if (config.maxInflightBytes !== 0 && config.maxInflightBytes < config.maxSizePerMsg) {
    return 'max inflight bytes must be >= max message size';
  }
  if (config.readOnlyOption === 'leaseBased' && !config.checkQuorum) {
    return 'CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased';
  }
  return undefined;
}

/** The config with its zeros resolved to what they stand for. */
export function resolveConfig(config: RaftConfig): RaftConfig {
  return {
    ...config,
    maxUncommittedEntriesSize: config.maxUncommittedEntriesSize === 0 ? Number.POSITIVE_INFINITY : config.maxUncommittedEntriesSize,
    maxCommittedSizePerReady: config.maxCommittedSizePerReady === 0 ? config.maxSizePerMsg : config.maxCommittedSizePerReady,
    maxInflightBytes: config.maxInflightBytes === 0 ? Number.POSITIVE_INFINITY : config.maxInflightBytes,
  };
}
