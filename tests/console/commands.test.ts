/** Single commands: what they ask for, and what they print of answers that no recorded session of the model shows. */
import { describe, expect, test } from 'vitest';
import { toId64, utf8Decode, utf8Encode, ZERO_ID } from '../../src/base/index.ts';
import { type ConsoleTarget, collectRun, etcdctl, type StreamEvent } from '../../src/console/index.ts';
import type { CallOutcome, KeyValue, UnaryRequest, WatchResponse } from '../../src/engine/server/api.ts';
import type { ApiErrorCode } from '../../src/engine/server/errors.ts';
import { answering, loadSession, run } from './support.ts';

const header = { clusterId: toId64(0xcdf818194e3a8c32n), memberId: toId64(0x8e9e05c52164694dn), revision: 7, raftTerm: 2 };
const empty: CallOutcome = { ok: true, response: { type: 'range', header, kvs: [], more: false, count: 0 } };
const pair = (key: string, value: string, lease = ZERO_ID): KeyValue => ({
  key,
  value,
  lease,
  createRevision: 2,
  modRevision: 5,
  version: 3,
});

function ask(args: readonly string[]): UnaryRequest | undefined {
  const target = answering((request) => (request.type === 'range' ? empty : { ok: false, error: { code: 'stopped' } }));
  run(args, target);
  return target.asked[0];
}

function ranged(args: readonly string[], kvs: readonly KeyValue[]): string {
  return run(
    args,
    answering(() => ({ ok: true, response: { type: 'range', header, kvs, more: false, count: kvs.length } })),
  ).stdout;
}

describe('requests', () => {
  test.each<[string[], object]>([
    [
      ['get', 'a'],
      { type: 'range', key: 'a', rangeEnd: '', serializable: false, revision: 0, limit: 0, sortOrder: 'none', sortTarget: 'key' },
    ],
    [['get', 'a', 'c'], { key: 'a', rangeEnd: 'c' }],
    [['get', 'a', 'c', 'd'], { key: 'a', rangeEnd: 'c' }],
    [['get', 'foo', '--prefix'], { key: 'foo', rangeEnd: 'fop' }],
    [['get', '', '--prefix'], { key: '\0', rangeEnd: '\0' }],
    [['get', 'b', '--from-key'], { key: 'b', rangeEnd: '\0' }],
    [['get', '', '--from-key'], { key: '\0', rangeEnd: '\0' }],
    [['get', '键', '--prefix'], { key: '\xe9\x94\xae', rangeEnd: '\xe9\x94\xaf' }],
    [['get', 'a', '--rev=-4', '--limit', '0x10'], { revision: 0, limit: 16 }],
    [['get', 'a', '--rev=9223372036854775807'], { revision: Number.MAX_SAFE_INTEGER }],
    [['get', 'a', '--order=ascend'], { sortOrder: 'none', sortTarget: 'key' }],
    [['get', 'a', '--order=ascend', '--sort-by=Modify'], { sortOrder: 'ascend', sortTarget: 'mod' }],
    [['get', 'a', '--sort-by=CREATE'], { sortOrder: 'none', sortTarget: 'create' }],
    [['get', 'a', '--consistency', 's', '--keys-only'], { serializable: true, keysOnly: true }],
    [
      ['put', 'k', 'v', '--lease=-1', '--prev-kv'],
      { type: 'put', key: 'k', value: 'v', lease: toId64(2n ** 64n - 1n), prevKv: true },
    ],
    [['put', 'k', '--ignore-value'], { value: '', ignoreValue: true, ignoreLease: false, lease: ZERO_ID }],
    [['del', 'a', '--prefix', '--prev-kv'], { type: 'deleteRange', key: 'a', rangeEnd: 'b', prevKv: true }],
    [['del', '', '--from-key'], { key: '\0', rangeEnd: '\0' }],
    [['member', 'list'], { type: 'memberList', linearizable: true }],
    [['member', 'list', '--consistency=s'], { linearizable: false }],
  ])('%j', (args, expected) => {
    expect(ask(args)).toMatchObject(expected);
  });

  test('endpoints: the flag, else the variable, else what the console stands at', () => {
    const seen: (readonly string[])[] = [];
    const base = answering(() => empty);
    const target: ConsoleTarget = {
      ...base,
      request: (call, onReply) => {
        seen.push(call.endpoints);
        return base.request(call, onReply);
      },
    };
    run(['get', 'a'], target);
    run(['get', 'a', '--endpoints=n2:2379,n3:2379'], target);
    run(['get', 'a'], target, { env: { ETCDCTL_ENDPOINTS: 'n1:2379' } });
    expect(seen).toEqual([['127.0.0.1:2379'], ['n2:2379', 'n3:2379'], ['n1:2379']]);
  });

  test('a range is deleted after a warning and two seconds, at once with --range', () => {
    const deleted = answering(() => ({
      ok: true,
      response: { type: 'deleteRange', header, deleted: 2, prevKvs: [pair('a', '1')] },
    }));
    const ran = run(['del', 'a', 'c', '--prev-kv'], deleted);
    expect(ran.stderr).toBe(
      'Warning: Keys between "a" and "c" will be deleted. Please interrupt the command within next 2 seconds to cancel. You can provide `--range` flag to avoid the delay.\n',
    );
    expect(ran).toMatchObject({ stdout: '2\na\n1\n', exit: 0, took: 2_000_000 });
    expect(run(['del', 'a', 'c', '--range'], deleted)).toMatchObject({ stdout: '2\na\n1\n', stderr: '', took: 0 });
  });

  test('a deadline that has passed needs no call', () => {
    const target = answering(() => empty);
    expect(run(['get', 'a', '--command-timeout=0s'], target)).toMatchObject({
      exit: 1,
      stderr: expect.stringMatching(
        /^\{.*"method":"\/etcdserverpb\.KV\/Range","attempt":0,.*\}\nError: context deadline exceeded\n$/,
      ),
    });
    expect(target.asked).toEqual([]);
  });
});

describe('printing', () => {
  test('numbers beyond 2^53 keep their digits, ids are unsigned, leases signed', () => {
    const lease = toId64(0xffff_ffff_ffff_fff0n);
    const kvs = [pair('k', '\xff\0', lease)];
    expect(ranged(['get', 'k', '-w', 'json'], kvs)).toBe(
      '{"header":{"cluster_id":14841639068965178418,"member_id":10276657743932975437,"revision":7,"raft_term":2},"kvs":[{"key":"aw==","create_revision":2,"mod_revision":5,"version":3,"value":"/wA=","lease":-16}],"count":1}\n',
    );
    expect(ranged(['get', 'k', '-w', 'fields'], kvs)).toContain('"Value" : "\\xff\\x00"\n"Lease" : -16\n');
    expect(ranged(['get', 'k', '-w', 'fields', '--hex'], kvs)).toContain('"ClusterID" : cdf818194e3a8c32\n');
    expect(ranged(['get', 'k', '-w', 'fields', '--hex'], kvs)).toContain('"Lease" : fffffffffffffff0\n');
    expect(ranged(['get', 'k', '--hex'], kvs)).toBe('\\x6b\n\\xff\\x00\n');
  });

  test('strings are quoted as Go does', () => {
    const value = utf8Encode('a"b\\c\td\u007fe\u00a0f\u200bg键\u{e0001}');
    expect(ranged(['get', 'k', '-w', 'fields'], [pair('k', value)])).toContain(
      '"Value" : "a\\"b\\\\c\\td\\x7fe\\u00a0f\\u200bg键\\U000e0001"\n',
    );
  });

  test('members: unstarted, learners, HTML escapes, tables', () => {
    const members = [
      { id: toId64(0x1fn), name: '', peerUrls: ['http://a?x=1&y=<2>'], clientUrls: [], isLearner: true },
      {
        id: toId64(0x8e9e05c52164694dn),
        name: 'm2',
        peerUrls: ['http://b:1', 'http://b:2'],
        clientUrls: ['http://c'],
        isLearner: false,
      },
    ];
    const target = answering(() => ({ ok: true, response: { type: 'memberList', header: { ...header, revision: 0 }, members } }));
    const list = (...flags: string[]) => run(['member', 'list', ...flags], target).stdout;
    expect(list()).toBe(
      '1f, unstarted, , http://a?x=1&y=<2>, , true\n8e9e05c52164694d, started, m2, http://b:1,http://b:2, http://c, false\n',
    );
    expect(list('-wjson')).toBe(
      '{"header":{"cluster_id":14841639068965178418,"member_id":10276657743932975437,"raft_term":2},"members":[{"ID":31,"peerURLs":["http://a?x=1\\u0026y=\\u003c2\\u003e"],"isLearner":true},{"ID":10276657743932975437,"name":"m2","peerURLs":["http://b:1","http://b:2"],"clientURLs":["http://c"]}]}\n',
    );
    expect(list('-wjson', '--hex')).toContain(
      '{"ID":"1f","name":"","peerURLs":["http://a?x=1\\u0026y=\\u003c2\\u003e"],"clientURLs":null}',
    );
    // The table of spec/etcd.md 6.2, to the blank.
    const [first] = members;
    if (first === undefined) throw new Error('there are two members');
    const one = {
      ...first,
      id: toId64(0x26ee13fa933a4293n),
      name: 'm2',
      peerUrls: ['http://127.0.0.1:24803'],
      clientUrls: ['http://127.0.0.1:24802'],
      isLearner: false,
    };
    const alone = answering(() => ({ ok: true, response: { type: 'memberList', header, members: [one] } }));
    expect(run(['member', 'list', '-w', 'table'], alone).stdout).toBe(
      `+------------------+---------+------+------------------------+------------------------+------------+
|        ID        | STATUS  | NAME |       PEER ADDRS       |      CLIENT ADDRS      | IS LEARNER |
+------------------+---------+------+------------------------+------------------------+------------+
| 26ee13fa933a4293 | started |   m2 | http://127.0.0.1:24803 | http://127.0.0.1:24802 |      false |
+------------------+---------+------+------------------------+------------------------+------------+
`,
    );
  });
});

describe('errors of a call', () => {
  test.each<[ApiErrorCode, string, string]>([
    ['compacted', 'Error: etcdserver: mvcc: required revision has been compacted\n', 'compacted'],
    ['futureRevision', 'Error: etcdserver: mvcc: required revision is a future revision\n', 'futureRevision'],
    ['deadlineExceeded', 'Error: context deadline exceeded\n', 'deadline'],
    ['timeout', 'Error: etcdserver: request timed out\n', 'refused'],
  ])('%s', (code, stderr, hint) => {
    const ran = run(
      ['get', 'a', '--rev=3'],
      answering(() => ({ ok: false, error: { code } })),
    );
    expect(ran).toMatchObject({ stdout: '', stderr, exit: 1 });
    expect(ran.hints.map((one) => one.code)).toEqual([hint]);
  });

  test('a key that is not there prints nothing; the hint says so', () => {
    const ran = run(
      ['get', 'nosuchkey'],
      answering(() => empty),
    );
    expect(ran).toMatchObject({ stdout: '', stderr: '', exit: 0, hints: [{ code: 'noSuchKey', key: 'nosuchkey' }] });
  });

  test('files of TLS are looked for before the endpoints, and after the writer', () => {
    const get = (...flags: string[]) =>
      run(
        ['get', 'a', ...flags],
        answering(() => empty),
      );
    const missing = (file: string) => ({ stderr: `Error: open ${file}: no such file or directory\n`, exit: 128 });
    expect(get('--cacert=ca.pem', '--endpoints=')).toMatchObject(missing('ca.pem'));
    expect(get('--cacert=ca.pem', '--cert=c', '--key=k')).toMatchObject(missing('c'));
    expect(get('--cert=c').stderr).toBe('Error: KeyFile and CertFile must both be present[key: , cert: c]\n');
    expect(get('--cacert=ca.pem', '-w', 'xml').exit).toBe(4);
    // A password is asked for before either.
    expect(get('--user=a', '-w', 'xml')).toMatchObject({ stdout: 'Password: \n', exit: 4 });
  });
});

/** A watch whose stream says just this. */
function watching(args: readonly string[], ...events: readonly StreamEvent[]) {
  const base = answering(() => empty);
  const target: ConsoleTarget = {
    ...base,
    openStream: (_stream, onEvent) => {
      for (const event of events) onEvent(event);
      return { id: 5, cancel: () => {} };
    },
  };
  const ran = collectRun(etcdctl(args, { env: {}, endpoints: ['n1:2379'] }), target, '', true);
  return { ...ran, stdout: utf8Decode(ran.stdout), stderr: utf8Decode(ran.stderr) };
}

const answer = (fields: Partial<WatchResponse>): StreamEvent => ({
  type: 'message',
  response: { type: 'watch', header, created: false, canceled: false, cancelReason: '', compactRevision: 0, events: [], ...fields },
});
const created = answer({ created: true });

test('a watch asks for a key, a range or a prefix; with three arguments for the first key alone', () => {
  const asked = (args: readonly string[], env = {}) => {
    const seen: unknown[] = [];
    const target: ConsoleTarget = {
      ...answering(() => empty),
      openStream: (stream) => {
        seen.push(stream);
        return { id: undefined, cancel: () => {} };
      },
    };
    expect(run(args, target, { env })).toMatchObject({ exit: null, signal: 'SIGINT', stderr: '' });
    return seen[0];
  };
  const request = { type: 'watch', key: 'a', rangeEnd: '', startRevision: 0, prevKv: false };
  expect(asked(['watch', 'a'])).toMatchObject({ request, requireLeader: true });
  expect(asked(['watch', 'a', 'b', '--rev=4'])).toMatchObject({ request: { ...request, rangeEnd: 'b', startRevision: 4 } });
  expect(asked(['watch', 'a', 'b', 'c'])).toMatchObject({ request });
  expect(asked(['watch', 'a', '--prefix', '--prev-kv'])).toMatchObject({ request: { ...request, rangeEnd: 'b', prevKv: true } });
  expect(asked(['watch', '', '--prefix'])).toMatchObject({ request: { ...request, key: '\0', rangeEnd: '\0' } });
  expect(asked(['watch'], { ETCDCTL_WATCH_KEY: 'a', ETCDCTL_WATCH_RANGE_END: 'c' })).toMatchObject({
    request: { ...request, rangeEnd: 'c' },
  });
});

describe('the end of a watch', () => {
  const recorded = (file: string, n: number) => {
    const record = loadSession(file).records.find((one) => one.n === n);
    if (record === undefined) throw new Error(`${file} has no record ${n}`);
    return record;
  };

  test('compacted (recorded: random_0023)', () => {
    const record = recorded('random_0023.json', 25);
    const compacted = answer({
      header: { ...header, revision: 0 },
      canceled: true,
      cancelReason: 'etcdserver: mvcc: required revision has been compacted',
      compactRevision: 12,
    });
    const ran = watching(record.args, created, compacted);
    expect(ran.exit).toEqual({ code: record.exit, signal: undefined });
    expect(ran.stderr).toBe(record.stderr);
    const ids = record.stdout.replace('<CLUSTER:dec>', '14841639068965178418').replace('<MEMBER1:dec>', '10276657743932975437');
    expect(ran.stdout).toBe(ids);
    expect(ran.hints).toEqual([{ code: 'compacted', revision: 5 }]);
  });

  test('refused for a negative revision (recorded: random_0202)', () => {
    const record = recorded('random_0202.3.json', 7);
    const reason = 'etcdserver: mvcc: required revision has been compacted';
    const ran = watching(record.args, answer({ created: true, canceled: true, cancelReason: reason }));
    expect([ran.stdout, ran.stderr, ran.exit?.code]).toEqual([record.stdout, record.stderr, record.exit]);
  });

  test('an empty range (recorded: random_0014)', () => {
    const record = recorded('random_0014.json', 17);
    const ran = watching(record.args, answer({ created: true, canceled: true, cancelReason: 'mvcc: watcher range is empty' }));
    expect([ran.stdout, ran.stderr, ran.exit?.code]).toEqual([record.stdout, record.stderr, record.exit]);
  });

  test('no leader (recorded: no_quorum)', () => {
    const record = recorded('no_quorum.3.json', 17);
    const ran = watching(record.args, { type: 'end', error: { code: 'noLeader' } });
    expect([ran.stdout, ran.stderr, ran.exit?.code]).toEqual([record.stdout, record.stderr, record.exit]);
    expect(ran.hints).toEqual([{ code: 'watchWithoutLeader', endpoints: ['n1:2379'] }]);
  });

  test('a table cannot show events; an empty response is a progress notice', () => {
    const put = answer({ events: [{ type: 'put', kv: pair('a', '1'), prevKv: undefined }] });
    expect(watching(['watch', 'a', '-w', 'table'], created, put)).toMatchObject({
      stdout: '',
      stderr: 'Error: table not supported as output format\n',
      exit: { code: 4 },
    });
    expect(watching(['watch', 'a', '-w', 'json', '--progress-notify'], created, answer({})).stdout).toBe(
      'progress notify: 7\n{"Header":{"cluster_id":14841639068965178418,"member_id":10276657743932975437,"revision":7,"raft_term":2},"Events":[],"CompactRevision":0,"Canceled":false,"Created":false}\n',
    );
  });

  test('previous pairs in JSON', () => {
    const event = answer({
      events: [{ type: 'delete', kv: { ...pair('a', ''), createRevision: 0, version: 0 }, prevKv: pair('a', '1') }],
    });
    expect(watching(['watch', 'a', '-w', 'json', '--prev-kv'], created, event).stdout).toContain(
      '"Events":[{"type":1,"kv":{"key":"YQ==","mod_revision":5},"prev_kv":{"key":"YQ==","create_revision":2,"mod_revision":5,"version":3,"value":"MQ=="}}]',
    );
  });
});
