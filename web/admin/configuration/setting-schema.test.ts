import { expect, it } from 'vitest';
import { wordsOf } from './setting-schema.ts';

it.each([
  ['publicUrl', 'Public URL'],
  ['sms', 'SMS'],
  ['baseDn', 'Base DN'],
  ['idleMinutes', 'Idle minutes'],
  ['default', 'Default'],
])('calls the setting %s in words: %s', (name, words) => {
  expect(wordsOf(name)).toBe(words);
});
