/** What people did, and will do where a run is repeated. */
import { assert } from '../../base/index.ts';
import type { Action, JournalEntry } from '../command.ts';
import type { Kernel } from './state.ts';

/**
 * Adds something that somebody does now. What is planned for later comes after it and counts on by one: only what has happened
 * has its place for good.
 *
 * @returns its place in the journal
 */
export function act(kernel: Kernel, action: Action): JournalEntry {
  const { journal } = kernel;
  let order = journal.length;
  while (order > kernel.done && (journal[order - 1] as JournalEntry).at > kernel.now) order--; // order - 1 is inside
  const entry: JournalEntry = { at: kernel.now, order, action };
  const later = journal.splice(order).map((planned) => ({ ...planned, order: planned.order + 1 }));
  journal.push(entry, ...later);
  return entry;
}

/** Gives a run what was, or is to be, done in it. Nothing may lie in the past. */
export function loadJournal(kernel: Kernel, entries: readonly JournalEntry[]): void {
  for (const entry of entries) {
    const last = kernel.journal.at(-1);
    assert(entry.order === kernel.journal.length, 'a journal has no gap', { order: entry.order, length: kernel.journal.length });
    assert(entry.at >= kernel.now && entry.at >= (last?.at ?? 0), 'a journal is in order of time', {
      at: entry.at,
      now: kernel.now,
    });
    kernel.journal.push(entry);
  }
}
