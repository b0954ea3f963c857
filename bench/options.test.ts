import { expect, test } from 'vitest';
import { parseOptions } from './options.ts';

test('without options everything runs on SQLite', () => {
  expect(parseOptions([])).toEqual({
    only: ['openldap', 'samba', 'recovery', 'profile', 'memory', 'history', 'stranded', 'draft', 'people', 'helpdesk', 'breached', 'start'],
    seconds: 12,
    recoveries: 2000,
    events: 1_000_000,
    people: 100_000,
    callers: 2000,
    hashes: 10_000_000,
    database: 'sqlite',
    json: false,
  });
});

test('options narrow it down', () => {
  const options = parseOptions(['--only', 'openldap,start', '--seconds', '3', '--database', 'postgres', '--json']);
  expect(options).toEqual({
    only: ['openldap', 'start'],
    seconds: 3,
    recoveries: 2000,
    events: 1_000_000,
    people: 100_000,
    callers: 2000,
    hashes: 10_000_000,
    database: 'postgres',
    json: true,
  });
});

test('help is asked for', () => {
  expect(parseOptions(['--help'])).toBeNull();
});

test.each([
  ['--only', 'novell'],
  ['--seconds', '0'],
  ['--seconds', 'ten'],
  ['--people', '5'],
  ['--callers', '0'],
  ['--database', 'oracle'],
  ['--fast'],
])('a mistake is told: %s %s', (...args) => {
  expect(parseOptions(args.filter((arg) => arg !== undefined))).toBeTypeOf('string');
});
