/** A member's own log lines, as data (`spec/etcd.md` 8). Raft's come between them, in the order in which all were written. */
import { formatHex, goSize, type Id64 } from '../../base/index.ts';
import { takeLogLines } from '../raft/index.ts';
import type { LineField, LineLevel } from './serverLine.ts';
import type { Member } from './state.ts';

/** Are lines of level debug wanted? Ask before making fields that cost something. */
export function wantsDebug({ config }: Member): boolean {
  return config.options?.logLevel === 'debug';
}

/** Writes a line behind everything that Raft has written so far. */
export function writeServerLine(member: Member, level: LineLevel, message: string, fields: readonly LineField[] = []): void {
  if (level === 'debug' && !wantsDebug(member)) return;
  takeRaftLines(member);
  member.outputs.push({ type: 'log', line: { level, logger: '', message, fields } });
}

/** What etcd's wrapper around Raft says of leaders: `raft.node: …` (etcd-io/raft:node.go). */
export function writeNodeLine(member: Member, message: string): void {
  takeRaftLines(member);
  const text = `raft.node: ${formatHex(member.config.id)} ${message} at term ${member.raft.term}`;
  member.outputs.push({ type: 'log', line: { level: 'info', logger: 'raft', message: text, fields: [] } });
}

/** Hands out what Raft has written. */
export function takeRaftLines(member: Member): void {
  for (const line of takeLogLines(member.raft)) member.outputs.push({ type: 'log', line });
}

/** `cluster-id` and `local-member-id`, with which many lines begin. */
export function whoseLine(member: Member): LineField[] {
  return [
    ['cluster-id', formatHex(member.config.cluster.clusterId)],
    ['local-member-id', formatHex(member.config.id)],
  ];
}

/** An id as log lines print it. */
export function idField(name: string, id: Id64): LineField {
  return [name, formatHex(id)];
}

/** Bytes, and the same as people read it. */
export function sizeFields(name: string, bytes: number): LineField[] {
  return [
    [`${name}-bytes`, bytes],
    [name, goSize(bytes)],
  ];
}
