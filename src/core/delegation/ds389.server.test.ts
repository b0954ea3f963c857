import { Attribute, Change } from 'ldapts';
import { expect, it } from 'vitest';
import { newLogin } from '../../../test/conformance/samples.ts';
import { readEntry, replaceAttributes, withLdap } from '../../../test/servers/ldap-session.ts';
import { sharedDs389 } from '../../../test/servers/shared-servers.ts';
import { acisFor, aciValue } from './ds389.ts';

it.each([
  ['a plain name', (name: string) => name],
  ['a comma', (name: string) => `${name}\\2c odd`],
  ['a comma, as people write it', (name: string) => `${name}\\, odd`],
  ['a quotation mark', (name: string) => `\\"${name}\\"`],
  ['a percent sign', (name: string) => `${name}%41`],
  ['a letter beyond ASCII', (name: string) => `${name} Müller`],
])('389 DS takes rules for %s as meant, and for nobody else', async (_what, odd) => {
  const server = await sharedDs389();
  const admin = { ...server.admin, url: server.url, caPem: server.caPem };
  const password = 'Harbour-7-quiet-water';
  const place = `ou=${odd(newLogin('place'))},${server.baseDn}`;
  const [account, other] = ['svc', 'other'].map((name) => `cn=${odd(newLogin(name))},${server.baseDn}`) as [string, string];
  const person = `uid=${newLogin()},${place}`;
  await withLdap(admin, async (client) => {
    await client.add(place, { objectClass: ['organizationalUnit'] });
    for (const dn of [account, other]) {
      await client.add(dn, { objectClass: ['person'], sn: 'x', userPassword: password });
      // What an administrator has set must be changed first, unless it says otherwise.
      await client.modify(dn, replaceAttributes({ passwordExpirationTime: '20380119031407Z' }));
    }
    await client.add(person, { objectClass: ['inetOrgPerson'], cn: 'x', sn: 'x', userPassword: 'Meadow-8-green-hills' });
    const { write, people } = acisFor({ baseDn: place, serviceAccount: { name: account } });
    for (const aci of [write, people])
      await client.modify(aci.dn, [
        new Change({ operation: 'add', modification: new Attribute({ type: 'aci', values: [aciValue(aci)] }) }),
      ]);
  });
  const reset = (name: string) =>
    withLdap({ ...admin, name, password }, async (client) => {
      const { sn } = await readEntry(client, person, ['sn']);
      await client.modify(person, replaceAttributes({ userPassword: 'Granite-9-loud-rivers' }));
      return sn;
    });
  await expect(reset(other)).rejects.toThrow(/0x32|0x20/);
  expect(await reset(account)).toEqual(['x']);
});
