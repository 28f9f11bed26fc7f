/** First-run chips: one at a time, on the thing itself, after two seconds of calm; gone for good after their act or the third visit. */
import { AnimatePresence, m } from 'framer-motion';
import { useEffect, useState } from 'react';
import { useHouse, useWords } from '../frame/context.tsx';
import { useSettings } from '../frame/hooks.ts';
import type { Chip } from '../stores/settings.ts';
import type { Point } from './plane.ts';
import styles from './Stage.module.css';

const CALM_MS = 2_000;
const VISITS = 3;
const ORDER: readonly Chip[] = ['cut', 'split', 'type'];

/** The chip whose turn it is once things are calm; undefined while there is none to show. */
export function useChip(quiet: boolean): Chip | undefined {
  const next = useSettings((settings) =>
    settings.visits > VISITS ? undefined : ORDER.find((chip) => !settings.chipsDone.includes(chip)),
  );
  const [shown, setShown] = useState<Chip | undefined>(undefined);
  useEffect(() => {
    setShown(undefined);
    if (next === undefined || !quiet) return;
    let timer = setTimeout(() => setShown(next), CALM_MS);
    // Whoever is at work is not taught; once it stands, a chip stays until its act.
    const busy = () => {
      clearTimeout(timer);
      timer = setTimeout(() => setShown(next), CALM_MS);
    };
    window.addEventListener('pointerdown', busy);
    window.addEventListener('keydown', busy);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('pointerdown', busy);
      window.removeEventListener('keydown', busy);
    };
  }, [next, quiet]);
  return shown;
}

/** @param at where the beak points, by chip */
export function FirstRunChip({ chip, at }: { readonly chip: Chip | undefined; readonly at: Readonly<Record<Chip, Point>> }) {
  const words = useWords().stage;
  const { tokens } = useHouse();
  const text = { cut: words.chipCut, split: words.chipSplit, type: words.chipType };
  return (
    <AnimatePresence>
      {chip !== undefined && (
        <m.div
          key={chip}
          className={styles.chip}
          data-chip={chip}
          role="note"
          style={{ left: at[chip].x, top: at[chip].y }}
          initial={{ opacity: 0, y: -6 }}
          animate={{ opacity: 1, y: 0 }}
          exit={{ opacity: 0 }}
          transition={{ duration: tokens.px('--dur-chip') / 1000 }}
        >
          <span>{text[chip]}</span>
        </m.div>
      )}
    </AnimatePresence>
  );
}
