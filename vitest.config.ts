import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: ['tests/sim/**', 'tests/e2e/**'],
          environment: 'node',
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'sim',
          include: ['tests/sim/**/*.test.{ts,tsx}'],
          environment: 'node',
          // Swarms of seeds: long on two shared cores, never endless.
          testTimeout: 300_000,
        },
      },
    ],
  },
});
