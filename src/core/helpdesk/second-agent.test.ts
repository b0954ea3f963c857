import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { type AccessWorld, delegate, openAccessWorld } from '../../../test/access-world.ts';
import { factorRow } from '../../../test/store/fixture.ts';
import type { HelpedWith } from '../access/helped.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Session } from '../sessions/session.ts';
import type { Approval, Approved, CaseFacts, HelpCase } from './help-case.ts';
import { approvalFor, approverStands, approverStillMay, requireApproverStands } from './second-agent.ts';

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
  world.configure({
    roles: [
      { name: 'helpdesk', may: ['reset-password', 'remove-proofs'], heldBy: { groups: ['Agents'] }, over: { directories: ['people'] } },
    ],
  });
  [agent, second] = [await world.person({ groups: ['Agents'] }), await world.person({ groups: ['Agents'] })];
  session = await world.signIn(agent);
});

const helped = (account: AccountRef, changes: Partial<HelpedWith['target']> = {}) =>
  ({
    target: {
      account,
      login: 'p',
      membership: { places: {}, groups: { Agents: false } },
      linked: [],
      protected: false,
      manager: { kind: 'none' },
      ...changes,
    },
  }) as unknown as HelpedWith;
const approved = (by: AccountRef, changes: Partial<Approved> = {}): Approved => ({
  ...{ state: 'approved', basis: 'receipt', at: world.clock.now(), by: { account: by, login: 'b', name: 'B' }, reason: null, threat: null },
  ...changes,
});
/** A case of the agent about somebody new. */
const opened = async (approval?: Approval, facts: Partial<CaseFacts> = {}) =>
  world.openCase(agent, await world.person(), approval === undefined ? facts : { ...facts, approval });
/** What a caller has shown for whom somebody vouched. */
const vouchedBy = ({ directory, id }: AccountRef): Partial<CaseFacts> => ({
  shown: { manager: [{ id: 'm', owner: null, by: `${directory}/${id}` }] } as NonNullable<CaseFacts['shown']>,
});
const ask = (helpCase: HelpCase, basis: Approval['basis'] = 'receipt') =>
  approvalFor(world.deps(), session, helped(helpCase.account), { basis, helpCase });
const approvalOf = async ({ row }: HelpCase) => (await world.readCase(row.id)).facts.approval;
const waiting = (basis: Approval['basis'] = 'receipt') => ({ state: 'waiting', basis, at: world.clock.now() });
const needed = { code: 'case.approval-needed' };
const askedEvents = async ({ row }: HelpCase) =>
  (await world.events()).filter(({ type, case: id }) => type === 'case.approval-asked' && id === row.id);

describe('what a second agent said', () => {
  it('is taken where it was yes, to what the act rests on', async () => {
    const approval = approved(second);
    const helpCase = await opened(approval);
    expect(await ask(helpCase)).toEqual(approval);
    expect(await askedEvents(helpCase)).toEqual([]);
  });

  it('is asked for where nobody was asked yet, with its event', async () => {
    const helpCase = await opened();
    await expect(ask(helpCase, 'unverified')).rejects.toMatchObject(needed);
    expect(await approvalOf(helpCase)).toEqual(waiting('unverified'));
    expect(await askedEvents(helpCase)).toMatchObject([{ actor: delegate(session), account: helpCase.account, basis: 'unverified' }]);
    expect((await askedEvents(helpCase))[0]).not.toHaveProperty('instead');
  });

  it('is waited for, and not asked for a second time', async () => {
    const helpCase = await opened({ state: 'waiting', basis: 'receipt', at: 5 });
    await expect(ask(helpCase)).rejects.toMatchObject(needed);
    expect([await approvalOf(helpCase), await askedEvents(helpCase)]).toEqual([{ state: 'waiting', basis: 'receipt', at: 5 }, []]);
  });

  it('is asked for anew where it was about something else', async () => {
    for (const approval of [approved(second, { basis: 'unverified' }), { state: 'waiting', basis: 'unverified', at: 5 } as const]) {
      const helpCase = await opened(approval);
      await expect(ask(helpCase)).rejects.toMatchObject(needed);
      expect(await approvalOf(helpCase)).toEqual(waiting());
    }
  });

  it('is asked for anew where it was no', async () => {
    const helpCase = await opened(approved(second, { state: 'refused' }));
    await expect(ask(helpCase)).rejects.toMatchObject(needed);
    expect(await approvalOf(helpCase)).toEqual(waiting());
    expect((await askedEvents(helpCase))[0]).not.toHaveProperty('instead');
  });

  it('counts no more once a threat was raised since, nor where who approved may not any more: the log says instead of whom', async () => {
    const { id: threat, lift } = await world.raise();
    const [before, since] = [await opened(approved(second)), await opened(approved(second, { threat }))];
    await expect(ask(before)).rejects.toMatchObject(needed);
    expect(await askedEvents(before)).toMatchObject([{ instead: second }]);
    await expect(ask(since)).resolves.toBeDefined();
    await lift();
    const helpCase = await opened(approved(await world.person()));
    await expect(ask(helpCase)).rejects.toMatchObject(needed);
    expect(await approvalOf(helpCase)).toEqual(waiting());
  });

  it('is not asked for in a session that was ended, nor in a case that has moved on', async () => {
    const helpCase = await opened();
    const ended = await world.signIn(agent);
    await world.store.sessions.end(agent, ended.id, 'signed-out', world.clock.now());
    const about = { basis: 'receipt', helpCase } as const;
    await expect(approvalFor(world.deps(), ended, helped(helpCase.account), about)).rejects.toMatchObject({ code: 'session.ended' });
    await expect(ask(helpCase)).rejects.toMatchObject(needed);
    await expect(ask(helpCase)).rejects.toMatchObject({ code: 'case.passed' });
    expect(await askedEvents(helpCase)).toHaveLength(1);
  });
});

describe('who approved', () => {
  const may = (by: AccountRef, helpCase: HelpCase, target = helped(helpCase.account)) =>
    approverStillMay(world.deps(), by, target, helpCase);

  it('may still where they could do it themselves, and are somebody else', async () => {
    const helpCase = await opened();
    expect(await may(second, helpCase)).toBe(true);
    expect(await may(await world.person(), helpCase), 'without a role').toBe(false);
    expect(await may(agent, helpCase), 'who acts').toBe(false);
    expect(await may({ directory: 'people', id: 'gone' }, helpCase), 'gone').toBe(false);
    expect(await may(second, helpCase, helped(helpCase.account, { protected: true })), 'who is protected by now').toBe(false);
    const vouched = await opened(undefined, vouchedBy(second));
    expect([await may(second, vouched), await may(await world.person({ groups: ['Agents'] }), vouched)]).toEqual([false, true]);
    await world.link(second, agent);
    expect(await may(second, helpCase), 'one person with who acts').toBe(false);
  });

  it('may as well where it stands with another account what is removed; or may not', async () => {
    const removes = async (directory: string) => {
      const helpCase = await world.openCase(agent, await world.person(), { kinds: ['totp'] }, { action: 'remove-proofs' });
      const other = await world.person({ directory });
      await world.link(helpCase.account, other);
      await world.store.factors.insert(factorRow({ directory, accountId: other.id, kind: 'totp' }));
      return helpCase;
    };
    expect(await may(second, await removes('people'))).toBe(true);
    const beyond = await removes('cloud');
    expect(await may(second, beyond)).toBe(false);
    const gone = await removes('people');
    const owner = (await world.store.people.linkedTo(gone.account))[0]?.accountId;
    const { readAccount } = world.deps().directories.get('people');
    world.change('people', { readAccount: (ref) => (ref.id === owner ? Promise.resolve(null) : readAccount(ref)) });
    expect(await may(second, gone)).toBe(false);
    world.change('people', { readAccount: () => Promise.reject(new AppError('directory.unreachable')) });
    await expect(may(second, gone)).rejects.toMatchObject({ code: 'directory.unreachable' });
  });

  it('stands when the act begins where they are somebody else, not frozen, and no threat was raised since', async () => {
    const helpCase = await opened();
    const stands = (approval: Approved | null) => approverStands(world.store, { approval, helpCase });
    expect([await stands(null), await stands(approved(second)), await stands(approved(agent))]).toEqual([true, true, false]);
    const { id: threat, lift } = await world.raise();
    const { threat: _, ...older } = approved(second);
    expect([await stands(approved(second)), await stands(approved(second, { threat })), await stands(older)]).toEqual([false, true, false]);
    await expect(requireApproverStands(world.store, { approval: approved(second), helpCase })).rejects.toMatchObject(needed);
    await lift();
    await expect(requireApproverStands(world.store, { approval: approved(second), helpCase })).resolves.toBeUndefined();
    const vouched = await opened(undefined, vouchedBy(second));
    expect(await approverStands(world.store, { approval: approved(second), helpCase: vouched })).toBe(false);
    await world.store.freezes.freeze(second, 'not-me', world.clock.now());
    expect(await stands(approved(second))).toBe(false);
  });
});
