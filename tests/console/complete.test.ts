/** What Tab offers, by examples: the cursor stands at the bar. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonPrefix, complete, type Known, NOTHING_KNOWN, tokenize } from '../../src/console/index.ts';

const KNOWN: Known = {
  keys: ['app/a', 'app/b', 'name', 'it is', "o'clock", '键'],
  leases: ['694d77aa9e38260f', '694d77aa9e382611'],
  members: ['8211f1d0f64f3269', '91bc3c398fb3c146'],
  users: ['alice', 'root'],
  roles: ['reader', 'root'],
  endpoints: ['n1:2379', 'n2:2379'],
  peerUrls: ['http://n3:2380'],
};

function offer(marked: string): readonly string[] {
  const cursor = marked.indexOf('|');
  const line = marked.replace('|', '');
  const { candidates, to } = complete(line, cursor, KNOWN);
  expect(to).toBe(cursor);
  return candidates;
}

describe('commands', () => {
  test('at the start, with and without etcdctl and variables in front', () => {
    expect(offer('g|')).toEqual(['get']);
    expect(offer('etcdctl l|')).toEqual(['lease', 'lock']);
    expect(offer('ETCDCTL_HEX=true me|')).toEqual(['member']);
    expect(offer('|').length).toBeGreaterThan(20);
  });
  test('of a group, also behind a shortened name and behind global flags', () => {
    expect(offer('member a|')).toEqual(['add']);
    expect(offer('mem |')).toEqual(['add', 'list', 'promote', 'remove', 'update']);
    expect(offer('-w json endpoint h|')).toEqual(['hashkv', 'health']);
    expect(offer('help lease g|')).toEqual(['grant']);
  });
  test('nothing behind a word that is no command', () => {
    expect(offer('frob |')).toEqual([]);
    expect(offer('version |')).toEqual([]);
  });
});

describe('flags', () => {
  test('of the command and of all, those with a value up to their sign', () => {
    expect(offer('get a --pr|')).toEqual(['--prefix', '--print-value-only']);
    expect(offer('get --li|')).toEqual(['--limit=']);
    expect(offer('get --write|')).toEqual(['--write-out=']);
  });
  test('a command’s own come first, then those of every command', () => {
    expect(offer('lock --|').slice(0, 2)).toEqual(['--ttl=', '--endpoints=']);
    expect(offer('lock --|').at(-1)).toBe('--help');
  });
  test('one that is there already is not offered again', () => {
    expect(offer('get --prefix --pr|')).toEqual(['--print-value-only']);
  });
  test('values of those that take one of a few', () => {
    expect(offer('get a --order=|')).toEqual(['--order=ASCEND', '--order=DESCEND']);
    expect(offer('get a -w j|')).toEqual(['json']);
    expect(offer('get a --rev |')).toEqual([]);
  });
  test('none behind --', () => {
    expect(offer('put -- --p|')).toEqual([]);
  });
});

describe('keys', () => {
  test('where a command takes one', () => {
    expect(offer('get app/|')).toEqual(['app/a', 'app/b']);
    expect(offer('put na|')).toEqual(['name']);
    expect(offer('put name na|')).toEqual([]);
    expect(offer('role grant-permission r read app/|')).toEqual(['app/a', 'app/b']);
    expect(offer('role grant-permission r re|')).toEqual(['read', 'readwrite']);
  });
  test('in quotes where they need them, whatever was typed of them', () => {
    expect(offer('get it|')).toEqual(["'it is'"]);
    expect(offer("get 'it i|")).toEqual(["'it is'"]);
    expect(offer('get "it|')).toEqual(["'it is'"]);
    expect(offer('get 键|')).toEqual(["'键'"]);
  });
});

describe('what else has a name', () => {
  test('leases, members, users and roles where a command takes one', () => {
    expect(offer('lease revoke |')).toEqual(KNOWN.leases);
    expect(offer('put k v --lease=694d77aa9e38261|')).toEqual(['--lease=694d77aa9e382611']);
    expect(offer('put --lease 6|')).toEqual(KNOWN.leases);
    for (const command of ['member remove', 'member promote', 'member update', 'move-leader'])
      expect(offer(`${command} 9|`), command).toEqual(['91bc3c398fb3c146']);
    expect(offer('user get a|')).toEqual(['alice']);
    expect(offer('user grant-role alice r|')).toEqual(['reader', 'root']);
    expect(offer('role revoke-permission reader app/|')).toEqual(['app/a', 'app/b']);
    expect(offer('--user=r|')).toEqual(['--user=root']);
  });
  test('addresses, also the second of several', () => {
    expect(offer('--endpoints=n|')).toEqual(['--endpoints=n1:2379', '--endpoints=n2:2379']);
    expect(offer('--endpoints=n1:2379,|')).toEqual(['--endpoints=n1:2379,n1:2379', '--endpoints=n1:2379,n2:2379']);
    expect(offer('make-mirror n2|')).toEqual(['n2:2379']);
    expect(offer('member add n3 --peer-urls=|')).toEqual(['--peer-urls=http://n3:2380']);
  });
  test('what a few commands take', () => {
    expect(offer('completion z|')).toEqual(['zsh']);
    expect(offer('downgrade enable |')).toEqual(['3.5']);
    expect(offer('check perf --load=|')).toEqual(['--load=large', '--load=medium', '--load=small', '--load=xLarge']);
    expect(offer('get a --prefix=|')).toEqual(['--prefix=false', '--prefix=true']);
  });
  test('variables, programs, and what there is at an address', () => {
    expect(offer('ETCDCTL_W|')).toEqual(['ETCDCTL_WRITE_OUT=']);
    expect(offer('cu|')).toEqual(['curl']);
    expect(offer('etcdctl cu|')).toEqual([]);
    expect(offer('curl n1|')).toEqual(['n1:2379/']);
    expect(offer('curl http://n1:2379/he|')).toEqual(['http://n1:2379/health']);
    expect(offer('curl n2:2379/v3/kv/ra|')).toEqual(['n2:2379/v3/kv/range']);
  });
  test('never a password', () => {
    for (const line of ['--password=|', '--password |', 'user add a --new-user-password=|', '--user=alice:|'])
      expect(offer(line), line).toEqual([]);
  });
  test('says what to ask for where nothing is known', () => {
    expect(complete('put k v --lease=69', 18, NOTHING_KNOWN)).toMatchObject({
      candidates: [],
      wanted: { kind: 'leases', prefix: '69' },
    });
    expect(complete('get app/', 8, NOTHING_KNOWN).wanted).toEqual({ kind: 'keys', prefix: 'app/' });
    expect(complete('get --ord', 9, NOTHING_KNOWN).wanted).toBeUndefined();
  });
});

test('the word in which the cursor stands is what is replaced', () => {
  expect(complete('get na --rev=3', 6, KNOWN)).toEqual({
    from: 4,
    to: 6,
    candidates: ['name'],
    wanted: { kind: 'keys', prefix: 'na' },
  });
});

test('common prefix', () => {
  expect(commonPrefix(['app/a', 'app/b'])).toBe('app/');
  expect(commonPrefix(['--prefix'])).toBe('--prefix');
  expect(commonPrefix([])).toBe('');
  expect(commonPrefix(['🔑', '🔒'])).toBe('');
});

test('a candidate is one word, and never throws', () => {
  const line = fc.array(
    fc.constantFrom(
      'get',
      'put',
      'member',
      'curl',
      'n1:2379/',
      '--endpoints=',
      ',',
      '--prefix',
      '-w',
      ' ',
      '  ',
      "'",
      '"',
      '\\',
      '$x',
      '|',
      'a',
      '键',
      '=',
    ),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(line, fc.nat(20), (parts, at) => {
      const text = parts.join('');
      const { from, to, candidates } = complete(text, Math.min(at, text.length), KNOWN);
      expect(from).toBeLessThanOrEqual(to);
      for (const candidate of candidates) {
        const tokens = tokenize(`x ${candidate}`);
        expect(tokens.ok && tokens.value.words.length).toBe(2);
      }
    }),
    { numRuns: 1000 },
  );
});
