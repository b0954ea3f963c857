import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { createOpener, ldapSettings } from '../conformance/harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from '../conformance/samples.ts';
import { requireChange, reset, unlock } from '../conformance/write.ts';
import { type Keyturn, startKeyturn } from '../scenarios/start-keyturn.ts';
import { type Ds389Server, startDs389 } from '../servers/ds389.ts';
import { withLdap } from '../servers/ldap-session.ts';
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy.ts';
import { atTheWrite } from './break-servers.ts';
import { ONE_PROOF, walkTo, writeEvents } from './recovery.ts';

const database = 'cn=userRoot,cn=ldbm database,cn=plugins,cn=config';
const secretName = 'READ_ONLY_389DS_SERVICE';

let server: Ds389Server;
let keyturn: Keyturn | undefined;
/** The same server at a second address: Keyturn takes it for another one. */
let proxy: TcpProxy;

beforeAll(async () => {
  server = await startDs389();
  proxy = await startTcpProxy({ targetHost: '127.0.0.1', targetPort: Number(new URL(server.url).port) });
  process.env[secretName] = server.service.password;
});
afterEach(async () => {
  await keyturn?.close();
  keyturn = undefined;
});
afterAll(async () => {
  await proxy?.stop();
  await server?.stop();
});

const readOnly = (on: boolean) => server.modify(database, { 'nsslapd-readonly': on ? 'on' : 'off' });

/** Makes it a consumer, which refers whoever writes to its supplier (389 DS Administration Guide, "Managing Replication"). */
const becomeConsumer = () => {
  const suffix = server.baseDn;
  const login = { ...server.admin, url: server.url, caPem: server.caPem };
  return withLdap(login, (client) =>
    client.add(`cn=replica,cn="${suffix}",cn=mapping tree,cn=config`, {
      objectClass: ['top', 'nsds5replica', 'extensibleObject'],
      cn: 'replica',
      nsDS5ReplicaRoot: suffix,
      nsDS5ReplicaType: '2',
      nsDS5Flags: '0',
      nsDS5ReplicaId: '65535',
      nsDS5ReplicaBindDN: 'cn=replication manager,cn=config',
      nsDS5ReplicaReferral: 'ldap://supplier.example.test:389',
    }),
  );
};

const start = async (...urls: string[]): Promise<Keyturn> => {
  const section = {
    ...{ kind: '389ds', id: 'people', label: 'People', servers: urls.map((url) => ({ url })), tls: { ca: server.caPem } },
    ...{ baseDn: server.baseDn, serviceAccount: { name: server.service.name, password: `env:${secretName}` } },
  } as ConfigurationDocument['directories'][number];
  keyturn = await startKeyturn({ directories: [section], configuration: ONE_PROOF });
  return keyturn;
};

const createPerson = async () => {
  const login = newLogin();
  const password = newPassword();
  const { dn } = await server.createUser({ login, password, givenName: 'Ada', surname: login, mail: `${login}@example.test` });
  return { login, password, dn };
};

/** Everything Keyturn writes is refused by its name; nothing is a word about the password, the right or the account. */
async function expectReadOnly(person: { login: string; dn: string; password: string }): Promise<void> {
  for (const kind of ['389ds', 'ldap'] as const) {
    const opener = createOpener(createMovableClock(), server);
    try {
      const directory = opener.open(ldapSettings(kind, server, kind === 'ldap' ? { idAttribute: { name: 'nsUniqueId' } } : {}));
      const [account] = await directory.findAccounts(person.login);
      if (account === undefined) throw new Error('nobody');
      const writes: [string, () => Promise<unknown>][] = [
        ['reset', () => reset(directory, account, newPassword())],
        ['reset and must change', () => reset(directory, account, newPassword(), { mustChange: true })],
        ['unlock', () => unlock(directory, account)],
        ['must change', () => requireChange(directory, account)],
      ];
      for (const [name, write] of kind === '389ds' ? writes : writes.slice(0, 1)) {
        const outcome = await write().catch((error: unknown) => error);
        expect({ kind, name, outcome }).toMatchObject({ outcome: { code: 'directory.read-only' } });
      }
      const health = await directory.health({ rights: true });
      if (kind !== '389ds') continue;
      expect(health.notes.map(({ text }) => text).join('\n')).toContain(`${server.url} takes no writes`);
      expect(health.rights.filter(({ verb, ok }) => verb === 'reset-password' && ok === true)).toEqual([]);
    } finally {
      await opener.close();
    }
  }
  expect(await server.canBind(person.dn, person.password)).toBe(true);
}

describe('389 Directory Server with a database that is read-only', () => {
  it('is told as one on every write, by the right of a doctor who has not seen a write yet, and not as a missing right', async () => {
    const person = await createPerson();
    await readOnly(true);
    try {
      const opener = createOpener(createMovableClock(), server);
      const health = await opener.open(ldapSettings('389ds', server)).health({ rights: true });
      await opener.close();
      expect(health.notes.map(({ text }) => text).join('\n')).toContain(`${server.url} takes no writes`);
      await expectReadOnly(person);
    } finally {
      await readOnly(false);
    }
  });

  it('is passed over: the write is prepared anew on the next server and done there', async () => {
    const here = `ldaps://127.0.0.1:${proxy.port}`;
    const running = await start(server.url, here);
    const person = await createPerson();
    const { address } = await running.enrol(person.login);
    const client = await walkTo(running, person.login, address);
    const wanted = newPassword();
    atTheWrite(running, 'writing', 'resetPassword', async () => {
      await readOnly(true);
      atTheWrite(running, 'reading', 'resetPassword', () => readOnly(false));
    });
    await client.answer({ password: wanted });
    await readOnly(false);
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
    expect((await writeEvents(running)).filter(({ type }) => type === 'write.succeeded')).toMatchObject([
      { server: expect.stringContaining(here) },
    ]);
    expect(await server.canBind(person.dn, wanted)).toBe(true);
  });

  it('lets the person try again where there is no other, and tells the operator why', async () => {
    const running = await start(server.url);
    const person = await createPerson();
    const { address } = await running.enrol(person.login);
    const client = await walkTo(running, person.login, address);
    const wanted = newPassword();
    await readOnly(true);
    await client.answer({ password: wanted });
    await readOnly(false);
    expect(client.step).toMatchObject({ kind: 'new-password', messageTone: 'error' });
    expect(await writeEvents(running)).toContainEqual(expect.objectContaining({ type: 'write.failed', reason: 'directory.read-only' }));
    await client.answer({ password: wanted });
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
    expect(await server.canBind(person.dn, wanted)).toBe(true);
  });
});

describe('a consumer of 389 Directory Server, which refers to its supplier', () => {
  it('is told as a server that takes no writes', async () => {
    const person = await createPerson();
    await becomeConsumer();
    await expectReadOnly(person);
  });
});
