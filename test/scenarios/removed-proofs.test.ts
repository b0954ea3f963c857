import { beforeAll, expect, it } from 'vitest';
import type { VouchRequests } from '../../shared/api/vouch.ts';
import { verifyStored } from '../../src/cli/audit/verify-log.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import {
  act,
  ask,
  atCall,
  type Caller,
  caseNow,
  eventsAbout,
  HELPDESK_ROLES,
  newAgent,
  newCaller,
  openCase,
  opened,
  verified,
} from './helpdesk.ts';
import { embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { signIn } from './sign-in-client.ts';
import { type Keyturn, until } from './start-keyturn.ts';

const removing = (...kinds: string[]) => ({ action: 'remove-proofs', kinds });
const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };
const refused = { status: 403, body: { code: 'access.refused' } };
const nothing = { status: 409, body: { code: 'case.nothing-to-remove' } };
/** Over people for whom the others do nothing. */
const WIDE = {
  name: 'wide',
  may: ['remove-proofs' as const],
  heldBy: { groups: ['Wide'] },
  over: { groups: ['Staff', 'Elsewhere'] },
};
const SUBJECT = 'A way to recover your account was removed';

/** Who has callers verified in other ways than on their own device, to remove what they have lost. */
const HEARERS = {
  ...{ name: 'hearers', may: ['remove-proofs' as const], heldBy: { groups: ['Hearers'] }, over: { groups: ['Staff'] } },
  otherWays: ['read-back' as const, 'manager' as const],
};

describeEachEngine('proofs that the helpdesk removes, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [{ ...embeddedSection('people'), contacts: { sms: { attributes: ['mobile'], countries: ['DE'] } } }] as never,
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: [...HELPDESK_ROLES, HEARERS, WIDE],
        sms: { kind: 'capture', countries: ['DE'] },
        helpdesk: { approvals: [{ name: 'board', when: { groups: ['Board'] } }] },
      },
    });
  });
  const kindsOf = async (caller: Caller) => (await keyturn.deps.store.factors.ofAccount(caller.ref)).map(({ kind }) => kind).toSorted();
  const add = (caller: Caller, kind: 'email' | 'recovery-code', secret: string) =>
    addFactor(keyturn.deps, keyturn.deps.store, { account: caller.ref, kind, label: secret, secret, source: 'test' });
  const told = (address: string) => keyturn.messages(address).filter(({ subject }) => subject === SUBJECT);

  it('are those of the kinds that the caller has seen, and the owner is told wherever they could be reached', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Carers'), await newCaller(keyturn)];
    const second = `second-${caller.address}`;
    await add(caller, 'email', second);
    await add(caller, 'recovery-code', 'digest-1');
    await add(caller, 'recovery-code', 'digest-2');
    const hers = await signIn(keyturn, caller.login, caller);
    const { id, numbers, kinds } = await opened(agent, caller, { ...removing('recovery-code', 'email', 'email'), reason: 'lost phone' });
    expect(kinds).toEqual(['email', 'recovery-code']);
    expect(await act(agent, id)).toMatchObject(receiptNeeded);
    const client = await atCall(keyturn, caller);
    expect(client.at('confirm-call').call).toMatchObject({ action: 'remove-proofs', kinds: ['email', 'recovery-code'] });
    await client.answer({ number: numbers?.spoken });

    const replies = await Promise.all([0, 1, 2].map(() => act(agent, id)));
    const [done, ...more] = replies.filter(({ status }) => status === 200);
    expect([more, done?.body]).toEqual([[], { outcome: 'done', removed: 4 }]);
    expect(await kindsOf(caller)).toEqual(['totp']);
    expect((await hers.call('GET', '/session')).body.code).toBe('session.ended');
    for (const address of [caller.address, second]) {
      await until(() => told(address).length === 2, `both notices at ${address}`);
    }
    const actor = { kind: 'delegate', login: agent.login };
    const ended = await eventsAbout(keyturn, 'factor.ended', caller.ref.id);
    expect(ended).toHaveLength(4);
    expect(ended).toMatchObject(Array.from({ length: 4 }, () => ({ actor, author: agent.login, reason: 'lost phone' })));
    expect(await eventsAbout(keyturn, 'case.acted', id)).toMatchObject([
      { actor, kinds: ['email', 'recovery-code'], backing: { receipt: { receipt: { kinds: ['email', 'recovery-code'] } } } },
    ]);
    expect(await verifyStored(keyturn.deps.store)).toMatchObject({ ok: true });
    expect(await caseNow(agent, id)).toMatchObject({ state: 'closed', because: 'acted' });
  });

  it('are named to who vouches, and in every message with a code that is read out', async () => {
    const [agent, boss] = [await newAgent(keyturn, 'Hearers'), await newAgent(keyturn, 'Staff')];
    const caller = await newCaller(keyturn, { managerId: boss.account.id });
    const number = `+4915112${caller.login.replace(/\D/g, '').padStart(6, '1').slice(-6)}`;
    await add(caller, 'recovery-code', newLogin('digest'));
    await addFactor(keyturn.deps, keyturn.deps.store, { account: caller.ref, kind: 'sms', label: number, secret: number, source: 'test' });
    const { id } = await opened(agent, caller, removing('recovery-code', 'sms'));
    for (const kind of ['email', 'sms']) expect((await ask(agent, id, kind)).status).toBe(200);
    const read = (to: string) => keyturn.messages(to).find(({ text }) => /called/.test(text))?.text ?? '';
    await until(() => read(caller.address) !== '' && read(number) !== '', 'both codes');
    expect(read(caller.address)).toContain('is about to remove from what proves who you are: recovery codes and telephone numbers.');
    expect(read(number)).toContain('(removal: code list and numbers)');
    expect((await agent.held.call('POST', `/helpdesk/cases/${id}/vouch`, {})).status).toBe(200);
    const { requests } = (await boss.held.call('GET', '/me/vouch')).body as unknown as VouchRequests;
    expect(requests).toMatchObject([{ call: { agent: `Agent ${agent.login}`, action: 'remove-proofs', kinds: ['recovery-code', 'sms'] } }]);
    expect(await kindsOf(caller)).toEqual(['email', 'recovery-code', 'sms', 'totp']);
  });

  it('are named when the case is opened, and are ones that the person has enrolled with us', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Carers'), await newCaller(keyturn)];
    const missing = { status: 422, body: { code: 'case.kinds-missing' } };
    expect(await openCase(agent, caller, { action: 'remove-proofs' })).toMatchObject(missing);
    expect(await openCase(agent, caller, { ...removing('totp'), action: 'end-sessions' })).toMatchObject(missing);
    for (const kinds of [['passkey'], ['totp', 'questions']])
      expect(await openCase(agent, caller, removing(...kinds))).toMatchObject(nothing);
    for (const kinds of [[], ['manager'], ['password']]) expect((await openCase(agent, caller, removing(...kinds))).status).toBe(400);
    // What the directory says of somebody is changed there.
    const { embedded } = keyturn.deps.store;
    const row = await embedded.find('people', caller.ref.id);
    if (row === null || !(await embedded.update({ ...row, mobile: '+4915112345678' } as never))) throw new Error('not changed');
    expect(await openCase(agent, caller, removing('sms'))).toMatchObject(nothing);
  });

  it('stay where nobody may remove them: no role, out of scope, protected, oneself, frozen, or the receipt is for something else', async () => {
    const [agent, resetter] = [await newAgent(keyturn, 'Carers'), await newAgent(keyturn)];
    const [caller, elsewhere] = [await newCaller(keyturn), await newCaller(keyturn, { groups: [] })];
    const admin = await newCaller(keyturn, { groups: ['Staff', PROTECTED_GROUP] });
    expect(await openCase(resetter, caller, removing('totp'))).toMatchObject(refused);
    for (const whom of [elsewhere, admin, { ref: agent.account }])
      expect(await openCase(agent, whom, removing('totp'))).toMatchObject(refused);
    const other = await verified(keyturn, agent, caller, { action: 'end-sessions' });
    const { id } = await opened(agent, caller, removing('totp'));
    for (const each of [other.id, id]) expect((await act(agent, each)).status).not.toBe(200);
    expect(await act(agent, id, { unverified: true })).toMatchObject(receiptNeeded);

    const frozen = await newCaller(keyturn);
    const waiting = await verified(keyturn, agent, frozen, removing('totp'));
    await keyturn.deps.store.freezes.freeze(frozen.ref, 'test', keyturn.clock.now());
    expect(await act(agent, waiting.id)).toMatchObject({ status: 409, body: { code: 'account.frozen' } });
    for (const each of [caller, elsewhere, admin, frozen]) expect(await kindsOf(each)).toEqual(['email', 'totp']);
  });

  it('leave the receipt as it was where they are gone by then', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Carers'), await newCaller(keyturn)];
    const { id: factor } = await add(caller, 'recovery-code', 'digest');
    const { id } = await verified(keyturn, agent, caller, removing('recovery-code'));
    await keyturn.deps.store.factors.end(factor, keyturn.clock.now());
    expect(await act(agent, id)).toMatchObject(nothing);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'verified' });
    expect(await eventsAbout(keyturn, 'case.acted', id)).toEqual([]);
  });

  it('go for a caller whom nobody has verified only by a role that says so', async () => {
    const [releaser, caller] = [await newAgent(keyturn, 'Releasers'), await newCaller(keyturn)];
    const { id } = await opened(releaser, caller, { ...removing('totp'), reason: 'stands before me' });
    expect(await act(releaser, id)).toMatchObject(receiptNeeded);
    expect(await act(releaser, id, { unverified: true })).toMatchObject({ status: 200, body: { removed: 1 } });
    expect(await eventsAbout(keyturn, 'case.unverified', id)).toHaveLength(1);
    expect(await kindsOf(caller)).toEqual(['email']);
  });

  it('wait for a second agent, who sees which', async () => {
    const [agent, second] = [await newAgent(keyturn, 'Carers'), await newAgent(keyturn, 'Carers')];
    const caller = await newCaller(keyturn, { groups: ['Staff', 'Board'] });
    const { id } = await verified(keyturn, agent, caller, removing('totp'));
    expect(await act(agent, id)).toMatchObject({ body: { code: 'case.approval-needed' } });
    const { approvals } = (await second.held.call('GET', '/helpdesk/approvals')).body as { approvals: object[] };
    expect(approvals).toMatchObject([{ case: id, action: 'remove-proofs', kinds: ['totp'] }]);
    expect((await second.held.call('POST', `/helpdesk/approvals/${id}`, { approve: true })).status).toBe(204);
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { removed: 1 } });
  });

  const linkTo = (caller: Caller, linked: Caller) => {
    const link = { person: newLogin(), ids: [newLogin(), newLogin()] as [string, string], now: 0, by: 'test', countsFrom: 0 };
    return keyturn.deps.store.people.link(caller.ref, linked.ref, link);
  };

  it('wait for a second agent who may remove them wherever they stand, when it is approved and when it is done', async () => {
    const [agent, narrow, wide] = [await newAgent(keyturn, 'Wide'), await newAgent(keyturn, 'Carers'), await newAgent(keyturn, 'Wide')];
    const needed = { body: { code: 'case.approval-needed' } };
    const decide = (by: typeof agent, id: string) => by.held.call('POST', `/helpdesk/approvals/${id}`, { approve: true });
    const waitsFor = async (by: typeof agent) => (await by.held.call('GET', '/helpdesk/approvals')).body.approvals as { case: string }[];
    const twoAccounts = async () => {
      const [caller, linked] = [
        await newCaller(keyturn, { groups: ['Staff', 'Board'] }),
        await newCaller(keyturn, { groups: ['Elsewhere'] }),
      ];
      await add(linked, 'recovery-code', newLogin('digest'));
      return { caller, linked };
    };
    const { caller, linked } = await twoAccounts();
    expect(await linkTo(caller, linked)).toBe(true);
    const { id } = await verified(keyturn, agent, caller, removing('recovery-code'));
    expect(await act(agent, id)).toMatchObject(needed);
    expect((await waitsFor(narrow)).some((each) => each.case === id)).toBe(false);
    expect(await decide(narrow, id)).toMatchObject(refused);
    expect((await waitsFor(wide)).some((each) => each.case === id)).toBe(true);
    expect((await decide(wide, id)).status).toBe(204);
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { removed: 1 } });

    const later = await twoAccounts();
    await add(later.caller, 'recovery-code', newLogin('digest'));
    const next = await verified(keyturn, agent, later.caller, removing('recovery-code'));
    expect(await act(agent, next.id)).toMatchObject(needed);
    expect((await decide(narrow, next.id)).status).toBe(204);
    expect(await linkTo(later.caller, later.linked)).toBe(true);
    expect(await act(agent, next.id)).toMatchObject(needed);
    expect(await kindsOf(later.linked)).toContain('recovery-code');
  });

  it('go also where they stand with a linked account, unless the role is not over it', async () => {
    const agent = await newAgent(keyturn, 'Carers');
    for (const groups of [['Staff'], []]) {
      const [caller, linked] = [await newCaller(keyturn), await newCaller(keyturn, { groups })];
      await add(linked, 'recovery-code', newLogin('digest'));
      expect(await linkTo(caller, linked)).toBe(true);
      if (groups.length === 0) {
        expect(await openCase(agent, caller, removing('recovery-code'))).toMatchObject(refused);
        continue;
      }
      const { id } = await verified(keyturn, agent, caller, removing('recovery-code'));
      expect(await act(agent, id)).toMatchObject({ status: 200, body: { removed: 1 } });
      expect(await kindsOf(linked)).not.toContain('recovery-code');
    }
  });
});
