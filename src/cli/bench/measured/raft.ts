/** What the consensus engine does in a second (`npm run bench -- raft`): assertions on, everything in one thread. */
import { toId64 } from '../../../base/index.ts';
import { etcdRules, quorumIndex, takeLogLines, tick } from '../../../engine/raft/index.ts';
import type { Figure } from '../figure.ts';
import { type Contender, load, median, printFigures, race, say, timed } from './clock.ts';
import { compactLogs, createCluster, leaderOf, proposeAndApply, settle } from './raftCluster.ts';
import { createPeerCluster, findPeer } from './raftPeer.ts';

const DATA = 'x'.repeat(100);
const ROUNDS = 7;
const BATCHES = [1, 64] as const;
const CATCH_UP = 100_000;

function main(): void {
  const peer = findPeer();
  say(`load ${load()}; the npm port ${peer === undefined ? 'is not installed' : 'is measured in turns with ours'}`);
  const figures: Figure[] = [];
  for (const batch of BATCHES) {
    const contenders = [3, 5].map((count) => ours(count, batch));
    if (peer !== undefined) {
      const cluster = createPeerCluster(peer, 3);
      contenders.push(
        contender(`raft-peer/members=3/batch=${batch}`, cluster, batch, cluster.proposeAndApply, cluster.compactLogs),
      );
    }
    figures.push(...race(contenders, ROUNDS));
  }
  figures.push(...quorums(), catchUp());
  printFigures(figures);
}

function ours(count: number, batch: number): Contender {
  const cluster = createCluster(count);
  return contender(
    `raft/members=${count}/batch=${batch}`,
    cluster,
    batch,
    (entries, data) => proposeAndApply(cluster, entries, data),
    () => {
      compactLogs(cluster);
      for (const raft of cluster.members) takeLogLines(raft);
    },
  );
}

/** A slice is about half a second of proposals; a unit is an entry that every member has applied. */
function contender(
  id: string,
  cluster: { readonly applied: readonly number[] },
  batch: number,
  proposeEntries: (count: number, data: string) => void,
  compact: () => void,
): Contender {
  const entries = 38_400;
  return {
    id,
    slice: (start) => {
      const before = [...cluster.applied];
      start();
      for (let done = 0; done < entries; done += batch) {
        proposeEntries(batch, DATA);
        if (done % 3_840 === 0) compact();
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
          const count = 2_000_000 / voters;
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
