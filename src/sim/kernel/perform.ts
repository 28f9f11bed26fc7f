/** Work that somebody carries out, and what comes of it, committed in the order of the members. */
import { assert, type Id64 } from '../../base/index.ts';
import { diskSynced, diskWrite } from '../disk.ts';
import type { ChangeNote, Delivery, HostResult, TimedOutput } from '../host/index.ts';
import { makeRow, ROW_KIND } from '../trace.ts';
import { ownerOf, tellClient } from './clients.ts';
import { settleConnections } from './connections.ts';
import { sendMessage, sendPeer } from './messages.ts';
import { learnRoster } from './places.ts';
import { loseProcess } from './process.ts';
import { addRow } from './rows.ts';
import { enqueue, type Kernel, type KernelMember, memberOf, type Queued } from './state.ts';
import type { Work, Working } from './work.ts';

/** Yields work and commits its results, in the order of the members. */
export function* perform(kernel: Kernel, work: readonly Work[]): Working {
  const results = yield work;
  for (const [i, item] of work.entries()) {
    const result = results[i];
    if (item.type === 'stop') continue;
    assert(result !== undefined, 'work that runs a member has a result', { type: item.type });
    const ordinal = item.type === 'boot' ? item.config.ordinal : item.member;
    const member = memberOf(kernel, ordinal);
    commit(kernel, member, result);
    const endedAt = result.thrown?.time ?? result.exitedAt;
    if (endedAt !== undefined) {
      const left = item.type === 'run' ? item.deliveries.slice(result.handled) : [];
      loseProcess(kernel, member, endedAt);
      settleConnections(kernel, endedAt);
      const stopped = makeRow(endedAt, ROW_KIND.stop, { a: ordinal, p: result.thrown === undefined ? 2 : 1 });
      addRow(kernel, ordinal, Number.MAX_SAFE_INTEGER, stopped); // the last thing that it did
      for (const delivery of left) if (isQueued(delivery)) enqueue(member, delivery);
      if (result.thrown !== undefined) kernel.released.thrown.push({ member: ordinal, ...result.thrown });
      yield [{ type: 'stop', member: ordinal }];
    }
  }
}

/** Every delivery of a round came out of an inbox, where it was queued. */
function isQueued(delivery: Delivery): delivery is Queued {
  return 'incarnation' in delivery;
}

function commit(kernel: Kernel, member: KernelMember, result: HostResult): void {
  member.nextLocal = result.nextLocal;
  for (const { sequence, row } of result.rows) addRow(kernel, member.ordinal, sequence, row);
  for (const timed of result.outputs) commitOutput(kernel, member, timed);
  for (const note of result.notes) {
    const { requestId, ...said } = note;
    const call = kernel.calls.get(requestId as Id64) ?? 0; // '' is no id and finds nothing
    kernel.calls.delete(requestId as Id64);
    kernel.released.entries.push({ ...said, call });
  }
  tellChanges(kernel, result.changes);
}

/** What others have told already is not told again. */
function tellChanges(kernel: Kernel, changes: readonly ChangeNote[]): void {
  const told = kernel.changesTold;
  for (const change of changes) {
    if (change.index <= told) continue;
    kernel.released.changes.push(change);
    kernel.changesTold = change.index;
  }
}

function commitOutput(kernel: Kernel, member: KernelMember, { time, sequence, output }: TimedOutput): void {
  switch (output.type) {
    case 'send':
      sendMessage(kernel, member, time, sequence, output);
      return;
    case 'sendPeer':
      sendPeer(kernel, member, time, sequence, output);
      return;
    case 'members':
      learnRoster(kernel, output);
      return;
    case 'write':
      assert(diskWrite(member.disk, output.records, output.replaces) === output.position, 'a disk holds what its member wrote', {
        ordinal: member.ordinal,
      });
      return;
    case 'safe':
      diskSynced(member.disk, output.position);
      return;
    case 'proposed':
      kernel.calls.set(output.requestId, output.call);
      return;
    case 'answer':
    case 'refuse':
    case 'stream': {
      const owner = ownerOf(kernel, output.call);
      if (owner === undefined) return; // its client has ended the call
      const arrival = time + kernel.scenario.clientLatency;
      const p = output.type === 'answer' ? 1 : output.type === 'refuse' ? 0 : 2;
      const fields = { a: owner.client, b: member.ordinal, p, r: arrival - time, ref: output.call };
      addRow(kernel, member.ordinal, sequence, makeRow(time, ROW_KIND.answer, fields));
      tellClient(kernel, owner.client, arrival, member.ordinal, sequence, { ...output, attempt: owner.attempt });
      return;
    }
    case 'applied': // told by rows
    case 'exit':
    case 'log':
      return;
  }
}
