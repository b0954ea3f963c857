import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { type AccessWorld, delegate, openAccessWorld } from '../../../test/access-world.ts';
import { factorRow } from '../../../test/store/fixture.ts';
import type { CaseRow } from '../ports/case-store.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Session } from '../sessions/session.ts';
import { type Decision, decideApproval, listApprovals } from './approvals.ts';
import type { Approval, CaseFacts, HelpCase } from './help-case.ts';
import { signReceipt } from './receipt.ts';

const HOUR = 3_600_000;
let world: AccessWorld;
let agent: AccountRef;
let second: AccountRef;
let session: Session;
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());
beforeEach(async () => {
  world.changeBack();
  world.logged.length = 0;
  // Whatever waited before waits no more.
  world.clock.advance(4 * HOUR);
  world.configure({
    roles: [
      {
        ...{ name: 'helpdesk', may: ['see-people', 'reset-password', 'remove-proofs'], heldBy: { groups: ['Agents'] } },
        over: { directories: ['people'] },
      },
      { name: 'cloud', may: ['reset-password'], heldBy: { groups: ['Cloud agents'] }, over: { directories: ['cloud'] } },
      { name: 'readers', may: ['see-people'], heldBy: { groups: ['Readers'] }, over: { directories: ['people'] } },
    ],
  });
  [agent, second] = [await world.person({ groups: ['Agents'] }), await world.person({ groups: ['Agents'], displayName: 'Second' })];
  session = await world.signIn(second);
});

const waiting = (basis: Approval['basis'] = 'unverified', at = world.clock.now()): Approval => ({ state: 'waiting', basis, at });
/** A case of the agent that waits for a second one, by which nothing was verified unless told. */
const opened = async (facts: Partial<CaseFacts> = {}, row: Partial<CaseRow> = {}, account?: AccountRef) =>
  world.openCase(agent, account ?? (await world.person()), { approval: waiting(), ...facts }, row);
/** The same with a receipt that is as old as told. */
async function verified(facts: Partial<CaseFacts> = {}, age = 0, row: Partial<CaseRow> = {}): Promise<HelpCase> {
  const account = await world.person();
  const { row: kept } = await world.openCase(agent, account, {});
  const receipt = signReceipt(world.store.audit.seals(), {
    ...{ version: 1, case: kept.id, person: 'person', account, agent: { login: 'agent', account: agent }, action: 'reset-password' },
    ...{ ticket: null, method: { way: 'questions', proofs: ['questions'], answered: 3 }, at: world.clock.now() - age },
  });
  const all = { ...JSON.parse(kept.facts), receipt, approval: waiting('receipt'), ...facts };
  const next = {
    state: 'verified' as const,
    tries: 0,
    facts: JSON.stringify(all),
    closedAt: null,
    approvalAskedAt: world.clock.now(),
    ...row,
  };
  await world.store.cases.advance(kept, next);
  return world.readCase(kept.id);
}
const list = async (by = session) => {
  const { waiting: cases, incomplete } = await listApprovals(world.deps(), by);
  return { ids: cases.map(({ row }) => row.id), incomplete };
};
const decide = (helpCase: HelpCase, changes: Partial<Decision> = {}, by = session) =>
  decideApproval(world.deps(), by, helpCase.row.id, { approve: true, reason: null, ...changes });
const eventsOf = async ({ row }: HelpCase) => (await world.events()).filter((event) => event.case === row.id);
const by = () => ({ account: second, login: expect.any(String), name: 'Second' });

describe('what waits for a second agent', () => {
  it('is told to who may decide it, the newest first', async () => {
    const first = await opened();
    world.clock.advance(1000);
    const next = await opened();
    expect(await list()).toEqual({ ids: [next.row.id, first.row.id], incomplete: false });
  });

  it('is not told to who asked, by whichever account, to who may not do it, nor to who helps nobody', async () => {
    const helpCase = await opened();
    const beyond = await opened({}, {}, await world.person({ directory: 'cloud' }));
    expect(await list(await world.signIn(agent))).toEqual({ ids: [], incomplete: false });
    expect(await list()).toEqual({ ids: [helpCase.row.id], incomplete: false });
    expect(beyond.facts.approval).toBeDefined();
    await world.link(agent, second);
    expect(await list()).toEqual({ ids: [], incomplete: false });
  });

  it('costs the directories nothing for who helps nobody', async () => {
    await opened();
    const { readAccount } = world.deps().directories.get('people');
    const asked: string[] = [];
    world.change('people', {
      readAccount(ref) {
        asked.push(ref.id);
        return readAccount(ref);
      },
    });
    for (const groups of [[], ['Readers']]) {
      asked.length = 0;
      const account = await world.person({ groups });
      expect(await list(await world.signIn(account))).toEqual({ ids: [], incomplete: false });
      expect(asked).toEqual([account.id]);
    }
  });

  it('is looked for in the directory of whom it is about', async () => {
    const helpCase = await opened({}, {}, await world.person({ directory: 'cloud' }));
    const both = await world.signIn(await world.person({ groups: ['Agents', 'Cloud agents'] }));
    expect(await list(both)).toEqual({ ids: [helpCase.row.id], incomplete: false });
  });

  it('is not told in a session that may only enrol', async () => {
    const enrolling = await world.signIn(second, {}, { rights: 'until-enrolled' });
    await expect(list(enrolling)).rejects.toMatchObject({ code: 'session.for-enrolment-only' });
  });

  it('is asked about of managers as well, who hold a role for their reports alone', async () => {
    const manager = await world.person();
    world.configure({ roles: [{ name: 'managers', may: ['reset-password'], heldBy: { directManager: true } }] });
    const helpCase = await opened({}, {}, await world.person({ managerId: manager.id }));
    expect(await list(await world.signIn(manager))).toEqual({ ids: [helpCase.row.id], incomplete: false });
  });

  it('is what an act could still rest on', async () => {
    const kept = [
      await opened(),
      await opened({}, { state: 'open', expiresAt: world.clock.now() + 1 }),
      await verified(),
      // With a receipt that is good no more it would rest on nothing, which is what is asked for.
      await verified({ approval: waiting('unverified') }, HOUR),
    ];
    await opened({}, { expiresAt: world.clock.now() });
    await opened({}, { state: 'acting' });
    await opened({ approval: waiting('receipt') });
    await verified({ approval: waiting('unverified') });
    await verified({}, HOUR);
    await verified({}, 0, { closedAt: world.clock.now() });
    await opened({
      approval: { ...waiting(), state: 'approved', by: { account: second, login: 'b', name: 'B' }, reason: null } as Approval,
    });
    const { ids, incomplete } = await list();
    expect([ids.toSorted(), incomplete]).toEqual([kept.map(({ row }) => row.id).toSorted(), false]);
  });

  it('waits for three hours', async () => {
    const helpCase = await opened({}, { expiresAt: world.clock.now() + 9 * HOUR });
    world.clock.advance(3 * HOUR - 1);
    expect((await list(await world.signIn(second))).ids).toEqual([helpCase.row.id]);
    world.clock.advance(2);
    expect((await list(await world.signIn(second))).ids).toEqual([]);
  });

  it('is told as incomplete where a directory cannot be asked, which is warned of', async () => {
    const helpCase = await opened();
    const odd = await opened();
    const { readAccount } = world.deps().directories.get('people');
    const error = new AppError('directory.unreachable');
    world.change('people', { readAccount: (ref) => (ref.id === odd.account.id ? Promise.reject(error) : readAccount(ref)) });
    expect(await list()).toEqual({ ids: [helpCase.row.id], incomplete: true });
    expect(world.logged).toEqual([{ event: 'access.roles-not-known', fields: { directory: 'people', accounts: 1, error } }]);
    world.change('people', { readAccount: (ref) => (ref.id === odd.account.id ? Promise.reject(new TypeError('bug')) : readAccount(ref)) });
    await expect(list()).rejects.toThrow(TypeError);
  });

  it('is nothing of somebody who is gone, nor of a directory that is configured no more', async () => {
    await opened({}, {}, { directory: 'people', id: 'gone' });
    await opened({}, {}, { directory: 'left', id: 'x' });
    expect(await list()).toEqual({ ids: [], incomplete: false });
  });

  const several = async (count: number, gone = false) => {
    const ids: string[] = [];
    for (let nth = 0; nth < count; nth += 1) {
      world.clock.advance(1);
      ids.unshift((await (gone ? opened({}, {}, { directory: 'people', id: randomUUID() }) : opened())).row.id);
    }
    return ids;
  };

  it('is not missed for cases of others that are newer', async () => {
    const [mine] = await several(1);
    await several(50, true);
    expect(await list()).toEqual({ ids: [mine], incomplete: false });
  });

  it('is fifty at most, the newest, and told as incomplete then', async () => {
    const mine = await several(51);
    expect(await list()).toEqual({ ids: mine.slice(0, 50), incomplete: true });
    await several(49, true);
    const [newest] = await several(1);
    expect(await list()).toEqual({ ids: [newest, ...mine.slice(0, 49)], incomplete: true });
  });

  it('is looked for among five hundred', async () => {
    const [mine] = await several(1);
    await several(499, true);
    expect(await list()).toEqual({ ids: [mine], incomplete: true });
    world.clock.advance(1);
    await opened({}, {}, { directory: 'people', id: 'away' });
    expect(await list()).toEqual({ ids: [], incomplete: true });
  });
});

describe('deciding', () => {
  it('approves what is asked for, with who did, and the log has it', async () => {
    const helpCase = await opened();
    await decide(helpCase, { reason: 'known' });
    const { row, facts } = await world.readCase(helpCase.row.id);
    expect(facts.approval).toEqual({
      ...{ state: 'approved', basis: 'unverified', at: world.clock.now(), by: by(), reason: 'known', threat: null },
    });
    expect([row.state, row.approvalAskedAt]).toEqual(['open', null]);
    expect(await eventsOf(helpCase)).toMatchObject([
      { type: 'case.approved', basis: 'unverified', reason: 'known', actor: delegate(session) },
    ]);
    await expect(decide(helpCase)).rejects.toMatchObject({ code: 'case.passed' });
  });

  it('approves without a reason, and remembers the threat that was raised then', async () => {
    const { id: threat, lift } = await world.raise();
    const helpCase = await verified();
    await decide(helpCase);
    expect((await world.readCase(helpCase.row.id)).facts.approval).toMatchObject({ basis: 'receipt', reason: null, threat });
    expect((await eventsOf(helpCase))[0]).not.toHaveProperty('reason');
    await lift();
  });

  it('refuses with a reason, which ends the case', async () => {
    const helpCase = await opened();
    await expect(decide(helpCase, { approve: false })).rejects.toMatchObject({ code: 'case.reason-missing' });
    await decide(helpCase, { approve: false, reason: 'nobody called' });
    const { row, facts } = await world.readCase(helpCase.row.id);
    expect(facts).toMatchObject({ approval: { state: 'refused', by: by(), reason: 'nobody called' }, because: 'not-approved' });
    expect(row).toMatchObject({ state: 'closed', closedAt: world.clock.now() });
    expect(await eventsOf(helpCase)).toMatchObject([
      { type: 'case.approval-refused', reason: 'nobody called', actor: delegate(session) },
      { type: 'case.closed', because: 'not-approved', actor: delegate(session) },
    ]);
  });

  it('is for somebody else than who asked, by whichever account: that they tried is in the log once', async () => {
    const helpCase = await opened();
    const own = await world.signIn(agent);
    for (let times = 0; times < 2; times += 1) await expect(decide(helpCase, {}, own)).rejects.toMatchObject({ code: 'case.approval-own' });
    expect(await eventsOf(helpCase)).toMatchObject([{ type: 'case.approval-own', actor: delegate(own), session: own.id }]);
    await world.link(agent, second);
    await expect(decide(helpCase)).rejects.toMatchObject({ code: 'case.approval-own' });
  });

  it('is for nobody who has vouched for the caller', async () => {
    const shown = { manager: [{ id: 'm', owner: null, by: `people/${second.id}` }] } as NonNullable<CaseFacts['shown']>;
    const helpCase = await opened({ shown });
    expect((await list()).ids).toEqual([]);
    await expect(decide(helpCase)).rejects.toMatchObject({ code: 'case.approval-own' });
  });

  it('takes what doing it takes: the permission, wherever what is removed stands, and fresh proofs', async () => {
    await expect(decide(await opened({}, {}, await world.person({ directory: 'cloud' })))).rejects.toMatchObject({
      code: 'access.refused',
    });
    const removes = await opened({ kinds: ['totp'] }, { action: 'remove-proofs' });
    const other = await world.person({ directory: 'cloud' });
    await world.link(removes.account, other);
    await world.store.factors.insert(factorRow({ directory: 'cloud', accountId: other.id, kind: 'totp' }));
    await expect(decide(removes)).rejects.toMatchObject({ code: 'access.refused' });
    expect((await list()).ids).not.toContain(removes.row.id);
    const stale = await world.signIn(second, { proofs: [{ kind: 'password', at: world.clock.now() - HOUR }] });
    await expect(decide(await opened(), {}, stale)).rejects.toMatchObject({ code: 'session.step-up-needed' });
  });

  it('is of a case that there is, and that waits', async () => {
    const decision = { approve: true, reason: null };
    await expect(decideApproval(world.deps(), session, 'none', decision)).rejects.toMatchObject({ code: 'case.unknown' });
    const nobodyAsked = await world.openCase(agent, await world.person());
    await expect(decide(nobodyAsked)).rejects.toMatchObject({ code: 'case.passed' });
    await expect(decide(await opened({}, { expiresAt: world.clock.now() }))).rejects.toMatchObject({ code: 'case.passed' });
    const closed = await opened({}, { state: 'closed', closedAt: world.clock.now() });
    await expect(decide(closed)).rejects.toMatchObject({ code: 'case.passed' });
  });

  it('is not done by who was signed out, frozen or linked meanwhile, nor in a case that has moved on: nothing is in the log then', async () => {
    const meanwhile = async (happens: (helpCase: HelpCase) => Promise<unknown>, approve = true) => {
      const helpCase = await opened();
      const transaction = world.store.transaction.bind(world.store);
      vi.spyOn(world.store, 'transaction').mockImplementationOnce(async (work) => {
        await happens(helpCase);
        return transaction(work);
      });
      const code = await decide(helpCase, { approve, reason: 'r' }).catch((error: unknown) => (error as AppError).code);
      expect((await eventsOf(helpCase)).filter(({ type }) => String(type).startsWith('case.approv'))).toEqual([]);
      return code;
    };
    const moves = async ({ row }: HelpCase) => {
      const { tries, facts, closedAt, approvalAskedAt } = row;
      await world.store.cases.advance(row, { state: 'open', tries: tries + 1, facts, closedAt, approvalAskedAt });
    };
    expect(await meanwhile(moves)).toBe('case.passed');
    expect(await meanwhile(moves, false)).toBe('case.passed');
    expect(await meanwhile(() => world.link(agent, second))).toBe('case.approval-own');
    second = await world.person({ groups: ['Agents'] });
    session = await world.signIn(second);
    expect(await meanwhile(() => world.store.freezes.freeze(second, 'not-me', world.clock.now()))).toBe('access.refused');
    second = await world.person({ groups: ['Agents'] });
    session = await world.signIn(second);
    expect(await meanwhile(() => world.store.sessions.end(second, session.id, 'signed-out', world.clock.now()))).toBe('session.ended');
  });

  it('is not done by who is gone by then', async () => {
    const helpCase = await opened();
    const { readAccount } = world.deps().directories.get('people');
    let times = 0;
    world.change('people', {
      readAccount(ref) {
        if (ref.id === second.id) times += 1;
        return ref.id === second.id && times > 1 ? Promise.resolve(null) : readAccount(ref);
      },
    });
    await expect(decide(helpCase)).rejects.toMatchObject({ code: 'session.ended' });
  });
});
