import { mutatedPart } from './parts.ts';

const { name, files } = mutatedPart();

/** A mutation run over one part of the security core. */
// biome-ignore lint/style/noDefaultExport: Stryker reads its configuration from the default export
export default {
  packageManager: 'npm',
  testRunner: 'vitest',
  // `related` would have every test of whatever uses a file run as well.
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner'],
  mutate: [...files, '!**/*.test.ts'],
  coverageAnalysis: 'perTest',
  // What the tests read is all that is copied; whatever else is in a working copy would make up most of the time that a run takes.
  ignorePatterns: [
    '*',
    ...['package.json', 'src/**', 'shared/**', 'locales/**', 'test/*.ts', 'test/{mutation,servers,store}/**'].map((path) => `!${path}`),
  ],
  // Nothing is type-checked here, so nothing needs to be kept from it.
  disableTypeChecks: false,
  tempDirName: `.scratch/mutation-${name}`,
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `.scratch/verify/mutation-${name}.json` },
  tsconfigFile: 'not-for-this-tool.json',
  concurrency: 2,
  timeoutMS: 20_000,
  thresholds: { high: 98, low: 95, break: 95 },
};
