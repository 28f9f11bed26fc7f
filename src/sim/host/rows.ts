/** Facts of a member for the rows of the trace: told when they have changed. */
import { assert, ZERO_ID } from '../../base/index.ts';
import { currentRevision } from '../../engine/kv/index.ts';
import {
  type MemberId,
  progressViews,
  type Raft,
  raftFirstIndex,
  raftLastIndex,
  raftTermAt,
  storageLastIndex,
  takeTruncation,
} from '../../engine/raft/index.ts';
import { type SimTime, TICK } from '../scenario.ts';
import { FEED_CODE, makeRow, ROLE_CODE, ROW_KIND, type Row } from '../trace.ts';
import { noteEntries } from './notes.ts';
import type { Effects, Host } from './state.ts';

export function tell(host: Host, effects: Effects, row: Row): void {
  effects.rows.push({ sequence: host.sequence++, row });
}

/** The log that a process read back from its disk, as one row per stretch of equal terms. */
export function tellRestoredLog(host: Host, effects: Effects, time: SimTime): void {
  const { raft } = host.member;
  const a = host.config.ordinal;
  const last = storageLastIndex(raft.storage);
  const { compactedIndex, compactedTerm } = raft.storage;
  if (compactedIndex > 0) {
    tell(host, effects, makeRow(time, ROW_KIND.snapshot, { a, term: compactedTerm, index: compactedIndex }));
    host.told.snapshot = compactedIndex;
    host.told.compacted = compactedIndex;
  }
  tellStretches(raft, compactedIndex + 1, last, (index, count, term) => {
    tell(host, effects, makeRow(time, ROW_KIND.append, { a, term, index, p: count, q: 1 }));
  });
  host.told.last = last;
  host.told.commit = raft.storage.hardState.commit;
  host.told.durable = last;
  if (last > 0) tell(host, effects, makeRow(time, ROW_KIND.durable, { a, index: last }));
}

/** Compares what a member is with what has been told, and tells the difference. */
export function tellFacts(host: Host, effects: Effects, time: SimTime): void {
  const { member, told } = host;
  const { raft } = member;
  const a = host.config.ordinal;
  tellLog(host, effects, time);
  tellConfig(host, effects, time);
  if (raft.term !== told.term || raft.role !== told.role || raft.vote !== told.vote || raft.lead !== told.lead) {
    told.term = raft.term;
    told.role = raft.role;
    told.vote = raft.vote;
    told.lead = raft.lead;
    const q = ordinalOf(host, raft.vote);
    tell(
      host,
      effects,
      makeRow(time, ROW_KIND.role, { a, term: raft.term, p: ROLE_CODE[raft.role], q, r: ordinalOf(host, raft.lead) }),
    );
  }
  tellVotes(host, effects, time);
  if (raft.log.committed !== told.commit) {
    told.commit = raft.log.committed;
    tell(host, effects, makeRow(time, ROW_KIND.commit, { a, index: told.commit }));
  }
  tellApplied(host, effects, time);
  tellTimer(host, effects, time);
  tellProgress(host, effects, time);
}

/** One row for each run of entries that all moved the revision by one, so that every revision's entry can be told from the rows. */
function tellApplied(host: Host, effects: Effects, time: SimTime): void {
  const { member, told } = host;
  const a = host.config.ordinal;
  const steps = effects.steps.splice(0);
  for (let from = 0; from < steps.length; ) {
    const first = steps[from] as Effects['steps'][number]; // from < steps.length
    let to = from + 1;
    while (steps[to]?.index === first.index + to - from && steps[to]?.revision === first.revision + to - from) to++;
    told.applied = first.index + to - from - 1;
    const p = first.revision + to - from - 1;
    tell(host, effects, makeRow(time, ROW_KIND.apply, { a, index: told.applied, p, q: to - from }));
    from = to;
  }
  if (member.appliedIndex === told.applied) return;
  told.applied = member.appliedIndex;
  tell(host, effects, makeRow(time, ROW_KIND.apply, { a, index: told.applied, p: currentRevision(member.kv) }));
}

function tellLog(host: Host, effects: Effects, time: SimTime): void {
  const { told } = host;
  const { raft } = host.member;
  const a = host.config.ordinal;
  const truncated = takeTruncation(raft);
  if (truncated !== undefined && truncated <= told.last) {
    told.last = truncated - 1;
    told.durable = Math.min(told.durable, told.last);
    tell(host, effects, makeRow(time, ROW_KIND.truncate, { a, index: truncated }));
  }
  const pending = raft.log.unstable.snapshot;
  if (pending !== undefined && pending.index !== told.snapshot) {
    told.snapshot = pending.index;
    told.compacted = pending.index;
    told.last = pending.index;
    tell(host, effects, makeRow(time, ROW_KIND.snapshot, { a, term: pending.term, index: pending.index, p: 1 }));
  }
  const last = raftLastIndex(raft);
  if (last > told.last) {
    if (raft.role === 'StateLeader') noteEntries(raft, told.last + 1, last, effects.notes);
    tellStretches(raft, told.last + 1, last, (index, count, term) => {
      tell(host, effects, makeRow(time, ROW_KIND.append, { a, term, index, p: count }));
    });
    told.last = last;
  }
  // An old tail on the disk that is about to be overwritten does not count: what is not stable begins at the offset.
  const durable = pending === undefined ? Math.min(told.last, raft.log.unstable.offset - 1) : 0;
  if (durable !== told.durable) {
    told.durable = durable;
    tell(host, effects, makeRow(time, ROW_KIND.durable, { a, index: durable }));
  }
  const compacted = raftFirstIndex(raft) - 1;
  if (compacted <= told.compacted) return;
  told.compacted = compacted;
  tell(host, effects, makeRow(time, ROW_KIND.compact, { a, index: compacted }));
}

/** Who is in the cluster, as this member has applied it; members without a place are only counted. */
function tellConfig(host: Host, effects: Effects, time: SimTime): void {
  const { told } = host;
  const { config } = host.member.raft.tracker;
  if (config === told.config) return;
  told.config = config;
  const places = (ids: readonly MemberId[]) => ids.reduce((mask, id) => mask | (1 << ordinalOf(host, id)), 0) >> 1;
  const lost = (ids: readonly MemberId[]) => ids.filter((id) => ordinalOf(host, id) === 0).length;
  const { voters, votersOutgoing, learners, learnersNext } = config;
  const fields = { a: host.config.ordinal, b: lost(voters), term: lost(votersOutgoing), index: host.member.appliedIndex };
  const masks = { p: places(voters), q: places(votersOutgoing), r: places(learners), ref: places(learnersNext) };
  tell(host, effects, makeRow(time, ROW_KIND.config, { ...fields, ...masks }));
}

function tellVotes(host: Host, effects: Effects, time: SimTime): void {
  const { told, config } = host;
  const { raft } = host.member;
  const isCampaigning = raft.role === 'StateCandidate' || raft.role === 'StatePreCandidate';
  if (!isCampaigning) {
    if (told.votes.length > 0) told.votes = [];
    return;
  }
  const votes = new Array<number>(config.ids.length).fill(0);
  for (const [id, vote] of raft.tracker.votes) {
    const ordinal = ordinalOf(host, id);
    if (ordinal > 0) votes[ordinal - 1] = vote ? 1 : 2;
  }
  votes.forEach((p, i) => {
    if (p !== 0 && p !== told.votes[i]) tell(host, effects, makeRow(time, ROW_KIND.tally, { a: config.ordinal, b: i + 1, p }));
  });
  told.votes = votes;
}

/** The instant of the tick at which patience ends, if nothing is heard until then. Raft §5.2. */
function tellTimer(host: Host, effects: Effects, time: SimTime): void {
  const { told } = host;
  const { raft } = host.member;
  const left = Math.max(1, raft.randomizedElectionTimeout - raft.electionElapsed);
  const timerAt = raft.role === 'StateLeader' ? 0 : host.nextTick + (left - 1) * TICK;
  if (timerAt === told.timerAt) return;
  const isRestart = timerAt > 0 && raft.electionElapsed === 0;
  if (isRestart || told.timerFrom === 0) told.timerFrom = time;
  told.timerAt = timerAt;
  const p = timerAt === 0 ? 0 : timerAt - time;
  tell(
    host,
    effects,
    makeRow(time, ROW_KIND.timer, { a: host.config.ordinal, p, q: timerAt === 0 ? 0 : timerAt - told.timerFrom }),
  );
}

function tellProgress(host: Host, effects: Effects, time: SimTime): void {
  const { told, config } = host;
  const { raft } = host.member;
  if (raft.role !== 'StateLeader') {
    if (told.progress.length > 0) told.progress = [];
    return;
  }
  const progress: (readonly [number, number, number] | undefined)[] = [];
  for (const view of progressViews(raft)) {
    const b = ordinalOf(host, view.id);
    if (b === config.ordinal || b === 0) continue;
    const now = [view.matchIndex, view.nextIndex, FEED_CODE[view.state]] as const;
    progress[b - 1] = now;
    const before = told.progress[b - 1];
    if (before?.[0] === now[0] && before[1] === now[1] && before[2] === now[2]) continue;
    const fields = { a: config.ordinal, b, index: view.matchIndex, p: view.nextIndex, q: FEED_CODE[view.state] };
    tell(host, effects, makeRow(time, ROW_KIND.progress, fields));
  }
  told.progress = progress;
}

function tellStretches(raft: Raft, from: number, to: number, stretch: (index: number, count: number, term: number) => void): void {
  for (let index = from; index <= to; ) {
    const term = raftTermAt(raft, index);
    assert(term !== undefined, 'the log has a term for each of its entries', { index });
    let end = index + 1;
    while (end <= to && raftTermAt(raft, end) === term) end++;
    stretch(index, end - index, term);
    index = end;
  }
}

/** 0 = nobody. */
function ordinalOf(host: Host, id: MemberId): number {
  if (id === ZERO_ID) return 0;
  return host.added.get(id) ?? host.config.ids.indexOf(id) + 1;
}
