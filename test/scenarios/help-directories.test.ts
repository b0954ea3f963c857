import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPassword } from '../conformance/samples.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { REAL_KINDS, type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const servers = { 'active-directory': sharedSamba, openldap: sharedSlapd, '389ds': sharedDs389 };

describe.each(REAL_KINDS)('a manager, kind %s', (kind) => {
  let real: RealDirectory;
  let keyturn: Keyturn;
  beforeAll(async () => {
    real = await reachRealDirectory(kind);
    keyturn = await startKeyturn({
      directories: [real.section],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: [{ name: 'managers', may: ['reset-password', 'unlock-account'], heldBy: { directManager: true } }],
      },
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });

  it('unlocks a direct report, resets the password, and reaches nobody else', async () => {
    const [boss, report, other] = [await real.createPerson(), await real.createPerson(), await real.createPerson()];
    await (await servers[kind]()).modify(report.dn, { manager: boss.dn });
    const held = await signIn(keyturn, boss.login, await keyturn.enrol(boss.login), boss.password);
    await real.lock(report);
    const found = await held.call('POST', '/help/find', { account: report.login });
    expect(found.body).toMatchObject({ account: { login: report.login, locked: true }, may: ['reset-password', 'unlock-account'] });
    const { account } = found.body;
    expect((await held.call('POST', '/help/unlock', { account: refOf(account) })).body).toEqual({ outcome: 'done' });
    expect(await real.signsIn(report, report.password)).toBe(true);
    const reset = await held.call('POST', '/help/reset', { account: refOf(account) });
    expect(reset.body).toMatchObject({ outcome: 'done', password: expect.any(String) });
    expect(await real.signsIn(report, report.password)).toBe(false);
    const { password } = reset.body as unknown as { password: string };
    const directory = keyturn.deps.directories.get('people');
    const { mustChange } = await directory.readStatus(refOf(account));
    expect(reset.body.mustChange).toBe(mustChange);
    expect(mustChange).toBe(true);
    const verdict = await directory.verifyPassword(refOf(account), password);
    expect(verdict.valid ? verdict.warning : verdict.reason).toContain('must-change');

    const [stranger] = await directory.findAccounts(other.login);
    const refused = { status: 403, body: { code: 'access.refused' } };
    expect(await held.call('POST', '/help/find', { account: other.login })).toMatchObject(refused);
    expect(await held.call('POST', '/help/reset', { account: refOf(stranger), password: newPassword() })).toMatchObject(refused);
    expect(await real.signsIn(other, other.password)).toBe(true);
  });
});

function refOf(account: unknown): { directory: string; id: string } {
  const { directory, id } = account as { directory: string; id: string };
  return { directory, id };
}
