/** Keys that a phone's keyboard hides, above it. They keep the focus in the line. */
import { useWords } from '../frame/context.tsx';
import styles from './AccessoryKeys.module.css';

const TEXTS = ['--', '/', '"', '-', '='] as const;

export function AccessoryKeys({ onKey }: { readonly onKey: (key: string) => void }) {
  const words = useWords().console;
  return (
    <div className={styles.keys} role="toolbar" aria-label={words.keys} onPointerDown={(event) => event.preventDefault()}>
      {TEXTS.map((text) => (
        <button key={text} type="button" className={styles.key} onClick={() => onKey(text)}>
          {text}
        </button>
      ))}
      <button type="button" className={styles.key} aria-label={words.stopLabel} onClick={() => onKey('stop')}>
        ^C
      </button>
      <button type="button" className={styles.key} aria-label={words.up} onClick={() => onKey('up')}>
        ↑
      </button>
    </div>
  );
}
