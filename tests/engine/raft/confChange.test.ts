/** Changes of who is in the cluster, as a member makes them (Raft §6, thesis §4). Titles: checklist.ts. The maths: maths.test.ts. */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import { isEquivalent } from '../../../src/engine/raft/confChange.ts';
import { isLeaveJoint } from '../../../src/engine/raft/confCodec.ts';
import {
  advance,
  appendToStorage,
  applyConfChange,
  type ConfChange,
  type ConfChangeV2,
  type ConfState,
  campaign,
  confStateOf,
  decodeConfChange,
  EMPTY_CONF_STATE,
  type Entry,
  encodeConfChange,
  hasReady,
  propose,
  proposeConfChange,
  type Raft,
  raftEntryAt,
  raftLastIndex,
  ready,
  setHardState,
  step,
  tick,
} from '../../../src/engine/raft/index.ts';
import { allVoters } from '../../../src/engine/raft/tracker.ts';
import {
  acknowledge,
  entry,
  id,
  ids,
  leader,
  logLines,
  logOf,
  member,
  message,
  progressOf,
  sent,
  settle,
  types,
  v1,
  v2,
} from './harness.ts';

const conf = (voters: readonly number[], more: Partial<ConfState> = {}): ConfState => ({
  ...EMPTY_CONF_STATE,
  voters: ids(voters),
  ...more,
});

/** Handles one Ready; what is applied is up to `apply`. */
function handle(raft: Raft, apply: (entry: Entry) => void = () => undefined): void {
  const { hardState, entries, committedEntries } = ready(raft);
  if (hardState !== undefined) setHardState(raft.storage, hardState);
  appendToStorage(raft.storage, entries);
  committedEntries.forEach(apply);
  advance(raft);
}

describe('proposing', () => {
  test('TestStepConfig: a change is appended, and remembered as pending', () => {
    const raft = leader({ voters: [1, 2] });
    expect(proposeConfChange(raft, v1('Add', 3))).toBeUndefined();
    expect([raftLastIndex(raft), raft.pendingConfIndex, raftEntryAt(raft, 2)?.type]).toEqual([2, 2, 'EntryConfChange']);
  });

  test('TestStepIgnoreConfig, 9.2/37: a second one becomes an empty entry, whose encoding has a type, unlike a leader’s own', () => {
    const raft = leader();
    for (const number of [2, 3]) proposeConfChange(raft, v1('Remove', number));
    expect(raft.pendingConfIndex).toBe(2);
    // Term and index, each a tag and a byte; the type another two.
    expect([1, 3].map((index) => raftEntryAt(raft, index))).toEqual([
      { term: 1, index: 1, type: 'EntryNormal', data: undefined, encodedSize: 4 },
      { term: 1, index: 3, type: 'EntryNormal', data: undefined, encodedSize: 6 },
    ]);
  });

  test.each([
    [[], 0],
    [[1, 1], 2],
  ])(
    'TestNewLeaderPendingConfig, 9.2/15: a leader elected over a log of terms %j admits none before %i is applied',
    (terms, pending) => {
      const raft = member(1, { voters: [1], terms, term: 1 });
      campaign(raft);
      handle(raft);
      expect([raft.role, raft.pendingConfIndex]).toEqual(['StateLeader', pending]);
    },
  );

  test('9.2/15: without validation too, a change is remembered as pending', () => {
    const raft = leader({ config: { disableConfChangeValidation: true } });
    for (const number of [4, 5]) proposeConfChange(raft, v1('Add', number));
    expect([raft.pendingConfIndex, raftEntryAt(raft, 3)?.type]).toEqual([3, 'EntryConfChange']);
  });

  test('9.2/42: pending is measured by what is applied, not by what is handed out', () => {
    const raft = leader({ voters: [1] });
    proposeConfChange(raft, v1('Add', 2));
    handle(raft);
    expect(ready(raft).committedEntries.map((one) => one.index)).toEqual([2]);
    expect([raft.log.applying, raft.log.applied]).toEqual([2, 1]);
    proposeConfChange(raft, v1('Add', 3));
    expect(logLines(raft).at(-1)).toBe(
      'INFO 1 ignoring conf change transition:ConfChangeTransitionAuto changes:{type:ConfChangeAddNode node_id:3} at config voters=(1): possible unapplied conf change at index 2 (applied to 1)',
    );
  });

  test('9.2/42: an explicit change without operations counts as leaving', () => {
    const raft = leader({ voters: [1] });
    proposeConfChange(raft, v2('JointExplicit'));
    expect(logLines(raft).at(-1)).toMatch(/not in joint state; refusing empty conf change$/);
  });

  test('9.1/23: a refused change takes an index and counts as accepted; a joint configuration has to be left first', () => {
    const raft = leader({ voters: [1, 2], votersOutgoing: [1] });
    expect(proposeConfChange(raft, v1('Add', 3))).toBeUndefined();
    expect(raftEntryAt(raft, 2)).toMatchObject({ type: 'EntryNormal', data: undefined });
    expect(logLines(raft).at(-1)).toMatch(/must transition out of joint config first$/);
  });

  test('who steps down forgets which change was pending', () => {
    const raft = leader();
    proposeConfChange(raft, v1('Remove', 3));
    step(raft, message('MsgHeartbeat', 2, 1, { term: 2 }));
    expect([raft.role, raft.pendingConfIndex]).toEqual(['StateFollower', 0]);
  });
});

describe('applying', () => {
  test('TestAddNode: a voter more', () => {
    const raft = member(1, { voters: [1] });
    expect(applyConfChange(raft, v1('Add', 2))).toEqual(conf([1, 2]));
    expect(progressOf(raft, 2)).toMatchObject({ isLearner: false, recentActive: true, sentCommit: 0 });
  });

  test('TestAddLearner: learners are added, promoted and demoted, oneself included', () => {
    const raft = member(1, { voters: [1] });
    const is = () => [
      confStateOf(raft).voters,
      confStateOf(raft).learners,
      raft.tracker.progress.map((peer) => peer.isLearner),
      raft.isLearner,
    ];
    applyConfChange(raft, v1('AddLearner', 2));
    expect(is()).toEqual([ids([1]), ids([2]), [false, true], false]);
    applyConfChange(raft, v1('Add', 2));
    expect(is()).toEqual([ids([1, 2]), [], [false, false], false]);
    applyConfChange(raft, v1('AddLearner', 1));
    expect(is()).toEqual([ids([2]), ids([1]), [true, false], true]);
    applyConfChange(raft, v1('Add', 1));
    expect(is()).toEqual([ids([1, 2]), [], [false, false], false]);
  });

  test.each([
    ['TestRemoveNode: a voter less', { voters: [1, 2] }],
    ['TestRemoveLearner: a learner less', { voters: [1], learners: [2] }],
  ])('%s; without any voter the member stops', (_title, options) => {
    const raft = member(1, options);
    expect(applyConfChange(raft, v1('Remove', 2))).toEqual(conf([1]));
    expect(raft.tracker.progress.map((peer) => peer.id)).toEqual([id(1)]);
    expect(() => applyConfChange(raft, v1('Remove', 1))).toThrow('removed all voters');
  });

  test.each([[[1, 2, 3]], [[3, 2, 1]]])(
    'TestRaftNodes: whatever their order, %j, voters are told ascending',
    (voters: number[]) => {
      const raft = member(1, { voters });
      expect([confStateOf(raft).voters, allVoters(raft.tracker.config)]).toEqual([ids([1, 2, 3]), ids([1, 2, 3])]);
    },
  );

  test('9.1/19, 9.1/24: a new peer is probed at once, from the end of the log', () => {
    const raft = leader({ voters: [1] });
    propose(raft, 'x');
    settle(raft);
    applyConfChange(raft, v1('Add', 2));
    expect(sent(raft)).toMatchObject([{ type: 'MsgApp', to: id(2), index: 1, entries: [{ index: 2 }] }]);
  });

  test('9.1/37: a demotion keeps what is known of the member’s log', () => {
    const raft = leader();
    const { matchIndex, nextIndex, state } = progressOf(raft, 3);
    applyConfChange(raft, v1('AddLearner', 3));
    expect(progressOf(raft, 3)).toMatchObject({ matchIndex, nextIndex, state, isLearner: true });
    expect(matchIndex).toBe(1);
  });

  test('a vetoed change changes nothing', () => {
    const raft = member(1);
    const before = confStateOf(raft);
    expect(
      applyConfChange(raft, { version: 1, type: 'ConfChangeAddNode', nodeId: ZERO_ID, context: undefined, id: undefined }),
    ).toEqual(before);
  });
});

describe('a change from proposal to force', () => {
  const swap = [v1('Add', 2), v1('AddLearner', 1), v1('AddLearner', 3)];
  const joint = { votersOutgoing: ids([1]), learners: ids([3]), learnersNext: ids([1]) };
  const swapped = conf([2], { learners: ids([1, 3]) });
  const learning = { votersOutgoing: ids([1]), learners: ids([2]) };

  // What holds while it is joint, and afterwards; undefined: it is not joint at all.
  test.each<[string, ConfChange, ConfState, ConfState | undefined]>([
    ['v1', v1('Add', 2), conf([1, 2]), undefined],
    ['one operation', v2('Auto', v1('Add', 2)), conf([1, 2]), undefined],
    ['one learner', v2('Auto', v1('AddLearner', 2)), conf([1], { learners: ids([2]) }), undefined],
    ['explicit', v2('JointExplicit', v1('AddLearner', 2)), conf([1], learning), conf([1], { learners: ids([2]) })],
    [
      'implicit',
      v2('JointImplicit', v1('AddLearner', 2)),
      conf([1], { ...learning, autoLeave: true }),
      conf([1], { learners: ids([2]) }),
    ],
    ['several', v2('Auto', ...swap), conf([2], { ...joint, autoLeave: true }), swapped],
    ['several, explicit', v2('JointExplicit', ...swap), conf([2], joint), swapped],
    ['several, implicit', v2('JointImplicit', ...swap), conf([2], { ...joint, autoLeave: true }), swapped],
  ])('TestRawNodeProposeAndConfChange: %s', (_name, change, during, after) => {
    const raft = leader({ voters: [1] });
    propose(raft, 'somedata');
    proposeConfChange(raft, change);
    const stored = raftEntryAt(raft, 3);
    expect([stored?.type, stored?.data]).toEqual([
      change.version === 1 ? 'EntryConfChange' : 'EntryConfChangeV2',
      encodeConfChange(change),
    ]);
    let state: ConfState | undefined;
    while (state === undefined) {
      handle(raft, (one) => {
        if (one.type !== 'EntryNormal') state = applyConfChange(raft, decodeConfChange(one));
      });
    }
    expect(state).toEqual(during);
    // Left by itself: by an entry that is proposed at once, without data.
    expect(raft.pendingConfIndex).toBe(during.autoLeave ? 4 : 3);
    if (after === undefined) return expect(ready(raft).entries).toEqual([]);
    const context = during.autoLeave ? undefined : 'manual';
    if (!during.autoLeave) {
      expect(ready(raft).entries).toEqual([]);
      advance(raft);
      proposeConfChange(raft, { ...v2('Auto'), context });
    }
    const [leaving, ...more] = ready(raft).entries;
    if (leaving === undefined) throw new Error('nobody leaves');
    expect([leaving.type, leaving.data === undefined, more]).toEqual(['EntryConfChangeV2', during.autoLeave, []]);
    expect(decodeConfChange(leaving)).toEqual({ ...v2('Auto'), context });
    expect(applyConfChange(raft, decodeConfChange(leaving))).toEqual(after);
  });

  test('TestRawNodeJointAutoLeave: a deposed leader does not leave by itself; elected again, it does once that is applied', () => {
    const raft = leader({ voters: [1] });
    const change = v2('JointImplicit', v1('AddLearner', 2));
    proposeConfChange(raft, change);
    for (let i = 0; i < 2; i++) {
      handle(raft, () => {
        // Deposed just before the change is in force.
        step(raft, message('MsgHeartbeat', 2, 1, { term: 2 }));
        applyConfChange(raft, change);
      });
    }
    settle(raft);
    expect([raft.role, logOf(raft), confStateOf(raft).autoLeave, raft.pendingConfIndex]).toEqual([
      'StateFollower',
      '1/1 1/2',
      true,
      0,
    ]);
    campaign(raft);
    settle(raft);
    expect([raft.role, confStateOf(raft)]).toEqual(['StateLeader', conf([1], { learners: ids([2]) })]);
  });

  test('9.2/16: an automatic leave is proposed once, however many batches are applied', () => {
    const raft = leader({ voters: [1], config: { maxCommittedSizePerReady: 1 } });
    for (const data of ['a', 'b', 'c']) propose(raft, data);
    proposeConfChange(raft, v2('JointImplicit', v1('Add', 2), v1('Add', 3)));
    for (const data of ['d', 'e', 'f']) propose(raft, data);
    settle(raft);
    expect(logLines(raft).filter((line) => line.includes('initiating automatic transition'))).toEqual([
      'INFO initiating automatic transition out of joint configuration voters=(1 2 3)&&(1) autoleave',
    ]);
    acknowledge(raft, 2, 9);
    settle(raft);
    expect(confStateOf(raft)).toEqual(conf([1, 2, 3]));
  });

  test('TestRawNodeProposeAddDuplicateNode, TestNodeProposeAddDuplicateNode: adding a voter that is one is harmless, and does not block what comes next', () => {
    const raft = leader({ voters: [1] });
    const applied: (string | undefined)[] = [];
    for (const number of [1, 1, 2]) {
      proposeConfChange(raft, v1('Add', number));
      applied.push(...settle(raft).applied.map((one) => one.data));
    }
    expect(applied).toEqual([1, 1, 2].map((number) => encodeConfChange(v1('Add', number))));
    expect(confStateOf(raft)).toEqual(conf([1, 2]));
  });

  test('TestNodeProposeAddLearnerNode: a learner is added, and the voters stay', () => {
    const raft = leader({ voters: [1] });
    proposeConfChange(raft, v1('AddLearner', 2));
    settle(raft);
    expect(confStateOf(raft)).toEqual(conf([1], { learners: ids([2]) }));
  });
});

describe('a leader that is removed', () => {
  /** It has proposed its own removal and an entry after it, which is on no other disk. */
  function removed(): Raft {
    const raft = leader();
    proposeConfChange(raft, v2('Auto', v1('Remove', 1)));
    propose(raft, 'x');
    settle(raft);
    acknowledge(raft, 2, 2);
    settle(raft); // commits the change and puts it into force
    expect(confStateOf(raft)).toEqual(conf([2, 3]));
    return raft;
  }

  test('9.1/25: does not count itself any more', () => {
    const raft = removed();
    acknowledge(raft, 2, 3);
    expect(raft.log.committed).toBe(2);
    acknowledge(raft, 3, 3);
    expect(raft.log.committed).toBe(3);
  });

  test('9.1/25: goes on beating', () => {
    const raft = removed();
    tick(raft);
    expect(sent(raft).map((one) => [one.type, one.to])).toEqual([2, 3].map((to) => ['MsgHeartbeat', id(to)]));
  });

  test('9.1/25: takes no proposals and says nothing, or steps down if it is told to', () => {
    const raft = removed();
    logLines(raft);
    expect([propose(raft, 'x'), raft.role, logLines(raft)]).toEqual(['proposalDropped', 'StateLeader', []]);
    for (const change of [v1('Remove', 1), v1('AddLearner', 1)]) {
      const other = leader({ config: { stepDownOnRemoval: true } });
      applyConfChange(other, change);
      expect([other.role, other.term, other.lead]).toEqual(['StateFollower', 1, ZERO_ID]);
    }
  });
});

describe('what a change says', () => {
  test.each<[string, ConfChangeV2, boolean]>([
    ['no operation', v2('Auto'), true],
    ['no operation, with a context', { ...v2('Auto'), context: 'some context' }, true],
    ['an operation', v2('Auto', v1('Add', 1)), false],
    ['several', v2('Auto', v1('Add', 1), v1('Remove', 2)), false],
    ['implicit, no operation', v2('JointImplicit'), false],
    ['explicit, no operation', v2('JointExplicit'), false],
  ])('TestLeaveJoint: %s', (_name, change, leaves) => {
    expect(isLeaveJoint(change)).toBe(leaves);
  });

  test.each<[ConfState, ConfState, boolean]>([
    [
      conf([1, 2, 3], { learners: ids([5, 4, 6]), votersOutgoing: ids([9, 8, 7]), learnersNext: ids([10, 20, 15]) }),
      conf([1, 2, 3], { learners: ids([4, 5, 6]), votersOutgoing: ids([7, 9, 8]), learnersNext: ids([20, 10, 15]) }),
      true,
    ],
    [conf([]), EMPTY_CONF_STATE, true],
    [conf([1, 2, 3, 4]), conf([2, 1, 3]), false],
    [conf([1, 4, 3]), conf([2, 1, 3]), false],
    [conf([], { learners: ids([1]) }), conf([]), false],
    [conf([], { votersOutgoing: ids([1]) }), conf([]), false],
    [conf([], { learnersNext: ids([1]) }), conf([]), false],
    [conf([], { autoLeave: true }), conf([]), false],
  ])('TestConfState_Equivalent: the order of the lists does not matter, all else does (%#)', (one, other, equivalent) => {
    expect([isEquivalent(one, other), isEquivalent(other, one)]).toEqual([equivalent, equivalent]);
  });

  test('an entry of a change that is committed on a follower is handed out as it was proposed', () => {
    const raft = member(1, { term: 1 });
    const change = v2('JointExplicit', v1('Add', 4), v1('Remove', 2));
    const entries = [{ ...entry(1, 1), type: 'EntryConfChangeV2' as const, data: encodeConfChange(change) }];
    step(raft, message('MsgApp', 2, 1, { term: 1, entries, commit: 1 }));
    expect(hasReady(raft)).toBe(true);
    const { committedEntries, messages } = ready(raft);
    expect([committedEntries.map(decodeConfChange), types(messages)]).toEqual([[change], ['MsgAppResp']]);
  });
});
