/** Members glide to their new places when one comes or goes. */
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useHouse } from '../frame/context.tsx';
import { layoutBetween, type StageLayout } from './layout.ts';

/**
 * The layout on its way to `target`: members glide to their new places when one came or went. Everything that is placed by it moves
 * together. A box of another size is taken at once.
 */
export function useReflow(target: StageLayout): StageLayout {
  const { tokens, scheduler } = useHouse();
  const [glide, setGlide] = useState<Glide | undefined>(undefined);
  const shown = useRef(target);
  const layout = useMemo(() => (glide?.to === target ? layoutBetween(glide.from, target, glide.share) : target), [glide, target]);
  useLayoutEffect(() => {
    const from = shown.current;
    const duration = tokens.px('--dur-wall');
    const same = from.members.map((place) => place.ordinal).join() === target.members.map((place) => place.ordinal).join();
    if (from.box !== target.box || same || duration === 0) return;
    let since: number | undefined;
    setGlide({ from, to: target, share: 0 });
    const stop = scheduler.register((_, nowMs) => {
      since ??= nowMs;
      const left = Math.max(0, 1 - (nowMs - since) / duration);
      if (left === 0) {
        stop();
        setGlide(undefined);
      } else {
        setGlide({ from, to: target, share: 1 - left ** 3 });
        scheduler.invalidate();
      }
    });
    return () => void stop();
  }, [target, tokens, scheduler]);
  useLayoutEffect(() => {
    shown.current = layout;
  }, [layout]);
  return layout;
}

interface Glide {
  readonly from: StageLayout;
  readonly to: StageLayout;
  /** 0 … 1 */
  readonly share: number;
}
