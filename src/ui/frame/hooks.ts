/** Narrow looks into run and stores. A component renders again only when what it selected has changed. */
import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';
import type { StoreApi } from 'zustand/vanilla';
import type { Frame } from '../../view/index.ts';
import type { Run, RunState } from '../../workers/index.ts';
import type { Panels } from '../rail/store.ts';
import type { Desk } from '../stores/desk.ts';
import type { Restoring } from '../stores/restoring.ts';
import type { Runs } from '../stores/runs.ts';
import type { Selection } from '../stores/selection.ts';
import type { Settings } from '../stores/settings.ts';
import type { Toasts } from '../stores/toasts.ts';
import type { Verbs } from '../stores/verbs.ts';
import { useHouse } from './context.tsx';
import type { Painter, Turn } from './scheduler.ts';

type Equal<T> = (a: T, b: T) => boolean;

/** The run on the page. */
export function useRun(): Run {
  return useRuns((runs) => runs.run);
}

export function useRuns<T>(select: (runs: Runs) => T, equal?: Equal<T>): T {
  return useStore(useHouse().runs, select, equal);
}

/** Counts the runs of this page: another number is another cluster. */
export function useGeneration(): number {
  return useRuns((runs) => runs.generation);
}

/** From what changes in steps: playing, pace, waiting, … */
export function useRunState<T>(select: (state: RunState) => T, equal?: Equal<T>): T {
  const run = useRun();
  return useSelected(
    useCallback((listener: () => void) => run.subscribe(listener), [run]),
    () => select(run.state()),
    equal,
  );
}

/**
 * From the picture at the playhead, looked at whenever the run's state changes (its `revision` counts what is discrete).
 * What moves every frame belongs to {@link usePainter}. Select narrowly; hand in `equal` (e.g. {@link shallow}) for fresh objects.
 */
export function useFrame<T>(select: (frame: Frame) => T, equal?: Equal<T>): T {
  const run = useRun();
  return useSelected(
    useCallback((listener: () => void) => run.subscribe(listener), [run]),
    () => select(run.frame()),
    equal,
  );
}

export function useSettings<T>(select: (settings: Settings) => T, equal?: Equal<T>): T {
  return useStore(useHouse().settings, select, equal);
}

export function useSelection<T>(select: (selection: Selection) => T, equal?: Equal<T>): T {
  return useStore(useHouse().selection, select, equal);
}

export function useToasts<T>(select: (toasts: Toasts) => T, equal?: Equal<T>): T {
  return useStore(useHouse().toasts, select, equal);
}

export function useVerbs<T>(select: (verbs: Verbs) => T, equal?: Equal<T>): T {
  return useStore(useHouse().verbs, select, equal);
}

export function useDesk<T>(select: (desk: Desk) => T, equal?: Equal<T>): T {
  return useStore(useHouse().desk, select, equal);
}

export function useRestoring<T>(select: (restoring: Restoring) => T, equal?: Equal<T>): T {
  return useStore(useHouse().restoring, select, equal);
}

export function usePanels<T>(select: (panels: Panels) => T, equal?: Equal<T>): T {
  return useStore(useHouse().panels, select, equal);
}

/** Draws outside React: called in each frame in which something may have changed. The newest `painter` is the one that is called. */
export function usePainter(painter: Painter, turn?: Turn): void {
  const { scheduler } = useHouse();
  const newest = useRef(painter);
  useEffect(() => {
    newest.current = painter;
    scheduler.invalidate();
  }, [painter, scheduler]);
  useEffect(() => scheduler.register((run, nowMs) => newest.current(run, nowMs), turn), [scheduler, turn]);
}

/** Whether two records or lists have the same fields, one level deep. */
export function shallow<T>(a: T, b: T): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => Object.is(item, b[i]));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && Object.is(value, right.get(key)));
}

/** Whether a media query holds, followed. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    useCallback(
      (listener: () => void) => {
        const media = matchMedia(query);
        media.addEventListener('change', listener);
        return () => media.removeEventListener('change', listener);
      },
      [query],
    ),
    () => matchMedia(query).matches,
  );
}

/** The phone's layout: tabs instead of regions. */
export const PHONE = '(max-width: 719px)';

function useStore<S, T>(store: StoreApi<S>, select: (state: S) => T, equal?: Equal<T>): T {
  return useSelected(store.subscribe, () => select(store.getState()), equal);
}

function useSelected<T>(subscribe: (listener: () => void) => () => void, read: () => T, equal: Equal<T> = Object.is): T {
  // The same object as long as it says the same: React compares snapshots by identity.
  const last = useRef<{ readonly value: T } | undefined>(undefined);
  return useSyncExternalStore(subscribe, () => {
    const value = read();
    if (last.current !== undefined && equal(last.current.value, value)) return last.current.value;
    last.current = { value };
    return value;
  });
}
