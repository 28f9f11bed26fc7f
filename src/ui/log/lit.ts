/** Which entries light up: the one that is pointed at or selected, what a call became, what a message carries. */
import { type Frame, logTerm } from '../../view/index.ts';
import type { Thing } from '../stores/selection.ts';

/** Entries as `term/index`; a call's are found by its number, which cells know themselves. */
export interface Lit {
  readonly entries: readonly string[];
  /** 0 = none. */
  readonly call: number;
  /** Ordinal; 0 = none. */
  readonly member: number;
}

const NOTHING: Lit = { entries: [], call: 0, member: 0 };
/** A message with more entries lights up its last ones. */
const MOST = 64;

export function litBy(frame: Frame, thing: Thing | undefined): Lit {
  switch (thing?.type) {
    case 'entry':
      return { ...NOTHING, entries: [`${thing.term}/${thing.index}`] };
    case 'call':
      return { ...NOTHING, call: thing.call };
    case 'member':
      return { ...NOTHING, member: thing.member };
    case 'flight':
      return { ...NOTHING, entries: entriesOf(frame, thing.flight) };
    default:
      return NOTHING;
  }
}

/** Whether a cell is among them. */
export function isLit(lit: Lit, cell: { readonly term: number; readonly index: number; readonly call: number }): boolean {
  if (cell.term === 0) return false;
  return (lit.call !== 0 && cell.call === lit.call) || lit.entries.includes(`${cell.term}/${cell.index}`);
}

/** What an append carries, and what an acknowledgement is for: as its sender has it. */
function entriesOf(frame: Frame, id: number): readonly string[] {
  const flight = frame.flights.find((each) => each.id === id);
  const sender = frame.members[(flight?.from ?? 0) - 1];
  if (flight === undefined || sender === undefined) return [];
  if (flight.kind !== 'append' && flight.kind !== 'ack') return [];
  const count = flight.kind === 'ack' ? 1 : Math.min(flight.count, MOST);
  const entries: string[] = [];
  for (let index = Math.max(1, flight.index - count + 1); index <= flight.index; index++) {
    const term = logTerm(sender.log, index);
    if (term !== 0) entries.push(`${term}/${index}`);
  }
  return entries;
}
