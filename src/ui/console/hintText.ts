/** The console's typed hints in the visitor's words. */
import type { Hint, Reach } from '../../console/index.ts';
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
    case 'variables':
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
    case 'unhealthy': {
      const reach = hint.reach?.hasQuorum === true ? undefined : sayReach(hints, nameOf(hint.endpoints), hint.reach);
      return [hints.unhealthy[hint.request], reach].filter((part) => part !== undefined).join(hints.gap);
    }
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

function sayDeadline(
  { hints }: Words,
  { request, endpoints, timeout, reach }: Extract<Hint, { readonly code: 'deadline' }>,
): string {
  const name = nameOf(endpoints);
  const tail =
    request === 'put' || request === 'deleteRange' ? hints.afterWrite : request === 'range' ? hints.afterRead : undefined;
  return [hints.deadline(name, String((timeout ?? 0) / 1_000_000)), sayReach(hints, name, reach), tail]
    .filter((part) => part !== undefined)
    .join(hints.gap);
}

/** Why a member could not, by whom it reaches. */
function sayReach(hints: Words['hints'], name: string, reach: Reach | undefined): string | undefined {
  if (reach === undefined) return undefined;
  const { isUp, reached, voters, needed, hasQuorum } = reach;
  if (!isUp) return hints.notRunning(name);
  return hasQuorum ? hints.reachesQuorum(name, reached, voters) : hints.missesQuorum(name, reached, voters, needed);
}

/** Members by name, without the port that all of them share. */
function nameOf(endpoints: readonly string[]): string {
  return endpoints.map((endpoint) => endpoint.replace(/:2379$/, '')).join(', ');
}
