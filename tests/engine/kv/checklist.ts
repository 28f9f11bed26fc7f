/**
 * What the tests of etcd's own store check (`spec/etcd.md` 9.3; etcd-io/etcd:server/storage/mvcc). A test that stands for one of them has
 * its name before the first colon of its title; checklist.test.ts sees that none is without one.
 */

/** Names, by the row of the specification and the file that they are in. */
export const UPSTREAM_TESTS: Readonly<Record<string, string>> = {
  'kv_test.go': `
    TestKVRange TestKVTxnRange TestKVRangeRev TestKVTxnRangeRev TestKVRangeBadRev TestKVTxnRangeBadRev
    TestKVRangeLimit TestKVTxnRangeLimit
    TestKVPutMultipleTimes TestKVTxnPutMultipleTimes TestKVPutWithSameLease TestKVTxnPutWithSameLease
    TestKVDeleteRange TestKVTxnDeleteRange TestKVDeleteMultipleTimes TestKVTxnDeleteMultipleTimes
    TestKVOperationInSequence TestKVTxnOperationInSequence
    TestKVTxnBlockWriteOperations TestKVTxnNonBlockRange
    TestKVCompactReserveLastValue TestKVCompactBad
    TestKVHash TestKVRestore TestKVSnapshot
  `,
  'kvstore_test.go, kvstore_compaction_test.go': `
    TestStoreRestore TestRestoreDelete TestRestoreContinueUnfinishedCompaction TestCompactAllAndRestore
  `,
  'kvstore_test.go, hash_test.go': `
    TestHashKVWhenCompacting TestHashKVWithCompactedAndFutureRevisions TestHashKVZeroRevision
    TestCompactionHash TestHasherStore TestHasherStoreFull TestHashByRevValue TestHashByRevValueLastRevision
  `,
  'key_index_test.go': `
    TestKeyIndexGet TestKeyIndexSince TestKeyIndexPut TestKeyIndexRestore TestKeyIndexTombstone
    TestKeyIndexCompactAndKeep TestKeyIndexCompactOnFurtherRev TestKeyIndexFindGeneration
    TestRestoreTombstone TestGenerationWalk
  `,
  'index_test.go': `
    TestIndexGet TestIndexRange TestIndexTombstone TestIndexRevision TestIndexRevisionsWithTotalCount TestIndexCompactAndKeep
  `,
  'watchable_store_test.go': `
    TestWatch TestWatchCompacted TestWatchNoEventLossOnCompact TestWatchFutureRev TestWatchRestore TestWatchBatchUnsynced
    TestSyncWatchers TestRangeEvents TestWatchVictims TestStressWatchCancelClose
  `,
  'watcher_test.go': `
    TestWatcherWatchID TestWatcherRequestsCustomID TestWatcherWatchPrefix TestWatcherWatchWrongRange TestWatchDeleteRange
    TestWatchStreamCancelWatcherByID TestWatcherRequestProgress TestWatcherRequestProgressAll TestWatcherRequestProgressBadId
    TestWatcherWatchWithFilter TestWatchResponseEventsNotSharedAcrossWatchers
  `,
};
