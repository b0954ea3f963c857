import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from './certificate-authority.ts';
import { type Ds389Server, startDs389 } from './ds389.ts';
import { replaceAttributes, withLdap } from './ldap-session.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { isGroupAlive } from './processes.ts';
import { type SambaServer, startSamba } from './samba.ts';
import { unicodePassword } from './samba-directory.ts';
import { addSambaPeople } from './samba-people.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';
import { seedPassword } from './seed-people.ts';
import { sharedSlapd } from './shared-servers.ts';
import { type SlapdServer, startSlapd } from './slapd.ts';
import { policyDn } from './slapd-seed.ts';
import { uniqueName } from './unique-name.ts';

/** The LDAP result code (RFC 4511 appendix A) of an operation; 0 when it succeeded. */
async function resultCode(operation: Promise<unknown>): Promise<number> {
  try {
    await operation;
    return 0;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'number') return code;
    throw error;
  }
}

type Account = { readonly name: string; readonly password: string };

/** Replaces attributes as one of the directory's accounts and returns the result code. */
function modifyAs(
  server: { readonly url: string; readonly caPem: string },
  account: Account,
  dn: string,
  attributes: Readonly<Record<string, string>>,
): Promise<number> {
  const { name, password } = account;
  return resultCode(
    withLdap({ url: server.url, caPem: server.caPem, name, password }, (client) => client.modify(dn, replaceAttributes(attributes))),
  );
}

/** An AD password reset as one of the directory's accounts. ldapts sends a string as UTF-8, so UTF-16 goes as bytes. */
function resetAs(server: SambaServer, account: Account, dn: string, password: string): Promise<number> {
  const modification = new Attribute({ type: 'unicodePwd', values: [unicodePassword(password)] });
  return resultCode(
    withLdap({ url: server.url, caPem: server.caPem, ...account }, (client) =>
      client.modify(dn, new Change({ operation: 'replace', modification })),
    ),
  );
}

async function stopsCompletely(server: { readonly pid: number; readonly logFile: string; stop(): Promise<void> }): Promise<void> {
  const { pid, logFile } = server;
  expect(isGroupAlive(pid)).toBe(true);
  await server.stop();
  expect(isGroupAlive(pid)).toBe(false);
  expect(existsSync(dirname(logFile))).toBe(false);
  await server.stop();
}

describe('Samba', () => {
  let server: SambaServer;
  const strong = 'Brand-New-Passw0rd-7';
  beforeAll(async () => {
    server = await startSamba();
  });
  afterAll(() => server?.stop());

  it('lets its accounts in, each by its own rights', async () => {
    const { service, readOnly, admin, baseDn } = server;
    for (const account of [service, readOnly, admin]) expect(await server.canBind(account.name, account.password)).toBe(true);
    const user = await server.createUser({ login: uniqueName('rights'), password: seedPassword });

    expect(await resetAs(server, readOnly, user.dn, strong)).toBe(50);
    expect(await resetAs(server, service, user.dn, strong)).toBe(0);
    expect(await server.canBind(user.userPrincipalName, strong)).toBe(true);
    expect(await modifyAs(server, service, user.dn, { lockoutTime: '0', pwdLastSet: '0' })).toBe(0);
    expect(await modifyAs(server, service, user.dn, { displayName: 'x' })).toBe(50);
    expect(await resetAs(server, service, `CN=outside,OU=Outside,${baseDn}`, strong)).toBe(50);
  });

  it('gives the service account the fine-grained policy to read', async () => {
    const { service, url, caPem, peopleDn } = server;
    const [pso] = (await server.read(`CN=strict,${peopleDn}`, ['msDS-ResultantPSO']))['msDS-ResultantPSO'] ?? [];
    expect(pso).toMatch(/^CN=strict,/);
    const { searchEntries } = await withLdap({ url, caPem, ...service }, (client) =>
      client.search(pso ?? '', { scope: 'base', attributes: ['msDS-MinimumPasswordLength'] }),
    );
    expect(searchEntries[0]?.['msDS-MinimumPasswordLength']).toBe('16');
  });

  it('applies its policy and locks an account out', async () => {
    const user = await server.createUser({ login: uniqueName('policy'), password: seedPassword });
    expect(await resetAs(server, server.service, user.dn, 'Short-1')).toBe(19);
    await server.lockUser(user);
    expect(Number((await server.read(user.dn, ['lockoutTime'])).lockoutTime?.[0])).toBeGreaterThan(0);
    expect(await server.canBind(user.userPrincipalName, seedPassword)).toBe(false);
  });

  it('lets people sign in by NTLM and by Kerberos with the right password only', async () => {
    const user = await server.createUser({ login: uniqueName('sign-in'), password: seedPassword });
    expect(await server.ntlmLogin(user.login, seedPassword)).toBe(true);
    expect(await server.ntlmLogin(user.login, strong)).toBe(false);
    expect(await server.kerberosLogin(user.login, seedPassword)).toBe(true);
    expect(await server.kerberosLogin(user.login, strong)).toBe(false);
  });

  it('runs beside a second one, keeps its data over a crash and leaves nothing behind', async () => {
    const second = await startSamba({ minPasswordAgeDays: 1 });
    expect(second.host).not.toBe(server.host);
    const user = await second.createUser({ login: uniqueName('crash'), password: seedPassword });
    await second.kill();
    await second.restart();
    expect(await second.canBind(user.userPrincipalName, seedPassword)).toBe(true);
    expect((await second.read(second.baseDn, ['minPwdAge'])).minPwdAge).toEqual(['-864000000000']);
    // Further people are written past it, by its rules all the same: one of them is what makes a person of an entry.
    await addSambaPeople(second, 2);
    const added = await second.read(`CN=user1,${second.peopleDn}`, ['sAMAccountType', 'mail']);
    expect(added).toMatchObject({ sAMAccountType: ['805306368'], mail: ['user1@example.test'] });
    await stopsCompletely(second);
  });
});

describe('OpenLDAP', () => {
  let server: SlapdServer;
  beforeAll(async () => {
    server = await startSlapd({ generatedUsers: 3 });
  });
  afterAll(() => server?.stop());

  it('lets its accounts in, each by its own rights', async () => {
    const { service, readOnly, baseDn } = server;
    const user = await server.createUser({ login: uniqueName('rights'), password: seedPassword });
    const reset = { userPassword: 'Brand-New-Passw0rd-7' };

    expect(await modifyAs(server, readOnly, user.dn, reset)).toBe(50);
    expect(await modifyAs(server, service, user.dn, reset)).toBe(0);
    expect(await modifyAs(server, service, user.dn, { ...reset, userPassword: 'Brand-New-Passw0rd-8', pwdReset: 'TRUE' })).toBe(0);
    expect(await modifyAs(server, service, user.dn, { sn: 'x' })).toBe(50);
    expect(await modifyAs(server, service, `uid=outside,ou=outside,${baseDn}`, reset)).toBe(50);
    const asService = { url: server.url, caPem: server.caPem, ...service };
    const { searchEntries } = await withLdap(asService, (client) =>
      client.search(user.dn, { scope: 'base', attributes: ['uid', 'userPassword', 'pwdHistory'] }),
    );
    expect(searchEntries[0]).toMatchObject({ uid: user.login, userPassword: [], pwdHistory: [] });
  });

  it('enforces history and length on the reset of the service account, and the strict policy where it is set', async () => {
    const user = await server.createUser({ login: uniqueName('history'), password: 'First-Passw0rd-1' });
    const strict = await server.createUser({ login: uniqueName('strict'), password: seedPassword, policyDn: policyDn('strict') });
    const reset = (dn: string, userPassword: string): Promise<number> => modifyAs(server, server.service, dn, { userPassword });
    expect(await reset(user.dn, 'Second-Passw0rd-2')).toBe(0);
    expect(await reset(user.dn, 'First-Passw0rd-1')).toBe(19);
    expect(await reset(user.dn, 'Short-1')).toBe(19);
    expect(await reset(strict.dn, 'Fifteen-Chars-1')).toBe(19);
    expect(await reset(strict.dn, 'Sixteen-Letters-1')).toBe(0);
  });

  it('locks an account out, and knows groups in groups and generated people', async () => {
    const user = await server.createUser({ login: uniqueName('lock'), password: seedPassword });
    await server.lockUser(user);
    expect((await server.read(user.dn, ['pwdAccountLockedTime'])).pwdAccountLockedTime).toHaveLength(1);
    expect((await server.read(`cn=Engineering,${server.groupsDn}`, ['memberOf'])).memberOf).toEqual([`cn=Staff,${server.groupsDn}`]);
    expect(await server.canBind(`uid=user2,${server.peopleDn}`, seedPassword)).toBe(true);
  });

  it('refuses a password without TLS and takes it with StartTLS', async () => {
    const client = new Client({ url: server.ldapUrl });
    expect(await resultCode(client.bind(server.service.name, server.service.password))).toBe(13);
    await client.startTLS({ ca: server.caPem });
    await client.bind(server.service.name, server.service.password);
    await client.unbind();
  });

  it('shows a bad certificate when asked to', async () => {
    const folder = await createScratchFolder('unknown-ca');
    const unknown = await createCertificateAuthority(folder);
    const bad = [
      { options: { expiredCertificate: true }, code: 'CERT_HAS_EXPIRED' },
      { options: { certificateNames: ['DNS:elsewhere.example.test'] }, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      { options: { certificateAuthority: unknown }, trust: server.caPem, code: 'SELF_SIGNED_CERT_IN_CHAIN' },
    ];
    for (const { options, trust, code } of bad) {
      const other = await startSlapd(options);
      await expect(withLdap({ ...other.admin, url: other.url, caPem: trust ?? other.caPem }, async () => {})).rejects.toMatchObject({
        code,
      });
      await other.stop();
    }
    await removeScratchFolder(folder);
  });

  it('can be paused, and leaves nothing behind', async () => {
    const second = await startSlapd();
    second.pause();
    const client = new Client({ url: second.url, tlsOptions: { ca: second.caPem }, timeout: 200, connectTimeout: 200 });
    await expect(client.bind(second.admin.name, second.admin.password)).rejects.toThrow();
    second.resume();
    expect(await second.canBind(second.admin.name, second.admin.password)).toBe(true);
    await stopsCompletely(second);
  });

  it('is one and the same for all test files when shared', async () => {
    const [first, again] = await Promise.all([sharedSlapd(), sharedSlapd()]);
    expect(again.url).toBe(first.url);
    expect(await first.canBind(first.service.name, first.service.password)).toBe(true);
  });
});

describe('389 Directory Server', () => {
  let server: Ds389Server;
  beforeAll(async () => {
    server = await startDs389();
  });
  afterAll(() => server?.stop());

  it('lets its accounts in, each by its own rights', async () => {
    const { service, readOnly, baseDn } = server;
    const user = await server.createUser({ login: uniqueName('rights'), password: seedPassword });
    const reset = { userPassword: 'Brand-New-Passw0rd-7' };
    expect(await server.canBind(user.dn, seedPassword)).toBe(true);
    expect(await modifyAs(server, readOnly, user.dn, reset)).toBe(50);
    expect(await modifyAs(server, service, user.dn, reset)).toBe(0);
    expect(await modifyAs(server, service, user.dn, { passwordExpirationTime: '19700101000000Z' })).toBe(0);
    expect(await modifyAs(server, service, user.dn, { sn: 'x' })).toBe(50);
    expect(await modifyAs(server, service, `uid=outside,ou=outside,${baseDn}`, reset)).toBe(50);
  });

  it('applies its policy, and keeps memberOf', async () => {
    const user = await server.createUser({ login: uniqueName('policy'), password: 'First-Passw0rd-1' });
    const reset = (userPassword: string): Promise<number> => modifyAs(server, server.service, user.dn, { userPassword });
    expect(await reset('Second-Passw0rd-2')).toBe(0);
    expect(await reset('First-Passw0rd-1')).toBe(19);
    expect(await reset('Short-1')).toBe(19);
    const memberOf = (await server.read(`uid=alice,${server.peopleDn}`, ['memberOf'])).memberOf;
    expect(memberOf).toContain(`cn=Engineering,${server.groupsDn}`);
  });

  it('keeps its data over a crash and leaves nothing behind', async () => {
    const second = await startDs389();
    await second.kill();
    await second.restart();
    expect(await second.canBind(second.service.name, second.service.password)).toBe(true);
    await stopsCompletely(second);
  });
});

describe('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ durable: true });
  });
  afterAll(() => server?.stop());

  it('makes databases that outlive a crash of the server', async () => {
    const database = await server.createDatabase('servers-test');
    await query(database.url, 'create table note (text text)');
    await query(database.url, "insert into note values ('kept')");
    await server.kill();
    await server.restart();
    expect(await query(database.url, 'select text from note')).toEqual([{ text: 'kept' }]);
    await database.drop();
  });

  it('leaves nothing behind', async () => {
    await stopsCompletely(server);
  });

  async function query(connectionString: string, sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }
});
