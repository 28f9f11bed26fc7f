/** The fold of trace rows into the state of the picture: one row at a time, forward only. */
import {
  type Chunks,
  chunkDrop,
  chunkPush,
  chunkTruncate,
  cloneChunks,
  createChunks,
  readableKey,
  utf8Decode,
  visible,
} from '../base/index.ts';
import { type Action, MAX_MEMBERS, MESSAGE_CODE, OUTCOME_CODE, ROW_KIND, type Row } from '../sim/index.ts';
import type {
  CallFrame,
  ConfigFrame,
  EntryText,
  FeedState,
  Flight,
  FlightKind,
  Health,
  PeerProgress,
  Role,
  Vote,
  WallFrame,
} from './frame.ts';
import { foundersConfig } from './islands.ts';
import { entryText } from './texts.ts';

/** How long something that was lost, or a call that ended, stays to be seen; virtual µs. */
const LOSS_FADES = 150_000;
const CALL_LINGERS = 400_000;

export interface FoldedMember {
  health: Health;
  role: Role;
  term: number;
  vote: number;
  leader: number;
  commitIndex: number;
  appliedIndex: number;
  durableIndex: number;
  firstIndex: number;
  hasStarted: boolean;
  log: Chunks<number>;
  timerFrom: number;
  timerAt: number;
  votes: Vote[];
  progress: (PeerProgress | undefined)[];
  heardAt: number[];
  changedAt: number;
  since: number;
  /** Counts its changes. */
  version: number;
}

export interface Fold {
  /** Rows taken in. */
  position: number;
  /** All places, by ordinal - 1. */
  readonly members: FoldedMember[];
  /** Places that are shown: the founders', and those of whom the cluster has been told since. */
  count: number;
  config: ConfigFrame;
  /** `(from - 1) * MAX_MEMBERS + (to - 1)`. */
  readonly cut: boolean[];
  walls: readonly WallFrame[];
  readonly flights: Map<number, Flight>;
  readonly calls: Map<number, CallFrame>;
  flag: number;
  /** Counts what a person may see change, but not heartbeats and timers. */
  revision: number;
  /** Counts changes of who can reach whom. */
  topology: number;
}

/** What the fold looks up beside the rows. */
export interface FoldContext {
  readonly actions: ReadonlyMap<number, Action>;
  readonly texts: ReadonlyMap<string, EntryText>;
}

/** Before the first row: nobody runs yet. */
export function createFold(members: number): Fold {
  return {
    position: 0,
    count: members,
    config: foundersConfig(members),
    members: Array.from({ length: MAX_MEMBERS }, () => ({
      health: 'stopped' as const,
      role: 'follower' as const,
      term: 0,
      vote: 0,
      leader: 0,
      commitIndex: 0,
      appliedIndex: 0,
      durableIndex: 0,
      firstIndex: 1,
      hasStarted: false,
      log: emptyLog(),
      timerFrom: 0,
      timerAt: 0,
      votes: [],
      progress: [],
      heardAt: [],
      changedAt: 0,
      since: 0,
      version: 0,
    })),
    cut: new Array<boolean>(MAX_MEMBERS * MAX_MEMBERS).fill(false),
    walls: [],
    flights: new Map(),
    calls: new Map(),
    flag: 0,
    revision: 0,
    topology: 0,
  };
}

/** A copy that goes on by itself. */
export function cloneFold(fold: Fold): Fold {
  return {
    ...fold,
    members: fold.members.map((member) => ({
      ...member,
      log: cloneChunks(member.log),
      votes: member.votes.slice(),
      progress: member.progress.slice(),
      heardAt: member.heardAt.slice(),
    })),
    cut: fold.cut.slice(),
    flights: new Map(fold.flights),
    calls: new Map(fold.calls),
  };
}

/** Takes in the next row. */
export function foldRow(fold: Fold, row: Row, context: FoldContext): void {
  fold.position++;
  const member = fold.members[row.a - 1];
  switch (row.kind) {
    case ROW_KIND.action:
      foldAction(fold, row, context);
      break;
    case ROW_KIND.link:
      fold.cut[(row.a - 1) * MAX_MEMBERS + row.b - 1] = row.p === 1;
      fold.topology++;
      break;
    case ROW_KIND.send:
      foldSend(fold, row);
      return;
    case ROW_KIND.lost: {
      const flight = fold.flights.get(row.ref);
      if (flight !== undefined) fold.flights.set(row.ref, { ...flight, lostAt: row.time });
      break;
    }
    case ROW_KIND.call:
      updateCall(fold, row.ref, { member: row.b, sentAt: row.time, arrivesAt: row.time + row.r, answer: undefined });
      break;
    case ROW_KIND.answer:
      updateCall(fold, row.ref, { answer: { sentAt: row.time, arrivesAt: row.time + row.r, ok: row.p !== 0 } });
      break;
    case ROW_KIND.end:
      updateCall(fold, row.ref, { state: callState(row.p), endedAt: row.time });
      break;
    default:
      if (member === undefined) return;
      foldMember(fold, member, row, context);
      member.version++;
      if (row.kind === ROW_KIND.timer) return;
  }
  fold.revision++;
}

/** Forgets what can no longer be seen at `time`, after noting who was heard. */
export function settleFold(fold: Fold, time: number): void {
  for (const flight of fold.flights.values()) {
    if (flight.lostAt !== undefined ? time < flight.lostAt + LOSS_FADES : time < flight.arrivesAt) continue;
    fold.flights.delete(flight.id);
    if (!QUIET.has(flight.kind) || flight.carriesRead) fold.revision++;
    if (flight.lostAt === undefined && ANSWERS.has(flight.kind)) hear(fold, flight);
  }
  for (const call of fold.calls.values()) {
    if (call.state === 'open' || time < call.endedAt + CALL_LINGERS) continue;
    fold.calls.delete(call.id);
    fold.revision++;
  }
}

const QUIET: ReadonlySet<FlightKind> = new Set(['heartbeat', 'heartbeatAck']);
const ANSWERS: ReadonlySet<FlightKind> = new Set(['heartbeatAck', 'ack', 'reject']);

const KINDS: readonly FlightKind[] = (() => {
  const kinds: FlightKind[] = new Array<FlightKind>(Object.keys(MESSAGE_CODE).length).fill('other');
  for (const [name, code] of Object.entries(MESSAGE_CODE)) {
    kinds[code] = name === 'heartbeatRead' ? 'heartbeat' : name === 'heartbeatAckRead' ? 'heartbeatAck' : (name as FlightKind); // the two others are named alike
  }
  return kinds;
})();

const ROLES: readonly Role[] = ['follower', 'preCandidate', 'candidate', 'leader'];
const FEEDS: readonly FeedState[] = ['probe', 'replicate', 'snapshot'];

function emptyLog(): Chunks<number> {
  const log = createChunks<number>();
  chunkPush(log, 0); // position 0 comes before the first entry
  return log;
}

function foldAction(fold: Fold, row: Row, context: FoldContext): void {
  const action = context.actions.get(row.ref);
  if (action === undefined) return;
  if (action.type === 'cut' && action.wall !== undefined) {
    const id = Number(action.cause.slice('wall:'.length));
    fold.walls = [...fold.walls, { id, line: action.wall, links: action.links, since: row.time }];
  } else if (action.type === 'heal') {
    const isWhole = (wall: WallFrame) => wall.links.every(([from, to]) => action.links.some(([f, t]) => f === from && t === to));
    fold.walls = fold.walls.filter((wall) => !(action.cause === `wall:${wall.id}` || (action.cause === 'all' && isWhole(wall))));
  } else if (action.type === 'call') {
    const { call, client, request, timeout } = action;
    const [kind, value] = requestWords(request);
    fold.calls.set(call, {
      id: call,
      client,
      member: 0,
      kind,
      key: kind === 'other' ? action.text : 'key' in request ? readableKey(request.key) : '',
      value,
      sentAt: row.time,
      arrivesAt: row.time,
      answer: undefined,
      index: 0,
      term: 0,
      state: 'open',
      endedAt: 0,
      deadline: timeout === undefined ? 0 : row.time + timeout,
    });
  }
}

function requestWords(request: Extract<Action, { type: 'call' }>['request']): [CallFrame['kind'], string] {
  switch (request.type) {
    case 'put':
      return ['put', visible(utf8Decode(request.value))];
    case 'range':
      return ['get', ''];
    case 'deleteRange':
      return ['delete', ''];
    case 'watch':
      return ['watch', ''];
    case 'memberList':
      return ['memberList', ''];
    default:
      return ['other', ''];
  }
}

function foldSend(fold: Fold, row: Row): void {
  const kind = KINDS[row.p] ?? 'other';
  const carriesRead = row.p === MESSAGE_CODE.heartbeatRead || row.p === MESSAGE_CODE.heartbeatAckRead;
  const travel = Math.abs(row.r);
  fold.flights.set(row.ref, {
    id: row.ref,
    kind,
    from: row.a,
    to: row.b,
    term: row.term,
    index: row.index,
    count: row.q,
    sentAt: row.time,
    arrivesAt: row.time + travel,
    lostAt: row.r < 0 ? row.time + Math.floor(travel / 2) : undefined, // where the cut is drawn
    carriesRead,
  });
  if (!QUIET.has(kind) || carriesRead) fold.revision++;
}

function foldMember(fold: Fold, member: FoldedMember, row: Row, context: FoldContext): void {
  switch (row.kind) {
    case ROW_KIND.boot:
      member.health = 'up';
      member.role = 'follower';
      member.log = emptyLog();
      member.commitIndex = row.p;
      fold.flag = Math.max(fold.flag, row.p);
      member.appliedIndex = 0;
      member.durableIndex = 0;
      member.firstIndex = 1;
      member.hasStarted = true;
      fold.count = Math.max(fold.count, row.a);
      member.since = row.time;
      member.changedAt = row.time;
      fold.topology++;
      break;
    case ROW_KIND.stop:
      member.health = row.p === 1 ? 'threw' : 'stopped';
      member.role = 'follower';
      member.leader = 0;
      member.commitIndex = 0;
      member.appliedIndex = 0;
      chunkTruncate(member.log, Math.max(member.log.start, member.durableIndex + 1));
      member.timerFrom = 0;
      member.timerAt = 0;
      member.votes = [];
      member.progress = [];
      member.heardAt = [];
      member.since = row.time;
      member.changedAt = row.time;
      fold.topology++;
      break;
    case ROW_KIND.role:
      foldRole(fold, member, row);
      break;
    case ROW_KIND.timer:
      member.timerAt = row.p === 0 ? 0 : row.time + row.p;
      member.timerFrom = row.p === 0 ? 0 : member.timerAt - row.q;
      break;
    case ROW_KIND.append:
      for (let i = 0; i < row.p; i++) chunkPush(member.log, row.term);
      if (row.q === 0 && member.role === 'leader') linkCalls(fold, row, context);
      break;
    case ROW_KIND.truncate:
      chunkTruncate(member.log, row.index);
      member.durableIndex = Math.min(member.durableIndex, row.index - 1);
      break;
    case ROW_KIND.durable:
      member.durableIndex = row.index;
      break;
    case ROW_KIND.commit:
      member.commitIndex = row.index;
      fold.flag = Math.max(fold.flag, row.index);
      break;
    case ROW_KIND.apply:
      member.appliedIndex = row.index;
      break;
    case ROW_KIND.progress:
      member.progress[row.b - 1] = { match: row.index, next: row.p, state: FEEDS[row.q] ?? 'probe' };
      break;
    case ROW_KIND.snapshot:
      member.log = createChunks<number>(row.index);
      chunkPush(member.log, row.term); // the entry behind which the log begins: its term is known
      member.firstIndex = row.index + 1;
      break;
    case ROW_KIND.compact:
      member.firstIndex = row.index + 1;
      chunkDrop(member.log, row.index);
      break;
    case ROW_KIND.config:
      foldConfig(fold, row);
      break;
    case ROW_KIND.tally:
      member.votes[row.b - 1] = row.p === 1 ? 'granted' : 'refused';
      break;
  }
}

/** The newest configuration counts, whoever was the first to apply it. An empty one is that of a process that knows nothing yet. */
function foldConfig(fold: Fold, row: Row): void {
  if (row.index < fold.config.index || row.p === 0) return;
  const config: ConfigFrame = {
    index: row.index,
    voters: ordinalsIn(row.p),
    votersOutgoing: ordinalsIn(row.q),
    learners: ordinalsIn(row.r),
    learnersNext: ordinalsIn(row.ref),
    unplacedVoters: row.b,
    unplacedOutgoing: row.term,
  };
  if (JSON.stringify(config) === JSON.stringify(fold.config)) return;
  fold.config = config;
  fold.count = Math.max(fold.count, ...config.voters, ...config.learners);
  fold.topology++;
  for (const member of fold.members) member.version++;
}

function ordinalsIn(mask: number): number[] {
  const ordinals: number[] = [];
  for (let ordinal = 1; ordinal <= MAX_MEMBERS; ordinal++) if ((mask >> (ordinal - 1)) & 1) ordinals.push(ordinal);
  return ordinals;
}

function foldRole(fold: Fold, member: FoldedMember, row: Row): void {
  const role = ROLES[row.p] ?? 'follower';
  const isNew = role !== member.role || row.term !== member.term;
  if (isNew || row.r !== member.leader) member.changedAt = row.time;
  member.role = role;
  member.term = row.term;
  member.vote = row.q;
  member.leader = row.r;
  if (!isNew) return;
  const n = fold.count;
  member.votes = role === 'candidate' || role === 'preCandidate' ? new Array<Vote>(n).fill('waiting') : [];
  member.progress = role === 'leader' ? new Array<PeerProgress | undefined>(n).fill(undefined) : [];
  member.heardAt = role === 'leader' ? new Array<number>(n).fill(0) : [];
}

/** The calls that asked for the entries that a leader appends. */
function linkCalls(fold: Fold, row: Row, context: FoldContext): void {
  for (let index = row.index; index < row.index + row.p; index++) {
    const call = entryText(context.texts, row.term, index)?.call ?? 0;
    if (call > 0) updateCall(fold, call, { index, term: row.term });
  }
}

function updateCall(fold: Fold, id: number, fields: Partial<CallFrame>): void {
  const call = fold.calls.get(id);
  if (call !== undefined) fold.calls.set(id, { ...call, ...fields });
}

function callState(code: number): CallFrame['state'] {
  if (code === OUTCOME_CODE.ok) return 'ok';
  if (code === OUTCOME_CODE.error) return 'error';
  return code === OUTCOME_CODE.timeout ? 'timeout' : 'canceled';
}

function hear(fold: Fold, flight: Flight): void {
  const leader = fold.members[flight.to - 1];
  if (leader === undefined || leader.role !== 'leader' || flight.arrivesAt < leader.changedAt) return;
  if (leader.heardAt[flight.from - 1] === flight.arrivesAt) return;
  leader.heardAt[flight.from - 1] = flight.arrivesAt;
  leader.version++;
}
