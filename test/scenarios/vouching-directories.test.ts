import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newPassword } from '../conformance/samples.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { REAL_KINDS, type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';
import { vouchingOn } from './vouching-harness.ts';

const servers = { 'active-directory': sharedSamba, openldap: sharedSlapd, '389ds': sharedDs389 };

describe.each(REAL_KINDS)('a manager who vouches, kind %s', (kind) => {
  let real: RealDirectory;
  let keyturn: Keyturn;
  beforeAll(async () => {
    real = await reachRealDirectory(kind);
    keyturn = await startKeyturn({
      directories: [real.section],
      trustedProxies: ['127.0.0.1'],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['email', 'manager']] }] },
      },
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });
  const { proven, waiting } = vouchingOn(() => keyturn);
  const enrolMail = async ({ login }: RealPerson) => {
    const [account] = await keyturn.deps.directories.get('people').findAccounts(login);
    if (account === undefined) throw new Error('not there');
    const address = `${login.toLowerCase()}@home.example.test`;
    const ref = { directory: 'people', id: account.id };
    await addFactor(keyturn.deps, keyturn.deps.store, { account: ref, kind: 'email', label: address, secret: address, source: 'test' });
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
});
