import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, act, type Caller, caseNow, eventsAbout, openCase, opened, verified } from './helpdesk.ts';
import { REAL_KINDS, type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const servers = { 'active-directory': sharedSamba, openldap: sharedSlapd, '389ds': sharedDs389 };
const refused = { status: 403, body: { code: 'access.refused' } };
const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };

describe.each(REAL_KINDS)('a call, kind %s', (kind) => {
  const [agentsGroup, staffGroup] = [newLogin('agents'), newLogin('staff')];
  let real: RealDirectory;
  let keyturn: Keyturn;
  let agent: Agent;
  let other: Agent;
  let staff: Person[];

  type Person = Caller & { person: RealPerson };
  const enrolled = async (): Promise<Person> => {
    const person = await real.createPerson();
    const known = await keyturn.enrol(person.login);
    return { ...known, login: person.login, ref: known.account as AccountRef, person };
  };
  const agentOf = async (who: Person): Promise<Agent> => ({ ...who, held: await signIn(keyturn, who.login, who, who.person.password) });
  const keepsPassword = ({ person }: Person) => real.signsIn(person, person.password);

  beforeAll(async () => {
    real = await reachRealDirectory(kind);
    keyturn = await startKeyturn({
      directories: [real.section],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: [
          {
            name: 'agents',
            may: ['reset-password', 'unlock-account'],
            heldBy: { groups: [agentsGroup] },
            over: { groups: [staffGroup] },
          },
        ],
      },
    });
    const server = await servers[kind]();
    const people = [await enrolled(), await enrolled(), await enrolled(), await enrolled(), await enrolled()];
    const [first, second, ...called] = people as [Person, Person, ...Person[]];
    await server.createGroup(agentsGroup, [first.person.dn, second.person.dn]);
    await server.createGroup(
      staffGroup,
      called.map(({ person }) => person.dn),
    );
    [agent, other] = [await agentOf(first), await agentOf(second)];
    staff = called;
  }, 120_000);
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });

  it('resets and unlocks for who has confirmed it, and for nobody else', async () => {
    const [caller, locked, victim] = staff as [Person, Person, Person];
    const { id } = await verified(keyturn, agent, caller);
    // Another agent's, another person's, another act's: none of it is worth anything.
    expect((await act(other, id)).status).toBe(404);
    const strange = await opened(agent, victim);
    expect(await act(agent, strange.id)).toMatchObject(receiptNeeded);
    for (const path of ['/help/reset', '/help/unlock']) {
      for (const whom of [caller, victim]) expect(await agent.held.call('POST', path, { account: whom.ref })).toMatchObject(receiptNeeded);
    }
    expect(await openCase(agent, { ref: other.account })).toMatchObject(refused);
    expect(await openCase(agent, { ref: agent.account })).toMatchObject(refused);
    expect(await openCase(agent, await enrolled())).toMatchObject(refused);
    expect(await keepsPassword(caller)).toBe(true);

    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done', mustChange: true } });
    expect(await keepsPassword(caller)).toBe(false);
    expect(await act(agent, id)).toMatchObject({ status: 409, body: { code: 'case.passed' } });

    await real.lock(locked.person);
    const unlocking = await verified(keyturn, agent, locked, { action: 'unlock-account' });
    expect(await act(agent, unlocking.id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await keepsPassword(locked)).toBe(true);
    expect(await keepsPassword(victim)).toBe(true);
    expect(await eventsAbout(keyturn, 'write.intended', victim.ref.id)).toEqual([]);
  }, 120_000);

  it('keeps its receipt while the directory does not answer', async () => {
    const victim = staff[2] as Person;
    const { id } = await verified(keyturn, agent, victim, { replace: true, reason: 'test' });
    real.proxy.setMode('refuse');
    real.proxy.cutAll();
    const while_ = await act(agent, id);
    expect(while_.body.code ?? while_.body.outcome).toMatch(/^directory\.|^failed$/);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'verified' });
    real.proxy.setMode('forward');
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await keepsPassword(victim)).toBe(false);
  }, 120_000);
});
