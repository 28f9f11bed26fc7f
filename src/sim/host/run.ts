/**
 * One member with what is its own affair: its ticks, its disk's delay, and the facts that its rows tell. It runs ahead up to
 * a horizon, merging what is delivered to it with its own events in the order (time, source, sequence).
 */
import { assert, below, chunkDrop, chunkPush, chunkSlice, cloneChunks, createChunks, createPrng } from '../../base/index.ts';
import {
  bootMember,
  cloneMember,
  type DiskRecord,
  handleInput,
  type MemberInfo,
  type MemberOutput,
  memberDigest,
  takeOutputs,
} from '../../engine/server/index.ts';
import { type SimTime, TICK } from '../scenario.ts';
import { makeRow, ROW_KIND } from '../trace.ts';
import { foundingEntries, noteChanges, noteOf } from './notes.ts';
import { tell, tellFacts, tellRestoredLog } from './rows.ts';
import { createEffects, type Delivery, type Effects, type Host, type HostConfig, type HostLine, type HostResult } from './state.ts';

/** So many lines of a member's log are kept. */
const MOST_LINES = 2_000;

/** Starts a member's process at `now` from what its disk holds. */
export function bootHost(
  config: HostConfig,
  records: readonly DiskRecord[],
  now: SimTime,
): { host: Host | undefined; result: HostResult } {
  const effects = createEffects();
  let host: Host | undefined;
  try {
    const phases = createPrng(config.member.seed, `phase ${config.ordinal} ${config.incarnation}`);
    const member = bootMember(config.member, records, now);
    const isJoining = config.member.isJoining && records.length === 0;
    const readBack = member.raft.storage.hardState.commit; // what a founder begins with is not read back
    host = {
      config,
      member,
      nextTick: now + 1 + below(phases, TICK),
      sync: undefined,
      nextSync: undefined,
      sequence: 0,
      added: new Map(),
      lines: createChunks<HostLine>(),
      told: {
        term: 0,
        role: 'StateFollower',
        vote: member.config.id,
        lead: member.config.id,
        commit: 0,
        applied: 0,
        last: 0,
        durable: 0,
        compacted: 0,
        snapshot: 0,
        config: undefined,
        timerAt: 0,
        timerFrom: 0,
        progress: [],
        votes: [],
      },
    };
    tell(host, effects, makeRow(now, ROW_KIND.boot, { a: config.ordinal, p: readBack, q: isJoining ? 1 : 0 }));
    tellRestoredLog(host, effects, now);
    take(host, effects, takeOutputs(member), now);
    tellFacts(host, effects, now);
    // What a founder's log begins with was appended by nobody.
    if (records.length === 0 && !isJoining) for (const entry of foundingEntries(member.raft)) effects.notes.push(noteOf(entry));
    return { host, result: resultOf(host, effects, 0, {}) };
  } catch (error) {
    return {
      host: undefined,
      result: resultOf(undefined, effects, 0, { thrown: describeThrown(error, now) }),
    };
  }
}

/**
 * Runs a member's own events and the deliveries that come before `until`.
 *
 * @param deliveries in order; all of them before `until`
 */
export function runHost(host: Host, until: SimTime, deliveries: readonly Delivery[]): HostResult {
  const effects = createEffects();
  const self = host.config.ordinal;
  let handled = 0;
  for (;;) {
    const delivery = deliveries[handled];
    if (delivery?.input.type === 'resume') {
      skipPause(host, delivery.time);
      handled++;
      continue;
    }
    const local = nextLocalOf(host);
    const isLocal = delivery === undefined || local < delivery.time || (local === delivery.time && self <= delivery.source);
    const time = isLocal ? local : delivery.time;
    if (time >= until) break;
    try {
      if (!isLocal) {
        handled++;
        take(host, effects, handleInput(host.member, delivery.input, time), time);
      } else if (host.sync !== undefined && host.sync.doneAt === time) {
        const position = endSync(host, time);
        effects.outputs.push({ time, sequence: host.sequence++, output: { type: 'safe', position } });
        take(host, effects, handleInput(host.member, { type: 'synced', position }, time), time);
      } else {
        host.nextTick += TICK;
        take(host, effects, handleInput(host.member, { type: 'tick' }, time), time);
      }
      tellFacts(host, effects, time);
      if (effects.hasExited) return resultOf(undefined, effects, handled, { exitedAt: time });
    } catch (error) {
      return resultOf(undefined, effects, handled, { thrown: describeThrown(error, time) });
    }
  }
  assert(handled === deliveries.length, 'every delivery comes before the horizon', { handled, given: deliveries.length });
  return resultOf(host, effects, handled, {});
}

/** The digest of everything this member is, its clockwork included. */
export function hostDigest(host: Host): string {
  return `${memberDigest(host.member)}.${host.nextTick}.${host.sync?.doneAt ?? 0}.${host.nextSync ?? 0}`;
}

/** A copy that goes on exactly as the original would. */
export function cloneHost(host: Host): Host {
  return { ...host, member: cloneMember(host.member), lines: cloneChunks(host.lines), told: { ...host.told } };
}

/** The lines that a member has written in [from, to), as far back as they are kept. */
export function hostLines(host: Host, from: SimTime, to: SimTime): HostLine[] {
  const { lines } = host;
  return chunkSlice(lines, lines.start, lines.end).filter(({ time }) => time >= from && time < to);
}

/** When this member's next own event is due. */
function nextLocalOf(host: Host): SimTime {
  return host.sync === undefined ? host.nextTick : Math.min(host.sync.doneAt, host.nextTick);
}

function skipPause(host: Host, now: SimTime): void {
  if (host.nextTick < now) host.nextTick += Math.ceil((now - host.nextTick) / TICK) * TICK;
  if (host.sync !== undefined && host.sync.doneAt < now) host.sync = { ...host.sync, doneAt: now };
}

/** @param host undefined: the process is gone */
function resultOf(
  host: Host | undefined,
  effects: Effects,
  handled: number,
  end: Partial<Pick<HostResult, 'thrown' | 'exitedAt'>>,
): HostResult {
  const nextLocal = host === undefined ? Number.POSITIVE_INFINITY : nextLocalOf(host);
  const { thrown, exitedAt } = end;
  return {
    outputs: effects.outputs,
    rows: effects.rows,
    notes: effects.notes,
    changes: effects.changes,
    nextLocal,
    handled,
    thrown,
    exitedAt,
  };
}

function take(host: Host, effects: Effects, outputs: readonly MemberOutput[], time: SimTime): void {
  for (const output of outputs) {
    if (output.type === 'log') {
      keepLine(host, { time, line: output.line }); // log lines are asked for, they do not travel
      continue;
    }
    if (output.type === 'exit') {
      effects.hasExited = true;
      continue;
    }
    if (output.type === 'members') learnMembers(host, output.members);
    if (output.type === 'applied') {
      effects.steps.push(output);
      noteChanges(output.index, output.changes, effects.changes);
      continue;
    }
    effects.outputs.push({ time, sequence: host.sequence++, output });
    if (output.type !== 'write') continue;
    const { position } = output;
    if (host.sync !== undefined) {
      if (output.sync) host.nextSync = position;
    } else if (output.sync) host.sync = { doneAt: time + host.config.diskSync, position };
    else effects.outputs.push({ time, sequence: host.sequence++, output: { type: 'safe', position } });
  }
}

/** The sync under way has ended, and the next begins if one is wanted. Returns up to where the disk is safe. */
function endSync(host: Host, time: SimTime): number {
  const { sync, nextSync } = host;
  assert(sync !== undefined, 'only a sync under way can end');
  host.nextSync = undefined;
  host.sync = nextSync === undefined ? undefined : { doneAt: time + host.config.diskSync, position: nextSync };
  // What was written since and need not be synced is as safe as if no sync had been under way.
  return nextSync === undefined ? host.member.diskPosition : sync.position;
}

function keepLine({ lines }: Host, line: HostLine): void {
  chunkPush(lines, line);
  if (lines.end - lines.start > MOST_LINES) chunkDrop(lines, lines.start + 1);
}

/** Who was added since: rows name it by its place. */
function learnMembers(host: Host, members: readonly MemberInfo[]): void {
  const { ids, peerUrls } = host.config;
  const unknown = members.filter(({ id }) => !ids.includes(id) && !host.added.has(id));
  if (unknown.length === 0) return;
  const places = unknown.map(({ id, peerUrls: urls }) => [id, 1 + peerUrls.findIndex((url) => urls.includes(url))] as const);
  host.added = new Map([...host.added, ...places]);
}

function describeThrown(error: unknown, time: SimTime): NonNullable<HostResult['thrown']> {
  if (error instanceof Error) return { time, message: error.message, stack: error.stack ?? '' };
  return { time, message: String(error), stack: '' };
}
