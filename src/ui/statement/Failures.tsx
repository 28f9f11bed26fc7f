/** A member that threw, or a worker that failed: who, what, and the stack for whoever wants it. The page goes on. */
import { useWords } from '../frame/context.tsx';
import { shallow, useFrame, useRunState } from '../frame/hooks.ts';
import styles from './Statement.module.css';

export function Failures() {
  const words = useWords();
  const thrown = useRunState((state) => state.thrown);
  const failure = useRunState((state) => (state.phase === 'failed' ? state.failure : ''));
  const differs = useRunState((state) => state.proof === 'differs');
  const names = useFrame((frame) => frame.members.map((member) => member.name), shallow);
  if (thrown.length === 0 && failure === '' && !differs) return undefined;
  return (
    <div className={styles.failures} role="alert">
      {failure !== '' && (
        <details className={styles.failure} data-failure="run">
          <summary>{words.shell.runFailed}</summary>
          <pre className={styles.stack}>{failure}</pre>
        </details>
      )}
      {differs && (
        <p className={styles.failure} data-failure="proof">
          {words.shell.differs}
        </p>
      )}
      {thrown.map(({ member, message, stack }) => (
        <details key={`${member} ${message}`} className={styles.failure} data-failure="member" data-member={member}>
          <summary>{words.shell.memberThrew(names[member - 1] ?? `n${member}`, message)}</summary>
          <pre className={styles.stack}>{stack}</pre>
        </details>
      ))}
    </div>
  );
}
