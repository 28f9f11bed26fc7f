/** The console under the stage: sessions as tabs, one line to type in, and a scrollback that unfolds upward. */
import { type KeyboardEvent, useCallback, useEffect, useId, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { type Known, NOTHING_KNOWN, type SessionState, wantsInput, wantsSecret } from '../../console/index.ts';
import type { Words } from '../../i18n/index.ts';
import { crownOf } from '../../view/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { Edge } from '../frame/Edge.tsx';
import { PHONE, useDesk, useFrame, useMedia, useRun, useRunState } from '../frame/hooks.ts';
import { Icon } from '../frame/Icon.tsx';
import { same } from '../log/same.ts';
import { AccessoryKeys } from './AccessoryKeys.tsx';
import { Asked } from './Asked.tsx';
import { type ConsoleStore, type Consoles, onceFailed } from './consoles.ts';
import { InputLine, isInterrupt } from './InputLine.tsx';
import { insert, lineOf } from './keys.ts';
import { Lines } from './Lines.tsx';
import { applyCompletion, type Offer, Offers } from './Offers.tsx';
import styles from './Prompt.module.css';
import type { Standing } from './RoleGlyph.tsx';
import { createConsoleShelf } from './shelf.ts';
import { plainLine, Tabs } from './Tabs.tsx';
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
          <InputLine
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

/** Where members listen, and where one more would. */
function addressesOf(standings: readonly Standing[]): Known {
  const names = standings.map(({ name }) => name);
  return {
    ...NOTHING_KNOWN,
    endpoints: names.map((name) => `${name}:2379`),
    peerUrls: [...names, `n${names.length + 1}`].map((name) => `http://${name}:2380`),
  };
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
    shell.edit(insert(lineOf(input), key).text);
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
