/** The clock's controls. Digits and factor change every frame and are written past React. */
import { type MouseEvent, useRef } from 'react';
import type { Pace as PaceChoice } from '../../workers/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import controls from '../frame/controls.module.css';
import { usePainter, useRun, useRunState } from '../frame/hooks.ts';
import { Icon } from '../frame/Icon.tsx';
import { Menu } from '../frame/Menu.tsx';
import { formatClock, formatFactor } from './format.ts';
import styles from './TopBar.module.css';

const PACES: readonly PaceChoice[] = ['auto', 1 / 1000, 1 / 200, 1 / 50, 1 / 10, 1, 10];

export function Transport() {
  const words = useWords();
  const run = useRun();
  const { scheduler } = useHouse();
  const playing = useRunState((state) => state.playing);
  const press = (act: (event: MouseEvent) => void) => (event: MouseEvent) => {
    act(event);
    scheduler.wake();
  };
  return (
    <fieldset className={controls.group} aria-label={words.shell.transport}>
      <button
        type="button"
        className={controls.button}
        data-icon="only"
        data-action="stepBack"
        aria-label={words.shell.stepBack}
        title={`${words.shell.stepBack} (←)`}
        onClick={press(() => run.stepBack())}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        className={`${controls.button} ${styles.play}`}
        data-kind="primary"
        data-action="play"
        data-playing={playing}
        title={`${playing ? words.shell.pause : words.shell.play} (${words.shell.space})`}
        onClick={press(() => (playing ? run.pause() : run.play()))}
      >
        <Icon name={playing ? 'pause' : 'play'} />
        <span className={styles.playWord}>{playing ? words.shell.pause : words.shell.play}</span>
      </button>
      <button
        type="button"
        className={controls.button}
        data-icon="only"
        data-action="step"
        aria-label={words.shell.step}
        title={words.shell.stepTitle}
        onClick={press((event) => run.step(event.shiftKey ? 'row' : 'decision'))}
      >
        <Icon name="step" />
      </button>
    </fieldset>
  );
}

export function Clock() {
  const words = useWords();
  const run = useRun();
  const digits = useRef<HTMLSpanElement>(null);
  // In the turn of the timer arcs: in the other frames nothing but canvases changes, and nothing is laid out.
  usePainter((shown) => write(digits.current, formatClock(shown.playhead())), 'odd');
  return (
    <time className={styles.clock} title={words.shell.clock} data-clock>
      <span className={styles.digits} ref={digits} suppressHydrationWarning>
        {formatClock(run.playhead())}
      </span>
    </time>
  );
}

/** Auto with what it does now, or the speed that a hand has fixed. On a phone the clock stands on the same button. */
export function Pace({ withClock = false }: { readonly withClock?: boolean }) {
  const words = useWords();
  const run = useRun();
  const { scheduler } = useHouse();
  const pace = useRunState((state) => state.pace);
  const factor = useRef<HTMLSpanElement>(null);
  usePainter((shown) => write(factor.current, formatFactor(shown.state().factor)), 'odd');
  const choices = PACES.map((choice) => ({
    id: choice === 'auto' ? 'auto' : formatFactor(choice),
    text: choice === 'auto' ? words.shell.autoLong : words.shell.speed(formatFactor(choice)),
    chosen: choice === pace,
    choose: () => {
      run.setPace(choice);
      scheduler.wake();
    },
  }));
  return (
    <Menu
      name="pace"
      label={words.shell.pace}
      kind={withClock ? 'quiet' : 'plain'}
      button={
        <span className={styles.paceHolder}>
          {withClock && <Clock />}
          <span className={styles.pace} data-pace={pace === 'auto' ? 'auto' : 'fixed'}>
            <b>{pace === 'auto' ? words.shell.auto : words.shell.fixed}</b>
            <span className={styles.factor} ref={factor} data-factor>
              {formatFactor(run.state().factor)}
            </span>
            {!withClock && <Icon name="down" />}
          </span>
        </span>
      }
      choices={choices}
    />
  );
}

export function Live({ brief = false }: { readonly brief?: boolean }) {
  const words = useWords();
  const run = useRun();
  const { scheduler } = useHouse();
  const atLive = useRunState((state) => state.atLive);
  return (
    <div className={styles.live} data-live={atLive}>
      {atLive ? (
        <span className={styles.now}>
          <i className={styles.dot} />
          {words.shell.live}
        </span>
      ) : (
        <button
          type="button"
          className={controls.button}
          data-action="live"
          aria-label={words.shell.backToLive}
          title={`${words.shell.backToLive} (L)`}
          onClick={() => {
            run.backToLive();
            scheduler.wake();
          }}
        >
          <Icon name="live" />
          {brief ? words.shell.live : words.shell.backToLive}
        </button>
      )}
    </div>
  );
}

/** Touches the page only when the text is another one. */
function write(element: HTMLElement | null, text: string): void {
  if (element !== null && element.textContent !== text) element.textContent = text;
}
