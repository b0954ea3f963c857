import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SetUpAnswers } from '../../../shared/api/set-up.ts';
import { RULE_TEMPLATES } from '../../../shared/rule-templates.ts';
import { checkConfiguration } from '../configuration/check-configuration.ts';
import { documentOf, missingIn } from './document-of.ts';
import { withAnswers } from './facts.ts';

const places = { directory: 'file:/secrets/directory', mail: 'file:/secrets/mail' };
const context = { demo: false, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };

const answers: { [K in keyof SetUpAnswers]-?: NonNullable<SetUpAnswers[K]> } = {
  organisation: { name: 'Example', publicUrl: 'https://password.example.com', language: 'de' },
  directory: {
    ...{ kind: 'openldap', servers: ['ldaps://ldap.example.com'], startTls: false, authority: null },
    ...{ baseDn: 'ou=people,dc=example,dc=com', groupBaseDn: '', account: 'cn=keyturn,dc=example,dc=com' },
  },
  mail: { host: 'mail.example.com', port: 587, security: 'starttls', user: 'keyturn', from: 'Keyturn <keyturn@example.com>' },
  template: 'bank',
  roles: { administrators: 'Admins', helpdesk: 'Helpdesk' },
};

describe('the document of a set-up', () => {
  it.each(RULE_TEMPLATES)('is in order, and has no weak rule, with the template %s', (template) => {
    const { problems, configuration } = checkConfiguration(documentOf({ ...answers, template }, places), context);
    expect(problems).toEqual([]);
    expect(configuration?.signIn.enabled).toBe(true);
    for (const combination of configuration?.signIn.rules.flatMap(({ accepted }) => accepted) ?? []) {
      expect(combination).toContain('password');
      expect(combination.length).toBeGreaterThan(1);
    }
  });

  it('is there when everything is answered, and not before', () => {
    const parts = Object.keys(answers) as (keyof SetUpAnswers)[];
    fc.assert(
      fc.property(fc.subarray(parts), (answered) => {
        const some = Object.fromEntries(answered.map((part) => [part, answers[part]]));
        expect(documentOf(some, places) !== null).toBe(answered.length === parts.length);
        expect(missingIn(some, places).length === 0).toBe(answered.length === parts.length);
      }),
    );
  });

  it('names secrets and holds none', () => {
    const { secrets } = withAnswers({ answers: {}, secrets: {} }, answers, { directory: 'D-Passw0rd', mail: 'M-Passw0rd' });
    expect(secrets).toEqual({ directory: 'D-Passw0rd', mail: 'M-Passw0rd' });
    const text = JSON.stringify(documentOf(answers, places));
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
    expect(text).toContain(places.directory);
  });
});

describe('a secret that was typed', () => {
  it('is forgotten as soon as it would go elsewhere, and kept whatever else changes', () => {
    const before = withAnswers({ answers: {}, secrets: {} }, answers, { directory: 'D', mail: 'M' });
    const other = { servers: ['ldaps://other'], startTls: true, authority: 'PEM', account: 'cn=other' };
    const goesElsewhere = Object.keys(other) as (keyof typeof other)[];
    fc.assert(
      fc.property(fc.subarray(goesElsewhere), fc.subarray(['baseDn', 'groupBaseDn'] as const), (moved, harmless) => {
        const directory = { ...answers.directory };
        for (const setting of moved) Object.assign(directory, { [setting]: other[setting] });
        for (const setting of harmless) directory[setting] = 'ou=elsewhere';
        const { secrets } = withAnswers(before, { ...answers, directory }, {});
        expect(secrets.directory).toBe(moved.length === 0 ? 'D' : undefined);
        expect(secrets.mail).toBe('M');
      }),
    );
    for (const changed of [{ host: 'other' }, { port: 25 }, { security: 'none' as const }, { user: 'other' }, { user: '' }])
      expect(withAnswers(before, { ...answers, mail: { ...answers.mail, ...changed } }, {}).secrets.mail).toBeUndefined();
    expect(withAnswers(before, { ...answers, mail: { ...answers.mail, from: 'a@example.com' } }, {}).secrets.mail).toBe('M');
  });
});
