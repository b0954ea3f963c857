import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type DelegatedSection, type DelegationForm, delegationFor } from '../src/core/delegation/delegation.ts';
import type { DirectoryVerb } from '../src/core/ports/directory-health.ts';

// What the handbook tells operators to run is what the program prints. That it is enough and not too much, test/conformance tries.

const everything = new Set<DirectoryVerb>(['read', 'reset-password', 'unlock-account', 'require-change', 'read-policy']);
const people = 'ou=people,dc=example,dc=com';
const serviceAccount = { name: 'cn=keyturn,ou=services,dc=example,dc=com', password: 'env:SECRET' };

const pages: readonly { page: string; section: DelegatedSection; forms: readonly DelegationForm[] }[] = [
  {
    page: 'active-directory.md',
    section: {
      kind: 'active-directory',
      baseDn: 'OU=People,DC=ad,DC=example,DC=com',
      serviceAccount: { name: 'svc-keyturn@ad.example.com', password: 'env:SECRET' },
      servers: [{ url: 'ldaps://dc1.ad.example.com' }],
    },
    forms: ['dsacls', 'powershell', 'samba-tool'],
  },
  {
    page: 'openldap.md',
    section: { kind: 'openldap', baseDn: people, defaultPolicyDn: 'cn=default,ou=policies,dc=example,dc=com', serviceAccount, servers: [] },
    forms: ['cn=config', 'slapd.conf'],
  },
  {
    page: '389ds.md',
    section: { kind: '389ds', baseDn: people, groupBaseDn: 'ou=groups,dc=example,dc=com', serviceAccount, servers: [] },
    forms: ['ldif'],
  },
];

it.each(pages)('$page has what is printed, each form once', ({ page, section, forms }) => {
  const text = readFileSync(`docs/handbook/directories/${page}`, 'utf8');
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const printed = delegationFor(section, everything);
  expect(printed.map(({ form }) => form)).toEqual(forms);
  for (const { form, text: wanted } of printed)
    expect(
      blocks.filter((block) => block === wanted),
      form,
    ).toHaveLength(1);
});
