import type { Bytes } from '../../base/index.ts';
import type { KeyValue } from './types.ts';
import type { Owner, Version } from './versionLog.ts';

/**
 * A node of the key index, and how a key is found in it.
 *
 * In a large store nearly every key lies in memory that is in no cache. So a node holds a number for each key, made of the few
 * bytes that tell its keys apart: a search compares those, which lie side by side, and looks at a key only where two numbers
 * are equal. The bytes before them, `skip` in number, are the same in all keys of the node. They are the same in the key that
 * is looked for if that shares at least so many with whatever can lie between the node's bounds; how many those are is counted
 * on the way down. Where bounds have become wider since, keys themselves are compared until the node is changed again.
 */
export type KeyNode = KeyLeaf | KeyInner;

interface Numbers {
  readonly owner: Owner;
  /** numbers[i] is `numberOf` the key there, after `skip` bytes. */
  readonly numbers: number[];
  /** Bytes with which all keys begin. */
  skip: number;
}

/** Its keys are those of its versions. */
export interface KeyLeaf extends Numbers {
  readonly newest: Version[];
  /** pairs[i] is what newest[i] holds; undefined for a tombstone. */
  readonly pairs: (KeyValue | undefined)[];
  readonly children: undefined;
}

export interface KeyInner extends Numbers {
  /** keys[i] <= every key below children[i] < keys[i + 1]; keys[0] and its number are never looked at. */
  readonly keys: Bytes[];
  readonly children: KeyNode[];
  /** shared[i]: bytes that keys[i] and keys[i + 1] share at least; not looked at for the first child and the last. */
  readonly shared: number[];
  /** lives[i]: keys below children[i] whose newest version is no tombstone. */
  readonly lives: number[];
}

/** Keys of a leaf, at most. */
const LEAF_SIZE = 64;
/** Children of an inner node, at most: it seldom changes, so it can be large, and the tree low. */
const INNER_SIZE = 256;

export function createLeaf(
  owner: Owner,
  numbers: number[],
  skip: number,
  newest: Version[],
  pairs: (KeyValue | undefined)[],
): KeyLeaf {
  return { owner, numbers, skip, newest, pairs, children: undefined };
}

export function createInner(
  owner: Owner,
  keys: Bytes[],
  numbers: number[],
  skip: number,
  children: KeyNode[],
  shared: number[],
  lives: number[],
): KeyInner {
  return { owner, keys, numbers, skip, children, shared, lives };
}

/** A node that may be changed, and whose numbers hold for keys that share `shared` bytes with all in it. */
export function ownNode(node: KeyNode, owner: Owner, shared: number): KeyNode {
  const own = node.owner === owner ? node : copyNode(node, owner);
  if (own.skip > shared) renumber(own, shared);
  return own;
}

function copyNode(node: KeyNode, owner: Owner): KeyNode {
  const { skip } = node;
  const numbers = node.numbers.slice();
  if (node.children === undefined) return createLeaf(owner, numbers, skip, node.newest.slice(), node.pairs.slice());
  return createInner(owner, node.keys.slice(), numbers, skip, node.children.slice(), node.shared.slice(), node.lives.slice());
}

export function ownChild(node: KeyInner, owner: Owner, index: number, shared: number): KeyNode {
  const child = childAt(node, index);
  const own = ownNode(child, owner, shared);
  if (own !== child) node.children[index] = own;
  return own;
}

/** Takes what is from `middle` on out of a node. */
export function splitOff(node: KeyNode, middle: number): KeyNode {
  const { owner, skip } = node;
  const numbers = node.numbers.splice(middle);
  return node.children === undefined
    ? createLeaf(owner, numbers, skip, node.newest.splice(middle), node.pairs.splice(middle))
    : createInner(
        owner,
        node.keys.splice(middle),
        numbers,
        skip,
        node.children.splice(middle),
        node.shared.splice(middle),
        node.lives.splice(middle),
      );
}

export function childAt(node: KeyInner, index: number): KeyNode {
  return node.children[index] as KeyNode; // callers take the index from childIndex or from a loop over keys
}

export function keyAt(node: KeyNode, index: number): Bytes {
  return node.children === undefined ? (node.newest[index] as Version).kv.key : (node.keys[index] as Bytes); // callers stay below sizeOf
}

export function sizeOf(node: KeyNode): number {
  return node.numbers.length;
}

/** Keys or children that a node holds at most. */
export function mostOf(node: KeyNode): number {
  return node.children === undefined ? LEAF_SIZE : INNER_SIZE;
}

export function isFull(node: KeyNode): boolean {
  return sizeOf(node) >= mostOf(node);
}

export function countLive(node: KeyNode): number {
  let count = 0;
  if (node.children === undefined) {
    for (const pair of node.pairs) if (pair !== undefined) count++;
  } else for (const live of node.lives) count += live;
  return count;
}

/** Bytes that a key between the bounds of a child shares with all that can lie there. */
export function sharedBelow(node: KeyInner, index: number, shared: number): number {
  // One bound of the first and the last child is a node above's, and may have moved.
  return index === 0 || index === node.keys.length - 1 ? shared : Math.max(shared, node.shared[index] as number); // as long as keys
}

export function renumber(node: KeyNode, skip: number): void {
  const size = node.children === undefined ? node.newest.length : node.children.length;
  node.skip = skip;
  for (let i = 0; i < size; i++) node.numbers[i] = numberOf(keyAt(node, i), skip);
}

/** The three bytes behind the first `skip`: of two keys that share those, the one with the smaller number is the smaller. */
export function numberOf(key: Bytes, skip: number): number {
  if (skip + 2 < key.length) return (key.charCodeAt(skip) << 16) | (key.charCodeAt(skip + 1) << 8) | key.charCodeAt(skip + 2);
  if (skip + 1 < key.length) return (key.charCodeAt(skip) << 16) | (key.charCodeAt(skip + 1) << 8);
  return skip < key.length ? key.charCodeAt(skip) << 16 : 0;
}

/** Bytes with which both begin. */
export function sharedBytes(a: Bytes, b: Bytes): number {
  let count = 0;
  while (count < a.length && count < b.length && a.charCodeAt(count) === b.charCodeAt(count)) count++;
  return count;
}

/** First index whose key is >= `key`, which lies between the node's bounds and shares `shared` bytes with all that can. */
export function lowerBound({ numbers, skip, newest, pairs }: KeyLeaf, key: Bytes, shared: number): number {
  const isNumbered = skip <= shared;
  const number = isNumbered ? numberOf(key, skip) : 0;
  let low = 0;
  let high = newest.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = isNumbered ? (numbers[middle] as number) : 0; // middle < newest.length
    if (other < number || (other === number && (pairs[middle] ?? (newest[middle] as Version).kv).key < key)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The child in which `key` lies, the last one whose bound is <= `key`; as {@link lowerBound} otherwise. */
export function childIndex({ keys, numbers, skip }: KeyInner, key: Bytes, shared: number): number {
  const isNumbered = skip <= shared;
  const number = isNumbered ? numberOf(key, skip) : 0;
  let low = 1;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = isNumbered ? (numbers[middle] as number) : 0; // middle < keys.length
    if (other < number || (other === number && (keys[middle] as Bytes) <= key)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** `splice` for one item. A loop, for `splice` makes an array of what it removed and `copyWithin` is slow on plain arrays. */
export function insertAt<T>(items: T[], index: number, item: T): void {
  for (let i = items.length; i > index; i--) items[i] = items[i - 1] as T; // i - 1 >= index
  items[index] = item;
}
