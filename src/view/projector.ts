/** The playhead's picture: the fold stands anywhere in the recording, with a keyframe every few thousand rows. */
import { assert, cloneChunks } from '../base/index.ts';
import { MAX_MEMBERS } from '../sim/index.ts';
import { cloneFold, createFold, type Fold, type FoldedMember, foldRow, settleFold } from './fold.ts';
import type { ConfigFrame, Frame, Island, MemberFrame } from './frame.ts';
import { foundersConfig, islandsOf, quorumOf } from './islands.ts';
import { type Recording, recordedRow, recordedTime } from './recording.ts';

/** Rows between two keyframes. */
const KEYFRAME_EVERY = 2_048;
/** Rows after which flights that have landed are cleared while folding a long way. */
const SETTLE_EVERY = 256;

export interface Projector {
  readonly recording: Recording;
  /** Folds before row i · KEYFRAME_EVERY; never changed. */
  readonly keyframes: Fold[];
  fold: Fold;
  time: number;
  frame: Frame;
  /** Versions of the members in `frame`. */
  versions: number[];
  topology: number;
  names: readonly string[];
}

/** A picture of the start. @param names of the members, by ordinal - 1 */
export function createProjector(recording: Recording, names: readonly string[]): Projector {
  const fold = createFold(recording.members);
  const projector: Projector = {
    recording,
    keyframes: [cloneFold(fold)],
    fold,
    time: 0,
    frame: {
      time: 0,
      members: [],
      cut: cutOf(fold),
      walls: [],
      flights: [],
      calls: [],
      flag: 0,
      islands: [],
      quorum: quorumOf(foundersConfig(recording.members)),
      config: fold.config,
      texts: recording.texts,
      revisions: recording.revisions,
      revisionAt: recording.revisionAt,
      changes: recording.changes,
      entryOfCall: recording.entryOfCall,
      begun: recording.begun,
    },
    versions: [],
    topology: -1,
    names,
  };
  refresh(projector);
  return projector;
}

/** Stands at `time`: everything up to and including it has happened. @returns the picture */
export function project(projector: Projector, time: number): Frame {
  if (time < projector.time || hasKeyframeBetween(projector, time)) standAtKeyframe(projector, time);
  const { recording, fold } = projector;
  while (fold.position < recording.count && recordedTime(recording, fold.position) <= time) {
    const row = recordedRow(recording, fold.position);
    // What landed before this row was heard before it.
    if (fold.position % SETTLE_EVERY === 0) settleFold(fold, row.time);
    foldRow(fold, row, recording);
    if (fold.position % KEYFRAME_EVERY === 0 && projector.keyframes.length === fold.position / KEYFRAME_EVERY) {
      projector.keyframes.push(cloneFold(fold));
    }
  }
  settleFold(fold, time);
  projector.time = time;
  refresh(projector);
  return projector.frame;
}

/** Counts discrete changes of the picture. */
export function projectorRevision(projector: Projector): number {
  return projector.fold.revision;
}

/** A way forward longer than the distance of two keyframes passes one, and is shortened by it. */
function hasKeyframeBetween({ recording, keyframes, fold }: Projector, time: number): boolean {
  const next = Math.floor(fold.position / KEYFRAME_EVERY) + 1;
  return next < keyframes.length && recordedTime(recording, next * KEYFRAME_EVERY - 1) <= time;
}

/** Takes up the last keyframe before `time`. */
function standAtKeyframe(projector: Projector, time: number): void {
  const { recording, keyframes } = projector;
  let low = 0;
  let high = keyframes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const keyframe = keyframes[middle] as Fold; // middle is inside
    if (recordedTime(recording, keyframe.position - 1) <= time) low = middle;
    else high = middle - 1;
  }
  const keyframe = keyframes[low];
  assert(keyframe !== undefined, 'there is a keyframe of the start');
  projector.fold = cloneFold(keyframe);
  projector.versions = [];
  projector.topology = -1;
}

/** Makes the frame anew where something changed; what did not is the same object as before. */
function refresh(projector: Projector): void {
  const { fold, frame, names } = projector;
  const shown = fold.members.slice(0, fold.count);
  const members =
    frame.members.length !== fold.count || shown.some((member, i) => projector.versions[i] !== member.version)
      ? shown.map((member, i) => {
          const before = frame.members[i];
          return before !== undefined && projector.versions[i] === member.version
            ? before
            : memberFrame(member, i + 1, names[i] ?? '', fold.config);
        })
      : frame.members;
  projector.versions = shown.map((member) => member.version);
  const isSameTopology = projector.topology === fold.topology;
  projector.topology = fold.topology;
  const cut = isSameTopology && frame.members.length === fold.count ? frame.cut : cutOf(fold);
  const islands: readonly Island[] =
    isSameTopology && members === frame.members ? frame.islands : islandsOf(members, cut, fold.config);
  projector.frame = {
    time: projector.time,
    members,
    cut,
    walls: fold.walls,
    flights: listOf(fold.flights, frame.flights),
    calls: listOf(fold.calls, frame.calls),
    flag: fold.flag,
    islands,
    quorum: quorumOf(fold.config),
    config: fold.config,
    texts: projector.recording.texts,
    revisions: projector.recording.revisions,
    revisionAt: projector.recording.revisionAt,
    changes: projector.recording.changes,
    entryOfCall: projector.recording.entryOfCall,
    begun: projector.recording.begun,
  };
}

/** As the frame has it: by the members that are shown. */
function cutOf({ cut, count }: Fold): boolean[] {
  return Array.from({ length: count * count }, (_, i) => cut[Math.floor(i / count) * MAX_MEMBERS + (i % count)] === true);
}

/** What a map holds, in its order; the list of before where that holds the very same. */
function listOf<T>(map: ReadonlyMap<number, T>, before: readonly T[]): readonly T[] {
  if (map.size === before.length) {
    let at = 0;
    let isSame = true;
    for (const item of map.values()) if (item !== before[at++]) isSame = false;
    if (isSame) return before;
  }
  return [...map.values()];
}

function memberFrame(member: FoldedMember, ordinal: number, name: string, config: ConfigFrame): MemberFrame {
  return {
    ordinal,
    name,
    health: member.health,
    role: member.role,
    term: member.term,
    vote: member.vote,
    leader: member.leader,
    commitIndex: member.commitIndex,
    appliedIndex: member.appliedIndex,
    durableIndex: member.durableIndex,
    firstIndex: member.firstIndex,
    isVoter: config.voters.includes(ordinal) || config.votersOutgoing.includes(ordinal),
    isLearner: config.learners.includes(ordinal),
    hasStarted: member.hasStarted,
    log: cloneChunks(member.log),
    timerFrom: member.timerFrom,
    timerAt: member.timerAt,
    votes: member.votes.slice(),
    progress: member.progress.slice(),
    heardAt: member.heardAt.slice(),
    changedAt: member.changedAt,
    since: member.since,
  };
}
