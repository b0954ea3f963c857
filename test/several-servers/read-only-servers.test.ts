import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../src/core/ports/directory.ts';
import { createOpener, ldapSettings } from '../conformance/harness-ldap.ts';
import { createMovableClock, newPassword } from '../conformance/samples.ts';
import { reset } from '../conformance/write.ts';
import { type Keyturn, startKeyturn } from '../scenarios/start-keyturn.ts';
import { startSlapd } from '../servers/slapd.ts';
import { ONE_PROOF, walkTo, writeEvents } from './recovery.ts';
import { startTwoSlapd, type TwoSlapd } from './two-slapd.ts';

const serversOf = (...order: { url: string }[]) => ({ servers: order.map(({ url }) => ({ url })) });

describe.each([
  { how: 'by a referral', referral: true },
  { how: 'with code 53', referral: false },
])('an OpenLDAP replica that refuses writes $how', ({ referral }) => {
  let two: TwoSlapd;
  let keyturn: Keyturn;

  beforeAll(async () => {
    two = await startTwoSlapd(referral);
  });
  afterAll(async () => {
    await keyturn?.close();
    await two?.stop();
  });

  it('is passed over for writes: the account is read anew on the next server and written there, and later writes go there at once', async () => {
    keyturn = await startKeyturn({ directories: [two.section([two.replica, two.provider])], configuration: ONE_PROOF });
    for (let round = 0; round < 2; round += 1) {
      const person = await two.createPerson();
      const { address } = await keyturn.enrol(person.login);
      const client = await walkTo(keyturn, person.login, address);
      const wanted = newPassword();
      await client.answer({ password: wanted });
      expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
      expect(await two.provider.server.canBind(person.dn, wanted)).toBe(true);
    }
    const succeeded = (await writeEvents(keyturn)).filter(({ type }) => type === 'write.succeeded');
    expect(succeeded).toMatchObject([{ server: two.provider.url }, { server: two.provider.url }]);
    expect(keyturn.logLines.filter((line) => line.includes('write.interrupted')).length).toBe(1);
  });

  it('is named by doctor, which looks at the rights on the server that takes writes', async () => {
    const opener = createOpener(createMovableClock(), two.provider.server);
    try {
      const directory = opener.open({ ...ldapSettings('openldap', two.provider.server), ...serversOf(two.replica, two.provider) });
      const health = await directory.health({ rights: true });
      expect(health.notes.map(({ text }) => text).join('\n')).toContain(`${two.replica.url} takes no writes`);
      expect(health.rights.filter(({ ok }) => ok !== true)).toEqual([]);
    } finally {
      await opener.close();
    }
  });

  it('changes nothing where there is no other server, and says so to the operator', async () => {
    await keyturn.close();
    keyturn = await startKeyturn({ directories: [two.section([two.replica])], configuration: ONE_PROOF });
    const person = await two.createPerson();
    const { address } = await keyturn.enrol(person.login);
    const client = await walkTo(keyturn, person.login, address);
    const wanted = newPassword();
    await client.answer({ password: wanted });
    expect(client.step.kind).toBe('new-password');
    expect(await writeEvents(keyturn)).toContainEqual(expect.objectContaining({ type: 'write.failed', reason: 'directory.read-only' }));
    expect(await two.provider.server.canBind(person.dn, person.password)).toBe(true);
    expect(await two.provider.server.canBind(person.dn, wanted)).toBe(false);
  });
});

it('OpenLDAP with a database that is read-only is told as one, and not as a word about the password', async () => {
  const slapd = await startSlapd({ readOnly: true });
  const opener = createOpener(createMovableClock(), slapd);
  try {
    const directory = opener.open(ldapSettings('openldap', slapd));
    const [alice] = await directory.findAccounts('alice');
    await expect(reset(directory, alice as Account, newPassword())).rejects.toMatchObject({ code: 'directory.read-only' });
  } finally {
    await opener.close();
    await slapd.stop();
  }
});
