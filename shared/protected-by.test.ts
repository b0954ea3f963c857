import { expect, it } from 'vitest';
import { missingNameText, PROTECTED_BY, type ProtectedBy, protectedByText, readProtectedBy } from './protected-by.ts';

it.each<[string, ProtectedBy]>([
  ['group Domain Admins', { by: 'group', name: 'Domain Admins' }],
  ['login root', { by: 'login', name: 'root' }],
  ['location ou=Service: x,dc=example', { by: 'location', name: 'ou=Service: x,dc=example' }],
  ['privileged: Domain Admins', { by: 'privileged', name: 'Domain Admins' }],
  ['privileged: trusted for delegation', { by: 'delegation', name: null }],
  ['adminCount', { by: 'admin-count', name: null }],
  ['service account of Keyturn', { by: 'service-account', name: null }],
  ['may not change its password', { by: 'no-own-change', name: null }],
])('writes and reads what protects an account: %s', (text, because) => {
  expect(protectedByText(because)).toBe(text);
  expect(readProtectedBy(text)).toEqual(because);
  expect(PROTECTED_BY).toContain(because.by);
});

it('reads a name that cannot be found, and nothing else', () => {
  const missing = { setting: 'protected.groups[0]', value: 'cn=Admins,dc=example', text: 'no such group can be seen' };
  expect(readProtectedBy(missingNameText(missing))).toEqual({ by: 'missing', name: 'cn=Admins,dc=example' });
  expect(readProtectedBy(missingNameText({ ...missing, setting: 'baseDn' }))).toEqual({ by: 'missing', name: 'cn=Admins,dc=example' });
  expect(readProtectedBy('something of tomorrow')).toBe(null);
});
