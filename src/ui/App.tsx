/** The page: who stands where. On a desk all regions are there at once, on a phone one tab at a time. */
import { LazyMotion, MotionConfig } from 'framer-motion';
import { useEffect, useState } from 'react';
import { ENGLISH, loadWords, type Words } from '../i18n/index.ts';
import styles from './App.module.css';
import { Dialogs } from './Dialogs.tsx';
import { type House, HouseProvider, useHouse, useWords, WordsProvider } from './frame/context.tsx';
import { useChosenSizes } from './frame/Edge.tsx';
import { PHONE, useDesk, useGeneration, useMedia, useRunState, useSettings } from './frame/hooks.ts';
import { usePageKeys } from './frame/keys.ts';
import { onDemand } from './frame/onDemand.tsx';
import { Legend } from './log/Legend.tsx';
import { ReplicatedLog } from './log/ReplicatedLog.tsx';
import { NeededNow } from './needed/NeededNow.tsx';
import { InspectTab, KeysTab } from './panels/PhoneTabs.tsx';
import { PhoneTransport, Tabs } from './phone/PhoneBars.tsx';
import { Rail } from './rail/Rail.tsx';
import { Side } from './rail/Side.tsx';
import { useShownPanels, useSideLayout } from './rail/useShownPanels.ts';
import { DropTarget } from './restore/DropTarget.tsx';
import { Stage } from './stage/Stage.tsx';
import { Statement } from './statement/Statement.tsx';
import { TimelineBar } from './timeline/TimelineBar.tsx';
import { TopBar } from './topbar/TopBar.tsx';

/** etcdctl as a language is large, and nobody types before there is a cluster. */
const Prompt = onDemand(() => import('./console/Prompt.tsx').then((module) => module.Prompt), NoPrompt);

/** Animations of what is few: a chunk of its own, after the first paint. */
const loadMotion = () => import('./frame/motion.ts').then((module) => module.domAnimation);

export function App({ house }: { readonly house: House }) {
  return (
    <HouseProvider house={house}>
      <Chosen />
    </HouseProvider>
  );
}

/** Theme and language as chosen, then the layout that the window asks for. */
function Chosen() {
  const words = useChosenWords();
  useChosenTheme();
  useChosenSizes();
  usePageKeys();
  const phone = useMedia(PHONE);
  // A new run is a new cluster: nothing that belonged to the old one stays.
  const generation = useGeneration();
  return (
    <WordsProvider words={words}>
      <LazyMotion features={loadMotion} strict>
        <MotionConfig reducedMotion="user">
          {phone ? <Phone key={generation} /> : <Desktop key={generation} />}
          <Dialogs />
          <DropTarget />
        </MotionConfig>
      </LazyMotion>
    </WordsProvider>
  );
}

function Desktop() {
  const starting = useStarting();
  const layout = useSideLayout();
  const shown = useShownPanels();
  const panels = shown.length === 0 ? 'none' : layout;
  return (
    <div className={styles.desk} data-starting={starting}>
      <TopBar />
      <main className={styles.main} data-panels={panels}>
        <StageArea />
        <Side />
        <Rail />
      </main>
      <TimelineBar />
    </div>
  );
}

function Phone() {
  const tab = useDesk((desk) => desk.tab);
  const starting = useStarting();
  return (
    <div className={styles.phone} data-starting={starting}>
      <TopBar />
      <main className={styles.holder}>
        <div className={styles.tab} data-tab={tab} role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
          {tab === 'stage' && <StageArea />}
          {tab === 'log' && (
            <section className={styles.column}>
              <ReplicatedLog />
              <NeededNow />
              <Legend />
            </section>
          )}
          {tab === 'time' && <TimelineBar tall />}
          {tab === 'keys' && <KeysTab />}
          {tab === 'inspect' && <InspectTab />}
        </div>
      </main>
      <PhoneTransport />
      <Tabs />
    </div>
  );
}

function StageArea() {
  return (
    <section className={styles.stage}>
      <Statement />
      <div className={styles.cluster}>
        <Stage />
      </div>
      <div className={styles.prompt}>
        <Prompt />
      </div>
    </section>
  );
}

function NoPrompt() {
  return <p role="alert">{useWords().panels.missing}</p>;
}

/** Before the first rows there is no cluster to show: the regions keep their places, empty. */
function useStarting(): boolean {
  return useRunState((state) => state.phase === 'starting');
}

function useChosenWords(): Words {
  const language = useSettings((settings) => settings.language);
  const [words, setWords] = useState(ENGLISH);
  useEffect(() => {
    let current = true;
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    loadWords(language).then(
      (loaded) => {
        if (current) setWords(loaded);
      },
      // The chunk cannot be had (offline): the words at hand stay.
      (error: unknown) => console.warn('etcdscope: words could not be loaded', error),
    );
    return () => {
      current = false;
    };
  }, [language]);
  return words;
}

function useChosenTheme(): void {
  const theme = useSettings((settings) => settings.theme);
  const phone = useMedia(PHONE);
  const isHall = useSettings((settings) => settings.hall) && !phone;
  const prefersDark = useMedia('(prefers-color-scheme: dark)');
  const { tokens, scheduler } = useHouse();
  const resolved = theme === 'system' ? (prefersDark ? 'dark' : 'light') : theme;
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset.theme = resolved === 'black' ? 'dark' : resolved;
    dataset.stage = resolved === 'black' ? 'black' : 'paper';
    dataset.mode = isHall ? 'projector' : 'desk';
    tokens.refresh();
    scheduler.invalidate();
  }, [resolved, isHall, tokens, scheduler]);
  useEffect(() => {
    // Sizes differ by the window's width and height.
    const refresh = () => {
      tokens.refresh();
      scheduler.invalidate();
    };
    window.addEventListener('resize', refresh);
    return () => window.removeEventListener('resize', refresh);
  }, [tokens, scheduler]);
}
