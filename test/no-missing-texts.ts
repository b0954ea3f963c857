import { afterEach } from 'vitest';
import { missingTexts } from './e2e/missing-texts.ts';

/** A page that showed a key in place of words fails its test, whether or not the test looks at what its pages complain of. */
afterEach(() => {
  const missing = [...new Set(missingTexts.splice(0))];
  if (missing.length > 0) throw new Error(missing.join('; '));
});
