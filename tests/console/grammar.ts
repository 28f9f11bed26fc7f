/**
 * Lines as people type them, and as nobody would: every command and flag of the table with values that fit and values that do
 * not, in every quoting; what txn and watch read; curl; the little that there is of a shell. For fast-check.
 */
import fc from 'fast-check';
import { quoteWord } from '../../src/console/index.ts';
import { type CommandSpec, GLOBAL_FLAGS, ROOT } from '../../src/console/table.ts';

type Words = fc.Arbitrary<readonly string[]>;

const one = (...values: readonly string[]) => fc.constantFrom(...values);
/** Mostly the first, sometimes the second. */
const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, weight = 9) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });

const KEY = mostly(
  one('a', 'b', 'app/1', 'app/2', 'lock/x', 'z', '键', 'two words', 'é', '-k', '0'),
  fc.oneof(one('', '\0', '"', "'", '\\'), fc.string({ maxLength: 6 })),
);
const VALUE = mostly(
  one('1', 'x', 'red', 'two words', '值', '-v'),
  fc.oneof(one('', '{"a":1}', 'a\nb', '\t', '$x', '`'), fc.string({ unit: 'binary', maxLength: 8 })),
);
const NUMBER = mostly(
  fc.integer({ min: 0, max: 12 }).map(String),
  one('-1', '00', '0x10', '1_0', '9223372036854775807', '9223372036854775808', '1e3', 'x', '', '3.5', '+2', ' 1'),
);
const ID = mostly(
  one('694d000000000001', '1234', 'ecd84297f868e01a', '9f15e532f66831b6', '7b'),
  one('0', 'zz', '-1', '', 'ffffffffffffffffff', '0x1f'),
);
const NAME = mostly(one('alice', 'bob', 'root', 'reader', 'n4'), one('', ':', 'a:b', '用户', 'a b'));
const DURATION = mostly(one('5s', '100ms', '1h', '1m2s'), one('0', '-1s', '1.5.5s', '', '5', '1d', '9999999h'));
const URL = mostly(
  one('http://n4:2380', 'http://127.0.0.1:2380'),
  one('n4:2380', 'http://', 'https://n4:2380/x', '://', 'http://n4', 'unix:///s', '%zz'),
);
const ENDPOINTS = mostly(
  one('127.0.0.1:2379', '127.0.0.1:2379,n9:2379'),
  one('', ',', 'n9:2379', '"', 'https://127.0.0.1:2379', 'a,"b"c'),
);
const BOOL = mostly(one('true', 'false', '1', 'T'), one('maybe', ''));
const VERSION = one('3.5', '3.5.0', '3.6', '4', '3.4', 'x', '');

/** Values of flags that are no plain text. */
const FLAG_VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'write-out': mostly(one('json', 'fields', 'simple', 'table', 'protobuf'), one('xml', '', 'JSON')),
  endpoints: ENDPOINTS,
  order: one('ASCEND', 'descend', 'up', ''),
  'sort-by': one('KEY', 'version', 'MODIFY', 'VALUE', 'CREATE', 'size'),
  consistency: one('l', 's', 'x'),
  lease: ID,
  'peer-urls': fc.array(URL, { minLength: 1, maxLength: 2 }).map((urls) => urls.join(',')),
  user: mostly(one('alice:x', 'root:root', 'bob'), one('', ':', 'a:', ':b')),
  'dest-user': one('alice:x', 'bob', ''),
  load: one('s', 'small', 'huge', ''),
  prefix: mostly(KEY, one('/etcdctl-check-perf/')),
  'discovery-srv': one('', 'example.com'),
};

/** Arguments by command; what is not named takes none. */
const ARGUMENTS: Readonly<Record<string, readonly fc.Arbitrary<string>[]>> = {
  get: [KEY, KEY],
  put: [KEY, VALUE],
  del: [KEY, KEY],
  watch: [KEY, KEY],
  'lease grant': [NUMBER],
  'lease revoke': [ID],
  'lease timetolive': [ID],
  'lease keep-alive': [ID],
  'member add': [NAME],
  'member remove': [ID],
  'member update': [ID],
  'member promote': [ID],
  'move-leader': [ID],
  compaction: [NUMBER],
  'snapshot save': [mostly(one('snap.db', './s.db', '/tmp/x/y.db'), one('', 'no/such/s.db', '/'))],
  'make-mirror': [one('127.0.0.1:2379', 'n9:2379')],
  'user add': [NAME],
  'user delete': [NAME],
  'user get': [NAME],
  'user passwd': [NAME],
  'user grant-role': [NAME, NAME],
  'user revoke-role': [NAME, NAME],
  'role add': [NAME],
  'role get': [NAME],
  'role delete': [NAME],
  'role grant-permission': [NAME, mostly(one('read', 'write', 'readwrite'), one('all', '')), KEY, KEY],
  'role revoke-permission': [NAME, KEY, KEY],
  completion: [one('bash', 'zsh', 'tcsh', '')],
  'downgrade validate': [VERSION],
  'downgrade enable': [VERSION],
  help: [one('get', 'lease', 'nosuch'), one('grant')],
  elect: [NAME, VALUE],
  lock: [KEY],
};

const PROGRAM: Words = fc.oneof(
  fc
    .tuple(one('echo', 'true', 'false', 'nosuch', '/bin/echo', 'curl'), fc.array(VALUE, { maxLength: 2 }))
    .map(([name, args]) => [name, ...args]),
  one('exit 7', 'etcdctl get a', 'echo "$ETCD_LOCK_KEY"', 'exit x', 'false', 'sh').map((script) => ['sh', '-c', script]),
  fc.constant(['etcdctl', 'put', 'k', 'v']),
);

/** A check that runs makes ten thousand calls: it has a test of its own (cluster.test.ts). */
const LEAVES: readonly (readonly CommandSpec[])[] = leavesBelow([ROOT]).filter((path) => path[1]?.name !== 'check');

/** Words of a command of the table, its flags anywhere among its arguments. */
const COMMAND: Words = fc.constantFrom(...LEAVES).chain((path) => {
  const name = path
    .slice(1)
    .map((spec) => spec.name)
    .join(' ');
  const names = fc.tuple(...path.slice(1).map((spec) => mostly(fc.constant(spec.name), shortened(spec.name), 12)));
  const specs = path.flatMap((spec) => [...spec.flags, ...spec.persistent]);
  const own = path.at(-1)?.flags ?? [];
  const useful = GLOBAL_FLAGS.filter((spec) => /^(?:write-out|hex|command-timeout|debug)$/.test(spec.name));
  const spec = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...(own.length > 0 ? own : useful)) },
    { weight: 3, arbitrary: fc.constantFrom(...useful) },
    { weight: 1, arbitrary: fc.constantFrom(...specs) },
  );
  const flag: Words = spec.chain((spec) => {
    const value =
      spec.kind === 'bool'
        ? BOOL
        : (FLAG_VALUES[spec.name] ?? (spec.kind === 'duration' ? DURATION : spec.kind === 'string' ? KEY : NUMBER));
    const long = `--${spec.name}`;
    const forms: Words[] = [value.map((text) => [`${long}=${text}`])];
    if (spec.kind === 'bool') forms.push(fc.constant([long]), fc.constant([long]), fc.constant([long]));
    else
      forms.push(
        mostly<readonly string[]>(
          value.map((text) => [long, text]),
          fc.constant([long]),
        ),
      );
    if (spec.shorthand !== undefined)
      forms.push(
        value.map((text) => [`-${spec.shorthand}`, text]),
        value.map((text) => [`-${spec.shorthand}${text}`]),
      );
    return fc.oneof(...forms);
  });
  const rest = ARGUMENTS[name] ?? [];
  const args: Words = mostly(
    fc.integer({ min: 0, max: 2 * rest.length }).chain((count) => fc.tuple(...rest.slice(0, Math.max(1, count)))),
    fc.array(fc.oneof(KEY, VALUE, NUMBER), { maxLength: 4 }),
    8,
  );
  const runs =
    name === 'watch' || name === 'lock'
      ? mostly(
          fc.constant<readonly string[]>([]),
          PROGRAM.map((words) => ['--', ...words]),
          3,
        )
      : fc.constant<readonly string[]>([]);
  const odd: Words = one('--help', '-h', '--bogus', '-z', '--', '---', '-', '--=').map((word) => [word]);
  return fc
    .tuple(names, fc.array(mostly(flag, odd, 19), { maxLength: 2 }), args, fc.array(flag, { maxLength: 1 }), runs)
    .map(([words, before, between, after, program]) => [...words, ...before.flat(), ...between, ...after.flat(), ...program]);
});

const JSON_BODY = fc.oneof(
  one(
    '{}',
    '{"key":"Zm9v"}',
    '{"key":"Zm9v","value":"YmFy"}',
    '{"ID":"1","TTL":"5"}',
    '{"create_request":{"key":"Zm9v"}}',
    '[',
    '{"key":1}',
    '',
  ),
  fc.json({ maxDepth: 2 }),
);
const CURL: Words = fc
  .tuple(
    mostly(
      one('127.0.0.1:2379', 'http://localhost:2379'),
      one('n9:2379', 'https://127.0.0.1:2379', 'http://', '', 'ftp://x', 'http://[::1]:1'),
    ),
    mostly(
      one(
        '/v3/kv/range',
        '/v3/kv/put',
        '/v3/watch',
        '/v3/lease/grant',
        '/v3/lock/lock',
        '/health',
        '/metrics',
        '/version',
        '/readyz?verbose',
      ),
      one('/v3/../x', '/%zz', '//', '', '/v3/nosuch'),
    ),
    fc.array(
      fc.oneof(
        one('-L', '-s', '-i', '-v', '-N', '-f', '-I', '--bogus', '-o', '-G').map((word) => [word]),
        one('POST', 'GET', 'x y').map((word) => ['-X', word]),
        JSON_BODY.map((body) => ['-d', body]),
        NUMBER.map((word) => ['-m', word]),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([host, path, options]) => ['curl', ...options.flat(), host + path]);

/** A word in one of the ways in which a shell takes it. */
const quoting = (word: string): fc.Arbitrary<string> =>
  fc
    .constantFrom(
      () => quoteWord(word),
      () => quoteWord(word),
      () => `"${word.replace(/["\\$`]/g, '\\$&')}"`,
      () => word.replace(/[^A-Za-z0-9]/gu, '\\$&'),
      () => word,
    )
    .map((write) => write());

const quoted = (words: Words): fc.Arbitrary<string> =>
  words.chain((list) => (list.length === 0 ? fc.constant('') : fc.tuple(...list.map(quoting)).map((parts) => parts.join(' '))));

const ASSIGNMENT = fc
  .tuple(
    one('ETCDCTL_WRITE_OUT', 'ETCDCTL_ENDPOINTS', 'ETCDCTL_USER', 'ETCDCTL_API', 'ETCDCTL_WATCH_KEY', 'ETCDCTL_DEBUG', 'X'),
    fc.oneof(VALUE, ENDPOINTS, BOOL),
  )
  .map(([name, value]) => `${name}=${quoteWord(value)}`);

const SHELL = fc.oneof(
  quoted(PROGRAM),
  one(
    'put a 1 | cat',
    'get a > f',
    'get a && get b',
    'put a $(date)',
    'get `x`',
    "put a $'x'",
    'put k <<< v',
    'get a; get b',
    'get {a,b}',
    'clear',
    '# nothing',
    '',
    '   ',
    'exit',
    'A=1',
    'put a "$A"',
    'echo $?',
    "put a 'b",
    'put a \\',
    '((',
    'etcdctl',
  ),
);

/** A line with a character gone, doubled, swapped or foreign. */
const spoiled = (line: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(line, fc.nat(200), one('', '', '"', "'", '\\', '=', '-', ' ', '\u0000', '\u{1f511}', '\ud800', '\r', '--'))
    .map(([text, place, into]) => {
      const at = text.length === 0 ? 0 : place % text.length;
      return text.slice(0, at) + into + text.slice(at + 1);
    });

const GRAMMATICAL = fc.oneof(
  { weight: 12, arbitrary: quoted(COMMAND) },
  { weight: 2, arbitrary: quoted(COMMAND).map((line) => `etcdctl ${line}`) },
  { weight: 1, arbitrary: fc.tuple(ASSIGNMENT, quoted(COMMAND)).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: ASSIGNMENT },
  { weight: 2, arbitrary: quoted(CURL) },
  { weight: 2, arbitrary: SHELL },
  { weight: 1, arbitrary: one('check', 'check perf --load=huge', 'check datascale --load', 'check perf --prefix') },
);

/** One line at the prompt. */
export const LINE: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: GRAMMATICAL },
  { weight: 2, arbitrary: spoiled(GRAMMATICAL) },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 16 }) },
);

const COMPARE = fc
  .tuple(
    mostly(one('value', 'version', 'create', 'mod', 'lease', 'c', 'ver'), one('size', '')),
    KEY,
    mostly(one('=', '!=', '<', '>'), one('==', '')),
    fc.oneof(VALUE, NUMBER),
  )
  .map(([target, key, operator, value]) => `${target}(${JSON.stringify(key)}) ${operator} ${JSON.stringify(value)}`);

/** What is typed into a command that reads: parts of transactions, watches, values, passwords. */
export const TYPED: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: COMPARE },
  { weight: 4, arbitrary: quoted(fc.oneof(fc.tuple(fc.constant('put'), KEY, VALUE), fc.tuple(one('get', 'del'), KEY), COMMAND)) },
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: quoted(fc.tuple(fc.constant('watch'), KEY)) },
  { weight: 1, arbitrary: one('progress', 'progress now', 'watch', 'watch a --rev=x', 's3cret') },
  { weight: 1, arbitrary: spoiled(COMPARE) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
);

/** The beginning of a name, at least one letter of it. */
function shortened(name: string): fc.Arbitrary<string> {
  return fc.integer({ min: 1, max: name.length }).map((length) => name.slice(0, length));
}

function leavesBelow(path: readonly CommandSpec[]): (readonly CommandSpec[])[] {
  const { children } = path.at(-1) ?? ROOT; // a path is never empty
  return children.length === 0 ? [path] : children.flatMap((child) => leavesBelow([...path, child]));
}
