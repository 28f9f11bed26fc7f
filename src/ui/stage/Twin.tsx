/** The stage in words, for screen readers and tests: members, links, islands, calls, and how many messages fly. */
import { callWords, type Frame, isPresent, presentOrdinals, type Standing, standingOf } from '../../view/index.ts';
import { useWords } from '../frame/context.tsx';
import { cutState } from './facts.ts';
import { memberPairs } from './layout.ts';
import type { MemberView } from './Member.tsx';
import type { IslandView } from './Walls.tsx';

interface TwinProps {
  readonly frame: Frame;
  readonly members: readonly MemberView[];
  readonly islands: readonly IslandView[];
  readonly past: boolean;
}

export function Twin({ frame, members, islands, past }: TwinProps) {
  const words = useWords().stage;
  const name = (ordinal: number) => frame.members[ordinal - 1]?.name ?? '';
  return (
    <div className="visually-hidden">
      <ul aria-label={words.title} data-flights={frame.flights.length}>
        {frame.members.filter(isPresent).map((member) => {
          const view = members.find((each) => each.ordinal === member.ordinal);
          const last = Math.max(0, member.log.end - 1);
          return (
            <li
              key={member.ordinal}
              data-member={member.ordinal}
              data-role={member.role}
              data-term={member.term}
              data-health={member.health}
              data-standing={standingOf(member)}
              data-catching={view?.catchingUp}
              data-first={member.firstIndex}
              data-commit={member.commitIndex}
              data-applied={member.appliedIndex}
              data-last={last}
              data-leader={member.leader}
              data-value={view?.value ?? ''}
              data-key={view?.followedKey ?? ''}
            >
              {words.memberState(
                member.name,
                member.health === 'up' ? words.role[member.role] : member.health === 'stopped' ? words.stopped : words.threw,
                member.term,
                last,
                member.commitIndex,
              )}
              {standingOf(member) !== 'voter' && `, ${standingWord(standingOf(member), words)}`}
              {view?.catchingUp !== undefined && `, ${words.catchingUp}`}
              {view !== undefined &&
                view.votes.length > 0 &&
                `, ${words.votes(view.votes.filter((vote) => vote === 'granted').length, view.needed)}`}
              {view !== undefined && view.followedKey !== '' && `, ${words.memberValue(view.followedKey, view.value)}`}
            </li>
          );
        })}
        {memberPairs(presentOrdinals(frame))
          .filter(([a, b]) => cutState(frame, a, b) !== 'none')
          .map(([a, b]) => (
            <li key={`${a}-${b}`}>{words.linkCut(name(a), name(b)).split(/[.。]/)[0]}</li>
          ))}
        {islands.map((island) => (
          <li key={island.label} data-island={island.label} data-quorum={island.hasQuorum} data-members={island.members.join(' ')}>
            {words.island(island.label, island.names, island.needed, island.hasQuorum)}
          </li>
        ))}
        {frame.calls.map((call) => (
          <li key={call.id} data-call={call.id} data-state={call.state} data-at={call.member}>
            {words.call(callWords(call), name(call.member), words.callState[call.state])}
          </li>
        ))}
        <li>{words.flights(frame.flights.length)}</li>
      </ul>
      <p id="stage-member-help">{words.memberHelp}</p>
      <p id="stage-link-help">{words.linkHelp}</p>
      <p id="stage-past">{past ? words.past : ''}</p>
    </div>
  );
}

/** A voter's standing is no news. */
function standingWord(standing: Standing, words: ReturnType<typeof useWords>['stage']): string {
  return standing === 'voter' ? '' : words[standing];
}
