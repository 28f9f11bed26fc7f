/**
 * The statement's facts over hand-made runs: each scene at its moment, and moments on the way of a put and of an election. Then the
 * words: every picture of every scene gets a sentence and a reason in both languages, with no hole in it.
 */
import { describe, expect, it } from 'vitest';
import { ENGLISH, loadWords } from '../../src/i18n/index.ts';
import { explain } from '../../src/view/index.ts';
import { createFakeRun, type Scene } from '../scenes/fakeRun.ts';

const SCENES: readonly Scene[] = ['open', 'election', 'partition', 'stopped', 'noquorum', 'single', 'threw', 'healed', 'past'];

describe('explain', () => {
  it('names the leader and what a put still needs', () => {
    const { said, note, why } = explain(createFakeRun('open', 1).frame());
    expect(said).toEqual({ type: 'leads', leader: 'n1', term: 2 });
    expect(note).toEqual({ type: 'copied', work: 'put' });
    expect(why).toEqual({ type: 'counting', leader: 'n1', counted: 1, needed: 3, spare: 2 });
  });

  it('follows a put from the prompt to its answer', () => {
    const run = createFakeRun('open', 1);
    const notes: string[] = [];
    for (let time = 12.2; time < 12.26; time += 0.0002) {
      void run.advanceTo(Math.round(time * 1_000_000));
      run.seek(Math.round(time * 1_000_000));
      const type = explain(run.frame()).note?.type ?? 'calm';
      if (notes.at(-1) !== type) notes.push(type);
    }
    expect(notes).toEqual(['asked', 'copied', 'answered', 'calm']);
  });

  it('says who asks for votes, and whose are on the way', () => {
    const { said, note, why } = explain(createFakeRun('election', 1).frame());
    expect(said).toEqual({ type: 'nobody', stopped: 'n1' });
    expect(note).toEqual({ type: 'campaigns', candidate: 'n4', term: 3 });
    expect(why).toEqual({ type: 'votes', candidate: 'n4', granted: 2, needed: 3, coming: ['n2', 'n3'], unaware: [] });
  });

  it('goes from waiting timers over the rehearsal to the vote', () => {
    const run = createFakeRun('election', 1);
    const notes: string[] = [];
    for (let time = 10.6; time < 11.9; time += 0.001) {
      void run.advanceTo(Math.round(time * 1_000_000));
      run.seek(Math.round(time * 1_000_000));
      const type = explain(run.frame()).note?.type ?? 'calm';
      if (notes.at(-1) !== type) notes.push(type);
    }
    expect(notes).toEqual(['timersRun', 'rehearses', 'campaigns', 'firstEntry', 'stopped']);
  });

  it('tells two leaders apart, and how long the old one has been deaf', () => {
    const { said, note, why } = explain(createFakeRun('partition', 1).frame());
    expect(said).toEqual({ type: 'twoLeaders', current: 'n4', old: 'n1', able: true });
    expect(note).toBeUndefined();
    expect(why).toEqual({ type: 'resigns', old: 'n1', silence: 1_400_000, soon: true, current: 'n4' });
  });

  it('knows that a healed link ends the older term', () => {
    const run = createFakeRun('healed', 1);
    run.seek(12_301_000);
    expect(explain(run.frame()).why).toEqual({ type: 'learns', old: 'n1', current: 'n4', term: 3 });
  });

  it('sees a leader that reaches too few before anybody else is elected', () => {
    const run = createFakeRun('partition', 1);
    run.seek(10_900_000);
    const { said, note, why } = explain(run.frame());
    expect(said).toEqual({ type: 'cutOffLeader', leader: 'n1', term: 2 });
    expect(note).toEqual({ type: 'waits', work: 'put' });
    expect(why).toMatchObject({ type: 'silent', leader: 'n1', reached: 2, needed: 3 });
  });

  it('sees the entries that a healed leader replaces', () => {
    const run = createFakeRun('healed', 1);
    const seen = new Set<string>();
    for (let time = 12_300_000; time < 12_420_000; time += 500) {
      run.seek(time);
      const { note } = explain(run.frame());
      if (note?.type === 'replaces') seen.add(`${note.index} on ${note.members.join()}`);
    }
    expect([...seen]).toContain('6 on n1,n2');
  });

  it('says that no quorum is left', () => {
    const { said, why } = explain(createFakeRun('noquorum', 1).frame());
    expect(said).toEqual({ type: 'noQuorum' });
    expect(why).toEqual({ type: 'tooFew', reached: 2, members: 5, needed: 3 });
  });

  it('counts who may still fail', () => {
    const run = createFakeRun('stopped', 1);
    run.seek(11_000_000);
    const { note, why } = explain(run.frame());
    expect(note).toEqual({ type: 'stopped', members: ['n5'] });
    expect(why).toEqual({ type: 'spare', running: 4, members: 5, needed: 3, spare: 1 });
  });

  it('reports a member that threw', () => {
    expect(explain(createFakeRun('threw', 1).frame()).note).toEqual({ type: 'threw', members: ['n2'] });
  });

  it('knows that before the first election nobody leads yet', () => {
    const run = createFakeRun('open', 1);
    run.seek(500_000);
    expect(explain(run.frame())).toMatchObject({ said: { type: 'nobodyYet' }, note: { type: 'timersRun' }, why: { member: 'n3' } });
  });
});

describe('words of the statement', () => {
  it('are whole in both languages at every moment of every scene', async () => {
    const chinese = await loadWords('zh');
    let sentences = 0;
    for (const scene of SCENES) {
      const run = createFakeRun(scene, 1);
      for (let time = 0; time <= run.live(); time += 7_001) {
        run.seek(time);
        const explanation = explain(run.frame());
        for (const words of [ENGLISH, chinese]) {
          const text = `${words.explain.statement(explanation)} ${words.explain.why(explanation.why)}`;
          expect(text).not.toMatch(/undefined|NaN|\[object|\s{2}| ,|\.\./);
          expect(text.length).toBeGreaterThan(12);
          sentences++;
        }
      }
    }
    expect(sentences).toBeGreaterThan(10_000);
  });
});
