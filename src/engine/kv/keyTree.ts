import { assert, type Bytes } from '../../base/index.ts';
import {
  childAt,
  childIndex,
  countLive,
  createInner,
  createLeaf,
  insertAt,
  isFull,
  type KeyInner,
  type KeyNode,
  keyAt,
  lowerBound,
  mostOf,
  numberOf,
  ownChild,
  ownNode,
  renumber,
  sharedBelow,
  sharedBytes,
  sizeOf,
  splitOff,
} from './keyNode.ts';
import type { KeyValue } from './types.ts';
import { isTombstone, type Owner, type Version } from './versionLog.ts';

/**
 * The key index: a B+tree from key to the newest version of that key, tombstones included until compaction removes them.
 * The pair of a live key lies in the leaf, so that a read of the present touches nothing else, and inner nodes know how
 * many live keys each child holds, so that a count costs O(log n). Nodes are copied before they are changed unless they carry
 * the store's own mark.
 */
export function createKeyTree(owner: Owner): KeyNode {
  return createLeaf(owner, [], 0, [], []);
}

/** The pair of a key now, or undefined if it is absent. */
export function findPair(root: KeyNode, key: Bytes): KeyValue | undefined {
  let node = root;
  let shared = 0;
  while (node.children !== undefined) {
    const index = childIndex(node, key, shared);
    shared = sharedBelow(node, index, shared);
    node = childAt(node, index);
  }
  const pair = node.pairs[lowerBound(node, key, shared)];
  return pair?.key === key ? pair : undefined;
}

/** The newest version of a key, or undefined if the index does not know it. */
export function findNewest(root: KeyNode, key: Bytes): Version | undefined {
  let node = root;
  let shared = 0;
  while (node.children !== undefined) {
    const index = childIndex(node, key, shared);
    shared = sharedBelow(node, index, shared);
    node = childAt(node, index);
  }
  const newest = node.newest[lowerBound(node, key, shared)];
  return newest?.kv.key === key ? newest : undefined;
}

/**
 * Gives a key a new newest version.
 *
 * @param change makes it from the one before, if there is one; called once
 * @returns the root from now on
 */
export function updateNewest(root: KeyNode, owner: Owner, key: Bytes, change: (newest: Version | undefined) => Version): KeyNode {
  let top = ownNode(root, owner, 0);
  if (isFull(top)) {
    top = createInner(owner, [''], [0], 0, [top], [0], [countLive(top)]);
    splitChild(top, owner, 0, key, 0);
  }
  let node = top;
  let shared = 0;
  while (node.children !== undefined) {
    let index = childIndex(node, key, shared);
    if (isFull(childAt(node, index))) {
      splitChild(node, owner, index, key, shared);
      index = childIndex(node, key, shared);
    }
    shared = sharedBelow(node, index, shared);
    node = ownChild(node, owner, index, shared);
  }
  const { newest, pairs } = node;
  const index = lowerBound(node, key, shared);
  const before = newest[index];
  const isKnown = before?.kv.key === key;
  const wasLive = isKnown && pairs[index] !== undefined;
  const after = change(isKnown ? before : undefined);
  const pair = isTombstone(after) ? undefined : after.kv;
  if (isKnown) {
    newest[index] = after;
    pairs[index] = pair;
  } else {
    insertAt(node.numbers, index, numberOf(key, node.skip));
    insertAt(newest, index, after);
    insertAt(pairs, index, pair);
  }
  const isLive = pair !== undefined;
  if (wasLive !== isLive) addLive(top, key, isLive ? 1 : -1);
  return top;
}

/**
 * Takes a key whose newest version is a tombstone out of the index.
 *
 * @returns the root from now on
 */
export function removeKey(root: KeyNode, owner: Owner, key: Bytes): KeyNode {
  const top = ownNode(root, owner, 0);
  removeBelow(top, owner, key, 0);
  let shrunk: KeyNode = top;
  while (shrunk.children !== undefined && shrunk.children.length === 1) shrunk = childAt(shrunk, 0);
  return shrunk.children !== undefined && shrunk.children.length === 0 ? createKeyTree(owner) : shrunk;
}

/** Live keys k with start <= k < end; `end` undefined = no end. O(log n). */
export function countLiveBetween(root: KeyNode, start: Bytes, end: Bytes | undefined): number {
  const before = countLiveBelow(root, start);
  return Math.max(0, (end === undefined ? countLive(root) : countLiveBelow(root, end)) - before);
}

/** Adds the pairs of live keys in [start, end) to `into`, in key order, until it holds `limit`. */
export function collectLive(root: KeyNode, start: Bytes, end: Bytes | undefined, limit: number, into: KeyValue[]): void {
  collect(root, start, 0, end, limit, into);
}

/** @param start undefined = the whole node lies behind it; otherwise it lies in the node, and shares `shared` bytes with all in there */
function collect(
  node: KeyNode,
  start: Bytes | undefined,
  shared: number,
  end: Bytes | undefined,
  limit: number,
  into: KeyValue[],
): void {
  if (node.children === undefined) {
    const { pairs } = node;
    const stop = stopAt(node, end);
    for (let i = start === undefined ? 0 : lowerBound(node, start, shared); i < stop && into.length < limit; i++) {
      const pair = pairs[i];
      if (pair !== undefined) into.push(pair);
    }
    return;
  }
  const { lives } = node;
  const first = start === undefined ? 0 : childIndex(node, start, shared);
  const stop = stopAt(node, end);
  for (let i = first; i < stop && into.length < limit; i++) {
    if (lives[i] === 0) continue;
    const below = i === first ? start : undefined;
    collect(childAt(node, i), below, sharedBelow(node, i, shared), i === stop - 1 ? end : undefined, limit, into);
  }
}

/** Hands over the newest version of every key in [start, end), tombstones included, in key order. */
export function visitNewest(root: KeyNode, start: Bytes, end: Bytes | undefined, visit: (newest: Version) => void): void {
  visitBelow(root, start, 0, end, visit);
}

/** `start` and `shared` as {@link collect} has them. */
function visitBelow(
  node: KeyNode,
  start: Bytes | undefined,
  shared: number,
  end: Bytes | undefined,
  visit: (newest: Version) => void,
): void {
  const stop = stopAt(node, end);
  if (node.children === undefined) {
    for (let i = start === undefined ? 0 : lowerBound(node, start, shared); i < stop; i++) {
      visit(node.newest[i] as Version); // i < newest.length
    }
    return;
  }
  const first = start === undefined ? 0 : childIndex(node, start, shared);
  for (let i = first; i < stop; i++) {
    const below = i === first ? start : undefined;
    visitBelow(childAt(node, i), below, sharedBelow(node, i, shared), i === stop - 1 ? end : undefined, visit);
  }
}

function removeBelow(node: KeyNode, owner: Owner, key: Bytes, shared: number): void {
  if (node.children === undefined) {
    const index = lowerBound(node, key, shared);
    const version = node.newest[index];
    assert(version?.kv.key === key, 'only a key in the index is removed', { key });
    assert(isTombstone(version), 'only a deleted key is removed', { key });
    node.numbers.splice(index, 1);
    node.newest.splice(index, 1);
    node.pairs.splice(index, 1);
    return;
  }
  const index = childIndex(node, key, shared);
  const below = sharedBelow(node, index, shared);
  const child = ownChild(node, owner, index, below);
  removeBelow(child, owner, key, below);
  const size = sizeOf(child);
  if (size === 0) removeChild(node, index);
  else if (index > 0 && size + sizeOf(childAt(node, index - 1)) <= mostOf(child) / 2) mergeWithNext(node, owner, index - 1, shared);
}

/** The child before takes over what lay between the bounds of this one. */
function removeChild(node: KeyInner, index: number): void {
  if (index > 0) node.shared[index - 1] = Math.min(node.shared[index - 1] ?? 0, node.shared[index] ?? 0);
  node.keys.splice(index, 1);
  node.numbers.splice(index, 1);
  node.children.splice(index, 1);
  node.shared.splice(index, 1);
  node.lives.splice(index, 1);
}

/** Moves what is in child `index + 1` into child `index`. */
function mergeWithNext(node: KeyInner, owner: Owner, index: number, shared: number): void {
  const left = ownChild(node, owner, index, sharedBelow(node, index, shared));
  const right = childAt(node, index + 1);
  if (left.children === undefined) {
    assert(right.children === undefined, 'children of one node have one height');
    left.newest.push(...right.newest);
    left.pairs.push(...right.pairs);
  } else {
    assert(right.children !== undefined, 'children of one node have one height');
    // The first key of an inner node is not kept up; the bound in the parent is the true one.
    const bound = node.keys[index + 1] as Bytes; // the parent has index + 2 children
    const last = sizeOf(left) - 1;
    left.shared[last] = last === 0 ? 0 : sharedBytes(left.keys[last] as Bytes, bound); // last < keys.length
    left.keys.push(bound, ...right.keys.slice(1));
    left.children.push(...right.children);
    left.shared.push(sharedBytes(bound, right.keys[1] ?? ''), ...right.shared.slice(1));
    left.lives.push(...right.lives);
  }
  node.lives[index] = (node.lives[index] ?? 0) + (node.lives[index + 1] ?? 0);
  removeChild(node, index + 1);
  renumber(left, sharedBelow(node, index, shared));
}

/** Splits the full child `index`, of which the half that will not get `key` stays as full as it can. */
function splitChild(node: KeyInner, owner: Owner, index: number, key: Bytes, shared: number): void {
  const child = ownChild(node, owner, index, sharedBelow(node, index, shared));
  const size = sizeOf(child);
  // Keys that come in ascending order would leave half-empty nodes behind.
  const isAppend = index === node.keys.length - 1 && keyAt(child, size - 1) < key;
  const middle = isAppend ? size - 1 : size / 2;
  const bound = keyAt(child, middle);
  const right = splitOff(child, middle);
  const moved = countLive(right);
  insertAt(node.keys, index + 1, bound);
  insertAt(node.numbers, index + 1, numberOf(bound, node.skip));
  insertAt(node.children, index + 1, right);
  insertAt(node.shared, index + 1, sharedBytes(bound, node.keys[index + 2] ?? ''));
  insertAt(node.lives, index + 1, moved);
  node.shared[index] = index === 0 ? 0 : sharedBytes(node.keys[index] as Bytes, bound); // index < keys.length
  node.lives[index] = (node.lives[index] ?? 0) - moved;
  renumber(child, sharedBelow(node, index, shared));
  renumber(right, sharedBelow(node, index + 1, shared));
}

function addLive(root: KeyNode, key: Bytes, by: number): void {
  let node = root;
  let shared = 0;
  while (node.children !== undefined) {
    const index = childIndex(node, key, shared);
    node.lives[index] = (node.lives[index] ?? 0) + by;
    shared = sharedBelow(node, index, shared);
    node = childAt(node, index);
  }
}

function countLiveBelow(root: KeyNode, key: Bytes): number {
  let count = 0;
  let node = root;
  let shared = 0;
  while (node.children !== undefined) {
    const index = childIndex(node, key, shared);
    for (let i = 0; i < index; i++) count += node.lives[i] as number; // i < lives.length
    shared = sharedBelow(node, index, shared);
    node = childAt(node, index);
  }
  const stop = lowerBound(node, key, shared);
  for (let i = 0; i < stop; i++) if (node.pairs[i] !== undefined) count++;
  return count;
}

/** The first index at which nothing is below `end`, which can lie anywhere. The first child of an inner node always counts. */
function stopAt(node: KeyNode, end: Bytes | undefined): number {
  const size = sizeOf(node);
  if (end === undefined) return size;
  let low = node.children === undefined ? 0 : 1;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyAt(node, middle) < end) low = middle + 1;
    else high = middle;
  }
  return low;
}
