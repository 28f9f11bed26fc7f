/**
 * etcdctl's recorded answers, word for word. First every command of every session that etcdctl answers without a server
 * (help, usage errors); then whole sessions against a model of a one-member etcd, as far as they keep to what it knows.
 */
import { describe, expect, test } from 'vitest';
import { utf8Decode, utf8Encode, ZERO_ID } from '../../src/base/index.ts';
import { type CollectedRun, collectRun, etcdctl } from '../../src/console/index.ts';
import type { CallOutcome, UnaryRequest } from '../../src/engine/server/api.ts';
import { createModelEtcd } from './model.ts';
import { answering, loadNormalize, loadSession, type RecordedCommand, run, sessionNames } from './support.ts';

const normalize = await loadNormalize();
const header = { clusterId: ZERO_ID, memberId: ZERO_ID, revision: 1, raftTerm: 1 };

/** Success with nothing in it. */
function emptyAnswer(request: UnaryRequest): CallOutcome {
  switch (request.type) {
    case 'range':
      return { ok: true, response: { type: 'range', header, kvs: [], more: false, count: 0 } };
    case 'put':
      return { ok: true, response: { type: 'put', header, prevKv: undefined } };
    case 'deleteRange':
      return { ok: true, response: { type: 'deleteRange', header, deleted: 0, prevKvs: [] } };
    case 'memberList':
      return { ok: true, response: { type: 'memberList', header, members: [] } };
    default:
      throw new Error('this console asks for nothing else yet');
  }
}

/** True where the recorded answer came from etcdctl itself. */
function needsNoServer(record: RecordedCommand): boolean {
  if (/^NAME:$/m.test(record.stdout) || record.stdout.startsWith('etcdctl version')) return true;
  if (record.signal !== undefined) return false;
  const own = record.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{"level":"warn"'));
  return own.length > 0 && !own.some((line) => /etcdserver:|deadline exceeded|watch was canceled|unhealthy|endpoint/.test(line));
}

const comparable = (record: Pick<RecordedCommand, 'stdout' | 'stderr' | 'exit'>) => ({
  stdout: record.stdout,
  stderr: record.stderr,
  exit: record.exit,
});

describe('without a server', () => {
  const compared: string[] = [];
  const unsupported: string[] = [];
  for (const file of sessionNames()) {
    test(file, () => {
      const { records, head } = loadSession(file);
      for (const record of records) {
        if (record.args === undefined || !needsNoServer(record)) continue;
        const setting = { stdin: record.stdin ?? '', ...(record.env === undefined ? {} : { env: record.env }) };
        const ran = run(record.args, answering(emptyAnswer), setting);
        if (ran.hints.some((hint) => hint.code === 'notYet' || hint.code === 'notYetOption')) {
          unsupported.push(record.args.join(' '));
          continue;
        }
        const mine = { ...record, stdout: ran.stdout, stderr: ran.stderr, exit: ran.exit };
        const [actual] = normalize({ head, records: [mine] }, { dropClientLog: true }).records;
        const [expected] = normalize({ head, records: [record] }, { dropClientLog: true }).records;
        if (actual === undefined || expected === undefined) throw new Error('one record in, one record out');
        expect(comparable(actual), `${file}#${record.n} ${JSON.stringify(record.args)}`).toEqual(comparable(expected));
        compared.push(record.args.join(' '));
      }
    });
  }
  test('compared what there is to compare', () => {
    expect(compared.length).toBeGreaterThan(100);
    // Commands of the next milestone; a supported one must not slip in here.
    const ours = unsupported.filter((line) => /^(?:get|put|del|version|member list)\b/.test(line));
    expect(ours).toEqual([]);
  });
});

/** Sessions and how many of their first steps the model knows. */
const SESSIONS: readonly (readonly [file: string, steps: number])[] = [
  ['tutorial.json', 36],
  ['ranges.json', 48],
  ['revisions.json', 9],
  ['put_options.json', 6],
  ['writers.json', 3],
  ['watch.json', 44],
];

describe('against a model of etcd', () => {
  for (const [file, count] of SESSIONS) {
    test(`${file}, ${count} steps`, () => {
      const session = loadSession(file);
      expect(session.members).toBe(1);
      const endpoint = '127.0.0.1:22379';
      const member = String((session.head.members as string[])[0]); // a recorded head lists its members
      const model = createModelEtcd(member, `http://${endpoint}`);
      const background = new Map<string, CollectedRun>();
      const captured = new Map<string, string>();
      const records: unknown[] = [];
      const close = (collected: CollectedRun): void => {
        const args: readonly string[] = argsOf.get(collected) ?? [];
        records.push({
          args,
          stdout: utf8Decode(collected.stdout),
          stderr: utf8Decode(collected.stderr),
          exit: collected.exit?.code ?? null,
          signal: collected.exit?.signal,
        });
      };
      const argsOf = new Map<CollectedRun, readonly string[]>();
      for (const step of session.steps.slice(0, count)) {
        if (step.stop !== undefined) {
          const collected = background.get(step.stop);
          if (collected === undefined) throw new Error(`${step.stop} was never started`);
          collected.running.interrupt();
          close(collected);
          continue;
        }
        const args = (step.args ?? []).map((word) => word.replace(/\{\{(\w+)\}\}/g, (_, name: string) => captured.get(name) ?? ''));
        const program = etcdctl(args, { env: step.env ?? {}, endpoints: [endpoint] });
        const collected = collectRun(program, model, utf8Encode(step.stdin ?? ''), step.background === true);
        argsOf.set(collected, args);
        if (step.background === true) background.set(step.name ?? '', collected);
        else close(collected);
        for (const [name, pattern] of Object.entries(step.capture ?? {}))
          captured.set(name, new RegExp(pattern).exec(utf8Decode(collected.stdout))?.[1] ?? '');
      }
      const head = { endpoints: [endpoint], members: [member] };
      const actual = normalize({ head, records }, { dropClientLog: true }).records;
      const expected = normalize(
        { head: session.head, records: session.records.slice(0, records.length) },
        { dropClientLog: true },
      );
      const full = (record: RecordedCommand) => ({ args: record.args, ...comparable(record), signal: record.signal });
      expect(actual.map(full)).toEqual(expected.records.map(full));
      expect(actual.length).toBeGreaterThan(2);
    });
  }

  test('writers.json, member list in every writer', () => {
    const session = loadSession('writers.json');
    const model = createModelEtcd(String((session.head.members as string[])[0]), 'http://127.0.0.1:22379');
    const records = session.records.filter((record) => record.args.slice(0, 2).join(' ') === 'member list');
    expect(records.length).toBe(8);
    // The recorded cluster id is only known by what member list prints of it, so both sides are told.
    const known = { args: ['put'], stdout: `{"header":{"cluster_id":${model.clusterId}}}`, stderr: '', exit: 0 };
    const ran = records.map((record) => ({ ...record, ...comparable(run(record.args, model)) }));
    const head = { endpoints: ['127.0.0.1:22379'], members: [String((session.head.members as string[])[0])] };
    const actual = normalize({ head, records: [known, ...ran] }, { dropClientLog: true }).records.slice(1);
    expect(actual.map(comparable)).toEqual(
      normalize({ head: session.head, records }, { dropClientLog: true }).records.map(comparable),
    );
  });
});
