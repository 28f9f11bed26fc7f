import { entryOfRevision, type MadeBy } from '../../../view/index.ts';
import { useFrame, useSelection } from '../../frame/hooks.ts';
import { same } from '../../log/same.ts';

/** The entries of some revisions, as far as the page has seen them. @param revisions in a fixed order */
export function useMadeBy(revisions: readonly number[]): ReadonlyMap<number, MadeBy> {
  const entries = useFrame((frame) => revisions.map((revision) => entryOfRevision(frame, revision)), same);
  const made = new Map<number, MadeBy>();
  revisions.forEach((revision, at) => {
    const entry = entries[at];
    if (entry !== undefined) made.set(revision, entry);
  });
  return made;
}

/** Whether an entry is the one that is pointed at or selected anywhere, itself or by the command that asked for it. */
export function useIsLit(): (made: MadeBy | undefined) => 'selected' | 'lit' | undefined {
  const selected = useSelection((state) => state.selected);
  const hovered = useSelection((state) => state.hovered);
  return (made) => {
    if (made === undefined) return undefined;
    const isIt = (thing: typeof selected) =>
      (thing?.type === 'entry' && thing.term === made.term && thing.index === made.index) ||
      (thing?.type === 'call' && made.call > 0 && thing.call === made.call);
    return isIt(selected) ? 'selected' : isIt(hovered) ? 'lit' : undefined;
  };
}
