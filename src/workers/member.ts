/** A member's worker: one host, which does what its bus orders. It knows nothing but its config and its disk. */
import { bootHost, ETCD_RULES, type Host, type HostConfig, hostDigest, runHost } from '../sim/index.ts';
import type { MemberAnswer, MemberOrder, SentHostConfig } from './protocol.ts';

/** @param answer sends back what an order came to @returns takes an order in */
export function startMember(answer: (message: MemberAnswer) => void): (message: unknown) => void {
  let host: Host | undefined;
  return (message) => {
    const order = message as MemberOrder; // only a bus knows this worker
    const { number } = order;
    switch (order.type) {
      case 'boot': {
        const boot = bootHost(withRules(order.config), order.records, order.at);
        host = boot.host;
        return answer({ type: 'result', number, result: boot.result });
      }
      case 'run':
        if (host === undefined) return answer({ type: 'refused', number, reason: 'a member is run before it has booted' });
        return answer({ type: 'result', number, result: runHost(host, order.until, order.deliveries) });
      case 'digest':
        return answer({ type: 'digest', number, digest: host === undefined ? '' : hostDigest(host) });
      default:
        return answer({ type: 'refused', number, reason: `unknown order ${JSON.stringify(message)}` });
    }
  };
}

function withRules(config: SentHostConfig): HostConfig {
  return { ...config, member: { ...config.member, raftRules: ETCD_RULES.raft, serverRules: ETCD_RULES.server } };
}
