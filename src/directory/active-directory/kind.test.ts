import { expect, it } from 'vitest';
import { directorySchema } from '../../core/configuration/directory-section.ts';
import { createServerCache } from '../ldap/server-cache.ts';
import { activeDirectoryKind } from './kind.ts';

it('asks proxyAddresses for an address with its protocol in front, once', () => {
  const settings = directorySchema.parse({
    kind: 'active-directory',
    id: 'main',
    label: 'Main',
    servers: [{ url: 'ldaps://a' }],
    baseDn: 'DC=example,DC=test',
    serviceAccount: { name: 'keyturn@example.test', password: 'env:A' },
    identifiers: ['mail', 'proxyAddresses'],
  });
  if (settings.kind !== 'active-directory') throw new Error('the kind is lost');
  const filter = activeDirectoryKind(settings, createServerCache({ now: () => 0 }))
    .identifierFilter('a@b.test')
    .toString();
  expect(filter).toContain('(mail=a@b.test)');
  expect(filter).toContain('(proxyAddresses=smtp:a@b.test)');
});
