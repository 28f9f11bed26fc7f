/** A member's log: the lines that etcd writes, up to the playhead. A line leads to its moment. */
import { Fragment, useDeferredValue, useLayoutEffect, useRef, useState } from 'react';
import { jsonLine, LINE_LEVELS, type LineLevel, type PastLine, type PastLines, prettyField } from '../../../view/index.ts';
import { useHouse, useWords } from '../../frame/context.tsx';
import controls from '../../frame/controls.module.css';
import { useFrame, useRun, useRunState } from '../../frame/hooks.ts';
import { Icon } from '../../frame/Icon.tsx';
import { Menu } from '../../frame/Menu.tsx';
import { stamp } from '../../frame/stamp.ts';
import { formatClock } from '../../topbar/format.ts';
import shared from '../List.module.css';
import { MemberChoice, usePanelMember } from '../MemberChoice.tsx';
import { Panel } from '../Panel.tsx';
import { useInquiry } from '../useInquiry.ts';
import styles from './MemberLog.module.css';

/** px from the end that still count as the end. */
const AT_END = 24;

export function MemberLogPanel() {
  const words = useWords().panels;
  const member = usePanelMember();
  const [level, setLevel] = useState<LineLevel>('info');
  const [text, setText] = useState('');
  const [isJson, setJson] = useState(false);
  const asked = useDeferredValue(text);
  const revision = useRunState((state) => state.revision);
  // Of a stopped member: what it wrote before its process ended.
  const stoppedAt = useFrame((frame) => {
    const of = frame.members[member - 1];
    return of === undefined || of.health === 'up' ? undefined : of.since;
  });
  const answer = useInquiry(`${member} ${level} ${asked} ${stoppedAt ?? revision}`, async (run, time) => ({
    member,
    ...(await run.linesAt(member, stoppedAt ?? time, { level, text: asked })),
  }));
  return (
    <Panel
      panel="memberLog"
      tools={<MemberChoice member={member} />}
      note={answer !== undefined && answer.earlier > 0 && words.memberLog.earlier(answer.earlier)}
    >
      <div className={styles.tools}>
        <Menu
          name="lineLevel"
          label={words.memberLog.level}
          kind="plain"
          button={
            <>
              {level}
              <Icon name="down" />
            </>
          }
          choices={LINE_LEVELS.map((each) => ({
            id: each,
            text: each,
            chosen: each === level,
            choose: () => setLevel(each),
          }))}
        />
        <input
          className={styles.find}
          type="search"
          value={text}
          placeholder={words.memberLog.findShort}
          aria-label={words.memberLog.find}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
        <fieldset className={controls.group} aria-label={words.memberLog.form}>
          {[false, true].map((json) => (
            <button
              key={String(json)}
              type="button"
              className={`${controls.button} ${styles.form}`}
              aria-pressed={isJson === json}
              onClick={() => setJson(json)}
            >
              {json ? words.memberLog.json : words.memberLog.pretty}
            </button>
          ))}
        </fieldset>
      </div>
      {answer === undefined ? (
        <p className={shared.aside}>{words.asking}</p>
      ) : (
        <Lines key={answer.member} answer={answer} isJson={isJson} isFiltered={asked !== ''} />
      )}
    </Panel>
  );
}

interface LinesProps {
  readonly answer: PastLines;
  readonly isJson: boolean;
  readonly isFiltered: boolean;
}

function Lines({ answer, isJson, isFiltered }: LinesProps) {
  const words = useWords().panels.memberLog;
  const run = useRun();
  const { scheduler } = useHouse();
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  const newest = answer.lines.at(-1)?.number;

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows what is shown
  useLayoutEffect(() => {
    const element = list.current;
    if (element !== null && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [newest, isJson]);

  if (answer.lines.length === 0) return <p className={shared.aside}>{isFiltered ? words.none : words.empty}</p>;
  return (
    <ol
      ref={list}
      className={styles.lines}
      aria-label={words.lines}
      data-form={isJson ? 'json' : 'pretty'}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
      tabIndex={0}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        atEnd.current = scrollHeight - clientHeight - scrollTop < AT_END;
      }}
    >
      {answer.lines.map((line) => (
        <li key={line.number} className={styles.line} data-level={line.level} data-time={line.time}>
          <button
            type="button"
            className={styles.go}
            tabIndex={-1}
            title={words.go}
            onClick={() => {
              run.seek(line.time);
              scheduler.wake();
            }}
          >
            {isJson ? jsonLine(line, stamp(run.scenario.epoch, line.time)) : <Pretty line={line} />}
          </button>
        </li>
      ))}
    </ol>
  );
}

function Pretty({ line }: { readonly line: PastLine }) {
  return (
    <>
      <span className={styles.time}>{formatClock(line.time)}</span>
      <span className={styles.level}>{line.level}</span>
      <span className={styles.text}>
        {line.logger !== '' && <span className={styles.logger}>{line.logger} </span>}
        {line.message}
        {line.fields.map((field) => (
          <Fragment key={field[0]}>
            {' '}
            <span className={styles.field}>{prettyField(field)}</span>
          </Fragment>
        ))}
      </span>
    </>
  );
}
