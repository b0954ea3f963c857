import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessWorld, ADDRESS, delegate, openAccessWorld } from '../../../test/access-world.ts';
import { apiTokenRow } from '../../../test/store/fixture.ts';
import type { ApiToken } from '../tokens/api-token.ts';
import { apiTokenOf } from '../tokens/api-token.ts';
import { callerActor, callerKey, isApiToken, readCaller, requireCallerOpen, requireManageOrToken, sessionPart } from './caller.ts';

let world: AccessWorld;
beforeAll(async () => {
  world = await openAccessWorld({ roles: [{ name: 'admins', may: ['view-history'], heldBy: { groups: ['Admins'] } }] });
});
afterAll(() => world.store.close());

async function token(may: string[] = ['view-history']): Promise<ApiToken> {
  const now = world.clock.now();
  const row = apiTokenRow({ createdAt: now, expiresAt: now + 1000, facts: JSON.stringify({ may, author: 'root' }) });
  await world.store.tokens.insert(row);
  return apiTokenOf(row);
}
const admin = async () => world.signIn(await world.person({ groups: ['Admins'] }));
const tokenActor = ({ id, name }: ApiToken) => ({ kind: 'token', token: id, login: `token ${name}`, address: ADDRESS });

describe('who asks', () => {
  it('is a person in a session, or a program with its token, told apart wherever they are named', async () => {
    const [person, program] = [await admin(), await token()];
    expect([isApiToken(person), isApiToken(program)]).toEqual([false, true]);
    expect([callerKey(person), callerKey(program)]).toEqual([`people/${person.account.id}`, `token/${program.id}`]);
    expect(callerActor(world.deps(), person)).toEqual(delegate(person));
    expect(callerActor(world.deps(), program)).toEqual(tokenActor(program));
    expect([sessionPart(person), sessionPart(program)]).toEqual([{ session: person.id }, {}]);
  });

  it('has the roles of the configuration as a person, and its own alone as a program', async () => {
    const [person, program] = [await admin(), await token()];
    expect(await readCaller(world.deps(), person)).toMatchObject({
      ...{ actor: { account: person.account }, roles: world.configuration.roles },
    });
    expect(await readCaller(world.deps(), program)).toMatchObject({ roles: [{ name: `token ${program.name}`, may: ['view-history'] }] });
  });

  it('is nobody whose account is gone, or who may only enrol', async () => {
    expect(await readCaller(world.deps(), await world.signIn({ directory: 'people', id: 'gone' }))).toBeNull();
    const session = await world.signIn(await world.person(), {}, { rights: 'until-enrolled' });
    await expect(readCaller(world.deps(), session)).rejects.toMatchObject({ code: 'session.for-enrolment-only' });
  });

  it('is asked about once more, for what takes long: who was signed out, or whose token was revoked, gets nothing', async () => {
    const [person, program] = [await admin(), await token()];
    const open = (caller: typeof person | ApiToken, at = world.clock.now()) => requireCallerOpen(world.deps({ at }), world.store, caller);
    await open(person);
    await open(program);
    await expect(open(program, world.clock.now() + 1000)).rejects.toMatchObject({ code: 'token.ended' });
    await world.store.sessions.end(person.account, person.id, 'signed-out', world.clock.now());
    await world.store.tokens.revoke(program.row, world.clock.now());
    await expect(open(person)).rejects.toMatchObject({ code: 'session.ended' });
    await expect(open(program)).rejects.toMatchObject({ code: 'token.ended' });
  });
});

describe('what is seen of the installation', () => {
  const see = (caller: Parameters<typeof requireManageOrToken>[1], address = ADDRESS) =>
    requireManageOrToken(world.deps({ address }), caller, 'view-history');

  it('is seen by a role, with proofs of any age, or by a token that allows it', async () => {
    const account = await world.person({ groups: ['Admins'] });
    const person = await world.signIn(account, { proofs: [{ kind: 'password', at: world.clock.now() - 86_400_000 }] });
    expect(await see(person)).toEqual(delegate(person));
    const program = await token();
    expect(await see(program)).toEqual(tokenActor(program));
  });

  it('is seen by nobody else: a person without a role, a token for something else', async () => {
    await expect(see(await world.signIn(await world.person()))).rejects.toMatchObject({ code: 'access.management-refused' });
    const program = await token(['manage-configuration']);
    await expect(see(program)).rejects.toMatchObject({ code: 'token.not-allowed' });
    const { id, name } = program;
    expect((await world.events()).at(-1)).toEqual({
      type: 'token.refused',
      id,
      name,
      actor: tokenActor(program),
      problem: 'token.not-allowed',
    });
  });

  it('is not tried for without end', async () => {
    world.configure({ guard: { strayRequestsPerAddress: { count: 1, windowSeconds: 60 } } });
    const program = await token(['manage-roles']);
    await expect(see(program, '198.51.100.2')).rejects.toMatchObject({ code: 'token.not-allowed' });
    await expect(see(program, '198.51.100.2')).rejects.toMatchObject({
      code: 'guard.slow-down',
      details: { retryAfter: expect.any(Number) },
    });
  });
});
