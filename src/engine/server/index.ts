export type * from './api.ts';
export { memberDigest } from './digest.ts';
export * from './errors.ts';
export { type ClusterIdentity, identifyCluster, type MemberAddress } from './identity.ts';
export type { CallId, DiskRecord, MemberInput, MemberOutput } from './input.ts';
export { bootMember, cloneMember, handleInput, takeOutputs } from './member.ts';
export { type Command, decodeCommand, type LoggedRequest } from './requestCodec.ts';
export { etcdServerRules, type ServerRules } from './rules.ts';
export type { Member, MemberConfig } from './state.ts';
