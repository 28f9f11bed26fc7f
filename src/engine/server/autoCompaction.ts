/**
 * Compactions that the leader asks for by itself, so that history does not grow for ever (`spec/etcd.md` 1.7;
 * etcd-io/etcd:server/etcdserver/api/v3compactor). Every member keeps the time, only the leader acts.
 */
import { goDuration } from '../../base/index.ts';
import { currentRevision } from '../kv/index.ts';
import { type Compactor, HOUR, lookInterval } from './compactorState.ts';
import { internalText } from './internalText.ts';
import { writeServerLine } from './lines.ts';
import { NOBODY } from './logged.ts';
import type { AutoCompaction } from './options.ts';
import type { OwnOutcome } from './pending.ts';
import type { LineField, LineLevel } from './serverLine.ts';
import type { Member } from './state.ts';
import { beginOwnWrite } from './writes.ts';

/** A tenth of a second has passed. */
export function tickCompactor(member: Member): void {
  const { compactor } = member;
  const config = member.config.options?.autoCompaction;
  if (compactor === undefined || config === undefined) return;
  if (compactor.lookAt === undefined || member.now < compactor.lookAt) return;
  const isPaused = member.knownLeader !== member.config.id;
  const revision = isPaused ? undefined : dueRevision(member, config, compactor);
  if (revision === undefined) {
    // Looks are an interval apart, however late the tick that has them done.
    member.compactor = {
      ...compactor,
      lookAt: compactor.lookAt + lookInterval(config),
      samples: sampled(member, config, compactor),
    };
    return;
  }
  member.compactor = { ...compactor, lookAt: undefined, isWarm: true };
  tell(member, 'info', `starting auto ${config.mode} compaction`, revision, config);
  beginOwnWrite(member, { type: 'compaction', revision, physical: false }, NOBODY);
}

/** A compaction of the member's own has gone through the log, or has not. */
export function onCompacted(member: Member, { request, startedAt, error }: OwnOutcome): void {
  const { compactor } = member;
  const config = member.config.options?.autoCompaction;
  if (compactor === undefined || config === undefined || request.type !== 'compaction') return;
  const { revision } = request;
  const isDone = error === undefined || error === 'compacted'; // somebody was faster
  const rest = { lookAt: member.now + lookInterval(config), samples: sampled(member, config, compactor) };
  if (isDone) {
    tell(member, 'info', `completed auto ${config.mode} compaction`, revision, config, [
      ['took', goDuration(member.now - startedAt)],
    ]);
    member.compactor = { ...compactor, ...rest, lastRevision: revision, lastSuccess: member.now };
  } else {
    tell(member, 'warn', `failed auto ${config.mode} compaction`, revision, config, [
      ['retry-interval', goDuration(lookInterval(config))],
      ['error', internalText(error)],
    ]);
    member.compactor = { ...compactor, ...rest };
  }
}

/** The revision to compact at now; undefined: none. */
function dueRevision(member: Member, config: AutoCompaction, compactor: Compactor): number | undefined {
  if (config.mode === 'revision') {
    const revision = currentRevision(member.kv) - config.retention;
    return revision <= 0 || revision === compactor.lastRevision ? undefined : revision;
  }
  const interval = compactor.isWarm ? Math.min(config.period, HOUR) : config.period;
  const [revision = 1] = compactor.samples;
  return member.now - compactor.lastSuccess < interval || revision === compactor.lastRevision ? undefined : revision;
}

/** The samples with that of now; those that are older than the period go. */
function sampled(member: Member, config: AutoCompaction, { samples }: Compactor): readonly number[] {
  if (config.mode === 'revision') return samples;
  const most = Math.floor(config.period / lookInterval(config)) + 1;
  return [...samples, currentRevision(member.kv)].slice(-most);
}

function tell(
  member: Member,
  level: LineLevel,
  message: string,
  revision: number,
  config: AutoCompaction,
  more: readonly LineField[] = [],
): void {
  const kept: LineField =
    config.mode === 'periodic'
      ? ['compact-period', goDuration(config.period)]
      : ['revision-compaction-retention', config.retention];
  writeServerLine(member, level, message, [['revision', revision], kept, ...more]);
}
