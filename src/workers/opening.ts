/** How a fresh run begins: a leader has been elected, one key has a few versions, the next put is about to fly. */
import { type Bytes, utf8Encode, ZERO_ID } from '../base/index.ts';
import type { RestoreOptions } from '../engine/server/index.ts';
import { freshScenario, type JournalEntry, MILLISECOND, type Pacing, type Scenario, SECOND, type SimTime } from '../sim/index.ts';

export interface Opening {
  readonly scenario: Scenario;
  readonly journal: readonly JournalEntry[];
  /** Virtual time at which the page opens. */
  readonly openAt: SimTime;
  /** The first call number that is free. */
  readonly nextCall: number;
  /** How its bus carries it on; a run is the same either way. */
  readonly pacing: Pacing;
}

/** What is put, when, and through which member; the last put flies just after the page has opened. */
const PUTS: readonly { readonly at: SimTime; readonly key: string; readonly value: string }[] = [
  { at: 3_000 * MILLISECOND, key: 'name', value: 'etcd' },
  { at: 3_400 * MILLISECOND, key: 'color', value: 'red' },
  { at: 4_150 * MILLISECOND, key: 'color', value: 'green' },
];
const OPEN_AT = 4_100 * MILLISECOND;

/** @param members 1 … 9 */
export function openingOf(members: number, seed: number): Opening {
  const journal = PUTS.map(
    ({ at, key, value }, i): JournalEntry => ({
      at,
      order: i,
      action: {
        type: 'call',
        client: 1,
        call: i + 1,
        endpoints: [1],
        request: {
          type: 'put',
          key: utf8Encode(key),
          value: utf8Encode(value),
          lease: ZERO_ID,
          prevKv: false,
          ignoreValue: false,
          ignoreLease: false,
        },
        timeout: 5 * SECOND,
        requireLeader: false,
        text: `put ${key} ${value}`,
      },
    }),
  );
  return {
    scenario: { ...freshScenario(members, seed), boot: 'etcd' },
    journal,
    openAt: OPEN_AT,
    nextCall: PUTS.length + 1,
    pacing: 'horizons',
  };
}

/** Opens when the members have just started, so that it can be seen what they begin with. @param snapshot a readable file */
export function restoredOpening(members: number, seed: number, snapshot: Bytes, restoreOptions: RestoreOptions): Opening {
  const scenario: Scenario = { ...freshScenario(members, seed), boot: 'etcd', snapshot, restoreOptions };
  return { scenario, journal: [], openAt: 1, nextCall: 1, pacing: 'horizons' };
}
