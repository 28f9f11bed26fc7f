/** Directed links between members: latency, jitter, cut or not. Every link has a random stream of its own. */
import { assert, between, clonePrng, createPrng, type Prng } from '../base/index.ts';
import type { CutCause } from './command.ts';
import { MAX_MEMBERS, type Scenario, type SimTime } from './scenario.ts';

export interface Link {
  readonly from: number;
  readonly to: number;
  readonly latency: SimTime;
  readonly prng: Prng;
  /** Jitter alone never reorders a link: nothing arrives before what was sent earlier. */
  lastArrival: SimTime;
  /** Why it is cut, in the order in which it happened; empty = it carries. */
  causes: readonly CutCause[];
}

export interface Network {
  readonly members: number;
  readonly jitter: SimTime;
  /** links[(from - 1) * members + (to - 1)]; the diagonal is unused. */
  readonly links: readonly Link[];
  /** Shortest paths of minimum latencies over members alone, µs: `[(from - 1) * members + (to - 1)]`; from a member to itself: its round trip. */
  readonly memberPaths: readonly SimTime[];
  /** The same where a client that reacts may be on the way. */
  readonly clientPaths: readonly SimTime[];
}

/** All links between all places, whole: also those of members that have yet to join. */
export function createNetwork(scenario: Scenario): Network {
  const links: Link[] = [];
  for (let from = 1; from <= MAX_MEMBERS; from++) {
    for (let to = 1; to <= MAX_MEMBERS; to++) {
      links.push({
        from,
        to,
        latency: scenario.uneven[`${from}>${to}`] ?? scenario.latency,
        prng: createPrng(scenario.seed, `link ${from}>${to}`),
        lastArrival: 0,
        causes: [],
      });
    }
  }
  return {
    members: MAX_MEMBERS,
    jitter: scenario.jitter,
    links,
    memberPaths: shortestPaths(scenario, links, Number.POSITIVE_INFINITY),
    clientPaths: shortestPaths(scenario, links, 2 * scenario.clientLatency), // a client that reacts is a path of two wires
  };
}

/** The link from one member to another. */
export function linkOf(network: Network, from: number, to: number): Link {
  const link = network.links[(from - 1) * network.members + (to - 1)];
  assert(link !== undefined && from !== to, 'a link joins two members', { from, to });
  return link;
}

/** The soonest that an event at one member can be felt at another, µs; at itself: after a round trip. @param mayReact a client may be on the way */
export function lookahead(network: Network, from: number, to: number, mayReact: boolean): SimTime {
  const paths = mayReact ? network.clientPaths : network.memberPaths;
  return paths[(from - 1) * network.members + (to - 1)] ?? Number.POSITIVE_INFINITY;
}

/** When something sent now would arrive. Draws from the link's stream. */
export function drawArrival(network: Network, link: Link, sentAt: SimTime): SimTime {
  const jitter = network.jitter === 0 ? 0 : between(link.prng, -network.jitter, network.jitter);
  link.lastArrival = Math.max(link.lastArrival, sentAt + link.latency + jitter);
  return link.lastArrival;
}

/**
 * When a snapshot sent now would have arrived. It has a connection of its own, as etcd's has: it does not hold up what is sent
 * after it.
 *
 * @param bytes its size
 */
export function drawSnapshotArrival(network: Network, link: Link, sentAt: SimTime, bytes: number, bandwidth: number): SimTime {
  const jitter = network.jitter === 0 ? 0 : between(link.prng, -network.jitter, network.jitter);
  return sentAt + link.latency + jitter + Math.ceil((bytes * 1_000_000) / bandwidth);
}

/** Adds a cause. True when the link carried until now. */
export function cutLink(link: Link, cause: CutCause): boolean {
  if (link.causes.includes(cause)) return false;
  link.causes = [...link.causes, cause];
  return link.causes.length === 1;
}

/** Takes a cause away, or all. True when the link carries again. */
export function healLink(link: Link, cause: CutCause | 'all'): boolean {
  if (link.causes.length === 0) return false;
  link.causes = cause === 'all' ? [] : link.causes.filter((other) => other !== cause);
  return link.causes.length === 0;
}

/** A copy that goes on from the same point. */
export function cloneNetwork(network: Network): Network {
  return { ...network, links: network.links.map((link) => ({ ...link, prng: clonePrng(link.prng) })) };
}

function shortestPaths(scenario: Scenario, links: readonly Link[], overClient: SimTime): SimTime[] {
  const n = MAX_MEMBERS;
  const best = links.map((link) =>
    Math.min(overClient, link.from === link.to ? Number.POSITIVE_INFINITY : link.latency - scenario.jitter),
  );
  for (let via = 0; via < n; via++) {
    for (let from = 0; from < n; from++) {
      for (let to = 0; to < n; to++) {
        const path = (best[from * n + via] as number) + (best[via * n + to] as number); // all three are below n
        if (path < (best[from * n + to] as number)) best[from * n + to] = path;
      }
    }
  }
  return best;
}
