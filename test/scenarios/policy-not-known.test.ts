import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SeenPerson } from '../../shared/api/people.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import type { SlapdDirectory } from '../servers/slapd.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

let slapd: SlapdDirectory;
let real: RealDirectory;
let keyturn: Keyturn;
let agent: SessionClient;
beforeAll(async () => {
  slapd = await sharedSlapd();
  real = await reachRealDirectory('openldap');
  const who = await real.createPerson();
  keyturn = await startKeyturn({
    directories: [real.section],
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      roles: [{ name: 'agents', may: ['see-people'], heldBy: { accounts: [who.login] }, over: { directories: ['people'] } }],
    },
  });
  agent = await signIn(keyturn, who.login, await keyturn.enrol(who.login), who.password);
});
afterAll(async () => {
  await keyturn?.close();
  await real?.proxy.stop();
});

it('of a policy that cannot be read nobody is told that there is none', async () => {
  const policyOf = async (login: string) => {
    const [account] = await keyturn.deps.directories.get('people').findAccounts(login);
    const reply = await agent.call('GET', `/helpdesk/people/people/${encodeURIComponent(account?.id ?? '')}`);
    expect(reply.status).toBe(200);
    return (reply.body as unknown as SeenPerson).password.policy;
  };
  const login = newLogin();
  await slapd.createUser({ login, password: newPassword(), policyDn: `cn=${newLogin('hidden')},${slapd.baseDn}` });
  expect(await policyOf(login)).toBeNull();
  expect(await policyOf((await real.createPerson()).login)).toEqual(expect.any(String));
});
