/** What still waits, with the disks that it has and its virtual time. The clock is written outside React. */
import { useRef } from 'react';
import { callWords, countedDisks, type Frame, replacedBy } from '../../view/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { useFrame, usePainter } from '../frame/hooks.ts';
import { Dots } from '../log/marks.tsx';
import { same } from '../log/same.ts';
import styles from './WaitingCall.module.css';

/** Shorter waits are told by the dots alone. Virtual µs. */
const WORTH_TELLING = 400_000;

interface Wait {
  readonly call: number;
  readonly text: string;
  readonly have: number;
  readonly needed: number;
  /** Its entry was replaced: nobody will answer. */
  readonly isLost: boolean;
  readonly term: number;
  readonly sentAt: number;
  readonly deadline: number;
}

/** @param client whose calls go before the others' */
export function WaitingCall({ client }: { readonly client: number }) {
  const words = useWords().console;
  const { selection } = useHouse();
  const wait = useFrame((frame) => oldestWait(frame, client), same);
  const clock = useRef<HTMLSpanElement>(null);
  usePainter((run) => {
    if (clock.current === null || wait === undefined) return;
    const text = sayClock(words, run.playhead(), wait);
    if (clock.current.textContent !== text) clock.current.textContent = text;
  });
  if (wait === undefined) return undefined;
  return (
    <span
      className={styles.waiting}
      data-call={wait.call}
      data-have={wait.have}
      data-needed={wait.needed}
      data-lost={wait.isLost || undefined}
      onPointerEnter={() => selection.getState().hover({ type: 'call', call: wait.call })}
      onPointerLeave={() => selection.getState().hover(undefined)}
    >
      <span className={styles.command}>{wait.text}</span>
      <span>{wait.isLost ? words.overwritten : words.waiting}</span>
      {wait.needed > 0 && (
        <Dots small have={wait.have} needed={wait.needed} term={wait.term} label={words.dots(wait.have, wait.needed)} />
      )}
      <span ref={clock} className={styles.clock} />
    </span>
  );
}

/** `1.6 of 5 s`; '' for what is quickly over. */
export function sayClock(
  words: { readonly of: (seconds: string, all: string) => string; readonly since: (seconds: string) => string },
  now: number,
  wait: Pick<Wait, 'sentAt' | 'deadline'>,
): string {
  const waited = now - wait.sentAt;
  if (waited < WORTH_TELLING) return '';
  const seconds = (waited / 1_000_000).toFixed(1);
  return wait.deadline === 0
    ? words.since(seconds)
    : words.of(seconds, String(Math.round((wait.deadline - wait.sentAt) / 100_000) / 10));
}

function oldestWait(frame: Frame, client: number): Wait | undefined {
  const open = frame.calls.filter((call) => call.state === 'open' && call.kind !== 'watch' && call.answer === undefined);
  const call = open.find((each) => each.client === client) ?? open[0];
  if (call === undefined) return undefined;
  const isLost = replacedBy(frame, call) !== 0;
  const isEntry = call.index > 0 && !isLost;
  return {
    call: call.id,
    text: callWords(call, Number.POSITIVE_INFINITY),
    have: isEntry ? countedDisks(frame, call.term, call.index) : 0,
    needed: isEntry ? frame.quorum : 0,
    isLost,
    term: call.term,
    sentAt: call.sentAt,
    deadline: call.deadline,
  };
}
