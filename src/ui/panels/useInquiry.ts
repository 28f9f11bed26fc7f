/** What has to be asked of the historian: at the playhead, seldom, and the latest answer wins. */
import { useEffect, useRef, useState } from 'react';
import type { Run } from '../../workers/index.ts';
import { useRun, useRunState } from '../frame/hooks.ts';
import { same } from '../log/same.ts';

/** Real time between two questions of one panel, ms. */
const LEAST_MS = 200;

/**
 * Asks again whenever `reason` changes: what is asked for, and those facts of the picture on which the answer depends. At most
 * five times a second, one question at a time; an answer that says the same as the one before is that one.
 *
 * @param time given to `ask` so that everything up to and including the playhead has happened
 * @returns undefined before the first answer
 */
export function useInquiry<T>(reason: string, ask: (run: Run, time: number) => Promise<T>): T | undefined {
  const run = useRun();
  const phase = useRunState((state) => state.phase);
  const [answer, setAnswer] = useState<T | undefined>(undefined);
  const newest = useRef(ask);
  newest.current = ask;
  const inquirer = useRef<Inquirer | undefined>(undefined);

  useEffect(() => {
    const made = createInquirer(async () => {
      const given = await newest.current(run, run.playhead() + 1);
      return () => setAnswer((before) => (same(before, given) ? before : given));
    });
    inquirer.current = made;
    return () => {
      inquirer.current = undefined;
      made.end();
    };
  }, [run]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asks again for each reason, and by a new inquirer
  useEffect(() => {
    if (phase === 'ready') inquirer.current?.want();
  }, [reason, phase, run]);
  return answer;
}

export interface Inquirer {
  /** Something has changed: asks now, or as soon as may be. */
  want(): void;
  /** Nobody waits for an answer any more. */
  end(): void;
}

/** @param ask gives what to do with the answer: not done when the inquirer has ended meanwhile */
export function createInquirer(ask: () => Promise<() => void>): Inquirer {
  let wanted = false;
  let isBusy = false;
  let isEnded = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function go(): void {
    timer = undefined;
    if (!wanted || isBusy || isEnded) return;
    wanted = false;
    isBusy = true;
    ask().then(
      (use) => settle(use),
      // A run that has ended, or failed and says so itself, answers nobody.
      () => settle(undefined),
    );
    timer = setTimeout(go, LEAST_MS);
  }

  function settle(use: (() => void) | undefined): void {
    isBusy = false;
    if (isEnded) return;
    use?.();
    if (timer === undefined) go();
  }

  return {
    want() {
      wanted = true;
      if (timer === undefined) go();
    },
    end() {
      isEnded = true;
      clearTimeout(timer);
    },
  };
}
