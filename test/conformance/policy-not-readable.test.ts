import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ds389Server, startDs389 } from '../servers/ds389.ts';
import { asTestAccount, createOpener, ldapSettings } from './harness-ldap.ts';
import { createMovableClock, newLogin, newPassword, tooShortPassword } from './samples.ts';
import { reset, unlock } from './write.ts';

let server: Ds389Server;
beforeAll(async () => {
  server = await startDs389();
  // The right to read the policy is in here.
  await server.modify('cn=config', { aci: [] });
});
afterAll(() => server.stop());

it('says that it cannot read the policy of 389 DS, and works without', async () => {
  const opener = createOpener(createMovableClock(), server);
  const directory = opener.open(ldapSettings('389ds', server));
  const user = { login: newLogin(), password: newPassword() };
  const account = await asTestAccount(directory, { ...user, ...(await server.createUser(user)) });

  const policy = await directory.readPolicy(account.ref);
  expect(policy).toMatchObject({ name: null, minimumLength: 0, complexity: 'none', categories: null });
  expect((await directory.health()).notes.map(({ text }) => text).join(' ')).toContain('cn=config');
  // The server's own word is all there is to go by.
  expect(await reset(directory, account.ref, tooShortPassword)).toMatchObject({ done: false, refusal: 'password.quality' });
  await server.lockUser(account);
  expect((await directory.readStatus(account.ref)).locked).toBe(true);
  expect(await unlock(directory, account.ref)).toMatchObject({ done: true });
  expect(await reset(directory, account.ref, newPassword())).toMatchObject({ done: true });
  expect((await directory.readStatus(account.ref)).locked).toBe(false);
  await opener.close();
});
