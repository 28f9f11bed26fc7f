/** What you see, what you can do, which keys: one short dialog. */
import type { ReactNode } from 'react';
import { useWords } from '../frame/context.tsx';
import controls from '../frame/controls.module.css';
import { Dialog } from '../frame/Dialog.tsx';
import { useDesk } from '../frame/hooks.ts';
import { Icon, VerbIcon, type VerbIconName } from '../frame/Icon.tsx';
import styles from './Help.module.css';

export function Help() {
  const { help } = useWords();
  const setOpen = useDesk((desk) => desk.setHelpOpen);
  return (
    <Dialog labelledBy="help-title" size="page" onClose={() => setOpen(false)}>
      <header className={styles.head}>
        <h2 id="help-title" className={styles.title}>
          {help.title}
        </h2>
        <button
          type="button"
          className={controls.button}
          data-kind="quiet"
          data-icon="only"
          aria-label={help.close}
          onClick={() => setOpen(false)}
        >
          <Icon name="close" />
        </button>
      </header>
      <p className={styles.lead}>{help.lead}</p>
      <div className={styles.columns}>
        <section>
          <h3 className={styles.heading}>{help.see}</h3>
          <ul className={styles.list}>
            <Item mark={<Hues />}>{help.colour}</Item>
            <Item mark={<Shapes />}>{help.shape}</Item>
            <Item mark={<Fills />}>{help.fill}</Item>
            <Item mark={<Fault />}>{help.red}</Item>
            <Item mark={<Timer />}>{help.timer}</Item>
          </ul>
        </section>
        <section>
          <h3 className={styles.heading}>{help.act}</h3>
          <ul className={styles.list}>
            <Item mark={<Verb name="cut" />}>{help.link}</Item>
            <Item mark={<Verb name="split" />}>{help.wall}</Item>
            <Item mark={<Verb name="stop" />}>{help.member}</Item>
            <Item mark={<Verb name="put" tone="ink" />}>{help.type}</Item>
            <Item mark={<Playhead />}>{help.time}</Item>
          </ul>
        </section>
      </div>
      <h3 className={styles.heading}>{help.keys}</h3>
      <dl className={styles.keys}>
        {help.keyList.map(([keys, what]) => (
          <div key={what} className={styles.key}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function Item({ mark, children }: { readonly mark: ReactNode; readonly children: ReactNode }) {
  return (
    <li className={styles.item}>
      <span className={styles.mark} aria-hidden="true">
        {mark}
      </span>
      <span>{children}</span>
    </li>
  );
}

function Verb({ name, tone = 'fault' }: { readonly name: VerbIconName; readonly tone?: 'fault' | 'ink' }) {
  return (
    <span className={styles.verb} data-tone={tone}>
      <VerbIcon name={name} />
    </span>
  );
}

function Hues() {
  return (
    <svg aria-hidden="true" viewBox="0 0 36 24" width="36" height="24">
      {[1, 2, 3, 4].map((hue, i) => (
        <rect key={hue} data-hue={hue} x={i * 9} y={5} width={7} height={14} rx={2} fill="var(--c)" />
      ))}
    </svg>
  );
}

function Shapes() {
  return (
    <svg aria-hidden="true" viewBox="0 0 36 24" width="36" height="24" data-hue="1">
      <path d="M2.5 8L1.4 2.5L5.2 5L9 0.8L12.8 5L16.6 2.5L15.5 8Z" fill="var(--c)" />
      <circle cx={9} cy={15.5} r={8} fill="var(--c)" />
      <circle cx={27.5} cy={15.5} r={6.7} fill="var(--panel)" stroke="var(--c)" strokeWidth={2.4} />
    </svg>
  );
}

function Fills() {
  return (
    <svg aria-hidden="true" viewBox="0 0 36 24" width="36" height="24" data-hue="1">
      <rect x={1} y={2} width={15} height={9} rx={2} fill="none" stroke="var(--c)" strokeWidth={1.5} strokeDasharray="3 2" />
      <rect
        x={20}
        y={2}
        width={15}
        height={9}
        rx={2}
        fill="color-mix(in srgb, var(--c) 22%, var(--panel))"
        stroke="var(--c)"
        strokeWidth={1.5}
      />
      <rect x={0.25} y={13.25} width={16.5} height={10.5} rx={2.5} fill="var(--f)" />
      <rect x={19.25} y={13.25} width={16.5} height={10.5} rx={2.5} fill="var(--f)" />
      <circle cx={27.5} cy={18.5} r={2} fill="var(--onf)" />
    </svg>
  );
}

function Fault() {
  return (
    <svg aria-hidden="true" viewBox="0 0 36 24" width="36" height="24">
      <path d="M0 12H13M23 12H36" stroke="var(--link)" strokeWidth={1.5} strokeDasharray="2 4" />
      <path d="M14 5V19M22 5V19" stroke="var(--fault)" strokeWidth={2.4} strokeLinecap="round" />
    </svg>
  );
}

function Timer() {
  return (
    <svg aria-hidden="true" viewBox="0 0 36 24" width="36" height="24" data-hue="1">
      <circle cx={18} cy={12} r={10} fill="none" stroke="var(--rule-2)" strokeWidth={1} />
      <path d="M18 2A10 10 0 1 1 8 12" fill="none" stroke="var(--c)" strokeWidth={3} />
      <circle cx={8} cy={12} r={2.6} fill="var(--c)" />
    </svg>
  );
}

function Playhead() {
  return (
    <svg aria-hidden="true" viewBox="0 0 36 24" width="36" height="24" data-hue="1">
      <path d="M0 10H22M0 17H22" stroke="var(--c)" strokeWidth={2.5} />
      <path d="M22 4V23" stroke="var(--ink)" strokeWidth={2} />
      <path d="M17.5 1H26.5V6L22 10.5L17.5 6Z" fill="var(--ink)" />
    </svg>
  );
}
