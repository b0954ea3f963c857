import { describe, expect, it } from 'vitest';
import { HISTORY_GROUPS } from '../../../shared/history-groups.ts';
import { EVENT_GROUPS, groupOf } from './event-groups.ts';

/** What events are about, as their types begin, and where people look for it. */
const BY_SUBJECT = {
  proof: ['journey', 'vouch'],
  passwords: ['password', 'write'],
  protection: ['guard', 'recovery'],
  enrolment: ['factor', 'account', 'invitation', 'enrolment', 'phone'],
  'sign-in': ['session', 'openid'],
  helpdesk: ['case', 'person', 'people', 'access'],
  administration: [
    'set-up',
    'emergency',
    'directory',
    'outbox',
    'message',
    'threat',
    'token',
    'configuration',
    'database',
    'history',
    'report',
    'audit',
  ],
} as const;
/**
 * A proof that too many guessed at is looked for with what was done against guessing, a refused change of roles with such changes, and a list
 * of whom a change of the rules concerns with the changes of the configuration.
 */
const APART = {
  'factor.suspended': 'protection',
  'access.management-refused': 'administration',
  'people.moves-export-begun': 'administration',
  'people.moves-exported': 'administration',
} as const;

describe('groups of events', () => {
  it('hold all that is about one thing, but for what is looked for elsewhere', () => {
    const expected = Object.keys(EVENT_GROUPS).map((type) => {
      const [subject = ''] = type.split('.');
      const group = HISTORY_GROUPS.find((each) => BY_SUBJECT[each].some((one) => one === subject));
      return [type, (APART as Partial<Record<string, string>>)[type] ?? group];
    });
    expect(expected.length).toBeGreaterThan(80);
    expect(Object.entries(EVENT_GROUPS)).toEqual(expected);
    expect(expected.map(([type = '']) => groupOf(type))).toEqual(expected.map(([, group]) => group));
  });

  it.each(['of.tomorrow', '', 'toString', '__proto__', 'journey'])('have no place for %j', (type) => {
    expect(groupOf(type)).toBeNull();
  });
});
