/**
 * What etcd-io/raft's own tests check (`spec/raft.md` 7), and the mistakes that none of its data files detects (9.2). A test that stands
 * for a line of it has the line's names before the first colon of its title; checklist.test.ts sees that no line is without one.
 */

/** Names of etcd-io/raft's tests, by the section of the specification and the file that they are in. */
export const UPSTREAM_TESTS: Readonly<Record<string, string>> = {
  '7.1 raft_test.go': `
    TestProgressLeader TestProgressResumeByHeartbeatResp TestProgressPaused TestProgressFlowControl
    TestUncommittedEntryLimit TestLeaderElection TestLeaderElectionPreVote TestLearnerElectionTimeout
    TestLearnerPromotion TestLearnerCanVote TestLeaderCycle TestLeaderCyclePreVote TestLeaderElectionOverwriteNewerLogs
    TestLeaderElectionOverwriteNewerLogsPreVote TestVoteFromAnyState TestPreVoteFromAnyState TestLogReplication
    TestLearnerLogReplication TestSingleNodeCommit TestCannotCommitWithoutNewTermEntry TestCommitWithoutNewTermEntry
    TestDuelingCandidates TestDuelingPreCandidates TestCandidateConcede TestSingleNodeCandidate
    TestSingleNodePreCandidate TestOldMessages TestProposal TestProposalByProxy TestCommit TestPastElectionTimeout
    TestStepIgnoreOldTermMsg TestHandleMsgApp TestHandleHeartbeat TestHandleHeartbeatResp TestRaftFreesReadOnlyMem
    TestMsgAppRespWaitReset TestRecvMsgVote TestRecvMsgPreVote TestStateTransition TestAllServerStepdown
    TestCandidateResetTermMsgHeartbeat TestCandidateResetTermMsgApp TestCandidateSelfVoteAfterLostElection
    TestCandidateSelfVoteAfterLostElectionPreVote TestCandidateDeliversPreCandidateSelfVoteAfterBecomingCandidate
    TestLeaderMsgAppSelfAckAfterTermChange TestLeaderStepdownWhenQuorumActive TestLeaderStepdownWhenQuorumLost
    TestLeaderSupersedingWithCheckQuorum TestLeaderElectionWithCheckQuorum TestFreeStuckCandidateWithCheckQuorum
    TestNonPromotableVoterWithCheckQuorum TestDisruptiveFollower TestDisruptiveFollowerPreVote TestReadOnlyOptionSafe
    TestReadOnlyOptionLease TestReadOnlyWithLearner TestReadOnlyForNewLeader TestReadOnlyDuplicateRequest
    TestLeaderAppResp TestBcastBeat TestRecvMsgBeat TestLeaderIncreaseNext TestSendAppendForProgressProbe
    TestSendAppendForProgressReplicate TestSendAppendForProgressSnapshot TestRecvMsgUnreachable TestRestore
    TestRestoreWithLearner TestRestoreWithVotersOutgoing TestRestoreVoterToLearner TestRestoreLearnerPromotion
    TestLearnerReceiveSnapshot TestRestoreIgnoreSnapshot TestProvideSnap TestIgnoreProvidingSnap TestRestoreFromSnapMsg
    TestSlowNodeRestore TestStepConfig TestStepIgnoreConfig TestNewLeaderPendingConfig TestAddNode TestAddLearner
    TestRemoveNode TestRemoveLearner TestAddNodeCheckQuorum TestPromotable TestRaftNodes TestCampaignWhileLeader
    TestPreCampaignWhileLeader TestCommitAfterRemoveNode TestLeaderTransferToUpToDateNode
    TestLeaderTransferToUpToDateNodeFromFollower TestLeaderTransferWithCheckQuorum TestLeaderTransferToSlowFollower
    TestLeaderTransferAfterSnapshot TestLeaderTransferToSelf TestLeaderTransferToNonExistingNode
    TestLeaderTransferTimeout TestLeaderTransferIgnoreProposal TestLeaderTransferReceiveHigherTermVote
    TestLeaderTransferRemoveNode TestLeaderTransferDemoteNode TestLeaderTransferBack
    TestLeaderTransferSecondTransferToAnotherNode TestLeaderTransferSecondTransferToSameNode TestTransferNonMember
    TestNodeWithSmallerTermCanCompleteElection TestPreVoteWithSplitVote TestPreVoteWithCheckQuorum TestLearnerCampaign
    TestPreVoteMigrationCanCompleteElection TestPreVoteMigrationWithFreeStuckPreCandidate
    TestConfChangeCheckBeforeCampaign TestConfChangeV2CheckBeforeCampaign TestFastLogRejection
    TestLogReplicationWithReorderedMessage
  `,
  '7.2 raft_paper_test.go': `
    TestFollowerUpdateTermFromMessage TestCandidateUpdateTermFromMessage TestLeaderUpdateTermFromMessage
    TestRejectStaleTermMessage TestStartAsFollower TestLeaderBcastBeat TestFollowerStartElection
    TestCandidateStartNewElection TestLeaderElectionInOneRoundRPC TestFollowerVote TestCandidateFallback
    TestFollowerElectionTimeoutRandomized TestCandidateElectionTimeoutRandomized TestFollowersElectionTimeoutNonconflict
    TestCandidatesElectionTimeoutNonconflict TestLeaderStartReplication TestLeaderCommitEntry
    TestLeaderAcknowledgeCommit TestLeaderCommitPrecedingEntries TestFollowerCommitEntry TestFollowerCheckMsgApp
    TestFollowerAppendEntries TestLeaderSyncFollowerLog TestVoteRequest TestVoter
    TestLeaderOnlyCommitsLogFromCurrentTerm
  `,
  '7.3 raft_snap_test.go, raft_flow_control_test.go': `
    TestSendingSnapshotSetPendingSnapshot TestPendingSnapshotPauseReplication TestSnapshotFailure TestSnapshotSucceed
    TestSnapshotAbort TestMsgAppFlowControlFull TestMsgAppFlowControlMoveForward TestMsgAppFlowControlRecvHeartbeat
  `,
  '7.4 log_test.go': `
    TestFindConflict TestFindConflictByTerm TestIsUpToDate TestAppend TestLogMaybeAppend TestCompactionSideEffects
    TestHasNextCommittedEnts TestNextCommittedEnts TestAcceptApplying TestAppliedTo TestNextUnstableEnts TestCommitTo
    TestStableTo TestStableToWithSnap TestCompaction TestLogRestore TestIsOutOfBounds TestTerm
    TestTermWithUnstableSnapshot TestSlice TestScan
  `,
  '7.5 log_unstable_test.go': `
    TestUnstableMaybeFirstIndex TestMaybeLastIndex TestUnstableMaybeTerm TestUnstableRestore TestUnstableNextEntries
    TestUnstableNextSnapshot TestUnstableAcceptInProgress TestUnstableStableTo TestUnstableTruncateAndAppend
  `,
  '7.6 rawnode_test.go': `
    TestRawNodeStep TestRawNodeProposeAndConfChange TestRawNodeJointAutoLeave TestRawNodeProposeAddDuplicateNode
    TestRawNodeReadIndex TestRawNodeStart TestRawNodeRestart TestRawNodeRestartFromSnapshot TestRawNodeStatus
    TestRawNodeCommitPaginationAfterRestart TestRawNodeBoundedLogGrowthWithPartition TestRawNodeConsumeReady
  `,
  '7.7 tracker, quorum, confchange': `
    TestProgressString TestProgressIsPaused TestProgressResume TestProgressBecomeProbe TestProgressBecomeReplicate
    TestProgressBecomeSnapshot TestProgressUpdate TestProgressMaybeDecr TestInflightsAdd TestInflightFreeTo
    TestInflightsFull TestInflightsReset TestDataDriven TestDescribe TestQuick TestConfChangeDataDriven
    TestConfChangeQuick TestRestore
  `,
  '7.8 storage_test.go': `
    TestStorageTerm TestStorageEntries TestStorageLastIndex TestStorageFirstIndex TestStorageCompact
    TestStorageCreateSnapshot TestStorageAppend TestStorageApplySnapshot
  `,
  '7.9 Also worth porting (node_test.go, util_test.go, types_test.go, raftpb)': `
    TestDisableProposalForwarding TestNodeReadIndexToOldLeader TestAppendPagination TestCommitPagination
    TestCommitPaginationWithAsyncStorageWrites TestNodeCommitPaginationAfterRestart TestNodeStart TestNodeRestart
    TestNodeRestartFromSnapshot TestNodeAdvance TestNodeProposeAddDuplicateNode TestNodeProposeAddLearnerNode
    TestSoftStateEqual TestIsHardStateEqual TestDescribeEntry TestLimitSize TestIsLocalMsg TestIsResponseMsg
    TestPayloadSizeOfEmptyEntry TestEntryID TestLogSlice TestLeaveJoint TestConfState_Equivalent
  `,
};

/** How many rows 9.2 has; `9.2/7` is the seventh, as in scripts/mutate/undetected.ts. */
export const MISTAKES = 43;

/** Lines that no test stands for, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  '9.2/26': 'the order in which `advance` takes its steps changes how long it takes and nothing else',
};
