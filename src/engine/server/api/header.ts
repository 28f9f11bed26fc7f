/** What every answer begins with. */
import type { Id64 } from '../../../base/index.ts';

/** etcd: ResponseHeader. 0 or `ZERO_ID` where the response leaves the field out (`spec/etcd.md` 4.6). */
export interface ResponseHeader {
  readonly clusterId: Id64;
  /** The member that answered. */
  readonly memberId: Id64;
  readonly revision: number;
  readonly raftTerm: number;
}

/** A response that says no more than that it was done; one for each of the types. */
export type PlainResponse<Type extends string> = Type extends string
  ? { readonly type: Type; readonly header: ResponseHeader }
  : never;
