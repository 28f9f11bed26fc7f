/**
 * Plays the recorded scripts of the real etcd-io/raft through our engine and compares every answer, log lines included.
 * Upstream's own files are not part of this repository: they run where the workshop's folder is beside it.
 */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkDataFile, listDataFiles } from '../../../src/cli/conformance/files.ts';

const RECORDED = 'tests/recorded/raft';
const UPSTREAM = ['interaction', 'quorum', 'confchange'].map((kind) => `../shared/conformance/raft/${kind}`);

describe('recordings of etcd-io/raft', () => {
  const files = listDataFiles(RECORDED);

  test('there are 160 of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(160);
  });

  test.each(files)('%s', (file) => {
    expectSameAnswers(file);
  });
});

const folders = UPSTREAM.filter((folder) => existsSync(folder));
const upstreamFiles = folders.flatMap(listDataFiles);
console.info(
  `etcd-io/raft's own files: ${upstreamFiles.length === 0 ? 'not present, skipped' : `${upstreamFiles.length} from ${folders.join(', ')}`}`,
);

describe.runIf(upstreamFiles.length > 0)("upstream's own files", () => {
  // A suite without any test fails, even where it is left out.
  test.each(upstreamFiles.length > 0 ? upstreamFiles : ['none'])('%s', (file) => {
    expectSameAnswers(file);
  });
});

function expectSameAnswers(file: string): void {
  const difference = checkDataFile(file);
  if (difference === undefined) return;
  const { directive, actual } = difference;
  expect(actual, `${file}:${directive.line}: ${directive.command}`).toBe(directive.expected);
}
