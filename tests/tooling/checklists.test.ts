/**
 * Every line of the checklists of `spec/etcd.md` 9.1, 9.2 and 9.4, and every trap of 14, is cited at the beginning of a test's title. (9.3
 * has a list of its own: tests/engine/kv/checklist.ts.)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** Not here: what came with 3.7 (TestKVGetStream). Beside what 9.1 and 9.2 name: the tests of etcd's own whose tokens are signed. */
const LISTS: Readonly<Record<string, string>> = {
  '9.1': `
    TestKVPut TestKVGet TestKVDelete TestKVGetNoQuorum TestTxnSucc TestTxnFail TestWatch
    TestLeaseGrantTimeToLive TestLeaseGrantAndList TestLeaseGrantTimeToLiveExpired TestLeaseGrantKeepAliveOnce TestLeaseGrantRevoke
    TestCompact TestDefragOnline TestAlarm TestAlarmlistOnMemberRestart TestEndpointStatus TestEndpointHashKV TestEndpointHealth
    TestVerifyHashKVAfterCompact TestVerifyHashKVAfterTwoCompactsOnTombstone TestVerifyHashKVAfterCompactOnLastTombstone
    TestVerifyHashKVAfterCompactAndDefrag
    TestMemberList TestMemberListSerializable TestMemberAdd TestMemberRemove TestStatus TestWaitLeader TestWaitLeader_MemberStop
    TestRoleAdd_Simple TestRoleAdd_Error TestRootRole TestRoleGrantRevokePermission TestRoleDelete
    TestUserAdd_Simple TestUserAdd_DuplicateUserNotAllowed TestUserList TestUserDelete TestUserChangePassword
    TestAuthEnable TestAuthDisable TestAuthGracefulDisable TestAuthStatus TestAuthRoleUpdate TestAuthUserDeleteDuringOps
    TestAuthRoleRevokeDuringOps TestAuthWriteKey TestAuthTxn TestAuthPrefixPerm TestAuthLeaseKeepAlive TestAuthRevokeWithDelete
    TestAuthLeaseTimeToLiveExpired TestAuthLeaseTimeToLive TestAuthLeaseGrantLeases TestAuthLeaseRevoke TestAuthMemberAdd
    TestAuthMemberRemove TestAuthTestInvalidMgmt TestAuthRoleGet TestAuthUserGet TestAuthRoleList TestAuthRevisionConsistency
    TestAuthTestCacheReload TestAuthAlarm TestAuthCompact TestAuthJWTExpire
    TestDefragmentWithNoAuth TestDefragmentWithInvalidAuth TestDefragmentWithRootAuth TestDefragmentWithUserAuth
    TestDowngradeWithNoAuth TestDowngradeWithInvalidAuth TestDowngradeWithRootAuth TestDowngradeWithUserAuth
    TestHashKVWithNoAuth TestHashKVWithInvalidAuth TestHashKVWithRootAuth TestHashKVWithUserAuth
    TestMoveLeaderWithNoAuth TestMoveLeaderWithInvalidAuth TestMoveLeaderWithRootAuth TestMoveLeaderWithUserAuth
    TestSnapshotWithNoAuth TestSnapshotWithInvalidAuth TestSnapshotWithRootAuth TestSnapshotWithUserAuth
    TestStatusWithNoAuth TestStatusWithInvalidAuth TestStatusWithRootAuth TestStatusWithUserAuth
  `,
  '9.2': `
    TestCtlV3PutTimeout TestCtlV3GetTimeout TestCtlV3DelTimeout TestCtlV3WatchTimeout TestCtlV3RoleAddTimeout
    TestCtlV3PutIgnoreValue TestCtlV3PutIgnoreLease TestCtlV3GetFormat
    TestCtlV3GetRev TestCtlV3GetMinMaxCreateModRev TestCtlV3GetKeysOnly TestCtlV3GetCountOnly
    TestCtlV3LeaseKeepAlive TestCtlV3Watch TestCtlV3WatchInteractive TestCtlV3Lock TestCtlV3LockWithCmd TestCtlV3Elect
    TestCtlV3MoveLeaderScenarios
    TestCtlV3MemberList TestCtlV3MemberListWithHex TestCtlV3MemberAdd TestCtlV3MemberAddAsLearner
    TestCtlV3MemberAddAsLearnerWithOneMemberDown TestCtlV3MemberUpdate TestCtlV3ConsistentMemberList TestRemoveNonExistingMember
    TestMemberReplace TestMemberReplaceWithLearner TestCtlV3MemberPromoteWithAuth
    TestCtlV3Snapshot TestCtlV3SnapshotCorrupt TestRestoreCompactionRevBump
    TestCtlV3MakeMirror TestCtlV3MakeMirrorModifyDestPrefix TestCtlV3MakeMirrorNoDestPrefix TestCtlV3MakeMirrorWithWatchRev
    TestCtlV3AuthEndpointHealth TestCtlV3AuthAndWatch TestCtlV3AuthAndWatchJWT TestCtlV3AuthFromKeyPerm TestCtlV3AuthSnapshotJWT
  `,
  '9.4': `
    TestLessorGrant TestLessorRevoke TestLessorRenew TestLessorRenewWithCheckpointer TestLessorRenewExtendPileup TestLessorDetach
    TestLessorRecover TestLessorExpire TestLessorExpireAndDemote TestLessorMaxTTL TestLessorCheckpointScheduling
    TestLessorCheckpointsRestoredOnPromote TestLessorCheckpointPersistenceAfterRestart TestLeaseConcurrentKeys TestLeaseQueue
  `,
};

/** How many traps there are. */
const TRAPS = 21;

const NAME = String.raw`Test\w+`;
const CITATION = new RegExp(String.raw`['"\`](${NAME}(?:, ${NAME})*)(?:: |['"])`, 'g');

/** What tests say of themselves; those of etcd's own store stand for other tests of the same names. */
const sources = readdirSync('tests', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts') && !path.startsWith('engine/kv/') && !path.startsWith('tooling/'))
  .map((path) => readFileSync(`tests/${path}`, 'utf8'));

const cited = new Set(sources.flatMap((text) => [...text.matchAll(CITATION)]).flatMap(([, list = '']) => list.split(', ')));
const trapsCited = new Set(
  sources.flatMap((text) => [...text.matchAll(/['"`]etcd\.md 14\.(\d+): /g)]).map(([, number]) => Number(number)),
);

describe.each(Object.entries(LISTS))('etcd.md %s', (_, list) => {
  test.each(list.trim().split(/\s+/))('a test stands for %s', (name) => {
    expect(cited).toContain(name);
  });
});

test('there are as many as there were', () => {
  expect(Object.values(LISTS).map((list) => new Set(list.trim().split(/\s+/)).size)).toEqual([91, 42, 15]);
});

test('each trap of etcd.md 14 has a test, and no other is cited', () => {
  expect([...trapsCited].sort((a, b) => a - b)).toEqual(Array.from({ length: TRAPS }, (_, i) => i + 1));
});
