/**
 * Plays what was recorded from the real etcd-io/raft through our engine and compares every answer, log lines included.
 * Upstream's own files are not part of this repository: they run where the workshop's folder is beside it.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkDataFile, listDataFiles } from '../../../src/cli/conformance/files.ts';

const RECORDED = 'tests/recorded/raft';
const UPSTREAM = ['interaction', 'quorum', 'confchange'].map((kind) => `../shared/conformance/raft/${kind}`);

describe('scripts of whole clusters', () => {
  const files = listDataFiles(RECORDED).filter((file) => dirname(file) === RECORDED);

  test('there are 160 of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(160);
  });

  test.each(files)('%s', expectSameAnswers);
});

describe('scenes', () => {
  test.each(listDataFiles(`${RECORDED}/scenes`))('%s', expectSameAnswers);
});

describe('the maths alone', () => {
  test.each(listDataFiles(`${RECORDED}/quorum`))('TestDataDriven, TestDescribe, 9.1/26, 9.1/38: %s', expectSameAnswers);
  test.each(listDataFiles(`${RECORDED}/confchange`))('TestConfChangeDataDriven, 9.1/37: %s', expectSameAnswers);
});

const folders = UPSTREAM.filter((folder) => existsSync(folder));
const upstreamFiles = folders.flatMap(listDataFiles);
console.info(
  `etcd-io/raft's own files: ${upstreamFiles.length === 0 ? 'not present' : `${upstreamFiles.length} from ${folders.join(', ')}`}`,
);

// Not skipped where they are not present: a skipped test counts as failed, and a clone anywhere proves itself.
if (upstreamFiles.length > 0) {
  describe("upstream's own files", () => {
    test.each(upstreamFiles)('%s', expectSameAnswers);
  });
}

function expectSameAnswers(file: string): void {
  const difference = checkDataFile(file);
  if (difference === undefined) return;
  const { directive, actual } = difference;
  expect(actual, `${file}:${directive.line}: ${directive.command}`).toBe(directive.expected);
}
