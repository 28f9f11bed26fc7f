/** Sessions: each with its own client and member, ended with their tab, opened by what goes wrong. Requests go to a target that holds them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ConsoleTarget, TargetCall } from '../../../src/console/index.ts';
import { askedAt, type ConsoleStore, createConsoles, onceFailed } from '../../../src/ui/console/consoles.ts';
import { createFakeRun } from '../../scenes/fakeRun.ts';

interface Held {
  readonly client: number;
  readonly call: TargetCall;
  readonly answer: (ok: boolean) => void;
  canceled: boolean;
}

let held: Held[];
let followed: string[];
let store: ConsoleStore;

beforeEach(() => {
  held = [];
  followed = [];
  const target = (client: number): ConsoleTarget => ({
    now: () => 0,
    request(call, onReply) {
      const one: Held = {
        client,
        call,
        canceled: false,
        answer: (ok) =>
          onReply(
            ok
              ? {
                  ok: true,
                  response: {
                    type: 'put',
                    header: { clusterId: '0', memberId: '0', revision: 2, raftTerm: 1 },
                    prevKv: undefined,
                  } as never,
                }
              : { ok: false, error: { code: 'deadlineExceeded' } },
          ),
      };
      held.push(one);
      return {
        id: held.length,
        cancel() {
          one.canceled = true;
        },
      };
    },
    openStream: () => ({ id: undefined, cancel() {} }),
    sleep: () => ({ id: undefined, cancel() {} }),
  });
  store = createConsoles(
    { ...createFakeRun('open', 1), target },
    { followKey: (key) => followed.push(key), wake: () => {}, save: () => {}, helpWords: () => '', firstClient: 1 },
  );
});

const texts = (client: number) =>
  store
    .getState()
    .tabs.find((tab) => tab.client === client)
    ?.session.lines.map((line) =>
      line.kind === 'echo' || line.kind === 'stdout' || line.kind === 'stderr' ? line.text : line.kind,
    );

describe('sessions', () => {
  it('are two at first, and ask their own members through their own clients', () => {
    store.getState().submit(1, 'put color red');
    store.getState().submit(2, 'get name');
    expect(held.map(({ client, call }) => [client, call.endpoints, call.request.type])).toEqual([
      [1, ['n1:2379'], 'put'],
      [2, ['n2:2379'], 'range'],
    ]);
    expect(followed).toEqual(['color', 'name']);
  });

  it('know what came while another one was in front', () => {
    const news = () => store.getState().tabs.map((tab) => tab.session.nextLine > tab.seen);
    expect(news()).toEqual([false, false]);
    store.getState().submit(1, 'put color red');
    store.getState().activate(2);
    expect(news()).toEqual([false, false]);
    held[0]?.answer(true);
    expect(news()).toEqual([true, false]);
    store.getState().activate(1);
    expect(news()).toEqual([false, false]);
    store.getState().submit(2, 'get name');
    store.getState().close(1);
    expect(news()).toEqual([false]);
  });

  it('run several lines one after the other', () => {
    store.getState().submit(1, 'put a 1\nput b 2\n');
    expect(held).toHaveLength(1);
    held[0]?.answer(true);
    expect(held).toHaveLength(2);
    expect(texts(1)).toEqual(['put a 1', 'OK', 'put b 2']);
  });

  it('keep the name of the member under old prompts when another one is asked', () => {
    store.getState().submit(1, 'put a 1');
    held[0]?.answer(true);
    store.getState().ask(1, 4);
    store.getState().submit(1, 'put b 2');
    const tab = store.getState().tabs[0];
    if (tab === undefined) throw new Error('the first tab is there');
    expect(tab.session.lines.map((line) => askedAt(tab, line.number))).toEqual([1, 1, 4]);
    expect(held[1]?.call.endpoints).toEqual(['n4:2379']);
  });

  it('end what runs in them when their tab is closed; the last one stays', () => {
    store.getState().submit(1, 'put a 1');
    store.getState().close(1);
    expect(held[0]?.canceled).toBe(true);
    expect(store.getState().tabs.map((tab) => tab.client)).toEqual([2]);
    expect(store.getState().active).toBe(2);
    store.getState().close(2);
    expect(store.getState().tabs).toHaveLength(1);
  });

  it('that wait or watch are left alone when somebody wants a free one', () => {
    store.getState().bringFree(3);
    expect([store.getState().active, store.getState().tabs[0]?.member]).toEqual([1, 3]);
    store.getState().submit(1, 'put a 1');
    store.getState().bringFree();
    expect([store.getState().active, store.getState().tabs[1]?.member]).toEqual([2, 2]);
    store.getState().submit(2, 'put b 2');
    store.getState().bringFree(5);
    expect(store.getState().tabs.map((tab) => [tab.client, tab.member])).toEqual([
      [1, 3],
      [2, 2],
      [3, 5],
    ]);
    expect(store.getState().active).toBe(3);
  });

  it('get numbers of their own', () => {
    store.getState().add();
    store.getState().close(3);
    store.getState().add();
    expect(store.getState().tabs.map((tab) => tab.client)).toEqual([1, 2, 4]);
    expect(store.getState().active).toBe(4);
  });

  it('unfold when something goes wrong, and not for an OK', () => {
    store.getState().submit(2, 'put a 1');
    held[0]?.answer(true);
    expect(store.getState().open).toBe(false);
    store.getState().submit(2, 'put a 1');
    held[1]?.answer(false);
    expect(texts(2)).toContain('Error: context deadline exceeded');
    expect([store.getState().open, store.getState().active]).toEqual([true, 2]);
  });
});

describe('a command that fails', () => {
  it('says so once, to whoever waits for that command', () => {
    const said: string[] = [];
    onceFailed(store, 1, 2, (text) => said.push(text));
    store.getState().submit(1, 'put a 1');
    store.getState().submit(1, 'put a 2');
    held[0]?.answer(false);
    expect(said).toEqual([]);
    held[1]?.answer(false);
    expect(said).toEqual(['Error: context deadline exceeded']);
    store.getState().submit(1, 'put a 3');
    held[2]?.answer(false);
    expect(said).toHaveLength(1);
  });

  it('is not one that succeeds', () => {
    const said: string[] = [];
    onceFailed(store, 1, 1, (text) => said.push(text));
    store.getState().submit(1, 'put a 1');
    held[0]?.answer(true);
    expect(said).toEqual([]);
  });
});
