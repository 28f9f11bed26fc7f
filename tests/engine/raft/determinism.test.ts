/**
 * A member is a function of its inputs: the same inputs give the same outputs, a copy made half-way goes on as the original does,
 * and neither disturbs the other. Random clusters with losses, reordering, duplicates, compaction and conf changes.
 */
import { describe, expect, test } from 'vitest';
import { below, chance, createPrng, digestOf, type Prng, pick } from '../../../src/base/index.ts';
import {
  advance,
  appendToStorage,
  applyConfChange,
  applySnapshot,
  assertRaftInvariants,
  campaign,
  cloneRaft,
  cloneStorage,
  compactStorage,
  confStateOf,
  createSnapshot,
  decodeConfChange,
  describeMessage,
  describeReady,
  formatLogLine,
  hasReady,
  type Message,
  propose,
  proposeConfChange,
  type Raft,
  readIndex,
  ready,
  setHardState,
  step,
  takeLogLines,
  takeTruncation,
  tick,
  transferLeader,
} from '../../../src/engine/raft/index.ts';
import { id, member } from './harness.ts';

interface World {
  members: Raft[];
  wire: Message[];
  prng: Prng;
  trace: string[];
}

function createWorld(seed: number): World {
  const prng = createPrng(seed, 'world');
  const size = pick(prng, [1, 2, 3, 3, 5]);
  const voters = Array.from({ length: size }, (_, i) => i + 1);
  const config = {
    preVote: chance(prng, 1, 2),
    checkQuorum: chance(prng, 1, 2),
    maxInflightMsgs: 1 + below(prng, 4),
    maxSizePerMsg: 1 + below(prng, 200),
    seed,
  };
  return { members: voters.map((number) => member(number, { voters, config })), wire: [], prng, trace: [] };
}

function cloneWorld(world: World): World {
  const members = world.members.map((raft) => cloneRaft(raft, cloneStorage(raft.storage)));
  return { members, wire: world.wire.slice(), prng: { ...world.prng }, trace: [] };
}

function play(world: World, steps: number): void {
  for (let i = 0; i < steps; i++) {
    const raft = pick(world.prng, world.members);
    const roll = below(world.prng, 100);
    if (roll < 12) tick(raft);
    else if (roll < 50) deliverOne(world);
    else if (roll < 80) handle(world, raft);
    else if (roll < 88) world.trace.push(String(propose(raft, `v${i}`)));
    else if (roll < 90) readIndex(raft, `r${i}`);
    else if (roll < 92) transferLeader(raft, pick(world.prng, world.members).id);
    else if (roll < 96) campaign(raft);
    else if (roll < 98) proposeChange(world, raft);
    else compact(raft);
    for (const one of world.members) {
      world.trace.push(...takeLogLines(one).map((line) => `${line.level} ${formatLogLine(line, 'v3.7')}`));
      assertRaftInvariants(one);
    }
  }
}

function deliverOne(world: World): void {
  if (world.wire.length === 0) return;
  const [next] = world.wire.splice(below(world.prng, world.wire.length), 1);
  if (next === undefined || chance(world.prng, 1, 8)) return;
  if (chance(world.prng, 1, 10)) world.wire.push(next);
  const raft = world.members.find((one) => one.id === next.to);
  if (raft !== undefined) world.trace.push(describeMessage(next), String(step(raft, next)), String(takeTruncation(raft)));
}

function handle(world: World, raft: Raft): void {
  if (!hasReady(raft)) return;
  const done = ready(raft);
  world.trace.push(describeReady(done));
  if (done.hardState !== undefined) setHardState(raft.storage, done.hardState);
  if (done.snapshot !== undefined) applySnapshot(raft.storage, done.snapshot);
  appendToStorage(raft.storage, done.entries);
  for (const entry of done.committedEntries) if (entry.type !== 'EntryNormal') applyConfChange(raft, decodeConfChange(entry));
  world.wire.push(...done.messages);
  advance(raft);
}

function proposeChange(world: World, raft: Raft): void {
  // Nobody is removed or demoted: the last voter would take its member down with it.
  const [type, number] = chance(world.prng, 1, 2)
    ? (['ConfChangeAddNode', 1 + below(world.prng, 6)] as const)
    : (['ConfChangeAddLearnerNode', 7 + below(world.prng, 2)] as const);
  const nodeId = id(number);
  proposeConfChange(raft, { version: 1, type, nodeId, context: undefined, id: undefined });
}

function compact(raft: Raft): void {
  if (raft.log.applied <= raft.storage.compactedIndex || raft.log.unstable.snapshot !== undefined) return;
  createSnapshot(raft.storage, raft.log.applied, confStateOf(raft), 'data');
  compactStorage(raft.storage, raft.log.applied);
}

describe('determinism', () => {
  test('the same seed gives the same trace', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const [one, other] = [createWorld(seed), createWorld(seed)];
      play(one, 600);
      play(other, 600);
      expect(digestOf(other.trace)).toBe(digestOf(one.trace));
      expect(one.trace.length).toBeGreaterThan(100);
    }
  });

  test('a copy made half-way goes on as the original does, and neither disturbs the other', () => {
    let truncations = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const original = createWorld(seed);
      play(original, 400);
      const early = cloneWorld(original);
      const late = cloneWorld(early);
      original.trace = [];
      play(original, 400);
      // The copy of a copy starts only when the others are done: what they did must not show in it.
      play(early, 400);
      play(late, 400);
      expect(early.trace).toEqual(original.trace);
      expect(late.trace).toEqual(original.trace);
      truncations += original.trace.filter((line) => line.includes('found conflict')).length;
    }
    // The runs are worth something: logs were overwritten in them.
    expect(truncations).toBeGreaterThan(2);
  });

  test('pinned election timeouts stand in for the stream, in order and from the first again', () => {
    const raft = member(1, { config: { electionTimeouts: [12, 17, 14] } });
    const drawn = [raft.randomizedElectionTimeout];
    for (let term = 1; term <= 4; term++) {
      step(raft, { ...emptyHeartbeat(), term });
      drawn.push(raft.randomizedElectionTimeout);
    }
    expect(drawn).toEqual([12, 17, 14, 12, 17]);
  });
});

function emptyHeartbeat(): Message {
  return {
    type: 'MsgHeartbeat',
    to: id(1),
    from: id(2),
    term: 0,
    logTerm: 0,
    index: 0,
    entries: [],
    commit: 0,
    vote: id(0),
    snapshot: undefined,
    reject: false,
    rejectHint: 0,
    context: undefined,
    responses: [],
  };
}
