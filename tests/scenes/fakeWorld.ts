/**
 * A small scripted cluster for looking at the page: it plays Raft's moves well enough to be drawn (elections with a rehearsal, appends,
 * syncs, acks, commits, walls, crashes) and remembers every moment. Times are virtual µs.
 */
import { type Chunks, chunkAt, chunkPush, chunkTruncate, cloneChunks, createChunks, utf8Decode } from '../../src/base/index.ts';
import type {
  CallFrame,
  EntryText,
  Flight,
  FlightKind,
  Frame,
  Island,
  LaneSegment,
  MemberFrame,
  PeerProgress,
  TermBand,
  Timeline,
  TimelineEvent,
  Vote,
  WallFrame,
} from '../../src/view/index.ts';
import { foundersConfig } from '../../src/view/index.ts';
import type { Action } from '../../src/workers/index.ts';

const MS = 1_000;
const SYNC = 2 * MS;
const ELECTION = 1_000 * MS;
const FADE = 150 * MS;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Member = Mutable<Omit<MemberFrame, 'votes' | 'progress' | 'heardAt'>> & {
  votes: Vote[];
  progress: (PeerProgress | undefined)[];
  heardAt: number[];
  lastHeard: number;
};
interface Moment {
  readonly time: number;
  readonly frame: MemberFrame;
}
type CallRecord = Mutable<CallFrame> & { indexAt: number; onEnd: (() => void) | undefined };
interface Cut {
  readonly from: number;
  readonly to: number;
  readonly cause: string;
  readonly since: number;
  until: number;
}

export interface World {
  now(): number;
  /** Lets everything up to `time` happen. */
  runTo(time: number): void;
  /** Lets the next thing happen; returns whether it was a decision. */
  runOne(): boolean;
  act(action: Action, onEnd?: () => void): void;
  /** The member's election timer fires at `time`, everybody else's later. */
  force(member: number, time: number): void;
  /** Marks a member as one that threw. */
  breakDown(member: number): void;
  frameAt(time: number): Frame;
  timeline(): Timeline;
  /** Times of discrete changes, ascending. */
  readonly decisions: readonly number[];
  readonly calls: readonly CallFrame[];
  /** Newest value of a key, by what is committed. */
  valueOf(key: string): string | undefined;
}

/** A cluster at rest: everybody a follower at term 0. */
export function createWorld(count: number, seed: number, latency = 10 * MS): World {
  let now = 0;
  let order = 0;
  let random = seed * 2_654_435_761;
  let nextFlight = 1;
  const queue: { at: number; order: number; run: () => void }[] = [];
  const decisions: number[] = [0];
  const flights: Mutable<Flight>[] = [];
  const calls: CallRecord[] = [];
  const cuts: Cut[] = [];
  const walls: (Mutable<WallFrame> & { until: number })[] = [];
  const flags: { time: number; value: number }[] = [{ time: 0, value: 0 }];
  const events: TimelineEvent[] = [];
  const texts = new Map<string, EntryText>();
  const changes = new Map<string, { index: number; key: string; value: string | undefined }[]>();
  const moments: Moment[][] = [];
  const quorum = Math.floor(count / 2) + 1;
  const ordinals = Array.from({ length: count }, (_, i) => i + 1);
  const members: Member[] = ordinals.map((ordinal) => ({
    ordinal,
    name: `n${ordinal}`,
    health: 'up',
    role: 'follower',
    term: 0,
    vote: 0,
    leader: 0,
    commitIndex: 0,
    appliedIndex: 0,
    durableIndex: 0,
    firstIndex: 1,
    isVoter: true,
    isLearner: false,
    hasStarted: true,
    log: createChunks<number>(1),
    timerFrom: 0,
    timerAt: 0,
    votes: [],
    progress: [],
    heardAt: [],
    changedAt: 0,
    since: 0,
    lastHeard: 0,
  }));
  for (const member of members) {
    moments.push([]);
    resetTimer(member, 0);
    record(member);
  }

  function chance(): number {
    random = (random * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return random / 4_294_967_296;
  }
  function at(time: number, run: () => void): void {
    const item = { at: time, order: order++, run };
    let i = queue.length;
    while (i > 0 && (queue[i - 1]?.at ?? 0) > time) i--;
    queue.splice(i, 0, item);
  }
  function of(ordinal: number): Member {
    const member = members[ordinal - 1];
    if (member === undefined) throw new Error(`no member ${ordinal}`);
    return member;
  }
  function record(member: Member, discrete = true): void {
    const { lastHeard: _, ...rest } = member;
    const frame: MemberFrame = {
      ...rest,
      log: cloneChunks(member.log),
      votes: [...member.votes],
      progress: [...member.progress],
      heardAt: [...member.heardAt],
    };
    const list = moments[member.ordinal - 1] as Moment[];
    if (list.at(-1)?.time === now) list.pop();
    list.push({ time: now, frame });
    if (discrete) decide();
  }
  function decide(): void {
    if (decisions.at(-1) !== now) decisions.push(now);
  }
  function isCut(from: number, to: number, time = now): boolean {
    return cuts.some((cut) => cut.from === from && cut.to === to && cut.since <= time && time < cut.until);
  }
  function send(
    from: number,
    to: number,
    kind: FlightKind,
    more: { index?: number; count?: number },
    arrive: (to: Member) => void,
  ): void {
    const takes = Math.round(latency * (0.8 + chance() * 0.4));
    const flight: Mutable<Flight> = {
      id: nextFlight++,
      kind,
      from,
      to,
      term: of(from).term,
      index: more.index ?? 0,
      count: more.count ?? 0,
      sentAt: now,
      arrivesAt: now + takes,
      lostAt: isCut(from, to) ? now + Math.round(takes / 2) : undefined,
      carriesRead: false,
    };
    flights.push(flight);
    if (flight.kind !== 'heartbeat' && flight.kind !== 'heartbeatAck') decide();
    if (flight.lostAt !== undefined) return;
    at(flight.arrivesAt, () => {
      if (flight.lostAt !== undefined) return;
      const receiver = of(to);
      if (receiver.health !== 'up') flight.lostAt = now;
      else arrive(receiver);
    });
  }
  function others(member: Member): readonly number[] {
    return ordinals.filter((ordinal) => ordinal !== member.ordinal);
  }
  function lastIndex(member: Member): number {
    return member.log.end - 1;
  }
  function resetTimer(member: Member, from: number): void {
    member.timerFrom = from;
    member.timerAt = from + ELECTION + Math.round(chance() * 9) * 100 * MS;
    const due = member.timerAt;
    at(due, () => {
      if (member.timerAt === due && member.health === 'up' && member.role !== 'leader') campaign(member);
    });
  }
  function follow(member: Member, term: number, leader: number): void {
    if (term > member.term) member.vote = 0;
    const changed = member.term !== term || member.role !== 'follower' || member.leader !== leader;
    Object.assign(member, { role: 'follower', term, leader, votes: [], progress: [], heardAt: [] });
    if (changed) member.changedAt = now;
  }
  function campaign(member: Member): void {
    follow(member, member.term, 0);
    member.role = 'preCandidate';
    member.votes = ordinals.map((ordinal) => (ordinal === member.ordinal ? 'granted' : 'waiting'));
    member.changedAt = now;
    resetTimer(member, now);
    record(member);
    const term = member.term;
    if (quorum === 1) {
      stand(member);
      return;
    }
    for (const peer of others(member)) {
      send(member.ordinal, peer, 'preVote', { index: lastIndex(member) }, (voter) => {
        const refuse = now - voter.lastHeard < ELECTION || newer(voter, member) || voter.role === 'leader';
        send(peer, member.ordinal, refuse ? 'preVoteRefused' : 'preVoteGranted', {}, () => {
          if (member.role !== 'preCandidate' || member.term !== term) return;
          member.votes[peer - 1] = refuse ? 'refused' : 'granted';
          record(member);
          if (granted(member) >= quorum) stand(member);
        });
      });
    }
  }
  function newer(a: Member, b: Member): boolean {
    const [termA, termB] = [chunkAt(a.log, lastIndex(a)) ?? 0, chunkAt(b.log, lastIndex(b)) ?? 0];
    return termA > termB || (termA === termB && lastIndex(a) > lastIndex(b));
  }
  function granted(member: Member): number {
    return member.votes.filter((vote) => vote === 'granted').length;
  }
  function stand(member: Member): void {
    member.role = 'candidate';
    member.term++;
    member.vote = member.ordinal;
    member.votes = ordinals.map((ordinal) => (ordinal === member.ordinal ? 'granted' : 'waiting'));
    member.changedAt = now;
    record(member);
    if (quorum === 1) {
      rule(member);
      return;
    }
    const term = member.term;
    for (const peer of others(member)) {
      send(member.ordinal, peer, 'vote', { index: lastIndex(member) }, (voter) => {
        if (term > voter.term) follow(voter, term, 0);
        const refuse = voter.term > term || (voter.vote !== 0 && voter.vote !== member.ordinal) || newer(voter, member);
        if (!refuse) {
          voter.vote = member.ordinal;
          resetTimer(voter, now);
        }
        record(voter);
        at(now + SYNC, () => {
          send(peer, member.ordinal, refuse ? 'voteRefused' : 'voteGranted', {}, () => {
            if (member.role !== 'candidate' || member.term !== term) return;
            member.votes[peer - 1] = refuse ? 'refused' : 'granted';
            record(member);
            if (granted(member) >= quorum) rule(member);
          });
        });
      });
    }
  }
  function rule(member: Member): void {
    Object.assign(member, { role: 'leader', leader: member.ordinal, votes: [], timerFrom: 0, timerAt: 0, changedAt: now });
    member.progress = ordinals.map((ordinal) =>
      ordinal === member.ordinal ? undefined : { match: 0, next: lastIndex(member) + 1, state: 'replicate' },
    );
    member.heardAt = ordinals.map(() => now);
    record(member);
    propose(member, { kind: 'noop', key: '', value: '', call: 0 });
    const term = member.term;
    const beat = () => {
      if (member.role !== 'leader' || member.term !== term || member.health !== 'up') return;
      for (const peer of others(member)) {
        send(member.ordinal, peer, 'heartbeat', {}, (follower) => hear(follower, member, term, true));
      }
      if (member.heardAt.filter((time, i) => i === member.ordinal - 1 || now - time < 2 * ELECTION).length < quorum) {
        follow(member, term, 0);
        resetTimer(member, now);
        record(member);
        return;
      }
      at(now + 100 * MS, beat);
    };
    at(now + 100 * MS, beat);
  }
  function hear(follower: Member, leader: Member, term: number, answer: boolean): boolean {
    if (term < follower.term) return false;
    const changed = follower.term !== term || follower.leader !== leader.ordinal || follower.role !== 'follower';
    follow(follower, term, leader.ordinal);
    follower.lastHeard = now;
    resetTimer(follower, now);
    record(follower, changed);
    if (answer) {
      send(follower.ordinal, leader.ordinal, 'heartbeatAck', {}, () => {
        leader.heardAt[follower.ordinal - 1] = now;
        const progress = leader.progress[follower.ordinal - 1];
        if (progress !== undefined && progress.match < lastIndex(leader)) feed(leader, follower.ordinal, true);
        record(leader, false);
      });
    }
    return true;
  }
  function propose(leader: Member, entry: Omit<EntryText, 'term' | 'index'>): number {
    chunkPush(leader.log, leader.term);
    const index = lastIndex(leader);
    texts.set(`${leader.term}/${index}`, { ...entry, term: leader.term, index });
    record(leader);
    at(now + SYNC, () => {
      if (leader.health !== 'up' || lastIndex(leader) < index) return;
      leader.durableIndex = Math.max(leader.durableIndex, index);
      record(leader);
      advance(leader);
    });
    for (const peer of others(leader)) feed(leader, peer, false);
    return index;
  }
  function feed(leader: Member, peer: number, again: boolean): void {
    const progress = leader.progress[peer - 1];
    if (leader.role !== 'leader' || progress === undefined) return;
    const from = again ? progress.match + 1 : progress.next;
    const to = lastIndex(leader);
    const term = leader.term;
    const entries = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => chunkAt(leader.log, from + i) ?? 0);
    const before = chunkAt(leader.log, from - 1) ?? 0;
    leader.progress[peer - 1] = { ...progress, next: to + 1 };
    const commit = leader.commitIndex;
    const kind = entries.length > 0 ? 'append' : 'commit';
    send(leader.ordinal, peer, kind, { index: to, count: entries.length }, (follower) => {
      if (!hear(follower, leader, term, false)) return;
      if (from > 1 && (chunkAt(follower.log, from - 1) ?? 0) !== before) {
        send(peer, leader.ordinal, 'reject', { index: from - 1 }, () => {
          const current = leader.progress[peer - 1];
          if (current === undefined) return;
          leader.progress[peer - 1] = { match: follower.commitIndex, next: follower.commitIndex + 1, state: 'probe' };
          feed(leader, peer, false);
        });
        return;
      }
      entries.forEach((entry, i) => {
        const index = from + i;
        const own = chunkAt(follower.log, index);
        if (own === entry) return;
        if (own !== undefined) {
          chunkTruncate(follower.log, index);
          follower.durableIndex = Math.min(follower.durableIndex, index - 1);
        }
        chunkPush(follower.log, entry);
      });
      commitTo(follower, Math.min(commit, to));
      record(follower);
      if (entries.length === 0) return;
      at(now + SYNC, () => {
        if (follower.health !== 'up' || lastIndex(follower) < to) return;
        follower.durableIndex = Math.max(follower.durableIndex, to);
        record(follower);
        send(peer, leader.ordinal, 'ack', { index: to }, () => {
          const current = leader.progress[peer - 1];
          if (current === undefined || leader.term !== term) return;
          leader.heardAt[peer - 1] = now;
          leader.progress[peer - 1] = {
            match: Math.max(current.match, to),
            next: Math.max(current.next, to + 1),
            state: 'replicate',
          };
          record(leader);
          advance(leader);
        });
      });
    });
  }
  function advance(leader: Member): void {
    if (leader.role !== 'leader') return;
    const matches = leader.progress.map((progress) => progress?.match ?? leader.durableIndex).sort((a, b) => b - a);
    const index = matches[quorum - 1] ?? 0;
    if (index <= leader.commitIndex || chunkAt(leader.log, index) !== leader.term) return;
    commitTo(leader, index);
    record(leader);
    for (const peer of others(leader)) feed(leader, peer, false);
    for (const call of calls) {
      if (call.state === 'open' && call.index > 0 && call.index <= index && call.term === leader.term) answer(call, true);
    }
  }
  function commitTo(member: Member, index: number): void {
    if (index <= member.commitIndex) return;
    member.commitIndex = index;
    member.appliedIndex = index;
    const flag = flags.at(-1)?.value ?? 0;
    if (index <= flag) return;
    keepChanges(member.log, flag + 1, index);
    flags.push({ time: now, value: index });
  }
  function keepChanges(log: Member['log'], from: number, to: number): void {
    for (let index = from; index <= to; index++) {
      const text = texts.get(`${chunkAt(log, index)}/${index}`);
      if (text?.kind !== 'put' && text?.kind !== 'delete') continue;
      changes.set(text.key, [
        ...(changes.get(text.key) ?? []),
        { index, key: text.key, value: text.kind === 'put' ? text.value : undefined },
      ]);
    }
  }
  function answer(call: CallRecord, ok: boolean): void {
    call.answer = { sentAt: now, arrivesAt: now + MS, ok };
    at(now + MS, () => end(call, ok ? 'ok' : 'error'));
    decide();
  }
  function end(call: CallRecord, state: CallFrame['state']): void {
    if (call.state !== 'open') return;
    call.state = state;
    call.endedAt = now;
    decide();
    call.onEnd?.();
  }
  function reach(call: CallRecord): void {
    const asked = of(call.member);
    if (call.state !== 'open' || asked.health !== 'up') return;
    const leader = members[asked.leader - 1];
    if (leader === undefined || asked.leader === 0) {
      at(now + 100 * MS, () => reach(call));
      return;
    }
    const write = () => {
      if (leader.role !== 'leader') return;
      call.index = propose(leader, {
        kind: call.kind === 'delete' ? 'delete' : 'put',
        key: call.key,
        value: call.value,
        call: call.id,
      });
      call.term = leader.term;
      call.indexAt = now;
    };
    if (call.kind === 'get' || call.kind === 'memberList') answer(call, true);
    else if (leader === asked) write();
    else send(asked.ordinal, leader.ordinal, 'forward', { count: 1 }, write);
  }
  function act(action: Action, onEnd?: () => void): void {
    decide();
    switch (action.type) {
      case 'crash': {
        const member = of(action.member);
        if (member.health !== 'up') return;
        chunkTruncate(member.log, member.durableIndex + 1);
        follow(member, member.term, 0);
        Object.assign(member, { health: 'stopped', since: now, changedAt: now, timerFrom: 0, timerAt: 0 });
        record(member);
        events.push({ time: now, kind: 'crash', fault: true, members: [action.member], text: '' });
        return;
      }
      case 'restart': {
        const member = of(action.member);
        if (member.health === 'up') return;
        Object.assign(member, { health: 'up', since: now, changedAt: now, commitIndex: 0, appliedIndex: 0 });
        resetTimer(member, now);
        record(member);
        events.push({ time: now, kind: 'restart', fault: false, members: [action.member], text: '' });
        return;
      }
      case 'cut': {
        for (const [from, to] of action.links)
          cuts.push({ from, to, cause: action.cause, since: now, until: Number.POSITIVE_INFINITY });
        for (const flight of flights) {
          const hit = action.links.some(([from, to]) => flight.from === from && flight.to === to);
          if (hit && flight.arrivesAt > now && flight.lostAt === undefined) flight.lostAt = now;
        }
        const involved = [...new Set(action.links.flat())].sort((a, b) => a - b);
        if (action.wall !== undefined) {
          const id = Number(action.cause.slice('wall:'.length));
          walls.push({ id, line: action.wall, links: action.links, since: now, until: Number.POSITIVE_INFINITY });
        }
        events.push({ time: now, kind: action.wall === undefined ? 'cut' : 'wall', fault: true, members: involved, text: '' });
        return;
      }
      case 'heal': {
        for (const cut of cuts) {
          const meant = action.links.some(([from, to]) => cut.from === from && cut.to === to);
          if (meant && cut.until > now && (action.cause === 'all' || cut.cause === action.cause)) cut.until = now;
        }
        let wall = false;
        for (const standing of walls) {
          if (standing.until <= now || standing.links.some(([from, to]) => isCut(from, to))) continue;
          standing.until = now;
          wall = true;
        }
        const involved = [...new Set(action.links.flat())].sort((a, b) => a - b);
        events.push({ time: now, kind: wall ? 'unwall' : 'heal', fault: false, members: involved, text: '' });
        return;
      }
      case 'call': {
        const { request } = action;
        const key = 'key' in request ? utf8Decode(request.key) : '';
        const value = request.type === 'put' ? utf8Decode(request.value) : '';
        const kinds = { put: 'put', range: 'get', deleteRange: 'delete', watch: 'watch', memberList: 'memberList' } as const;
        const call: CallRecord = {
          id: action.call,
          client: action.client,
          member: action.endpoints[0] ?? 1,
          kind: request.type in kinds ? kinds[request.type as keyof typeof kinds] : 'other',
          key,
          value,
          sentAt: now,
          arrivesAt: now + MS,
          answer: undefined,
          index: 0,
          term: 0,
          indexAt: 0,
          state: 'open',
          endedAt: 0,
          deadline: action.timeout === undefined ? 0 : now + action.timeout,
          onEnd,
        };
        calls.push(call);
        if (action.text !== '') events.push({ time: now, kind: 'call', fault: false, members: [call.member], text: action.text });
        at(call.arrivesAt, () => reach(call));
        if (call.deadline > 0) at(call.deadline, () => end(call, 'timeout'));
        return;
      }
      case 'cancel':
        for (const call of calls) if (call.id === action.call) end(call, 'canceled');
    }
  }
  function runOne(): boolean {
    const next = queue.shift();
    if (next === undefined) return true;
    now = next.at;
    const before = decisions.length;
    next.run();
    return decisions.length > before;
  }
  function callAt(call: CallRecord, time: number): CallFrame {
    const { onEnd: _, indexAt, ...frame } = call;
    const ended = call.state !== 'open' && call.endedAt <= time;
    const hasEntry = indexAt > 0 && indexAt <= time;
    return {
      ...frame,
      state: ended ? call.state : 'open',
      endedAt: ended ? call.endedAt : 0,
      answer: call.answer !== undefined && call.answer.sentAt <= time ? call.answer : undefined,
      index: hasEntry ? call.index : 0,
      term: hasEntry ? call.term : 0,
    };
  }
  function frameAt(time: number): Frame {
    const shown = moments.map((list) => last(list, time).frame);
    const flying = flights.filter(
      (flight) => flight.sentAt <= time && time < (flight.lostAt === undefined ? flight.arrivesAt : flight.lostAt + FADE),
    );
    return {
      time,
      members: shown,
      cut: ordinals.flatMap((from) => ordinals.map((to) => isCut(from, to, time))),
      walls: walls.filter((wall) => wall.since <= time && time < wall.until),
      flights: flying,
      calls: calls
        .filter((call) => call.sentAt <= time)
        .map((call) => callAt(call, time))
        .filter((call) => call.state === 'open' || time - call.endedAt < FADE),
      flag: last(flags, time).value,
      islands: islandsAt(shown, time),
      quorum,
      config: foundersConfig(count),
      texts,
      revisions: new Map(),
      revisionAt: new Map(),
      changes,
      entryOfCall: new Map(),
      begun: { index: 0, values: new Map() },
    };
  }
  function islandsAt(shown: readonly MemberFrame[], time: number): readonly Island[] {
    const left = new Set(shown.filter((member) => member.health === 'up').map((member) => member.ordinal));
    const islands: Island[] = [];
    while (left.size > 0) {
      const island: number[] = [];
      const open = [Math.min(...left)];
      for (let ordinal = open.pop(); ordinal !== undefined; ordinal = open.pop()) {
        if (!left.delete(ordinal)) continue;
        island.push(ordinal);
        for (const next of left) if (!isCut(ordinal, next, time) || !isCut(next, ordinal, time)) open.push(next);
      }
      island.sort((a, b) => a - b);
      const leaders = island.filter((ordinal) => shown[ordinal - 1]?.role === 'leader');
      leaders.sort((a, b) => (shown[b - 1]?.term ?? 0) - (shown[a - 1]?.term ?? 0));
      islands.push({
        label: String.fromCharCode(65 + islands.length),
        members: island,
        needed: quorum,
        hasQuorum: island.length >= quorum,
        leader: leaders[0] ?? 0,
      });
    }
    return islands;
  }
  let drawn: Timeline | undefined;
  function timeline(): Timeline {
    if (drawn?.live === now) return drawn;
    const segments: LaneSegment[] = [];
    for (const list of moments) {
      let open: Mutable<LaneSegment> | undefined;
      for (const { time, frame } of list) {
        const role = frame.health === 'up' ? frame.role : 'stopped';
        if (open !== undefined && open.role === role && open.term === frame.term) continue;
        if (open !== undefined) open.to = time;
        open = { member: frame.ordinal, from: time, to: now, term: frame.term, role };
        segments.push(open);
      }
    }
    const bands: Mutable<TermBand>[] = [];
    for (const segment of [...segments].sort((a, b) => a.from - b.from)) {
      const top = bands.at(-1);
      if (segment.term > (top?.term ?? -1)) {
        if (top !== undefined) top.to = segment.from;
        bands.push({ from: segment.from, to: now, term: segment.term, leader: 0 });
      }
      const band = bands.find((candidate) => candidate.term === segment.term);
      if (band !== undefined && segment.role === 'leader') band.leader = segment.member;
    }
    drawn = { live: now, segments, bands: bands.filter((band) => band.term > 0), events: [...events] };
    return drawn;
  }

  return {
    now: () => now,
    runTo(time) {
      while ((queue[0]?.at ?? Number.POSITIVE_INFINITY) <= time) runOne();
      now = Math.max(now, time);
    },
    runOne,
    act,
    force(ordinal, time) {
      for (const member of members) {
        if (member.health !== 'up' || member.role === 'leader') continue;
        member.timerAt = member.ordinal === ordinal ? time : Math.max(member.timerAt, time + 300 * MS + member.ordinal * 200 * MS);
        const due = member.timerAt;
        at(due, () => {
          if (member.timerAt === due && member.health === 'up' && member.role !== 'leader') campaign(member);
        });
        record(member, false);
      }
    },
    breakDown(ordinal) {
      const member = of(ordinal);
      follow(member, member.term, 0);
      Object.assign(member, { health: 'threw', since: now, changedAt: now, timerFrom: 0, timerAt: 0 });
      record(member);
      events.push({ time: now, kind: 'threw', fault: true, members: [ordinal], text: '' });
    },
    frameAt,
    timeline,
    decisions,
    calls,
    valueOf(key) {
      const flag = flags.at(-1)?.value ?? 0;
      const rulers = members.filter((member) => member.commitIndex === flag);
      const log: Chunks<number> | undefined = rulers[0]?.log;
      if (log === undefined) return undefined;
      for (let index = flag; index > 0; index--) {
        const text = texts.get(`${chunkAt(log, index)}/${index}`);
        if (text?.key === key) return text.kind === 'put' ? text.value : undefined;
      }
      return undefined;
    },
  };
}

/** The last of `list` at or before `time`; the first one before all. */
function last<T extends { readonly time: number }>(list: readonly T[], time: number): T {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((list[middle] as T).time <= time) low = middle;
    else high = middle - 1;
  }
  return list[low] as T; // never empty
}
