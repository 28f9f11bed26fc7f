/**
 * Commands that want more around them than one answer: a mirror, the checks, TLS and names. What they print was seen at a real
 * etcdctl 3.6.14.
 */
import { describe, expect, test } from 'vitest';
import { utf8Decode } from '../../src/base/index.ts';
import { actInline, SECOND } from '../../src/sim/index.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const everything = (terminal: Terminal) => terminal.type('get --prefix ""').out.trimEnd().split('\n').join(' ');
const pass = ({ stage }: Terminal, seconds: number) => stage.pass(stage.run.kernel.now + seconds * SECOND);
const codes = (hints: readonly { readonly code: string }[]) => hints.map(({ code }) => code);

describe('make-mirror', () => {
  test('TestCtlV3MakeMirror, TestCtlV3MakeMirrorModifyDestPrefix: copies what is there, then every change, and counts them every 30 s', () => {
    const terminal = openTerminal(3);
    terminal.type('put src/a 1');
    terminal.type('put src/b 2');
    const mirror = terminal.start('make-mirror --prefix src/ --dest-prefix dst/ n2:2379');
    pass(terminal, 1);
    expect(everything(terminal)).toBe('dst/a 1 dst/b 2 src/a 1 src/b 2');
    terminal.type('del src/a');
    terminal.type('put src/c 3');
    terminal.type('put other 4');
    pass(terminal, 62);
    expect(everything(terminal)).toBe('dst/b 2 dst/c 3 other 4 src/b 2 src/c 3');
    expect([utf8Decode(mirror.stdout), mirror.stderr, mirror.exit]).toEqual(['4\n4\n', '', undefined]);
    mirror.running.interrupt();
    expect(mirror.exit).toEqual({ code: undefined, signal: 'SIGINT' });
  });

  test('keeps each transaction together, in as many as fit', () => {
    const terminal = openTerminal(1);
    terminal.start('make-mirror --prefix a --dest-prefix b --max-txn-ops 2 n1:2379');
    pass(terminal, 1);
    const transaction = terminal.start('txn', '\nput a1 x\nput a2 x\nput a3 x\n\n\n');
    pass(terminal, 1);
    expect(utf8Decode(transaction.stdout)).toBe('SUCCESS\n\nOK\n\nOK\n\nOK\n');
    const revisions = ['b1', 'b2', 'b3'].map((key) => /"mod_revision":(\d+)/.exec(terminal.type(`get ${key} -w json`).out)?.[1]);
    expect(revisions).toEqual(['3', '3', '4']);
  });

  test('TestCtlV3MakeMirrorWithWatchRev, TestCtlV3MakeMirrorNoDestPrefix: with a revision begins there, and then drops the prefix where none is given', () => {
    const terminal = openTerminal(1);
    terminal.type('put src/a 1');
    terminal.type('put src/b 2');
    terminal.start('make-mirror --prefix src/ --rev 3 n1:2379');
    pass(terminal, 1);
    expect(everything(terminal)).toBe('b 2 src/a 1 src/b 2');
    terminal.type('compaction 4');
    expect(terminal.type('make-mirror --prefix src/ --rev 2 n1:2379')).toMatchObject({
      err: 'Error: etcdserver: mvcc: required revision has been compacted\n',
      exit: 1,
    });
  });

  test('pages through many keys', () => {
    const terminal = openTerminal(1);
    for (let i = 0; i < 21; i++) {
      const puts = Array.from({ length: 50 }, (_, at) => `put k/${1000 + i * 50 + at} v`).join('\n');
      terminal.start('txn', `\n${puts}\n\n\n`);
    }
    pass(terminal, 1);
    terminal.start('make-mirror --prefix k/ --dest-prefix l/ n1:2379');
    pass(terminal, 30);
    expect(terminal.type('get --prefix l/ --count-only -w fields').out).toContain('"Count" : 1050');
  });

  test('a copy into what is copied says where that leads', () => {
    const terminal = openTerminal(1);
    terminal.type('put a 1');
    const ran = terminal.type('make-mirror n1:2379', 1);
    expect([codes(ran.hints), ran.exit]).toEqual([['mirrorsItself'], undefined]);
    expect(Number(/"version":(\d+)/.exec(terminal.type('get a -w json').out)?.[1])).toBeGreaterThan(10);
  });

  test('refuses as etcdctl does, in its order', () => {
    const terminal = openTerminal(1);
    const mirror = (args: string) => terminal.type(`make-mirror ${args}`, 6);
    expect(mirror('')).toMatchObject({ err: 'Error: make-mirror takes one destination argument\n', exit: 128 });
    expect(mirror('a b').exit).toBe(128);
    expect(mirror('--prefix a --dest-prefix b --no-dest-prefix n1:2379')).toMatchObject({
      err: 'Error: `--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one\n',
      exit: 128,
    });
    expect(mirror('--max-txn-ops=-1 n1:2379').err).toContain(
      'Error: invalid argument "-1" for "--max-txn-ops" flag: strconv.ParseUint: parsing "-1": invalid syntax\n',
    );
    expect(mirror('--dest-cert=x -w bogus n1:2379')).toMatchObject({
      err: 'Error: KeyFile and CertFile must both be present[key: , cert: x]\n',
      exit: 128,
    });
    expect(mirror('-w bogus n1:2379').exit).toBe(4);
    const asked = terminal.start('make-mirror --dest-user=a --prefix p n1:2379', 'x\n');
    pass(terminal, 1);
    expect(utf8Decode(asked.stdout)).toBe('Destination Password: \n');
    expect(utf8Decode(asked.stderr)).toContain('"method":"/etcdserverpb.Auth/Authenticate","attempt":0');
  });
});

describe('check', () => {
  test('perf writes for a minute, shows how far it is, cleans up and judges', () => {
    const terminal = openTerminal(3);
    const ran = terminal.type('check perf --auto-compact --auto-defrag', 70);
    expect(ran.out).toMatch(
      /^Compacting with revision (\d+)\nCompacted with revision \1\nDefragmenting "n1:2379"\nDefragmented "n1:2379"\nPASS: Throughput is 15[01] writes\/s\nPASS: Slowest request took 0\.\d{6}s\nPASS: Stddev is 0\.\d{6}s\nPASS\n$/,
    );
    const bars = ran.err.trimEnd().split('\r').slice(1);
    expect(bars).toHaveLength(61);
    expect(bars[0]).toBe('0 / 60 [___________________________] 0.00% ? p/s');
    expect(bars[30]).toBe('30 / 60 [------------>____________] 50.00% 1 p/s');
    expect(bars.every((bar) => bar.length === 48)).toBe(true);
    expect(ran.took).toBeGreaterThan(59.9);
    expect(everything(terminal)).toBe('');
  });

  test('perf ends early by an interrupt, and by a second one at once', () => {
    const terminal = openTerminal(1);
    const early = terminal.start('check perf');
    pass(terminal, 10);
    early.running.interrupt();
    pass(terminal, 1);
    expect(early.exit).toEqual({ code: 0, signal: undefined });
    expect(utf8Decode(early.stdout)).toMatch(/^PASS: Throughput is 15\d writes\/s\n[\s\S]*PASS\n$/);
    expect(everything(terminal)).toBe('');
    const twice = terminal.start('check perf');
    pass(terminal, 1);
    actInline(terminal.stage.run, { type: 'pause', member: 1 });
    twice.running.interrupt();
    twice.running.interrupt();
    expect(twice.exit).toEqual({ code: undefined, signal: 'SIGINT' });
  });

  test('perf fails where the cluster does not keep up, and where keys are left', () => {
    const terminal = openTerminal(1);
    const ran = terminal.start('check perf');
    pass(terminal, 1);
    actInline(terminal.stage.run, { type: 'pause', member: 1 });
    pass(terminal, 58);
    actInline(terminal.stage.run, { type: 'resume', member: 1 });
    pass(terminal, 10);
    const out = utf8Decode(ran.stdout);
    expect(out).toMatch(/^FAIL: Throughput too low: \d+ writes\/s\nSlowest request took too long: 5\d\.\d{6}s\n/);
    expect(out).toMatch(/\nFAIL\n$/);
    expect(ran.exit?.code).toBe(1);
    terminal.type('put /etcdctl-check-perf/x y');
    expect(terminal.type('check perf')).toMatchObject({
      err: `Error: prefix "/etcdctl-check-perf/" has keys. Delete with 'etcdctl del --prefix /etcdctl-check-perf/' first\n`,
      exit: 3,
    });
    expect(terminal.type('check perf --load=huge')).toMatchObject({ err: 'Error: unknown load option huge\n', exit: 4 });
  });

  test('datascale tells how much the asked member grew', () => {
    const terminal = openTerminal(1);
    const ran = terminal.type('check datascale --prefix /scale/ --auto-compact', 60);
    const [start, compacting, compacted, end] = ran.out.split('\n');
    expect(start).toBe(
      'Start data scale check for work load [10000 key-value pairs, 1024 bytes per key-value, 50 concurrent clients].',
    );
    expect([compacting, compacted]).toEqual(['Compacting with revision 10002', 'Compacted with revision 10002']);
    const grown = Number(/^PASS: Approximate system memory used : (\d+\.\d\d) MB\.$/.exec(end ?? '')?.[1]);
    expect(grown).toBeGreaterThan(9.7); // ten thousand pairs of a kibibyte
    expect(grown).toBeLessThan(15);
    expect(ran.err).toMatch(/\r10000 \/ 10000 \[-+\] 100\.00% \d+ p\/s\n$/);
    expect(codes(ran.hints)).toEqual(['storeAsMemory']);
    expect(everything(terminal)).toBe('');
    terminal.type('put /scale/x y');
    expect(terminal.type('check datascale --prefix /scale/').err).toBe(
      'Error: prefix "/scale/" has keys. Delete with etcdctl del --prefix /scale/ first\n',
    );
  });
});

describe('what is not here', () => {
  const terminal = openTerminal(1);

  test.each(['--insecure-transport=false', '--insecure-skip-tls-verify', '--endpoints=https://n1:2379'])(
    '%s: nobody answers',
    (flag) => {
      const ran = terminal.type(`${flag} get a`);
      expect(ran.err).toMatch(
        /"peer":"Peer\{Addr: <nil>, LocalAddr: <nil>, AuthInfo: <nil>\}","method":"\/etcdserverpb.KV\/Range","attempt":0,"error":"rpc error: code = DeadlineExceeded desc = latest balancer error: connection error: desc = \\"transport: authentication handshake failed: EOF\\""\}\nError: context deadline exceeded\n$/,
      );
      expect([ran.exit, ran.took]).toEqual([1, 5]);
      if (!flag.startsWith('--endpoints')) expect(codes(ran.hints)).toEqual(['noTls']);
    },
  );

  test('files of TLS', () => {
    expect(terminal.type('--cert=c.pem --key=k.pem get a')).toMatchObject({
      err: 'Error: open c.pem: no such file or directory\n',
      exit: 128,
      hints: [{ code: 'noTls' }],
    });
  });

  test('names of the DNS', () => {
    expect(terminal.type('-d example.com get a')).toMatchObject({
      err: 'Error: dns lookup errors: lookup _etcd-client-ssl._tcp.example.com: no such host and lookup _etcd-client._tcp.example.com: no such host\n',
      exit: 1,
      hints: [{ code: 'noDns' }],
    });
  });

  test('a shell', () => {
    expect(terminal.type('completion fish')).toMatchObject({
      out: '',
      err: 'Error: there is no fish here that could run a completion script\n',
      exit: 1,
      hints: [{ code: 'noShell' }],
    });
  });
});

test('--debug prints the flags as variables, and of a group its own', () => {
  const terminal = openTerminal(1);
  const lines = (line: string) => terminal.type(line, 1).err.trimEnd().split('\n');
  const plain = lines('--debug get a --command-timeout=1500ms --user=a:b');
  expect(plain.slice(0, 20)).toEqual([
    'ETCDCTL_CACERT=',
    'ETCDCTL_CERT=',
    'ETCDCTL_COMMAND_TIMEOUT=1.5s',
    'ETCDCTL_DEBUG=true',
    'ETCDCTL_DIAL_TIMEOUT=2s',
    'ETCDCTL_DISCOVERY_SRV=',
    'ETCDCTL_DISCOVERY_SRV_NAME=',
    'ETCDCTL_ENDPOINTS=[n1:2379]',
    'ETCDCTL_HEX=false',
    'ETCDCTL_INSECURE_DISCOVERY=true',
    'ETCDCTL_INSECURE_SKIP_TLS_VERIFY=false',
    'ETCDCTL_INSECURE_TRANSPORT=true',
    'ETCDCTL_KEEPALIVE_TIME=2s',
    'ETCDCTL_KEEPALIVE_TIMEOUT=6s',
    'ETCDCTL_KEY=',
    'ETCDCTL_MAX_RECV_BYTES=0',
    'ETCDCTL_MAX_REQUEST_BYTES=0',
    'ETCDCTL_PASSWORD=',
    'ETCDCTL_USER=a:b',
    'ETCDCTL_WRITE_OUT=simple',
  ]);
  expect(lines('ETCDCTL_DEBUG=1 endpoint status --cluster')).toContain('ETCDCTL_CLUSTER=true');
  expect(lines('watch a --debug').slice(-3)).toEqual([
    'ETCDCTL_WATCH_KEY=',
    'ETCDCTL_WATCH_RANGE_END=',
    'ETCDCTL_WRITE_OUT=simple',
  ]);
});
