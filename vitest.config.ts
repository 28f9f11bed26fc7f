import { defineConfig } from 'vitest/config';

const AREAS = 'base,engine,console,view,i18n,lessons,live,workers,ui,cli,tooling';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [`tests/{${AREAS}}/**/*.test.{ts,tsx}`],
          environment: 'node',
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'sim',
          include: ['tests/sim/**/*.test.ts'],
          environment: 'node',
          // Swarms of seeds: long on two shared cores, never endless.
          testTimeout: 300_000,
        },
      },
    ],
  },
});
