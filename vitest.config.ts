import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongFilesFirst } from './test/long-files-first.ts';
import { testReporters } from './test/test-reporters.ts';

/** Tests that hold a stop-watch: whatever ran beside them would be measured as well. */
const measuring = [
  'test/scenarios/{timing,timing-by-kind}.test.ts',
  'test/scenarios/side-load.test.ts',
  // How soon a server that hangs is given up, and that the next one is asked at once.
  'src/directory/ldap/servers.server.test.ts',
];

/**
 * Tests whose rare failure is what they look for: races, walks by chance, faults at any point, generated passwords. They are never
 * tried a second time.
 */
const byChance = [
  'test/scenarios/{any-walk,three-attackers,canary,changed-meanwhile,decoy,guard,guard-addresses,guesses,interrupted-writes,lost-answers,races,tabs}.test.ts',
  'test/{differential,several-servers,store}/**/*.test.ts',
  'src/{store,core,jobs}/**/*.server.test.ts',
];

const withServers = {
  globalSetup: ['test/servers/global-setup.ts'],
  // Against what hangs, not against what is slow: the longest takes a minute or two alone, and several on a busy machine.
  testTimeout: 400_000,
  // The first run on a machine provisions a domain, which takes ten seconds and more on a busy one.
  hookTimeout: 400_000,
  // What is polled for is there when it is there: a second is none on a busy machine.
  expect: { poll: { timeout: 30_000 } },
  // What one file leaves running goes on beside the next one of its worker: a file closes what it opens, and fails if it does not. To load the
  // product costs 1.5 s of a processor, for each file if they were kept apart.
  isolate: false,
  setupFiles: ['test/left-running.ts', 'test/no-missing-texts.ts'],
};

/**
 * Four projects:
 * - `unit`: tests beside the code. They need no shared server and start in milliseconds.
 * - `servers`: everything below test/, and `*.server.test.ts` beside the code. They get real directories and databases from
 *   test/servers/shared-servers.ts, each started only when a test file asks for it.
 *   A browser or a domain controller on a busy machine fails for reasons of its own: a test of them is tried once more, and one that
 *   passed only then is named at the end of the run.
 * - `chance`: those of them that are never tried a second time, beside the others.
 * - `measuring`: those of them that compare times, one file at a time with nothing beside it.
 * One file: `vitest run src/core/clock.test.ts`. One project: `vitest run --project unit`.
 */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    reporters: testReporters(),
    restoreMocks: true,
    sequence: { sequencer: LongFilesFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{src,shared,web,locales,scripts,bench}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.server.test.ts', '**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: availableParallelism(),
          // They leave nothing behind, and most of what they cost was to load the product anew for each file.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...withServers,
          name: 'servers',
          include: ['test/**/*.test.ts', '{src,bench}/**/*.server.test.ts'],
          exclude: [...measuring, ...byChance, '**/node_modules/**'],
          retry: 1,
          // They wait for servers and for answers that are held back more than they compute: two scenarios of a minute compute for 25 s each.
          maxWorkers: availableParallelism() + 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...withServers,
          name: 'chance',
          include: byChance,
          exclude: [...measuring, '**/node_modules/**'],
          maxWorkers: availableParallelism() + 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...withServers,
          name: 'measuring',
          include: measuring,
          isolate: true,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
