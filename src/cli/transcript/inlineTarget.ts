/** etcdctl's processes as clients of an inline run: requests become actions, what clients learn becomes answers, at its exact time. */
import type { ConsoleTarget, TargetHandle } from '../../console/index.ts';
import { type Action, actInline, advanceInline, type ClientNews, type InlineRun, type SimTime } from '../../sim/index.ts';

/** A run with the programs that wait in it. */
export interface Stage {
  readonly run: InlineRun;
  /** A target of its own for each process. */
  createTarget(): ConsoleTarget;
  /** Lets virtual time pass until `until`, or until `isOver` says so after something happened. */
  pass(until: SimTime, isOver?: () => boolean): void;
}

/** @param ordinalOf the member that listens at an address, 0 for none */
export function createStage(run: InlineRun, ordinalOf: (endpoint: string) => number): Stage {
  const open = new Map<number, (news: ClientNews) => void>();
  const sleepers = new Set<{ readonly at: SimTime; readonly wake: () => void }>();
  let clients = 0;
  let calls = 0;
  /** While something is handed out: the instant at which it happened. */
  let instant: SimTime | undefined;
  const now = () => instant ?? run.kernel.now;

  function begin(
    client: number,
    words: Omit<Extract<Action, { type: 'call' }>, 'type' | 'client' | 'call' | 'text' | 'endpoints'>,
    endpoints: readonly string[],
    onNews: (news: ClientNews) => void,
  ): TargetHandle {
    const call = ++calls;
    actInline(run, { type: 'call', client, call, text: '', endpoints: endpoints.map(ordinalOf), ...words });
    open.set(call, onNews);
    return {
      id: call,
      cancel: () => {
        if (open.delete(call)) actInline(run, { type: 'cancel', call });
      },
    };
  }

  /** Hands out what clients have learned. True if that was anything. */
  function tell(news: readonly ClientNews[]): void {
    for (const item of news) {
      instant = item.time;
      const onNews = open.get(item.call);
      if (item.type === 'end') open.delete(item.call);
      onNews?.(item);
    }
    instant = undefined;
  }

  function wake(): void {
    for (const sleeper of [...sleepers].sort((a, b) => a.at - b.at)) {
      if (sleeper.at > run.kernel.now || !sleepers.delete(sleeper)) continue;
      instant = sleeper.at;
      sleeper.wake();
    }
    instant = undefined;
  }

  function withPeer({ attempt, peer, error, of }: Extract<ClientNews, { type: 'failed' }>, endpoints: readonly string[]) {
    return { attempt, peer: endpoints.find((endpoint) => peer > 0 && ordinalOf(endpoint) === peer), error, of };
  }

  return {
    run,
    createTarget: () => {
      const client = ++clients;
      return {
        now,
        request({ endpoints, request, timeout, token, login, once }, onReply, onFailed) {
          return begin(client, { request, timeout, requireLeader: false, token, login, once }, endpoints, (news) => {
            if (news.type === 'failed') onFailed?.(withPeer(news, endpoints));
            if (news.type !== 'end') return;
            const { outcome } = news;
            if (outcome.type === 'ok') onReply({ ok: true, response: outcome.response });
            else if (outcome.type === 'error') onReply({ ok: false, error: outcome.error });
            else onReply({ ok: false, error: { code: outcome.type === 'timeout' ? 'deadlineExceeded' : 'canceled' } });
          });
        },
        openStream({ endpoints, request, requireLeader, token, login, once }, onEvent, onFailed) {
          return begin(client, { request, timeout: undefined, requireLeader, token, login, once }, endpoints, (news) => {
            if (news.type === 'message') onEvent({ type: 'message', response: news.response });
            else if (news.type === 'failed') onFailed?.(withPeer(news, endpoints));
            else if (news.type === 'end')
              onEvent({ type: 'end', error: news.outcome.type === 'error' ? news.outcome.error : undefined });
          });
        },
        sleep(duration, onDone) {
          const sleeper = { at: now() + duration, wake: onDone };
          sleepers.add(sleeper);
          return { id: undefined, cancel: () => void sleepers.delete(sleeper) };
        },
      };
    },
    pass(until, isOver = () => false) {
      while (run.kernel.now < until && !isOver()) {
        let next = until;
        for (const { at } of sleepers) next = Math.min(next, Math.max(at, run.kernel.now));
        // Whoever waits goes on in the microsecond after its answer, so with somebody waiting each instant is looked at.
        const { news } = advanceInline(run, next, open.size > 0 ? 'row' : undefined);
        tell(news);
        wake();
      }
    },
  };
}
