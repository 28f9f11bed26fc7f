/** Scene, transport, clock, pace, live, and what a visitor chooses. */

import { LANGUAGES } from '../../i18n/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import controls from '../frame/controls.module.css';
import { PHONE, useDesk, useMedia, useRun, useRuns, useSettings } from '../frame/hooks.ts';
import { Icon } from '../frame/Icon.tsx';
import { type Choice, Menu } from '../frame/Menu.tsx';
import { chooseFile } from '../restore/chooseFile.ts';
import type { ThemeChoice } from '../stores/settings.ts';
import { Toasts } from '../toasts/Toasts.tsx';
import { SIZES } from './sizes.ts';
import styles from './TopBar.module.css';
import { Clock, Live, Pace, Transport } from './Transport.tsx';

const THEMES: readonly ThemeChoice[] = ['light', 'dark', 'black', 'system'];

export function TopBar() {
  const phone = useMedia(PHONE);
  return (
    <header className={styles.bar} data-region="topbar">
      <div className={styles.left}>
        <h1 className={styles.brand}>etcdscope</h1>
        <Scene />
      </div>
      {!phone && (
        <div className={styles.middle}>
          <Transport />
          <Clock />
          <Pace />
          <Live />
        </div>
      )}
      <div className={styles.right}>
        <Toasts />
        {phone ? <More /> : <Choices />}
      </div>
    </header>
  );
}

function Scene() {
  const words = useWords();
  const { acts, restoring } = useHouse();
  const canGoBack = useRuns((runs) => runs.before !== undefined);
  const { members } = useRun().scenario;
  const sizes = SIZES.map(
    (size): Choice => ({
      id: String(size),
      text: words.shell.scene(size),
      chosen: size === members,
      choose: () => acts.restart(size),
    }),
  );
  const additions = [true, false].map(
    (learner): Choice => ({
      id: learner ? 'addLearner' : 'addMember',
      text: learner ? words.stage.addLearner : words.stage.addMember,
      chosen: undefined,
      choose: () => acts.addMember(learner),
      ...(learner ? { heading: words.shell.thisCluster } : {}),
    }),
  );
  const reset: Choice = { id: 'reset', text: words.shell.reset, chosen: undefined, choose: () => acts.restart(members) };
  const restore: Choice = {
    id: 'restore',
    text: words.restore.choose,
    chosen: undefined,
    choose: () => chooseFile(restoring.getState().take),
  };
  const goBack: Choice = { id: 'goBack', text: words.shell.wentBack, chosen: undefined, choose: acts.goBack };
  return (
    <Menu
      name="scene"
      label={words.shell.sceneMenu(words.shell.scene(members))}
      button={
        <>
          {words.shell.scene(members)}
          <Icon name="down" />
        </>
      }
      choices={[...sizes, reset, restore, ...(canGoBack ? [goBack] : []), ...additions]}
    />
  );
}

/** Language, theme, help: each in its own button. */
function Choices() {
  const words = useWords();
  const { desk } = useHouse();
  const language = useSettings((settings) => settings.language);
  const setLanguage = useSettings((settings) => settings.setLanguage);
  const other = LANGUAGES.find((candidate) => candidate.language !== language);
  return (
    <>
      {other !== undefined && (
        <button
          type="button"
          className={controls.button}
          data-kind="quiet"
          data-action="language"
          lang={other.language}
          title={words.shell.language}
          onClick={() => setLanguage(other.language)}
        >
          {other.name}
        </button>
      )}
      <Menu
        name="theme"
        label={words.shell.theme}
        button={<Icon name="theme" />}
        iconOnly
        align="end"
        choices={useThemeChoices()}
      />
      <button
        type="button"
        className={controls.button}
        data-kind="quiet"
        data-icon="only"
        data-action="help"
        aria-label={words.shell.help}
        title={`${words.shell.help} (?)`}
        onClick={() => desk.getState().setHelpOpen(true)}
      >
        <Icon name="help" />
      </button>
    </>
  );
}

/** The same in one menu. */
function More() {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  const setLanguage = useSettings((settings) => settings.setLanguage);
  const setHelpOpen = useDesk((desk) => desk.setHelpOpen);
  const languages = LANGUAGES.map(
    (candidate, i): Choice => ({
      id: candidate.language,
      text: candidate.name,
      chosen: candidate.language === language,
      choose: () => setLanguage(candidate.language),
      ...(i === 0 ? { heading: words.shell.language } : {}),
    }),
  );
  const themes = useThemeChoices().map((choice, i) => (i === 0 ? { ...choice, heading: words.shell.theme } : choice));
  const help: Choice = { id: 'help', text: words.shell.help, chosen: undefined, choose: () => setHelpOpen(true) };
  return (
    <Menu
      name="more"
      label={words.shell.more}
      button={<Icon name="more" />}
      iconOnly
      align="end"
      choices={[help, ...languages, ...themes]}
    />
  );
}

function useThemeChoices(): readonly Choice[] {
  const words = useWords();
  const theme = useSettings((settings) => settings.theme);
  const setTheme = useSettings((settings) => settings.setTheme);
  const hall = useSettings((settings) => settings.hall);
  const setHall = useSettings((settings) => settings.setHall);
  const phone = useMedia(PHONE);
  const themes = THEMES.map(
    (choice): Choice => ({
      id: choice,
      text: words.shell.themes[choice],
      chosen: choice === theme,
      choose: () => setTheme(choice),
    }),
  );
  const large: Choice = { id: 'hall', text: words.shell.hall, chosen: hall, alone: true, choose: () => setHall(!hall) };
  return phone ? themes : [...themes, large];
}
