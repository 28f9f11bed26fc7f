import { assert } from '../../base/index.ts';
import type { KeyValue } from './types.ts';

/**
 * A mark that says who may change a node in place. Two stores that share nodes after a copy both take fresh marks, so that
 * a node with another mark is copied before it is changed. Only its identity counts.
 */
export type Owner = Record<string, never>;

/** The position of a version that does not exist. */
export const NOWHERE = -1;

/**
 * One change of one key, immutable. A key's versions form a list from the newest to the oldest, linked by positions in the
 * log and not by references: compaction drops old versions from the log without touching newer ones, and a position that
 * is no longer there ends the list. `jump` leads further back, so that a key with n versions is read at any revision in
 * O(log n) steps (Myers, "An applicative random-access stack", 1983).
 */
export interface Version {
  /** A tombstone if `kv.version` is 0. Its main revision is `kv.modRevision`. */
  readonly kv: KeyValue;
  /** Place among the changes of its main revision, from 0. */
  readonly sub: number;
  readonly position: number;
  /** Position of the key's version before this one. */
  readonly previous: number;
  /** Position of the version `span` steps back. */
  readonly jump: number;
  readonly span: number;
  /** `span` of the version at `jump`; 0 if there is none, or if it is where jumps end. */
  readonly jumpSpan: number;
}

/** A run of versions in the order of positions. */
interface VersionChunk {
  readonly owner: Owner;
  readonly versions: Version[];
  /** Digest of the versions, once it was asked for; changed only by dropping it. */
  digest: string | undefined;
}

/** All stored versions in the order in which they were made. Positions are never given twice, and have gaps after a compaction. */
export interface VersionLog {
  /** May change `chunks` and `firsts` in place. */
  owner: Owner;
  chunks: VersionChunk[];
  /** firsts[i] is the position of the first version of chunks[i]. */
  firsts: number[];
  nextPosition: number;
}

/** Versions a chunk holds at most. */
const CHUNK_SIZE = 256;

export function createVersionLog(owner: Owner): VersionLog {
  return { owner, chunks: [], firsts: [], nextPosition: 0 };
}

/** A copy that shares every chunk, and the spine until one side changes it. Both stores must take fresh owners. */
export function cloneVersionLog(log: VersionLog): VersionLog {
  return { owner: log.owner, chunks: log.chunks, firsts: log.firsts, nextPosition: log.nextPosition };
}

/** Bytes that a version takes as etcd stores it, about: a key of 17 bytes, the pair, its numbers. `spec/etcd.md` 1.1. */
export function storedSizeOf({ kv }: Pick<Version, 'kv'>): number {
  return 17 + kv.key.length + kv.value.length + (kv.version === 0 ? 3 : 16);
}

/** True for a deletion. */
export function isTombstone(version: Version): boolean {
  return version.kv.version === 0;
}

/**
 * Adds a change of a key whose newest version so far is `newest`.
 *
 * @param oldest nobody reads below this revision any more: no jump leads past a version that is not above it
 */
export function appendVersion(
  log: VersionLog,
  owner: Owner,
  newest: Version | undefined,
  kv: KeyValue,
  sub: number,
  oldest: number,
): Version {
  const version = linkVersion(log, newest, kv, sub, oldest);
  log.nextPosition++;
  ownSpine(log, owner);
  const last = log.chunks.length - 1;
  const chunk = log.chunks[last];
  if (chunk === undefined || chunk.versions.length >= CHUNK_SIZE) {
    log.chunks.push({ owner, versions: [version], digest: undefined });
    log.firsts.push(version.position);
  } else if (chunk.owner === owner) {
    chunk.versions.push(version);
    chunk.digest = undefined;
  } else {
    const versions = chunk.versions.slice();
    versions.push(version);
    log.chunks[last] = { owner, versions, digest: undefined };
  }
  return version;
}

/** The version at a position, or undefined if it was never there or has been compacted. */
export function versionAt(log: VersionLog, position: number): Version | undefined {
  if (position < 0) return undefined;
  const at = chunkOf(log, position);
  const chunk = log.chunks[at];
  if (chunk === undefined) return undefined;
  const { versions } = chunk;
  // Where nothing was dropped from the chunk, the offset is known.
  const dense = versions[position - (log.firsts[at] ?? 0)];
  if (dense?.position === position) return dense;
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((versions[middle] as Version).position < position)
      low = middle + 1; // middle < versions.length
    else high = middle;
  }
  const found = versions[low];
  return found?.position === position ? found : undefined;
}

/** The newest version with main revision <= `revision`, from `newest` back; undefined if there is none. */
export function versionAtRevision(log: VersionLog, newest: Version, revision: number): Version | undefined {
  let version = newest;
  while (version.kv.modRevision > revision) {
    const far = version.jump === version.previous ? undefined : versionAt(log, version.jump);
    if (far !== undefined && far.kv.modRevision > revision) version = far;
    else {
      const near = versionAt(log, version.previous);
      if (near === undefined) return undefined;
      version = near;
    }
  }
  return version;
}

/** Hands over stored versions with from <= main revision, in order, until `visit` answers false. */
export function visitVersionsFrom(log: VersionLog, from: number, visit: (version: Version) => boolean): void {
  let low = 0;
  let high = log.chunks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (firstOf(log, middle).kv.modRevision < from) low = middle + 1;
    else high = middle;
  }
  // The chunk before may end in versions that are new enough.
  for (let i = Math.max(0, low - 1); i < log.chunks.length; i++) {
    for (const version of chunkAt(log, i).versions) {
      if (version.kv.modRevision >= from && !visit(version)) return;
    }
  }
}

/** One bounded piece of a walk through the log that may drop versions. */
export interface SweepStep {
  /** Versions looked at. */
  readonly visited: number;
  /** Where the next piece begins; undefined at the end of the walk. */
  readonly next: number | undefined;
}

/**
 * Looks at the chunk that holds the first version at `position` or later, and drops the versions with main revision <=
 * `through` that `keep` refuses. Costs at most one chunk.
 */
export function sweepChunk(
  log: VersionLog,
  owner: Owner,
  position: number,
  through: number,
  keep: (version: Version) => boolean,
): SweepStep {
  const at = chunkOf(log, position);
  const chunk = log.chunks[at];
  if (chunk === undefined) return { visited: 0, next: undefined };
  const kept: Version[] = [];
  let visited = 0;
  let reachedEnd = false;
  for (const version of chunk.versions) {
    if (reachedEnd || version.kv.modRevision > through) {
      reachedEnd = true;
      kept.push(version);
    } else if (version.position < position) kept.push(version);
    else {
      visited++;
      if (keep(version)) kept.push(version);
    }
  }
  const next = reachedEnd ? undefined : log.firsts[at + 1];
  if (kept.length < chunk.versions.length) replaceChunk(log, owner, at, kept);
  return { visited, next };
}

/** The versions of the newest main revision, in order. */
export function newestVersions(log: VersionLog): Version[] {
  const newest: Version[] = [];
  for (let i = log.chunks.length - 1; i >= 0; i--) {
    const { versions } = chunkAt(log, i);
    for (let j = versions.length - 1; j >= 0; j--) {
      const version = versions[j] as Version; // j < length
      if (newest[0] !== undefined && version.kv.modRevision !== newest[0].kv.modRevision) return newest.reverse();
      newest.push(version);
    }
  }
  return newest.reverse();
}

/** All stored versions, in order. */
export function listVersions(log: VersionLog): Version[] {
  return log.chunks.flatMap((chunk) => chunk.versions);
}

/** One digest for each chunk, computed once as long as the chunk does not change. */
export function chunkDigests(log: VersionLog, digest: (versions: readonly Version[]) => string): string[] {
  return log.chunks.map((chunk) => {
    chunk.digest ??= digest(chunk.versions);
    return chunk.digest;
  });
}

/** What holds between any two writes; for tests, for it walks the whole log. */
export function assertVersionLogInvariants(log: VersionLog): void {
  assert(log.firsts.length === log.chunks.length, 'a first position for each chunk');
  for (const [i, { versions }] of log.chunks.entries()) {
    assert(versions.length > 0 && versions.length <= CHUNK_SIZE, 'a chunk is neither empty nor overfull', {
      size: versions.length,
    });
    assert(log.firsts[i] === versions[0]?.position, 'a chunk is found by its first position', { first: log.firsts[i] });
  }
  let before: Version | undefined;
  for (const version of listVersions(log)) {
    const { position, sub, kv } = version;
    assert(position > (before?.position ?? NOWHERE) && position < log.nextPosition, 'positions ascend', { position });
    const isLater = before === undefined || kv.modRevision > before.kv.modRevision || sub > before.sub;
    assert(isLater && kv.modRevision >= (before?.kv.modRevision ?? 0), 'revisions ascend', { main: kv.modRevision, sub });
    before = version;
  }
}

/** The version list stays a skew-binary list: two equal spans at its head become one of twice their length and one. */
function linkVersion(log: VersionLog, newest: Version | undefined, kv: KeyValue, sub: number, oldest: number): Version {
  const position = log.nextPosition;
  if (newest === undefined) return { kv, sub, position, previous: NOWHERE, jump: NOWHERE, span: 1, jumpSpan: 0 };
  if (newest.kv.modRevision <= oldest) {
    return { kv, sub, position, previous: newest.position, jump: newest.position, span: 1, jumpSpan: 0 };
  }
  if (newest.span !== newest.jumpSpan) {
    return { kv, sub, position, previous: newest.position, jump: newest.position, span: 1, jumpSpan: newest.span };
  }
  // If the target is compacted, so is everything behind it: the list ends there.
  const over = versionAt(log, newest.jump);
  const span = 2 * newest.span + 1;
  return { kv, sub, position, previous: newest.position, jump: over?.jump ?? NOWHERE, span, jumpSpan: over?.jumpSpan ?? 0 };
}

/** Number of the last chunk that begins at or before `position`; 0 if all begin later. */
function chunkOf(log: VersionLog, position: number): number {
  const { firsts } = log;
  const last = firsts.length - 1;
  const lastFirst = firsts[last];
  if (lastFirst === undefined || position >= lastFirst) return Math.max(0, last);
  // The newest chunks are full: count back from the end, then check.
  const guess = last - Math.ceil((lastFirst - position) / CHUNK_SIZE);
  if (guess >= 0 && (firsts[guess] as number) <= position && position < (firsts[guess + 1] as number)) return guess; // guess < last
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((firsts[middle] as number) <= position)
      low = middle; // middle <= last
    else high = middle - 1;
  }
  return low;
}

function replaceChunk(log: VersionLog, owner: Owner, at: number, versions: Version[]): void {
  ownSpine(log, owner);
  const first = versions[0];
  const before = log.chunks[at - 1];
  if (first === undefined) {
    log.chunks.splice(at, 1);
    log.firsts.splice(at, 1);
  } else if (before !== undefined && before.versions.length + versions.length <= CHUNK_SIZE / 2) {
    // Thin neighbours become one, so that the spine shrinks with what it holds.
    log.chunks.splice(at - 1, 2, { owner, versions: before.versions.concat(versions), digest: undefined });
    log.firsts.splice(at, 1);
  } else {
    log.chunks[at] = { owner, versions, digest: undefined };
    log.firsts[at] = first.position;
  }
}

function ownSpine(log: VersionLog, owner: Owner): void {
  if (log.owner === owner) return;
  log.chunks = log.chunks.slice();
  log.firsts = log.firsts.slice();
  log.owner = owner;
}

function chunkAt(log: VersionLog, index: number): VersionChunk {
  const chunk = log.chunks[index];
  assert(chunk !== undefined, 'a chunk number lies inside the log', { index });
  return chunk;
}

function firstOf(log: VersionLog, index: number): Version {
  const first = chunkAt(log, index).versions[0];
  assert(first !== undefined, 'a chunk is never empty', { index });
  return first;
}
