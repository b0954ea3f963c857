import { defineConfig } from 'vitest/config';
import { mutatedPart } from './parts.ts';

/** The quick tests beside a part alone: a rule of the security core must be held by a test that runs in milliseconds beside it. */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: { include: [...mutatedPart().tests], exclude: ['**/*.server.test.ts'], testTimeout: 20_000 },
});
