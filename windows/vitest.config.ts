import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { testReporters } from '../test/test-reporters.ts';

/**
 * Tests of the Windows client: `vitest run --config windows/vitest.config.ts`. Apart from the product's own run, because they
 * need compilers and wine: the global setup installs and builds what they use.
 */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['windows/**/*.test.ts'],
    reporters: testReporters(),
    globalSetup: ['windows/tests/global-setup.ts'],
    // Against what hangs, not against what is slow.
    testTimeout: 180_000,
    hookTimeout: 400_000,
    // wine on a busy machine; what passed only then is named at the end.
    retry: 1,
    // The windows are waited for more than they compute.
    maxWorkers: availableParallelism() + 2,
  },
});
