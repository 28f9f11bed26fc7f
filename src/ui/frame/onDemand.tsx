/** Parts of the page that few need come in chunks of their own, when they are first shown. */
import { type ComponentType, createElement, lazy, Suspense } from 'react';

/** @param Missing stands in where the chunk cannot be had (offline): the page goes on */
export function onDemand<P extends object>(load: () => Promise<ComponentType<P>>, Missing: ComponentType<P>): ComponentType<P> {
  const Loaded = lazy<ComponentType<P>>(() =>
    load().then(
      (component) => ({ default: component }),
      () => ({ default: Missing }),
    ),
  );
  return (props) => <Suspense fallback={undefined}>{createElement(Loaded, props)}</Suspense>;
}
