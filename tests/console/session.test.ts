/** The interpreter (interrupts, waiting, standard input) and the session: scrollback, history, queue, over a target by hand. */
import { describe, expect, test } from 'vitest';
import { toId64, ZERO_ID } from '../../src/base/index.ts';
import { type ConsoleTarget, collectRun, createShell, etcdctl, type StreamEvent, wantsSecret } from '../../src/console/index.ts';
import type { CallOutcome, UnaryRequest } from '../../src/engine/server/api.ts';

interface Open {
  readonly what: string;
  readonly request: UnaryRequest;
  readonly answer: (outcome: CallOutcome) => void;
  cancelled: boolean;
}

/** A target that answers when it is told to. */
function byHand() {
  let time = 1_000_000;
  const calls: Open[] = [];
  const streams: { send: (event: StreamEvent) => void; cancelled: boolean }[] = [];
  const target: ConsoleTarget = {
    now: () => time,
    request: (call, onReply) => {
      const open: Open = { what: call.request.type, request: call.request, answer: onReply, cancelled: false };
      calls.push(open);
      return { id: 100 + calls.length, cancel: () => (open.cancelled = true) };
    },
    openStream: (_stream, onEvent) => {
      const open = { send: onEvent, cancelled: false };
      streams.push(open);
      return { id: 200 + streams.length, cancel: () => (open.cancelled = true) };
    },
    sleep: (_duration, _onDone) => ({ id: undefined, cancel: () => {} }),
  };
  return { target, calls, streams, pass: (micros: number) => (time += micros) };
}

const header = { clusterId: ZERO_ID, memberId: ZERO_ID, revision: 3, raftTerm: 2 };
const putOk: CallOutcome = { ok: true, response: { type: 'put', header, prevKv: undefined } };
const options = { env: {}, endpoints: ['n1:2379'] };

describe('the interpreter', () => {
  test('tells what a program waits for, and until when', () => {
    const { target, calls } = byHand();
    const run = collectRun(etcdctl(['put', 'k', 'v'], options), target, '', false);
    expect(run.running.waiting()).toEqual({
      for: 'call',
      request: 'put',
      endpoints: ['n1:2379'],
      since: 1_000_000,
      until: 6_000_000,
    });
    calls[0]?.answer(putOk);
    expect(run.running.waiting()).toBeUndefined();
    expect([run.stdout, run.exit]).toEqual(['OK\n', { code: 0, signal: undefined }]);
  });

  test('an interrupt ends a program and takes its call and streams back', () => {
    const { target, calls, streams } = byHand();
    const put = collectRun(etcdctl(['put', 'k', 'v'], options), target, '', false);
    put.running.interrupt();
    expect([put.exit, calls[0]?.cancelled]).toEqual([{ code: undefined, signal: 'SIGINT' }, true]);
    calls[0]?.answer(putOk); // too late
    expect(put.stdout).toBe('');
    const watch = collectRun(etcdctl(['watch', 'k'], options), target, '', true);
    expect(watch.running.waiting()).toEqual({ for: 'stream', since: 1_000_000, input: false });
    watch.running.interrupt();
    watch.running.interrupt();
    expect([watch.exit, streams[0]?.cancelled]).toEqual([{ code: undefined, signal: 'SIGINT' }, true]);
  });

  test('a value is all of standard input, newlines kept', () => {
    const { target, calls } = byHand();
    const run = collectRun(etcdctl(['put', 'k'], options), target, 'one\n', true);
    expect(run.running.waiting()?.for).toBe('input');
    run.running.write('two\n');
    expect(calls).toEqual([]);
    run.running.closeInput();
    run.running.closeInput(); // a second Ctrl-D has nobody to tell
    expect(calls.length).toBe(1);
  });
});

describe('a session', () => {
  const texts = (shell: ReturnType<typeof createShell>) =>
    shell
      .state()
      .lines.map((line) =>
        'text' in line ? `${line.kind}: ${line.text}` : line.kind === 'hint' ? `hint: ${line.hint.code}` : line.kind,
      );

  test('pasted lines run one after the other, each with its time and its calls', () => {
    const { target, calls, pass } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('put a 1\n\n  # nothing\nput b 2\n');
    expect(calls.map((call) => call.what)).toEqual(['put']);
    expect(shell.state().queue.length).toBe(3);
    pass(500);
    calls[0]?.answer(putOk);
    pass(500);
    calls[1]?.answer(putOk);
    expect(texts(shell)).toEqual(['echo: put a 1', 'stdout: OK', 'echo: ', 'echo:   # nothing', 'echo: put b 2', 'stdout: OK']);
    expect(shell.state().lines.map((line) => line.at - 1_000_000)).toEqual([0, 500, 500, 500, 500, 1000]);
    expect(shell.state().finished.map((done) => [done.line, done.calls])).toEqual([
      ['put a 1', [101]],
      ['  # nothing', []],
      ['put b 2', [102]],
    ]);
  });

  test('lines joined by a backslash, and quotes over lines, are one command', () => {
    const { target, calls } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit("put a \\\n  'two\nlines'\nversion");
    expect(shell.state().running?.line).toBe("put a \\\n  'two\nlines'");
    calls[0]?.answer(putOk);
    expect(texts(shell).slice(-2)).toEqual(['stdout: etcdctl version: 3.6.14', 'stdout: API version: 3.6']);
  });

  test('Ctrl-C ends the command and forgets the queue; at the prompt it drops what was typed', () => {
    const { target } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('watch a\nversion');
    shell.interrupt();
    expect(shell.state().running).toBeUndefined();
    expect(texts(shell)).toEqual(['echo: watch a', 'exit']);
    shell.edit('get a');
    shell.interrupt();
    expect(shell.state().input).toBe('');
  });

  test('what is typed while a command reads is its standard input, Ctrl-D ends it', () => {
    const { target, calls } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('put k');
    shell.submit('a value');
    shell.endOfInput();
    expect(calls.length).toBe(1);
    expect(shell.state().history).toEqual(['put k']);
  });

  test('a password is nowhere but in the call', () => {
    const { target, calls } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('user add bob');
    expect(wantsSecret(shell.state())).toBe(true);
    shell.edit('s3cret');
    shell.historyUp();
    shell.historyDown();
    shell.submit('s3cret');
    expect(wantsSecret(shell.state())).toBe(true);
    shell.submit('s3cret');
    expect(calls.map((call) => call.what)).toEqual(['authUserAdd']);
    expect(calls[0]?.request).toMatchObject({ name: 'bob', password: 's3cret' });
    expect(JSON.stringify(shell.state())).not.toContain('s3cret');
    expect(texts(shell)).toEqual([
      'echo: user add bob',
      'stdout: Password of bob: ',
      'stdout: Type password of bob again for confirmation: ',
    ]);
  });

  test('also where it was pasted with its command, or asked for by a flag', () => {
    const { target, calls } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('user passwd bob\ns3cret\ns3cret\n--user root get a');
    calls[0]?.answer({ ok: true, response: { type: 'authUserChangePassword', header } });
    shell.submit('t0ken');
    expect(calls.map((call) => call.what)).toEqual(['authUserChangePassword', 'authenticate']);
    expect(calls[1]?.request).toMatchObject({ name: 'root', password: 't0ken' });
    expect(shell.state().history).toEqual(['user passwd bob', '--user root get a']);
    expect(JSON.stringify(shell.state())).not.toMatch(/s3cret|t0ken/);
  });

  test('what was pasted behind a command that reads is what it reads, up to its end; the rest are commands again', () => {
    const { target, calls } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('txn\nvalue("a") = "1"\n\nput a 2\n\n\nversion\n');
    expect(calls.map((call) => call.request)).toMatchObject([
      {
        type: 'txn',
        compare: [{ target: 'value', key: 'a', value: '1' }],
        success: [{ type: 'put', key: 'a', value: '2' }],
        failure: [],
      },
    ]);
    expect(shell.state().queue).toEqual(['version']);
    calls[0]?.answer({ ok: true, response: { type: 'txn', header, succeeded: false, responses: [] } });
    const read = ['echo: value("a") = "1"', 'echo: ', 'echo: put a 2', 'echo: ', 'echo: '];
    expect(texts(shell).slice(0, 8)).toEqual(['echo: txn', ...read, 'stdout: FAILURE', 'echo: version']);
    expect(shell.state().history).toEqual(['txn', 'version']);
    shell.submit('put a\none\n\ntwo');
    shell.endOfInput();
    expect(calls[1]?.request).toMatchObject({ type: 'put', key: 'a', value: 'one\n\ntwo\n' });
    expect(shell.state()).toMatchObject({ queue: [], history: ['txn', 'version', 'put a'] });
  });

  test('a carriage return begins the line anew, as a progress bar does', () => {
    const { target, streams } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('watch a');
    const say = (value: string) => {
      const kv = { key: 'a', value, createRevision: 2, modRevision: 2, version: 1, lease: ZERO_ID };
      const response = { type: 'watch', header, created: false, canceled: false, cancelReason: '', compactRevision: 0 } as const;
      streams[0]?.send({ type: 'message', response: { ...response, events: [{ type: 'put', kv, prevKv: undefined }] } });
    };
    say('10 %\r20 %');
    say('windows\r\nline');
    expect(texts(shell).filter((line) => !/PUT|: a$|echo/.test(line))).toEqual(['stdout: 20 %', 'stdout: windows', 'stdout: line']);
  });

  test('history goes up and down and comes back to what was being typed', () => {
    const { target } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('version');
    shell.submit('version');
    shell.submit('help get');
    shell.edit('get dra');
    shell.historyUp();
    expect(shell.state().input).toBe('help get');
    shell.historyUp();
    shell.historyUp();
    expect(shell.state().input).toBe('version');
    shell.historyDown();
    shell.historyDown();
    expect(shell.state().input).toBe('get dra');
    shell.historyDown();
    expect(shell.state().input).toBe('get dra');
  });

  test('errors bring hints and an exit line; clear empties the screen', () => {
    const { target } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('gett a');
    expect(texts(shell).at(-2)).toBe('hint: unknownCommand');
    expect(shell.state().lines.at(-1)).toMatchObject({ kind: 'exit', exit: { code: 1 } });
    shell.clear();
    expect(shell.state().lines).toEqual([]);
    shell.submit("put a 'b");
    expect(texts(shell).slice(0, 3)).toEqual([
      "echo: put a 'b",
      "stderr: Error: syntax error: the quote ' at column 7 is not closed",
      'hint: unclosedQuote',
    ]);
    shell.submit('clear');
    expect(shell.state().lines).toEqual([]);
  });

  test('a deadline and a change of members that came too early tell whom the member reaches then', () => {
    const { target, calls } = byHand();
    const reach = { isUp: true, reached: 2, voters: 5, needed: 3, hasQuorum: false };
    const asked: string[] = [];
    const reachOf = (endpoints: readonly string[]) => {
      asked.push(endpoints.join());
      return reach;
    };
    const shell = createShell(target, ['n1:2379'], { reachOf }, () => {});
    shell.submit('put a 1');
    calls[0]?.answer({ ok: false, error: { code: 'deadlineExceeded' } });
    shell.submit('--endpoints=n2:2379 member add n6 --peer-urls=http://n6:2380');
    calls[1]?.answer({ ok: false, error: { code: 'unhealthyCluster' } });
    const hints = shell.state().lines.flatMap((line) => (line.kind === 'hint' ? [line.hint] : []));
    expect(hints).toEqual([
      { code: 'deadline', request: 'put', endpoints: ['n1:2379'], timeout: 5_000_000, reach },
      { code: 'unhealthy', request: 'memberAdd', endpoints: ['n2:2379'], reach },
    ]);
    expect(asked).toEqual(['n1:2379', 'n2:2379']);
  });

  test('variables: for one line, or for all that follow', () => {
    const { target } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('ETCDCTL_WRITE_OUT=bogus get a');
    expect(texts(shell)).toContain('stderr: Error: unsupported output format');
    expect(shell.state().env).toEqual({});
    shell.submit('ETCDCTL_ENDPOINTS=n3:2379');
    shell.submit('get a');
    expect(shell.state().running?.waiting).toMatchObject({ endpoints: ['n3:2379'] });
  });

  test('$? is how the line before ended', () => {
    const { target } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    for (const line of ['echo $?', 'exit 7', 'echo $?', "echo '$?' \\$?", 'watch a']) shell.submit(line);
    shell.interrupt();
    shell.submit('echo "$?"');
    expect(texts(shell).filter((line) => line.startsWith('stdout'))).toEqual([
      'stdout: 0',
      'stdout: 7',
      'stdout: $? $?',
      'stdout: 130',
    ]);
  });

  test('a cut forgets what came later and interrupts what runs', () => {
    const { target, streams, pass } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('version');
    pass(1000);
    shell.submit('watch a');
    shell.cut(1_000_500);
    expect(streams[0]?.cancelled).toBe(true);
    expect(shell.state().running).toBeUndefined();
    expect(shell.state().lines.every((line) => line.at <= 1_000_500)).toBe(true);
    expect(shell.state().finished.map((done) => done.line)).toEqual(['version']);
  });

  test('ten thousand lines of output and a thousand pasted lines are no trouble', () => {
    const { target, streams } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    shell.submit('version\n'.repeat(1000));
    expect(shell.state().finished.length).toBe(1000);
    shell.submit('watch a');
    const kv = { key: 'a', value: 'x\n'.repeat(10_000), createRevision: 2, modRevision: 2, version: 1, lease: ZERO_ID };
    const response = { type: 'watch', header, created: false, canceled: false, cancelReason: '', compactRevision: 0 } as const;
    streams[0]?.send({ type: 'message', response: { ...response, events: [{ type: 'put', kv, prevKv: undefined }] } });
    expect(shell.state().lines.length).toBe(5000);
    expect(shell.state().lines.at(-1)).toMatchObject({ kind: 'stdout', text: '', open: false });
  });

  test('what a command that was cut away says later belongs to no other', () => {
    const { target, calls } = byHand();
    const shell = createShell(target, ['n1:2379'], {}, () => {});
    const kv = { key: 'x/1', value: '', createRevision: 3, modRevision: 3, version: 1, lease: ZERO_ID };
    const found = { type: 'range', header, kvs: [kv], more: false, count: 1 } as const;
    shell.submit('lock x');
    calls[0]?.answer({ ok: true, response: { type: 'leaseGrant', header, id: toId64(1n), ttl: 10 } });
    calls[1]?.answer({
      ok: true,
      response: { type: 'txn', header, succeeded: true, responses: [{ type: 'put', header, prevKv: undefined }, found] },
    });
    calls[2]?.answer({ ok: true, response: found });
    expect(texts(shell)).toEqual(['echo: lock x', 'stdout: x/1', 'stdout: ']);
    shell.cut(0); // the lock is interrupted, and gives its key back
    expect(calls[3]?.what).toBe('deleteRange');
    shell.submit('get a');
    calls[3]?.answer({ ok: true, response: { type: 'deleteRange', header, deleted: 1, prevKvs: [] } });
    expect(shell.state().running?.line).toBe('get a');
    expect(texts(shell)).toEqual(['echo: get a']);
  });
});
