import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { PERSON_PERMISSIONS } from '../../../shared/permissions.ts';
import { type AccessWorld, delegate, openAccessWorld } from '../../../test/access-world.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Session } from '../sessions/session.ts';
import { findHelped, judgeHelped, refuseAfterAll, requireMay } from './helped.ts';

let world: AccessWorld;
let agent: AccountRef;
beforeAll(async () => {
  world = await openAccessWorld();
  agent = await world.person({ groups: ['Agents'] });
});
afterAll(() => world.store.close());
beforeEach(() => {
  world.changeBack();
  world.clock.advance(3_600_000);
  world.configure(ROLES);
});

const staff = { over: { groups: ['Staff'] } };
const ROLES: Parameters<AccessWorld['configure']>[0] = {
  roles: [
    {
      ...{ name: 'helpdesk', may: ['reset-password', 'end-sessions'], heldBy: { groups: ['Agents'] }, ...staff },
      ...{ otherWays: ['questions'], resetBy: ['told'] },
    },
    { name: 'managers', may: ['reset-password', 'unlock-account', 'remove-proofs'], heldBy: { directManager: true } },
  ],
};
const somebody = (more: Parameters<AccessWorld['person']>[0] = {}) => world.person({ groups: ['Staff'], ...more });
const found = async ({ directory: id, id: account }: AccountRef) => {
  const directory = world.deps().directories.get(id);
  const read = await directory.readAccount({ directory: id, id: account });
  if (read === null) throw new Error('gone');
  return { directory, account: read };
};
const judge = async (session: Session, ref: AccountRef) => judgeHelped(world.deps(), session, await found(ref));
const newest = async () => (await world.events()).at(-1);

describe('who may be helped, and with what', () => {
  it('is judged by the roles of who asks, in a case where they are not the manager', async () => {
    const [session, ref] = [await world.signIn(agent), await somebody()];
    const judged = await judge(session, ref);
    expect(judged).toMatchObject({ may: ['reset-password', 'end-sessions'], inCase: ['reset-password', 'end-sessions'], withSecond: [] });
    expect(judged.target).toMatchObject({ account: ref, protected: false });
    expect(judged.decisions.map(({ action }) => action)).toEqual(PERSON_PERMISSIONS);
  });

  it('of a direct manager is a report, without a case where it is a password or a lock', async () => {
    const manager = await world.person();
    const judged = await judge(await world.signIn(manager), await somebody({ managerId: manager.id }));
    expect(judged).toMatchObject({ may: ['reset-password', 'unlock-account', 'remove-proofs'], inCase: ['remove-proofs'] });
  });

  it('of a direct manager takes a case where a second agent has to approve it', async () => {
    world.configure({ ...ROLES, helpdesk: { approvals: [{ name: 'all', acts: ['unlock-account'] }] } });
    const manager = await world.person();
    const judged = await judge(await world.signIn(manager), await somebody({ managerId: manager.id }));
    expect(judged).toMatchObject({ withSecond: ['unlock-account'], inCase: ['unlock-account', 'remove-proofs'] });
  });

  it('is nobody where the account of who asks is gone', async () => {
    const judged = await judge(await world.signIn({ directory: 'people', id: 'gone' }), await somebody());
    expect(judged).toMatchObject({ may: [], inCase: [], decisions: [] });
  });

  it('leaves out what the directory cannot do', async () => {
    const ref = await somebody();
    const { abilities } = world.deps().directories.get('people');
    const session = await world.signIn(agent);
    const may = async (verbs: typeof abilities.verbs) => {
      world.change('people', { abilities: { ...abilities, verbs } });
      const { decisions } = await judge(session, ref);
      return decisions.map(({ action }) => action);
    };
    const always = ['issue-pass', 'remove-proofs', 'end-sessions', 'release-recovery'];
    expect(await may([])).toEqual(always);
    expect(await may(['reset-password'])).toEqual(always);
    expect(await may(['require-change'])).toEqual(always);
    expect(await may(['reset-password', 'require-change'])).toEqual(['reset-password', ...always]);
    expect(await may(['unlock-account'])).toEqual(['unlock-account', ...always]);
  });

  it('is not judged for a manager who rests on too little while a threat is raised; others are not asked for more', async () => {
    const { lift } = await world.raise();
    const weak = { proofs: [{ kind: 'password' as const, at: world.clock.now() }] };
    const manager = await world.person();
    const report = await somebody({ managerId: manager.id });
    expect(await judge(await world.signIn(manager, weak), await somebody())).toMatchObject({ may: [] });
    await expect(judge(await world.signIn(manager, weak), report)).rejects.toMatchObject({ code: 'session.ended' });
    await lift();
    await expect(judge(await world.signIn(manager, weak), report)).resolves.toBeDefined();
  });
});

describe('one thing for one account', () => {
  const may = async (session: Session, ref: AccountRef, action: Parameters<typeof requireMay>[2] = 'reset-password') =>
    requireMay(world.deps(), session, action, ref);

  it('is allowed with what it rests on', async () => {
    const [session, ref] = [await world.signIn(agent), await somebody()];
    expect(await may(session, ref)).toMatchObject({
      ...{ account: ref, basis: 'receipt', otherWays: ['questions'], resetBy: ['told'], takesSecond: false },
    });
    world.configure({ ...ROLES, helpdesk: { approvals: [{ name: 'all', acts: ['end-sessions'] }] } });
    expect([(await may(session, ref)).takesSecond, (await may(session, ref, 'end-sessions')).takesSecond]).toEqual([false, true]);
  });

  it('is read in the directory of the account', async () => {
    const [session, ref] = [await world.signIn(agent), await somebody({ directory: 'cloud' })];
    expect(await may(session, ref)).toMatchObject({ account: ref, directory: { id: 'cloud' } });
  });

  it.each([
    ['what no role allows', 'issue-pass', {}, 'no-role'],
    ['somebody out of scope', 'reset-password', { groups: [] }, 'out-of-scope'],
    ['who is protected', 'reset-password', { groups: ['Staff', 'Protected'] }, 'protected'],
  ] as const)('is refused for %s, with the reason in the log', async (_, action, more, reason) => {
    const [session, account] = [await world.signIn(agent), await somebody(more)];
    await expect(may(session, account, action)).rejects.toMatchObject({ code: 'access.refused' });
    const actor = delegate(session);
    expect(await newest()).toEqual({ type: 'access.refused', actor, session: session.id, reasons: [{ account, action, reason }] });
  });

  it.each([
    ['is gone', { directory: 'people', id: 'gone' }],
    ['is of no directory that is configured', { directory: 'left', id: 'a' }],
  ])('is refused without a reason where the account %s', async (_, ref) => {
    const session = await world.signIn(agent);
    await expect(may(session, ref)).rejects.toMatchObject({ code: 'access.refused' });
    expect(await newest()).toEqual({ type: 'access.refused', actor: delegate(session), session: session.id, reasons: [] });
  });

  it('is refused where who asks is gone, or may only enrol', async () => {
    const ref = await somebody();
    await expect(may(await world.signIn({ directory: 'people', id: 'gone' }), ref)).rejects.toMatchObject({ code: 'access.refused' });
    const session = await world.signIn(agent, {}, { rights: 'enrolment' });
    await expect(may(session, ref)).rejects.toMatchObject({ code: 'session.for-enrolment-only' });
  });

  it('is not tried for without end', async () => {
    world.configure({ ...ROLES, guard: { strayRequestsPerAddress: { count: 1, windowSeconds: 60 } } });
    const [session, ref] = [await world.signIn(agent), await somebody({ groups: [] })];
    const tried = () => requireMay(world.deps({ address: '198.51.100.3' }), session, 'reset-password', ref);
    await expect(tried()).rejects.toMatchObject({ code: 'access.refused' });
    await expect(tried()).rejects.toMatchObject({ code: 'guard.slow-down', details: { retryAfter: expect.any(Number) } });
  });
});

describe('the account that a name finds', () => {
  const find = (session: Session, name: string) => findHelped(world.deps(), session, name);

  it('is the one that may be helped, of several that have it', async () => {
    const session = await world.signIn(agent);
    const ref = await somebody({ login: 'twin' });
    await world.person({ directory: 'cloud', login: 'twin' });
    expect(await find(session, 'twin')).toMatchObject({ account: ref, may: ['reset-password', 'end-sessions'] });
  });

  it('is none where several may be helped, and the log says so of what was allowed alone', async () => {
    const session = await world.signIn(agent);
    const one = await somebody({ login: 'same' });
    const other = await somebody({ login: 'same', directory: 'cloud' });
    await expect(find(session, 'same')).rejects.toMatchObject({ code: 'access.refused' });
    const { reasons } = (await newest()) as { reasons: { account: AccountRef; action: string; reason: string }[] };
    const told = (action: string) => reasons.filter((each) => each.action === action).map(({ account, reason }) => [account, reason]);
    expect(told('reset-password')).toEqual([one, other].map((account) => [account, 'ambiguous']));
    expect(told('issue-pass')).toEqual([one, other].map((account) => [account, 'no-role']));
  });

  it('is none where nobody has it, or nobody whom who asks may help: which of it is not told', async () => {
    const session = await world.signIn(agent);
    await somebody({ login: 'outside', groups: [] });
    const refused = (name: string) => find(session, name).catch((error: unknown) => error);
    const [nobody, outside] = [await refused('nobody'), await refused('outside')];
    expect(nobody).toMatchObject({ code: 'access.refused', details: {} });
    expect(outside).toEqual(nobody);
  });

  it('is not looked for by who may only enrol, nor without end', async () => {
    await expect(find(await world.signIn(agent, {}, { rights: 'enrolment' }), 'x')).rejects.toMatchObject({
      code: 'session.for-enrolment-only',
    });
    world.configure({ ...ROLES, guard: { searchesPerAgent: { count: 1 } } });
    const session = await world.signIn(await world.person({ groups: ['Agents'], login: 'searcher' }));
    await somebody({ login: 'findable' });
    await find(session, 'findable');
    const often = async () => {
      for (let times = 0; times < 5; times += 1) await find(session, 'findable');
    };
    await expect(often()).rejects.toMatchObject({ code: 'people.searched-too-often' });
    expect(await newest()).toMatchObject({ type: 'people.searched-too-often', session: session.id, actor: delegate(session) });
    // Somebody else is not kept from it by them.
    await find(await world.signIn(agent), 'findable');
  });
});

it('an account that is gone just before it is written to is one that may not be helped', async () => {
  const failing = (error: Error) => refuseAfterAll(() => Promise.reject(error));
  await expect(failing(new AppError('directory.account-missing'))).rejects.toMatchObject({ code: 'access.refused' });
  await expect(failing(new AppError('directory.unreachable'))).rejects.toMatchObject({ code: 'directory.unreachable' });
  await expect(failing(new TypeError('a fault'))).rejects.toThrow(TypeError);
  expect(await refuseAfterAll(() => Promise.resolve('done'))).toBe('done');
});
