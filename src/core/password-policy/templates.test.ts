import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkPasswordRules } from '../configuration/check-password-rules.ts';
import { passwordRulesSchema } from '../configuration/password-rules-section.ts';
import type { Account } from '../ports/directory.ts';
import { evaluatePassword } from './evaluate.ts';
import { organisationRules } from './organisation-rules.ts';
import { POLICY_TEMPLATES } from './templates.ts';

const account = { login: 'zoe', displayName: 'Zoé Archer', givenName: 'Zoé', surname: 'Archer' } as Account;

function settingsOf(name: string) {
  const template = POLICY_TEMPLATES.find((candidate) => candidate.name === name);
  const document = parse(template?.text ?? '') as Record<string, unknown>;
  expect(Object.keys(document)).toEqual(['passwordRules']);
  return passwordRulesSchema.parse(document.passwordRules);
}

describe.each(POLICY_TEMPLATES.map(({ name, text }) => [name, text] as const))('template %s', (name, text) => {
  it('is a section that the configuration takes without a word', () => {
    const problems: string[] = [];
    checkPasswordRules(settingsOf(name), (severity, path, message) => problems.push(`${severity} ${path.join('.')} ${message}`));
    expect(problems).toEqual([]);
  });

  it('names its source in the first line', () => {
    expect(text).toMatch(/^# (NIST SP|Microsoft|PCI DSS|CIS)\b.*\d/);
  });
});

it.each([
  ['nist-800-63b-4', 'all lower case', false],
  ['nist-800-63b-4', 'all lower cased', true],
  ['microsoft-ad-default', 'Aa1234', false],
  ['microsoft-ad-default', 'Aa12345', true],
  ['microsoft-ad-default', 'Archer-12345', false],
  ['microsoft-ad-default', 'aaaa1234', false],
  ['pci-dss-4.0.1', 'abcdefghijk1', true],
  ['pci-dss-4.0.1', 'abcdefghij1', false],
  ['pci-dss-4.0.1', 'abcdefghijkl', false],
  ['pci-dss-4.0.1', '123456789012', false],
  ['cis-password-policy-guide', 'abcdefghijklmn', false],
  ['cis-password-policy-guide', 'abcdefghijklm1', true],
  ['cis-password-policy-guide', 'abcdefghijkl m', true],
  ['cis-password-policy-guide', 'abcdefghijk 1', false],
])('%s judges %j', (name, password, acceptable) => {
  expect(evaluatePassword(password, organisationRules(settingsOf(name), account)).acceptable).toBe(acceptable);
});
