/** The lines of `txn`: conditions, and operations in words. spec/etcd.md 6.6; etcd-io/etcd:etcdctl/ctlv3/command/txn_command.go */
import { type Bytes, fail, ok, type Result } from '../base/index.ts';
import type { Compare, CompareResult } from '../engine/server/api.ts';
import { goQuote, parseGoInt, readGoQuoted } from './goText.ts';

/** Why a condition was not understood: etcdctl says `text`, or breaks down with a trace that begins with it. */
export interface CompareFault {
  readonly text: Bytes;
  readonly isPanic: boolean;
}

/** One blank, those of Unicode included, as Go has them. */
const BLANK =
  '(?:[\\t\\n\\v\\f\\r ]|\\xc2[\\x85\\xa0]|\\xe1\\x9a\\x80|\\xe2\\x80[\\x80-\\x8a\\xa8\\xa9\\xaf]|\\xe2\\x81\\x9f|\\xe3\\x80\\x80)';
const BLANKS_AROUND = new RegExp(`^${BLANK}+|${BLANK}+$`, 'g');
const BLANKS_AHEAD = new RegExp(`^${BLANK}+`);
const OPERATOR = new RegExp(`^\\)${BLANK}+((?:(?!${BLANK})[^])+)`);

const RESULTS: Readonly<Record<string, CompareResult>> = { '=': 'equal', '!=': 'notEqual', '>': 'greater', '<': 'less' };

/** One condition, e.g. `mod("name") > "0"`. @param line without blanks around it */
export function parseCompare(line: Bytes): Result<Compare, CompareFault> {
  const wrong = (text: Bytes): Result<Compare, CompareFault> => fail({ text, isPanic: false });
  const panic = (text: Bytes): Result<Compare, CompareFault> => fail({ text, isPanic: true });
  const open = line.indexOf('(');
  if (open < 0) return wrong(`malformed comparison: ${line}`);
  const target = line.slice(0, open);
  const { key, operator, value } = scanCompare(line.slice(open + 1));
  if (value === undefined) {
    const got = `${target}(${goQuote(key)}) ${operator} ${goQuote('')}`;
    return wrong(`malformed comparison: ${line}; got ${got}`);
  }
  const number = parseGoInt(value, 10);
  const result = Object.hasOwn(RESULTS, operator) ? RESULTS[operator] : undefined;
  const both = { key, rangeEnd: '', result: result ?? 'equal' };
  switch (target) {
    case 'ver':
    case 'version':
    case 'c':
    case 'create':
    case 'm':
    case 'mod': {
      if (!number.ok) return wrong(`invalid txn compare request: ${line}`);
      if (result === undefined) return panic('Unknown result op');
      const wanted = toSafe(number.value);
      if (target.startsWith('v')) return ok({ ...both, target: 'version', version: wanted });
      if (target.startsWith('c')) return ok({ ...both, target: 'create', createRevision: wanted });
      return ok({ ...both, target: 'mod', modRevision: wanted });
    }
    case 'val':
    case 'value':
      return result === undefined ? panic('Unknown result op') : ok({ ...both, target: 'value', value });
    case 'lease':
      return panic(result === undefined ? 'Unknown result op' : 'bad value');
    default:
      return wrong(`malformed comparison: ${line} (unknown target ${target})`);
  }
}

/** Reads `"key") OPERATOR "value"` as fmt.Sscanf does, as far as it goes: what was not reached is '' or, the value, undefined. */
function scanCompare(text: Bytes): { readonly key: Bytes; readonly operator: Bytes; readonly value: Bytes | undefined } {
  const first = readGoQuoted(text.replace(BLANKS_AHEAD, ''));
  if (first === undefined) return { key: '', operator: '', value: undefined };
  const key = first.value;
  const middle = OPERATOR.exec(first.rest);
  if (middle === null) return { key, operator: '', value: undefined };
  const operator = middle[1] ?? '';
  const rest = first.rest.slice(middle[0].length);
  const second = BLANKS_AHEAD.test(rest) ? readGoQuoted(rest.replace(BLANKS_AHEAD, '')) : undefined;
  return { key, operator, value: second?.value };
}

/** No revision or version of ours is beyond the safe integers, so that comparing with the nearest one comes to the same. */
function toSafe(value: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > limit ? limit : value < -limit ? -limit : value);
}

/**
 * The words of an operation or of a line of an interactive watch: bare, in single quotes, or in double quotes with Go's
 * escapes.
 *
 * @returns undefined where an escape is none of Go's
 */
export function splitWords(line: Bytes): Bytes[] | undefined {
  const words: Bytes[] = [];
  for (const [word] of line.matchAll(/"(?:[^"\\]|\\[^\n])*"|'[^']*'|[^'"\t\n\f\r ][^\t\n\f\r ]*/g)) {
    if (word.startsWith("'")) words.push(word.slice(1, -1));
    else if (word.startsWith('"')) {
      const read = readGoQuoted(word);
      if (read === undefined) return undefined;
      words.push(read.value);
    } else words.push(word);
  }
  return words;
}

/** Without the blanks around it, those of Unicode included. Go strings.TrimSpace. */
export function trimBlanks(line: Bytes): Bytes {
  return line.replace(BLANKS_AROUND, '');
}
