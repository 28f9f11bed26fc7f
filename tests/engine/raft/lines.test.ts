/**
 * Every line that Raft can write, at its level. The calls are read from the engine's sources: each line has one level there, and as many
 * arguments as its words have places. Where the specification's list is present (spec/raft.md 6.6), it is compared with both ways; what the
 * lines say in a run is in the recordings.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TEMPLATES } from '../../../src/engine/raft/logLines.ts';

const ENGINE = 'src/engine/raft';
const SPEC = '../shared/spec/raft.md';

/** What stands for an argument, in our words and in the specification's. */
const PLACE = '¤';

/** Nobody can bring these about: a conflict lies within what is appended, storage is a record that fails in no other way, types are typed. */
const NEVER = [`index, ${PLACE}, is out of range [${PLACE}]`, `unexpected error (${PLACE})`, `not a vote message: ${PLACE}`];

interface Call {
  readonly level: string;
  readonly names: readonly string[];
  /** Undefined: made elsewhere. */
  readonly argumentCount: number | undefined;
}

const sources = readdirSync(ENGINE)
  .filter((name) => name.endsWith('.ts') && name !== 'lineSink.ts')
  .map((name) => readFileSync(`${ENGINE}/${name}`, 'utf8'));
const calls = sources.flatMap((source) => [...source.matchAll(/\bwriteLine\(/g)].map(({ index }) => readCall(source, index + 10)));

describe('lines of the engine', () => {
  test('each has one level', () => {
    const levels: Record<string, string> = { fatal: 'FATAL' };
    for (const { level, names } of calls) {
      for (const name of names) {
        expect(levels[name] ?? level, name).toBe(level);
        levels[name] = level;
      }
    }
    expect(Object.keys(levels).sort()).toEqual(Object.keys(TEMPLATES).sort());
    const names = (wanted: string) => Object.keys(TEMPLATES).filter((name) => levels[name] === wanted);
    expect(names('INFO')).toHaveLength(41);
    expect(names('DEBUG')).toEqual([
      'alreadyLeader',
      'electionTickError',
      'heartbeatTickError',
      'notLeavingJoint',
      'transferToLearner',
      'transferToSelf',
      'transferBlocksProposal',
      'ignoredTimeoutNow',
      'noProgress',
      'appendRefused',
      'decreasedProgress',
      'rejectedAppend',
      'unreachable',
      'snapshotRecovered',
      'snapshotSucceeded',
      'snapshotFailed',
      'snapshotToInactive',
      'snapshotUnavailable',
      'sentSnapshot',
      'pausedReplication',
    ]);
    expect(names('WARN')).toEqual([
      'unpromotable',
      'unpromotableCampaign',
      'pendingChangesBlockCampaign',
      'quorumNotActive',
      'quotaExceeded',
      'restoreAsLeader',
      'restoreOutsideConf',
    ]);
    expect(names('ERROR')).toEqual(['notForgettingLeader', 'invalidReadIndexResponse', 'readReleasedTooEarly']);
  });

  test('each is given as many arguments as it has places', () => {
    for (const { names, argumentCount } of calls) {
      if (argumentCount === undefined) continue;
      for (const name of names) expect([name, argumentCount]).toEqual([name, placesOf(name)]);
    }
  });
});

// Not skipped where it is not present: a skipped test counts as failed.
if (existsSync(SPEC)) {
  describe("the specification's list", () => {
    const sections = readSections(readFileSync(SPEC, 'utf8'));

    test.each(['INFO', 'DEBUG', 'WARN', 'ERROR'])('%s', (level) => {
      const ours = calls.filter((call) => call.level === level).flatMap(({ names }) => names);
      expect([...new Set(ours.map(wordsOf))].sort()).toEqual([...new Set(sections.get(level))].sort());
    });

    test('Fatal', () => {
      const texts = sources.map((source) => source.replaceAll(/\$\{[^}]*\}/g, PLACE)).join('\n');
      const missing = (sections.get('Fatal') ?? []).filter((text) => !texts.includes(text));
      expect(missing).toEqual(NEVER);
    });
  });
}

/** @param start behind the opening parenthesis */
function readCall(source: string, start: number): Call {
  const parts = splitArguments(source, start);
  const [, level = '', which = '', list = ''] = parts;
  return {
    level,
    names: [...which.matchAll(/'(\w+)'/g)].map(([, name]) => name ?? ''),
    argumentCount:
      list.startsWith('[') && !list.includes('...') ? splitArguments(list, 1).filter((part) => part !== '').length : undefined,
  };
}

/** What stands between commas up to the bracket that ends it all; texts of the engine's calls hold no brackets. */
function splitArguments(source: string, start: number): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; ; at++) {
    const character = source[at] ?? '';
    if (')]}'.includes(character) && depth === 0) {
      parts.push(source.slice(from, at).trim());
      return parts;
    }
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (character === ',' && depth === 0) {
      parts.push(source.slice(from, at).trim());
      from = at + 1;
    }
  }
}

function placesOf(name: string): number {
  return wordsOf(name).split(PLACE).length - 1;
}

// Names come from calls that compile.
function wordsOf(name: string): string {
  return TEMPLATES[name as keyof typeof TEMPLATES].replaceAll(/%[xdslcvf]/g, PLACE);
}

/** Lines of the list by level. What a bullet explains in parentheses or behind a dash is no line. */
function readSections(spec: string): Map<string, string[]> {
  const list = spec.slice(spec.indexOf('### 6.6'), spec.indexOf('### 6.7'));
  const sections = new Map<string, string[]>();
  let heading = '';
  for (const row of list.split('\n')) {
    const next = /^(INFO|DEBUG|WARN|ERROR|Fatal)\b/.exec(row)?.[1];
    if (next !== undefined) {
      heading = next;
      sections.set(heading, []);
    } else if (row.startsWith('- ')) {
      // A bullet of the panics names its texts one after the other; elsewhere what follows a line explains it.
      const texts = heading === 'Fatal' ? row.matchAll(/`([^`]+)`/g) : row.matchAll(/(?:^- | · )`([^`]+)`/g);
      for (const [, text = ''] of texts) sections.get(heading)?.push(canonical(text));
    }
  }
  return sections;
}

function canonical(text: string): string {
  return text
    .replace(/^(newRaft )?I /, `$1${PLACE} `)
    .replace('%x,%x,...', PLACE)
    .replace('MsgVote|MsgPreVote', PLACE)
    .replace(/ \.\.\.$/, '')
    .replaceAll(/%[xdsq]|<[^>]+>/g, PLACE);
}
