import { entryOfRevision, type MadeBy } from '../../../view/index.ts';
import { useFrame, useSelection } from '../../frame/hooks.ts';
import { litBy } from '../../log/lit.ts';
import { same } from '../../log/same.ts';
import type { Selection, Thing } from '../../stores/selection.ts';

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

/** Whether a revision belongs to what is pointed at or selected anywhere. */
export function useIsLit(): (revision: number) => 'selected' | 'lit' | undefined {
  const selected = useLitBy((state) => state.selected);
  const hovered = useLitBy((state) => state.hovered);
  return (revision) => (selected.includes(revision) ? 'selected' : hovered.includes(revision) ? 'lit' : undefined);
}

function useLitBy(select: (selection: Selection) => Thing | undefined): readonly number[] {
  const thing = useSelection(select);
  return useFrame((frame) => litBy(frame, thing).revisions, same);
}
