/** The historian's worker: the same run inline, which answers for the past (`sim/history.ts`). */
import { expose } from 'comlink';
import { type Bytes, formatHex, utf8Decode, utf8Encode, ZERO_ID } from '../base/index.ts';
import type { WatchRequest } from '../engine/server/index.ts';
import {
  createHistory,
  detailedHistory,
  digestsAt,
  followRun,
  type History,
  leasesAt,
  linesAt,
  memberAt,
  namesAt,
  type Scenario,
  storeAt,
  watchesAt,
} from '../sim/index.ts';
import { type PastVersion, type PastWatch, passesFilter } from '../view/index.ts';
import type { Greeting, HistorianControl } from './protocol.ts';
import { refuseTime } from './refusals.ts';

/** What a page can show: more keys are found by their prefix. */
const MOST_KEYS = 400;
const MOST_VERSIONS = 400;
/** Characters of a value; whoever wants all of it reads the key. */
const MOST_TEXT = 400;

const MOST_LEASE_KEYS = 20;
const MOST_LINES = 300;

/** Waits for what the page asks. */
export function startHistorian(greeting: Greeting): void {
  let history: History | undefined;
  /** With lines of level debug, from when somebody asks for them first. */
  let detailed: History | undefined;
  const begun = (): History => {
    if (history === undefined) throw new Error('a historian is started before it is asked for anything');
    return history;
  };
  const control: HistorianControl = {
    start(scenario: Scenario) {
      history = createHistory(scenario);
      detailed = undefined;
    },
    follow(entries, until) {
      const refusal = refuseTime(until, begun().run.kernel.now);
      if (refusal !== undefined) throw new Error(refusal);
      return followRun(begun(), entries, until);
    },
    memberAt(member, time) {
      const { isUp, revision, pairs, digest } = memberAt(begun(), member, time);
      return {
        isUp,
        revision,
        digest,
        pairs: pairs.map(({ key, value, modRevision, version }) => ({
          key: utf8Decode(key),
          value: utf8Decode(value),
          modRevision,
          version,
        })),
      };
    },
    storeAt(member, time, prefix) {
      const limits = { prefix: utf8Encode(prefix), mostKeys: MOST_KEYS, mostVersions: MOST_VERSIONS };
      const { histories, ...store } = storeAt(begun(), member, time, limits);
      const keys = histories.map(({ key, versions, isCut }) => ({
        key: utf8Decode(key),
        versions: versions.map(
          ({ createRevision, modRevision, version, value, lease }): PastVersion => ({
            createRevision,
            modRevision,
            version,
            value: utf8Decode(value.slice(0, MOST_TEXT)),
            lease: lease === ZERO_ID ? '' : formatHex(lease),
          }),
        ),
        isCut,
      }));
      return { ...store, keys };
    },
    watchesAt(time) {
      const { open, away, ended } = watchesAt(begun(), time);
      return { open: open.map(shownWatch), away: away.map(shownWatch), ended: ended.map(shownWatch) };
    },
    leasesAt(time) {
      const { clock, leases } = leasesAt(begun(), time);
      return {
        clock,
        leases: leases.map(({ id, ttl, endsAt, keys }) => ({
          id: formatHex(id),
          ttl,
          endsAt,
          keys: keys.slice(0, MOST_LEASE_KEYS).map(utf8Decode),
          keyCount: keys.length,
        })),
      };
    },
    namesAt(member, time, prefix) {
      const { keys, leases, members, users, roles } = namesAt(begun(), member, time, utf8Encode(prefix), MOST_KEYS);
      return {
        keys: keys.map(utf8Decode),
        // As etcdctl prints them: those of leases with their zeros.
        leases: [...leases],
        members: members.map(formatHex),
        users: users.map(utf8Decode),
        roles: roles.map(utf8Decode),
      };
    },
    linesAt(member, time, filter) {
      let from = begun();
      if (filter.level === 'debug') {
        detailed = detailedHistory(from, detailed);
        from = detailed;
      }
      const passing = linesAt(from, member, time).filter((line) => passesFilter(line, filter));
      return { lines: passing.slice(-MOST_LINES), earlier: Math.max(0, passing.length - MOST_LINES) };
    },
    digestsAt: (time) => digestsAt(begun(), time),
  };
  expose(control, greeting.control);
}

/** The same with texts for reading. */
function shownWatch<W extends { readonly request: WatchRequest }>({ request, ...watch }: W): Omit<W, 'request'> & WatchWords {
  const { key, rangeEnd, startRevision, noPut, noDelete, prevKv } = request;
  return {
    ...watch,
    key: utf8Decode(key),
    range: rangeKind(key, rangeEnd),
    rangeEnd: utf8Decode(rangeEnd),
    startRevision,
    noPut,
    noDelete,
    prevKv,
  };
}

type WatchWords = Pick<PastWatch, 'key' | 'range' | 'rangeEnd' | 'startRevision' | 'noPut' | 'noDelete' | 'prevKv'>;

/** How a person names a range (`spec/etcd.md` 1.3). */
function rangeKind(key: Bytes, rangeEnd: Bytes): PastWatch['range'] {
  if (rangeEnd === '') return 'key';
  if (rangeEnd === '\0') return key === '\0' || key === '' ? 'all' : 'from';
  const last = key.length - 1;
  const isPrefix = key !== '' && rangeEnd === key.slice(0, last) + String.fromCharCode(key.charCodeAt(last) + 1);
  return isPrefix ? 'prefix' : 'range';
}
