// Looks for a browser on made-up machines: the order of places, what does not start, and what is said where nothing can be had.
import { describe, expect, it } from 'vitest';
import { findChromium, type Machine, obtainChromium } from '../../scripts/findChromium.ts';

const DOWNLOAD = '/cache/ms-playwright/chrome';

interface MadeUp {
  platform?: NodeJS.Platform;
  env?: Record<string, string>;
  /** Files that are there; a browser among them starts, unless it is in `broken`. */
  files?: string[];
  broken?: string[];
  /** What the commands that get a browser bring, if anything. */
  playwrightBrings?: string;
  aptBrings?: string;
  rootPrefix?: string[] | undefined;
}

function machine(madeUp: MadeUp): Machine & { readonly commands: string[] } {
  const { platform = 'linux', env = { PATH: '/usr/local/bin:/usr/bin' }, files = [], broken = [] } = madeUp;
  const there = new Set(files);
  const commands: string[] = [];
  return {
    platform,
    env,
    playwrightPath: DOWNLOAD,
    commands,
    exists: (path) => there.has(path),
    rootPrefix: () => madeUp.rootPrefix,
    run: (command, args, show) => {
      if (!show) return there.has(command) && !broken.includes(command) && args[0] === '--version';
      const line = [command, ...args].join(' ').replace(/^.* (?=install chromium)/, 'playwright ');
      commands.push(line);
      const brings = line.startsWith('playwright')
        ? madeUp.playwrightBrings
        : line.includes('apt-get install')
          ? madeUp.aptBrings
          : '';
      if (brings) there.add(brings);
      return brings !== undefined;
    },
  };
}

describe('a browser that is there', () => {
  const everywhere = ['/my/chrome', DOWNLOAD, '/usr/local/bin/chromium', '/usr/bin/google-chrome', '/opt/google/chrome/chrome'];

  it('is taken from $CHROME first', () => {
    const found = findChromium(machine({ env: { CHROME: '/my/chrome', PATH: '/usr/bin' }, files: everywhere }));
    expect(found).toEqual({ path: '/my/chrome', source: '$CHROME' });
  });

  it("then from Playwright's own download", () => {
    expect(findChromium(machine({ files: everywhere }))).toEqual({ path: DOWNLOAD, source: "Playwright's own download" });
  });

  it('then by its names on PATH, then in the usual places', () => {
    const without = (...gone: string[]) => machine({ files: everywhere.filter((file) => !gone.includes(file)) });
    expect(findChromium(without(DOWNLOAD))?.path).toBe('/usr/bin/google-chrome');
    expect(findChromium(without(DOWNLOAD, '/usr/bin/google-chrome'))?.path).toBe('/usr/local/bin/chromium');
    expect(findChromium(without(DOWNLOAD, '/usr/bin/google-chrome', '/usr/local/bin/chromium'))?.path).toBe(
      '/opt/google/chrome/chrome',
    );
  });

  it('is found where macOS and Windows keep it', () => {
    const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    const windows = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
    expect(findChromium(machine({ platform: 'darwin', files: [mac] }))?.path).toBe(mac);
    expect(findChromium(machine({ platform: 'win32', env: { PROGRAMFILES: 'C:\\Program Files' }, files: [windows] }))?.path).toBe(
      windows,
    );
  });

  it('is passed over when it does not start', () => {
    const found = findChromium(machine({ files: [DOWNLOAD, '/usr/bin/chromium'], broken: [DOWNLOAD] }));
    expect(found).toEqual({ path: '/usr/bin/chromium', source: 'found on this machine' });
  });

  it('is what $CHROME says or an error, never another one', () => {
    const wrong = machine({ env: { CHROME: '/nowhere', PATH: '/usr/bin' }, files: everywhere });
    expect(() => findChromium(wrong)).toThrow('CHROME is set to /nowhere, which does not start as a browser.');
  });
});

describe('a browser that is not there', () => {
  const silent = () => undefined;

  it('is downloaded by Playwright', () => {
    const bare = machine({ playwrightBrings: DOWNLOAD });
    expect(findChromium(bare)).toBeUndefined();
    expect(obtainChromium(bare, silent)).toEqual({ path: DOWNLOAD, source: 'downloaded by Playwright just now' });
    expect(bare.commands).toEqual(['playwright install chromium']);
  });

  it('is installed on Debian by root, or by a free sudo, where the download fails or does not start', () => {
    const debian = { files: ['/etc/debian_version'], aptBrings: '/usr/bin/chromium' };
    const asRoot = machine({ ...debian, rootPrefix: [] });
    expect(obtainChromium(asRoot, silent)).toEqual({ path: '/usr/bin/chromium', source: 'installed from Debian just now' });
    expect(asRoot.commands).toEqual([
      'playwright install chromium',
      'env DEBIAN_FRONTEND=noninteractive apt-get update',
      'env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium',
    ]);
    const bySudo = machine({ ...debian, rootPrefix: ['sudo', '-n'], playwrightBrings: DOWNLOAD, broken: [DOWNLOAD] });
    expect(obtainChromium(bySudo, silent).path).toBe('/usr/bin/chromium');
    expect(bySudo.commands[2]).toMatch(/^sudo -n env .* apt-get install -y/);
  });

  it('is asked for with the exact line to type', () => {
    const line = (madeUp: MadeUp) => {
      try {
        return obtainChromium(machine(madeUp), silent).path;
      } catch (error) {
        return /\n\n {4}(.*)\n\n/.exec(String(error))?.[1];
      }
    };
    expect(line({ files: ['/etc/debian_version'], rootPrefix: undefined })).toBe('sudo apt-get install -y chromium');
    expect(line({ files: ['/etc/debian_version'], rootPrefix: [] })).toBe('sudo apt-get install -y chromium');
    expect(line({})).toBe('npx playwright install --with-deps chromium');
    expect(line({ platform: 'darwin' })).toBe('npx playwright install --with-deps chromium');
  });

  it('says what it does before it does it', () => {
    const said: string[] = [];
    const debian = machine({ files: ['/etc/debian_version'], aptBrings: '/usr/bin/chromium', rootPrefix: [] });
    obtainChromium(debian, (line) => said.push(line));
    expect(said).toEqual([
      expect.stringContaining('npx playwright install chromium'),
      expect.stringContaining('apt-get install -y chromium'),
    ]);
  });
});
