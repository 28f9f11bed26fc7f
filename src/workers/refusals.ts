/**
 * What a worker does not do, and why. A scripting handle, or a page of another version, may send anything: what makes no sense is refused
 * before it gets into the journal, where it could be neither done nor taken back.
 */
import { type Action, SECOND, type SimTime } from '../sim/index.ts';

/** One advance goes no further than this; a run may take as many as it likes. */
const LONGEST_ADVANCE: SimTime = 3_600 * SECOND;

/** Why nobody goes there; undefined = one goes. @param now everything before it has happened */
export function refuseTime(until: unknown, now: SimTime): string | undefined {
  if (!Number.isSafeInteger(until) || (until as number) < 0)
    return `a time is a whole number of microseconds from 0, not ${show(until)}`;
  if ((until as number) > now + LONGEST_ADVANCE) return `an advance goes an hour at most, from ${now} not to ${show(until)}`;
  return undefined;
}

/** Why a bus does not advance; undefined = it does. */
export function refuseAdvance(message: unknown, now: SimTime): string | undefined {
  if (!isRecord(message)) return `an advance says how far, not ${show(message)}`;
  const { stop } = message;
  if (stop !== undefined && stop !== 'decision' && stop !== 'row')
    return `an advance stops at a decision or a row, not at ${show(stop)}`;
  return refuseTime(message.until, now);
}

/**
 * Why an action is not done; undefined = it is. What a call asks for is its member's to judge.
 *
 * @param places of members that there are, or may yet be
 */
export function refuseAction(given: unknown, places: number): string | undefined {
  if (!isRecord(given)) return `an action is a record, not ${show(given)}`;
  const isPlace = (value: unknown) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= places;
  const { type } = given as { readonly type: Action['type'] }; // one of these, or it is refused below
  switch (type) {
    case 'crash':
    case 'restart':
    case 'pause':
    case 'resume':
      return isPlace(given.member) ? undefined : `a member is a number from 1 to ${places}, not ${show(given.member)}`;
    case 'cut':
    case 'heal': {
      const { links, cause } = given;
      if (typeof cause !== 'string') return `a ${type} has a cause, not ${show(cause)}`;
      const isLink = (link: unknown) =>
        Array.isArray(link) && link.length === 2 && isPlace(link[0]) && isPlace(link[1]) && link[0] !== link[1];
      return Array.isArray(links) && links.every(isLink) ? undefined : `links are pairs of two members, not ${show(links)}`;
    }
    case 'call': {
      const { client, call, endpoints, request, timeout } = given;
      if (!isCount(client) || !isCount(call)) return `a client and its call have numbers from 1, not ${show([client, call])}`;
      if (!Array.isArray(endpoints) || !endpoints.every((endpoint) => endpoint === 0 || isPlace(endpoint)))
        return `endpoints are numbers from 0 to ${places}, not ${show(endpoints)}`;
      if (!isRecord(request) || typeof request.type !== 'string') return `a request has a type, not ${show(request)}`;
      for (const field of BYTES_FIELDS) {
        if (field in request && !isBytes(request[field])) return `a request's ${field} is bytes, not ${show(request[field])}`;
      }
      if (timeout !== undefined && !isCount(timeout)) return `a timeout is a number of microseconds from 1, not ${show(timeout)}`;
      return undefined;
    }
    case 'cancel':
      return isCount(given.call) ? undefined : `a call has a number from 1, not ${show(given.call)}`;
    default:
      return refuseType(type);
  }
}

/** A further kind of action that nobody judges does not compile. */
function refuseType(type: never): string {
  return `an action of a type that there is, not ${show(type)}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** A value as text, however odd it is. */
export function show(value: unknown): string {
  try {
    const text =
      typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? JSON.stringify(value) : String(value);
    return text.length > 120 ? `${text.slice(0, 119)}…` : text;
  } catch {
    return `something of type ${typeof value}`; // a circle, or a bigint inside
  }
}

/** Fields that hold bytes in whatever request has them: a store and its size are made of their lengths. */
const BYTES_FIELDS = ['key', 'value', 'rangeEnd'] as const;

function isBytes(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 0xff) return false;
  return true;
}
