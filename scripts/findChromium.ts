/** Finds a Chromium for the browser tests, or gets one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright';

/** A browser that can be started, and where it came from, in words for a person. */
export interface Chromium {
  readonly path: string;
  readonly source: string;
}

/** What the search looks at and does: the machine, or in a test a made-up one. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where Playwright puts its own download, whether or not it is there. */
  readonly playwrightPath: string;
  readonly exists: (path: string) => boolean;
  /** Whether a command may be run as root, and what to put before it: `[]` as root, `['sudo', '-n']` with a free sudo. */
  readonly rootPrefix: () => readonly string[] | undefined;
  /** Runs a command to its end; true if it ended well. `show` lets its output through. */
  readonly run: (command: string, args: readonly string[], show: boolean) => boolean;
}

/** Quiet, no look-ups of outside hosts, no graphics card: the same on a laptop and on a bare server. */
export const CHROMIUM_ARGS: readonly string[] = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A container's root may not open a sandbox, and its /dev/shm is too small for a page with nine workers.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-dev-shm-usage',
];

const PLAYWRIGHT = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js');

/**
 * Finds a browser, without getting one: `$CHROME`, then Playwright's own download, then the names on PATH, then the usual places.
 * One that does not start (its libraries are missing, say) is passed over.
 *
 * @returns undefined where there is none
 * @throws Error where `$CHROME` is set and does not start: who sets it means it
 */
export function findChromium(machine: Machine = thisMachine()): Chromium | undefined {
  const wished = machine.env.CHROME;
  if (wished !== undefined && wished !== '') {
    if (!starts(machine, wished)) throw new Error(`CHROME is set to ${wished}, which does not start as a browser.`);
    return { path: wished, source: '$CHROME' };
  }
  const own = machine.playwrightPath;
  if (starts(machine, own)) return { path: own, source: "Playwright's own download" };
  const path = candidates(machine).find((candidate) => starts(machine, candidate));
  return path === undefined ? undefined : { path, source: 'found on this machine' };
}

/**
 * Finds a browser or else gets one: Playwright's download, or on Debian with the rights the system's package.
 *
 * @throws Error with the exact line to type, where none can be had
 */
export function obtainChromium(machine: Machine = thisMachine(), say: (line: string) => void = console.error): Chromium {
  const found = findChromium(machine);
  if (found !== undefined) return found;
  say('No Chromium on this machine; getting one: npx playwright install chromium');
  machine.run(process.execPath, [PLAYWRIGHT, 'install', 'chromium'], true);
  const own = machine.playwrightPath;
  if (starts(machine, own)) return { path: own, source: 'downloaded by Playwright just now' };
  const isDebian = machine.platform === 'linux' && machine.exists('/etc/debian_version');
  const prefix = isDebian ? machine.rootPrefix() : undefined;
  if (prefix !== undefined) {
    say("That did not do; taking the system's: apt-get install -y chromium");
    const apt = (...args: string[]) => {
      const [command = '', ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
      return machine.run(command, rest, true);
    };
    // The lists may be stale or absent, as in a fresh container; an old list is better than none.
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium');
    const installed = findChromium(machine);
    if (installed !== undefined) return { path: installed.path, source: 'installed from Debian just now' };
  }
  const line = isDebian ? 'sudo apt-get install -y chromium' : 'npx playwright install --with-deps chromium';
  throw new Error(
    `The browser tests need a Chromium, and none could be found or had. Type\n\n    ${line}\n\nor set CHROME to the path of one.`,
  );
}

/** The machine that this runs on. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    env: process.env,
    playwrightPath: chromium.executablePath(),
    exists: existsSync,
    rootPrefix: () => {
      if (process.getuid?.() === 0) return [];
      return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
    },
    run: (command, args, show) => {
      // What a command prints is news, not a result: it goes to standard error.
      const stdio = show ? (['ignore', 2, 2] as const) : 'ignore';
      return spawnSync(command, args, { stdio: stdio as 'ignore', timeout: 600_000 }).status === 0;
    },
  };
}

const NAMES = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'chrome', 'microsoft-edge'];

function candidates(machine: Machine): string[] {
  const { env, platform } = machine;
  switch (platform) {
    case 'win32':
      return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].flatMap((folder) =>
        folder === undefined
          ? []
          : [
              `${folder}\\Google\\Chrome\\Application\\chrome.exe`,
              `${folder}\\Chromium\\Application\\chrome.exe`,
              `${folder}\\Microsoft\\Edge\\Application\\msedge.exe`,
            ],
      );
    default: {
      const folders = (env.PATH ?? '').split(':').filter((folder) => folder !== '');
      const onPath = NAMES.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
      const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`);
      return platform === 'darwin' ? [...onPath, ...apps] : [...onPath, '/opt/google/chrome/chrome', '/snap/bin/chromium'];
    }
  }
}

/** Whether a browser is there and its libraries too. On Windows `--version` would open a window, so there it is taken on trust. */
function starts(machine: Machine, path: string): boolean {
  return machine.exists(path) && (machine.platform === 'win32' || machine.run(path, ['--version'], false));
}
