/** Keys: every revision of every key in one member's store, and the store as it was at any of them. */
import { useDeferredValue, useState } from 'react';
import { keyRows, oldestReadable, type PastLease, type PastStore } from '../../../view/index.ts';
import { useHouse, useWords } from '../../frame/context.tsx';
import controls from '../../frame/controls.module.css';
import { useDesk, useFrame, useRunState } from '../../frame/hooks.ts';
import shared from '../List.module.css';
import { MemberChoice, usePanelMember } from '../MemberChoice.tsx';
import { Empty, Panel } from '../Panel.tsx';
import { useInquiry } from '../useInquiry.ts';
import styles from './Keys.module.css';
import { KeyTable } from './KeyTable.tsx';
import { Ribbons } from './Ribbons.tsx';

/** More keys than that are searched by prefix. */
const WORTH_FINDING = 8;

const NO_LEASES: readonly PastLease[] = [];

export function KeysPanel() {
  const words = useWords().panels;
  const member = usePanelMember();
  const [prefix, setPrefix] = useState('');
  const asked = useDeferredValue(prefix);
  // What a member's store depends on: its life, and how far it has applied.
  const state = useFrame((frame) => {
    const of = frame.members[member - 1];
    return of === undefined ? '' : `${of.health} ${of.since} ${of.appliedIndex}`;
  });
  const answer = useInquiry(`${member} ${state} ${asked}`, async (run, time) => ({
    member,
    prefix: asked,
    store: await run.storeAt(member, time, asked),
  }));
  const store = answer?.store;
  // A lease is renewed without any entry: asked for at every change of the picture, but only where a key hangs on one.
  const revision = useRunState((state) => state.revision);
  const hasLeases = store?.keys.some((key) => (key.versions.at(-1)?.lease ?? '') !== '') === true;
  const leases = useInquiry(hasLeases ? `${revision}` : '', async (run, time) =>
    hasLeases ? (await run.leasesAt(time)).leases : [],
  );
  const isSearched = prefix !== '' || (store?.keyCount ?? 0) > WORTH_FINDING;
  return (
    <Panel
      panel="keys"
      tools={<MemberChoice member={member} />}
      note={
        store?.isUp === true && (
          <span data-revision={store.revision} data-of={answer?.member}>
            {words.keys.at(store.revision)}
          </span>
        )
      }
    >
      {isSearched && (
        <input
          className={styles.find}
          type="search"
          value={prefix}
          placeholder={words.keys.findShort}
          aria-label={words.keys.find}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setPrefix(event.target.value)}
        />
      )}
      {answer === undefined ? <p className={shared.aside}>{words.asking}</p> : <Body {...answer} leases={leases ?? NO_LEASES} />}
    </Panel>
  );
}

interface BodyProps {
  readonly member: number;
  readonly prefix: string;
  readonly store: PastStore;
  readonly leases: readonly PastLease[];
}

function Body({ member, prefix, store, leases }: BodyProps) {
  const words = useWords().panels;
  const { acts, panels, desk } = useHouse();
  /** The revision at which the store is shown; undefined: the newest, whatever that is. */
  const [pinned, setPinned] = useState<number | undefined>(undefined);
  const followed = useDesk((state) => state.followedKey);
  const name = useFrame((frame) => frame.members[member - 1]?.name ?? `n${member}`);
  const other = useFrame((frame) => frame.members.find((each) => each.health === 'up' && each.ordinal !== member));

  if (!store.isUp) {
    return (
      <Empty
        title={words.stopped(name)}
        why={words.stoppedWhy(name)}
        act={
          other !== undefined && (
            <button type="button" className={controls.button} onClick={() => panels.getState().showMember(other.ordinal)}>
              {words.showOther(other.name)}
            </button>
          )
        }
      />
    );
  }
  if (store.keys.length === 0 && prefix !== '') return <p className={shared.aside}>{words.keys.nothing(prefix)}</p>;
  if (store.keys.length === 0) {
    return (
      <Empty
        title={words.keys.emptyTitle}
        why={words.keys.emptyWhy}
        act={
          <button type="button" className={controls.button} onClick={() => acts.putNext()}>
            {words.keys.emptyAct}
          </button>
        }
      />
    );
  }
  const oldest = Math.min(store.revision, oldestReadable(store));
  const revision = Math.max(oldest, Math.min(store.revision, pinned ?? store.revision));
  const follow = (key: string) => desk.getState().followKey(key);
  return (
    <>
      <Ribbons
        store={store}
        leases={leases}
        oldest={oldest}
        revision={revision}
        followed={followed}
        onRevision={(to) => setPinned(to >= store.revision ? undefined : Math.max(oldest, to))}
      />
      <KeyTable
        rows={keyRows(store, revision)}
        revision={revision}
        isNewest={revision === store.revision}
        followed={followed}
        onFollow={follow}
      />
      {store.keyCount > store.keys.length && <p className={shared.aside}>{words.keys.more(store.keys.length, store.keyCount)}</p>}
    </>
  );
}
