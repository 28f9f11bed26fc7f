/**
 * Whether something that came from outside is a state that a member could have written. What the store asserts of its contents is
 * looked at here first: a file that somebody made is an outcome, not a bug.
 */
import { ZERO_ID } from '../../base/index.ts';
import type { KeyValue } from './api.ts';
import { MAX_LEASE_TTL, MIN_LEASE_TTL } from './leases.ts';
import type { StateSnapshot } from './stateSnapshot.ts';

/** Where the first thing lies that is not as it must be; undefined = all is. */
type Look = (value: unknown, path: string) => string | undefined;

/** @returns the way to the first thing that is not as it must be, `kv.versions[3].kv.key`; undefined = it is a {@link StateSnapshot} */
export function findFlaw(state: unknown): string | undefined {
  return STATE(state, '') ?? findDisorder(state as StateSnapshot); // it has the shape
}

/** Half of what a number counts exactly: a store that goes on from there has as much room again. */
export const MOST = 2 ** 52;

const text: Look = (value, path) => (typeof value === 'string' ? undefined : path);
const flag: Look = (value, path) => (typeof value === 'boolean' ? undefined : path);
const count: Look = between(0, MOST);
/** Of a compaction; -1 = there was none. */
const revision: Look = (value, path) => (value === -1 ? undefined : count(value, path));
const bytes: Look = (value, path) => (typeof value === 'string' && !/[^\0-\xff]/.test(value) ? undefined : path);
const id: Look = (value, path) => (typeof value === 'string' && /^[0-9a-f]{16}$/.test(value) ? undefined : path);

function between(least: number, most: number): Look {
  return (value, path) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? undefined : path;
}

function list(each: Look): Look {
  return (value, path) => {
    if (!Array.isArray(value)) return path;
    for (const [i, item] of value.entries()) {
      const flaw = each(item, `${path}[${i}]`);
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  };
}

/** Records in the order of a text in them, none twice. */
function listBy(name: 'id' | 'name', each: Look): Look {
  return (value, path) => {
    const flaw = list(each)(value, path);
    if (flaw !== undefined) return flaw;
    const names = (value as readonly Readonly<Record<typeof name, string>>[]).map((item) => item[name]); // `each` looked at them
    const at = names.findIndex((one, i) => i > 0 && one <= (names[i - 1] ?? ''));
    return at < 0 ? undefined : `${path}[${at}].${name}`;
  };
}

function record(fields: Readonly<Record<string, Look>>): Look {
  return (value, path) => {
    if (typeof value !== 'object' || value === null) return path;
    for (const [name, look] of Object.entries(fields)) {
      const flaw = look((value as Readonly<Record<string, unknown>>)[name], path === '' ? name : `${path}.${name}`); // any field may be asked for
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  };
}

function oneOf(...words: readonly string[]): Look {
  return (value, path) => (words.includes(value as string) ? undefined : path); // includes compares whatever it is given
}

function orNumber(look: Look): Look {
  return (value, path) => (Number.isSafeInteger(value) ? undefined : look(value, path));
}

function optional(look: Look): Look {
  return (value, path) => (value === undefined ? undefined : look(value, path));
}

const PAIR = record({ key: bytes, value: bytes, createRevision: count, modRevision: count, version: count, lease: id });
/** A put, or a tombstone, of which nothing but its key and its revision is kept. */
const CHANGE: Look = (value, path) => {
  const flaw = PAIR(value, path);
  if (flaw !== undefined) return flaw;
  const { key, createRevision, modRevision, version, value: kept, lease } = value as KeyValue; // it has the shape
  // A revision that was raised (`restore.ts`): nothing else has no key.
  const isMark = version === 1 && createRevision === modRevision && kept === '' && lease === ZERO_ID;
  if (key === '' && !isMark) return `${path}.key`;
  if (version === 0) return createRevision === 0 && kept === '' && lease === ZERO_ID ? undefined : `${path}.version`;
  return createRevision > 0 && createRevision <= modRevision ? undefined : `${path}.createRevision`;
};
const LEASE = record({
  id: (value, path) => (value === ZERO_ID ? path : id(value, path)),
  ttl: between(MIN_LEASE_TTL, MAX_LEASE_TTL),
  remainingTtl: optional(between(1, MAX_LEASE_TTL)),
});
const MEMBER = record({ id, name: text, peerUrls: list(text), clientUrls: list(text), isLearner: flag });
const PERMISSION = record({ access: orNumber(oneOf('read', 'write', 'readwrite')), key: bytes, rangeEnd: bytes });
const STATE = record({
  kv: record({
    revision: count,
    compactRevision: revision,
    finishedCompactRevision: revision,
    versions: list(record({ sub: count, kv: CHANGE })),
  }),
  membership: record({ members: list(MEMBER), removed: list(id), clusterVersion: text }),
  leases: listBy('id', LEASE),
  auth: record({
    isEnabled: flag,
    revision: count,
    users: listBy('name', record({ name: bytes, passwordHash: optional(bytes), roles: list(bytes) })),
    roles: listBy('name', record({ name: bytes, permissions: list(PERMISSION) })),
  }),
  alarms: list(record({ memberId: id, alarm: orNumber(oneOf('nospace', 'corrupt')) })),
  downgrade: text,
});

/** Versions are in the order of execution, and the newest of them is the store's revision. */
function findDisorder({ kv }: StateSnapshot): string | undefined {
  let before = { main: 1, sub: Number.MAX_SAFE_INTEGER };
  for (const [i, { sub, kv: pair }] of kv.versions.entries()) {
    const isLater = pair.modRevision > before.main || (pair.modRevision === before.main && sub > before.sub);
    if (!isLater) return `kv.versions[${i}].kv.modRevision`;
    before = { main: pair.modRevision, sub };
  }
  if (kv.revision !== before.main) return 'kv.revision';
  if (kv.compactRevision > kv.revision) return 'kv.compactRevision';
  return kv.finishedCompactRevision > kv.compactRevision ? 'kv.finishedCompactRevision' : undefined;
}
