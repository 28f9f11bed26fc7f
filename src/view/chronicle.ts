/** The whole run for the timeline: lanes, terms and what people did, built once as the rows come in. */
import { type Action, ROW_KIND, type Row } from '../sim/index.ts';
import type { LaneSegment, Role, TermBand, Timeline, TimelineEvent } from './frame.ts';
import { type Recording, recordedRow } from './recording.ts';

export interface Chronicle {
  position: number;
  readonly segments: LaneSegment[];
  /** Position in `segments` of each member's current one, by ordinal - 1; -1 = none yet. */
  readonly current: number[];
  readonly bands: TermBand[];
  readonly events: TimelineEvent[];
  timeline: Timeline;
}

/** The timeline of nothing. */
export function createChronicle(members: number): Chronicle {
  return {
    position: 0,
    segments: [],
    current: new Array<number>(members).fill(-1),
    bands: [],
    events: [],
    timeline: { live: 0, segments: [], bands: [], events: [] },
  };
}

/** Takes in what was recorded since. @returns the timeline up to live */
export function chronicle(state: Chronicle, recording: Recording): Timeline {
  const { live } = recording;
  if (state.position === recording.count && state.timeline.live === live) return state.timeline;
  for (; state.position < recording.count; state.position++) takeIn(state, recordedRow(recording, state.position), recording);
  state.timeline = {
    live,
    segments: state.segments.map((segment) => (segment.to > live ? { ...segment, to: live } : segment)),
    bands: state.bands.map((band) => (band.to > live ? { ...band, to: live } : band)),
    events: state.timeline.events.length === state.events.length ? state.timeline.events : state.events.slice(),
  };
  return state.timeline;
}

const ROLES: readonly Role[] = ['follower', 'preCandidate', 'candidate', 'leader'];

function takeIn(state: Chronicle, row: Row, recording: Recording): void {
  switch (row.kind) {
    case ROW_KIND.action: {
      const action = recording.actions.get(row.ref);
      const event = action === undefined ? undefined : eventOf(action, row.time);
      if (event !== undefined) state.events.push(event);
      return;
    }
    case ROW_KIND.boot:
      beginSegment(state, row.a, row.time, 0, 'follower');
      return;
    case ROW_KIND.stop:
      if (row.p === 1) state.events.push({ time: row.time, kind: 'threw', fault: true, members: [row.a], text: '' });
      beginSegment(state, row.a, row.time, 0, 'stopped');
      return;
    case ROW_KIND.role: {
      const role = ROLES[row.p] ?? 'follower';
      const current = state.segments[state.current[row.a - 1] ?? -1];
      if (current?.role !== role || current.term !== row.term) beginSegment(state, row.a, row.time, row.term, role);
      noteTerm(state, row);
      return;
    }
    default:
      return;
  }
}

function beginSegment(state: Chronicle, member: number, time: number, term: number, role: LaneSegment['role']): void {
  const at = state.current[member - 1] ?? -1;
  const before = state.segments[at];
  if (before !== undefined) {
    if (before.from === time) {
      state.segments[at] = { ...before, term, role };
      return;
    }
    state.segments[at] = { ...before, to: time };
  }
  state.current[member - 1] = state.segments.length;
  state.segments.push({ member, from: time, to: Number.POSITIVE_INFINITY, term, role });
}

function noteTerm(state: Chronicle, row: Row): void {
  const last = state.bands.at(-1);
  if (row.term > (last?.term ?? 0)) {
    if (last !== undefined) state.bands[state.bands.length - 1] = { ...last, to: row.time };
    state.bands.push({ from: row.time, to: Number.POSITIVE_INFINITY, term: row.term, leader: 0 });
  }
  if (ROLES[row.p] !== 'leader') return;
  const at = state.bands.findIndex((band) => band.term === row.term);
  const band = state.bands[at];
  if (band !== undefined) state.bands[at] = { ...band, leader: row.a };
}

function eventOf(action: Action, time: number): TimelineEvent | undefined {
  switch (action.type) {
    case 'crash':
      return { time, kind: 'crash', fault: true, members: [action.member], text: '' };
    case 'restart':
      return { time, kind: 'restart', fault: false, members: [action.member], text: '' };
    case 'cut':
      return { time, kind: action.wall === undefined ? 'cut' : 'wall', fault: true, members: membersOf(action.links), text: '' };
    case 'heal':
      return {
        time,
        kind: action.cause.startsWith('wall') ? 'unwall' : 'heal',
        fault: false,
        members: membersOf(action.links),
        text: '',
      };
    case 'call':
      return action.text === ''
        ? undefined
        : { time, kind: 'call', fault: false, members: [...action.endpoints], text: action.text };
    case 'cancel':
    case 'pause':
    case 'resume':
      return undefined;
  }
}

function membersOf(links: readonly (readonly [number, number])[]): number[] {
  return [...new Set(links.flat())].sort((a, b) => a - b);
}
