/** A member in small, by the grammar of the stage: disc with a crown leads, ring follows, split ring campaigns, dashed ghost is stopped. */
import type { Crown, Health, Role } from '../../view/index.ts';
import { termHue } from '../frame/hue.ts';
import styles from './RoleGlyph.module.css';

export interface Standing {
  readonly name: string;
  readonly health: Health;
  readonly role: Role;
  readonly term: number;
  readonly crown: Crown;
}

export function RoleGlyph({ standing }: { readonly standing: Standing }) {
  const { health, role, term, crown } = standing;
  const look = health === 'up' ? role : 'stopped';
  const crowned = look === 'leader' && crown !== 'none';
  return (
    <svg className={styles.glyph} viewBox="0 0 18 22" data-look={look} data-hue={termHue(term)} aria-hidden="true">
      {crowned && (
        <path className={styles.crown} data-crown={crown} d="M4.9 8.2L3.8 2.6L7.1 5.2L9 .9L10.9 5.2L14.2 2.6L13.1 8.2Z" />
      )}
      <circle className={styles.body} cx="9" cy={crowned ? 14.5 : 11.5} r={crowned ? 6 : 5} />
    </svg>
  );
}
