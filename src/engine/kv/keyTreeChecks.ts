/** Looks into the key index, for tests and benchmarks: what holds in it, and what a search costs. */
import { assert, type Bytes } from '../../base/index.ts';
import {
  childAt,
  childIndex,
  type KeyNode,
  keyAt,
  lowerBound,
  mostOf,
  numberOf,
  sharedBelow,
  sharedBytes,
  sizeOf,
} from './keyNode.ts';
import { isTombstone, type Version } from './versionLog.ts';

/** What a search for a key costs, for who wants to know how it grows. */
export interface SearchCost {
  /** On the way down, the leaf included. */
  readonly nodes: number;
  /** Of numbers, or of keys. */
  readonly comparisons: number;
  /** Those that had to look at a key. */
  readonly keys: number;
}

export function searchCost(root: KeyNode, key: Bytes): SearchCost {
  let cost: SearchCost = { nodes: 0, comparisons: 0, keys: 0 };
  let node = root;
  let shared = 0;
  while (node.children !== undefined) {
    const index = childIndex(node, key, shared);
    cost = withSearch(cost, node, key, shared, 1, index + 1);
    shared = sharedBelow(node, index, shared);
    node = childAt(node, index);
  }
  return withSearch(cost, node, key, shared, 0, lowerBound(node, key, shared));
}

/** Adds a binary search in one node that began at `from` and ended at `found`. */
function withSearch(cost: SearchCost, node: KeyNode, key: Bytes, shared: number, from: number, found: number): SearchCost {
  const { numbers, skip } = node;
  const number = numberOf(key, skip);
  let { comparisons, keys } = cost;
  let low = from;
  let high = sizeOf(node);
  while (low < high) {
    const middle = (low + high) >>> 1;
    comparisons++;
    if (skip > shared || numbers[middle] === number) keys++;
    if (middle < found) low = middle + 1;
    else high = middle;
  }
  return { nodes: cost.nodes + 1, comparisons, keys };
}

/** What holds between any two writes; for tests, for it walks the whole tree. */
export function assertKeyTreeInvariants(root: KeyNode): void {
  if (sizeOf(root) > 0) checkNode(root, '', undefined);
}

function checkNode(node: KeyNode, low: Bytes, high: Bytes | undefined): number {
  const { numbers, skip } = node;
  const size = node.children === undefined ? node.newest.length : node.children.length;
  assert(size > 0 && size <= mostOf(node), 'a node is neither empty nor overfull', { size });
  assert(numbers.length === size, 'a number for each key', { size, numbers: numbers.length });
  const first = node.children === undefined ? 0 : 1;
  let live = 0;
  for (let i = 0; i < size; i++) {
    const key = keyAt(node, i);
    if (i >= first) {
      assert(key >= low && (high === undefined || key < high), 'a key lies between its bounds', { key, low, high });
      assert(numbers[i] === numberOf(key, skip), 'a number is that of its key', { key, skip });
      assert(sharedBytes(keyAt(node, size - 1), key) >= Math.min(skip, key.length), 'the keys of a node begin alike', {
        key,
        skip,
      });
    }
    if (i > first) assert(keyAt(node, i - 1) < key, 'keys ascend', { key });
    if (node.children === undefined) {
      const version = node.newest[i] as Version; // i < size
      const isLive = !isTombstone(version);
      assert(node.pairs[i] === (isLive ? version.kv : undefined), 'a pair is that of its version', { key });
      if (isLive) live++;
    } else {
      const next = node.keys[i + 1];
      if (i > 0 && next !== undefined)
        assert((node.shared[i] ?? 0) <= sharedBytes(key, next), 'two bounds share what is said', { key, next });
      const below = checkNode(childAt(node, i), i === 0 ? low : key, next ?? high);
      assert(below === node.lives[i], 'an inner node knows its live keys', { below, lives: node.lives[i] });
      live += below;
    }
  }
  return live;
}
