/** A bar of voters, those who have it first, and a mark after the place that is needed. Under each what is known of it. */
import { useHouse } from '../frame/context.tsx';
import { termHue } from '../frame/hue.ts';
import styles from './VotersBar.module.css';

export interface BarVoter {
  readonly member: number;
  readonly name: string;
  readonly state: string;
  readonly words: string;
  /** Only 'full' and 'dotted' fill a place. */
  readonly look: 'full' | 'dotted' | 'tint' | 'dashed' | 'open' | 'crossed' | 'off';
}

interface VotersBarProps {
  readonly voters: readonly BarVoter[];
  /** Dotted, right of the bar: they do not count. */
  readonly learners?: readonly BarVoter[];
  /** Whose hue it takes. */
  readonly term: number;
  /** The mark stands after so many; undefined = no mark. */
  readonly needed?: number;
  readonly mark?: string;
  /** A rehearsal fills nothing. */
  readonly hollow?: boolean;
  /** One of the two bars of a joint configuration: where room is short they do without words. */
  readonly half?: boolean;
}

export function VotersBar({ voters, learners = [], term, needed, mark, hollow = false, half = false }: VotersBarProps) {
  const { selection } = useHouse();
  const count = voters.length + learners.length;
  return (
    <ol
      className={styles.bar}
      data-hue={termHue(term)}
      data-hollow={hollow || undefined}
      data-half={half || undefined}
      data-many={count > 7 || undefined}
      data-crowded={count > 5 || undefined}
    >
      {[...voters, ...learners].map((voter, at) => (
        <li
          key={voter.member}
          className={styles.voter}
          data-member={voter.member}
          data-state={voter.state}
          data-look={voter.look}
          data-learner={at >= voters.length || undefined}
          title={`${voter.name}: ${voter.words}`}
          onPointerEnter={() => selection.getState().hover({ type: 'member', member: voter.member })}
          onPointerLeave={() => selection.getState().hover(undefined)}
        >
          <span className={styles.box}>{voter.name}</span>
          <span className={styles.words}>{voter.words}</span>
          {at + 1 === needed && at < voters.length && <i className={styles.mark} role="img" aria-label={mark} />}
        </li>
      ))}
    </ol>
  );
}
