/**
 * Log lines leave the engine as (level, template, arguments) and are put into words here, and only when somebody asks.
 * Two dialects: etcd-io/raft v3.7, in which the recorded conformance files speak, and v3.6, which is in etcd 3.6's members.
 */
import { formatDecimal, formatHex, quoteGo } from '../../base/index.ts';
import type { ConfChange, ConfState, MemberId, TrackerConfig } from './types.ts';

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL' | 'NONE';

/** Ascending: a level shows itself and what comes after it. */
export const LOG_LEVELS: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'NONE'];

export type RaftDialect = 'v3.7' | 'v3.6';

/** Kept as data until the line is read; what may change in the engine afterwards is passed as text. */
export type LogArgument = string | number | TrackerConfig | ConfChange | ConfState | readonly MemberId[];

export interface LogLine {
  readonly level: LogLevel;
  readonly template: LogTemplate;
  readonly args: readonly LogArgument[];
}

/**
 * etcd's log lines (etcd-io/raft:raft.go, log.go, log_unstable.go). `%x` a member id in hex, `%d` a number, `%s` text,
 * `%l` member ids separated by commas, `%c` a configuration, `%v` a conf change, `%f` a ConfState.
 */
export const TEMPLATES = {
  // Start
  newRaft: 'newRaft %x [peers: [%l], term: %d, commit: %d, applied: %d, lastindex: %d, lastterm: %d]',
  // Roles and elections
  becameFollower: '%x became follower at term %d',
  becameCandidate: '%x became candidate at term %d',
  becamePreCandidate: '%x became pre-candidate at term %d',
  becameLeader: '%x became leader at term %d',
  startingElection: '%x is starting a new election at term %d',
  sentVoteRequest: '%x [logterm: %d, index: %d] sent %s request to %x at term %d',
  receivedVote: '%x received %s from %x at term %d',
  receivedVoteRejection: '%x received %s rejection from %x at term %d',
  hasReceivedVotes: '%x has received %d %s votes and %d vote rejections',
  leaseNotExpired:
    '%x [logterm: %d, index: %d, vote: %x] ignored %s from %x [logterm: %d, index: %d] at term %d: lease is not expired (remaining ticks: %d)',
  castVote: '%x [logterm: %d, index: %d, vote: %x] cast %s for %x [logterm: %d, index: %d] at term %d',
  rejectedVote: '%x [logterm: %d, index: %d, vote: %x] rejected %s from %x [logterm: %d, index: %d] at term %d',
  higherTerm: '%x [term: %d] received a %s message with higher term from %x [term: %d]',
  lowerTerm: '%x [term: %d] ignored a %s message with lower term from %x [term: %d]',
  lowerTermStorageAppend: '%x [term: %d] ignored entry appends from a MsgStorageAppendResp message with lower term [term: %d]',
  alreadyLeader: '%x ignoring MsgHup because already leader',
  unpromotable: '%x is unpromotable and can not campaign',
  unpromotableCampaign: '%x is unpromotable; campaign() should have been called',
  pendingChangesBlockCampaign: '%x cannot campaign at term %d since there are still pending configuration changes to apply',
  quorumNotActive: '%x stepped down to follower since quorum is not active',
  electionTickError: 'error occurred during election: %s',
  heartbeatTickError: 'error occurred during checking sending heartbeat: %s',
  // Configuration
  ignoringConfChange: '%x ignoring conf change %v at config %c: %s',
  switchedConfiguration: '%x switched to configuration %c',
  leavingJoint: 'initiating automatic transition out of joint configuration %c',
  notLeavingJoint: 'not initiating automatic transition out of joint configuration %c: %s',
  // Leadership transfer
  transferStarts: '%x [term %d] starts to transfer leadership to %x',
  timeoutNowImmediately: '%x sends MsgTimeoutNow to %x immediately as %x already has up-to-date log',
  timeoutNowAfterAck: '%x sent MsgTimeoutNow to %x after received MsgAppResp',
  transferRepeated: '%x [term %d] transfer leadership to %x is in progress, ignores request to same node %x',
  transferReplaced: '%x [term %d] abort previous transferring leadership to %x',
  transferToLearner: '%x is learner. Ignored transferring leadership',
  transferToSelf: '%x is already leader. Ignored transferring leadership to self',
  transferBlocksProposal: '%x [term %d] transfer leadership to %x is in progress; dropping proposal',
  receivedTimeoutNow: '%x [term %d] received MsgTimeoutNow from %x and starts an election to get leadership.',
  ignoredTimeoutNow: '%x [term %d state %s] ignored MsgTimeoutNow from %x',
  // Nobody to forward to
  noLeaderForProposal: '%x no leader at term %d; dropping proposal',
  notForwarding: '%x not forwarding to leader %x at term %d; dropping proposal',
  noLeaderForTransfer: '%x no leader at term %d; dropping leader transfer msg',
  noLeaderForRead: '%x no leader at term %d; dropping index reading msg',
  forgettingLeader: '%x forgetting leader %x at term %d',
  notForgettingLeader: 'ignoring MsgForgetLeader due to ReadOnlyLeaseBased',
  // Reads
  invalidReadIndexResponse: '%x invalid format of MsgReadIndexResp from %x, entries count: %d',
  readReleasedTooEarly: 'pending MsgReadIndex should be released only after first commit in current term',
  // Replication
  noProgress: '%x no progress available for %x',
  appendRefused: '%x received MsgAppResp(rejected, hint: (index %d, term %d)) from %x for index %d',
  decreasedProgress: '%x decreased progress of %x to [%s]',
  rejectedAppend: '%x [logterm: %d, index: %d] rejected MsgApp [logterm: %d, index: %d] from %x',
  unreachable: '%x failed to send message to %x because it is unreachable [%s]',
  quotaExceeded: '%x appending new entries to log would exceed uncommitted entry size limit; dropping proposal',
  // Snapshots
  snapshotRecovered: '%x recovered from needing snapshot, resumed sending replication messages to %x [%s]',
  snapshotSucceeded: '%x snapshot succeeded, resumed sending replication messages to %x [%s]',
  snapshotFailed: '%x snapshot failed, resumed sending replication messages to %x [%s]',
  snapshotToInactive: 'ignore sending snapshot to %x since it is not recently active',
  snapshotUnavailable: '%x failed to send snapshot to %x because snapshot is temporarily unavailable',
  sentSnapshot: '%x [firstindex: %d, commit: %d] sent snapshot[index: %d, term: %d] to %x [%s]',
  pausedReplication: '%x paused sending replication messages to %x [%s]',
  snapshotRestored: '%x [commit: %d] restored snapshot [index: %d, term: %d]',
  snapshotIgnored: '%x [commit: %d] ignored snapshot [index: %d, term: %d]',
  logRestored: '%x [commit: %d, lastindex: %d, lastterm: %d] restored snapshot [index: %d, term: %d]',
  fastForwarded: '%x [commit: %d, lastindex: %d, lastterm: %d] fast-forwarded commit to snapshot [index: %d, term: %d]',
  restoreAsLeader: '%x attempted to restore snapshot as leader; should never happen',
  restoreOutsideConf: '%x attempted to restore snapshot but it is not in the ConfState %f; should never happen',
  // Log
  startsToRestore:
    'log [committed=%d, applied=%d, applying=%d, unstable.offset=%d, unstable.offsetInProgress=%d, len(unstable.Entries)=%d] starts to restore snapshot [index: %d, term: %d]',
  foundConflict: 'found conflict at index %d [existing term: %d, conflicting term: %d]',
  replaceUnstable: 'replace the unstable entries from index %d',
  truncateUnstable: 'truncate the unstable entries before index %d',
  missingUnstable: 'entry at index %d missing from unstable log; ignoring',
  matchedUnstableSnapshot: 'entry at index %d matched unstable snapshot; ignoring',
  mismatchedUnstable: 'entry at (index,term)=(%d,%d) mismatched with entry at (%d,%d) in unstable log; ignoring',
  /** Whatever stopped the member, in etcd's words. */
  fatal: '%s',
} as const;

export type LogTemplate = keyof typeof TEMPLATES;

/** A line in etcd's words, without its level. */
export function formatLogLine(line: LogLine, dialect: RaftDialect): string {
  let next = 0;
  return TEMPLATES[line.template].replace(/%[xdslcvf]/g, (verb) => formatArgument(verb, line.args[next++], dialect));
}

/** `voters=(1 2)&&(1 3) learners=(4) learners_next=(2) autoleave`; etcd-io/raft:tracker/tracker.go (Config.String). */
export function describeConfig(config: TrackerConfig, dialect: RaftDialect = 'v3.7'): string {
  const list = (ids: readonly MemberId[]) => `(${ids.map(dialect === 'v3.7' ? formatHex : formatDecimal).join(' ')})`;
  let text = `voters=${list(config.voters)}`;
  if (config.votersOutgoing.length > 0) text += `&&${list(config.votersOutgoing)}`;
  if (config.learners.length > 0) text += ` learners=${list(config.learners)}`;
  if (config.learnersNext.length > 0) text += ` learners_next=${list(config.learnersNext)}`;
  return config.autoLeave ? `${text} autoleave` : text;
}

// The arguments of a template are put there by the engine beside it, so that each verb meets its own kind of argument.
function formatArgument(verb: string, argument: LogArgument | undefined, dialect: RaftDialect): string {
  switch (verb) {
    case '%x':
      return formatHex(argument as MemberId);
    case '%l':
      return (argument as readonly MemberId[]).map(formatHex).join(',');
    case '%c':
      return describeConfig(argument as TrackerConfig, dialect);
    case '%v':
      return dialect === 'v3.7' ? changeV37(argument as ConfChange) : changeV36(argument as ConfChange);
    case '%f':
      return dialect === 'v3.7' ? confStateV37(argument as ConfState) : confStateV36(argument as ConfState);
    default:
      return String(argument);
  }
}

function changeV37(change: ConfChange): string {
  const changes = change.version === 1 ? [change] : change.changes;
  const transition = change.version === 1 ? 'ConfChangeTransitionAuto' : change.transition;
  let text = `transition:${transition}`;
  for (const one of changes) text += ` changes:{type:${one.type} node_id:${formatDecimal(one.nodeId)}}`;
  return change.context ? `${text} context:${quoteGo(change.context)}` : text;
}

/** Go's own print of the record, fields in declared order, bytes as decimal numbers. */
function changeV36(change: ConfChange): string {
  const context = Array.from(change.context ?? '', (byte) => byte.charCodeAt(0)).join(' ');
  if (change.version === 1) {
    return `{${change.type} ${formatDecimal(change.nodeId)} [${context}] ${change.id === undefined ? 0 : formatDecimal(change.id)}}`;
  }
  const changes = change.changes.map((one) => `{${one.type} ${formatDecimal(one.nodeId)}}`).join(' ');
  return `{${change.transition} [${changes}] [${context}]}`;
}

/** Protobuf's own text. */
function confStateV37(confState: ConfState): string {
  const parts = [
    ...confState.voters.map((id) => `voters:${formatDecimal(id)}`),
    ...confState.learners.map((id) => `learners:${formatDecimal(id)}`),
    ...confState.votersOutgoing.map((id) => `voters_outgoing:${formatDecimal(id)}`),
    ...confState.learnersNext.map((id) => `learners_next:${formatDecimal(id)}`),
    `auto_leave:${confState.autoLeave}`,
  ];
  return parts.join(' ');
}

/** As {@link changeV36}. */
function confStateV36({ voters, learners, votersOutgoing, learnersNext, autoLeave }: ConfState): string {
  const lists = [voters, learners, votersOutgoing, learnersNext].map((ids) => `[${ids.map(formatDecimal).join(' ')}]`);
  return `{${lists.join(' ')} ${autoLeave}}`;
}
