/** What people do to the world. */
import { beginCall, cancelCall, createClient } from '../client.ts';
import type { JournalEntry } from '../command.ts';
import { cutLink, healLink, linkOf } from '../network.ts';
import { makeRow, ROW_KIND, type Row } from '../trace.ts';
import { carryOut } from './clients.ts';
import { settleConnections } from './connections.ts';
import { loseSnapshot } from './messages.ts';
import { perform } from './perform.ts';
import { takePlace } from './places.ts';
import { bootWork, loseProcess, pauseProcess, resumeProcess } from './process.ts';
import { addRow } from './rows.ts';
import { type Kernel, memberOf, notify, type Queued, SILENCE } from './state.ts';
import type { Working } from './work.ts';

/** Somebody does something. */
export function* happen(kernel: Kernel, entry: JournalEntry): Working {
  const { action, at } = entry;
  kernel.done++;
  kernel.released.actions.push(entry);
  const row = (kind: number, fields: Partial<Row>) => addRow(kernel, 0, kernel.actionSequence++, makeRow(at, kind, fields));
  row(ROW_KIND.action, { ref: entry.order });
  switch (action.type) {
    case 'crash': {
      const member = memberOf(kernel, action.member);
      if (!member.isUp) return;
      loseProcess(kernel, member, at);
      settleConnections(kernel, at);
      row(ROW_KIND.stop, { a: member.ordinal });
      yield [{ type: 'stop', member: member.ordinal }];
      return;
    }
    case 'restart': {
      const member = memberOf(kernel, action.member);
      if (member.isUp || !takePlace(kernel, member)) return;
      yield* perform(kernel, [bootWork(kernel, member, at)]);
      settleConnections(kernel, at);
      return;
    }
    case 'pause': {
      const member = memberOf(kernel, action.member);
      if (member.isUp) pauseProcess(kernel, member, at);
      return;
    }
    case 'resume': {
      const member = memberOf(kernel, action.member);
      if (!member.isPaused) return;
      resumeProcess(kernel, member, at);
      // It comes before everything else of this instant: its source is that of people.
      notify(member, { time: at, source: 0, sequence: kernel.actionSequence++, input: { type: 'resume' } });
      return;
    }
    case 'cut':
      for (const [from, to] of action.links) {
        if (!cutLink(linkOf(kernel.network, from, to), action.cause)) continue;
        row(ROW_KIND.link, { a: from, b: to, p: 1 });
        const target = memberOf(kernel, to);
        // What has arrived at a paused process is not on the link any more.
        const isLost = (queued: Queued) => queued.from === from && queued.time >= at;
        for (const lost of target.inbox.filter(isLost)) {
          row(ROW_KIND.lost, { a: from, b: to, ref: lost.ref });
          loseSnapshot(kernel, lost, target, at, SILENCE);
        }
        target.inbox = target.inbox.filter((queued) => !isLost(queued));
      }
      settleConnections(kernel, at);
      return;
    case 'heal':
      for (const [from, to] of action.links) {
        if (healLink(linkOf(kernel.network, from, to), action.cause)) row(ROW_KIND.link, { a: from, b: to, p: 0 });
      }
      settleConnections(kernel, at);
      return;
    case 'call': {
      const { client: ordinal } = action;
      const client = kernel.clients.get(ordinal) ?? { client: createClient(kernel.scenario.seed, ordinal), inbox: [], sequence: 0 };
      kernel.clients.set(ordinal, client);
      carryOut(kernel, client, at, beginCall(client.client, action));
      return;
    }
    case 'cancel':
      for (const client of kernel.clients.values()) carryOut(kernel, client, at, cancelCall(client.client, action.call));
      return;
  }
}
