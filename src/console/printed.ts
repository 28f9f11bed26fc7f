/** What is printed: the responses that writers know, and what endpoints say of themselves. */
import type { Bytes } from '../base/index.ts';
import type { AlarmType, ApiResponse, Permission } from '../engine/server/api.ts';
import { formatGoDuration } from './goText.ts';

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
const ALARM_NUMBERS = { none: 0, nospace: 1, corrupt: 2 } as const;
const ACCESS_NUMBERS = { read: 0, write: 1, readwrite: 2 } as const;

export function alarmNumber(alarm: AlarmType): number {
  return typeof alarm === 'number' ? alarm : ALARM_NUMBERS[alarm];
}

export function accessNumber(access: Permission['access']): number {
  return typeof access === 'number' ? access : ACCESS_NUMBERS[access];
}

/** How an endpoint is. */
export interface EndpointHealth {
  readonly endpoint: Bytes;
  /** µs; undefined: nobody could log in, and nothing was asked. */
  readonly took: number | undefined;
  /** undefined: it is healthy. */
  readonly error: Bytes | undefined;
}

export function tookText({ took }: EndpointHealth): Bytes {
  return took === undefined ? '' : formatGoDuration(took);
}

/** What an endpoint answered. */
export interface EndpointAnswer<R> {
  readonly endpoint: Bytes;
  readonly response: R;
}
