/** The consoles of the page's runs: a new run gets fresh ones, and the old ones go with theirs. */
import type { HelpKey } from '../../console/index.ts';
import { ENGLISH, type Words } from '../../i18n/index.ts';
import type { Run } from '../../workers/index.ts';
import { type ConsoleStore, createConsoles } from './consoles.ts';
import { download } from './download.ts';

export interface ConsoleShelf {
  /** The same store for the same run. */
  of(run: Run): ConsoleStore;
  /** What help says from now on. */
  speak(words: Words): void;
}

export interface ShelfNeeds {
  readonly followKey: (key: string) => void;
  readonly wake: () => void;
}

export function createConsoleShelf(needs: ShelfNeeds): ConsoleShelf {
  const consoles = new WeakMap<Run, ConsoleStore>();
  let words = ENGLISH;
  return {
    of(run) {
      let store = consoles.get(run);
      if (store === undefined) {
        store = createConsoles(run, { ...needs, helpWords: (key) => describeHelp(words, key), save: download, firstClient: 1 });
        consoles.set(run, store);
      }
      return store;
    },
    speak(next) {
      words = next;
    },
  };
}

/** Description of a command or a flag; a thing without one says its own name. */
export function describeHelp(words: Words, key: HelpKey): string {
  const { commands, descriptions, examples, flags } = words.etcdctl;
  switch (key.kind) {
    case 'command':
      return commands[key.command] ?? key.command;
    case 'description':
      return descriptions[key.command] ?? commands[key.command] ?? key.command;
    case 'examples':
      return examples[key.command] ?? `etcdctl ${key.command}`;
    case 'flag':
      return flags[`${key.command} --${key.flag}`] ?? flags[`--${key.flag}`] ?? key.flag;
  }
}
