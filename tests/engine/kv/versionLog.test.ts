/**
 * The links of a key's versions: where they lead, and in how many steps any revision is reached. Correct answers are for
 * the model test; this is about not walking through all versions for them.
 */
import { expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import {
  appendVersion,
  assertVersionLogInvariants,
  createVersionLog,
  listVersions,
  type Owner,
  sweepChunk,
  type Version,
  type VersionLog,
  versionAt,
  versionAtRevision,
} from '../../../src/engine/kv/versionLog.ts';

const COUNT = 5000;

/** One key with versions 1 … COUNT at revisions 2 …, between changes of another. */
function fill(): { readonly log: VersionLog; readonly owner: Owner; readonly newest: Version } {
  const owner: Owner = {};
  const log = createVersionLog(owner);
  let newest: Version | undefined;
  let other: Version | undefined;
  for (let version = 1; version <= COUNT; version++) newest = append(log, owner, newest, 'key', version, 0);
  for (let version = 1; version <= 10; version++) other = append(log, owner, other, 'other', version, COUNT);
  if (newest === undefined) throw new Error('nothing was added');
  return { log, owner, newest };
}

function append(log: VersionLog, owner: Owner, newest: Version | undefined, key: string, version: number, from: number): Version {
  const kv = { key, value: '', createRevision: from + 2, modRevision: from + version + 1, version, lease: ZERO_ID };
  return appendVersion(log, owner, newest, kv, 0, -1);
}

/** Versions looked up on the way from `newest` to `revision`, counted by a log that counts. */
function stepsTo(log: VersionLog, newest: Version, revision: number): number {
  let steps = 0;
  const counting: VersionLog = {
    ...log,
    get chunks() {
      steps++;
      return log.chunks;
    },
  };
  versionAtRevision(counting, newest, revision);
  return steps;
}

test('a jump leads as far back as its span says', () => {
  const { log } = fill();
  for (const version of listVersions(log)) {
    const target = versionAt(log, version.jump);
    expect(target?.kv.version ?? 0).toBe(version.kv.version - version.span);
    expect(target?.span ?? 0).toBe(version.jumpSpan);
  }
  assertVersionLogInvariants(log);
});

test('any of 5000 versions is reached in a few dozen steps, also after a compaction took the oldest', () => {
  const { log, owner, newest } = fill();
  const worst = () => {
    let most = 0;
    for (let revision = 2; revision <= COUNT + 1; revision++) most = Math.max(most, stepsTo(log, newest, revision));
    return most;
  };
  expect(worst()).toBeLessThan(60);
  for (let next: number | undefined = 0; next !== undefined; ) next = sweepChunk(log, owner, next, 2000, () => false).next;
  expect(worst()).toBeLessThan(60);
  let again: Version = newest;
  for (let version = COUNT + 1; version <= COUNT + 3000; version++) again = append(log, owner, again, 'key', version, 20);
  for (let revision = 2001; revision <= COUNT + 3000; revision += 7) expect(stepsTo(log, again, revision)).toBeLessThan(60);
  expect(versionAtRevision(log, again, 2000)).toBeUndefined();
  expect(versionAtRevision(log, again, 2001)?.kv.version).toBe(2000);
});
