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

/** States looked at before the search gives up: unanswered operations can make it exponential. */
const MAX_STATES = 100_000;

/**
 * Whether the operations can be put in order; the key begins without a value. Two operations of which one returns at the
 * instant at which the other is called count as overlapping.
 *
 * @returns undefined: the search was given up
 */
export function isLinearizable(all: readonly RegisterOperation[]): boolean | undefined {
  // What was answered comes first, so that the part of a state that is still in flux stays short.
  const operations = relevant(all).sort((a, b) => compareTimes(a.returned, b.returned) || a.called - b.called);
  const head: Event = { operation: -1, isCall: false, time: -1, previous: undefined, next: undefined };
  const returns = linkEvents(operations, head);
  const taken: boolean[] = operations.map(() => false);
  const seen = new Set<string>();
  const stack: { readonly call: Event; readonly value: string | undefined; readonly firstOpen: number }[] = [];
  let value: string | undefined;
  /** Everything before it is taken. */
  let firstOpen = 0;
  let event = head.next;
  while (head.next !== undefined) {
    if (event === undefined) return false;
    if (!event.isCall) {
      // Somebody returned whose operation could not be placed before: the last choice was wrong.
      const last = stack.pop();
      if (last === undefined) return false;
      ({ value, firstOpen } = last);
      taken[last.call.operation] = false;
      putBack(returns[last.call.operation]);
      putBack(last.call);
      event = last.call.next;
      continue;
    }
    const effect = perform(operations[event.operation] as RegisterOperation, value); // events are made of operations
    taken[event.operation] = true;
    let open = firstOpen;
    while (taken[open] === true) open++;
    const state = effect.fits ? stateKey(taken, open, effect.value) : '';
    if (!effect.fits || seen.has(state)) {
      taken[event.operation] = false;
      event = event.next;
      continue;
    }
    if (seen.size === MAX_STATES) return undefined;
    seen.add(state);
    stack.push({ call: event, value, firstOpen });
    value = effect.value;
    firstOpen = open;
    takeOut(event);
    takeOut(returns[event.operation]);
    event = head.next;
  }
  return true;
}

function stateKey(taken: readonly boolean[], firstOpen: number, value: string | undefined): string {
  let key = `${firstOpen}`;
  for (let i = taken.indexOf(true, firstOpen); i >= 0; i = taken.indexOf(true, i + 1)) key += ` ${i}`;
  return value === undefined ? key : `${key}=${value}`;
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
