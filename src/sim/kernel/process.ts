/** Processes: begun, stopped as by SIGSTOP, lost with everything that was in their memory. */
import { ZERO_ID } from '../../base/index.ts';
import { type ClientEvent, callsAt, LONGEST_SILENCE } from '../client.ts';
import { diskCrash, diskRecords } from '../disk.ts';
import type { HostConfig } from '../host/index.ts';
import { addressOf, clusterOf, MAX_MEMBERS, type SimTime } from '../scenario.ts';
import { tellClient } from './clients.ts';
import { ADDRESS_SOURCE, compareOrder, type Kernel, type KernelMember, type Queued } from './state.ts';
import type { Work } from './work.ts';

export function bootWork(kernel: Kernel, member: KernelMember, at: SimTime): Work {
  const { scenario, rules } = kernel;
  const cluster = clusterOf(scenario);
  member.isUp = true;
  member.incarnation++;
  const config: HostConfig = {
    ordinal: member.ordinal,
    incarnation: member.incarnation,
    ids: Array.from({ length: MAX_MEMBERS }, (_, i) => kernel.members[i]?.id ?? ZERO_ID),
    peerUrls: Array.from({ length: MAX_MEMBERS }, (_, i) => addressOf(scenario, i + 1).peerUrls[0] ?? ''),
    diskSync: scenario.diskSync,
    member: {
      id: member.id,
      cluster,
      boot: scenario.boot,
      isJoining: cluster.members[member.ordinal - 1]?.id !== member.id,
      attributes: addressOf(scenario, member.ordinal),
      snapshotCount: scenario.snapshotCount,
      catchUpEntries: scenario.catchUpEntries,
      ...(scenario.options === undefined ? {} : { options: scenario.options }),
      ...(scenario.quotaBytes === undefined ? {} : { quotaBytes: scenario.quotaBytes }),
      diskStart: member.disk.records.start,
      seed: (scenario.seed * 64 + member.ordinal) * 1024 + member.incarnation,
      storageWrites: scenario.storageWrites,
      preVote: scenario.preVote,
      checkQuorum: scenario.checkQuorum,
      epoch: scenario.epoch,
      raftRules: rules.raft,
      serverRules: rules.server,
    },
  };
  return { type: 'boot', config, records: diskRecords(member.disk), at };
}

/** Everything that was in a process's memory, and every connection to it, is gone. */
export function loseProcess(kernel: Kernel, member: KernelMember, time: SimTime): void {
  unpause(member, time);
  member.isUp = false;
  member.nextLocal = Number.POSITIVE_INFINITY;
  diskCrash(member.disk);
  const source = ADDRESS_SOURCE + member.ordinal;
  for (const [ordinal, { client }] of kernel.clients) {
    for (const { call, attempt } of callsAt(client, member.ordinal)) {
      const at = time + kernel.scenario.clientLatency;
      tellClient(kernel, ordinal, at, source, member.addressSequence++, { type: 'lost', call, attempt });
    }
  }
}

/** Stops it as by SIGSTOP: whoever is connected to it hears nothing any more, and gives up in the end. */
export function pauseProcess(kernel: Kernel, member: KernelMember, time: SimTime): void {
  if (member.isPaused) return;
  member.isPaused = true;
  const source = ADDRESS_SOURCE + member.ordinal;
  for (const [ordinal, { client }] of kernel.clients) {
    for (const { call, attempt, once } of callsAt(client, member.ordinal)) {
      if (once) continue;
      const event: ClientEvent = { type: 'silent', call, attempt, member: member.ordinal };
      tellClient(kernel, ordinal, time + LONGEST_SILENCE, source, member.addressSequence++, event);
    }
  }
}

/** It goes on with what has reached it meanwhile. */
export function resumeProcess(kernel: Kernel, member: KernelMember, time: SimTime): void {
  unpause(member, time);
  for (const client of kernel.clients.values())
    client.inbox = client.inbox.filter(({ event }) => event.type !== 'silent' || event.member !== member.ordinal);
  member.inbox = withoutGivenUp(member.inbox);
}

/** What has reached a paused process is there for it, or refused, from now on. */
function unpause(member: KernelMember, time: SimTime): void {
  if (!member.isPaused) return;
  member.isPaused = false;
  member.nextLocal = Math.max(member.nextLocal, time);
  member.inbox = member.inbox.map((queued) => (queued.time < time ? { ...queued, time } : queued)).sort(compareOrder);
}

/** Without what clients asked a paused process and gave up before it went on: their connections never came to be. */
function withoutGivenUp(inbox: readonly Queued[]): Queued[] {
  const asked = new Map<number, Queued>();
  const nothing = new Set<Queued>();
  for (const queued of inbox) {
    if (queued.input.type === 'request') asked.set(queued.ref, queued);
    const request = queued.input.type === 'cancel' ? asked.get(queued.ref) : undefined;
    if (request === undefined) continue;
    asked.delete(queued.ref);
    nothing.add(request).add(queued);
  }
  return inbox.filter((queued) => !nothing.has(queued));
}
