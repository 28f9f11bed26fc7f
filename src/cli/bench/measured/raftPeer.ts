/**
 * The port of etcd-io/raft on npm, `@coaty/consensus.raft`, driven as our own engine is. It is no dependency: it is measured where it
 * can be found from the project, or from the folder that `ETCDSCOPE_RAFT_PEER` names (one with a `node_modules`).
 */
import { createRequire, Module } from 'node:module';
import { join, resolve } from 'node:path';

/** A cluster as it is measured, whosever it is. */
export interface Driven {
  readonly proposeAndApply: (count: number, data: string) => void;
  readonly compactLogs: () => void;
  /** Entries that each member has applied. */
  readonly applied: readonly number[];
}

// As much of the port's interface as is used.
interface PeerMessage {
  readonly to: string;
}
interface PeerEntry {
  readonly index: number;
}
interface PeerReady {
  readonly hardState: { isEmptyHardState(): boolean };
  readonly entries: PeerEntry[];
  readonly messages: PeerMessage[];
  readonly committedEntries: PeerEntry[];
}
interface PeerNode {
  readonly raft: { readonly raftLog: { readonly applied: number } };
  campaign(): unknown;
  propose(data: string): unknown;
  step(message: PeerMessage): unknown;
  hasReady(): boolean;
  ready(): PeerReady;
  advance(ready: PeerReady): void;
}
interface PeerStorage {
  SetHardState(state: unknown): unknown;
  ApplySnapshot(snapshot: unknown): unknown;
  Append(entries: PeerEntry[]): unknown;
  Compact(index: number): unknown;
}
type Make<T> = new (options: object) => T;
interface PeerModules {
  readonly RawNode: { NewRawNode(config: unknown): PeerNode };
  readonly RaftConfig: Make<object>;
  readonly MemoryStorage: { NewMemoryStorage(): PeerStorage };
  readonly Snapshot: Make<object>;
  readonly SnapshotMetadata: Make<object>;
  readonly ConfState: Make<object>;
  readonly setLogger: (logger: unknown) => void;
  readonly discardLogger: object;
}

const KEPT = 8_192;

/** The port's modules, or undefined where it is not installed. */
export function findPeer(): PeerModules | undefined {
  const folder = resolve(process.env.ETCDSCOPE_RAFT_PEER ?? '.');
  const load = createRequire(join(folder, 'package.json'));
  try {
    leaveOutDatabase(createRequire(load.resolve('@coaty/consensus.raft')));
    const modules = ['rawnode', 'raft', 'storage', 'raftpb/raft.pb', 'logger'].map((name) =>
      load(`@coaty/consensus.raft/ported/${name}.js`),
    );
    return Object.assign({}, ...modules) as PeerModules; // version 1.0.0 has all of them
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** The port's modules load a database, for a part that is not measured; it is a binary that need not be built. */
function leaveOutDatabase(load: NodeJS.Require): void {
  const path = load.resolve('sqlite3');
  const module = new Module(path);
  module.loaded = true;
  load.cache[path] ??= module;
}

export function createPeerCluster(peer: PeerModules, count: number): Driven {
  peer.setLogger(peer.discardLogger);
  const voters = Array.from({ length: count }, (_, i) => String(i + 1));
  const storages = voters.map(() => {
    const storage = peer.MemoryStorage.NewMemoryStorage();
    const metadata = new peer.SnapshotMetadata({ index: 1, term: 1, confState: new peer.ConfState({ voters }) });
    storage.ApplySnapshot(new peer.Snapshot({ metadata }));
    return storage;
  });
  const nodes = voters.map((id, i) =>
    peer.RawNode.NewRawNode(
      new peer.RaftConfig({
        id,
        electionTick: 10,
        heartbeatTick: 1,
        storage: storages[i],
        applied: 1,
        maxSizePerMsg: 1024 * 1024,
        maxInflightMsgs: 512,
        checkQuorum: true,
        preVote: true,
        logger: peer.discardLogger,
      }),
    ),
  );
  const byId = new Map(nodes.map((node, i) => [voters[i], node]));
  const applied = nodes.map(() => 0);
  const leader = nodes[0] as PeerNode; // there is always one

  const settle = () => {
    for (let isBusy = true; isBusy; ) {
      isBusy = false;
      for (let i = 0; i < nodes.length; i++) {
        const node = nodes[i] as PeerNode; // i < length
        const storage = storages[i] as PeerStorage;
        if (!node.hasReady()) continue;
        isBusy = true;
        const work = node.ready();
        if (!work.hardState.isEmptyHardState()) storage.SetHardState(work.hardState);
        storage.Append(work.entries);
        for (const message of work.messages) (byId.get(message.to) as PeerNode).step(message); // nobody else is written to
        applied[i] = (applied[i] ?? 0) + work.committedEntries.length;
        node.advance(work);
      }
    }
  };

  leader.campaign();
  settle();
  return {
    applied,
    proposeAndApply: (entries, data) => {
      for (let i = 0; i < entries; i++) if (leader.propose(data)) throw new Error('a proposal was dropped');
      settle();
    },
    compactLogs: () => {
      nodes.forEach(({ raft }, i) => {
        if (raft.raftLog.applied > KEPT) storages[i]?.Compact(raft.raftLog.applied - KEPT);
      });
    },
  };
}
