import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { type BindWitness, startBindWitness } from '../servers/bind-witness.ts';
import { type SlapdServer, startSlapd } from '../servers/slapd.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { REAL_KINDS, type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { proveSignIn, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

/** Whoever runs one directory is told the passwords of its own people, and of nobody else's. */
describe.each(REAL_KINDS)('a password of people of %s', (kind) => {
  let witness: BindWitness;
  let partner: SlapdServer;
  let real: RealDirectory;
  let keyturn: Keyturn;
  beforeAll(async () => {
    witness = await startBindWitness();
    partner = await startSlapd({ globalLines: witness.globalLines, databaseLines: witness.databaseLines });
    real = await reachRealDirectory(kind);
    process.env.PARTNER_SERVICE = partner.service.password;
    const section = {
      ...{ kind: 'openldap' as const, id: 'partner', label: 'Partner', servers: [{ url: partner.url }], tls: { ca: partner.caPem } },
      ...{ baseDn: partner.peopleDn, serviceAccount: { name: partner.service.name, password: 'env:PARTNER_SERVICE' } },
    };
    keyturn = await startKeyturn({
      directories: [real.section, section],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true } },
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await Promise.all([real?.proxy.stop(), partner?.stop()]);
    await witness?.stop();
  });
  const passwordsSince = (from: number) => witness.seen.slice(from).map(({ password }) => password);

  it('goes to no other directory, which is asked all the same', async () => {
    const owner = await real.createPerson();
    const from = witness.seen.length;
    await signIn(keyturn, owner.login, await keyturn.enrol(owner.login), owner.password);
    const given = passwordsSince(from);
    expect(given.filter((password) => password !== partner.service.password)).toHaveLength(1);
    expect(given.join('\n')).not.toContain(owner.password);
    expect(witness.seen.at(-1)?.dn).toContain('00000000-0000-0000-0000-000000000000');
  });

  it('goes there neither wrong nor for a name that nobody has, nor where the account is not tried', async () => {
    const [owner, locked, typed] = [await real.createPerson(), await real.createPerson(), newPassword()];
    await real.lock(locked);
    const from = witness.seen.length;
    await proveSignIn(keyturn.url, owner.login, undefined, typed);
    await proveSignIn(keyturn.url, newLogin(), undefined, typed);
    await proveSignIn(keyturn.url, locked.login, undefined, typed);
    const given = passwordsSince(from).filter((password) => password !== partner.service.password);
    expect(given).toHaveLength(3);
    expect(given.join('\n')).not.toContain(typed);
  });

  it('is told to who has the account, as it must be', async () => {
    const [login, password] = [newLogin(), newPassword()];
    await partner.createUser({ login, password, mail: `${login}@partner.example.test`, givenName: 'Paula', surname: login });
    const from = witness.seen.length;
    await signIn(keyturn, login, await keyturn.enrol(login), password);
    expect(passwordsSince(from)).toContain(password);
  });
});
