/**
 * Linearizability of one key (Wing and Gong 1993, with Lowe's memory of states already seen): is there an order of all
 * operations that respects who returned before whom was called, and in which each answer is the right one?
 */
import type { SimTime } from '../scenario.ts';

/** What a client asked of one key, and what it was told. */
export type RegisterOperation = {
  readonly called: SimTime;
  /** Infinity: it was never answered, and may take effect at any time after its call, or never. */
  readonly returned: SimTime;
} & (
  | { readonly type: 'put'; readonly value: string }
  /** `value` undefined: there was none. */
  | { readonly type: 'get'; readonly value: string | undefined }
  /** `found` undefined: not answered. */
  | { readonly type: 'delete'; readonly found: boolean | undefined }
);

interface Event {
  readonly operation: number;
  readonly isCall: boolean;
  readonly time: SimTime;
  previous: Event | undefined;
  next: Event | undefined;
}

/**
 * True if the operations can be put in order; the key begins without a value. Two operations of which one returns at the
 * instant at which the other is called count as overlapping.
 */
export function isLinearizable(all: readonly RegisterOperation[]): boolean {
  const operations = relevant(all);
  const head: Event = { operation: -1, isCall: false, time: -1, previous: undefined, next: undefined };
  const returns = linkEvents(operations, head);
  const taken = new Uint8Array(operations.length);
  const seen = new Set<string>();
  const stack: { readonly call: Event; readonly value: string | undefined }[] = [];
  let value: string | undefined;
  let event = head.next;
  while (head.next !== undefined) {
    if (event === undefined) return false;
    if (!event.isCall) {
      // Somebody returned whose operation could not be placed before: the last choice was wrong.
      const last = stack.pop();
      if (last === undefined) return false;
      value = last.value;
      taken[last.call.operation] = 0;
      putBack(returns[last.call.operation]);
      putBack(last.call);
      event = last.call.next;
      continue;
    }
    const effect = perform(operations[event.operation] as RegisterOperation, value); // events are made of operations
    taken[event.operation] = 1;
    const state = effect.fits ? `${taken.join('')} ${effect.value ?? '\0'}` : '';
    if (!effect.fits || seen.has(state)) {
      taken[event.operation] = 0;
      event = event.next;
      continue;
    }
    seen.add(state);
    stack.push({ call: event, value });
    value = effect.value;
    takeOut(event);
    takeOut(returns[event.operation]);
    event = head.next;
  }
  return true;
}

/**
 * Without what proves nothing: reads without an answer, and unanswered writes of a value that nobody ever saw. Such a write
 * may still have been what a delete found, so then what deletes say of it is not held against them: with every unanswered
 * write in play the search would be exponential in their number.
 */
function relevant(all: readonly RegisterOperation[]): RegisterOperation[] {
  const read = new Set(all.flatMap((operation) => (operation.type === 'get' ? [operation.value] : [])));
  const isUnseen = (operation: RegisterOperation) =>
    operation.type === 'put' && operation.returned === Number.POSITIVE_INFINITY && !read.has(operation.value);
  const mayBeFound = all.some(isUnseen);
  return all.flatMap((operation): RegisterOperation[] => {
    if (isUnseen(operation)) return [];
    if (operation.type === 'get') return operation.returned === Number.POSITIVE_INFINITY ? [] : [operation];
    return operation.type === 'delete' && mayBeFound ? [{ ...operation, found: undefined }] : [operation];
  });
}

function perform(
  operation: RegisterOperation,
  value: string | undefined,
): { readonly fits: boolean; readonly value: string | undefined } {
  switch (operation.type) {
    case 'put':
      return { fits: true, value: operation.value };
    case 'get':
      return { fits: operation.value === value, value };
    case 'delete':
      return { fits: operation.found === undefined || operation.found === (value !== undefined), value: undefined };
  }
}

/** Links calls and returns in order of time behind `head`; at one instant calls come first. @returns the return of each operation */
function linkEvents(operations: readonly RegisterOperation[], head: Event): Event[] {
  const events: Event[] = [];
  const returns: Event[] = [];
  for (const [i, { called, returned }] of operations.entries()) {
    const end = { operation: i, isCall: false, time: returned, previous: undefined, next: undefined };
    events.push({ operation: i, isCall: true, time: called, previous: undefined, next: undefined }, end);
    returns.push(end);
  }
  events.sort((a, b) => compareTimes(a.time, b.time) || Number(b.isCall) - Number(a.isCall) || a.operation - b.operation);
  let last = head;
  for (const event of events) {
    event.previous = last;
    last.next = event;
    last = event;
  }
  return returns;
}

function compareTimes(a: SimTime, b: SimTime): number {
  return a === b ? 0 : a < b ? -1 : 1; // a difference of two infinities is no number
}

function takeOut(event: Event | undefined): void {
  if (event?.previous !== undefined) event.previous.next = event.next;
  if (event?.next !== undefined) event.next.previous = event.previous;
}

/** Its neighbours are still noted in it: what was taken out later has been put back before. */
function putBack(event: Event | undefined): void {
  if (event?.previous !== undefined) event.previous.next = event;
  if (event?.next !== undefined) event.next.previous = event;
}
