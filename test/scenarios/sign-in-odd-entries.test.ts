import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { askedForPassword, proveSignIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const WRONG = 'Wrong-Passw0rd-1';

/** What a server keeps as a password and nobody can give: each server answers a bind with a result code of its own. */
const odd: readonly [what: string, userPassword: string | readonly string[]][] = [
  ['none', []],
  ['one that another service judges', '{SASL}somebody@example.test'],
  ['one of a scheme that the server does not have', '{X-UNKNOWN}c29tZXRoaW5n'],
  ['an empty hash', '{SSHA}'],
  ['a broken hash', '{CRYPT}*'],
];

describe.each([
  ['openldap', 'openldap'],
  ['openldap', 'ldap'],
  ['389ds', '389ds'],
  ['389ds', 'ldap'],
] as const)('a sign-in judged by %s as kind %s', (server, kind) => {
  let real: RealDirectory;
  let keyturn: Keyturn;
  beforeAll(async () => {
    const plain = {
      kind: 'ldap',
      disabledPeople: 'not-told',
      lockout: { failures: 5, minutes: 30 },
      expiredPassword: 'proves-the-password',
      ...(server === '389ds' ? { idAttribute: { name: 'nsUniqueId' } } : {}),
    };
    real = await reachRealDirectory(server, kind === 'ldap' ? plain : {});
    keyturn = await startKeyturn({
      directories: [real.section],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true } },
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });

  async function told(login: string, password: string) {
    const { id: _id, expiresAt: _until, ...rest } = (await proveSignIn(keyturn.url, login, undefined, password)).at('password');
    return rest;
  }

  it.each(odd)('tells strangers nothing of an account whose password is %s', async (_what, userPassword) => {
    const usual = await told((await real.createPerson()).login, WRONG);
    const other: RealPerson = await real.createPerson();
    await real.set(other, { userPassword });
    expect(await told(other.login, WRONG)).toEqual(usual);
    expect(await told(other.login, ' ')).toEqual(usual);
    expect(await told('nobody-has-it', WRONG)).toEqual(usual);
  });

  it.each(['\u0000', '\u0000x', ' ', '\u00ad', '\u200b'])(
    'lets nobody in with what servers may take for no password: %j',
    async (password) => {
      const client = await askedForPassword(keyturn.url, (await real.createPerson()).login);
      await client.answer({ password });
      expect(client.at('password').messageTone).toBe('error');
    },
  );
});
