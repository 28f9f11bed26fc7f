/** What clients asked and what they were told, from the journal and the news alone; and whether it could have been one store. */
import type { Action, JournalEntry } from '../command.ts';
import type { ClientNews } from '../kernel/index.ts';
import type { SimTime } from '../scenario.ts';
import { isLinearizable, type RegisterOperation } from './register.ts';
import { makeViolation, type Violation } from './violation.ts';

type Call = Extract<Action, { type: 'call' }>;
type Outcome = Extract<ClientNews, { type: 'end' }>['outcome'];

/** A unary call, answered or not. */
export interface ClientCall {
  readonly call: number;
  readonly called: SimTime;
  readonly request: Call['request'];
  /** Infinity while it is open. */
  returned: SimTime;
  outcome: Outcome | undefined;
}

/** All calls of a run, in the order in which they were made. */
export interface ClientHistory {
  readonly calls: Map<number, ClientCall>;
}

/** Nobody has asked anything. */
export function createClientHistory(): ClientHistory {
  return { calls: new Map() };
}

/** Takes in what was done and what clients learned. */
export function noteClients(history: ClientHistory, actions: readonly JournalEntry[], news: readonly ClientNews[]): void {
  for (const { at, action } of actions) {
    if (action.type !== 'call' || action.request.type === 'watch') continue;
    const { call, request } = action;
    history.calls.set(call, { call, called: at, request, returned: Number.POSITIVE_INFINITY, outcome: undefined });
  }
  for (const item of news) {
    const call = history.calls.get(item.call);
    if (item.type !== 'end' || call === undefined) continue;
    call.returned = item.time;
    call.outcome = item.outcome;
  }
}

/** Every key's reads and writes could have happened one after another. @returns also how many keys were too hard to decide */
export function checkLinearizability(history: ClientHistory): { readonly violations: Violation[]; readonly undecided: number } {
  const byKey = new Map<string, RegisterOperation[]>();
  for (const call of history.calls.values()) {
    const operation = operationOf(call);
    if (operation !== undefined) listOf(byKey, keyOf(call)).push(operation);
  }
  const violations: Violation[] = [];
  let undecided = 0;
  for (const [key, operations] of byKey) {
    const verdict = isLinearizable(operations);
    if (verdict === undefined) undecided++;
    else if (!verdict) violations.push(makeViolation('linearizability', operations.at(-1)?.called ?? 0, { key }));
  }
  return { violations, undecided };
}

/**
 * The order that the revisions claim, verified: each read returns the newest write of its key at the revision that it was
 * answered at. Costs no search, so it decides where that one gives up.
 */
export function checkReadsByRevision(history: ClientHistory): Violation[] {
  const violations: Violation[] = [];
  const writes = new Map<string, { readonly revision: number; readonly value: string | undefined }[]>();
  const values = new Map<string, ClientCall>();
  const unansweredDeletes = new Map<string, SimTime>();
  for (const call of history.calls.values()) {
    const { request, outcome } = call;
    const value = request.type === 'put' ? request.value : undefined;
    if (value !== undefined) values.set(`${keyOf(call)} ${value}`, call);
    if (isEffective(call) && outcome?.type === 'ok') {
      listOf(writes, keyOf(call)).push({ revision: outcome.response.header.revision, value });
    } else if (request.type === 'deleteRange' && outcome?.type !== 'ok' && !unansweredDeletes.has(keyOf(call))) {
      unansweredDeletes.set(keyOf(call), call.called);
    }
  }
  for (const list of writes.values()) list.sort((a, b) => a.revision - b.revision);
  for (const read of history.calls.values()) {
    const revision = strictRevisionOf(read);
    const { request, outcome } = read;
    if (revision === undefined || request.type !== 'range' || request.rangeEnd !== '' || request.revision > 0) continue;
    const found = outcome?.type === 'ok' && outcome.response.type === 'range' ? outcome.response.kvs[0] : undefined;
    const key = keyOf(read);
    const newest = writes.get(key)?.findLast((write) => write.revision <= revision);
    const isRight =
      found === undefined
        ? newest?.value === undefined || (unansweredDeletes.get(key) ?? Number.POSITIVE_INFINITY) < read.returned
        : found.modRevision <= revision &&
          found.modRevision >= (newest?.revision ?? 0) &&
          (found.modRevision !== newest?.revision || found.value === newest.value) &&
          (values.get(`${key} ${found.value}`)?.called ?? Number.POSITIVE_INFINITY) < read.returned;
    if (!isRight) violations.push(makeViolation('readsByRevision', read.called, { key, call: read.call, index: revision }));
  }
  return violations;
}

/**
 * The store's revision tells the order of everything, keys aside: whoever is called after an answer was returned sees at
 * least its revision, and each write has one of its own.
 */
export function checkRevisionOrder(history: ClientHistory): Violation[] {
  const violations: Violation[] = [];
  const answered = [...history.calls.values()].flatMap((call) => {
    const revision = strictRevisionOf(call);
    return revision === undefined ? [] : [{ ...call, revision, writes: isEffective(call) }];
  });
  const owners = new Map<number, number>();
  for (const { call, called, revision, writes } of answered) {
    if (writes && owners.has(revision)) violations.push(makeViolation('revisionOrder', called, { call, index: revision }));
    if (writes) owners.set(revision, call);
  }
  const byReturn = [...answered].sort((a, b) => a.returned - b.returned);
  let floor = 0;
  let returned = 0;
  for (const { call, called, revision, writes } of [...answered].sort((a, b) => a.called - b.called)) {
    for (let next = byReturn[returned]; next !== undefined && next.returned < called; next = byReturn[++returned]) {
      floor = Math.max(floor, next.revision);
    }
    if (revision < floor || (writes && revision === floor)) {
      violations.push(makeViolation('revisionOrder', called, { call, index: revision }));
    }
  }
  return violations;
}

/** Undefined for what is no operation on exactly one key, or may be answered from an old store. */
function operationOf({ request, called, returned, outcome }: ClientCall): RegisterOperation | undefined {
  const response = outcome?.type === 'ok' ? outcome.response : undefined;
  const end = response === undefined ? Number.POSITIVE_INFINITY : returned;
  switch (request.type) {
    case 'put':
      return { type: 'put', value: request.value, called, returned: end };
    case 'deleteRange':
      if (request.rangeEnd !== '') return undefined;
      return {
        type: 'delete',
        found: response?.type === 'deleteRange' ? response.deleted > 0 : undefined,
        called,
        returned: end,
      };
    case 'range':
      if (request.rangeEnd !== '' || request.serializable || request.revision > 0 || response?.type !== 'range') return undefined;
      return { type: 'get', value: response.kvs[0]?.value, called, returned: end };
    default:
      return undefined;
  }
}

/** The revision at which an answered call took effect; undefined where it did not, or promised nothing. */
function strictRevisionOf({ request, outcome }: ClientCall): number | undefined {
  if (outcome?.type !== 'ok') return undefined;
  if (request.type === 'range' && request.serializable) return undefined;
  const { revision } = outcome.response.header;
  return revision === 0 ? undefined : revision; // what is about members says nothing of the store
}

function isEffective({ outcome }: ClientCall): boolean {
  if (outcome?.type !== 'ok') return false;
  const { response } = outcome;
  return response.type === 'put' || (response.type === 'deleteRange' && response.deleted > 0);
}

/** '' for a request without one. */
function keyOf({ request }: ClientCall): string {
  return 'key' in request ? request.key : '';
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
