/** On a phone, where the stage is covered: which member is asked, and whether its side can commit. */
import { useWords } from '../frame/context.tsx';
import { useFrame } from '../frame/hooks.ts';
import { Dots } from '../log/marks.tsx';
import { same } from '../log/same.ts';
import { roleName } from './EndpointMenu.tsx';
import styles from './Prompt.module.css';
import type { Standing } from './RoleGlyph.tsx';

export function Asked({ standing, member }: { readonly standing: Standing | undefined; readonly member: number }) {
  const words = useWords();
  const side = useFrame((frame) => {
    const island = frame.islands.find((each) => each.members.includes(member));
    return island === undefined ? undefined : { have: island.members.length, needed: island.needed, hasQuorum: island.hasQuorum };
  }, same);
  if (standing === undefined) return undefined;
  return (
    <p className={styles.asked} data-quorum={side?.hasQuorum ?? false}>
      <b>
        {standing.name}, {roleName(words, standing)}
      </b>
      {side !== undefined && (
        <Dots
          small
          have={side.have}
          needed={side.needed}
          term={standing.term}
          label={words.console.reaches(side.have, side.needed)}
        />
      )}
      <span>
        {side === undefined ? words.console.notRunning : side.hasQuorum ? words.console.canCommit : words.console.cannotCommit}
      </span>
    </p>
  );
}
