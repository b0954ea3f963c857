import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from '../../../test/conformance/samples.ts';
import type { LdapDirectory } from '../../../test/servers/ldap-directory.ts';
import { sharedDs389, sharedSlapd } from '../../../test/servers/shared-servers.ts';
import { uniqueName } from '../../../test/servers/unique-name.ts';
import { guardKey } from '../../core/accounts/guard-key.ts';
import type { Directory } from '../../core/ports/directory.ts';

// Names as people have them and type them, asked of real servers.

const openers: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const opener of openers) await opener.close();
});

describe.each<['openldap' | 'ldap' | '389ds', () => Promise<LdapDirectory>]>([
  ['openldap', sharedSlapd],
  ['ldap', sharedSlapd],
  ['389ds', sharedDs389],
])('kind %s', (kind, start) => {
  let server: LdapDirectory;
  let directory: Directory;
  let baseDn: string;
  beforeAll(async () => {
    server = await start();
    baseDn = await server.createOrganizationalUnit(uniqueName('names'));
    const opener = createOpener(createMovableClock(), server);
    openers.push(opener);
    const identifiers = ['uid', 'mail', 'cn', 'employeeNumber'];
    directory = opener.open(
      ldapSettings(kind, server, { baseDn, identifiers, protected: {}, domainPrefixes: ['EXAMPLE', 'example.test'] }),
    );
  });

  const person = async (attributes: Record<string, string | string[]>) => {
    const login = newLogin();
    await server.createUser({ login, password: newPassword(), parentDn: baseDn, attributes });
    return login;
  };
  const logins = async (typed: string) => (await directory.findAccounts(typed)).map(({ login }) => login);

  it.each([
    'ΓΙΩΡΓΟΣ',
    'İbrahim',
    'WEIẞ',
    'Mu\u0308ller',
    'Müller-Lüdenscheidt',
    'x²y',
    'ﬁnn',
    'Ａda',
    'Straße',
    'a\\b',
    '\\x',
    'O’Neill',
    'José  María',
  ])('finds who is stored as %s by what is stored', async (name) => {
    const own = `${name} ${newLogin()}`;
    const login = await person({ cn: own });
    for (const typed of [own, ` ${own} `]) expect(await logins(typed), typed).toEqual([login]);
    // However it is folded before it comes here, as callers that keep only one spelling do.
    const folded = directory.normaliseIdentifier(own);
    if (folded === null) throw new Error('a name is no name');
    expect(guardKey(folded)).toBe(guardKey(own));
  });

  it('takes configured prefixes off, and no others', async () => {
    const login = await person({});
    for (const typed of [`EXAMPLE\\${login}`, `example\\${login.toUpperCase()}`, `Example.Test\\${login}`])
      expect(await logins(typed), typed).toEqual([login]);
    for (const typed of [`OTHER\\${login}`, `\\${login}`, `EXAMPLE\\OTHER\\${login}`]) expect(await logins(typed), typed).toEqual([]);
  });

  it('finds both forms of a mail domain by either', async () => {
    const one = newLogin();
    const ascii = await person({ mail: `${one}@xn--bcher-kva.test` });
    for (const typed of [`${one}@bücher.test`, `${one}@BÜCHER.test`, `${one}@xn--bcher-kva.test`])
      expect(await logins(typed), typed).toEqual([ascii]);
  });

  it('reads addresses without the spaces that some end with', async () => {
    const login = await person({ mail: [`A.${newLogin()}@Example.Test `] });
    const [account] = await directory.findAccounts(login);
    expect(account?.mail).toEqual([expect.stringMatching(/^A\..*@Example\.Test$/)]);
  });
});
