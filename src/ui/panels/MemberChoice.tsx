/** Whose view a panel shows: the leader's until somebody chooses; a member that is selected on the stage is chosen. */
import { useEffect } from 'react';
import { crownOf, storeMember } from '../../view/index.ts';
import { RoleGlyph, type Standing } from '../console/RoleGlyph.tsx';
import { useHouse, useWords } from '../frame/context.tsx';
import { useFrame, usePanels, useSelection } from '../frame/hooks.ts';
import { Icon } from '../frame/Icon.tsx';
import { type Choice, Menu } from '../frame/Menu.tsx';
import { same } from '../log/same.ts';
import styles from './MemberChoice.module.css';

/** Ordinal of the member that panels show. */
export function usePanelMember(): number {
  const chosen = usePanels((state) => state.member);
  return useFrame((frame) => (frame.members[chosen - 1] === undefined ? storeMember(frame) : chosen));
}

export function MemberChoice({ member }: { readonly member: number }) {
  const words = useWords();
  const { panels } = useHouse();
  const chosen = usePanels((state) => state.member);
  const selected = useSelection(({ selected: thing }) => (thing?.type === 'member' ? thing.member : 0));
  useEffect(() => {
    if (selected > 0) panels.getState().showMember(selected);
  }, [selected, panels]);
  const standings = useFrame(
    (frame) =>
      frame.members.map(
        (each): Standing => ({
          name: each.name,
          health: each.health,
          role: each.role,
          term: each.term,
          crown: crownOf(frame, each),
        }),
      ),
    same,
  );
  const shown = standings[member - 1];
  if (shown === undefined) return undefined;
  const roleOf = ({ health, role }: Standing) => words.shell.roles[health === 'up' ? role : 'stopped'];
  const choices = [
    { id: 'leader', text: words.panels.followLeader, chosen: chosen === 0, choose: () => panels.getState().showMember(0) },
    ...standings.map(
      (standing, at): Choice => ({
        id: standing.name,
        text: words.panels.member(standing.name, roleOf(standing)),
        chosen: chosen === at + 1,
        choose: () => panels.getState().showMember(at + 1),
      }),
    ),
  ];
  return (
    <Menu
      name="panelMember"
      label={words.panels.whose}
      button={
        <span className={styles.shown} data-member={member}>
          <RoleGlyph standing={shown} />
          <b>{shown.name}</b>
          <span className={styles.role}>{roleOf(shown)}</span>
          <Icon name="down" />
        </span>
      }
      choices={choices}
    />
  );
}
