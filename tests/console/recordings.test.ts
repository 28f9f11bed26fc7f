/**
 * etcdctl's recorded answers, word for word. First every command of every session that etcdctl answers without a server
 * (help, usage errors); then whole sessions against a model of a one-member etcd, as far as they keep to what it knows.
 */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../src/base/index.ts';
import type { CallOutcome, UnaryRequest } from '../../src/engine/server/api.ts';
import { createModelEtcd } from './model.ts';
import { playSteps } from './play.ts';
import { answering, loadNormalize, loadSession, type RecordedCommand, type RecordedStep, run, sessionNames } from './support.ts';

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
      return { ok: false, error: { code: 'canceled' } };
  }
}

/** True where the recorded answer came from etcdctl itself. */
function needsNoServer(record: RecordedCommand): boolean {
  if (/^NAME:$/m.test(record.stdout) || record.stdout.startsWith('etcdctl version')) return true;
  if (record.signal !== undefined || record.background !== undefined) return false;
  // Other endpoints than the one here, or an id that only that cluster knew.
  if (record.endpoints !== undefined || record.args.some((word) => word.startsWith('<'))) return false;
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
  for (const file of sessionNames()) {
    test(file, () => {
      const { records, head } = loadSession(file);
      for (const record of records) {
        if (record.args === undefined || !needsNoServer(record)) continue;
        const setting = { stdin: record.stdin ?? '', ...(record.env === undefined ? {} : { env: record.env }) };
        const target = answering(emptyAnswer);
        const ran = run(record.args, target, setting);
        if (target.asked.some((request) => !emptyAnswer(request).ok)) continue;
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
  });
});

/** Steps that a model of one member cannot play. */
function isBeyond(step: RecordedStep): boolean {
  return step.http !== undefined || step.member !== undefined;
}

/** Sessions that the model does not stand for, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'nospace.json': 'the model has no quota',
  'paused.json': 'the model is never paused',
  'jwt_keepalive.json': "the model's tokens do not end",
  'jwt_refused.json': "the model's tokens do not end",
  'holders.json': 'at the model an interrupt is for the command that holds the lock as well, as at a terminal',
  'auth_watch.json': 'the model is never killed',
  'health_users.json': 'the model answers at every endpoint',
  'passwords.json': 'at the model standard input is a terminal',
  'snapshot_users.json': 'anybody may have a snapshot of the model',
  'watch_progress.json': 'the model is never killed',
  'member_urls.json': 'the model has no other members',
};

describe('against a model of etcd', () => {
  let total = 0;
  for (const file of sessionNames()) {
    const session = loadSession(file);
    if (session.members !== 1 || LEFT_OUT[file] !== undefined) continue;
    // Up to the first step that is beyond the model.
    const end = session.steps.findIndex(isBeyond);
    const steps = end < 0 ? session.steps : session.steps.slice(0, end);
    if (steps.length < 3) continue;
    test(`${file}, ${steps.length} steps`, () => {
      const endpoint = '127.0.0.1:22379';
      const member = (session.head.members as string[] | undefined)?.[0] ?? 'ecd84297f868e01a'; // a list, where it was recorded
      const records = playSteps(steps, createModelEtcd(member, `http://${endpoint}`), endpoint);
      const head = { endpoints: [endpoint], members: [member] };
      const options = { dropClientLog: true };
      const actual = normalize({ head, records }, options).records;
      const expected = normalize({ head: session.head, records: session.records.slice(0, records.length) }, options).records;
      const full = (record: RecordedCommand) => ({ args: record.args, ...comparable(record), signal: record.signal });
      expect(actual.map(full)).toEqual(expected.map(full));
      total += actual.length;
    });
  }
  test('played what there is to play', () => {
    expect(total).toBeGreaterThan(900);
  });
});
