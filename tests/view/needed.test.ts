/** What is needed now: one fact at a time, from frames set up directly. */
import { describe, expect, it } from 'vitest';
import { type CallFrame, countedDisks, type Flight, type MemberFrame, neededNow, replacedBy } from '../../src/view/index.ts';
import { cutBetween, frameOf, islandOf, memberOf } from './buildFrame.ts';

const follower = (match: number) => ({ match, next: match + 1, state: 'replicate' as const });

function leaderOf(
  count: number,
  terms: string,
  commit: number,
  matches: readonly number[],
  more: Partial<MemberFrame> = {},
): MemberFrame {
  const progress = [undefined, ...matches.map(follower)].slice(0, count);
  return memberOf(1, terms, commit, { role: 'leader', progress, ...more });
}

function flight(
  kind: Flight['kind'],
  from: number,
  to: number,
  index: number,
  arrivesAt: number,
  more: Partial<Flight> = {},
): Flight {
  return {
    id: from * 100 + to,
    kind,
    from,
    to,
    term: 2,
    index,
    count: kind === 'append' ? 1 : 0,
    sentAt: 0,
    arrivesAt,
    lostAt: undefined,
    carriesRead: false,
    ...more,
  };
}

function call(member: number, more: Partial<CallFrame> = {}): CallFrame {
  const open = { state: 'open', endedAt: 0, answer: undefined } as const;
  return {
    id: 1,
    client: 1,
    member,
    kind: 'put',
    key: 'color',
    value: 'red',
    sentAt: 0,
    arrivesAt: 0,
    index: 0,
    term: 0,
    deadline: 5_000_000,
    ...open,
    ...more,
  };
}

describe('the next commit', () => {
  const terms = '1 1 2 2';

  it('counts the own disk and landed acks, and orders the others by how soon they may count', () => {
    const frame = frameOf(
      [
        leaderOf(5, terms, 3, [3, 3, 3, 4]),
        memberOf(2, terms, 3),
        memberOf(3, terms, 3, { durableIndex: 3 }),
        memberOf(4, terms, 3),
        memberOf(5, terms, 3),
      ],
      { flights: [flight('ack', 2, 1, 4, 900), flight('ack', 4, 1, 4, 700)] },
    );
    const fact = neededNow(frame);
    expect(fact).toMatchObject({ type: 'commit', needed: 3, have: 2, possible: true, entry: { index: 4, term: 2 } });
    if (fact.type !== 'commit') throw new Error('unreachable');
    expect(fact.voters.map((voter) => `${voter.name} ${voter.state}`)).toEqual([
      'n1 ownDisk',
      'n5 counted',
      'n4 landsNext',
      'n2 ackSent',
      'n3 inMemory',
    ]);
  });

  it('knows appends on their way, lost acks, cut links and stopped members', () => {
    const frame = frameOf(
      [
        leaderOf(5, terms, 3, [3, 3, 3, 3], { durableIndex: 3 }),
        memberOf(2, '1 1 2', 3),
        memberOf(3, terms, 3),
        memberOf(4, '1 1 2', 3),
        memberOf(5, '1 1 2', 3, { health: 'stopped' }),
      ],
      { cut: cutBetween(5, [1], [4]), flights: [flight('append', 1, 2, 4, 500), flight('ack', 3, 1, 4, 500, { lostAt: 300 })] },
    );
    const fact = neededNow(frame);
    if (fact.type !== 'commit') throw new Error(`a commit is needed, not ${fact.type}`);
    expect(fact.have).toBe(0);
    expect(fact.voters.map((voter) => `${voter.name} ${voter.state}`)).toEqual([
      'n3 ackLost',
      'n1 inMemory',
      'n2 appendSent',
      'n4 unreachable',
      'n5 stopped',
    ]);
  });

  it('is the first entry of the own term: older ones go with it (Raft §5.4.2)', () => {
    const old = '1 1 1 1 2';
    const frame = frameOf([leaderOf(3, old, 2, [4, 4]), memberOf(2, '1 1 1 1', 2), memberOf(3, '1 1 1 1', 2)]);
    expect(neededNow(frame)).toMatchObject({ type: 'commit', entry: { index: 5, term: 2 }, carries: 2, have: 1 });
  });
});

describe('votes', () => {
  const split = (more: Partial<MemberFrame>) => [
    memberOf(1, '1 1', 2, { health: 'stopped' }),
    memberOf(2, '1 1', 2, { role: 'candidate', term: 2, votes: ['waiting', 'granted', 'waiting', 'refused', 'waiting'], ...more }),
    memberOf(3, '1 1', 2, { term: 2 }),
    memberOf(4, '1 1', 2, { term: 2 }),
    memberOf(5, '1 1', 2),
  ];

  it('tell what each voter has said or is about to say', () => {
    const frame = frameOf(split({}), { flights: [flight('voteGranted', 3, 2, 0, 800), flight('vote', 2, 5, 0, 900)] });
    const fact = neededNow(frame);
    if (fact.type !== 'votes') throw new Error(`votes are needed, not ${fact.type}`);
    expect([fact.candidate, fact.term, fact.rehearsal, fact.have, fact.needed, fact.possible]).toEqual([
      'n2',
      2,
      false,
      1,
      3,
      true,
    ]);
    expect(fact.voters.map((voter) => `${voter.name} ${voter.state}`)).toEqual([
      'n2 itself',
      'n3 grantSent',
      'n5 asked',
      'n4 refused',
      'n1 stopped',
    ]);
  });

  it('are written down before they are said, the own one too', () => {
    const members = split({ votes: ['waiting', 'waiting', 'waiting', 'waiting', 'waiting'] }).map((member) =>
      member.ordinal === 3 ? { ...member, vote: 2 } : member,
    );
    const fact = neededNow(frameOf(members));
    if (fact.type !== 'votes') throw new Error(`votes are needed, not ${fact.type}`);
    expect([fact.have, ...fact.voters.map((voter) => `${voter.name} ${voter.state}`)]).toEqual([
      0,
      'n2 writing',
      'n3 writing',
      'n4 waiting',
      'n5 waiting',
      'n1 stopped',
    ]);
  });

  it('of a rehearsal speak of the term that would come', () => {
    const frame = frameOf(split({ role: 'preCandidate', term: 1 }));
    expect(neededNow(frame)).toMatchObject({ type: 'votes', rehearsal: true, term: 2 });
  });

  it('without a quorum beside the candidate decide nothing', () => {
    const members = split({}).map((member) => (member.ordinal > 3 ? { ...member, health: 'stopped' as const } : member));
    const frame = frameOf(members, { islands: [islandOf('A', [2, 3], 5, 0)], calls: [call(2)] });
    expect(neededNow(frame)).toMatchObject({
      type: 'noQuorum',
      have: 2,
      needed: 3,
      stopped: ['n1', 'n4', 'n5'],
      split: false,
      call: { key: 'color' },
    });
  });
});

describe('one place, two entries', () => {
  const frame = frameOf(
    [
      memberOf(1, '1 3', 1, { role: 'leader', term: 3 }),
      memberOf(2, '1 3', 1),
      memberOf(3, '1 4', 2),
      memberOf(4, '1 4', 2, { role: 'leader', term: 4, progress: [follower(1), follower(1), follower(2), undefined, follower(2)] }),
      memberOf(5, '1 4', 2),
    ],
    {
      islands: [islandOf('A', [1, 2], 5, 1), islandOf('B', [3, 4, 5], 5, 4)],
      cut: cutBetween(5, [1, 2], [3, 4, 5]),
      calls: [call(1)],
    },
  );

  it('are told apart by fate, and go before the call that waits', () => {
    const fact = neededNow(frame);
    if (fact.type !== 'twice') throw new Error(`two entries stand at 2, not ${fact.type}`);
    expect(fact.index).toBe(2);
    expect(fact.claims.map((claim) => [claim.entry.term, claim.onDisk, claim.fate, claim.island, claim.fill])).toEqual([
      [3, 2, 'replaced', 'A', 'disk'],
      [4, 3, 'committed', 'B', 'applied'],
    ]);
  });

  it('on the disk of a stopped member wait until nothing else matters', () => {
    const members = frame.members.map((member) => (member.ordinal < 3 ? { ...member, health: 'stopped' as const } : member));
    const later = { ...frame, members, islands: [islandOf('A', [3, 4, 5], 5, 4)], cut: [], calls: [] };
    expect(neededNow(later)).toMatchObject({ type: 'twice', index: 2 });
  });
});

describe('otherwise', () => {
  const leaderOf2 = () => memberOf(2, '1 2', 2, { role: 'leader', progress: [follower(2), undefined, follower(2)] });

  it('a call at a member without a quorum is stuck', () => {
    const frame = frameOf([memberOf(1, '1', 1), memberOf(2, '1', 1, { role: 'leader', progress: [] }), memberOf(3, '1', 1)], {
      islands: [islandOf('A', [1], 3, 0), islandOf('B', [2, 3], 3, 2)],
      cut: cutBetween(3, [1], [2, 3]),
      calls: [call(1)],
    });
    expect(neededNow(frame)).toMatchObject({ type: 'stuck', member: 'n1', reaches: 1, needed: 2 });
  });

  it('a call whose entry was replaced everywhere waits in vain, but not while a running member still holds it', () => {
    const doomed = call(1, { index: 2, term: 1 });
    const replaced = [memberOf(1, '1 2', 2), leaderOf2(), memberOf(3, '1 2', 2)];
    expect(neededNow(frameOf(replaced, { calls: [doomed] }))).toMatchObject({ type: 'overwritten', index: 2, term: 1, by: 2 });
    const held = [memberOf(1, '1 1', 1), leaderOf2(), memberOf(3, '1 2', 2)];
    expect(neededNow(frameOf(held, { calls: [doomed] }))).toMatchObject({ type: 'twice', index: 2 });
    expect(replacedBy(frameOf(held), doomed)).toBe(0);
  });

  it('a read asks, has its leader confirmed, and is answered; lost messages do none of it', () => {
    const members = [leaderOf(3, '1', 1, [1, 1]), memberOf(2, '1', 1), memberOf(3, '1', 1)];
    const calls = [call(2, { kind: 'get' })];
    const needs = (flights: readonly Flight[]) => neededNow(frameOf(members, { calls, flights }));
    const ask = flight('readIndex', 2, 1, 0, 900);
    expect(needs([ask])).toMatchObject({ type: 'read', phase: 'asks', leader: 'n1', member: 'n2', others: 1 });
    expect(needs([flight('heartbeat', 1, 3, 0, 900, { carriesRead: true })])).toMatchObject({ type: 'read', phase: 'confirms' });
    expect(needs([flight('readIndexAnswer', 1, 2, 0, 900)])).toMatchObject({ type: 'read', phase: 'answers' });
    expect(needs([{ ...ask, lostAt: 500 }])).toMatchObject({ type: 'calm' });
    expect(needs([])).toMatchObject({ type: 'calm' });
  });

  it('the first timer decides when nobody leads', () => {
    const frame = frameOf([
      memberOf(1, '1', 1, { timerAt: 900 }),
      memberOf(2, '1', 1, { timerAt: 700 }),
      memberOf(3, '1', 1, { timerAt: 800 }),
    ]);
    expect(neededNow(frame)).toMatchObject({ type: 'silence', first: 'n2' });
  });

  it('somebody who lacks entries catches up, then all learn of the commit, then it is calm', () => {
    const members = [leaderOf(3, '1 1 1', 3, [1, 3]), memberOf(2, '1', 1), memberOf(3, '1 1 1', 3)];
    expect(neededNow(frameOf(members))).toMatchObject({ type: 'catching', member: 'n2', match: 1, target: 3 });
    members[0] = leaderOf(3, '1 1 1', 3, [3, 3]);
    members[1] = memberOf(2, '1 1 1', 2);
    expect(neededNow(frameOf(members))).toMatchObject({ type: 'spread', entry: { index: 3 } });
    members[1] = memberOf(2, '1 1 1', 3);
    expect(neededNow(frameOf(members))).toMatchObject({ type: 'calm', leader: 'n1', spare: 1, index: 3 });
  });
});

it('an entry has the disks that its leader counts, and without a leader those that hold it', () => {
  const members = [
    leaderOf(5, '1 1', 1, [2, 1, 1, 1]),
    memberOf(2, '1 1', 1),
    memberOf(3, '1 1', 1),
    memberOf(4, '1 1', 1, { durableIndex: 1 }),
    memberOf(5, '1', 1),
  ];
  expect(countedDisks(frameOf(members), 1, 2)).toBe(2);
  members[0] = memberOf(1, '1 1', 1);
  expect(countedDisks(frameOf(members), 1, 2)).toBe(3);
  members[0] = memberOf(1, '1 1', 1, { health: 'stopped' });
  expect(countedDisks(frameOf(members), 1, 2)).toBe(2);
});
