/** What is needed now: one fact of `view`, drawn, with one bold sentence and one of why. */
import { type ReactNode, useId } from 'react';
import type { Words } from '../../i18n/index.ts';
import { type Claim, type DiskState, type EntryName, type Half, type Needed, neededNow, type StuckCall } from '../../view/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { useFrame } from '../frame/hooks.ts';
import { EntryFace } from '../log/LogCell.tsx';
import { Dots } from '../log/marks.tsx';
import { same } from '../log/same.ts';
import styles from './NeededNow.module.css';
import { type BarVoter, VotersBar } from './VotersBar.tsx';

type Fact<T extends Needed['type']> = Extract<Needed, { readonly type: T }>;
type Said = Words['log']['needed'];

export function NeededNow() {
  const fact = useFrame(neededNow, same);
  const words = useWords().log.needed;
  return (
    <section className={styles.needed} aria-label={words.region} data-region="needed" data-needed={fact.type}>
      <FactView fact={fact} words={words} />
    </section>
  );
}

function FactView({ fact, words }: { readonly fact: Needed; readonly words: Said }) {
  switch (fact.type) {
    case 'commit':
      return <CommitView fact={fact} words={words} />;
    case 'votes':
      return <VotesView fact={fact} words={words} />;
    case 'twice':
      return <TwiceView fact={fact} words={words} />;
    case 'spread':
      return <SpreadView fact={fact} words={words} />;
    case 'catching':
      return <CatchingView fact={fact} words={words} />;
    case 'silence':
      return (
        <Card title={words.silence} note={words.votes(fact.needed)}>
          <Say bold={words.silenceBold(fact.first)}>{words.silenceWhy}</Say>
        </Card>
      );
    case 'noQuorum':
      return <NoQuorumView fact={fact} words={words} />;
    case 'stuck':
      return <StuckView fact={fact} words={words} />;
    case 'read':
      return <ReadView fact={fact} words={words} />;
    case 'overwritten':
      return (
        <Card title={words.stuck(nameCall(fact.call, words))}>
          <Say bold={words.overwrittenBold(fact.index)}>{words.overwrittenWhy(fact.term, fact.by)}</Say>
        </Card>
      );
    case 'transfer':
      return (
        <Card title={words.transfer(fact.to)} note={words.transferNote(fact.term + 1)}>
          <Say bold={words.transferBold(fact.leader, fact.to)}>{words.transferWhy}</Say>
        </Card>
      );
    case 'joint':
      return (
        <Card title={words.joint}>
          <JointBars halves={fact.joint} term={fact.term} words={words} say={sayReach} />
          <Say bold={words.jointBold}>{words.jointWhy}</Say>
        </Card>
      );
    case 'calm':
      return <CalmView fact={fact} words={words} />;
    case 'starting':
      return (
        <Card title={words.starting}>
          <Say bold={words.startingBold}>{words.startingWhy}</Say>
        </Card>
      );
  }
}

function CommitView({ fact, words }: { readonly fact: Fact<'commit'>; readonly words: Said }) {
  const { index } = fact.entry;
  const { bold, why } = sayCommit(fact, words);
  return (
    <Card
      title={words.commit(index)}
      dots={<Dots have={fact.have} needed={fact.needed} term={fact.entry.term} label={words.dots(fact.have, fact.needed)} />}
      note={words.disks(fact.needed)}
    >
      {fact.joint.length > 0 ? (
        <JointBars halves={fact.joint} term={fact.entry.term} words={words} say={sayDisk} />
      ) : (
        <VotersBar
          term={fact.entry.term}
          needed={fact.needed}
          mark={words.mark(fact.needed)}
          voters={fact.voters.map((voter) => ({ ...voter, ...sayDisk(voter.state, words) }))}
          learners={fact.learners.map((learner) => ({ ...learner, ...sayDisk(learner.state, words), words: words.learner }))}
        />
      )}
      <Say bold={bold}>
        {why}
        {fact.joint.length > 0 && ` ${words.jointBold}`}
      </Say>
    </Card>
  );
}

const DISK_LOOKS = {
  ownDisk: 'full',
  counted: 'full',
  landsNext: 'tint',
  ackSent: 'tint',
  onDisk: 'tint',
  ackLost: 'tint',
  inMemory: 'dashed',
  appendSent: 'open',
  waiting: 'open',
  unreachable: 'off',
  stopped: 'off',
} as const;

function sayDisk(state: DiskState, words: Said): Look {
  return { words: words.disk[state], look: DISK_LOOKS[state] };
}

function sayReach(state: 'reached' | 'unreachable' | 'stopped', words: Said): Look {
  if (state === 'reached') return { words: '', look: 'full' };
  return { words: words.disk[state], look: 'off' };
}

type Look = Pick<BarVoter, 'words' | 'look'>;

/** One bar for each majority of a joint configuration: both have to reach their marks. Raft §6. */
function JointBars<State extends string>({
  halves,
  term,
  words,
  say,
  hollow,
}: {
  readonly halves: readonly Half<State>[];
  readonly term: number;
  readonly words: Said;
  readonly say: (state: State, words: Said) => Look;
  readonly hollow?: boolean;
}) {
  return (
    <div className={styles.joint} data-joint>
      {halves.map((half) => (
        <div key={half.side} className={styles.half} data-side={half.side} data-have={half.have} data-needed={half.needed}>
          <small>{words.side[half.side]}</small>
          <VotersBar
            term={term}
            needed={half.needed}
            mark={words.mark(half.needed)}
            hollow={hollow ?? false}
            half
            voters={half.voters.map((voter) => ({ ...voter, ...say(voter.state, words) }))}
          />
        </div>
      ))}
    </div>
  );
}

/** The sentence for where the next commit stands, and its reason. Exported for tests. */
export function sayCommit(fact: Fact<'commit'>, words: Said): { readonly bold: string; readonly why: string } {
  const { leader, needed, have, voters } = fact;
  const { index } = fact.entry;
  const missing = needed - have;
  const withState = (...states: readonly DiskState[]) =>
    voters.filter((voter) => states.includes(voter.state)).map((voter) => voter.name);
  const carried = fact.carries === 0 ? '' : ` ${words.carries(index - fact.carries, index - 1, fact.term)}`;
  if (!fact.possible) return { bold: words.tooFew, why: words.tooFewWhy(leader, needed) + carried };
  const [landing] = withState('landsNext');
  const onDisk = withState('ownDisk', 'counted', 'landsNext', 'ackSent', 'onDisk', 'ackLost').length;
  if (missing === 1 && landing !== undefined) {
    const only = onDisk > have + 1 ? `${words.onlyLanded(leader, onDisk, voters.length, index)} ` : '';
    return { bold: words.nextAck, why: only + words.nextAckWhy(leader, landing, index, fact.entry.call !== 0) + carried };
  }
  const leaderWrites = voters.some((voter) => voter.name === leader && voter.state === 'inMemory');
  if (missing === 1 && leaderWrites)
    return { bold: words.ownDisk(leader), why: (voters.length === 1 ? words.ownDiskAlone : words.ownDiskWhy(leader)) + carried };
  const bold = words.moreDisks(Math.max(1, missing), have);
  const writing = withState('inMemory').filter((name) => name !== leader);
  const flying = withState('landsNext', 'ackSent');
  const sent = withState('appendSent');
  if (flying.length >= missing) {
    // Disks enough have it already: what is missing is that the leader hears so.
    return { bold: words.moreAcks(missing), why: words.onlyLanded(leader, onDisk, voters.length, index) + carried };
  }
  if (flying.length > 0) return { bold, why: words.flyingWhy(flying) + carried };
  if (writing.length > 0) return { bold, why: words.writingWhy(writing) + carried };
  if (sent.length > 0) return { bold, why: words.sentWhy(leader, sent) + carried };
  return { bold, why: words.waitingWhy(leader) + carried };
}

const BALLOT_LOOKS = {
  itself: 'full',
  granted: 'full',
  grantSent: 'tint',
  writing: 'dashed',
  refusalSent: 'open',
  asked: 'open',
  waiting: 'open',
  refused: 'crossed',
  unreachable: 'off',
  stopped: 'off',
} as const;

function VotesView({ fact, words }: { readonly fact: Fact<'votes'>; readonly words: Said }) {
  const { candidate, term, rehearsal, needed, have, possible, rivals } = fact;
  const more = needed - have;
  const bold = !possible
    ? words.cannotWin(candidate, term)
    : rehearsal
      ? words.moreYes(more, candidate)
      : words.moreVotes(more, candidate);
  const why = !possible ? words.cannotWinWhy : rehearsal ? words.yesWhy(term) : words.votesWhy;
  return (
    <Card
      title={rehearsal ? words.rehearsal(candidate) : words.term(term, candidate)}
      dots={<Dots have={have} needed={needed} term={term} label={words.dots(have, needed)} />}
      note={words.votes(needed)}
    >
      {fact.joint.length > 0 ? (
        <JointBars halves={fact.joint} term={term} words={words} hollow={rehearsal} say={sayBallot} />
      ) : (
        <VotersBar
          term={term}
          needed={needed}
          mark={words.mark(needed)}
          hollow={rehearsal}
          voters={fact.voters.map((voter) => ({ ...voter, ...sayBallot(voter.state, words) }))}
        />
      )}
      <Say bold={bold}>
        {why}
        {rivals.length > 0 && ` ${words.rivals(rivals)}`}
      </Say>
    </Card>
  );
}

function sayBallot(state: keyof typeof BALLOT_LOOKS, words: Said): Look {
  return { words: words.ballot[state], look: BALLOT_LOOKS[state] };
}

const SPREAD_LOOKS = { applied: 'dotted', committed: 'full', behind: 'tint', unreachable: 'off', stopped: 'off' } as const;

function SpreadView({ fact, words }: { readonly fact: Fact<'spread'>; readonly words: Said }) {
  return (
    <Card
      title={words.spread(fact.entry.index)}
      dots={<Dots have={fact.needed} needed={fact.needed} term={fact.entry.term} label={words.dots(fact.needed, fact.needed)} />}
      note={words.spreadNote}
    >
      <VotersBar
        term={fact.entry.term}
        voters={fact.voters.map((voter) => ({ ...voter, words: words.knows[voter.state], look: SPREAD_LOOKS[voter.state] }))}
      />
      <Say bold={words.spreadBold}>{words.spreadWhy(fact.leader)}</Say>
    </Card>
  );
}

function TwiceView({ fact, words }: { readonly fact: Fact<'twice'>; readonly words: Said }) {
  const losers = fact.claims.filter((claim) => claim.fate === 'replaced');
  return (
    <Card title={words.twice(fact.index)} note={words.twiceNote}>
      <ul className={styles.claims}>
        {fact.claims.map((claim) => (
          <ClaimView key={claim.entry.term} claim={claim} losers={losers} needed={fact.needed} split={fact.split} words={words} />
        ))}
      </ul>
    </Card>
  );
}

function ClaimView({ claim, losers, needed, split, words }: ClaimProps) {
  const { entry, fate, fill, onDisk } = claim;
  const what = useEntryName(entry);
  const { selection } = useHouse();
  return (
    <li
      className={styles.claim}
      data-fate={fate}
      data-term={entry.term}
      onPointerEnter={() => selection.getState().hover({ type: 'entry', term: entry.term, index: entry.index })}
      onPointerLeave={() => selection.getState().hover(undefined)}
    >
      <EntryFace term={entry.term} kind={entry.kind} entryKey={entry.key} fill={fill} />
      <Dots
        have={fate === 'committed' ? needed : onDisk}
        needed={needed}
        term={entry.term}
        label={words.dots(Math.min(onDisk, needed), needed)}
      />
      <p className={styles.say}>
        <b>
          {words.claim(what, entry.term)} {fate === 'committed' ? words.claimCommitted : words.claimDisks(onDisk)}
        </b>{' '}
        {sayFate(claim, losers, split, words)}
      </p>
    </li>
  );
}

interface ClaimProps {
  readonly claim: Claim;
  readonly losers: readonly Claim[];
  readonly needed: number;
  readonly split: boolean;
  readonly words: Said;
}

function sayFate(claim: Claim, losers: readonly Claim[], split: boolean, words: Said): string {
  switch (claim.fate) {
    case 'open':
      return words.fateOpen;
    case 'replaced':
      if (claim.asleep) return words.fateSleeping(claim.holders);
      return split && claim.island !== '' ? words.fateIsland(claim.island) : words.fateNext;
    case 'committed': {
      const holders = losers.flatMap((loser) => loser.holders);
      if (holders.length === 0) return '';
      if (losers.every((loser) => loser.asleep)) return words.winsSleeping(holders);
      return split ? words.winsSplit(holders) : words.winsNext(holders);
    }
  }
}

function CatchingView({ fact, words }: { readonly fact: Fact<'catching'>; readonly words: Said }) {
  const { leader, match, target, snapshot, begins } = fact;
  const [bold, why] = {
    probe: [words.probingBold(leader), words.probingWhy],
    replicate: [words.catchingBold(leader, Math.min(target, match + 1), target), words.catchingWhy],
    snapshot: [words.snapshotBold, words.snapshotWhy(leader, begins, snapshot)],
  }[fact.state];
  return (
    <Card
      title={words.catching(fact.member)}
      note={fact.state === 'snapshot' ? words.snapshotNote(snapshot) : words.catchingNote(match, target)}
    >
      {fact.state !== 'snapshot' && (
        <progress className={styles.progress} value={match} max={target} aria-label={words.catching(fact.member)} />
      )}
      <Say bold={bold ?? ''}>
        {why}
        {fact.isLearner && ` ${words.learnerWhy}`}
        {fact.others > 0 && ` ${words.alsoLate(fact.others)}`}
      </Say>
    </Card>
  );
}

function ReadView({ fact, words }: { readonly fact: Fact<'read'>; readonly words: Said }) {
  const { leader, member, others, phase } = fact;
  const said = {
    asks: [words.readAsks(member, leader), words.readAsksWhy],
    confirms: [words.readConfirms(leader), words.readConfirmsWhy(others)],
    answers: [words.readAnswers(member, leader), words.readAnswersWhy],
  } as const;
  const [bold, why] = said[phase];
  return (
    <Card title={words.stuck(nameCall(fact.call, words))} note={words.readNote}>
      <Say bold={bold}>{why}</Say>
    </Card>
  );
}

function NoQuorumView({ fact, words }: { readonly fact: Fact<'noQuorum'>; readonly words: Said }) {
  const { needed, have, stopped, split, call } = fact;
  const missing = needed - have;
  const why = split
    ? words.splitWhy(needed, have)
    : missing === 1
      ? words.stoppedWhy(needed, have, stopped)
      : words.stoppedMoreWhy(needed, have, missing);
  return (
    <Card title={words.noQuorum} dots={<Dots have={have} needed={needed} term={0} label={words.dots(have, needed)} />}>
      <Say bold={words.nothingCommits}>
        {why}
        {call !== undefined && ` ${words.callWaits(nameCall(call, words))}`}
      </Say>
    </Card>
  );
}

function StuckView({ fact, words }: { readonly fact: Fact<'stuck'>; readonly words: Said }) {
  const reads = fact.call.kind !== 'put' && fact.call.kind !== 'delete';
  const { member, reaches, members, needed } = fact;
  return (
    <Card
      title={words.stuck(nameCall(fact.call, words))}
      dots={<Dots have={reaches} needed={needed} term={0} label={words.dots(reaches, needed)} />}
    >
      <Say bold={reads ? words.stuckRead(member) : words.stuckBold(member)}>
        {reads ? words.stuckReadWhy(reaches, members, needed) : words.stuckWhy(reaches, members, needed)}
      </Say>
    </Card>
  );
}

function CalmView({ fact, words }: { readonly fact: Fact<'calm'>; readonly words: Said }) {
  const { leader, index, running, members, spare, apart } = fact;
  const title =
    index === 0
      ? words.calmEmpty
      : running === members && apart === 0
        ? words.calm(index)
        : words.calmSome(running - apart, members);
  return (
    <Card title={title} note={words.calmNote}>
      <Say bold={words.calmSpare(spare)}>
        {spare === 0 && members > 1 ? words.calmNoneWhy(leader) : words.calmWhy(leader, members)}
      </Say>
    </Card>
  );
}

function Card({
  title,
  dots,
  note,
  children,
}: {
  readonly title: string;
  readonly dots?: ReactNode;
  readonly note?: string;
  readonly children: ReactNode;
}) {
  const id = useId();
  return (
    <div className={styles.card}>
      <div className={styles.head}>
        <h2 id={id} className={styles.title}>
          {title}
        </h2>
        {dots}
        {note !== undefined && <small className={styles.note}>{note}</small>}
      </div>
      {children}
    </div>
  );
}

/** The sentence that counts, and its reason. */
function Say({ bold, children }: { readonly bold: string; readonly children: ReactNode }) {
  return (
    <p className={styles.say}>
      <b>{bold}</b> {children}
    </p>
  );
}

function useEntryName(entry: EntryName): string {
  const { log } = useWords();
  if (entry.kind === 'put') return log.needed.put(entry.key, entry.value);
  if (entry.kind === 'delete') return log.entry.delete(entry.key);
  return log.short[entry.kind] === '' ? log.entry.other : log.short[entry.kind];
}

function nameCall(call: StuckCall, words: Said): string {
  switch (call.kind) {
    case 'put':
      return words.call.put(call.key, call.value);
    case 'get':
      return words.call.get(call.key);
    case 'delete':
      return words.call.delete(call.key);
    default:
      return words.call.other;
  }
}
