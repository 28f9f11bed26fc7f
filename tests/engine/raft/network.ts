/**
 * Several members and their links, for unit tests. Messages are delivered first in, first out, unless a test cuts a link, or loses
 * or holds back a type.
 */
import {
  type Entry,
  type MemberId,
  type Message,
  type MessageType,
  type Raft,
  type ReadState,
  step,
} from '../../../src/engine/raft/index.ts';
import { id, type MemberOptions, member, settle, upTo } from './harness.ts';

export interface Network {
  readonly members: ReadonlyMap<MemberId, Raft>;
  /** Links that lose everything, as `1>2`. */
  readonly cut: Set<string>;
  readonly ignored: Set<MessageType>;
  /** Types that are kept in `held` instead of being delivered. */
  readonly holding: Set<MessageType>;
  readonly held: Message[];
  /** Applied entries and read answers of each member, in order. */
  readonly applied: Map<MemberId, Entry[]>;
  readonly readStates: Map<MemberId, ReadState[]>;
  /** Everything that was sent, lost or not. */
  readonly trace: Message[];
}

export function network(...members: readonly Raft[]): Network {
  return {
    members: new Map(members.map((raft) => [raft.id, raft])),
    cut: new Set(),
    ignored: new Set(),
    holding: new Set(),
    held: [],
    applied: new Map(members.map((raft) => [raft.id, []])),
    readStates: new Map(members.map((raft) => [raft.id, []])),
    trace: [],
  };
}

/** A cluster of equal members 1 … count; those in `silent` never answer. */
export function cluster(count: number, options: MemberOptions = {}, silent: readonly number[] = []): Network {
  const voters = upTo(count);
  return network(...voters.filter((one) => !silent.includes(one)).map((number) => member(number, { voters, ...options })));
}

export function at(net: Network, number: number): Raft {
  const raft = net.members.get(id(number));
  if (raft === undefined) throw new Error(`there is no member ${number}`);
  return raft;
}

/** Steps messages and everything that follows from them, until nobody has anything to say. */
export function deliver(net: Network, ...first: readonly Message[]): void {
  const queue = [...first];
  const collect = () => {
    for (const raft of net.members.values()) {
      const { messages, applied, readStates } = settle(raft);
      net.applied.get(raft.id)?.push(...applied);
      net.readStates.get(raft.id)?.push(...readStates);
      net.trace.push(...messages);
      for (const one of messages) {
        if (net.cut.has(link(one)) || net.ignored.has(one.type)) continue;
        if (net.holding.has(one.type)) net.held.push(one);
        else queue.push(one);
      }
    }
  };
  collect();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const raft = net.members.get(next.to);
    if (raft === undefined) continue;
    // A member's own hup or proposal may be refused: that is the test's business.
    step(raft, next);
    collect();
  }
}

/** Everything a member has been made to do outside of `deliver` takes its course. */
export function act(net: Network, number: number, action: (raft: Raft) => unknown): void {
  action(at(net, number));
  deliver(net);
}

export function cut(net: Network, one: number, other: number): void {
  net.cut.add(`${id(one)}>${id(other)}`).add(`${id(other)}>${id(one)}`);
}

export function isolate(net: Network, number: number): void {
  for (const other of net.members.keys()) {
    if (other !== id(number)) net.cut.add(`${id(number)}>${other}`).add(`${other}>${id(number)}`);
  }
}

export function heal(net: Network): void {
  net.cut.clear();
  net.ignored.clear();
  net.holding.clear();
}

/** What everybody is, from member 1 on. */
export function roles(net: Network): string[] {
  return [...net.members.values()].map((raft) => raft.role);
}

export function terms(net: Network): number[] {
  return [...net.members.values()].map((raft) => raft.term);
}

function link(one: Message): string {
  return `${one.from}>${one.to}`;
}
