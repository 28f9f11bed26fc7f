/** A modal dialog: it takes the focus, and gives it back. Esc, or a click beside it, closes it. */
import { type ReactNode, useEffect, useRef } from 'react';
import styles from './Dialog.module.css';

interface DialogProps {
  /** Of the heading that names it. */
  readonly labelledBy: string;
  readonly size: 'text' | 'page';
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Dialog({ labelledBy, size, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    // A click on the dialog itself is one on its backdrop; the keyboard has Esc.
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes a modal dialog by itself.
    <dialog
      ref={dialog}
      className={styles.dialog}
      data-size={size}
      aria-labelledby={labelledBy}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className={styles.body}>{children}</div>
    </dialog>
  );
}
