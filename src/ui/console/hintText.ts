/** The console's typed hints in the visitor's words. */
import type { Hint } from '../../console/index.ts';
import type { Words } from '../../i18n/index.ts';

/** One or two sentences beside an error or an empty answer. */
export function sayHint(words: Words, hint: Hint): string {
  const { hints } = words;
  switch (hint.code) {
    case 'noTls':
    case 'noDns':
    case 'noShell':
    case 'storeAsMemory':
    case 'mirrorsItself':
      return hints[hint.code];
    case 'unknownCommand':
      return hints.unknownCommand(hint.suggestions);
    case 'unknownFlag':
      return hints.unknownFlag(hint.command, hint.suggestion);
    case 'dashValue':
      return hints.dashValue(hint.typed);
    case 'usage':
      return hints.usage(hint.command);
    case 'unclosedQuote':
      return hints.unclosedQuote(hint.quote);
    case 'trailingBackslash':
      return hints.trailingBackslash;
    case 'unsupportedShell':
      return hints.unsupportedShell(hint.construct);
    case 'noProgram':
      return hints.noProgram(hint.name);
    case 'etcdctlPanics':
      return hints.etcdctlPanics;
    case 'restoreHere':
      return hints.restoreHere(words.restore.choose);
    case 'noSuchKey':
      return hints.noSuchKey(hint.key);
    case 'deadline':
      return sayDeadline(words, hint);
    case 'compacted':
      return hints.compacted;
    case 'futureRevision':
      return hints.futureRevision;
    case 'watchWithoutLeader':
      return hints.watchWithoutLeader(nameOf(hint.endpoints));
    case 'refused':
      return hints.refused[hint.error in hints.refused ? (hint.error as keyof typeof hints.refused) : 'other']; // the check before it makes it one of the keys
  }
}

function sayDeadline(words: Words, { request, endpoints, timeout }: Extract<Hint, { readonly code: 'deadline' }>): string {
  const { hints } = words;
  const seconds = String((timeout ?? 0) / 1_000_000);
  const name = nameOf(endpoints);
  if (request === 'put' || request === 'deleteRange') return hints.deadlineWrite(name, seconds);
  return request === 'range' ? hints.deadlineRead(name, seconds) : hints.deadlineOther(name, seconds);
}

/** Members by name, without the port that all of them share. */
function nameOf(endpoints: readonly string[]): string {
  return endpoints.map((endpoint) => endpoint.replace(/:2379$/, '')).join(', ');
}
