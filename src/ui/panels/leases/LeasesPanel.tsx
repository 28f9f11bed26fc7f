/** Leases: what is left of each by the leader's clock, and the keys that go with it. The rings turn outside React. */
import { useRef } from 'react';
import { leaseClock, type PastLease } from '../../../view/index.ts';
import { useHouse, useWords } from '../../frame/context.tsx';
import controls from '../../frame/controls.module.css';
import { useDesk, useFrame, usePainter, useRun, useRunState } from '../../frame/hooks.ts';
import shared from '../List.module.css';
import { Empty, Panel } from '../Panel.tsx';
import { useInquiry } from '../useInquiry.ts';
import { LeaseRing, setAttribute, write } from './LeaseRing.tsx';
import styles from './Leases.module.css';

export function LeasesPanel() {
  const words = useWords().panels;
  const { desk } = useHouse();
  const atLive = useRunState((state) => state.atLive);
  const revision = useRunState((state) => state.revision);
  const leases = useInquiry(`${revision}`, (run, time) => run.leasesAt(time));
  const clockOf = useFrame((frame) => frame.members[(leases?.clock ?? 0) - 1]?.name ?? '');
  if (leases === undefined) {
    return (
      <Panel panel="leases">
        <p className={shared.aside}>{words.asking}</p>
      </Panel>
    );
  }
  return (
    <Panel panel="leases" note={<span data-leases={leases.leases.length}>{words.leases.note(leases.leases.length)}</span>}>
      <div className={shared.body}>
        {leases.leases.length === 0 && (
          <Empty
            title={words.leases.emptyTitle}
            why={words.leases.emptyWhy}
            act={
              atLive && (
                <button type="button" className={controls.button} onClick={() => desk.getState().prompt?.submit('lease grant 60')}>
                  {words.leases.emptyAct}
                </button>
              )
            }
          />
        )}
        <ul>
          {leases.leases.map((lease) => (
            <Lease key={lease.id} lease={lease} clockOf={clockOf} />
          ))}
        </ul>
      </div>
    </Panel>
  );
}

function Lease({ lease, clockOf }: { readonly lease: PastLease; readonly clockOf: string }) {
  const words = useWords().panels.leases;
  const { desk } = useHouse();
  const run = useRun();
  const followed = useDesk((state) => state.followedKey);
  const item = useRef<HTMLLIElement>(null);
  const left = useRef<HTMLElement>(null);
  const why = useRef<HTMLSpanElement>(null);
  const sayAt = (now: number): readonly [string, string] => {
    const clock = leaseClock(lease, now);
    if (clock.type === 'running') return [words.left(String(clock.seconds), String(lease.ttl)), words.leftWhy(clockOf)];
    return clock.type === 'paused' ? [words.paused, words.pausedWhy] : [words.expired, words.expiredWhy];
  };
  usePainter((shown) => {
    const [title, note] = sayAt(shown.playhead());
    setAttribute(item.current, 'data-clock', leaseClock(lease, shown.playhead()).type);
    write(left.current, title);
    write(why.current, note);
  });
  const [title, note] = sayAt(run.playhead());
  return (
    <li ref={item} className={shared.item} data-lease={lease.id} data-clock={leaseClock(lease, run.playhead()).type}>
      <LeaseRing lease={lease} />
      <div className={shared.words}>
        <p className={shared.first}>
          <b className={shared.name}>{lease.id}</b>
          <span className={shared.note}>{words.keys(lease.keyCount)}</span>
        </p>
        <p>
          <b ref={left}>{title}</b>{' '}
          <span ref={why} className={shared.why}>
            {note}
          </span>
        </p>
        {lease.keys.length > 0 && (
          <p className={styles.keys}>
            {lease.keys.map((key) => (
              <button
                key={key}
                type="button"
                className={styles.key}
                aria-pressed={key === followed}
                onClick={() => desk.getState().followKey(key)}
              >
                {key}
              </button>
            ))}
          </p>
        )}
      </div>
    </li>
  );
}
