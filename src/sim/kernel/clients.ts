/** Clients: what reaches them, and what they do about it. */
import { assert } from '../../base/index.ts';
import { type ClientEffect, type ClientEvent, clientEvent } from '../client.ts';
import type { SimTime } from '../scenario.ts';
import { makeRow, OUTCOME_CODE, ROW_KIND } from '../trace.ts';
import { addRow } from './rows.ts';
import { CLIENT_SOURCE, type ClientNews, enqueue, insertOrdered, type Kernel, type KernelClient, memberOf } from './state.ts';

/** Lets a client react to everything that reaches it before `until`. */
export function runClient(kernel: Kernel, client: KernelClient, until: SimTime): void {
  for (let head = client.inbox[0]; head !== undefined && head.time < until; head = client.inbox[0]) {
    client.inbox.shift();
    carryOut(kernel, client, head.time, clientEvent(client.client, head.event));
  }
}

export function carryOut(kernel: Kernel, client: KernelClient, time: SimTime, effects: readonly ClientEffect[]): void {
  const { ordinal } = client.client;
  const source = CLIENT_SOURCE + ordinal;
  const arrival = time + kernel.scenario.clientLatency;
  for (const effect of effects) {
    const sequence = client.sequence++;
    switch (effect.type) {
      case 'send': {
        const { call, attempt, request, requireLeader, token } = effect;
        const member = memberOf(kernel, effect.member);
        const fields = { a: ordinal, b: member.ordinal, r: arrival - time, ref: call };
        addRow(kernel, source, sequence, makeRow(time, ROW_KIND.call, fields));
        if (member.isPaused) {
          const type = effect.hasChoice ? 'unreachable' : 'pending';
          tellClient(kernel, ordinal, arrival, source, sequence, { type, call, attempt });
          if (effect.hasChoice) break;
        }
        enqueue(member, {
          time: arrival,
          source,
          sequence,
          input: { type: 'request', call, request, requireLeader, token },
          incarnation: member.incarnation,
          from: 0,
          client: ordinal,
          attempt,
          ref: call,
        });
        break;
      }
      case 'cancel': {
        const member = memberOf(kernel, effect.member);
        const input = { type: 'cancel' as const, call: effect.call };
        const { incarnation } = member;
        enqueue(member, {
          time: arrival,
          source,
          sequence,
          input,
          incarnation,
          from: 0,
          client: ordinal,
          attempt: 0,
          ref: effect.call,
        });
        break;
      }
      case 'wait':
        tellClient(kernel, ordinal, time + effect.delay, source, sequence, effect.event);
        break;
      case 'deliver': {
        const { call, response } = effect;
        const row = makeRow(time, ROW_KIND.receive, { a: ordinal, ref: call });
        addRow(kernel, source, sequence, row, { type: 'message', time, client: ordinal, call, response });
        break;
      }
      case 'failed': {
        const news: ClientNews = { ...effect, time, client: ordinal };
        kernel.pendingRows.push({ source, sequence, time, row: undefined, news });
        break;
      }
      case 'end': {
        const { call, outcome } = effect;
        const row = makeRow(time, ROW_KIND.end, { a: ordinal, p: OUTCOME_CODE[outcome.type], ref: call });
        addRow(kernel, source, sequence, row, { type: 'end', time, client: ordinal, call, outcome });
        break;
      }
    }
  }
}

export function tellClient(
  kernel: Kernel,
  ordinal: number,
  time: SimTime,
  source: number,
  sequence: number,
  event: ClientEvent,
): void {
  const client = kernel.clients.get(ordinal);
  assert(client !== undefined, 'only a client that asked is told something', { ordinal });
  insertOrdered(client.inbox, { time, source, sequence, event });
}

export function ownerOf(kernel: Kernel, call: number): { readonly client: number; readonly attempt: number } | undefined {
  for (const [ordinal, { client }] of kernel.clients) {
    const open = client.calls.get(call);
    if (open !== undefined) return { client: ordinal, attempt: open.attempt };
  }
  return undefined;
}
