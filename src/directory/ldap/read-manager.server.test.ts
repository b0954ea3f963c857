import { afterAll, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from '../../../test/conformance/samples.ts';
import { withLdap } from '../../../test/servers/ldap-session.ts';
import { sharedDs389, sharedSlapd } from '../../../test/servers/shared-servers.ts';
import { startSlapd } from '../../../test/servers/slapd.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Account } from '../../core/ports/directory.ts';

const openers: ReturnType<typeof createOpener>[] = [];
afterAll(async () => {
  for (const opener of openers) await opener.close();
});

type Server = Awaited<ReturnType<typeof sharedSlapd>> | Awaited<ReturnType<typeof sharedDs389>>;

function open(kind: LdapSettings['kind'], server: Server, changes: Record<string, unknown> = {}) {
  const opener = createOpener(createMovableClock(), server);
  openers.push(opener);
  const directory = opener.open(ldapSettings(kind, server, { protected: {}, ...changes }));
  const person = async (attributes: Record<string, string> = {}): Promise<{ dn: string; account: Account }> => {
    const login = newLogin();
    const { dn } = await server.createUser({ login, password: newPassword(), attributes });
    const [account] = await directory.findAccounts(login);
    return { dn, account: account as Account };
  };
  return { directory, person };
}

describe.each(['openldap', 'ldap', '389ds'] as const)('the manager, kind %s', (kind) => {
  const reach = (): Promise<Server> => (kind === '389ds' ? sharedDs389() : sharedSlapd());

  it('is not known where several are named', async () => {
    const server = await reach();
    const { directory, person } = open(kind, server);
    const [one, other, led] = [await person(), await person(), await person()];
    await server.modify(led.dn, { manager: [one.dn, other.dn] });
    expect(await directory.readManager(led.account)).toEqual({ known: false, because: 'several' });
    await server.modify(led.dn, { manager: [other.dn] });
    expect(await directory.readManager(led.account)).toMatchObject({ known: true, manager: { id: other.account.id } });
  });

  it('is named by another attribute where that is configured', async () => {
    const { directory, person } = open(kind, await reach(), { managerAttribute: 'secretary' });
    const [one, other] = [await person(), await person()];
    const led = await person({ secretary: one.dn, manager: other.dn });
    expect(await directory.readManager(led.account)).toMatchObject({ known: true, manager: { id: one.account.id } });
  });

  it('is not known where the entry is gone, or outside of everything the server holds', async () => {
    const server = await reach();
    const { directory, person } = open(kind, server);
    for (const manager of [`uid=nobody-at-all,${server.baseDn}`, 'uid=ada,dc=elsewhere,dc=invalid']) {
      const led = await person({ manager });
      expect(await directory.readManager(led.account)).toEqual({ known: false, because: 'not-found' });
    }
  });
});

it.each(['openldap', 'ldap'] as const)('a manager on another server is not known, kind %s', async (kind) => {
  const server = await sharedSlapd();
  const { directory, person } = open(kind, server);
  const away = `ou=${newLogin('away')},${server.baseDn}`;
  await withLdap({ ...server.admin, url: server.url, caPem: server.caPem }, (client) =>
    client.add(away, { objectClass: ['referral', 'extensibleObject'], ref: `ldap://127.0.0.9/${away}` }),
  );
  const led = await person({ manager: `uid=ada,${away}` });
  expect(await directory.readManager(led.account)).toEqual({ known: false, because: 'not-found' });
});

it.each([
  ['attrs=manager', 'not-told'],
  ['dn.regex="^uid=hidden-.*$"', 'not-found'],
] as const)('a manager is not known where the server hides %s', async (what, because) => {
  const server = await startSlapd({ accessLines: [`access to ${what} by * none`, 'access to * by * write'] });
  try {
    const { directory, person } = open('openldap', server);
    const hidden = await server.createUser({ login: newLogin('hidden-'), password: newPassword() });
    const led = await person({ manager: hidden.dn });
    expect(await directory.readManager(led.account)).toEqual({ known: false, because });
  } finally {
    await server.stop();
  }
});
