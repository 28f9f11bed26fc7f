/** The scrollback of one session, as far as the playhead. It stays at its end unless somebody has scrolled up. */
import { useLayoutEffect, useRef, useState } from 'react';
import type { SessionLine, SessionState } from '../../console/index.ts';
import type { Words } from '../../i18n/index.ts';
import { entryText } from '../../view/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { useRun, useSelection } from '../frame/hooks.ts';
import { askedAt, type ConsoleTab } from './consoles.ts';
import { sayHint } from './hintText.ts';
import styles from './Lines.module.css';

/** Lines drawn at first, and added each time somebody asks for earlier ones. */
const PAGE = 400;
/** px from the end that still count as the end. */
const AT_END = 24;

interface LinesProps {
  readonly tab: ConsoleTab;
  readonly names: readonly string[];
  /** Virtual µs up to which lines are shown. */
  readonly until: number;
  readonly label: string;
}

export function Lines({ tab, names, until, label }: LinesProps) {
  const words = useWords();
  const { selection } = useHouse();
  const run = useRun();
  const log = useRef<HTMLDivElement>(null);
  const [pages, setPages] = useState(1);
  const atEnd = useRef(true);
  const lit = useSelection((state) => {
    const thing = state.hovered ?? state.selected;
    if (thing?.type === 'entry') return entryText(run.frame().texts, thing.term, thing.index)?.call ?? 0;
    return thing?.type === 'call' ? thing.call : 0;
  });

  const known = shownLines(tab.session, until);
  const shown = known.slice(-pages * PAGE);
  const newest = shown.at(-1);
  const answers = linesReadByCommands(known);

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows what is shown
  useLayoutEffect(() => {
    const element = log.current;
    if (element !== null && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [newest, tab.client]);

  return (
    <div
      ref={log}
      className={styles.lines}
      role="log"
      aria-live="polite"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
      tabIndex={0}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        atEnd.current = scrollHeight - clientHeight - scrollTop < AT_END;
      }}
      onPointerLeave={() => selection.getState().hover(undefined)}
    >
      {known.length > shown.length && (
        <button type="button" className={styles.earlier} onClick={() => setPages(pages + 1)}>
          {words.console.earlier}
        </button>
      )}
      {shown.length === 0 && until === Number.POSITIVE_INFINITY && <p className={styles.empty}>{words.console.empty}</p>}
      {shown.map((line) => {
        const call = callOf(tab.session, line.command);
        return (
          <div
            key={line.number}
            className={styles.line}
            data-kind={line.kind}
            data-lit={(call !== 0 && call === lit) || undefined}
            onPointerEnter={() => selection.getState().hover(call === 0 ? undefined : { type: 'call', call })}
          >
            <Line
              line={line}
              prompt={answers.has(line.number) ? '' : `${names[askedAt(tab, line.number) - 1] ?? ''} $ `}
              words={words}
            />
          </div>
        );
      })}
    </div>
  );
}

function Line({ line, prompt, words }: { readonly line: SessionLine; readonly prompt: string; readonly words: Words }) {
  switch (line.kind) {
    case 'echo':
      return (
        <>
          {prompt !== '' && <span className={styles.prompt}>{prompt}</span>}
          {line.text}
        </>
      );
    case 'stdout':
      return line.text === '' ? <br /> : line.text;
    case 'stderr':
      return line.text;
    case 'hint':
      return sayHint(words, line.hint);
    case 'exit':
      return '^C';
  }
}

/** What is to be seen: nothing later than `until`, and of the ends of commands only those by Ctrl-C. */
function shownLines(session: SessionState, until: number): readonly SessionLine[] {
  return session.lines.filter((line) => line.at <= until && (line.kind !== 'exit' || line.exit.signal !== undefined));
}

/** Lines that were typed into a command that reads: they had no prompt before them. Blank prompts run nothing. */
function linesReadByCommands(lines: readonly SessionLine[]): ReadonlySet<number> {
  const begun = new Set<number>();
  const read = new Set<number>();
  for (const line of lines) {
    if (line.kind !== 'echo') continue;
    if (begun.has(line.command)) read.add(line.number);
    else if (line.text.trim() !== '') begun.add(line.command);
  }
  return read;
}

/** The newest call of a command, as the trace numbers it; 0 = none. */
function callOf(session: SessionState, command: number): number {
  if (session.running?.command === command) return session.running.calls.at(-1) ?? 0;
  return session.finished.findLast((each) => each.command === command)?.calls.at(-1) ?? 0;
}
