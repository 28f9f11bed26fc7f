/** The line that is typed. Keys as in a shell; Enter and a paste of several lines run. */
import { type ClipboardEvent, type KeyboardEvent, useLayoutEffect, useRef } from 'react';
import { type Completion, complete, type Known, wantsInput, wantsSecret } from '../../console/index.ts';
import type { ConsoleStore, ConsoleTab } from './consoles.ts';
import { editByControl, insert, type Line, lineOf } from './keys.ts';
import { applyCompletion, type Offer } from './Offers.tsx';
import styles from './Prompt.module.css';

export function InputLine({ inputRef, tab, store, label, placeholder, disabled, onOffer, known, namesOf }: InputLineProps) {
  const { session, client } = tab;
  const shell = store.getState().shell(client);
  /** Where the caret goes once React has written the text. */
  const caret = useRef<number | undefined>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of the text
  useLayoutEffect(() => {
    const element = inputRef.current;
    if (element === null || caret.current === undefined) return;
    element.setSelectionRange(caret.current, caret.current);
    element.scrollLeft = element.scrollWidth;
    caret.current = undefined;
  }, [session.input]);

  const write = (line: Line) => {
    caret.current = line.to;
    shell?.edit(line.text);
    inputRef.current?.setSelectionRange(line.from, line.to);
  };

  const take = (line: Line, completion: Completion): void => {
    const next = applyCompletion(line, completion);
    if (next !== line) write(next);
    onOffer(completion.candidates.length > 1 ? { client, text: next.text, completion: { ...completion, to: next.to } } : undefined);
  };

  const offerFor = (line: Line): void => {
    const offered = complete(line.text, line.to, known);
    if (offered.wanted === undefined || offered.candidates.length > 0) {
      take(line, offered);
      return;
    }
    namesOf(offered.wanted.prefix).then(
      (names) => {
        // An answer to a line that has changed meanwhile is too late.
        if (shell?.state().input === line.text) take(line, complete(line.text, line.to, { ...known, ...names }));
      },
      // Nobody knows the names now: nothing is offered.
      () => onOffer(undefined),
    );
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const element = event.currentTarget;
    if (event.ctrlKey && !event.metaKey && !event.altKey) {
      const edited = editByControl(event.key, lineOf(element));
      if (edited !== undefined) write(edited);
      else if (event.key === 'l') shell?.clear();
      else if (event.key === 'd' && element.value === '') shell?.endOfInput();
      else if (isInterrupt(event) && element.selectionStart === element.selectionEnd) shell?.interrupt();
      else return;
      event.preventDefault();
      return;
    }
    if (event.metaKey || event.altKey) return;
    // Without a line, and backwards, Tab moves the focus as everywhere.
    if (event.key === 'Tab') {
      if (event.shiftKey || element.value === '' || wantsInput(session)) return;
      event.preventDefault();
      offerFor(lineOf(element));
      return;
    }
    if (event.key === 'Enter') store.getState().submit(client, element.value);
    else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      if (event.key === 'ArrowUp') shell?.historyUp();
      else shell?.historyDown();
      caret.current = shell?.state().input.length;
    } else return;
    event.preventDefault();
  };

  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const pasted = event.clipboardData.getData('text').replace(/\r\n?/g, '\n');
    if (!pasted.includes('\n')) return;
    event.preventDefault();
    store.getState().submit(client, insert(lineOf(event.currentTarget), pasted).text);
  };

  return (
    <input
      ref={inputRef}
      className={styles.input}
      type={wantsSecret(session) ? 'password' : 'text'}
      value={session.input}
      aria-label={label}
      placeholder={placeholder}
      disabled={disabled}
      autoComplete="off"
      autoCapitalize="off"
      autoCorrect="off"
      spellCheck={false}
      enterKeyHint="send"
      data-waiting={session.running !== undefined || undefined}
      onChange={(event) => shell?.edit(event.currentTarget.value)}
      onFocus={() => store.getState().setOpen(true)}
      onKeyDown={onKeyDown}
      onPaste={onPaste}
    />
  );
}

interface InputLineProps {
  readonly inputRef: React.RefObject<HTMLInputElement | null>;
  readonly tab: ConsoleTab;
  readonly store: ConsoleStore;
  readonly label: string;
  readonly placeholder: string;
  readonly disabled: boolean;
  /** Several things may be meant; undefined: nothing is offered any more. */
  readonly onOffer: (offer: Offer | undefined) => void;
  /** Addresses, which need no asking. */
  readonly known: Known;
  /** What exists at the member that is asked; keys that begin with `prefix`. */
  readonly namesOf: (prefix: string) => Promise<Omit<Known, 'endpoints' | 'peerUrls'>>;
}

/** Ctrl-C that does not copy something. */
export function isInterrupt(event: KeyboardEvent): boolean {
  return event.key === 'c' && event.ctrlKey && !event.metaKey && !event.altKey && (getSelection()?.isCollapsed ?? true);
}
