import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, obtainChromium } from './scripts/findChromium.ts';

const chromium = obtainChromium();
if (process.env.CHROME !== chromium.path) console.error(`Chromium: ${chromium.path} (${chromium.source})`);
// Playwright reads this file again in each worker: they take the one that was found.
process.env.CHROME = chromium.path;

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/browser',
  globalSetup: './scripts/globalSetup.ts',
  // A page with nine workers has use for both cores of a small machine.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  // Far beyond what any of them takes: they wait for states, and a slow machine must not make them fail.
  timeout: 240_000,
  expect: { timeout: 45_000 },
  reporter: 'list',
  use: {
    // Set by the global set-up, before the workers read this.
    ...(process.env.ETCDSCOPE_URL === undefined ? {} : { baseURL: process.env.ETCDSCOPE_URL }),
    browserName: 'chromium',
    launchOptions: { executablePath: chromium.path, args: [...CHROMIUM_ARGS] },
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1440, height: 900 },
    trace: 'off',
    video: 'off',
    screenshot: 'off',
  },
});
