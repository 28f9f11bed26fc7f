/** The page's start: a fresh cluster of five, seeded by the address where it names a seed. */
import { openRestoredRun, openRun } from '../workers/index.ts';
import { browserSettings, mount } from './mount.tsx';
import { createScriptingHandle } from './scripting.ts';
import type { StartRun } from './stores/runs.ts';

const FIRST_SEED = 1;
const FIRST_MEMBERS = 5;

const seed = seedOf(window.location.search);
const element = document.getElementById('root');
if (element !== null) {
  const start: StartRun = (members, restored) =>
    restored === undefined ? openRun(members, seed) : openRestoredRun(members, seed, restored.snapshot, restored.options);
  const { house } = mount(element, start(FIRST_MEMBERS), start, browserSettings());
  window.etcdscope = createScriptingHandle(house);
}

/** `?seed=N` repeats a run; anything else is the first seed. */
function seedOf(search: string): number {
  const given = new URLSearchParams(search).get('seed');
  return given !== null && /^\d{1,9}$/.test(given) ? Number(given) : FIRST_SEED;
}
