/** What somebody wants to have run, from words. */
import { SECOND, type SimTime } from '../../sim/index.ts';
import { integerOption, type KnownOptions, type ParsedWords, toInteger, UsageError } from '../options.ts';
import { FAULT_KINDS, type FaultKind, type PlanOptions } from './plan.ts';

export type Order = {
  /** Both included. */
  readonly seeds: { readonly first: number; readonly last: number };
  readonly isJson: boolean;
} & (
  | { readonly type: 'plans'; readonly common: Omit<PlanOptions, 'seed'> }
  /** `members` undefined: by the seed. */
  | { readonly type: 'lives'; readonly members: number | undefined; readonly duration: SimTime }
);

export const SIM_OPTIONS: KnownOptions = {
  flags: ['json', 'help', 'lives'],
  values: ['seed', 'seeds', 'members', 'duration', 'faults', 'clients', 'rate', 'storage'],
};
const MAX_SEED = 2 ** 32 - 1;
const MAX_DURATION = 3_600 * SECOND;

/** Throws {@link UsageError}. */
export function readOrder(words: ParsedWords): Order {
  const [extra] = words.operands;
  if (extra !== undefined) throw new UsageError(`unexpected word ${extra}`);
  const shared = { seeds: seedsOf(words), isJson: words.flags.has('json') };
  if (words.flags.has('lives')) {
    const drawn = ['faults', 'clients', 'rate', 'storage'].find((option) => words.values.has(option));
    if (drawn !== undefined) throw new UsageError(`a life draws what --${drawn} would say`);
    const members = words.values.has('members') ? integerOption(words, 'members', 5, 1, 9) : undefined;
    return { ...shared, type: 'lives', members, duration: durationOf(words.values.get('duration') ?? '30s') };
  }
  return {
    ...shared,
    type: 'plans',
    common: {
      members: integerOption(words, 'members', 5, 1, 9),
      duration: durationOf(words.values.get('duration') ?? '20s'),
      storage: storageOf(words.values.get('storage') ?? 'sync'),
      faults: faultsOf(words.values.get('faults') ?? 'crash,cut,partition'),
      clients: integerOption(words, 'clients', 4, 1, 50),
      rate: integerOption(words, 'rate', 10, 0, 1_000),
    },
  };
}

function seedsOf(words: ParsedWords): { readonly first: number; readonly last: number } {
  const range = words.values.get('seeds');
  if (range === undefined) {
    const seed = integerOption(words, 'seed', 1, 0, MAX_SEED);
    return { first: seed, last: seed };
  }
  if (words.values.has('seed')) throw new UsageError('either --seed or --seeds');
  const match = /^(\d+)\.\.(\d+)$/.exec(range);
  if (match === null) throw new UsageError(`--seeds is like 1..200, not "${range}"`);
  const first = toInteger(match[1] ?? '', '--seeds', 0, MAX_SEED);
  const last = toInteger(match[2] ?? '', '--seeds', 0, MAX_SEED);
  if (last < first) throw new UsageError(`--seeds ${range} is empty`);
  return { first, last };
}

function durationOf(text: string): SimTime {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  const unit = { ms: SECOND / 1_000, s: SECOND, m: 60 * SECOND }[match?.[2] ?? ''];
  const duration = unit === undefined ? Number.NaN : Math.round(Number(match?.[1]) * unit);
  if (!(duration > 0 && duration <= MAX_DURATION)) {
    throw new UsageError(`--duration is like 20s, 500ms or 2m, up to an hour, not "${text}"`);
  }
  return duration;
}

function storageOf(text: string): 'sync' | 'async' {
  if (text !== 'sync' && text !== 'async') throw new UsageError(`--storage is sync or async, not "${text}"`);
  return text;
}

function faultsOf(text: string): ReadonlySet<FaultKind> {
  if (text === 'none') return new Set();
  return new Set(
    text.split(',').map((word) => {
      const kind = FAULT_KINDS.find((known) => known === word);
      if (kind === undefined) throw new UsageError(`--faults knows ${FAULT_KINDS.join(', ')} and none, not "${word}"`);
      return kind;
    }),
  );
}
