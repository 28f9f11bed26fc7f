import { assert, type Bytes } from '../../base/index.ts';
import type { KeyValue } from './types.ts';
import { isTombstone, type Owner, type Version } from './versionLog.ts';

/**
 * The key index: a B+tree from key to the newest version of that key, tombstones included until compaction removes them.
 * The pair of a live key lies beside the key, so that a read of the present touches nothing else, and inner nodes know how
 * many live keys each child holds, so that a count costs O(log n). Nodes are copied before they are changed unless they carry
 * the store's own mark.
 */
export type KeyNode = KeyLeaf | KeyInner;

interface KeyLeaf {
  readonly owner: Owner;
  readonly keys: Bytes[];
  readonly newest: Version[];
  /** pairs[i] is what newest[i] holds; undefined for a tombstone. */
  readonly pairs: (KeyValue | undefined)[];
  readonly children: undefined;
}

interface KeyInner {
  readonly owner: Owner;
  /** keys[i] <= every key below children[i] < keys[i + 1]; keys[0] is never looked at. */
  readonly keys: Bytes[];
  readonly children: KeyNode[];
  /** lives[i]: keys below children[i] whose newest version is no tombstone. */
  readonly lives: number[];
}

/** Keys of a leaf and children of an inner node, at most. */
const NODE_SIZE = 64;

export function createKeyTree(owner: Owner): KeyNode {
  return createLeaf(owner, [], [], []);
}

/** The pair of a key now, or undefined if it is absent. */
export function findPair(root: KeyNode, key: Bytes): KeyValue | undefined {
  let node = root;
  while (node.children !== undefined) node = childAt(node, childIndex(node.keys, key));
  const index = lowerBound(node.keys, key);
  return node.keys[index] === key ? node.pairs[index] : undefined;
}

/** The newest version of a key, or undefined if the index does not know it. */
export function findNewest(root: KeyNode, key: Bytes): Version | undefined {
  let node = root;
  while (node.children !== undefined) node = childAt(node, childIndex(node.keys, key));
  const index = lowerBound(node.keys, key);
  return node.keys[index] === key ? node.newest[index] : undefined;
}

/**
 * Gives a key a new newest version.
 *
 * @param change makes it from the one before, if there is one; called once
 * @returns the root from now on
 */
export function updateNewest(root: KeyNode, owner: Owner, key: Bytes, change: (newest: Version | undefined) => Version): KeyNode {
  let top = ownNode(root, owner);
  if (isFull(top)) {
    top = { owner, keys: [''], children: [top], lives: [countLive(top)] };
    splitChild(top, owner, 0, key);
  }
  let node = top;
  while (node.children !== undefined) {
    let index = childIndex(node.keys, key);
    if (isFull(childAt(node, index))) {
      splitChild(node, owner, index, key);
      index = childIndex(node.keys, key);
    }
    node = ownChild(node, owner, index);
  }
  const { keys, newest, pairs } = node;
  const index = lowerBound(keys, key);
  const isKnown = keys[index] === key;
  const wasLive = isKnown && pairs[index] !== undefined;
  const after = change(isKnown ? newest[index] : undefined);
  const pair = isTombstone(after) ? undefined : after.kv;
  if (isKnown) {
    newest[index] = after;
    pairs[index] = pair;
  } else {
    insertAt(keys, index, key);
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
  const top = ownNode(root, owner);
  removeBelow(top, owner, key);
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
export function collectLive(node: KeyNode, start: Bytes, end: Bytes | undefined, limit: number, into: KeyValue[]): void {
  const { keys } = node;
  if (node.children === undefined) {
    const { pairs } = node;
    const stop = end === undefined ? keys.length : lowerBound(keys, end);
    for (let i = lowerBound(keys, start); i < stop && into.length < limit; i++) {
      const pair = pairs[i];
      if (pair !== undefined) into.push(pair);
    }
    return;
  }
  const { lives } = node;
  for (let i = childIndex(keys, start); i < keys.length && into.length < limit; i++) {
    if (i > 0 && end !== undefined && (keys[i] as Bytes) >= end) return; // i < keys.length
    if (lives[i] !== 0) collectLive(childAt(node, i), start, end, limit, into);
  }
}

/** Hands over the newest version of every key in [start, end), tombstones included, in key order. */
export function visitNewest(node: KeyNode, start: Bytes, end: Bytes | undefined, visit: (newest: Version) => void): void {
  const { keys } = node;
  if (node.children === undefined) {
    const stop = end === undefined ? keys.length : lowerBound(keys, end);
    for (let i = lowerBound(keys, start); i < stop; i++) visit(node.newest[i] as Version); // i < keys.length
    return;
  }
  for (let i = childIndex(keys, start); i < keys.length; i++) {
    if (i > 0 && end !== undefined && (keys[i] as Bytes) >= end) return; // i < keys.length
    visitNewest(childAt(node, i), start, end, visit);
  }
}

/** What holds between any two writes; for tests, for it walks the whole tree. */
export function assertKeyTreeInvariants(root: KeyNode): void {
  if (root.keys.length > 0) checkNode(root, '', undefined);
}

function checkNode(node: KeyNode, low: Bytes, high: Bytes | undefined): number {
  assert(node.keys.length > 0 && node.keys.length <= NODE_SIZE, 'a node is neither empty nor overfull', { size: node.keys.length });
  let live = 0;
  for (let i = 0; i < node.keys.length; i++) {
    const key = node.keys[i] as Bytes; // i < keys.length
    const isBound = node.children !== undefined && i === 0;
    if (!isBound) assert(key >= low && (high === undefined || key < high), 'a key lies between its bounds', { key, low, high });
    if (i > 1 || (i === 1 && node.children === undefined)) assert((node.keys[i - 1] as Bytes) < key, 'keys ascend', { key });
    if (node.children === undefined) {
      const version = node.newest[i] as Version; // as long as keys
      assert(version.kv.key === key, 'a version lies beside its own key', { key, other: version.kv.key });
      const isLive = !isTombstone(version);
      assert(node.pairs[i] === (isLive ? version.kv : undefined), 'a pair is that of its version', { key });
      if (isLive) live++;
    } else {
      const below = checkNode(childAt(node, i), i === 0 ? low : key, node.keys[i + 1] ?? high);
      assert(below === node.lives[i], 'an inner node knows its live keys', { below, lives: node.lives[i] });
      live += below;
    }
  }
  return live;
}

function removeBelow(node: KeyNode, owner: Owner, key: Bytes): void {
  if (node.children === undefined) {
    const index = lowerBound(node.keys, key);
    const version = node.newest[index];
    assert(node.keys[index] === key && version !== undefined, 'only a key in the index is removed', { key });
    assert(isTombstone(version), 'only a deleted key is removed', { key });
    node.keys.splice(index, 1);
    node.newest.splice(index, 1);
    node.pairs.splice(index, 1);
    return;
  }
  const index = childIndex(node.keys, key);
  const child = ownChild(node, owner, index);
  removeBelow(child, owner, key);
  if (child.keys.length === 0) removeChild(node, index);
  else if (index > 0 && child.keys.length + childAt(node, index - 1).keys.length <= NODE_SIZE / 2)
    mergeWithNext(node, owner, index - 1);
}

function removeChild(node: KeyInner, index: number): void {
  node.keys.splice(index, 1);
  node.children.splice(index, 1);
  node.lives.splice(index, 1);
}

/** Moves what is in child `index + 1` into child `index`. */
function mergeWithNext(node: KeyInner, owner: Owner, index: number): void {
  const left = ownChild(node, owner, index);
  const right = childAt(node, index + 1);
  if (left.children === undefined) {
    assert(right.children === undefined, 'children of one node have one height');
    left.keys.push(...right.keys);
    left.newest.push(...right.newest);
    left.pairs.push(...right.pairs);
  } else {
    assert(right.children !== undefined, 'children of one node have one height');
    // The first key of an inner node is not kept up; the bound in the parent is the true one.
    left.keys.push(node.keys[index + 1] as Bytes, ...right.keys.slice(1)); // the parent has index + 2 children
    left.children.push(...right.children);
    left.lives.push(...right.lives);
  }
  node.lives[index] = (node.lives[index] ?? 0) + (node.lives[index + 1] ?? 0);
  removeChild(node, index + 1);
}

/** Splits the full child `index`, of which the half that will not get `key` stays as full as it can. */
function splitChild(node: KeyInner, owner: Owner, index: number, key: Bytes): void {
  const child = ownChild(node, owner, index);
  const { keys } = child;
  // Keys that come in ascending order would leave half-empty nodes behind.
  const isAppend = index === node.keys.length - 1 && (keys[NODE_SIZE - 1] as Bytes) < key; // a full node
  const middle = isAppend ? NODE_SIZE - 1 : NODE_SIZE / 2;
  const bound = keys[middle] as Bytes; // middle < NODE_SIZE
  const right: KeyNode =
    child.children === undefined
      ? createLeaf(owner, keys.splice(middle), child.newest.splice(middle), child.pairs.splice(middle))
      : { owner, keys: keys.splice(middle), children: child.children.splice(middle), lives: child.lives.splice(middle) };
  const moved = countLive(right);
  insertAt(node.keys, index + 1, bound);
  insertAt(node.children, index + 1, right);
  insertAt(node.lives, index + 1, moved);
  node.lives[index] = (node.lives[index] ?? 0) - moved;
}

function addLive(root: KeyNode, key: Bytes, by: number): void {
  let node = root;
  while (node.children !== undefined) {
    const index = childIndex(node.keys, key);
    node.lives[index] = (node.lives[index] ?? 0) + by;
    node = childAt(node, index);
  }
}

function countLiveBelow(root: KeyNode, key: Bytes): number {
  let count = 0;
  let node = root;
  while (node.children !== undefined) {
    const index = childIndex(node.keys, key);
    for (let i = 0; i < index; i++) count += node.lives[i] as number; // i < lives.length
    node = childAt(node, index);
  }
  const stop = lowerBound(node.keys, key);
  for (let i = 0; i < stop; i++) if (node.pairs[i] !== undefined) count++;
  return count;
}

function countLive(node: KeyNode): number {
  let count = 0;
  if (node.children === undefined) {
    for (const pair of node.pairs) if (pair !== undefined) count++;
  } else for (const live of node.lives) count += live;
  return count;
}

function createLeaf(owner: Owner, keys: Bytes[], newest: Version[], pairs: (KeyValue | undefined)[]): KeyLeaf {
  return { owner, keys, newest, pairs, children: undefined };
}

function ownNode(node: KeyNode, owner: Owner): KeyNode {
  if (node.owner === owner) return node;
  if (node.children === undefined) return createLeaf(owner, node.keys.slice(), node.newest.slice(), node.pairs.slice());
  return { owner, keys: node.keys.slice(), children: node.children.slice(), lives: node.lives.slice() };
}

function ownChild(node: KeyInner, owner: Owner, index: number): KeyNode {
  const child = childAt(node, index);
  if (child.owner === owner) return child;
  const own = ownNode(child, owner);
  node.children[index] = own;
  return own;
}

function childAt(node: KeyInner, index: number): KeyNode {
  return node.children[index] as KeyNode; // callers take the index from childIndex or from a loop over keys
}

function isFull(node: KeyNode): boolean {
  return node.keys.length >= NODE_SIZE;
}

/** First index whose key is >= `key`. */
function lowerBound(keys: readonly Bytes[], key: Bytes): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as Bytes) < key)
      low = middle + 1; // middle < keys.length
    else high = middle;
  }
  return low;
}

/** The child in which `key` lies: the last one whose bound is <= `key`. */
function childIndex(keys: readonly Bytes[], key: Bytes): number {
  let low = 1;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as Bytes) <= key)
      low = middle + 1; // middle < keys.length
    else high = middle;
  }
  return low - 1;
}

/** `splice` for one item. A loop, for `splice` makes an array of what it removed and `copyWithin` is slow on plain arrays. */
function insertAt<T>(items: T[], index: number, item: T): void {
  for (let i = items.length; i > index; i--) items[i] = items[i - 1] as T; // i - 1 >= index
  items[index] = item;
}
