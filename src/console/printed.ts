/** What is printed: the responses that writers know, and what endpoints say of themselves. */
import type { Bytes } from '../base/index.ts';
import type { AlarmType, ApiResponse, Permission } from '../engine/server/api.ts';

/** The responses that writers are asked to print; of the others commands say something of their own. */
export type PrintedResponse = Exclude<
  ApiResponse,
  {
    type:
      | 'status'
      | 'hash'
      | 'hashKv'
      | 'compaction'
      | 'defragment'
      | 'snapshot'
      | 'watchProgress'
      | 'authenticate'
      | 'authEnable'
      | 'authDisable';
  }
>;

/** Where words stand for etcd's enumerations, their numbers. */
export const ALARM_NUMBERS: Readonly<Record<AlarmType, number>> = { none: 0, nospace: 1, corrupt: 2 };
export const ACCESS_NUMBERS: Readonly<Record<Permission['access'], number>> = { read: 0, write: 1, readwrite: 2 };

/** How an endpoint is. */
export interface EndpointHealth {
  readonly endpoint: Bytes;
  /** µs */
  readonly took: number;
  /** undefined: it is healthy. */
  readonly error: Bytes | undefined;
}

/** What an endpoint answered. */
export interface EndpointAnswer<R> {
  readonly endpoint: Bytes;
  readonly response: R;
}
