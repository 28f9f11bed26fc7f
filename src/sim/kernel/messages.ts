/** Messages between members: sent, lost on a link that is cut, refused where nobody listens. */
import type { MemberId } from '../../engine/raft/index.ts';
import type { MemberOutput } from '../../engine/server/index.ts';
import type { Delivery } from '../host/index.ts';
import { messageCode, messageIndex } from '../messageCode.ts';
import { drawArrival, drawSnapshotArrival, type Link, linkOf } from '../network.ts';
import type { SimTime } from '../scenario.ts';
import { makeRow, ROW_KIND, type Row } from '../trace.ts';
import { tellClient } from './clients.ts';
import { addRow } from './rows.ts';
import { ADDRESS_SOURCE, enqueue, type Kernel, type KernelMember, memberOf, notify, type Queued, SILENCE } from './state.ts';

const MESSAGE_IDS = 1_000_000_000;
/** In no process's life: who is sent something under an id that has gone from its place is refused. */
const NOT_THERE = -1;

export function sendMessage(
  kernel: Kernel,
  member: KernelMember,
  time: SimTime,
  sequence: number,
  { message, state, size }: Extract<MemberOutput, { type: 'send' }>,
): void {
  const target = targetOf(kernel, member, message.to, time);
  if (target === undefined) return;
  const { network, scenario } = kernel;
  const link = linkOf(network, member.ordinal, target.ordinal);
  const arrival =
    size === undefined ? drawArrival(network, link, time) : drawSnapshotArrival(network, link, time, size, scenario.bandwidth);
  const input: Delivery['input'] = state === undefined ? { type: 'message', message } : { type: 'message', message, state };
  const said = { term: message.term, index: messageIndex(message), p: messageCode(message), q: message.entries.length };
  launch(kernel, member, target, { link, time, sequence, arrival, to: message.to, input }, said);
}

/** What members say to each other beside Raft takes the same link. */
export function sendPeer(
  kernel: Kernel,
  member: KernelMember,
  time: SimTime,
  sequence: number,
  { to, message }: Extract<MemberOutput, { type: 'sendPeer' }>,
): void {
  const target = targetOf(kernel, member, to, time);
  if (target === undefined) return;
  const link = linkOf(kernel.network, member.ordinal, target.ordinal);
  const arrival = drawArrival(kernel.network, link, time);
  const input: Delivery['input'] = { type: 'peerMessage', from: member.id, message };
  launch(kernel, member, target, { link, time, sequence, arrival, to, input }, {});
}

interface Launch {
  readonly link: Link;
  readonly time: SimTime;
  readonly sequence: number;
  readonly arrival: SimTime;
  readonly to: MemberId;
  readonly input: Delivery['input'];
}

/** On its way, or lost on a link that is cut. @param said what its row says beside its way */
function launch(
  kernel: Kernel,
  member: KernelMember,
  target: KernelMember,
  { link, time, sequence, arrival, to, input }: Launch,
  said: Partial<Row>,
): void {
  const isCut = link.causes.length > 0;
  const ref = member.ordinal * MESSAGE_IDS + member.sent++;
  const way = { a: member.ordinal, b: target.ordinal, ref, r: isCut ? time - arrival : arrival - time };
  addRow(kernel, member.ordinal, sequence, makeRow(time, ROW_KIND.send, { ...said, ...way }));
  const queued: Queued = {
    time: arrival,
    source: member.ordinal,
    sequence,
    input,
    incarnation: target.id === to ? target.incarnation : NOT_THERE,
    from: member.ordinal,
    client: 0,
    attempt: 0,
    ref,
  };
  if (isCut) loseSnapshot(kernel, queued, target, arrival, SILENCE);
  else enqueue(target, queued);
}

/** Where a message goes; where there is no place, its sender hears that nobody is there. */
function targetOf(kernel: Kernel, member: KernelMember, to: MemberId, time: SimTime): KernelMember | undefined {
  const place = kernel.places.get(to) ?? 0;
  if (place > 0 && place !== member.ordinal) return memberOf(kernel, place);
  notify(member, {
    time: time + 2 * kernel.scenario.latency,
    source: ADDRESS_SOURCE + member.ordinal,
    sequence: member.addressSequence++,
    input: { type: 'unreachable', peer: to },
  });
  return undefined;
}

/** What reaches a member before `until`. Whatever finds no process, or another one than it was sent to, is lost here. */
export function takeDeliveries(kernel: Kernel, member: KernelMember, until: SimTime): Queued[] {
  if (member.isPaused) return [];
  let count = 0;
  while (count < member.inbox.length && (member.inbox[count] as Queued).time < until) count++; // count < length
  if (count === 0) return [];
  const due = member.inbox.slice(0, count);
  member.inbox = member.inbox.slice(count);
  return due.filter((delivery) => {
    const { connection } = delivery;
    if (connection !== undefined && kernel.connections[connection.index]?.version !== connection.version) return false;
    if (member.isUp && delivery.incarnation === member.incarnation) return true;
    refuseDelivery(kernel, member, delivery);
    return false;
  });
}

/** Nobody listens: the sender hears of it when the refusal has travelled back. */
function refuseDelivery(kernel: Kernel, member: KernelMember, delivery: Queued): void {
  const { time, from, ref } = delivery;
  const source = ADDRESS_SOURCE + member.ordinal;
  if (from > 0) {
    addRow(kernel, source, member.addressSequence++, makeRow(time, ROW_KIND.lost, { a: from, b: member.ordinal, ref }));
    const back = linkOf(kernel.network, member.ordinal, from);
    if (back.causes.length > 0) return;
    const sender = memberOf(kernel, from);
    notify(sender, {
      time: drawArrival(kernel.network, back, time),
      source,
      sequence: member.addressSequence++,
      input: { type: 'unreachable', peer: addresseeOf(delivery) ?? member.id },
    });
    loseSnapshot(kernel, delivery, member, time, back.latency);
  } else if (delivery.client > 0 && delivery.input.type === 'request') {
    const { client, attempt } = delivery;
    addRow(kernel, source, member.addressSequence++, makeRow(time, ROW_KIND.drop, { a: client, b: member.ordinal, ref }));
    tellClient(kernel, client, time + kernel.scenario.clientLatency, source, member.addressSequence++, {
      type: 'unreachable',
      call: ref,
      attempt,
    });
  }
}

function addresseeOf({ input }: Queued): MemberId | undefined {
  return input.type === 'message' ? input.message.to : undefined;
}

/**
 * A snapshot that will not arrive, or whose receipt will not: its sender's transport gives up on it after a while. Nothing for
 * any other message.
 */
export function loseSnapshot(kernel: Kernel, { input, from }: Queued, target: KernelMember, time: SimTime, after: SimTime): void {
  let sender: KernelMember;
  let peer: MemberId;
  if (input.type === 'peerMessage' && input.message.type === 'snapshotReceived') {
    sender = target;
    peer = input.from;
  } else if (input.type === 'message' && input.state !== undefined) {
    sender = memberOf(kernel, from);
    peer = input.message.to;
  } else return;
  notify(sender, {
    // Not before a round trip: the sender may have run ahead that far.
    time: time + Math.max(after, 2 * kernel.scenario.latency),
    source: ADDRESS_SOURCE + sender.ordinal,
    sequence: sender.addressSequence++,
    input: { type: 'snapshotLost', peer },
  });
}
