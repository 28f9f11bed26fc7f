/** The grammar in two lines: what colour, shape, red and fill mean. In ink, so that it is no term's. */
import { useWords } from '../frame/context.tsx';
import styles from './Legend.module.css';

const FILLS = ['memory', 'disk', 'committed', 'applied'] as const;

export function Legend() {
  const { legend } = useWords().log;
  return (
    <section className={styles.legend} aria-label={legend.region} data-region="legend">
      <p className={styles.line}>
        <span>
          <b>{legend.colour}</b> {legend.colourIs}
        </span>
        <span>
          <b>{legend.shape}</b> {legend.shapeIs}
        </span>
        <span>
          <b className={styles.red}>{legend.red}</b> {legend.redIs}
        </span>
      </p>
      <p className={styles.line}>
        <b>{legend.fill}</b>
        {FILLS.map((fill) => (
          <span key={fill} className={styles.fill}>
            <i className={styles.swatch} data-fill={fill} />
            {legend[fill]}
          </span>
        ))}
      </p>
    </section>
  );
}
