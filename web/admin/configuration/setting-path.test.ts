import { describe, expect, it } from 'vitest';
import { pathInWords, schemaAt, settingAt } from './setting-path.ts';
import type { SettingSchema } from './setting-schema.ts';

const rules = { rules: [{ name: 'everybody', accepted: [['passkey']] }], 'X-Key': { a: 1 } };

it.each([
  ['rules[0].accepted[0]', 'Rules › 1. everybody › Accepted › 1'],
  ['rules[1].publicUrl', 'Rules › 2 › Public URL'],
  ['form["X-Key"]', 'Form › X-Key'],
])('tells of the path %s in words: %s', (path, words) => {
  expect(pathInWords(path, rules)).toBe(words);
});

it('names the setting at the end of a path, and none for an entry of a list', () => {
  expect(settingAt('helpdesk.caseMinutes')).toBe('caseMinutes');
  expect(settingAt('rules[0].accepted[1]')).toBeUndefined();
});

describe('the schema of a path', () => {
  const minutes: SettingSchema = { type: 'integer' };
  const schema: SettingSchema = {
    properties: {
      helpdesk: { properties: { caseMinutes: minutes } },
      directories: {
        items: {
          oneOf: [{ properties: { kind: { const: 'ldap' }, verify: { enum: ['full'] } } }, { properties: { kind: { const: 'embedded' } } }],
        },
      },
    },
  };
  it('goes by groups, lists, and each kind that a setting may be of', () => {
    expect(schemaAt(schema, 'helpdesk.caseMinutes')).toBe(minutes);
    expect(schemaAt(schema, 'directories[3].verify')).toEqual({ enum: ['full'] });
    expect(schemaAt(schema, 'directories[0].kind')).toEqual({ anyOf: [{ const: 'ldap' }, { const: 'embedded' }] });
  });
  it('tells nothing of what it does not name', () => {
    for (const path of ['helpdesk.tomorrow', 'helpdesk.constructor', 'nothing[0].x']) expect(schemaAt(schema, path), path).toEqual({});
  });
});
