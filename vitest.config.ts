import { defineConfig } from 'vitest/config';
import { closingLineReporter } from './test/closing-line-reporter.ts';

/**
 * Two projects:
 * - `unit`: tests beside the code. They need no shared server and start in milliseconds.
 * - `servers`: everything below test/, and `*.server.test.ts` beside the code. They get real directories and databases from
 *   test/servers/shared-servers.ts, each started only when a test file asks for it.
 * One file: `vitest run src/core/clock.test.ts`. One project: `vitest run --project unit`.
 */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    reporters: ['default', closingLineReporter()],
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{src,shared,web,locales,scripts,bench}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.server.test.ts', '**/node_modules/**'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          include: ['test/**/*.test.ts', '{src,bench}/**/*.server.test.ts'],
          globalSetup: ['test/servers/global-setup.ts'],
          testTimeout: 60_000,
          // The first run on a machine provisions a domain, which takes ten seconds and more on a busy one.
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
