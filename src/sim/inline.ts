/** The run in one thread: the short driver for Node, for tests, and for the historian. */
import { assert } from '../base/index.ts';
import type { Action, JournalEntry } from './command.ts';
import { bootHost, cloneHost, type Host, type HostResult, hostDigest, runHost } from './host/index.ts';
import {
  act,
  advance,
  cloneKernel,
  createKernel,
  type Kernel,
  type KernelRules,
  loadJournal,
  memberCount,
  type Pacing,
  type Released,
  type StopAt,
  takeReleased,
  type Work,
} from './kernel/index.ts';
import type { Scenario, SimTime } from './scenario.ts';

export interface InlineRun {
  readonly kernel: Kernel;
  readonly hosts: Map<number, Host>;
  readonly pacing: Pacing;
}

/** A run before its first instant. @param journal what will be done in it; more can be done as it goes on */
export function createInlineRun(
  scenario: Scenario,
  options: { readonly journal?: readonly JournalEntry[]; readonly rules?: KernelRules; readonly pacing?: Pacing } = {},
): InlineRun {
  const kernel = createKernel(scenario, options.rules);
  loadJournal(kernel, options.journal ?? []);
  return { kernel, hosts: new Map(), pacing: options.pacing ?? 'horizons' };
}

/** Lets everything before `until` happen, or ends just after what `stop` asks for. @returns what has become known */
export function advanceInline(run: InlineRun, until: SimTime, stop?: StopAt): Released {
  const steps = advance(run.kernel, until, run.pacing, stop);
  let step = steps.next();
  while (step.done !== true) step = steps.next(step.value.map((work) => carryOut(run, work)));
  return takeReleased(run.kernel);
}

/** Does something now. */
export function actInline(run: InlineRun, action: Action): JournalEntry {
  return act(run.kernel, action);
}

/** The digest of each running member, by ordinal - 1; '' for a stopped one. */
export function digestsInline(run: InlineRun): string[] {
  return run.kernel.members.slice(0, memberCount(run.kernel)).map((member) => {
    const host = run.hosts.get(member.ordinal);
    return host === undefined ? '' : hostDigest(host);
  });
}

/** The ordinal of the member that leads in the highest term; 0 = nobody leads. */
export function leaderInline(run: InlineRun): number {
  let leader = 0;
  let term = 0;
  for (const [ordinal, { member }] of run.hosts) {
    if (member.raft.role !== 'StateLeader' || member.raft.term <= term) continue;
    leader = ordinal;
    term = member.raft.term;
  }
  return leader;
}

/** A copy that goes on exactly as the original would, on shared structure. */
export function cloneInlineRun(run: InlineRun): InlineRun {
  return {
    kernel: cloneKernel(run.kernel),
    hosts: new Map([...run.hosts].map(([ordinal, host]) => [ordinal, cloneHost(host)])),
    pacing: run.pacing,
  };
}

function carryOut(run: InlineRun, work: Work): HostResult | undefined {
  switch (work.type) {
    case 'boot': {
      const { host, result } = bootHost(work.config, work.records, work.at);
      if (host !== undefined) run.hosts.set(work.config.ordinal, host);
      return result;
    }
    case 'run': {
      const host = run.hosts.get(work.member);
      assert(host !== undefined, 'only a running member is run', { member: work.member });
      return runHost(host, work.until, work.deliveries);
    }
    case 'stop':
      run.hosts.delete(work.member);
      return undefined;
  }
}
