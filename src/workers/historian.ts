/** The historian's worker: the same run inline, which answers for the past (`sim/history.ts`). */
import { expose } from 'comlink';
import { utf8Decode } from '../base/index.ts';
import { createHistory, digestsAt, followRun, type History, memberAt, type Scenario } from '../sim/index.ts';
import type { Greeting, HistorianControl } from './protocol.ts';

/** Waits for what the page asks. */
export function startHistorian(greeting: Greeting): void {
  let history: History | undefined;
  const begun = (): History => {
    if (history === undefined) throw new Error('a historian is started before it is asked for anything');
    return history;
  };
  const control: HistorianControl = {
    start(scenario: Scenario) {
      history = createHistory(scenario);
    },
    follow: (entries, until) => followRun(begun(), entries, until),
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
    digestsAt: (time) => digestsAt(begun(), time),
  };
  expose(control, greeting.control);
}
