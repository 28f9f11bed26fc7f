/** The scrollback of one session, as far as the playhead. It stays at its end unless somebody has scrolled up. */
import { type CSSProperties, type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { isAside, type SessionLine, type SessionState } from '../../console/index.ts';
import type { Words } from '../../i18n/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { useSelection } from '../frame/hooks.ts';
import { type Lit, useLit } from '../log/lit.ts';
import { sameThing, type Thing } from '../stores/selection.ts';
import { askedAt, type ConsoleTab } from './consoles.ts';
import { sayHint } from './hintText.ts';
import styles from './Lines.module.css';

/** Lines drawn at first, and added each time somebody asks for earlier ones. */
const PAGE = 400;
/** Lines that break in a way of their own: a row, or a rule, of etcdctl's tables; JSON; a name and its description, in help. */
const FORMS = { table: /^(\|.*\||\+[-+]+\+)$/, json: /^[[{]"/, help: /^ +(\S.*?)\t+\S/ } as const;
/** Between the columns of help. */
const TABS = /(\t+)/;
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
  const log = useRef<HTMLDivElement>(null);
  const [pages, setPages] = useState(1);
  const atEnd = useRef(true);
  const lit = useLit();
  const selected = useSelection((state) => state.selected);
  /** Number of the line to which the arrow keys have come. */
  const [walked, setWalked] = useState<number | undefined>(undefined);

  /** Numbers of the asides that are shown whole. */
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const toggle = (line: number) =>
    setOpened(new Set(opened.has(line) ? [...opened].filter((one) => one !== line) : [...opened, line]));

  const known = shownLines(tab.session, until);
  const shown = known.slice(-pages * PAGE);
  const newest = shown.at(-1);
  const answers = linesReadByCommands(known);

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows what is shown
  useLayoutEffect(() => {
    const element = log.current;
    if (element === null || !atEnd.current) return;
    element.scrollTop = element.scrollHeight;
    element.scrollLeft = 0;
  }, [newest, tab.client]);

  // Offers, and the keyboard of a phone, take room from it.
  useLayoutEffect(() => {
    const element = log.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const choose = (thing: Thing | undefined) => {
    const { select } = selection.getState();
    if (thing !== undefined) select(sameThing(selected, thing) ? undefined : thing);
  };
  const walk = (event: KeyboardEvent) => {
    if (event.key === 'Enter')
      choose(
        thingOf(
          tab.session,
          shown.find((line) => line.number === walked),
        ),
      );
    else if (event.key === 'Escape' && selected !== undefined) {
      // It leaves what was chosen before it leaves the console.
      selection.getState().clear();
      event.stopPropagation();
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      const telling = shown.filter((line) => thingOf(tab.session, line) !== undefined);
      const at = telling.findIndex((line) => line.number === walked);
      const to = event.key === 'ArrowUp' ? (at < 0 ? telling.length - 1 : at - 1) : at < 0 ? -1 : at + 1;
      const line = telling[to];
      if (line === undefined) return;
      setWalked(line.number);
      selection.getState().hover(thingOf(tab.session, line));
      log.current?.querySelector(`[data-line="${line.number}"]`)?.scrollIntoView({ block: 'nearest' });
    } else return;
    event.preventDefault();
  };
  const leave = () => selection.getState().hover(undefined);

  return (
    <div
      ref={log}
      className={styles.lines}
      role="log"
      data-arrows="own"
      aria-live="polite"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
      tabIndex={0}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        atEnd.current = scrollHeight - clientHeight - scrollTop < AT_END;
      }}
      onKeyDown={walk}
      onBlur={() => {
        setWalked(undefined);
        leave();
      }}
      onPointerLeave={leave}
    >
      {known.length > shown.length && (
        <button type="button" className={styles.earlier} onClick={() => setPages(pages + 1)}>
          {words.console.earlier}
        </button>
      )}
      {shown.length === 0 && until === Number.POSITIVE_INFINITY && <p className={styles.empty}>{words.console.empty}</p>}
      {shown.map((line) => {
        const thing = thingOf(tab.session, line);
        const aside = line.kind === 'stderr' && isAside(line.text);
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the scrollback has the keys, and walks its lines by arrows
          // biome-ignore lint/a11y/noStaticElementInteractions: as above
          <div
            key={line.number}
            className={styles.line}
            data-kind={line.kind}
            data-aside={aside ? (opened.has(line.number) ? 'whole' : 'begun') : undefined}
            data-line={line.number}
            data-form={formOf(line)}
            style={formOf(line) === 'help' && 'text' in line ? hanging(line.text) : undefined}
            data-revision={thing?.type === 'revision' ? thing.revision : undefined}
            data-lit={isLit(lit, tab.session, line) || undefined}
            data-selected={(thing !== undefined && sameThing(thing, selected)) || undefined}
            data-walked={line.number === walked || undefined}
            onPointerEnter={() => selection.getState().hover(thing)}
            onClick={() => {
              // Whoever marks text to copy it chooses nothing.
              if (window.getSelection()?.isCollapsed === false) return;
              if (aside) toggle(line.number);
              else choose(thing);
            }}
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
      return line.text === '' ? <br /> : formOf(line) === 'help' ? <Help text={line.text} /> : line.text;
    case 'stderr':
      return line.text;
    case 'hint':
      return sayHint(words, line.hint);
    case 'exit':
      return '^C';
  }
}

/** Between a name and its description stand tabs, which a narrow console does not draw. */
function Help({ text }: { readonly text: string }) {
  const [name, tabs, ...description] = text.split(TABS);
  return (
    <>
      {name}
      <span className={styles.gap}>{tabs}</span>
      {description}
    </>
  );
}

/** Where a description begins, in columns, as a terminal's tabs have it. */
function hanging(text: string): CSSProperties {
  const [name = '', tabs = ''] = text.split(TABS);
  const column = 8 * (Math.floor(name.length / 8) + tabs.length);
  return { '--hang': `${column}ch` } as CSSProperties; // React passes variables on, its types do not know them
}

function formOf(line: SessionLine): keyof typeof FORMS | undefined {
  if (line.kind !== 'stdout' && line.kind !== 'stderr') return undefined;
  if (FORMS.json.test(line.text)) return 'json';
  return line.kind === 'stderr'
    ? undefined
    : FORMS.table.test(line.text)
      ? 'table'
      : FORMS.help.test(line.text)
        ? 'help'
        : undefined;
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

/** What a line tells of: a change that a watch saw, or else the command that it belongs to. */
function thingOf(session: SessionState, line: SessionLine | undefined): Thing | undefined {
  if (line === undefined) return undefined;
  if (line.kind === 'stdout' && line.revision !== undefined) return { type: 'revision', revision: line.revision };
  const call = callOf(session, line.command);
  return call === 0 ? undefined : { type: 'call', call };
}

function isLit(lit: Lit, session: SessionState, line: SessionLine): boolean {
  if (line.kind === 'stdout' && line.revision !== undefined && lit.revisions.includes(line.revision)) return true;
  return lit.calls.includes(callOf(session, line.command)); // no call has the number 0
}

/** The newest call of a command, as the trace numbers it; 0 = none. */
function callOf(session: SessionState, command: number): number {
  if (session.running?.command === command) return session.running.calls.at(-1) ?? 0;
  return session.finished.findLast((each) => each.command === command)?.calls.at(-1) ?? 0;
}
