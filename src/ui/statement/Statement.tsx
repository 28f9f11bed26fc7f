/** One sentence on the cluster, one line of why, and what can be done. */
import { m } from 'framer-motion';
import { useRef, useState } from 'react';
import { type Explanation, explain } from '../../view/index.ts';
import { useWords } from '../frame/context.tsx';
import { PHONE, useMedia, usePainter, useRun, useRunState, useVerbs } from '../frame/hooks.ts';
import { Failures } from './Failures.tsx';
import styles from './Statement.module.css';
import { VerbRow } from './VerbRow.tsx';

/** Readable from its first frame on, also where the animations' chunk cannot be had. */
const SOFTLY = { opacity: 0.3, y: 4 };

export function Statement() {
  const words = useWords();
  const explanation = useExplanation();
  const mode = useVerbs((verbs) => verbs.mode);
  const phone = useMedia(PHONE);
  const phase = useRunState((state) => state.phase);
  const first = useRef<string>(undefined);
  if (phase === 'starting') {
    return (
      <header className={styles.say} data-region="statement" data-said="starting">
        <h2 className={styles.statement}>{words.shell.starting}</h2>
        <p className={styles.why}>{words.shell.startingWhy}</p>
        <div className={styles.verbsPlace} />
      </header>
    );
  }
  const { said, note, why } = explanation;
  // Who leads comes in softly; what goes on changes at once: its cause is what moves.
  const key = JSON.stringify(said);
  first.current ??= key; // the first one stands at once
  return (
    <header className={styles.say} data-region="statement" data-said={said.type} data-note={note?.type} data-why={why.type}>
      <div className={styles.text}>
        <m.h2
          key={key}
          className={styles.statement}
          initial={key === first.current ? false : SOFTLY}
          animate={{ opacity: 1, y: 0 }}
          transition={{ duration: 0.18, ease: 'easeOut' }}
        >
          {words.explain.statement(explanation)}
        </m.h2>
        <p className={styles.why} data-mode={mode}>
          {mode === 'none' ? words.explain.why(why) : (phone ? words.shell.modesByTouch : words.shell.modes)[mode]}
        </p>
      </div>
      <VerbRow />
      <Failures />
      <p className="visually-hidden" aria-live="polite">
        {words.explain.said(said)}
      </p>
    </header>
  );
}

/**
 * The statement's facts at the playhead. They are looked at in every frame in which the picture changed, or a tenth of a virtual
 * second passed (silences grow); React hears of it only when they say something else.
 */
function useExplanation(): Explanation {
  const run = useRun();
  const [explanation, setExplanation] = useState(() => explain(run.frame()));
  const seen = useRef({ text: '', stamp: '' });
  usePainter((shown) => {
    const stamp = `${shown.state().revision} ${Math.floor(shown.playhead() / 100_000)}`;
    if (stamp === seen.current.stamp && shown.state().playing) return;
    const next = explain(shown.frame());
    const text = JSON.stringify(next);
    if (text !== seen.current.text) setExplanation(next);
    seen.current = { text, stamp };
  });
  return explanation;
}
