import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { REAL_KINDS, type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';
import { vouchingOn } from './vouching-harness.ts';

const vouching = {
  guard: GENEROUS_LIMITS,
  signIn: { enabled: true },
  recovery: { rules: [{ name: 'everybody', accepted: [['email' as const, 'manager' as const]] }] },
};
const servers = { 'active-directory': sharedSamba, openldap: sharedSlapd, '389ds': sharedDs389 };

describe.each(REAL_KINDS)('a manager who vouches, kind %s', (kind) => {
  let real: RealDirectory;
  let keyturn: Keyturn;
  beforeAll(async () => {
    real = await reachRealDirectory(kind);
    keyturn = await startKeyturn({
      directories: [real.section],
      trustedProxies: ['127.0.0.1'],
      configuration: vouching,
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });
  const { proven, waiting } = vouchingOn(() => keyturn);
  const enrolMail = async ({ login }: RealPerson, { deps }: Keyturn = keyturn) => {
    const [account] = await deps.directories.get('people').findAccounts(login);
    if (account === undefined) throw new Error('not there');
    const address = `${login.toLowerCase()}@home.example.test`;
    const ref = { directory: 'people', id: account.id };
    await addFactor(deps, deps.store, { account: ref, kind: 'email', label: address, secret: address, source: 'test' });
    return { login, address };
  };

  it('lets a direct report in, and is nobody’s manager any more once the directory says so', async () => {
    const [boss, report, other] = [await real.createPerson(), await real.createPerson(), await real.createPerson()];
    const server = await servers[kind]();
    for (const { dn } of [report, other]) await server.modify(dn, { manager: boss.dn });
    const held = await signIn(keyturn, boss.login, await keyturn.enrol(boss.login), boss.password);

    const client = await proven(await enrolMail(report));
    await client.answer({ option: 'manager' });
    const asked = await waiting(client);
    await keyturn.waitForMessage(boss.mail);
    expect((await held.call('POST', `/me/vouch/${asked.request}`, { digits: asked.digits })).status).toBe(204);
    await client.answer({});
    await client.answer({});
    client.at('new-password');
    const password = newPassword();
    await client.answer({ password });
    client.at('done');
    expect(await real.signsIn(report, password)).toBe(true);

    const second = await proven(await enrolMail(other));
    await second.answer({ option: 'manager' });
    const late = await waiting(second);
    await server.modify(other.dn, { manager: report.dn });
    expect((await held.call('POST', `/me/vouch/${late.request}`, { digits: late.digits })).body.code).toBe('vouch.over');
    const alone = await proven(await enrolMail(await real.createPerson()));
    expect(alone.step).toMatchObject({ kind: 'refused', code: 'journey.no-proof-left' });
  });

  describe('between the request and the answer', () => {
    interface Case {
      readonly what: string;
      /** null: the manager may answer still. */
      readonly code: 'vouch.over' | 'vouch.not-possible' | null;
      meanwhile(boss: RealPerson, report: RealPerson): Promise<unknown>;
    }
    const disabled = {
      'active-directory': { userAccountControl: '514' },
      openldap: { pwdAccountLockedTime: '000001010000Z' },
      '389ds': { nsAccountLock: 'true' },
    } as const;
    const cases: Case[] = [
      { what: 'is disabled', code: 'vouch.over', meanwhile: (boss) => real.set(boss, disabled[kind]) },
      { what: 'is taken away', code: 'vouch.over', meanwhile: (boss) => real.remove(boss) },
      {
        what: 'is renamed, and the directory names who leads by the new name',
        code: null,
        meanwhile: async (boss, report) => real.set(report, { manager: (await real.rename(boss, { login: newLogin() })).dn }),
      },
      {
        what: 'is renamed, and somebody else has the name by which the directory goes on to name who leads',
        code: 'vouch.over',
        async meanwhile(boss, report) {
          const [named] = (await real.read(report, ['manager'])).manager ?? [];
          await real.rename(boss, { login: newLogin() });
          await real.rename(await real.createPerson(), { login: boss.login });
          await real.set(report, { manager: String(named) });
        },
      },
      { what: 'has a report who leads themselves', code: 'vouch.over', meanwhile: (_, report) => real.set(report, { manager: report.dn }) },
      { what: 'has a report who is renamed', code: null, meanwhile: (_, report) => real.rename(report, { login: newLogin() }) },
      { what: 'has a report who is disabled', code: 'vouch.not-possible', meanwhile: (_, report) => real.set(report, disabled[kind]) },
      { what: 'has a report who is taken away', code: 'vouch.over', meanwhile: (_, report) => real.remove(report) },
    ];
    it.each(cases)('a manager who $what: $code', async ({ code, meanwhile }) => {
      const [boss, report] = [await real.createPerson(), await real.createPerson()];
      await real.set(report, { manager: boss.dn });
      const held = await signIn(keyturn, boss.login, await keyturn.enrol(boss.login), boss.password);
      const client = await proven(await enrolMail(report));
      await client.answer({ option: 'manager' });
      const asked = await waiting(client);
      await meanwhile(boss, report);
      const answer = await held.call('POST', `/me/vouch/${asked.request}`, { digits: asked.digits });
      expect(answer.body.code ?? null).toBe(code);
      // The first one finds that the step has passed, and the second goes on from where it is.
      await client.answer({});
      await client.answer({});
      client.at(code === null ? 'new-password' : 'waiting');
      const approved = (await keyturn.deps.store.audit.read(0, 100_000)).filter(
        ({ type, data }) => type === 'vouch.approved' && data.includes(asked.request),
      );
      expect(approved).toHaveLength(code === null ? 1 : 0);
    });

    it('a deputy who is taken out of the group vouches no more once its members are looked up anew', async () => {
      const [deputy, stranger, report] = [await real.createPerson(), await real.createPerson(), await real.createPerson()];
      const deputies = await real.createGroup([deputy, await real.createPerson()]);
      const factors = { manager: { deputies: [{ directory: 'people', group: deputies, mail: 'deputies@example.test' }] } };
      const led = await startKeyturn({ directories: [real.section], configuration: { ...vouching, factors } });
      try {
        const by = vouchingOn(() => led);
        const signedIn = async ({ login, password }: RealPerson) => signIn(led, login, await led.enrol(login), password);
        const [held, other] = [await signedIn(deputy), await signedIn(stranger)];
        const person = await enrolMail(report, led);
        const ask = async () => {
          const client = await by.proven(person, '127.0.0.1');
          await client.answer({ option: 'manager' });
          return by.waiting(client);
        };
        const answer = ({ call }: typeof held, { request, digits }: Awaited<ReturnType<typeof ask>>) =>
          call('POST', `/me/vouch/${request}`, { digits });
        const first = await ask();
        expect((await answer(other, first)).body.code).toBe('vouch.over');
        expect((await answer(held, first)).status).toBe(204);
        const second = await ask();
        await real.takeOut(deputies, deputy);
        led.clock.move(31_000);
        expect((await answer(held, second)).body.code).toBe('vouch.over');
      } finally {
        await led.close();
      }
    });
  });
});
