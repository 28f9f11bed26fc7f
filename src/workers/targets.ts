/** Console sessions as clients of the simulated cluster: requests become journal actions, news become answers. */

import { readableKey, utf8Decode, visible } from '../base/index.ts';
import type { ConsoleTarget, TargetHandle } from '../console/index.ts';
import type { ApiRequest, MemberInfo } from '../engine/server/index.ts';
import type { Action, ClientNews } from '../sim/index.ts';

interface Needs {
  /** Of the members, by ordinal - 1. */
  readonly names: readonly string[];
  /** The first call number that is free. */
  readonly firstCall: number;
  /** Newest virtual time. */
  live(): number;
  /** False: nothing can be done now. */
  act(action: Action): boolean;
  /** Somebody told the cluster of a new member. */
  memberAdded(member: MemberInfo): void;
}

export interface Targets {
  /** What a session asks the cluster through; the same object for the same client. */
  of(client: number): ConsoleTarget;
  /** Hands news to whoever asked, and wakes those whose time has come. */
  take(news: readonly ClientNews[], now: number): void;
  /** Not beyond the next instant at which somebody wants to be woken. */
  clampToTimers(until: number): number;
}

/** One of these serves all sessions of a run. */
export function createTargets(needs: Needs): Targets {
  const open = new Map<number, (news: ClientNews) => void>();
  const sleepers = new Set<{ readonly at: number; wake(): void }>();
  const made = new Map<number, ConsoleTarget>();
  let nextCall = needs.firstCall;
  /** While news are handed out: the instant at which they came. */
  let instant: number | undefined;

  function call(
    client: number,
    words: Omit<Extract<Action, { type: 'call' }>, 'type' | 'client' | 'call' | 'text'>,
  ): number | undefined {
    const number = nextCall++;
    const text = wordsOf(words.request);
    return needs.act({ type: 'call', client, call: number, text, ...words }) ? number : undefined;
  }

  function handle(number: number | undefined): TargetHandle {
    return {
      id: number,
      cancel() {
        if (number === undefined || !open.delete(number)) return;
        needs.act({ type: 'cancel', call: number });
      },
    };
  }

  const ordinalOf = (endpoint: string) =>
    needs.names.findIndex((name) => endpoint.replace(/^http:\/\//, '') === `${name}:2379`) + 1;

  function withPeer({ attempt, peer, error, of }: Extract<ClientNews, { type: 'failed' }>, endpoints: readonly string[]) {
    return { attempt, peer: endpoints.find((endpoint) => peer > 0 && ordinalOf(endpoint) === peer), error, of };
  }

  function targetOf(client: number): ConsoleTarget {
    return {
      now: () => instant ?? needs.live(),
      request({ endpoints, request, timeout, token, login, once }, onReply, onFailed) {
        const asked = { request, timeout, requireLeader: false, token, login, once };
        const number = call(client, { endpoints: endpoints.map(ordinalOf), ...asked });
        if (number === undefined) onReply({ ok: false, error: { code: 'canceled' } });
        else {
          open.set(number, (news) => {
            if (news.type === 'failed') return onFailed?.(withPeer(news, endpoints));
            if (news.type === 'message') return;
            open.delete(number);
            const { outcome } = news;
            if (outcome.type === 'ok') {
              if ('member' in outcome.response) needs.memberAdded(outcome.response.member);
              onReply({ ok: true, response: outcome.response });
            } else if (outcome.type === 'error') onReply({ ok: false, error: outcome.error });
            else onReply({ ok: false, error: { code: outcome.type === 'timeout' ? 'deadlineExceeded' : 'canceled' } });
          });
        }
        return handle(number);
      },
      openStream({ endpoints, request, requireLeader, token, login, once }, onEvent, onFailed) {
        const number = call(client, {
          endpoints: endpoints.map(ordinalOf),
          request,
          timeout: undefined,
          requireLeader,
          token,
          login,
          once,
        });
        if (number === undefined) onEvent({ type: 'end', error: { code: 'canceled' } });
        else {
          open.set(number, (news) => {
            if (news.type === 'message') return onEvent({ type: 'message', response: news.response });
            if (news.type === 'failed') return onFailed?.(withPeer(news, endpoints));
            open.delete(number);
            onEvent({ type: 'end', error: news.outcome.type === 'error' ? news.outcome.error : undefined });
          });
        }
        return handle(number);
      },
      sleep(duration, onDone) {
        const sleeper = { at: (instant ?? needs.live()) + duration, wake: onDone };
        sleepers.add(sleeper);
        return { id: undefined, cancel: () => void sleepers.delete(sleeper) };
      },
    };
  }

  return {
    of(client) {
      const target = made.get(client) ?? targetOf(client);
      made.set(client, target);
      return target;
    },
    take(news, now) {
      for (const item of news) {
        instant = item.time;
        open.get(item.call)?.(item);
      }
      for (const sleeper of [...sleepers].sort((a, b) => a.at - b.at)) {
        if (sleeper.at > now || !sleepers.delete(sleeper)) continue;
        instant = sleeper.at;
        sleeper.wake();
      }
      instant = undefined;
    },
    clampToTimers(until) {
      let next = until;
      for (const { at } of sleepers) if (at > needs.live()) next = Math.min(next, at);
      return next;
    },
  };
}

/** etcdctl's own words for what is not about one key. */
const COMMAND_WORDS: Readonly<Record<Exclude<ApiRequest['type'], 'put' | 'range' | 'deleteRange' | 'watch'>, string>> = {
  txn: 'txn',
  compaction: 'compaction',
  leaseGrant: 'lease grant',
  leaseRevoke: 'lease revoke',
  leaseKeepAlive: 'lease keep-alive',
  leaseTimeToLive: 'lease timetolive',
  leaseLeases: 'lease list',
  watchProgress: 'progress',
  memberList: 'member list',
  memberAdd: 'member add',
  memberRemove: 'member remove',
  memberUpdate: 'member update',
  memberPromote: 'member promote',
  memberReplace: 'member replace',
  status: 'endpoint status',
  // A member's own pages.
  inspect: 'curl',
  health: 'curl',
  hash: 'hash',
  hashKv: 'endpoint hashkv',
  alarm: 'alarm',
  defragment: 'defrag',
  moveLeader: 'move-leader',
  downgrade: 'downgrade',
  snapshot: 'snapshot save',
  authEnable: 'auth enable',
  authDisable: 'auth disable',
  authStatus: 'auth status',
  authenticate: 'authenticate',
  authUserAdd: 'user add',
  authUserGet: 'user get',
  authUserList: 'user list',
  authUserDelete: 'user delete',
  authUserChangePassword: 'user passwd',
  authUserGrantRole: 'user grant-role',
  authUserRevokeRole: 'user revoke-role',
  authRoleAdd: 'role add',
  authRoleGet: 'role get',
  authRoleList: 'role list',
  authRoleDelete: 'role delete',
  authRoleGrantPermission: 'role grant-permission',
  authRoleRevokePermission: 'role revoke-permission',
};

/** How the timeline names a call. */
function wordsOf(request: ApiRequest): string {
  switch (request.type) {
    case 'put':
      return `put ${readableKey(request.key)} ${visible(utf8Decode(request.value))}`;
    case 'range':
      return `get ${readableKey(request.key)}`;
    case 'deleteRange':
      return `del ${readableKey(request.key)}`;
    case 'watch':
      return `watch ${readableKey(request.key)}`;
    default:
      return COMMAND_WORDS[request.type];
  }
}
