/** Watches: who looks at what, at which member, how far it has come and what it has still to hear. */

import type { Words } from '../../../i18n/index.ts';
import {
  type AwayWatch,
  entryOfRevision,
  type OpenWatch,
  type PastEndedWatch,
  type PastWatch,
  watchConcerns,
  watchPosition,
} from '../../../view/index.ts';
import { useHouse, useWords } from '../../frame/context.tsx';
import controls from '../../frame/controls.module.css';
import { useDesk, useFrame, useRunState } from '../../frame/hooks.ts';
import { useLit } from '../../log/lit.ts';
import { same } from '../../log/same.ts';
import { useIsLit } from '../keys/useMadeBy.ts';
import shared from '../List.module.css';
import { Empty, Panel } from '../Panel.tsx';
import { Revision } from '../Revision.tsx';
import { useInquiry } from '../useInquiry.ts';
import styles from './Watches.module.css';

/** Of those that are over, the latest few. */
const MOST_ENDED = 5;

export function WatchesPanel() {
  const words = useWords();
  const { desk } = useHouse();
  const followed = useDesk((state) => state.followedKey);
  const revision = useRunState((state) => state.revision);
  const atLive = useRunState((state) => state.atLive);
  const watches = useInquiry(`${revision}`, (run, time) => run.watchesAt(time));
  const names = useFrame((frame) => frame.members.map((member) => member.name), same);
  /** Watches to which an event is under way. */
  const hearing = useFrame(
    (frame) =>
      frame.calls
        .filter((call) => call.kind === 'watch' && call.answer !== undefined && call.answer.arrivesAt > frame.time)
        .map((call) => call.id),
    same,
  );
  const isLit = useConcerned();
  if (watches === undefined) return <Panel panel="watches">{undefined}</Panel>;
  const ended = watches.ended.slice(-MOST_ENDED).reverse();
  const t = words.panels.watches;
  return (
    <Panel panel="watches" note={<span data-open-watches={watches.open.length}>{t.note(watches.open.length)}</span>}>
      <div className={shared.body}>
        {watches.open.length + watches.away.length === 0 && (
          <Empty
            title={t.emptyTitle}
            why={t.emptyWhy}
            act={
              atLive && (
                <button
                  type="button"
                  className={controls.button}
                  onClick={() => desk.getState().prompt?.submit(`watch ${followed}`)}
                >
                  {t.emptyAct(followed)}
                </button>
              )
            }
          />
        )}
        <ul>
          {watches.open.map((watch) => (
            <Open
              key={`${watch.member} ${watch.call}`}
              watch={watch}
              name={names[watch.member - 1] ?? ''}
              isHearing={hearing.includes(watch.call)}
              lit={isLit(watch)}
            />
          ))}
          {watches.away.map((watch) => (
            <Away key={watch.call} watch={watch} lit={isLit(watch)} />
          ))}
        </ul>
        {ended.length > 0 && (
          <>
            <h3 className={styles.heading}>{t.over}</h3>
            <ul>
              {ended.map((watch) => (
                <Ended key={watch.call} watch={watch} lit={isLit(watch)} />
              ))}
            </ul>
          </>
        )}
      </div>
    </Panel>
  );
}

/** Whether a watch belongs to what is pointed at or selected: it itself, or a change of a key that it watches. */
function useConcerned(): (watch: PastWatch) => boolean {
  const { calls, keys } = useLit();
  return (watch) => calls.includes(watch.call) || keys.some((key) => watchConcerns(watch, key));
}

interface OpenProps {
  readonly watch: OpenWatch;
  readonly name: string;
  readonly isHearing: boolean;
  readonly lit: boolean;
}

function Open({ watch, name, isHearing, lit }: OpenProps) {
  const words = useWords();
  const t = words.panels.watches;
  const { selection } = useHouse();
  const position = watchPosition(watch);
  const [title, why] = sayPosition(words, position);
  /** Everything up to here was sent. */
  const at = 'at' in position ? position.at : position.revision;
  const term = useFrame((frame) => entryOfRevision(frame, at)?.term ?? 0);
  const selected = useIsLit()(at) === 'selected';
  return (
    <li
      className={shared.item}
      data-call={watch.call}
      data-member={watch.member}
      data-state={position.type}
      data-lit={lit || undefined}
      onPointerOver={() => selection.getState().hover({ type: 'call', call: watch.call })}
      onPointerLeave={() => selection.getState().hover(undefined)}
    >
      <Mark state={watch.state === 'synced' ? 'synced' : 'behind'} />
      <div className={shared.words}>
        <p className={shared.first}>
          <b className={shared.name}>{t.range(watch)}</b>
          <span className={shared.note}>{`${name} · ${t.tab(watch.client)}`}</span>
        </p>
        <p>
          <b>{title}</b> <span className={shared.why}>{why}</span>
        </p>
        <p className={shared.why}>{[t.from(watch.startRevision), ...sayOptions(words, watch)].join(' · ')}</p>
        {isHearing && <p className={styles.hearing}>{t.under}</p>}
      </div>
      {at > 1 && <Revision revision={at} term={term} selected={selected} />}
    </li>
  );
}

/** Its client looks for a member. */
function Away({ watch, lit }: { readonly watch: AwayWatch; readonly lit: boolean }) {
  const t = useWords().panels.watches;
  return <Unheld watch={watch} state="away" mark="behind" lit={lit} title={t.away} why={t.awayWhy(watch.nextRevision)} />;
}

function Ended({ watch, lit }: { readonly watch: PastEndedWatch; readonly lit: boolean }) {
  const t = useWords().panels.watches;
  const isByServer = watch.compactRevision > 0 || watch.reason !== '';
  const why = watch.compactRevision > 0 ? t.compactedWhy(watch.compactRevision) : watch.reason !== '' ? watch.reason : t.endedWhy;
  const [state, title] = isByServer ? (['cancelled', t.cancelled] as const) : (['ended', t.ended] as const);
  return <Unheld watch={watch} state={state} mark="cancelled" lit={lit} title={title} why={why} />;
}

interface UnheldProps {
  readonly watch: PastWatch;
  readonly state: 'away' | 'cancelled' | 'ended';
  readonly mark: 'behind' | 'cancelled';
  readonly lit: boolean;
  readonly title: string;
  readonly why: string;
}

/** A watch that no member holds. */
function Unheld({ watch, state, mark, lit, title, why }: UnheldProps) {
  const t = useWords().panels.watches;
  const { selection } = useHouse();
  return (
    <li
      className={shared.item}
      data-call={watch.call}
      data-state={state}
      data-lit={lit || undefined}
      onPointerEnter={() => selection.getState().hover({ type: 'call', call: watch.call })}
      onPointerLeave={() => selection.getState().hover(undefined)}
    >
      <Mark state={mark} />
      <div className={shared.words}>
        <p className={shared.first}>
          <b className={shared.name}>{t.range(watch)}</b>
          <span className={shared.note}>{t.tab(watch.client)}</span>
        </p>
        <p>
          <b>{title}</b> <span className={shared.why}>{why}</span>
        </p>
      </div>
    </li>
  );
}

function sayPosition(words: Words, position: ReturnType<typeof watchPosition>): readonly [string, string] {
  const t = words.panels.watches;
  switch (position.type) {
    case 'synced':
      return [t.synced, t.syncedWhy(position.revision)];
    case 'ahead':
      return [t.ahead, t.aheadWhy(position.start, position.revision)];
    case 'catchingUp':
      return [t.catchingUp, t.catchingUpWhy(position.at, position.revision, t.missed(position.missed))];
    case 'heldUp':
      return [t.heldUp, t.heldUpWhy(position.at, position.revision, t.missed(position.missed))];
  }
}

function sayOptions(words: Words, watch: PastWatch): readonly string[] {
  const t = words.panels.watches;
  const options: string[] = [];
  if (watch.noDelete && !watch.noPut) options.push(t.only.put);
  if (watch.noPut && !watch.noDelete) options.push(t.only.delete);
  if (watch.prevKv) options.push(t.withPrevious);
  return options;
}

/** An eye, and how near its line has come to the store's edge (sheet, 7). */
function Mark({ state }: { readonly state: 'synced' | 'behind' | 'cancelled' }) {
  return (
    <svg className={styles.mark} data-state={state} viewBox="0 -17 64 34" width="64" height="34" aria-hidden="true">
      <path className={styles.eye} d="M3 0C7.6 -7.8 20.4 -7.8 25 0C20.4 7.8 7.6 7.8 3 0Z" />
      <circle className={styles.pupil} cx="14" r="3.3" />
      {state === 'cancelled' ? (
        <>
          <path className={styles.slash} d="M4 9L24 -9" />
          <path className={styles.missing} d="M34 0H62" />
        </>
      ) : state === 'synced' ? (
        <path className={styles.line} d="M32 0H60M60 -6V6" />
      ) : (
        <>
          <path className={styles.line} d="M32 0H44" />
          <path className={styles.missing} d="M47 0H60M62 -6V6" />
        </>
      )}
    </svg>
  );
}
