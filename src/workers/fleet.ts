/** The workers of a bus's members: started at a boot, really terminated at a stop, asked by numbered orders. */
import type { HostResult, Work } from '../sim/index.ts';
import type { MemberAnswer, MemberOrder, SentHostConfig } from './protocol.ts';

interface Sailor {
  readonly worker: Worker;
  readonly waiting: Map<number, { resolve(answer: MemberAnswer): void; reject(error: Error): void }>;
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'number'> : never;

export interface Fleet {
  /** Does one piece of work. A worker that fails is a member that threw. */
  carryOut(work: Work): Promise<HostResult | undefined>;
  /** '' for a member that does not run. */
  digest(member: number): Promise<string>;
}

/** @param start makes the worker of a member */
export function createFleet(start: (member: number) => Worker): Fleet {
  const sailors = new Map<number, Sailor>();
  let count = 0;

  function launch(member: number): Sailor {
    const sailor: Sailor = { worker: start(member), waiting: new Map() };
    sailor.worker.onmessage = (event: MessageEvent<MemberAnswer>) => {
      const { number } = event.data;
      const waiting = sailor.waiting.get(number);
      sailor.waiting.delete(number);
      waiting?.resolve(event.data);
    };
    sailor.worker.onerror = (event) => {
      const error = new Error(event.message || 'the worker could not be loaded');
      for (const waiting of sailor.waiting.values()) waiting.reject(error);
      sailor.waiting.clear();
    };
    sailors.set(member, sailor);
    return sailor;
  }

  function ask(sailor: Sailor, order: Unnumbered<MemberOrder>): Promise<MemberAnswer> {
    const number = ++count;
    return new Promise((resolve, reject) => {
      sailor.waiting.set(number, { resolve, reject });
      sailor.worker.postMessage({ ...order, number });
    });
  }

  async function result(sailor: Sailor, order: Unnumbered<MemberOrder>, at: number): Promise<HostResult> {
    try {
      const answer = await ask(sailor, order);
      if (answer.type === 'result') return answer.result;
      return failedResult(answer.type === 'refused' ? answer.reason : `an answer of type ${answer.type}`, '', at);
    } catch (error) {
      const thrown = error instanceof Error ? error : new Error(String(error));
      return failedResult(thrown.message, thrown.stack ?? '', at);
    }
  }

  return {
    async carryOut(work) {
      switch (work.type) {
        case 'boot': {
          const { config, records, at } = work;
          sailors.get(config.ordinal)?.worker.terminate();
          return result(launch(config.ordinal), { type: 'boot', config: withoutRules(config), records, at }, at);
        }
        case 'run': {
          const sailor = sailors.get(work.member);
          if (sailor === undefined) return failedResult('a member without a worker is run', '', work.until - 1);
          const { until, deliveries } = work;
          return result(sailor, { type: 'run', until, deliveries }, until - 1);
        }
        case 'stop':
          sailors.get(work.member)?.worker.terminate();
          sailors.delete(work.member);
          return undefined;
      }
    },
    async digest(member) {
      const sailor = sailors.get(member);
      if (sailor === undefined) return '';
      const answer = await ask(sailor, { type: 'digest' });
      return answer.type === 'digest' ? answer.digest : '';
    },
  };
}

function withoutRules(config: Extract<Work, { type: 'boot' }>['config']): SentHostConfig {
  const { raftRules: _raft, serverRules: _server, ...member } = config.member;
  return { ...config, member };
}

function failedResult(message: string, stack: string, time: number): HostResult {
  return {
    outputs: [],
    rows: [],
    notes: [],
    changes: [],
    nextLocal: Number.POSITIVE_INFINITY,
    handled: 0,
    exitedAt: undefined,
    thrown: { time, message, stack },
  };
}
