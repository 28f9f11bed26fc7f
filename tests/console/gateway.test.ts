/**
 * The JSON gateway and a member's own pages. First sessions of HTTP requests recorded from a real etcd 3.6.14, word for word
 * (testdata/gateway, of the form of tests/recorded/etcdctl): everything that JSON and protobuf can disagree about, streams,
 * pages, auth, locks and elections. Then properties of the codec against slow and obvious ones.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64Encode, utf8Encode } from '../../src/base/index.ts';
import { playSession } from '../../src/cli/transcript/player.ts';
import { readSession } from '../../src/cli/transcript/session.ts';
import { scanJson } from '../../src/console/gateway/goJson.ts';
import * as messages from '../../src/console/gateway/messages.ts';
import {
  decodeProtoJson,
  encodeProtoJson,
  type FieldType,
  type MessageType,
  type ProtoRecord,
  type ProtoValue,
  readBase64,
} from '../../src/console/gateway/protoJson.ts';

interface Played {
  readonly head: unknown;
  readonly records: readonly { readonly group?: unknown; readonly response?: unknown }[];
}

/** tests/recorded/etcdctl/normalize.mjs. */
interface Normalizer {
  normalize(played: Played, options: { readonly dropClientLog: boolean }): Played;
  diff(a: Played, b: Played): readonly { readonly key: string }[];
}

/** Differences that are right: file and step, and why. */
const ALLOWED: ReadonlyMap<string, string> = new Map([
  ['services.json 5', 'members come in the order of their ids, and a new one has an id by its clock'],
]);

describe('recorded from a real etcd', async () => {
  const { normalize, diff }: Normalizer = await import(new URL('../recorded/etcdctl/normalize.mjs', import.meta.url).href);
  const folder = new URL('testdata/gateway/', import.meta.url);

  /** Tokens are drawn at random. */
  const withoutTokens = (played: Played): Played => ({
    ...played,
    records: played.records.map((record) => ({
      ...record,
      response: String(record.response ?? '').replace(/("token":")[^"]+/, '$1<TOKEN>'),
    })),
  });

  test.each(readdirSync(folder).sort())('%s', (name) => {
    const file = new URL(name, folder);
    const session = JSON.parse(readFileSync(file, 'utf8')) as Played; // our own recording
    const { head, records } = playSession(readSession(file.pathname));
    const group = session.records[0]?.group;
    const mine = { head, records: records.map((record) => ({ ...record, group })) };
    const options = { dropClientLog: true };
    const differences = diff(normalize(withoutTokens(session), options), normalize(withoutTokens(mine), options));
    const stepOf = (key: string) => `${name} ${(JSON.parse(key) as readonly unknown[])[1]}`; // [group, step, …]
    expect(differences.filter(({ key }) => !ALLOWED.has(stepOf(key)))).toEqual([]);
    expect(records.length).toBe(session.records.length);
    expect(records.length).toBeGreaterThan(40);
  });
});

/** Every message that the gateway reads. */
const REQUESTS = Object.entries(messages).filter((entry): entry is [string, MessageType] => entry[0].endsWith('Request'));

/** Any value of a field; lists and messages get shallower. */
function anyValue(type: FieldType, depth: number): fc.Arbitrary<ProtoValue> {
  if (typeof type === 'object') {
    return 'message' in type ? recordFor(type.message(), depth - 1) : fc.nat(type.names.length - 1);
  }
  switch (type) {
    case 'bytes':
      return fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    case 'string':
      return fc.string({ unit: 'binary' }).map(utf8Encode);
    case 'bool':
      return fc.boolean();
    case 'int64':
      return fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
    case 'uint64':
      return fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    case 'uint32':
      return fc.nat();
  }
}

/** Any record of a message, with no more than one field of each oneof. */
function recordFor(type: MessageType, depth: number): fc.Arbitrary<ProtoRecord> {
  const fields = Object.entries(type.fields).filter(
    ([, spec]) => depth > 0 || typeof spec.type !== 'object' || 'names' in spec.type,
  );
  const one = (spec: MessageType['fields'][string]) => {
    const value = anyValue(spec.type, depth);
    return fc.option(spec.repeated ? fc.array(value, { maxLength: 3 }) : value, { nil: undefined });
  };
  return fc.record(Object.fromEntries(fields.map(([name, spec]) => [name, one(spec)]))).map((record) => {
    const taken = new Set<string>();
    const kept: Record<string, ProtoValue> = {};
    for (const [name, value] of Object.entries(record)) {
      const oneof = type.fields[name]?.oneof;
      if (value === undefined || (oneof !== undefined && taken.has(oneof))) continue;
      if (oneof !== undefined) taken.add(oneof);
      kept[name] = value as ProtoValue;
    }
    return kept;
  });
}

/** Without what JSON leaves out. */
function withoutZeros(type: MessageType, record: ProtoRecord): ProtoRecord {
  const kept: Record<string, ProtoValue> = {};
  for (const [name, value] of Object.entries(record)) {
    const spec = type.fields[name];
    if (spec === undefined || value === undefined) continue;
    const inner = (one: ProtoValue): ProtoValue =>
      typeof spec.type === 'object' && 'message' in spec.type ? withoutZeros(spec.type.message(), one as ProtoRecord) : one;
    const isEmpty = value === '' || value === 0 || value === 0n || value === false || (Array.isArray(value) && value.length === 0);
    if (isEmpty && spec.oneof === undefined) continue;
    kept[name] = Array.isArray(value) ? value.map(inner) : inner(value);
  }
  return kept;
}

describe('protojson', () => {
  test.each(REQUESTS)('%s: what is written is read again', (_, type) => {
    fc.assert(
      fc.property(recordFor(type, 3), (record) => {
        const text = encodeProtoJson(type, record);
        expect(scanJson(text, 0)).toEqual({ ok: true, value: { start: 0, end: text.length } });
        expect(decodeProtoJson(type, text)).toEqual({ ok: true, value: withoutZeros(type, record) });
      }),
      { numRuns: 60 },
    );
  });

  test('names in camelCase, numbers as numbers, blanks, unknown fields: all the same', () => {
    const type = messages.RangeRequest;
    fc.assert(
      fc.property(recordFor(type, 1), fc.constantFrom('', ' ', '\n', '\t \r\n'), (record, blank) => {
        const parts = Object.entries(record).map(([name, value]) => {
          const camel = name.replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
          const text = typeof value === 'string' ? `"${base64Encode(value)}"` : String(value);
          return `${blank}"${camel}"${blank}:${blank}${text}${blank}`;
        });
        const text = `{${['"unknown":{"a":[1,{"b":null}]}', ...parts].join(',')}}`;
        expect(decodeProtoJson(type, text)).toEqual({ ok: true, value: record });
      }),
    );
  });

  test('nested too deep is refused, not fatal', () => {
    const depth = 50_000;
    const deep = `${'{"success":[{"request_txn":'.repeat(depth)}{}${'}]}'.repeat(depth)}`;
    expect(decodeProtoJson(messages.TxnRequest, deep)).toEqual({ ok: false, error: 'proto: exceeded max recursion depth' });
    expect(scanJson('['.repeat(20_000), 0)).toEqual({ ok: false, error: "invalid character '[' exceeded max depth" });
  });
});

describe('JSON values', () => {
  test('what is one is what JSON.parse takes', () => {
    const ugly = fc.string({ unit: fc.constantFrom(...'{}[]",:\\ \n0123456789.eE+-truefalsn/u'), maxLength: 12 });
    fc.assert(
      fc.property(
        fc.oneof(
          ugly,
          fc.json().map(utf8Encode),
          fc.json().chain((text) => mutated(utf8Encode(text))),
        ),
        (text) => {
          const found = scanJson(text, 0);
          if (!found.ok) expect(() => JSON.parse(text)).toThrow();
          else if (found.value === undefined) expect(text.trim()).toBe('');
          else expect(() => JSON.parse(text.slice(found.value?.start, found.value?.end))).not.toThrow();
          // Where JSON.parse takes the whole, so does the scan.
          if (parses(text)) expect(found.ok && found.value?.end === text.trimEnd().length).toBe(true);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('whatever is asked, protojson answers in its words', () => {
    fc.assert(
      fc.property(fc.json().map(utf8Encode), (text) => {
        const read = decodeProtoJson(messages.TxnRequest, text);
        if (!read.ok) expect(read.error).toMatch(/^proto: (?:syntax error )?(?:\(line \d+:\d+\): |unexpected EOF)/);
      }),
    );
  });
});

function mutated(text: string): fc.Arbitrary<string> {
  return fc.tuple(fc.nat(text.length), fc.nat(3)).map(([at, size]) => text.slice(0, at) + text.slice(at + size));
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('base64: standard or URL-safe, padded or not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (array) => {
      const bytes = String.fromCharCode(...array);
      const standard = base64Encode(bytes);
      const url = standard.replace(/\+/g, '-').replace(/\//g, '_');
      for (const text of [standard, standard.replace(/=/g, ''), url, url.replace(/=/g, '')]) expect(readBase64(text)).toBe(bytes);
    }),
  );
});
