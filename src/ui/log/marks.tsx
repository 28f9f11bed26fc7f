/** Small drawings of the log: kinds of entries, crowns, the dots of a quorum. */

import type { Crown, EntryKind } from '../../view/index.ts';
import { termHue } from '../frame/hue.ts';
import styles from './marks.module.css';

/** 12 px, stroke only. */
const KIND_PATHS: Readonly<Record<EntryKind, string>> = {
  noop: 'M10 6a4 4 0 1 1-8 0a4 4 0 0 1 8 0M3 9.2L9.2 2.8',
  put: 'M2 4.2h8M2 7.8h8',
  delete: 'M2.2 6h7.6',
  txn: 'M4.4 1.6C2.6 1.6 3.8 6 2 6c1.8 0 .6 4.4 2.4 4.4M7.6 1.6C9.4 1.6 8.2 6 10 6c-1.8 0-.6 4.4-2.4 4.4',
  lease: 'M3 1.6h6M3 10.4h6M3.6 1.8c0 3 4.8 5.4 4.8 8.4M8.4 1.8c0 3-4.8 5.4-4.8 8.4',
  conf: 'M7.6 6a3 3 0 1 1-6 0a3 3 0 0 1 6 0M9.8 3.6v4.8M7.8 6h4',
  compact: 'M10 2v8M7.4 6h-6M4 3.4L1.4 6 4 8.6',
  other: 'M6 5.6v.8',
};

/** What an entry does. */
export function KindGlyph({ kind }: { readonly kind: EntryKind }) {
  return (
    <svg className={styles.kind} viewBox="0 0 12 12" aria-hidden="true">
      <path d={KIND_PATHS[kind]} />
    </svg>
  );
}

/** A leader's crown beside its name. */
export function CrownMark({ crown, term }: { readonly crown: Crown; readonly term: number }) {
  if (crown === 'none') return undefined;
  return (
    <svg className={styles.crown} data-crown={crown} data-hue={termHue(term)} viewBox="-7 -9 14 10" aria-hidden="true">
      <path d="M-4.9 0L-6 -5.4L-2.6 -2.7L0 -7.4L2.6 -2.7L6 -5.4L4.9 0Z" />
    </svg>
  );
}

/** Where a snapshot stands: between what it holds and the entries after it. */
export function SnapshotMark() {
  return (
    <svg className={styles.snapshot} viewBox="-12 -12 24 24" aria-hidden="true">
      <path d="M0 -10.5L9.1 -5.25V5.25L0 10.5L-9.1 5.25V-5.25Z" />
    </svg>
  );
}

/** A learner beside its name: a dotted ring. */
export function LearnerMark() {
  return (
    <svg className={styles.learner} viewBox="-6 -6 12 12" aria-hidden="true">
      <circle r={4.4} pathLength={10} />
    </svg>
  );
}

/** As many dots as are needed, filled as many as there are. */
export function Dots({ have, needed, term, label, small = false }: DotsProps) {
  const filled = Math.min(have, needed);
  return (
    <span
      className={styles.dots}
      data-hue={termHue(term)}
      data-size={small ? 'small' : 'large'}
      data-have={filled}
      data-needed={needed}
      role="img"
      aria-label={label}
    >
      {Array.from({ length: needed }, (_, at) => (
        // Dots have no identity but their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <i key={at} data-filled={at < filled} />
      ))}
    </span>
  );
}

interface DotsProps {
  readonly have: number;
  readonly needed: number;
  /** Whose hue they take; 0 = ink. */
  readonly term: number;
  readonly label: string;
  readonly small?: boolean;
}
