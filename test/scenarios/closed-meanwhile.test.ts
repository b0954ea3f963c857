import { beforeAll, describe, expect, it } from 'vitest';
import type { OwnFactors } from '../../shared/api/own-factors.ts';
import type { EmbeddedAccountRow } from '../../src/core/ports/embedded-store.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { atBegun } from './journey-client.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { exchange, inSession, proveSignIn, type SessionClient, signIn } from './sign-in-client.ts';
import type { Enrolled, Keyturn } from './start-keyturn.ts';

/** Of who signed in, or has proven that they could, and whose account was closed to them since. */
describeEachEngine('an account that was closed meanwhile, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection(), embeddedSection('other')],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        recovery: {
          rules: [
            {
              name: 'everybody',
              accepted: [
                ['email', 'totp'],
                ['email', 'recovery-code'],
              ],
            },
          ],
        },
      },
    });
  });

  type Person = Enrolled & { login: string };
  async function newPerson(): Promise<Person> {
    const login = newLogin();
    await addPerson(keyturn, login);
    return { login, ...(await keyturn.enrol(login)) };
  }
  async function change({ account }: Pick<Person, 'account'>, changes: Partial<EmbeddedAccountRow>): Promise<void> {
    const row = await keyturn.deps.store.embedded.find(account.directory, account.id);
    if (row === null || !(await keyturn.deps.store.embedded.update({ ...row, ...changes }))) throw new Error('not changed');
  }
  const open = { disabled: false, groups: [], expiresAt: null };
  const isIn = async (token: string) => (await inSession(keyturn.url, token, 'GET', '/session')).status === 200;

  describe.each([
    ['disabled', { disabled: true }],
    ['protected', { groups: [PROTECTED_GROUP] }],
    ['past its end', { expiresAt: 1000 }],
  ] as const)('%s', (_how, closed) => {
    it('opens no session by what was proven before', async () => {
      const person = await newPerson();
      keyturn.clock.move(31_000);
      const client = await proveSignIn(keyturn.url, person.login, person);
      client.at('done');
      await change(person, closed);
      expect(await exchange(keyturn.url, client)).toMatchObject({ status: 409, body: { code: 'session.not-proven' } });
      // It was right, and is worth a session as soon as that is so again.
      await change(person, open);
      expect((await exchange(keyturn.url, client)).status).toBe(201);
    });

    it('makes no session fresh', async () => {
      const person = await newPerson();
      const held = await signIn(keyturn, person.login, person);
      const begun = await held.call('POST', '/session/step-up', { anyOf: [['totp']] });
      const client = atBegun(keyturn.url, begun);
      keyturn.clock.move(31_000);
      await client.answer({ option: 'totp' });
      await client.answer({ code: person.totp() });
      client.at('done');
      await change(person, closed);
      const taken = { journey: begun.body.journey, journeyToken: client.token };
      expect((await held.call('PUT', '/session', taken)).body.code).toBe('session.not-proven');
    });

    it('changes nothing of what proves its owner, and ends all of its sessions where somebody tries', async () => {
      for (const changing of [
        (held: SessionClient) => held.call('POST', '/me/factors/recovery-codes', {}),
        (held: SessionClient) => held.call('POST', '/me/phones', {}),
        removesOne,
      ]) {
        const person = await newPerson();
        const [held, beside] = [await signIn(keyturn, person.login, person), await signIn(keyturn, person.login, person)];
        await change(person, closed);
        expect(await changing(held)).toMatchObject({ status: 401, body: { code: 'session.ended' } });
        expect([await isIn(held.token), await isIn(beside.token)]).toEqual([false, false]);
      }
      const ended = (await keyturn.deps.store.audit.read(0, 100_000)).filter(({ data }) => data.includes('account-closed'));
      expect(ended.length).toBeGreaterThanOrEqual(3);
    });

    it('has nothing added on a phone that was let in before', async () => {
      const person = await newPerson();
      const held = await signIn(keyturn, person.login, person);
      const onPhone = await phoneOf(held);
      await change(person, closed);
      expect((await inSession(keyturn.url, onPhone, 'POST', '/me/factors/recovery-codes', {})).body.code).toBe('session.ended');
      expect((await signInAgain(person, open)).status).toBe(200);
    });
  });

  async function removesOne(held: SessionClient) {
    const { factors } = (await held.call('GET', '/me/factors')).body as unknown as OwnFactors;
    return held.call('DELETE', `/me/factors/${factors[0]?.id}?anyway=true`);
  }
  async function phoneOf(held: SessionClient): Promise<string> {
    const { body } = await held.call('POST', '/me/phones', {});
    const opened = await inSession(keyturn.url, 'x', 'POST', '/phone', { link: new URL(String(body.address)).hash.slice(1) });
    const { digits } = opened.body.step as { digits: string };
    expect((await held.call('POST', `/me/phones/${body.phone}`, { digits })).status).toBe(204);
    await inSession(keyturn.url, String(opened.body.token), 'GET', `/journeys/${opened.body.journey}`);
    return String(
      (await inSession(keyturn.url, String(opened.body.token), 'POST', '/session', { journey: opened.body.journey })).body.token,
    );
  }
  async function signInAgain(person: Person, changes: Partial<EmbeddedAccountRow>) {
    await change(person, changes);
    const held = await signIn(keyturn, person.login, person);
    return held.call('GET', '/session');
  }
});
