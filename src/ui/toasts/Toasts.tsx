/** What was just done, and its way back. It stands in the top bar, where it covers nothing. */
import { m } from 'framer-motion';
import { useEffect, useState } from 'react';
import { useHouse, useWords } from '../frame/context.tsx';
import { useToasts } from '../frame/hooks.ts';
import { Icon } from '../frame/Icon.tsx';
import styles from './Toasts.module.css';

/** So long a toast stays, ms of wall time; a pointer or the focus on it stops the count. */
const STAYS_MS = 9_000;

export function Toasts() {
  const words = useWords();
  const { toasts } = useHouse();
  const toast = useToasts((state) => state.current);
  const [held, setHeld] = useState(false);

  useEffect(() => {
    if (toast === undefined || held) return;
    const timer = setTimeout(() => toasts.getState().dismiss(toast.id), STAYS_MS);
    return () => clearTimeout(timer);
  }, [toast, held, toasts]);

  function dismiss(): void {
    if (toast !== undefined) toasts.getState().dismiss(toast.id);
    setHeld(false);
  }

  return (
    <div className={styles.place} role="status" aria-live="polite">
      {toast !== undefined && (
        <m.div
          key={toast.id}
          className={styles.toast}
          data-tone={toast.tone}
          initial={{ opacity: 0.3, y: -6 }}
          animate={{ opacity: 1, y: 0 }}
          transition={{ duration: 0.18, ease: 'easeOut' }}
          onPointerEnter={() => setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onFocus={() => setHeld(true)}
          onBlur={() => setHeld(false)}
        >
          <span className={styles.text}>{toast.say(words)}</span>
          {toast.undo !== undefined && (
            <button
              type="button"
              className={styles.undo}
              data-action="undo"
              onClick={() => {
                const { undo } = toast;
                dismiss();
                undo?.();
              }}
            >
              {words.shell.undo}
            </button>
          )}
          <button type="button" className={styles.close} aria-label={words.shell.dismiss} onClick={dismiss}>
            <Icon name="close" />
          </button>
        </m.div>
      )}
    </div>
  );
}
