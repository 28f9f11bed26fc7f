export { advance, type Pacing } from './advance.ts';
export { act, loadJournal } from './journal.ts';
export type { StopAt } from './rows.ts';
export {
  type ClientNews,
  cloneKernel,
  createKernel,
  type EntryRecord,
  ETCD_RULES,
  type Kernel,
  type KernelRules,
  memberCount,
  type Released,
  type Thrown,
  takeReleased,
} from './state.ts';
export type { Work } from './work.ts';
