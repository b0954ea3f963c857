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
  ignorePatterns: ['dist', 'tmp', '.scratch', '.keyturn', 'windows', 'docs', 'bench', 'test/e2e', 'web'],
  tempDirName: `.scratch/mutation-${name}`,
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `.scratch/verify/mutation-${name}.json` },
  tsconfigFile: 'not-for-this-tool.json',
  concurrency: 2,
  timeoutMS: 20_000,
  thresholds: { high: 98, low: 95, break: 95 },
};
