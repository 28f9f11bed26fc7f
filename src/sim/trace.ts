/**
 * What happened, as rows of numbers: fixed width, columnar, cheap to transfer. Texts travel beside them.
 * A row is ordered by (time, source, the source's own sequence); the meaning of the columns depends on the kind.
 */
import { createHash, type Hash, hashDigest, hashNumber, hashText } from '../base/index.ts';
import type { SimTime } from './scenario.ts';

/**
 * Columns by kind (a, b: ordinals; p, q, r, ref: see below; what is not named is 0).
 *
 * | kind | a | b | term | index | p | q | r | ref |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | action | | | | | | | | journal order |
 * | link | from | to | | | 1 cut, 0 open | | | |
 * | boot | member | | | | commit | 1 = it joins | | |
 * | stop | member | | | | 1 = it threw, 2 = it was removed | | | |
 * | role | member | | term | | role code | vote | leader | |
 * | timer | member | | | | µs until it fires; 0 = none | µs it was set for | | |
 * | append | member | | term | first index | entries of that term | 1 = read back from disk at boot | | |
 * | truncate | member | | | first index cut off | | | | |
 * | durable | member | | | last index on disk | | | | |
 * | commit | member | | | index | | | | |
 * | apply | member | | | index | the store's revision then | newest entries up to it that moved the revision by one each | | |
 * | progress | leader | peer | | match | next | feed code | | |
 * | tally | candidate | voter | | | 1 granted, 2 refused | | | |
 * | send | from | to | term | see {@link MESSAGE_CODE} | message code | entries | µs under way; negative: the link was cut already | message id |
 * | lost | from | to | | | | | | message id |
 * | call | client | member | | | | | µs under way | call |
 * | answer | client | member | | | 1 ok, 0 error, 2 stream goes on | | µs under way | call |
 * | drop | client | member | | | 1 = the answer was lost, 0 = the request was | | | call |
 * | end | client | | | | outcome code | | | call |
 * | receive | client | | | | | | | call: a message of its stream |
 * | snapshot | member | | term of that entry | its log begins behind this index | 1 = from a leader, 0 = read back from disk at boot | | | |
 * | compact | member | | | last index that is no longer in memory | | | | |
 * | config | member | voters without a place | outgoing voters without one | | voters, bit n - 1 for member n | outgoing voters | learners | learners to be |
 */
export const ROW_KIND = {
  action: 1,
  link: 2,
  boot: 3,
  stop: 4,
  role: 5,
  timer: 6,
  append: 7,
  truncate: 8,
  durable: 9,
  commit: 10,
  apply: 11,
  progress: 12,
  tally: 13,
  send: 14,
  lost: 15,
  call: 16,
  answer: 17,
  drop: 18,
  end: 19,
  receive: 20,
  snapshot: 21,
  compact: 22,
  config: 23,
} as const;

/** `p` of a role row. */
export const ROLE_CODE = { StateFollower: 0, StatePreCandidate: 1, StateCandidate: 2, StateLeader: 3 } as const;

/** `q` of a progress row. */
export const FEED_CODE = { StateProbe: 0, StateReplicate: 1, StateSnapshot: 2 } as const;

/**
 * `p` of a send row, as a person tells messages apart: an append with entries (`index` = last of them) from one without,
 * an acknowledgement (`index` = what is acknowledged) from a refusal, a heartbeat that carries a read request from a plain one.
 */
export const MESSAGE_CODE = {
  other: 0,
  append: 1,
  commit: 2,
  ack: 3,
  reject: 4,
  heartbeat: 5,
  heartbeatRead: 6,
  heartbeatAck: 7,
  heartbeatAckRead: 8,
  preVote: 9,
  preVoteGranted: 10,
  preVoteRefused: 11,
  vote: 12,
  voteGranted: 13,
  voteRefused: 14,
  snapshot: 15,
  timeoutNow: 16,
  forward: 17,
  readIndex: 18,
  readIndexAnswer: 19,
} as const;

/** `p` of an end row. */
export const OUTCOME_CODE = { ok: 0, error: 1, timeout: 2, canceled: 3 } as const;

/** One row, before it is put into columns. */
export interface Row {
  readonly time: SimTime;
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly term: number;
  readonly index: number;
  readonly p: number;
  readonly q: number;
  readonly r: number;
  readonly ref: number;
}

/** Rows as columns of equal length. */
export interface RowBatch {
  readonly count: number;
  readonly time: Float64Array;
  readonly kind: Uint8Array;
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  readonly term: Int32Array;
  readonly index: Int32Array;
  readonly p: Int32Array;
  readonly q: Int32Array;
  readonly r: Int32Array;
  readonly ref: Float64Array;
}

/** A row with zeroes for all that is not given. */
export function makeRow(time: SimTime, kind: number, fields: Partial<Omit<Row, 'time' | 'kind'>>): Row {
  return {
    time,
    kind,
    a: fields.a ?? 0,
    b: fields.b ?? 0,
    term: fields.term ?? 0,
    index: fields.index ?? 0,
    p: fields.p ?? 0,
    q: fields.q ?? 0,
    r: fields.r ?? 0,
    ref: fields.ref ?? 0,
  };
}

/** Puts rows into columns, in their order. */
export function packRows(rows: readonly Row[]): RowBatch {
  const count = rows.length;
  const batch: RowBatch = {
    count,
    time: new Float64Array(count),
    kind: new Uint8Array(count),
    a: new Uint8Array(count),
    b: new Uint8Array(count),
    term: new Int32Array(count),
    index: new Int32Array(count),
    p: new Int32Array(count),
    q: new Int32Array(count),
    r: new Int32Array(count),
    ref: new Float64Array(count),
  };
  for (let i = 0; i < count; i++) {
    const row = rows[i] as Row; // i < count
    batch.time[i] = row.time;
    batch.kind[i] = row.kind;
    batch.a[i] = row.a;
    batch.b[i] = row.b;
    batch.term[i] = row.term;
    batch.index[i] = row.index;
    batch.p[i] = row.p;
    batch.q[i] = row.q;
    batch.r[i] = row.r;
    batch.ref[i] = row.ref;
  }
  return batch;
}

/** The row at position `i` of a batch. */
export function rowAt(batch: RowBatch, i: number): Row {
  // Every column has `count` items; a position outside gives zeroes.
  return {
    time: batch.time[i] ?? 0,
    kind: batch.kind[i] ?? 0,
    a: batch.a[i] ?? 0,
    b: batch.b[i] ?? 0,
    term: batch.term[i] ?? 0,
    index: batch.index[i] ?? 0,
    p: batch.p[i] ?? 0,
    q: batch.q[i] ?? 0,
    r: batch.r[i] ?? 0,
    ref: batch.ref[i] ?? 0,
  };
}

/** The buffers of a batch, to be transferred and not copied. */
export function batchBuffers(batch: RowBatch): ArrayBuffer[] {
  const columns = [batch.time, batch.kind, batch.a, batch.b, batch.term, batch.index, batch.p, batch.q, batch.r, batch.ref];
  return columns.map((column) => column.buffer as ArrayBuffer); // made by packRows, never shared memory
}

/** A running hash over everything that a run shows: equal for every driver, or the run is not the run. */
export interface TraceHash {
  readonly hash: Hash;
  rows: number;
}

/** The hash of an empty trace. */
export function createTraceHash(): TraceHash {
  return { hash: createHash(), rows: 0 };
}

/** Takes in one row. */
export function hashRow(trace: TraceHash, row: Row): void {
  const { hash } = trace;
  hashNumber(hash, row.time);
  hashNumber(hash, row.kind | (row.a << 8) | (row.b << 16));
  hashNumber(hash, row.term);
  hashNumber(hash, row.index);
  hashNumber(hash, row.p);
  hashNumber(hash, row.q);
  hashNumber(hash, row.r);
  hashNumber(hash, row.ref);
  trace.rows++;
}

/** Takes in a text that a person may see (an answer, an exception). */
export function hashSeen(trace: TraceHash, text: string): void {
  hashText(trace.hash, text);
}

/** The digest so far. */
export function traceDigest(trace: TraceHash): string {
  return hashDigest(trace.hash);
}

const DECISIVE_MESSAGES: readonly number[] = [
  MESSAGE_CODE.ack,
  MESSAGE_CODE.reject,
  MESSAGE_CODE.preVoteGranted,
  MESSAGE_CODE.preVoteRefused,
  MESSAGE_CODE.voteGranted,
  MESSAGE_CODE.voteRefused,
];

/** A vote or an append was accepted or refused, a commit advanced, a role changed, a process began or ended, a client was answered. */
export function isDecision(row: Row): boolean {
  switch (row.kind) {
    case ROW_KIND.send:
      return DECISIVE_MESSAGES.includes(row.p);
    case ROW_KIND.role:
    case ROW_KIND.commit:
    case ROW_KIND.boot:
    case ROW_KIND.stop:
    case ROW_KIND.end:
    case ROW_KIND.config:
    case ROW_KIND.snapshot:
      return true;
    default:
      return false;
  }
}
