/** What a kernel asks of whoever drives it. */
import type { DiskRecord } from '../../engine/server/index.ts';
import type { Delivery, HostConfig, HostResult } from '../host/index.ts';
import type { SimTime } from '../scenario.ts';

/** What has to be carried out before the kernel goes on. All items of one round may be done side by side. */
export type Work =
  | { readonly type: 'boot'; readonly config: HostConfig; readonly records: readonly DiskRecord[]; readonly at: SimTime }
  | { readonly type: 'run'; readonly member: number; readonly until: SimTime; readonly deliveries: readonly Delivery[] }
  /** The process is gone; there is no result. */
  | { readonly type: 'stop'; readonly member: number };

/** Yields work and is handed its results in the same order. */
export type Working<T = void> = Generator<readonly Work[], T, readonly (HostResult | undefined)[]>;
