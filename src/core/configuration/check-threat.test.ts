import { expect, it } from 'vitest';
import { checkConfiguration } from './check-configuration.ts';
import type { CheckContext } from './check-context.ts';

const context: CheckContext = { demo: false, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };

const problemsOf = (more: object) => {
  const document = {
    version: 1,
    organisation: { name: 'Example', publicUrl: 'https://password.example.com' },
    directories: [{ kind: 'embedded', id: 'people', label: 'People' }],
    mail: { kind: 'smtp', from: 'Keyturn <keyturn@example.com>', servers: [{ host: 'mail.example.com' }] },
    ...more,
  };
  return checkConfiguration(document, context)
    .problems.filter(({ path }) => path.startsWith('threat'))
    .map(({ path, message, severity }) => `${severity} ${path}: ${message}`);
};
const byMail = { name: 'by mail', accepted: [['email']] };
const either = { name: 'either', accepted: [['email'], ['totp']] };

it('says which rules accept nothing while a threat is raised, and nothing of others', () => {
  expect(problemsOf({})).toEqual([]);
  expect(problemsOf({ recovery: { rules: [either, { name: 'bars', accepted: [] }] }, threat: { withoutKinds: ['email'] } })).toEqual([]);
  expect(problemsOf({ recovery: { rules: [either, byMail] }, threat: { withoutKinds: ['email'] } })).toEqual([
    'warning threat.withoutKinds: While a threat is raised the rule "by mail" to recover accepts nothing: whom it applies to cannot recover until it is lifted',
  ]);
  const signIn = { rules: [{ name: 'passkeys', accepted: [['passkey']] }] };
  expect(problemsOf({ signIn, threat: { withoutKinds: ['passkey'] } })).toEqual([]);
  expect(problemsOf({ signIn: { ...signIn, enabled: true }, threat: { withoutKinds: ['passkey'] } })).toEqual([
    expect.stringContaining('the rule "passkeys" to sign in accepts nothing: whom it applies to cannot sign in'),
  ]);
});
