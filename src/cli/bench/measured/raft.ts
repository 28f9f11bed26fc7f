/** What the consensus engine does in a second (`npm run bench -- raft`): assertions on, everything in one thread. */
import { toId64 } from '../../../base/index.ts';
import { etcdRules, quorumIndex, takeLogLines, tick } from '../../../engine/raft/index.ts';
import type { Figure } from '../figure.ts';
import { type Contender, load, median, printFigures, race, say, timed } from './clock.ts';
import { compactLogs, createCluster, leaderOf, proposeAndApply, settle } from './raftCluster.ts';
import { createPeerCluster, type Driven, findPeer } from './raftPeer.ts';

const DATA = 'x'.repeat(100);
const ROUNDS = 7;
const BATCHES = [1, 64] as const;
const CATCH_UP = 100_000;
/** A fifth of a second of them. Slices of a few milliseconds told how far the compiler was: 37 or 57 million a second, by chance. */
const INDEXES_A_SLICE = 60_000_000;

function main(): void {
  const peer = findPeer();
  say(`load ${load()}; the npm port ${peer === undefined ? 'is not installed' : 'is measured in turns with ours'}`);
  const figures: Figure[] = [];
  // Sizes of cluster one after the other: code that has met one size only is a quarter faster, and a process has but one.
  for (const count of [3, 5]) {
    const own = ours(count);
    const others = peer === undefined || count !== 3 ? undefined : createPeerCluster(peer, count);
    for (const batch of BATCHES) {
      const contenders = [contender(`raft/members=${count}/batch=${batch}`, own, batch)];
      if (others !== undefined) contenders.push(contender(`raft-peer/members=${count}/batch=${batch}`, others, batch));
      figures.push(...race(contenders, ROUNDS));
    }
  }
  figures.push(...quorums(), catchUp());
  printFigures(figures);
}

function ours(count: number): Driven {
  const cluster = createCluster(count);
  return {
    applied: cluster.applied,
    proposeAndApply: (entries, data) => proposeAndApply(cluster, entries, data),
    compactLogs: () => {
      compactLogs(cluster);
      for (const raft of cluster.members) takeLogLines(raft);
    },
  };
}

/** A slice is one second of proposals or two; a unit is an entry that every member has applied. */
function contender(id: string, cluster: Driven, batch: number): Contender {
  const entries = 192_000;
  return {
    id,
    slice: (start) => {
      const before = [...cluster.applied];
      start();
      for (let done = 0; done < entries; done += batch) {
        cluster.proposeAndApply(batch, DATA);
        if (done % 3_840 === 0) cluster.compactLogs();
      }
      if (cluster.applied.some((count, i) => count - (before[i] ?? 0) !== entries))
        throw new Error(`${id} has not applied everything`);
      return entries;
    },
  };
}

/** The index that a quorum of so many voters holds, of indexes in no order. */
function quorums(): Figure[] {
  const sizes = [5, 1_000];
  return race(
    sizes.map((voters) => {
      // As far apart as acknowledgements can be; a fixed generator.
      let random = 1;
      const indexes = Array.from({ length: voters }, () => {
        random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
        return random % 1_000_000;
      });
      const acks = [...indexes];
      const expected = [...indexes].sort((a, b) => a - b)[voters - Math.floor(voters / 2) - 1];
      return {
        id: `raft/quorum-index/voters=${voters}`,
        slice: (start) => {
          const count = INDEXES_A_SLICE / voters;
          start();
          for (let i = 0; i < count; i++) {
            for (let voter = 0; voter < voters; voter++) acks[voter] = indexes[voter] as number; // voter < length
            if (quorumIndex(etcdRules, acks, voters) !== expected) throw new Error('a wrong quorum');
          }
          return count;
        },
      };
    }),
    ROUNDS,
  );
}

/** From the first heartbeat that reaches a follower which has missed so many entries to its application of the last one. */
function catchUp(): Figure {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const cluster = createCluster(3);
    const follower = cluster.members[2];
    cluster.unreachable.add(toId64(3));
    for (let done = 0; done < CATCH_UP; done += 100) proposeAndApply(cluster, 100, DATA);
    cluster.unreachable.clear();
    const { ms } = timed(() => {
      tick(leaderOf(cluster)); // its heartbeat is answered, and the leader starts to look for where the logs agree
      settle(cluster);
    });
    const { committed } = leaderOf(cluster).log;
    if (follower?.log.applied !== committed || committed < CATCH_UP) throw new Error('the follower has not caught up');
    times.push(ms);
  }
  say(`raft/members=3/catch-up=${CATCH_UP}: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms, load ${load()}`);
  return { id: `raft/members=3/catch-up=${CATCH_UP}`, value: median(times), unit: 'ms' };
}

main();
