/**
 * What the cluster needs now, as facts without words: the next commit, votes, one place with two entries, a call that
 * cannot be answered, somebody who catches up, or nothing at all.
 */
import type { Frame } from '../frame.ts';
import { votes } from './ballot.ts';
import { catching, joint, transfer } from './change.ts';
import { nextCommit } from './commit.ts';
import type { Needed } from './fact.ts';
import { reading } from './reading.ts';
import { commitLeader } from './shared.ts';
import { calm, spread } from './spread.ts';
import { noQuorum, overwritten, silence, stuck } from './stuck.ts';
import { twice } from './twice.ts';

/** The one thing that matters most. Decisive things first; a standing fault shows again when they are over. */
export function neededNow(frame: Frame): Needed {
  const leader = commitLeader(frame);
  return (
    votes(frame) ??
    transfer(frame) ??
    twice(frame, true) ??
    (leader === undefined ? undefined : nextCommit(frame, leader)) ??
    noQuorum(frame) ??
    stuck(frame) ??
    overwritten(frame) ??
    silence(frame) ??
    (leader === undefined
      ? undefined
      : (reading(frame, leader) ??
        joint(frame, leader) ??
        catching(frame, leader) ??
        spread(frame, leader) ??
        twice(frame, false) ??
        calm(frame, leader))) ?? {
      type: 'starting',
    }
  );
}
