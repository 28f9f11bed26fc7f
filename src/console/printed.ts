/** What is printed: the responses that writers know, and what endpoints say of themselves. */
import type { Bytes } from '../base/index.ts';
import type { ApiResponse } from '../engine/server/api.ts';

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
