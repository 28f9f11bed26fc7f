import type { EntryRecord } from '../sim/index.ts';
import type { EntryText } from './frame.ts';

/** Names an entry: no two entries of a correct cluster share term and index. Raft §5.3. */
export function entryKey(term: number, index: number): string {
  return `${term}/${index}`;
}

/** What an entry says, for reading. */
export function entryText(texts: ReadonlyMap<string, EntryText>, term: number, index: number): EntryText | undefined {
  return texts.get(entryKey(term, index));
}

/** Keeps what entries say; the same entry says the same wherever it stands. */
export function keepTexts(texts: Map<string, EntryText>, records: readonly EntryRecord[]): void {
  for (const record of records) texts.set(entryKey(record.term, record.index), record);
}
