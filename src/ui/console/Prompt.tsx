/** The console under the stage: sessions as tabs, one line to type in, and a scrollback that unfolds upward. */
import {
  type ClipboardEvent,
  type KeyboardEvent,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import {
  type Completion,
  complete,
  type Known,
  NOTHING_KNOWN,
  type SessionState,
  wantsInput,
  wantsSecret,
} from '../../console/index.ts';
import type { Words } from '../../i18n/index.ts';
import { crownOf } from '../../view/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { Edge } from '../frame/Edge.tsx';
import { PHONE, useDesk, useFrame, useMedia, useRun, useRunState } from '../frame/hooks.ts';
import { Icon } from '../frame/Icon.tsx';
import { Dots } from '../log/marks.tsx';
import { same } from '../log/same.ts';
import { AccessoryKeys } from './AccessoryKeys.tsx';
import { type ConsoleStore, type Consoles, type ConsoleTab, onceFailed } from './consoles.ts';
import { EndpointMenu, roleName } from './EndpointMenu.tsx';
import { editByControl, insert, type Line } from './keys.ts';
import { Lines } from './Lines.tsx';
import { applyCompletion, type Offer, Offers } from './Offers.tsx';
import styles from './Prompt.module.css';
import { RoleGlyph, type Standing } from './RoleGlyph.tsx';
import { createConsoleShelf } from './shelf.ts';
import { WaitingCall } from './WaitingCall.tsx';

export function Prompt() {
  const words = useWords();
  const { consoles: shelf, desk, runs, scheduler } = useHouse();
  const run = useRun();
  const consoles = shelf(() =>
    createConsoleShelf({ followKey: (key) => desk.getState().followKey(key), wake: () => scheduler.wake() }),
  );
  const store = consoles.of(run);
  const { tabs, active, open } = useConsoles(store);
  const tab = tabs.find((each) => each.client === active) ?? tabs[0];
  const phone = useMedia(PHONE);
  const atLive = useRunState((state) => state.atLive);
  const until = useFrame((frame) => (run.state().atLive ? Number.POSITIVE_INFINITY : frame.time));
  const standings = useStandings();
  const input = useRef<HTMLInputElement>(null);
  const root = useRef<HTMLElement>(null);
  const followedKey = useDesk((state) => state.followedKey);
  const [offer, setOffer] = useState<Offer | undefined>(undefined);
  const id = useId();

  useEffect(() => consoles.speak(words), [consoles, words]);

  useEffect(() => {
    let opening = 0;
    const handle = {
      focus: () => input.current?.focus(),
      submit: (line: string, onFailed?: (said: string) => void) => {
        // A put by a verb is watched on the stage: the console stays folded.
        cancelAnimationFrame(opening);
        // Behind a command that waits, or a watch, the line would only be queued.
        store.getState().bringFree();
        const { tabs, active: client } = store.getState();
        const command = tabs.find((each) => each.client === client)?.session.nextCommand;
        if (onFailed !== undefined && command !== undefined) onceFailed(store, client, command, onFailed);
        store.getState().submit(client, line);
      },
      follow: (member: number) => {
        store.getState().bringFree(member);
        opening = requestAnimationFrame(() => input.current?.focus());
      },
    };
    desk.getState().setPrompt(handle);
    return () => {
      cancelAnimationFrame(opening);
      if (desk.getState().prompt === handle) desk.getState().setPrompt(undefined);
    };
  }, [desk, store]);

  // Before the page is seen: who types at once is heard.
  useLayoutEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  useSheetHeight(root, phone && open);

  const fold = useCallback(() => {
    store.getState().setOpen(false);
    input.current?.blur();
  }, [store]);

  if (tab === undefined) return undefined;
  const name = standings[tab.member - 1]?.name ?? `n${tab.member}`;
  const hasOutput = tab.session.lines.length > 0;
  const busy = tab.session.running !== undefined;
  // What was offered for another line is not offered any more.
  const offered = offer?.client === tab.client && offer.text === tab.session.input ? offer : undefined;
  const pick = (candidate: string): void => {
    if (offered === undefined) return;
    const { text, completion } = offered;
    const line = applyCompletion({ text, from: completion.to, to: completion.to }, { ...completion, candidates: [candidate] });
    store.getState().shell(tab.client)?.edit(line.text);
    input.current?.focus();
  };

  const onBlur = (event: React.FocusEvent) => {
    // Left without having said anything: it does not stay in the stage's way.
    if (phone || hasOutput || (event.relatedTarget instanceof Node && root.current?.contains(event.relatedTarget) === true)) return;
    if (!document.hasFocus()) return; // Another window: it will come back.
    store.getState().setOpen(false);
  };

  return (
    <section
      ref={root}
      className={styles.ask}
      aria-label={words.console.sessions}
      data-region="prompt"
      data-open={open || undefined}
      data-busy={busy || undefined}
      data-past={!atLive || undefined}
      onBlur={onBlur}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && offered !== undefined) {
          event.stopPropagation();
          setOffer(undefined);
        } else if (event.key === 'Escape' && open) {
          event.stopPropagation();
          fold();
        } else if (isInterrupt(event) && !event.defaultPrevented) {
          // Also from a tab or the scrollback, as in a terminal.
          event.preventDefault();
          store.getState().shell(tab.client)?.interrupt();
        } else if (isTypedIntoLog(event)) {
          // What is typed after a look at the scrollback goes to the line, not to the page.
          event.stopPropagation();
          input.current?.focus();
        }
      }}
    >
      {open && !phone && <Edge region="console" side="top" />}
      <div className={styles.bar}>
        <Tabs
          store={store}
          tabs={tabs}
          active={tab.client}
          standings={standings}
          panel={id}
          onPick={() => requestAnimationFrame(() => input.current?.focus())}
        />
        <div className={styles.right}>
          <WaitingCall client={tab.client} />
          {phone && open ? (
            <button type="button" className={styles.done} onClick={fold}>
              {words.console.done}
            </button>
          ) : (
            <button
              type="button"
              className={styles.icon}
              data-turn={!open || undefined}
              aria-label={open ? words.console.fold : words.console.open}
              aria-expanded={open}
              onClick={() => (open ? fold() : store.getState().setOpen(true))}
            >
              <Icon name="down" />
            </button>
          )}
        </div>
      </div>
      <div className={styles.panel} role="tabpanel" id={id} aria-labelledby={`${id}-${tab.client}`}>
        {phone && open && <Asked standing={standings[tab.member - 1]} member={tab.member} />}
        {open && (
          <Lines
            key={tab.client}
            tab={tab}
            names={standings.map((standing) => standing.name)}
            until={until}
            label={words.console.output(name)}
          />
        )}
        {offered !== undefined && <Offers candidates={offered.completion.candidates} onPick={pick} />}
        <div className={styles.line}>
          <span className={styles.sign} aria-hidden="true">
            {busy ? '·' : `${name} $`}
          </span>
          <Input
            key={tab.client}
            inputRef={input}
            tab={tab}
            store={store}
            label={words.console.input(name)}
            placeholder={placeholderOf(words, tab.session, atLive, followedKey, phone && !open)}
            disabled={!atLive}
            onOffer={setOffer}
            known={addressesOf(standings)}
            namesOf={(prefix) => run.namesAt(tab.member, run.playhead() + 1, prefix)}
          />
          {!atLive ? (
            <button type="button" className={styles.small} onClick={() => runs.getState().run.backToLive()}>
              {words.console.backToLive}
            </button>
          ) : busy ? (
            <>
              {wantsInput(tab.session) && (
                <button
                  type="button"
                  className={styles.small}
                  aria-label={words.console.endInputLabel}
                  onClick={() => {
                    store.getState().shell(tab.client)?.endOfInput();
                    input.current?.focus();
                  }}
                >
                  {words.console.endInput}
                </button>
              )}
              <button
                type="button"
                className={styles.small}
                aria-label={words.console.stopLabel}
                onClick={() => {
                  store.getState().shell(tab.client)?.interrupt();
                  input.current?.focus();
                }}
              >
                {words.console.stop}
              </button>
            </>
          ) : (
            !open && (
              <span className={styles.keyHint} aria-hidden="true">
                <kbd>/</kbd> {words.console.toType}
              </span>
            )
          )}
        </div>
        {phone && open && <AccessoryKeys onKey={(key) => typeKey(key, input.current, store, tab.client)} />}
      </div>
    </section>
  );
}

function Tabs({ store, tabs, active, standings, panel, onPick }: TabsProps) {
  const words = useWords().console;
  const atLive = useRunState((state) => state.atLive);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.client === active);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs.at(to % tabs.length);
    if (next === undefined) return;
    event.preventDefault();
    store.getState().activate(next.client);
    document.getElementById(`${panel}-${next.client}`)?.focus();
  };
  return (
    <div className={styles.tabs}>
      {/* A list of tabs may hold nothing but tabs: chooser and cross stand beside them. */}
      <div role="tablist" aria-label={words.sessions} aria-owns={tabs.map((tab) => `${panel}-${tab.client}`).join(' ')} />
      {tabs.map((tab) => {
        const standing = standings[tab.member - 1];
        const isActive = tab.client === active;
        const name = tabName(tab, standing);
        return (
          <div key={tab.client} className={styles.tab} data-active={isActive || undefined}>
            <button
              type="button"
              role="tab"
              id={`${panel}-${tab.client}`}
              className={styles.tabButton}
              aria-selected={isActive}
              aria-controls={panel}
              tabIndex={isActive ? 0 : -1}
              data-client={tab.client}
              data-busy={tab.session.running !== undefined || undefined}
              onClick={(event) => {
                store.getState().activate(tab.client);
                if (event.detail > 0) onPick(); // by pointer: who picks a session wants to type there
              }}
              onKeyDown={onKeyDown}
            >
              {standing !== undefined && <RoleGlyph standing={standing} />}
              <span className={styles.tabName}>{name}</span>
              {atLive && tab.session.nextLine > tab.seen && (
                <span className={styles.news}>
                  <span className="visually-hidden">{words.news}</span>
                </span>
              )}
            </button>
            {isActive && (
              <EndpointMenu
                standings={standings}
                member={tab.member}
                onChoose={(member) => store.getState().ask(tab.client, member)}
              />
            )}
            {isActive && tabs.length > 1 && (
              <button
                type="button"
                className={styles.close}
                aria-label={words.close(name)}
                onClick={() => store.getState().close(tab.client)}
              >
                <Icon name="close" />
              </button>
            )}
          </div>
        );
      })}
      <button
        type="button"
        className={styles.icon}
        aria-label={words.add}
        title={words.add}
        onClick={() => {
          store.getState().add();
          onPick();
        }}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M8 3v10M3 8h10" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
        </svg>
      </button>
    </div>
  );
}

interface TabsProps {
  readonly store: ConsoleStore;
  readonly tabs: readonly ConsoleTab[];
  readonly active: number;
  readonly standings: readonly Standing[];
  readonly panel: string;
  readonly onPick: () => void;
}

/** The line that is typed. Keys as in a shell; Enter and a paste of several lines run. */
function Input({ inputRef, tab, store, label, placeholder, disabled, onOffer, known, namesOf }: InputProps) {
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

  const lineOf = (element: HTMLInputElement): Line => ({
    text: element.value,
    from: element.selectionStart ?? element.value.length,
    to: element.selectionEnd ?? element.value.length,
  });

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

interface InputProps {
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

/** Where members listen, and where one more would. */
function addressesOf(standings: readonly Standing[]): Known {
  const names = standings.map(({ name }) => name);
  return {
    ...NOTHING_KNOWN,
    endpoints: names.map((name) => `${name}:2379`),
    peerUrls: [...names, `n${names.length + 1}`].map((name) => `http://${name}:2380`),
  };
}

/** On a phone, where the stage is covered: which member is asked, and whether its side can commit. */
function Asked({ standing, member }: { readonly standing: Standing | undefined; readonly member: number }) {
  const words = useWords();
  const side = useFrame((frame) => {
    const island = frame.islands.find((each) => each.members.includes(member));
    return island === undefined ? undefined : { have: island.members.length, needed: island.needed, hasQuorum: island.hasQuorum };
  }, same);
  if (standing === undefined) return undefined;
  return (
    <p className={styles.asked} data-quorum={side?.hasQuorum ?? false}>
      <b>
        {standing.name}, {roleName(words, standing)}
      </b>
      {side !== undefined && (
        <Dots
          small
          have={side.have}
          needed={side.needed}
          term={standing.term}
          label={words.console.reaches(side.have, side.needed)}
        />
      )}
      <span>
        {side === undefined ? words.console.notRunning : side.hasQuorum ? words.console.canCommit : words.console.cannotCommit}
      </span>
    </p>
  );
}

function useConsoles(store: ConsoleStore): Consoles {
  return useSyncExternalStore(store.subscribe, store.getState);
}

/** Roles of all members, for the glyphs. */
function useStandings(): readonly Standing[] {
  return useFrame(
    (frame) =>
      frame.members.map((member) => ({
        name: member.name,
        health: member.health,
        role: member.role,
        term: member.term,
        crown: crownOf(frame, member),
      })),
    same,
  );
}

/** A watch names its tab by what it watches; every other session by its member. */
function tabName(tab: ConsoleTab, standing: Standing | undefined): string {
  const { running } = tab.session;
  if (running?.waiting?.for === 'stream') return plainLine(running.line);
  return standing?.name ?? '';
}

/** A line without the word that may be left out, and without what makes it long. */
function plainLine(line: string): string {
  return line.trim().replace(/^etcdctl\s+/, '');
}

/** @param brief there is no room for the sign before the line */
function placeholderOf(words: Words, session: SessionState, atLive: boolean, followedKey: string, brief: boolean): string {
  const { console } = words;
  if (!atLive) return console.past;
  const { running, queue } = session;
  if (running === undefined) return session.lines.length === 0 ? console.example(followedKey) : brief ? 'etcdctl …' : '';
  if (queue.length > 0) return console.queued(queue.length);
  if (wantsSecret(session)) return console.secret;
  if (wantsInput(session)) return console.reads;
  return running.waiting?.for === 'stream' ? console.watches(plainLine(running.line)) : console.waits(plainLine(running.line));
}

/** Ctrl-C that does not copy something. */
function isInterrupt(event: KeyboardEvent): boolean {
  return event.key === 'c' && event.ctrlKey && !event.metaKey && !event.altKey && (getSelection()?.isCollapsed ?? true);
}

/** A letter, with which every command begins. */
function isTypedIntoLog({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  const isLetter = /^[A-Za-z]$/.test(key) && !ctrlKey && !metaKey && !altKey;
  return isLetter && target instanceof Element && target.getAttribute('role') === 'log';
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}

/** What a key above the phone's keyboard does. */
function typeKey(key: string, input: HTMLInputElement | null, store: ConsoleStore, client: number): void {
  const shell = store.getState().shell(client);
  if (input === null || shell === undefined) return;
  input.focus();
  if (key === 'up') shell.historyUp();
  else if (key === 'stop') shell.interrupt();
  else {
    const line = insert(
      { text: input.value, from: input.selectionStart ?? input.value.length, to: input.selectionEnd ?? input.value.length },
      key,
    );
    shell.edit(line.text);
  }
}

/** A phone's sheet ends above the keyboard: its height is that of the part of the window that can be seen. */
function useSheetHeight(root: React.RefObject<HTMLElement | null>, sheet: boolean): void {
  useLayoutEffect(() => {
    const element = root.current;
    const viewport = window.visualViewport;
    if (element === null || !sheet || viewport === null) return;
    const measure = () => {
      element.style.setProperty('--sheet', `${viewport.height}px`);
      element.style.setProperty('--sheet-top', `${viewport.offsetTop}px`);
    };
    measure();
    viewport.addEventListener('resize', measure);
    viewport.addEventListener('scroll', measure);
    return () => {
      viewport.removeEventListener('resize', measure);
      viewport.removeEventListener('scroll', measure);
    };
  }, [root, sheet]);
}
