import { defineConfig } from 'vitest/config';

const project = (name: string, extra: Record<string, unknown> = {}) => ({
  test: { name, include: [`tests/${name}/**/*.test.ts`], environment: 'node', ...extra },
});

/** Shares one PostgreSQL among the projects of a run; each test file clones a database of its own. */
const globalSetup = ['tests/support/database-setup.ts'];
const patient = { testTimeout: 60_000, hookTimeout: 120_000 };

/** One project per layer. Layers that share a database server or a browser are given more time, never sleeps. */
export default defineConfig({
  test: {
    projects: [
      // Property tests have no clock to keep to on a busy machine.
      project('domain', { testTimeout: 60_000 }),
      project('db', { ...patient, globalSetup }),
      project('server', { ...patient, globalSetup }),
      project('bridge', patient),
      project('web', patient),
      project('journeys', {
        testTimeout: 120_000,
        hookTimeout: 240_000,
        fileParallelism: false,
        globalSetup: ['tests/support/product-setup.ts'],
      }),
    ],
  },
});
