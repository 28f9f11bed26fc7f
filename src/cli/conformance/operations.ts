import { fail, ok, type Result, toId64 } from '../../base/index.ts';
import type { ConfChangeOperation, ConfChangeType } from '../../engine/raft/index.ts';

const TYPES: ReadonlyMap<string, ConfChangeType> = new Map([
  ['v', 'ConfChangeAddNode'],
  ['l', 'ConfChangeAddLearnerNode'],
  ['r', 'ConfChangeRemoveNode'],
  ['u', 'ConfChangeUpdateNode'],
]);

/** Reads `v1 l2 r3 u4`. Fails at the first bad token in upstream's words (etcd-io/raft:raftpb/confchange.go). */
export function parseOperations(text: string): Result<ConfChangeOperation[], string> {
  if (text === '') return ok([]);
  const operations: ConfChangeOperation[] = [];
  for (const token of text.split(' ')) {
    if (token.length < 2) return fail(`unknown token ${token}`);
    const type = TYPES.get(token.charAt(0));
    if (type === undefined) return fail(`unknown input: ${token}`);
    const digits = token.slice(1);
    if (!/^\d+$/.test(digits)) return fail(`strconv.ParseUint: parsing ${JSON.stringify(digits)}: invalid syntax`);
    if (BigInt(digits) >= 1n << 64n) return fail(`strconv.ParseUint: parsing ${JSON.stringify(digits)}: value out of range`);
    operations.push({ type, nodeId: toId64(BigInt(digits)) });
  }
  return ok(operations);
}
