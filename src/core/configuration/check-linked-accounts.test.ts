import { expect, it } from 'vitest';
import { checkConfiguration } from './check-configuration.ts';

const context = { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };

function problems(...rules: { accepted: string[][]; directories?: string[] }[]): string[] {
  const { problems: found } = checkConfiguration(
    {
      version: 1,
      organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' },
      directories: ['people', 'cloud'].map((id) => ({ id, kind: 'embedded', label: id })),
      recovery: {
        rules: [
          ...rules.map(({ accepted, directories }, index) => ({
            name: `rule ${index}`,
            accepted,
            when: directories === undefined ? {} : { directories },
          })),
        ],
      },
      mail: { kind: 'capture' },
    },
    context,
  );
  return found.filter(({ path }) => path !== 'recovery.rules').map(({ severity, path, message }) => `${severity} ${path}: ${message}`);
}

it('names a directory that never tells when a password was set, until the operator states whose they are', () => {
  const plain = (more: object) => ({
    ...{ id: 'plain', kind: 'ldap', label: 'Plain', servers: [{ url: 'ldaps://ldap.example.test:636' }], baseDn: 'dc=example,dc=test' },
    ...{ serviceAccount: { name: 'cn=keyturn', password: 'env:X' }, disabledPeople: 'not-told', ...more },
  });
  const warned = (accepted: string[][], more: object = {}) =>
    checkConfiguration(
      {
        version: 1,
        organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' },
        directories: [plain(more)],
        recovery: { rules: [{ name: 'all', accepted }] },
        mail: { kind: 'capture' },
      },
      context,
    ).problems.filter(({ path }) => path === 'directories[0].untoldPasswords');
  expect(warned([['email', 'totp', 'linked-account']])).toEqual([
    {
      severity: 'warning',
      path: 'directories[0].untoldPasswords',
      message: expect.stringContaining('does not tell when a password was set'),
    },
  ]);
  expect(warned([['email', 'totp']])).toEqual([]);
  expect(warned([['email', 'totp', 'linked-account']], { untoldPasswords: 'prove-the-owner' })).toEqual([]);
});

it('names accounts that recover each other, with the clause', () => {
  expect(problems({ accepted: [['email', 'linked-account']] })).toEqual([
    expect.stringMatching(
      /^warning recovery\.rules\[0\]: code by e-mail \+ linked account: a cycle, A recovers B recovers A\. By the rule "rule 0" the password of an account A recovers the account B, and by the same rule the password of B recovers A\. Who knows the password of either needs only code by e-mail for both\. NIST SP 800-63B-4 4\.2\.2\.2/,
    ),
  ]);
  const both = problems(
    { accepted: [['email', 'totp', 'linked-account']], directories: ['people'] },
    { accepted: [['totp', 'linked-account']], directories: ['cloud'] },
  );
  expect(both).toHaveLength(2);
  expect(both[0]).toContain(
    'code by e-mail + authenticator app + linked account: a cycle, A recovers B recovers A. By the rule "rule 0" the password of an account A recovers the account B in people',
  );
  expect(both[1]).toContain('By the rule "rule 1" the password of an account A recovers the account B in cloud');
});

it('names the rule by which the password of the other account is got with nothing more', () => {
  const [first] = problems(
    { accepted: [['email', 'totp', 'linked-account']], directories: ['people'] },
    { accepted: [['totp', 'email']], directories: ['cloud'] },
  );
  expect(first).toMatch(
    /^warning recovery\.rules\[0\]: code by e-mail \+ authenticator app \+ linked account: .*adds nothing where the rule "rule 1" takes authenticator app \+ code by e-mail/,
  );
});

it('takes it neither alone nor beside what people know, and never to sign in', () => {
  expect(problems({ accepted: [['linked-account']] })[0]).toMatch(
    /^error recovery\.rules\[0\]: linked account: the password of another account never/,
  );
  expect(problems({ accepted: [['questions', 'linked-account']] }).join()).toContain(
    'security questions + linked account: the password of another account never',
  );
  const { problems: found } = checkConfiguration(
    { signIn: { enabled: true, rules: [{ name: 'all', accepted: [['password', 'linked-account']] }] } },
    context,
  );
  expect(found.map(({ path }) => path)).toContain('signIn.rules[0].accepted[0][1]');
});
