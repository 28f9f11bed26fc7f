/** What Tab offers behind the prompt, when it is not clear what is meant. */
import { type Completion, commonPrefix } from '../../console/index.ts';
import { useWords } from '../frame/context.tsx';
import { PHONE, useMedia } from '../frame/hooks.ts';
import type { Line } from './keys.ts';
import styles from './Offers.module.css';

/** More do not fit above a line: on a phone, and elsewhere. */
const SHOWN = [10, 24] as const;

/** Candidates for a line, as long as it stays as it is. */
export interface Offer {
  readonly client: number;
  readonly text: string;
  readonly completion: Completion;
}

/** The line with as much in it as all candidates have in common; with the only one whole, ready for the next word. */
export function applyCompletion(line: Line, { from, to, candidates }: Completion): Line {
  const prefix = commonPrefix(candidates);
  if (candidates.length !== 1 && prefix.length <= to - from) return line;
  const rest = line.text.slice(to);
  // Behind a flag's = and the host of an address something goes on.
  const gap = candidates.length === 1 && !/[=/]$/.test(prefix) && !rest.startsWith(' ') ? ' ' : '';
  const at = from + prefix.length + gap.length;
  return { text: line.text.slice(0, from) + prefix + gap + rest, from: at, to: at };
}

interface OffersProps {
  readonly candidates: readonly string[];
  readonly onPick: (candidate: string) => void;
}

/** Read out as they come; a pointer may pick one, a keyboard types on. */
export function Offers({ candidates, onPick }: OffersProps) {
  const words = useWords().console;
  const shown = useMedia(PHONE) ? SHOWN[0] : SHOWN[1];
  return (
    <div className={styles.offers} role="status" aria-label={words.offers(candidates.length)}>
      {candidates.slice(0, shown).map((candidate) => (
        <button key={candidate} type="button" tabIndex={-1} className={styles.offer} onClick={() => onPick(candidate)}>
          {candidate}
        </button>
      ))}
      {candidates.length > shown && <span className={styles.more}>{words.more(candidates.length - shown)}</span>}
    </div>
  );
}
