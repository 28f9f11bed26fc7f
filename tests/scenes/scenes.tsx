/**
 * The page around a hand-made run, for looking at it: `?scene=partition&theme=dark&lang=zh&stage=black&mode=projector&play=1`.
 * Scenes: open, election, partition, stopped, many, past, noquorum, single. It stands still unless `play=1`.
 */
import { mount } from '../../src/ui/mount.tsx';
import { createSettings } from '../../src/ui/stores/settings.ts';
import { createFakeRun, isScene } from './fakeRun.ts';

const query = new URLSearchParams(location.search);
const scene = query.get('scene') ?? 'open';
if (!isScene(scene)) throw new Error(`no such scene: ${scene}`);
for (const name of ['stage', 'mode']) {
  const value = query.get(name);
  if (value !== null) document.documentElement.dataset[name] = value;
}
const settings = createSettings(undefined, {
  theme: query.get('theme') === 'dark' ? 'dark' : 'light',
  language: query.get('lang') === 'zh' ? 'zh' : 'en',
  visits: query.get('chips') === '1' ? 0 : 9,
});
const run = createFakeRun(scene, 1);
if (query.get('play') === '1') run.play();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has a root');
let seed = 1;
const { house } = mount(root, run, (members) => createFakeRun('open', ++seed, members), settings);
// For whoever drives this page from outside.
Object.assign(window, { house });
