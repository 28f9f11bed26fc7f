/** What can be done to the cluster, in words: the same row for a finger, a key and a pointer. */

import type { Words } from '../../i18n/index.ts';
import type { Acts } from '../frame/acts.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { PHONE, shallow, useFrame, useMedia, useRunState, useVerbs } from '../frame/hooks.ts';
import { VerbIcon } from '../frame/Icon.tsx';
import type { Verbs } from '../stores/verbs.ts';
import styles from './Statement.module.css';
import { isWayBack, type Verb, verbsFor } from './verbs.ts';

export function VerbRow() {
  const words = useWords();
  const house = useHouse();
  const brief = useMedia(PHONE);
  const atLive = useRunState((state) => state.atLive);
  const mode = useVerbs((verbs) => verbs.mode);
  const verbs = useFrame(verbsFor, sameVerbs);
  return (
    <div className={styles.verbs} role="toolbar" aria-label={words.shell.verbs} data-past={!atLive}>
      {verbs.map((verb, i) => {
        const off = !atLive || (verb.type === 'stop' && verb.member === 0);
        const waits = verb.type === mode;
        return (
          <button
            key={verb.type}
            type="button"
            className={styles.verb}
            data-verb={verb.type}
            data-member={verb.type === 'stop' || verb.type === 'start' ? verb.member : undefined}
            data-way-back={isWayBack(verb) && i === 0}
            data-tone={verb.type === 'put' || isWayBack(verb) ? 'ink' : 'fault'}
            aria-pressed={verb.type === 'cut' || verb.type === 'split' ? waits : undefined}
            aria-disabled={off}
            title={!atLive ? words.shell.pastActs : off ? words.shell.nobodyLeads : titleOf(words, verb)}
            onClick={() => {
              if (!atLive) house.toasts.getState().show({ say: (said) => said.shell.pastActs, undo: undefined, tone: 'refused' });
              else if (!off) press(verb, house.acts, house.verbs.getState());
            }}
          >
            <VerbIcon name={verb.type} />
            {brief ? shortOf(words, verb) : textOf(words, verb)}
          </button>
        );
      })}
      {atLive ? <Waiting /> : <span className={styles.waiting}>{words.shell.pastNote}</span>}
    </div>
  );
}

/** Acts that were accepted while paused. */
function Waiting() {
  const words = useWords();
  const waiting = useRunState((state) => state.waiting);
  const names = useFrame((frame) => frame.members.map((member) => member.name), shallow);
  const { shell } = words;
  const [first] = waiting;
  if (first === undefined) return undefined;
  const name = (member: number) => names[member - 1] ?? `n${member}`;
  const say = () => {
    switch (first.type) {
      case 'crash':
      case 'pause':
        return shell.waitStop(name(first.member));
      case 'restart':
      case 'resume':
        return shell.waitStart(name(first.member));
      case 'cut':
        return first.wall === undefined ? shell.waitCut : shell.waitSplit;
      case 'heal':
        return shell.waitHeal;
      case 'call':
        return first.text === '' ? shell.waitCall : first.text;
      case 'cancel':
        return shell.waitCancel;
    }
  };
  return (
    <span className={styles.waiting} data-waiting={waiting.length} role="status">
      {shell.waiting(say(), waiting.length - 1)}
    </span>
  );
}

function press(verb: Verb, acts: Acts, modes: Verbs): void {
  switch (verb.type) {
    case 'heal':
      modes.leave();
      acts.healAll();
      return;
    case 'start':
      modes.leave();
      acts.start(verb.member);
      return;
    case 'stop':
      modes.leave();
      acts.stop(verb.member);
      return;
    case 'put':
      modes.leave();
      acts.putNext();
      return;
    case 'cut':
      if (modes.mode === 'cut') modes.leave();
      else modes.enter('cut');
      return;
    case 'split': {
      if (modes.mode !== 'split') {
        modes.enter('split');
        return;
      }
      // Pressed again: the stage's own wall.
      const plan = modes.offerSplit?.();
      modes.leave();
      if (plan !== undefined) acts.buildWall(plan);
    }
  }
}

function textOf({ shell }: Words, verb: Verb): string {
  switch (verb.type) {
    case 'heal':
      return shell.heal[verb.what];
    case 'start':
      return shell.start(verb.name);
    case 'stop':
      return verb.named ? shell.stopNamed(verb.name) : shell.stopLeader;
    case 'cut':
      return shell.cutLink;
    case 'split':
      return shell.splitVerb;
    case 'put':
      return shell.putKey;
  }
}

function shortOf({ shell }: Words, verb: Verb): string {
  switch (verb.type) {
    case 'heal':
      return shell.healShort;
    case 'start':
      return shell.start(verb.name);
    case 'stop':
      return verb.member === 0 ? shell.stopShort : shell.stop(verb.name);
    case 'cut':
      return shell.cutShort;
    case 'split':
      return shell.splitVerb;
    case 'put':
      return shell.putShort;
  }
}

function titleOf({ shell }: Words, verb: Verb): string {
  switch (verb.type) {
    case 'heal':
      return shell.healTitle;
    case 'start':
      return shell.startTitle;
    case 'stop':
      return shell.stopTitle;
    case 'cut':
      return shell.cutTitle;
    case 'split':
      return shell.splitTitle;
    case 'put':
      return shell.putTitle;
  }
}

function sameVerbs(a: readonly Verb[], b: readonly Verb[]): boolean {
  return a.length === b.length && a.every((verb, i) => shallow<Verb | undefined>(verb, b[i]));
}
