/**
 * What lights up together: a command, the entry that it became, the revision which that entry made, and whoever watches the key. The
 * one of these that is pointed at or selected anywhere lights up the others wherever they are shown.
 */
import { entryOfRevision, entryText, type Frame, logTerm, revisionOfEntry } from '../../view/index.ts';
import { useFrame, useSelection } from '../frame/hooks.ts';
import type { Thing } from '../stores/selection.ts';
import { same } from './same.ts';

export interface Lit {
  /** As `term/index`. */
  readonly entries: readonly string[];
  /** That asked for them. */
  readonly calls: readonly number[];
  /** That they made. */
  readonly revisions: readonly number[];
  /** That they changed. */
  readonly keys: readonly string[];
  /** Ordinal; 0 = none. */
  readonly member: number;
}

const NOTHING: Lit = { entries: [], calls: [], revisions: [], keys: [], member: 0 };
/** A message with more entries lights up its last ones. */
const MOST = 64;

/** What belongs to what is pointed at, or else to what is selected. */
export function useLit(): Lit {
  const thing = useSelection((state) => state.hovered ?? state.selected);
  return useFrame((frame) => litBy(frame, thing), same);
}

export function litBy(frame: Frame, thing: Thing | undefined): Lit {
  switch (thing?.type) {
    case 'entry':
      return litEntries(frame, [thing]);
    case 'call': {
      const entry = frame.entryOfCall.get(thing.call);
      const lit = litEntries(frame, entry === undefined ? [] : [entry]);
      return { ...lit, calls: [thing.call] };
    }
    case 'revision': {
      const entry = entryOfRevision(frame, thing.revision);
      const lit = litEntries(frame, entry === undefined ? [] : [entry]);
      return { ...lit, revisions: [thing.revision] };
    }
    case 'flight':
      return litEntries(frame, entriesOf(frame, thing.flight));
    case 'member':
      return { ...NOTHING, member: thing.member };
    default:
      return NOTHING;
  }
}

/** Whether a cell is among them. */
export function isLit(lit: Lit, cell: { readonly term: number; readonly index: number; readonly call: number }): boolean {
  if (cell.term === 0) return false;
  return lit.calls.includes(cell.call) || lit.entries.includes(`${cell.term}/${cell.index}`);
}

interface Place {
  readonly term: number;
  readonly index: number;
}

function litEntries(frame: Frame, places: readonly Place[]): Lit {
  const texts = places.map(({ term, index }) => entryText(frame.texts, term, index));
  return {
    entries: places.map(({ term, index }) => `${term}/${index}`),
    calls: texts.flatMap((text) => (text === undefined || text.call === 0 ? [] : [text.call])),
    revisions: places.map(({ term, index }) => revisionOfEntry(frame, term, index)).filter((revision) => revision > 0),
    keys: texts.flatMap((text) => (text?.kind === 'put' || text?.kind === 'delete' ? [text.key] : [])),
    member: 0,
  };
}

/** What an append carries, and what an acknowledgement is for: as its sender has it. */
function entriesOf(frame: Frame, id: number): readonly Place[] {
  const flight = frame.flights.find((each) => each.id === id);
  const sender = frame.members[(flight?.from ?? 0) - 1];
  if (flight === undefined || sender === undefined) return [];
  if (flight.kind !== 'append' && flight.kind !== 'ack') return [];
  const count = flight.kind === 'ack' ? 1 : Math.min(flight.count, MOST);
  const places: Place[] = [];
  for (let index = Math.max(1, flight.index - count + 1); index <= flight.index; index++) {
    const term = logTerm(sender.log, index);
    if (term !== 0) places.push({ term, index });
  }
  return places;
}
