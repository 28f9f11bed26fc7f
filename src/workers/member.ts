/** A member's worker: one host, which does what its bus orders. It knows nothing but its config and its disk. */
import { bootHost, ETCD_RULES, type Host, type HostConfig, hostDigest, runHost } from '../sim/index.ts';
import type { MemberAnswer, MemberOrder, SentHostConfig } from './protocol.ts';
import { refuseTime, show } from './refusals.ts';

/** @param answer sends back what an order came to @returns takes an order in */
export function startMember(answer: (message: MemberAnswer) => void): (message: unknown) => void {
  let host: Host | undefined;

  function obey(order: MemberOrder): MemberAnswer {
    const { number } = order;
    switch (order.type) {
      case 'boot': {
        const boot = bootHost(withRules(order.config), order.records, order.at);
        host = boot.host;
        return { type: 'result', number, result: boot.result };
      }
      case 'run': {
        if (host === undefined) return { type: 'refused', number, reason: 'a member is run before it has booted' };
        const refusal = refuseTime(order.until, host.nextTick);
        if (refusal !== undefined) return { type: 'refused', number, reason: refusal };
        return { type: 'result', number, result: runHost(host, order.until, order.deliveries) };
      }
      case 'digest':
        return { type: 'digest', number, digest: host === undefined ? '' : hostDigest(host) };
      default:
        return { type: 'refused', number, reason: `unknown order ${show(order)}` };
    }
  }

  return (message) => {
    const number = numberOf(message);
    if (number === undefined) return answer({ type: 'refused', number: 0, reason: `an order has a number, not ${show(message)}` });
    try {
      answer(obey(message as MemberOrder)); // only a bus knows this worker
    } catch (error) {
      // What the member itself throws is in its result; this order made no sense, and its bus waits for an answer.
      answer({ type: 'refused', number, reason: error instanceof Error ? (error.stack ?? error.message) : show(error) });
    }
  };
}

function numberOf(message: unknown): number | undefined {
  const number = typeof message === 'object' && message !== null && 'number' in message ? message.number : undefined;
  return typeof number === 'number' ? number : undefined;
}

function withRules(config: SentHostConfig): HostConfig {
  return { ...config, member: { ...config.member, raftRules: ETCD_RULES.raft, serverRules: ETCD_RULES.server } };
}
