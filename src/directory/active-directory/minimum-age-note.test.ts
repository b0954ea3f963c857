import { expect, it } from 'vitest';
import { minimumAgeNote } from './minimum-age-note.ts';

it('warns of a minimum age only where a reset obeys it', () => {
  const day = '-864000000000';
  expect(minimumAgeNote('policy-hints', day)).toContain('last 24 hours');
  expect(minimumAgeNote('policy-hints', '0')).toBeNull();
  expect(minimumAgeNote('policy-hints', null)).toBeNull();
  expect(minimumAgeNote('two-step', day)).toBeNull();
  expect(minimumAgeNote('not-enforced', day)).toBeNull();
});
