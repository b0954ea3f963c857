import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AccessWorld, delegate, openAccessWorld } from '../../../test/access-world.ts';
import { factorRow, intentRow } from '../../../test/store/fixture.ts';
import type { HelpedWith } from '../access/helped.ts';
import { readLogEnd } from '../audit/log-end.ts';
import type { CaseRow } from '../ports/case-store.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Session } from '../sessions/session.ts';
import { closeWrite } from '../writes/close-write.ts';
import type { WriteIntent, WriteResult } from '../writes/directory-write.ts';
import { intentOfColumns } from '../writes/stored-intent.ts';
import type { Approved, CaseFacts, HelpCase } from './help-case.ts';
import { type Receipt, type SignedReceipt, signReceipt } from './receipt.ts';
import {
  type Basis,
  backingOf,
  basisFor,
  freshReceipt,
  requireReceiptStands,
  settleWarrant,
  spendWarrant,
  useWarrant,
  type Warrant,
  warrantFor,
} from './warrant.ts';

const MINUTE = 60_000;
type CaseWarrant = Exclude<Warrant, { kind: 'manager' }>;
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
  world.clock.advance(60 * MINUTE);
  world.configure({
    organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test', alarmAddress: 'alarm@example.test' },
    roles: [
      { name: 'helpdesk', may: ['reset-password', 'end-sessions'], heldBy: { groups: ['Agents'] }, over: { directories: ['people'] } },
    ],
  });
  [agent, second] = [await world.person({ groups: ['Agents'] }), await world.person({ groups: ['Agents'] })];
  session = await world.signIn(agent);
  await world.mails();
});

const helped = (changes: Partial<HelpedWith> = {}) =>
  ({
    ...{ basis: 'receipt', otherWays: ['read-back', 'questions'], resetBy: ['link'], takesSecond: false },
    target: { login: 'p', membership: { places: {}, groups: { Agents: false } }, linked: [], protected: false, manager: { kind: 'none' } },
    ...changes,
  }) as unknown as HelpedWith;
const opened = async (facts: Partial<CaseFacts> = {}, row: Partial<CaseRow> = {}) =>
  world.openCase(agent, await world.person(), facts, row);
/** A case whose caller has answered questions, and what was shown for it. */
async function verified(
  { receipt = {}, ...facts }: Omit<Partial<CaseFacts>, 'receipt'> & { receipt?: Partial<Receipt> } = {},
  row: Partial<CaseRow> = {},
): Promise<HelpCase & { receipt: SignedReceipt }> {
  const { row: kept, account } = await opened();
  const signed = signReceipt(world.store.audit.seals(), {
    ...{ version: 1, case: kept.id, person: 'person', account, agent: { login: 'agent', account: agent }, action: 'reset-password' },
    ...{ ticket: null, method: { way: 'questions', proofs: ['questions'], answered: 3 }, at: world.clock.now() },
    ...{ logEnd: await readLogEnd(world.store), ...receipt },
  });
  const all = { ...(JSON.parse(kept.facts) as CaseFacts), receipt: signed, threat: null, ...facts };
  const next = { tries: 0, facts: JSON.stringify(all), closedAt: null, approvalAskedAt: null };
  await world.store.cases.advance(kept, { state: 'verified', ...next, ...row });
  return { ...(await world.readCase(kept.id)), receipt: signed };
}
const approved = (changes: Partial<Approved> = {}): Approved => ({
  ...{ state: 'approved', basis: 'receipt', at: 77, by: { account: second, login: 'second', name: 'S' }, reason: null, threat: null },
  ...changes,
});
const withReceipt = (helpCase: HelpCase & { receipt: SignedReceipt }, changes: object = {}): CaseWarrant => ({
  ...{ kind: 'receipt', helpCase, receipt: helpCase.receipt, read: new Set<string>(), approval: null },
  ...changes,
});
const unverified = (helpCase: HelpCase, changes: object = {}): CaseWarrant => ({
  kind: 'unverified',
  helpCase,
  approval: null,
  ...changes,
});
const eventsOf = async ({ row }: HelpCase) => (await world.events()).filter((event) => event.case === row.id);
const typesOf = async (helpCase: HelpCase) => (await eventsOf(helpCase)).map(({ type }) => type);
const rowOf = async ({ row }: HelpCase) => (await world.readCase(row.id)).row;
/** Moves a case on, as somebody else does meanwhile. */
const moveOn = async ({ row }: HelpCase, changes: Partial<CaseRow> = {}) => {
  const { state, tries, facts, closedAt, approvalAskedAt } = { ...row, ...changes };
  await world.store.cases.advance(row, { state, tries, facts, closedAt, approvalAskedAt });
};
/** A password is set for an account, by nobody of the case. */
async function wrote({ directory, id: accountId }: AccountRef, id?: string): Promise<WriteIntent> {
  const row = intentRow({ directory, accountId, ...(id === undefined ? {} : { id }) });
  await world.store.intents.insert(row);
  const intent = intentOfColumns(row);
  const { store } = world;
  await store.transaction((inner) => closeWrite(world.deps(), inner, { intent, status: 'done', foundBy: 'answer' }));
  return intent;
}
const receiptNeeded = { code: 'case.receipt-needed' };
const passed = { code: 'case.passed' };
const approvalNeeded = { code: 'case.approval-needed' };

describe('what an act rests on', () => {
  const basis = (helpCase: HelpCase | undefined, changes: Partial<HelpedWith> = {}, isUnverified = false) =>
    basisFor(world.deps(), helped(changes), helpCase === undefined ? undefined : { helpCase, unverified: isUnverified });

  it('is that who acts is the direct manager, without a case, where it takes no second agent', async () => {
    expect(await basis(undefined, { basis: 'manager' })).toEqual({ kind: 'manager' });
    await expect(basis(undefined, { basis: 'manager', takesSecond: true })).rejects.toMatchObject(receiptNeeded);
    for (const other of ['receipt', 'unverified'] as const)
      await expect(basis(undefined, { basis: other })).rejects.toMatchObject(receiptNeeded);
  });

  it('is a receipt of the case, with what the directories have still of what was shown', async () => {
    const helpCase = await verified();
    const { receipt } = helpCase;
    const { receipt: _, ...about } = helpCase;
    expect(await basis(about)).toEqual({ kind: 'receipt', helpCase: about, receipt, read: new Set() });
    expect(await basis(about, { basis: 'unverified' }, true)).toMatchObject({ kind: 'receipt' });
    const other = await world.person({ directory: 'cloud', passwordSetAt: world.clock.now() - 30 * 24 * 60 * MINUTE });
    const shown = { 'linked-account': [{ id: 'l1', owner: `cloud/${other.id}` }] } as CaseFacts['shown'];
    expect(await basis(await verified({ shown } as never))).toMatchObject({ read: new Set(['l1']) });
  });

  it('is a reason alone, where a role does without a receipt and who acts means it', async () => {
    const helpCase = await opened({ reason: 'known voice' });
    expect(await basis(helpCase, { basis: 'unverified' }, true)).toEqual({ kind: 'unverified', helpCase });
    await expect(basis(helpCase, { basis: 'unverified' }, false)).rejects.toMatchObject(receiptNeeded);
    for (const other of ['receipt', 'manager'] as const)
      await expect(basis(helpCase, { basis: other }, true)).rejects.toMatchObject(receiptNeeded);
    await expect(basis(await opened(), { basis: 'unverified' }, true)).rejects.toMatchObject({ code: 'case.reason-missing' });
  });

  it('is nothing of a case that is over, or is being acted on', async () => {
    for (const state of ['closed', 'acting'] as const) await expect(basis(await verified({}, { state }))).rejects.toMatchObject(passed);
    const late = await opened({ reason: 'r' }, { expiresAt: world.clock.now() });
    await expect(basis(late, { basis: 'unverified' }, true)).rejects.toMatchObject(passed);
    // The time of a case is that for the caller to be verified: its receipt has one of its own.
    const kept = await opened({ reason: 'r' }, { expiresAt: world.clock.now() + 1 });
    await expect(basis(kept, { basis: 'unverified' }, true)).resolves.toBeDefined();
  });
});

describe('a receipt', () => {
  const fresh = (helpCase: HelpCase, ways: HelpedWith['otherWays'] = ['questions']) => freshReceipt(world.deps(), helpCase, ways);

  it('is there while its case is verified, or a link was sent by it', async () => {
    const helpCase = await verified();
    expect(fresh(helpCase)).toEqual(helpCase.receipt);
    expect(fresh(await verified({}, { state: 'sent' }))).not.toBeNull();
    for (const state of ['open', 'acting', 'closed'] as const) expect(fresh(await verified({}, { state })), state).toBeNull();
    expect(fresh(await opened({}, { state: 'verified' }))).toBeNull();
  });

  it('is as old as is configured at most, in minutes', async () => {
    const helpCase = await verified();
    world.clock.advance(10 * MINUTE - 1);
    expect(fresh(helpCase)).not.toBeNull();
    world.clock.advance(1);
    expect(fresh(helpCase)).toBeNull();
  });

  it('is about the case, whom it is about, who acts, what is done and what is removed, in a way that counts', async () => {
    const elsewhere: Partial<Receipt>[] = [
      { case: 'another' },
      { account: { directory: 'people', id: 'another' } },
      { agent: { login: 'agent', account: { directory: 'people', id: 'another' } } },
      { action: 'unlock-account' },
      { kinds: ['totp'] },
    ];
    for (const receipt of elsewhere) expect(fresh(await verified({ receipt })), JSON.stringify(receipt)).toBeNull();
    expect(fresh(await verified({ receipt: { kinds: ['totp'] }, kinds: ['totp'] }))).not.toBeNull();
    expect(fresh(await verified(), ['read-back', 'manager'])).toBeNull();
  });

  const stands = (helpCase: HelpCase & { receipt: SignedReceipt }, changes: object = {}, except?: { intent: string }) =>
    requireReceiptStands(world.deps(), world.store, withReceipt(helpCase, changes), except);

  it('counts no more where the account was written to since, unless by what rests on it', async () => {
    const helpCase = await verified();
    await expect(stands(helpCase)).resolves.toBeUndefined();
    const { id } = await wrote(helpCase.account);
    await expect(stands(helpCase)).rejects.toMatchObject(receiptNeeded);
    await expect(stands(helpCase, {}, { intent: id })).resolves.toBeUndefined();
    const other = await verified();
    await expect(requireReceiptStands(world.deps(), world.store, unverified(other))).resolves.toBeUndefined();
    await wrote(other.account);
    await expect(requireReceiptStands(world.deps(), world.store, unverified(other))).resolves.toBeUndefined();
    await expect(requireReceiptStands(world.deps(), world.store, { kind: 'manager' })).resolves.toBeUndefined();
  });

  it('counts no more where what was shown for it was taken away', async () => {
    const enrolled = async () => {
      const helpCase = await verified();
      const { directory, id: accountId } = helpCase.account;
      const factor = factorRow({ directory, accountId, kind: 'questions' });
      await world.store.factors.insert(factor);
      const shown = { questions: [{ id: factor.id, owner: `people/${accountId}` }] };
      return { factor, helpCase: { ...helpCase, facts: { ...helpCase.facts, shown } } as typeof helpCase };
    };
    const { factor, helpCase } = await enrolled();
    await expect(stands(helpCase)).resolves.toBeUndefined();
    await world.store.factors.end(factor.id, world.clock.now());
    await expect(stands(helpCase)).rejects.toMatchObject(receiptNeeded);
  });

  it('counts by what stands with another account of the person, until the two are parted', async () => {
    const helpCase = await verified();
    const other = await world.person();
    await world.link(helpCase.account, other);
    const factor = factorRow({ directory: other.directory, accountId: other.id, kind: 'questions' });
    await world.store.factors.insert(factor);
    const shown = { questions: [{ id: factor.id, owner: `people/${other.id}` }] };
    const resting = { ...helpCase, facts: { ...helpCase.facts, shown } } as typeof helpCase;
    await expect(stands(resting)).resolves.toBeUndefined();
    await world.store.people.unlink(other);
    await expect(stands(resting)).rejects.toMatchObject(receiptNeeded);
  });

  it('counts for nobody who has vouched for the caller themselves', async () => {
    const vouched = (by: AccountRef) => ({ shown: { manager: [{ id: 'm', owner: null, by: `people/${by.id}` }] } as CaseFacts['shown'] });
    await expect(stands(await verified(vouched(second) as never))).resolves.toBeUndefined();
    await expect(stands(await verified(vouched(agent) as never))).rejects.toMatchObject(receiptNeeded);
  });

  it('counts no more where it rests on what counts for nothing since a threat was raised', async () => {
    const before = await verified();
    const partly = await verified({ receipt: { method: { way: 'own-device', journey: 'j', proofs: ['totp', 'questions'] } } });
    const ownDevice = await verified({ receipt: { method: { way: 'own-device', journey: 'j', proofs: ['totp'] } } });
    const { id: threat, lift } = await world.raise();
    const since = await verified({ threat });
    for (const less of [before, partly]) await expect(stands(less)).rejects.toMatchObject(receiptNeeded);
    for (const still of [since, ownDevice]) await expect(stands(still)).resolves.toBeUndefined();
    await lift();
    await expect(stands(before)).resolves.toBeUndefined();
  });
});

describe('a second agent', () => {
  const warrant = (basis: Basis, changes: Partial<HelpedWith> = {}) => warrantFor(world.deps(), session, helped(changes), basis);
  const basisOf = (helpCase: HelpCase & { receipt: SignedReceipt }) => {
    const { approval: _, ...rest } = withReceipt(helpCase);
    return rest as Basis;
  };

  it('is not asked where none is needed, nor of a manager', async () => {
    const helpCase = await verified();
    expect(await warrant({ kind: 'manager' }, { takesSecond: true })).toEqual({ kind: 'manager' });
    expect(await warrant(basisOf(helpCase))).toEqual(withReceipt(helpCase));
  });

  it('is asked where one is needed, for what the act rests on; and their yes is part of it', async () => {
    const helpCase = await verified();
    await expect(warrant(basisOf(helpCase), { takesSecond: true })).rejects.toMatchObject(approvalNeeded);
    expect((await world.readCase(helpCase.row.id)).facts.approval).toMatchObject({ state: 'waiting', basis: 'receipt' });
    const said = await verified({ approval: approved() });
    const target = { ...helped().target, account: said.account };
    expect(await warrant(basisOf(said), { takesSecond: true, target })).toEqual(withReceipt(said, { approval: approved() }));
  });

  it('is not asked for a receipt that counts no more', async () => {
    const helpCase = await verified();
    await wrote(helpCase.account);
    await expect(warrant(basisOf(helpCase), { takesSecond: true })).rejects.toMatchObject(receiptNeeded);
    expect(await typesOf(helpCase)).toEqual([]);
  });
});

describe('an act that writes to no directory', () => {
  const spend = (warrant: CaseWarrant) => world.store.transaction((store) => spendWarrant(world.deps(), store, session, warrant));

  it('uses its receipt up and ends the case, with what it rests on in the log', async () => {
    const helpCase = await verified({ ticket: 'INC1' });
    await spend(withReceipt(helpCase, { approval: approved() }));
    expect(await eventsOf(helpCase)).toMatchObject([
      {
        ...{ type: 'case.acted', actor: delegate(session) },
        backing: {
          case: helpCase.row.id,
          ticket: 'INC1',
          receipt: helpCase.receipt,
          approvedBy: { account: second, login: 'second', at: 77 },
        },
      },
      { type: 'case.closed', because: 'acted', actor: delegate(session) },
    ]);
    const { row, facts } = await world.readCase(helpCase.row.id);
    expect([row.state, row.closedAt, facts.because]).toEqual(['closed', world.clock.now(), 'acted']);
    await expect(spend(withReceipt(helpCase))).rejects.toMatchObject(passed);
    expect(await typesOf(helpCase)).toHaveLength(2);
    expect(await world.mails()).toEqual([]);
  });

  it('for a caller who was not verified raises an alarm', async () => {
    const helpCase = await opened({ reason: 'known' });
    await spend(unverified(helpCase));
    expect(await typesOf(helpCase)).toEqual(['case.acted', 'case.unverified', 'case.closed']);
    expect((await eventsOf(helpCase))[1]).toMatchObject({ actor: delegate(session), account: helpCase.account });
    expect((await world.mails()).map(({ to }) => to)).toEqual(['alarm@example.test']);
  });

  it('is not done where who approved stands no more, nor where the receipt counts no more', async () => {
    const helpCase = await verified();
    const { id: threat, lift } = await world.raise();
    await expect(spend(withReceipt(helpCase, { approval: approved() }))).rejects.toMatchObject(approvalNeeded);
    await lift();
    await wrote(helpCase.account);
    await expect(spend(withReceipt(helpCase, { approval: approved({ threat }) }))).rejects.toMatchObject(receiptNeeded);
    expect(await typesOf(helpCase)).toEqual([]);
  });
});

describe('an act that writes', () => {
  const use = (warrant: Warrant, intents: readonly WriteIntent[] = []) =>
    world.store.transaction((store) => useWarrant(world.deps(), store, session, warrant, intents));
  const settle = (warrant: Warrant, result?: Partial<WriteResult>) =>
    world.store.transaction((store) =>
      settleWarrant(world.deps(), store, session, warrant, result === undefined ? [] : [result as WriteResult]),
    );

  it('takes its case, which is taken once', async () => {
    const helpCase = await verified();
    await use(withReceipt(helpCase));
    expect((await rowOf(helpCase)).state).toBe('acting');
    await expect(use(withReceipt(helpCase))).rejects.toMatchObject(passed);
    expect(await typesOf(helpCase)).toEqual([]);
  });

  it('is not kept from it by its own write, but by another one, and by who approved and stands no more', async () => {
    const helpCase = await verified();
    const own = await wrote(helpCase.account);
    await use(withReceipt(helpCase), [own]);
    const other = await verified();
    await wrote(other.account);
    await expect(use(withReceipt(other), [own])).rejects.toMatchObject(receiptNeeded);
    await expect(use(withReceipt(other))).rejects.toMatchObject(receiptNeeded);
    const third = await verified();
    await expect(use(withReceipt(third, { approval: approved({ by: { account: agent, login: 'a', name: 'A' } }) }))).rejects.toMatchObject(
      approvalNeeded,
    );
    expect((await rowOf(third)).state).toBe('verified');
  });

  it('for a caller who was not verified is told to whom it concerns when it begins', async () => {
    const helpCase = await opened({ reason: 'known' });
    await use(unverified(helpCase));
    expect([await typesOf(helpCase), (await rowOf(helpCase)).state]).toEqual([['case.unverified'], 'acting']);
    expect((await world.mails()).map(({ to }) => to)).toEqual(['alarm@example.test']);
  });

  it('of a manager takes nothing, and leaves nothing', async () => {
    const before = (await world.events()).length;
    await use({ kind: 'manager' });
    await settle({ kind: 'manager' }, { status: 'done' });
    expect((await world.events()).length).toBe(before);
  });

  it.each(['failed', 'refused'] as const)('that is %s leaves the case as it was: with its receipt, or without one', async (status) => {
    const [one, other] = [await verified(), await opened({ reason: 'r' })];
    for (const warrant of [withReceipt(one), unverified(other)]) {
      await use(warrant);
      await settle(warrant, { status });
    }
    expect([(await rowOf(one)).state, (await rowOf(other)).state]).toEqual(['verified', 'open']);
    expect(await typesOf(one)).toEqual([]);
  });

  it.each<[string, Partial<WriteResult> | undefined]>([
    ['done', { status: 'done' }],
    ['unknown', { status: 'unknown' }],
    ['not known yet', { status: 'open' }],
    ['refused after a first step', { status: 'refused', leftTemporary: true }],
    ['of no account', undefined],
  ])('that is %s ends the case', async (_, result) => {
    const helpCase = await verified();
    await use(withReceipt(helpCase));
    await settle(withReceipt(helpCase), result);
    expect(await rowOf(helpCase)).toMatchObject({ state: 'closed', closedAt: world.clock.now() });
    expect((await world.readCase(helpCase.row.id)).facts.because).toBe('acted');
    expect(await eventsOf(helpCase)).toMatchObject([{ type: 'case.closed', because: 'acted', actor: delegate(session) }]);
    // Once.
    await settle(withReceipt(helpCase), result);
    expect(await typesOf(helpCase)).toHaveLength(1);
  });

  it('overrules nobody who has ended the case meanwhile, and says nothing of a case that is gone', async () => {
    const helpCase = await verified();
    await use(withReceipt(helpCase));
    await moveOn({ ...helpCase, row: await rowOf(helpCase) }, { state: 'closed', closedAt: 5 });
    await settle(withReceipt(helpCase), { status: 'failed' });
    expect(await rowOf(helpCase)).toMatchObject({ state: 'closed', closedAt: 5 });
    await settle(withReceipt({ ...helpCase, row: { ...helpCase.row, id: 'none' } }), { status: 'done' });
    expect(await typesOf(helpCase)).toEqual([]);
    // Ended by another node between the reading and the writing.
    const other = await verified();
    await use(withReceipt(other));
    const { cases } = world.store;
    const store = { ...world.store, cases: { ...cases, advance: () => Promise.resolve(false) } };
    await settleWarrant(world.deps(), store, session, withReceipt(other), [{ status: 'done' } as WriteResult]);
    expect(await typesOf(other)).toEqual([]);
  });
});

it('of what a write rests on the log tells what there is', async () => {
  expect(backingOf({ kind: 'manager' })).toEqual({});
  const bare = await verified();
  expect(backingOf(withReceipt(bare))).toEqual({ backing: { case: bare.row.id, receipt: bare.receipt } });
  const told = await opened({ reason: 'known', ticket: 'INC1' });
  expect(backingOf(unverified(told, { approval: approved() }))).toEqual({
    backing: {
      ...{ case: told.row.id, reason: 'known', ticket: 'INC1', unverified: true },
      approvedBy: { account: second, login: 'second', at: 77 },
    },
  });
});
