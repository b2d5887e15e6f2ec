import { defineConfig } from 'vitest/config';

const project = (name: string, extra: Record<string, unknown> = {}) => ({
  test: { name, include: [`tests/${name}/**/*.test.ts`], environment: 'node', ...extra },
});

/** One project per layer. Layers that share a database server or a browser are given more time, never sleeps. */
export default defineConfig({
  test: {
    projects: [
      project('domain'),
      project('db', { testTimeout: 60_000, hookTimeout: 120_000 }),
      project('server', { testTimeout: 60_000, hookTimeout: 120_000 }),
      project('bridge', { testTimeout: 60_000, hookTimeout: 120_000 }),
      project('web', { testTimeout: 60_000, hookTimeout: 120_000 }),
      project('journeys', { testTimeout: 120_000, hookTimeout: 240_000, fileParallelism: false }),
    ],
  },
});
