/** What the engine says and how it is encoded: texts, log lines, sizes, conf changes as bytes, configs. Titles: checklist.ts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteGo, toId64, utf8Encode, ZERO_ID } from '../../../src/base/index.ts';
import { countWithin } from '../../../src/engine/raft/entry.ts';
import {
  APPEND_THREAD,
  APPLY_THREAD,
  type ConfChange,
  campaign,
  configError,
  createRaft,
  createStorage,
  decodeConfChange,
  describeConfState,
  describeEntry,
  describeHardState,
  describeMessage,
  describeOperations,
  describeReady,
  describeSoftState,
  EMPTY_CONF_STATE,
  EMPTY_SNAPSHOT,
  encodeConfChange,
  formatLogLine,
  makeEntry,
  payloadSize,
  type RaftConfig,
  RaftPanic,
  raftConfig,
  ready,
} from '../../../src/engine/raft/index.ts';
import { entry, id, ids, logLines, member, message, snapshotAt, v1, v2 } from './harness.ts';

describe('configs', () => {
  const valid = raftConfig({ id: id(1), electionTicks: 10, heartbeatTicks: 1, maxInflightMsgs: 256 });

  test.each<[Partial<RaftConfig>, string | undefined]>([
    [{}, undefined],
    [{ id: ZERO_ID }, 'cannot use none as id'],
    [{ id: APPEND_THREAD }, 'cannot use local target as id'],
    [{ id: APPLY_THREAD }, 'cannot use local target as id'],
    [{ heartbeatTicks: 0 }, 'heartbeat tick must be greater than 0'],
    [{ electionTicks: 1 }, 'election tick must be greater than heartbeat tick'],
    [{ maxInflightMsgs: 0 }, 'max inflight messages must be greater than 0'],
    [{ maxInflightBytes: 9, maxSizePerMsg: 10 }, 'max inflight bytes must be >= max message size'],
    [{ maxInflightBytes: 10, maxSizePerMsg: 10 }, undefined],
    [{ readOnlyOption: 'leaseBased' }, 'CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased'],
    [{ readOnlyOption: 'leaseBased', checkQuorum: true }, undefined],
  ])('%j: %s', (changes, error) => {
    expect(configError({ ...valid, ...changes }, true)).toBe(error);
    if (error !== undefined) expect(() => createRaft({ ...valid, ...changes }, createStorage())).toThrow(error);
  });

  test('the first error wins, and storage comes after the ticks', () => {
    expect(configError({ ...valid, maxInflightMsgs: 0 }, false)).toBe('storage cannot be nil');
    expect(configError({ ...valid, heartbeatTicks: 0 }, false)).toBe('heartbeat tick must be greater than 0');
  });

  test('a config has etcd’s defaults', () => {
    const given = { id: id(1), electionTicks: 10, heartbeatTicks: 1, maxInflightMsgs: 256 };
    expect(raftConfig(given)).toEqual({
      ...given,
      applied: 0,
      asyncStorageWrites: false,
      maxSizePerMsg: 0,
      maxCommittedSizePerReady: 0,
      maxUncommittedEntriesSize: 0,
      maxInflightBytes: 0,
      checkQuorum: false,
      preVote: false,
      readOnlyOption: 'safe',
      disableProposalForwarding: false,
      disableConfChangeValidation: false,
      stepDownOnRemoval: false,
      logLevel: 'INFO',
      electionTimeouts: undefined,
      seed: 0,
    });
  });

  test('lines below the level are not made', () => {
    expect(member(1, { config: { logLevel: 'WARN' } }).lines.lines).toEqual([]);
  });
});

describe('sizes', () => {
  test('TestLimitSize, 9.2/37: an entry is as large as protobuf makes it; absent fields count nothing', () => {
    expect(makeEntry(1, 1, 'EntryNormal', undefined).encodedSize).toBe(4);
    expect(makeEntry(1, 1, 'EntryNormal', '').encodedSize).toBe(6);
    expect(makeEntry(1, 1, 'EntryNormal', 'x'.repeat(200)).encodedSize).toBe(4 + 3 + 200);
    expect(makeEntry(128, 16384, 'EntryConfChangeV2', undefined).encodedSize).toBe(2 + 3 + 4);
  });

  test.each([
    [Number.POSITIVE_INFINITY, 3],
    [0, 1],
    [8, 2],
    [10, 2],
    [11, 2],
    [12, 3],
  ])('TestLimitSize: of three entries of 4 bytes, %d bytes take %i', (max, count) => {
    expect(
      countWithin(
        [4, 5, 6].map((at) => makeEntry(at, at, 'EntryNormal', undefined)),
        max,
      ),
    ).toBe(count);
  });

  test('TestPayloadSizeOfEmptyEntry: payload is data alone', () => {
    expect([undefined, '', 'abc'].map((data) => payloadSize([makeEntry(1, 1, 'EntryNormal', data)]))).toEqual([0, 0, 3]);
  });
});

describe('conf changes as bytes', () => {
  test('9.2/37: they take the bytes that they take in etcd', () => {
    expect(encodeConfChange(v1('Add', 3))).toBe('\x10\x00\x18\x03');
    expect(encodeConfChange(v2('Auto', v1('Remove', 2), v1('Remove', 2))).length).toBe(2 + 2 * 6);
    expect(encodeConfChange(v2('Auto')).length).toBe(2);
  });

  test('absent data is the change that leaves a joint configuration; data that breaks off is an error', () => {
    expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChangeV2', undefined))).toEqual(v2('Auto'));
    expect(() => decodeConfChange(makeEntry(1, 1, 'EntryConfChange', '\x10'))).toThrow('unexpected EOF');
    const tooLong = `\x18${'\x80'.repeat(10)}\x01`; // a number of more than 64 bits
    expect(() => decodeConfChange(makeEntry(1, 1, 'EntryConfChange', tooLong))).toThrow();
  });

  test('fields that are not known are left out', () => {
    const unknown = '\x4a\x02zz\x50\x07'; // field 9, two bytes; field 10, the number 7
    const simple: ConfChange = { version: 1, type: 'ConfChangeRemoveNode', nodeId: id(1), context: 'c', id: id(2) };
    expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChange', encodeConfChange(simple) + unknown))).toEqual(simple);
    const general = v2('Auto', v1('Remove', 3));
    expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChangeV2', encodeConfChange(general) + unknown))).toEqual(general);
    const [first, ...rest] = encodeConfChange(general).split('\x12\x04'); // field 2: one operation of four bytes
    const padded = `${first}\x12\x0a${rest.join('')}${unknown}`;
    expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChangeV2', padded))).toEqual(general);
  });

  test('a change is read as it was written, whatever its ids', () => {
    const types = ['ConfChangeAddNode', 'ConfChangeRemoveNode', 'ConfChangeUpdateNode', 'ConfChangeAddLearnerNode'] as const;
    const transitions = [
      'ConfChangeTransitionAuto',
      'ConfChangeTransitionJointImplicit',
      'ConfChangeTransitionJointExplicit',
    ] as const;
    const ids64 = fc.oneof(
      fc.constantFrom(0n, 127n, 128n, 129n, 16_384n, (1n << 64n) - 1n),
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    );
    const contexts = fc.option(fc.constantFrom('', '\x80\x00', 'c'.repeat(200)), { nil: undefined });
    const operation = fc.record({ type: fc.constantFrom(...types), nodeId: ids64.map(toId64) });
    const operations = fc.array(operation, { maxLength: 4 });
    fc.assert(
      fc.property(
        operation,
        ids64.map(toId64),
        contexts,
        operations,
        fc.constantFrom(...transitions),
        (one, own, context, changes, transition) => {
          const simple: ConfChange = { version: 1, ...one, id: own, context };
          expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChange', encodeConfChange(simple)))).toEqual(simple);
          const general: ConfChange = { version: 2, transition, changes, context };
          expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChangeV2', encodeConfChange(general)))).toEqual(general);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('texts', () => {
  test('%q as Go prints it', () => {
    const cases: [string, string][] = [
      ['plain "quoted" \\', '"plain \\"quoted\\" \\\\"'],
      ['\x07\b\f\n\r\t\v\x00\x7f', '"\\a\\b\\f\\n\\r\\t\\v\\x00\\x7f"'],
      [utf8Encode('é中😀'), '"é中😀"'],
      [utf8Encode('\u00a0\u00ad\u200b\ufeff'), '"\\u00a0\\u00ad\\u200b\\ufeff"'],
      ['\xff\xc3', '"\\xff\\xc3"'],
      [utf8Encode('\u{e0001}'), '"\\U000e0001"'],
    ];
    for (const [bytes, quoted] of cases) expect(quoteGo(bytes)).toBe(quoted);
  });

  test('TestDescribeEntry: an entry, with its data quoted or as a formatter says', () => {
    const hello = entry(1, 2, 'hello\x00world');
    expect(describeEntry(hello)).toBe('1/2 EntryNormal "hello\\x00world"');
    expect(describeEntry(hello, (data) => data.toUpperCase())).toBe('1/2 EntryNormal HELLO\x00WORLD');
    expect(describeEntry(makeEntry(1, 2, 'EntryConfChangeV2', undefined))).toBe('1/2 EntryConfChangeV2');
  });

  test('messages and Readys', () => {
    expect(describeMessage(message('MsgAppResp', 0x1f, 2, { term: 3, index: 5, reject: true, rejectHint: 4 }))).toBe(
      '1f->2 MsgAppResp Term:3 Log:0/5 Rejected (Hint: 4)',
    );
    const raft = member(1);
    raft.readStates.push({ index: 11, context: 'ctx' });
    expect(describeReady(ready(raft))).toBe('Ready MustSync=false:\nReadStates [{11 [99 116 120]}]\n');
    expect(describeReady(ready(raft))).toBe('<empty Ready>');
  });

  test('a message with everything, and a Ready with everything', () => {
    const snapshot = snapshotAt(1, 2, [1]);
    const answer = { ...message('MsgStorageAppendResp', 0, 1, { term: 3, index: 4, logTerm: 2, snapshot }), from: APPEND_THREAD };
    const entries = [entry(1, 2, 'a'), makeEntry(1, 3, 'EntryNormal', undefined)];
    const append = {
      ...message('MsgStorageAppend', 1, 0, { term: 3, commit: 1, entries, responses: [answer] }),
      to: APPEND_THREAD,
    };
    const text = [
      '1->AppendThread MsgStorageAppend Term:3 Log:0/0 Commit:1 Vote:12 Entries:[',
      '  1/2 EntryNormal "a"',
      '  1/3 EntryNormal ""',
      '] Responses:[',
      '  AppendThread->1 MsgStorageAppendResp Term:3 Log:2/4',
      '    Snapshot: Index:1 Term:2 ConfState:Voters:[1] VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false',
      ']',
    ].join('\n');
    expect(describeMessage({ ...append, vote: id(12) })).toBe(text);
    expect(describeMessage({ ...message('MsgSnap', 0, 2), snapshot: EMPTY_SNAPSHOT })).toBe('None->2 MsgSnap Term:0 Log:0/0');
    expect(describeMessage({ ...message('MsgStorageApplyResp', 0, 2), from: APPLY_THREAD })).toBe(
      'ApplyThread->2 MsgStorageApplyResp Term:0 Log:0/0',
    );
    const everything = {
      softState: { lead: id(1), role: 'StateLeader' as const },
      hardState: { term: 3, vote: ZERO_ID, commit: 1 },
      readStates: [
        { index: 1, context: '' },
        { index: 2, context: 'b' },
      ],
      entries: entries.slice(0, 1),
      snapshot,
      committedEntries: entries.slice(1),
      messages: [message('MsgHeartbeat', 1, 2, { term: 3, commit: 1 })],
      mustSync: true,
    };
    expect(describeReady(everything)).toBe(
      [
        'Ready MustSync=true:',
        'Lead:1 State:StateLeader',
        'HardState Term:3 Commit:1',
        'ReadStates [{1 []} {2 [98]}]',
        'Entries:',
        '1/2 EntryNormal "a"',
        'Snapshot Index:1 Term:2 ConfState:Voters:[1] VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false',
        'CommittedEntries:',
        '1/3 EntryNormal ""',
        'Messages:',
        '1->2 MsgHeartbeat Term:3 Log:0/0 Commit:1',
        '',
      ].join('\n'),
    );
    const nothing = { ...everything, softState: undefined, readStates: [], entries: [], committedEntries: [], messages: [] };
    expect(describeReady({ ...nothing, hardState: { term: 0, vote: ZERO_ID, commit: 0 }, snapshot: EMPTY_SNAPSHOT })).toBe(
      '<empty Ready>',
    );
  });

  test('a panic says that it is one', () => {
    expect(String(new RaftPanic('removed all voters'))).toBe('RaftPanic: removed all voters');
  });

  test('9.1/4: Vote is left out at 0, Commit is not', () => {
    expect(describeHardState({ term: 1, vote: ZERO_ID, commit: 0 })).toBe('Term:1 Commit:0');
    expect(describeHardState({ term: 2, vote: id(10), commit: 11 })).toBe('Term:2 Vote:10 Commit:11');
  });

  test('9.2/25: ids of 10 and more are hexadecimal in lines, targets and configurations', () => {
    const raft = member(0x1b, { voters: [0x1b, 0xa] });
    expect(logLines(raft).at(-1)).toBe(
      'INFO newRaft 1b [peers: [a,1b], term: 0, commit: 0, applied: 0, lastindex: 0, lastterm: 0]',
    );
    campaign(raft);
    expect(logLines(raft)).toEqual([
      'INFO 1b is starting a new election at term 0',
      'INFO 1b became candidate at term 1',
      'INFO 1b [logterm: 0, index: 0] sent MsgVote request to a at term 1',
    ]);
  });

  test('9.2/25: and decimal in states and operations', () => {
    expect(describeSoftState({ lead: id(10), role: 'StateLeader' })).toBe('Lead:10 State:StateLeader');
    expect(describeConfState({ ...EMPTY_CONF_STATE, voters: ids([10, 11]) })).toBe(
      'Voters:[10 11] VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false',
    );
    expect(describeOperations([{ type: 'ConfChangeAddNode', nodeId: id(12) }])).toBe('v12');
  });

  test('log lines in the words of two versions', () => {
    const config = { ...member(1).tracker.config, voters: ids([10]) };
    const say = (change: ConfChange, version: 'v3.6' | 'v3.7') =>
      formatLogLine({ level: 'INFO', template: 'ignoringConfChange', args: [id(10), change, config, 'why'] }, version);
    const simple: ConfChange = { version: 1, type: 'ConfChangeAddNode', nodeId: id(16), context: 'a', id: undefined };
    expect(say(simple, 'v3.7')).toBe(
      'a ignoring conf change transition:ConfChangeTransitionAuto changes:{type:ConfChangeAddNode node_id:16} context:"a" at config voters=(a): why',
    );
    expect(say(v2('Auto', v1('Add', 3)), 'v3.6')).toBe(
      'a ignoring conf change {ConfChangeTransitionAuto [{ConfChangeAddNode 3}] []} at config voters=(10): why',
    );
    expect(say(simple, 'v3.6')).toBe('a ignoring conf change {ConfChangeAddNode 16 [97] 0} at config voters=(10): why');
    const confState = { voters: ids([1, 16]), votersOutgoing: ids([3]), learners: [], learnersNext: ids([4]), autoLeave: true };
    const outside = (version: 'v3.6' | 'v3.7') =>
      formatLogLine({ level: 'WARN', template: 'restoreOutsideConf', args: [id(10), confState] }, version);
    const said = (words: string) => `a attempted to restore snapshot but it is not in the ConfState ${words}; should never happen`;
    expect(outside('v3.6')).toBe(said('{[1 16] [] [3] [4] true}'));
    expect(outside('v3.7')).toBe(said('voters:1 voters:16 voters_outgoing:3 learners_next:4 auto_leave:true'));
  });
});
