export { bootHost, cloneHost, hostDigest, hostLines, runHost } from './run.ts';
export type {
  ChangeNote,
  Delivery,
  EntryNote,
  Host,
  HostConfig,
  HostLine,
  HostResult,
  TimedOutput,
} from './state.ts';
