export {
  type ClientCall,
  type ClientHistory,
  checkLinearizability,
  checkReadsByRevision,
  checkRevisionOrder,
  createClientHistory,
  noteClients,
} from './clientHistory.ts';
export { checkAgreement, checkLogs, checkStores, type RunningMembers } from './members.ts';
export { isLinearizable, type RegisterOperation } from './register.ts';
export { checkRows, createSafetyChecker, type SafetyChecker } from './safety.ts';
export { type CheckedRule, makeViolation, type Violation } from './violation.ts';
