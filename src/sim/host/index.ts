export { bootHost, cloneHost, hostDigest, hostLines, runHost } from './run.ts';
export type {
  Delivery,
  EntryNote,
  Host,
  HostConfig,
  HostLine,
  HostResult,
  TimedOutput,
} from './state.ts';
