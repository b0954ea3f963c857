import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AccessWorld, ADDRESS, delegate, openAccessWorld } from '../../../test/access-world.ts';
import { emergencyRow } from '../../../test/store/fixture.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Session, SessionFacts } from '../sessions/session.ts';
import { emergencyAccount } from './emergency.ts';
import { type ManagingProof, manageable, requireManage } from './manage.ts';

const MINUTE = 60_000;
let world: AccessWorld;
let admin: AccountRef;
beforeAll(async () => {
  world = await openAccessWorld();
  admin = await world.person({ groups: ['Admins'] });
});
afterAll(() => world.store.close());
beforeEach(() => {
  world.configure({
    roles: [
      { name: 'admins', may: ['manage-configuration', 'view-history'], heldBy: { groups: ['Admins'] } },
      { name: 'managers', may: ['unlock-account'], heldBy: { directManager: true } },
    ],
  });
});

const manage = (session: Session, proof: ManagingProof = 'any', action: Parameters<typeof requireManage>[2] = 'manage-configuration') =>
  requireManage(world.deps(), session, action, { proof });
/** What a session rests on, each proof so many minutes old. */
const resting = (...proofs: [SessionFacts['proofs'][number]['kind'], number][]): Partial<SessionFacts> => ({
  proofs: proofs.map(([kind, minutes]) => ({ kind, at: world.clock.now() - minutes * MINUTE })),
});
const newest = async () => (await world.events()).at(-1);

describe('who manages', () => {
  it('does what a role of theirs allows, and is named in the log as who acts', async () => {
    const session = await world.signIn(admin);
    expect(await manage(session)).toEqual(delegate(session));
    expect(await manageable(world.deps(), session)).toEqual(['manage-configuration', 'view-history']);
  });

  it.each([
    ['what no role of theirs allows', () => admin, 'manage-roles', 'no-role'],
    ['anything without a role', () => world.person(), 'manage-configuration', 'no-role'],
    ['anything with an account that is closed', () => world.person({ groups: ['Admins'], disabled: true }), 'view-history', 'actor-barred'],
    ['anything with an account that is gone', () => Promise.resolve({ directory: 'people', id: 'gone' }), 'view-history', 'actor-barred'],
  ] as const)('is refused %s, which is in the log with the reason', async (_, who, action, reason) => {
    const session = await world.signIn(await who());
    await expect(manage(session, 'any', action)).rejects.toMatchObject({ code: 'access.management-refused' });
    expect(await newest()).toEqual({
      ...{ type: 'access.management-refused', actor: delegate(session), session: session.id, action, reason },
    });
  });

  it('may nothing where their account is closed, or gone', async () => {
    const closed = await world.person({ groups: ['Admins'], disabled: true });
    expect(await manageable(world.deps(), await world.signIn(closed))).toEqual([]);
    expect(await manageable(world.deps(), await world.signIn({ directory: 'people', id: 'gone' }))).toEqual([]);
  });

  it.each(['enrolment', 'until-enrolled'] as const)('does nothing in a session that is for %s', async (rights) => {
    const session = await world.signIn(admin, {}, { rights });
    await expect(manage(session)).rejects.toMatchObject({ code: 'session.for-enrolment-only' });
    await expect(manageable(world.deps(), session)).rejects.toMatchObject({ code: 'session.for-enrolment-only' });
  });

  it('is slowed down after too many refusals from one address, and told for how long', async () => {
    world.configure({ guard: { strayRequestsPerAddress: { count: 1, windowSeconds: 420 } } });
    const session = await world.signIn(await world.person());
    const deps = world.deps({ address: '198.51.100.1' });
    const refused = () => requireManage(deps, session, 'view-history', { proof: 'any' });
    await expect(refused()).rejects.toMatchObject({ code: 'access.management-refused' });
    await expect(refused()).rejects.toMatchObject({ code: 'guard.slow-down', details: { retryAfter: expect.any(Number) } });
  });
});

describe('the proofs of who manages', () => {
  it('may be of any age to see something', async () => {
    await expect(manage(await world.signIn(admin, resting(['password', 300])))).resolves.toBeDefined();
  });

  it('are all of the last five minutes for a change', async () => {
    await expect(manage(await world.signIn(admin, resting(['password', 5], ['totp', 5])), 'fresh')).resolves.toBeDefined();
    const stale = await world.signIn(admin, resting(['password', 0], ['totp', 5.1]));
    await expect(manage(stale, 'fresh')).rejects.toMatchObject({ code: 'session.step-up-needed', details: { anyOf: ['password+totp'] } });
  });

  it('are a passkey of the last five minutes for what others rest on', async () => {
    await expect(manage(await world.signIn(admin, resting(['password', 300], ['passkey', 5])), 'passkey')).resolves.toBeDefined();
    for (const proofs of [resting(['password', 0], ['totp', 0]), resting(['passkey', 5.1])])
      await expect(manage(await world.signIn(admin, proofs), 'passkey')).rejects.toMatchObject({
        code: 'session.step-up-needed',
        details: { anyOf: ['passkey'] },
      });
  });
});

describe('the administrator of an emergency', () => {
  const open = async (row: Parameters<typeof emergencyRow>[0]) => {
    const emergency = emergencyRow({ createdAt: world.clock.now(), openedAt: world.clock.now(), ...row });
    await world.store.emergencies.insert({ ...emergency, credential: null, retiredAt: null });
    const { credential = null, retiredAt = null } = row ?? {};
    await world.store.emergencies.change(emergency, { credential, retiredAt });
    return world.signIn(emergencyAccount(emergency.id), { login: 'emergency' }, { rights: 'emergency' });
  };

  it('does everything once they have a passkey, whatever its age', async () => {
    const session = await open({ credential: 'c1' });
    const { id } = session.account;
    expect(await manage(session, 'passkey', 'manage-roles')).toEqual({
      ...{ kind: 'emergency', account: `:emergency/${id}`, address: ADDRESS, client: 'web' },
    });
    expect(await manageable(world.deps(), session)).toEqual(['manage-configuration', 'manage-roles', 'view-history']);
  });

  it.each<[string, Parameters<typeof emergencyRow>[0]]>([
    ['without a passkey', {}],
    ['once it is retired', { credential: 'c2', retiredAt: 1 }],
  ])('does nothing %s', async (_, row) => {
    const session = await open(row);
    await expect(manage(session)).rejects.toMatchObject({ code: 'emergency.passkey-needed' });
    expect(await manageable(world.deps(), session)).toEqual([]);
  });

  it('does nothing where there is no such emergency', async () => {
    const session = await world.signIn(emergencyAccount('none'), {}, { rights: 'emergency' });
    await expect(manage(session)).rejects.toMatchObject({ code: 'emergency.passkey-needed' });
  });
});
