import { beforeAll, expect, it } from 'vitest';
import { verifyStored } from '../../src/cli/audit/verify-log.ts';
import { isReceiptSigned, type SignedReceipt } from '../../src/core/helpdesk/receipt.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import {
  act,
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
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, PROTECTED_GROUP, signsIn } from './sample-directory.ts';
import { signIn } from './sign-in-client.ts';
import { type Keyturn, until } from './start-keyturn.ts';

const ALARMS = 'alarms@example.test';
const TYPED = 'A harbour at 7, quite quiet';
const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };
const passed = { status: 409, body: { code: 'case.passed' } };

describeEachEngine('a case, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection('people', { lockoutThreshold: 3, lockoutMinutes: null })],
      configuration: {
        organisation: { name: 'Test', publicUrl: 'http://127.0.0.1', alarmAddress: ALARMS },
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: HELPDESK_ROLES,
        helpdesk: { ticketPattern: 'INC[0-9]{4}' },
      },
    });
  });
  const keepsPassword = (caller: Caller) => signsIn(keyturn, caller.login, OLD_PASSWORD);
  const alarms = (kind: RegExp) => keyturn.messages(ALARMS).filter(({ subject }) => kind.test(subject));

  it('takes a caller who proves who they are and types the number, and resets once', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id, numbers, state, triesLeft } = await opened(agent, caller, { ticket: 'INC0001', reason: 'new phone' });
    expect([state, triesLeft]).toEqual(['open', 3]);
    expect(await act(agent, id)).toMatchObject(receiptNeeded);

    const client = await atCall(keyturn, caller);
    const { call, attemptsLeft } = client.at('confirm-call');
    expect([call, attemptsLeft]).toEqual([{ agent: `Agent ${agent.login}`, action: 'reset-password', shown: numbers?.shown }, 3]);
    await client.answer({ number: ` ${numbers?.spoken.slice(0, 2)} ${numbers?.spoken.slice(2)} ` });
    expect(client.at('done').results).toMatchObject([{ outcome: 'call-confirmed' }]);

    const now = await caseNow(agent, id);
    expect(now).toMatchObject({ state: 'verified', ticket: 'INC0001', reason: 'new phone', verified: { proofs: ['email', 'totp'] } });
    expect(now.numbers).toBeUndefined();
    const done = await act(agent, id);
    expect(done).toMatchObject({ status: 200, body: { outcome: 'done', mustChange: true, password: expect.any(String) } });
    expect(await keepsPassword(caller)).toBe(false);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'closed', because: 'acted' });
    expect(await act(agent, id)).toMatchObject(passed);
    // What happened to the caller, and from where, is no part of what happened to the agent.
    const { body: own } = await agent.held.call('GET', '/me/activity');
    expect(JSON.stringify(own)).not.toMatch(/case\.|write\./);

    const [verifiedEvent] = await eventsAbout(keyturn, 'case.verified', id);
    const [intended, ...more] = await eventsAbout(keyturn, 'write.intended', caller.ref.id);
    expect(more).toEqual([]);
    const { backing } = intended as { backing: { receipt: SignedReceipt } };
    expect(backing).toMatchObject({ case: id, ticket: 'INC0001', reason: 'new phone', receipt: verifiedEvent?.receipt });
    expect(backing.receipt.receipt).toMatchObject({ account: caller.ref, agent: { account: agent.account }, action: 'reset-password' });
    expect(isReceiptSigned(backing.receipt)).toBe(true);
    expect(await verifyStored(keyturn.deps.store)).toMatchObject({ ok: true, receipts: { keys: [backing.receipt.publicKey] } });
    // Nothing in the log opens anything.
    const everything = JSON.stringify([await keyturn.deps.store.audit.read(0, 1_000_000), keyturn.logLines]);
    expect(everything).not.toContain(`"${numbers?.spoken}"`);
    expect(everything).not.toContain(String(done.body.password));
  });

  it('unlocks in the same way', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Unlockers'), await newCaller(keyturn)];
    for (let times = 0; times < 3; times += 1) await keyturn.deps.directories.get('people').verifyPassword(caller.ref, 'wrong');
    expect(await openCase(agent, caller)).toMatchObject({ status: 403, body: { code: 'access.refused' } });
    const { id } = await verified(keyturn, agent, caller, { action: 'unlock-account' });
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await keepsPassword(caller)).toBe(true);
  });

  it('is the only way for an agent: the call for managers takes none', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const found = await agent.held.call('POST', '/help/find', { account: caller.login });
    expect(found.body).toMatchObject({ may: ['reset-password', 'unlock-account'], inCase: ['reset-password', 'unlock-account'] });
    await verified(keyturn, agent, caller);
    for (const path of ['/help/reset', '/help/unlock'])
      expect(await agent.held.call('POST', path, { account: caller.ref })).toMatchObject(receiptNeeded);
    expect(await eventsAbout(keyturn, 'write.intended', caller.ref.id)).toEqual([]);
  });

  it('ends with the third wrong number, whatever comes at once, and takes no right one afterwards', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id, numbers } = await opened(agent, caller);
    const wrong = numbers?.spoken === '0000' ? '0001' : '0000';
    const clients = [await atCall(keyturn, caller), await atCall(keyturn, caller)];
    await Promise.all(clients.map((client) => client.answer({ number: wrong })));
    expect(await caseNow(agent, id)).toMatchObject({ state: 'open', triesLeft: 1 });
    const [first, second] = clients as [(typeof clients)[0], (typeof clients)[0]];
    expect(first.at('confirm-call').messageTone).toBe('error');
    await first.answer({ number: wrong });
    expect(first.at('refused').code).toBe('journey.call-over');
    expect(await caseNow(agent, id)).toMatchObject({ state: 'closed', because: 'too-many-tries' });
    // The other page is told the same at once, and not that there is no call.
    await second.answer({ number: numbers?.spoken });
    expect(second.at('refused').code).toBe('journey.call-over');
    expect(await act(agent, id)).toMatchObject(passed);
    expect(await eventsAbout(keyturn, 'case.number-refused', id)).toHaveLength(3);
  });

  it('takes the number however it is written, and what cannot be it costs no try', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id, numbers } = await opened(agent, caller);
    const client = await atCall(keyturn, caller);
    const spoken = numbers?.spoken ?? '';
    // Above all the one that the page itself shows.
    for (const slip of [numbers?.shown, `${spoken}1`, 'yes', '-- --']) {
      await client.answer({ number: slip });
      expect(client.at('confirm-call')).toMatchObject({
        messageTone: 'error',
        attemptsLeft: 3,
        message: expect.stringContaining('4 digits'),
      });
    }
    expect(await caseNow(agent, id)).toMatchObject({ state: 'open', triesLeft: 3 });
    expect(await eventsAbout(keyturn, 'case.number-refused', id)).toEqual([]);
    // Pasted with marks of direction, typed with the digits of another script and dashes between.
    const written = [...spoken].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join(' - ');
    await client.answer({ number: `\u200f${written}\u200f` });
    client.at('done');
    expect(await caseNow(agent, id)).toMatchObject({ state: 'verified' });
  });

  it('says at every page that the numbers are used up, also where all are typed at once', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id, numbers } = await opened(agent, caller);
    const wrong = numbers?.spoken === '0000' ? '0001' : '0000';
    const clients = [];
    for (let nth = 0; nth < 5; nth += 1) clients.push(await atCall(keyturn, caller));
    await Promise.all(clients.map((client) => client.answer({ number: wrong })));
    for (const client of clients) {
      if (client.step.kind === 'confirm-call') {
        expect([client.step.call === null, client.step.message]).toEqual([false, expect.stringContaining('not the number')]);
        await client.answer({ number: numbers?.spoken });
      }
      expect(client.at('refused').code).toBe('journey.call-over');
    }
    expect(await eventsAbout(keyturn, 'case.number-refused', id)).toHaveLength(3);
    expect(await eventsAbout(keyturn, 'case.verified', id)).toEqual([]);
  });

  it('lets through one of many numbers that come at once, and counts each before it is compared', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id, numbers } = await opened(agent, caller);
    const clients = await Promise.all(Array.from({ length: 4 }, () => startJourney(keyturn.url, caller.login, 'confirm-call')));
    for (const client of clients) {
      keyturn.clock.move(31_000);
      await prove(keyturn, client, caller);
    }
    await Promise.all(clients.map((client) => client.answer({ number: numbers?.spoken })));
    expect(clients.filter(({ step }) => step.kind === 'done')).toHaveLength(1);
    expect(await eventsAbout(keyturn, 'case.verified', id)).toHaveLength(1);
  });

  it('is ended by "this is not my call", which raises the alarm and takes nothing from the person', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id } = await opened(agent, caller);
    const before = alarms(/not theirs/).length;
    const client = await atCall(keyturn, caller);
    await client.answer({ notMine: true });
    expect(client.at('done').results).toMatchObject([{ outcome: 'call-denied' }]);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'closed', because: 'not-my-call' });
    expect(await act(agent, id)).toMatchObject(passed);
    await until(() => alarms(/not theirs/).length === before + 1, 'the alarm');
    expect(alarms(/not theirs/).at(-1)?.text).toContain(agent.login);
    expect(await keyturn.deps.store.freezes.isFrozen(caller.ref)).toBe(false);
    expect(await eventsAbout(keyturn, 'case.denied', id)).toMatchObject([{ state: 'open', account: caller.ref }]);
  });

  it('that was verified is ended so too, by whoever has the page open still', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id, numbers } = await opened(agent, caller);
    const [one, other] = [await atCall(keyturn, caller), await atCall(keyturn, caller)];
    await one.answer({ number: numbers?.spoken });
    await other.answer({ notMine: true });
    expect(await act(agent, id)).toMatchObject(passed);
    expect(await keepsPassword(caller)).toBe(true);
  });

  it('is shown to nobody but the person, and looked for again', async () => {
    const [agent, caller, other] = [await newAgent(keyturn), await newCaller(keyturn), await newCaller(keyturn)];
    const client = await atCall(keyturn, caller);
    expect(client.at('confirm-call').call).toBeNull();
    expect((await client.answer({ number: '1234' })).status).toBe(422);
    await opened(agent, caller);
    const stranger = await atCall(keyturn, other);
    expect(stranger.at('confirm-call').call).toBeNull();
    await client.answer({ look: true });
    expect(client.at('confirm-call').call).toMatchObject({ action: 'reset-password' });
  });

  it('belongs to its agent alone: another one makes room for theirs only when they say so', async () => {
    const [agent, other, caller] = [await newAgent(keyturn), await newAgent(keyturn), await newCaller(keyturn)];
    const { id } = await verified(keyturn, agent, caller);
    const unknown = { status: 404, body: { code: 'case.unknown' } };
    expect(await other.held.call('GET', `/helpdesk/cases/${id}`)).toMatchObject(unknown);
    expect(await act(other, id)).toMatchObject(unknown);
    expect(await other.held.call('DELETE', `/helpdesk/cases/${id}`)).toMatchObject(unknown);
    expect(await openCase(other, caller)).toMatchObject({ status: 409, body: { code: 'case.open-elsewhere' } });
    expect(await openCase(other, caller, { replace: true })).toMatchObject({ status: 422, body: { code: 'case.reason-missing' } });
    expect(await caseNow(agent, id)).toMatchObject({ state: 'verified' });
    const theirs = await opened(other, caller, { replace: true, reason: 'colleague is away' });
    expect(await act(agent, id)).toMatchObject(passed);
    expect(await act(other, theirs.id)).toMatchObject(receiptNeeded);
    expect(await caseNow(agent, id)).toMatchObject({ because: 'replaced' });
    expect(await eventsAbout(keyturn, 'case.closed', id)).toMatchObject([{ reason: 'colleague is away', actor: { login: other.login } }]);
    const told = () => keyturn.messages(agent.address).filter(({ subject }) => subject === 'Somebody has taken a case of yours over');
    await until(() => told().length === 1, 'word to the first agent');
    expect(told()[0]?.text).toContain(`${other.login} ended your case for ${caller.login}`);
    expect((await other.held.call('GET', '/helpdesk/cases')).body).toMatchObject({ cases: [{ id: theirs.id }] });
    expect((await other.held.call('DELETE', `/helpdesk/cases/${theirs.id}`)).status).toBe(204);
    expect((await other.held.call('DELETE', `/helpdesk/cases/${theirs.id}`)).status).toBe(204);
    expect(await keepsPassword(caller)).toBe(true);
  });

  it('of many that are opened at once is one', async () => {
    const caller = await newCaller(keyturn);
    const agents = await Promise.all([0, 1, 2].map(() => newAgent(keyturn)));
    const replies = await Promise.all(agents.map((agent) => openCase(agent, caller)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
  });

  it('is acted on once, whoever presses twice at once', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id } = await verified(keyturn, agent, caller);
    const replies = await Promise.all([0, 1, 2, 3].map(() => act(agent, id)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await eventsAbout(keyturn, 'write.succeeded', caller.ref.id)).toHaveLength(1);
  });

  it('keeps its receipt where nothing was changed', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id } = await verified(keyturn, agent, caller);
    expect((await act(agent, id, { password: 'short' })).body).toMatchObject({ outcome: 'refused' });
    expect((await act(agent, id, { password: TYPED })).body).toMatchObject({ outcome: 'done' });
    expect(await act(agent, id, { password: TYPED })).toMatchObject(passed);
  });

  it('has a receipt for its minutes alone', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id } = await verified(keyturn, agent, caller);
    keyturn.clock.move(10 * 60_000);
    const held = await signIn(keyturn, agent.login, agent);
    expect(await act({ ...agent, held }, id)).toMatchObject(receiptNeeded);
    expect(await keepsPassword(caller)).toBe(true);
  });

  it('is worth nothing once the account was frozen, closed, protected, moved or written to, or the role is lost', async () => {
    const agent = await newAgent(keyturn);
    const withId = async () => {
      const caller = await newCaller(keyturn);
      return { caller, id: (await verified(keyturn, agent, caller)).id };
    };
    const { store, clock } = keyturn.deps;
    const change = async ({ account }: { account: Caller['ref'] }, to: object) => {
      const row = await store.embedded.find('people', account.id);
      if (row === null || !(await store.embedded.update({ ...row, ...to }))) throw new Error('not changed');
    };
    const refused = { status: 403, body: { code: 'access.refused' } };
    const cases: [expected: object, meanwhile: (caller: Caller) => Promise<unknown>][] = [
      [{ status: 409, body: { code: 'account.frozen' } }, ({ ref }) => store.freezes.freeze(ref, 'test', clock.now())],
      [{ status: 409, body: { code: 'account.disabled' } }, (caller) => change(caller, { disabled: true })],
      [refused, (caller) => change(caller, { groups: ['Staff', PROTECTED_GROUP] })],
      [refused, (caller) => change(caller, { groups: [] })],
    ];
    for (const [expected, meanwhile] of cases) {
      const { caller, id } = await withId();
      await meanwhile(caller);
      expect(await act(agent, id)).toMatchObject(expected);
      expect(await eventsAbout(keyturn, 'write.intended', caller.ref.id)).toEqual([]);
      // Nothing of it is used up: what comes back is as good as it was.
      expect(await caseNow(agent, id)).toMatchObject({ state: 'verified' });
    }

    const written = await withId();
    const recovering = await startJourney(keyturn.url, written.caller.login);
    keyturn.clock.move(31_000);
    await prove(keyturn, recovering, written.caller);
    await recovering.answer({ password: TYPED });
    recovering.at('done');
    expect(await act(agent, written.id)).toMatchObject(receiptNeeded);
    expect(await signsIn(keyturn, written.caller.login, TYPED)).toBe(true);

    const last = await withId();
    await change({ account: agent.account }, { groups: [] });
    expect(await act(agent, last.id)).toMatchObject({ status: 401, body: { code: 'session.ended' } });
    expect(await keepsPassword(last.caller)).toBe(true);
  });

  it('is worth nothing once the account is parted from the one by which its owner proved who they are', async () => {
    const [agent, owner] = [await newAgent(keyturn), await newCaller(keyturn)];
    const login = newLogin('bare');
    await addPerson(keyturn, login, { groups: ['Staff'] });
    const [found] = await keyturn.deps.directories.get('people').findAccounts(login);
    const caller = { ...owner, login, ref: { directory: 'people', id: found?.id ?? '' } };
    const { people } = keyturn.deps.store;
    const link = () =>
      people.link(owner.ref, caller.ref, { person: newLogin(), ids: [newLogin(), newLogin()], now: 0, by: 'test', countsFrom: 0 });
    expect(await link()).toBe(true);
    const { id, numbers } = await opened(agent, caller);
    const early = await atCall(keyturn, caller);
    expect(await people.unlink(caller.ref)).toBe(true);
    await early.answer({ number: numbers?.spoken });
    expect(early.at('refused').code).toBe('journey.account-barred');
    expect(await caseNow(agent, id)).toMatchObject({ state: 'open' });

    expect(await link()).toBe(true);
    const late = await verified(keyturn, agent, caller);
    expect(late.state).toBe('verified');
    expect(await people.unlink(caller.ref)).toBe(true);
    expect(await act(agent, late.id)).toMatchObject(receiptNeeded);
    expect(await eventsAbout(keyturn, 'write.intended', caller.ref.id)).toEqual([]);
  });

  it('may do without a verified caller only by a role that says so, with a reason and an alarm', async () => {
    const [agent, trusted] = [await newAgent(keyturn), await newAgent(keyturn, 'Trusted')];
    const [one, two, three] = [await newCaller(keyturn), await newCaller(keyturn), await newCaller(keyturn)];
    const strict = await opened(agent, one, { reason: 'lost everything' });
    expect(await act(agent, strict.id, { unverified: true })).toMatchObject(receiptNeeded);
    const silent = await opened(trusted, two);
    expect(await act(trusted, silent.id, { unverified: true })).toMatchObject({ status: 422, body: { code: 'case.reason-missing' } });
    const { id } = await opened(trusted, three, { reason: 'stands before me' });
    expect(await act(trusted, id)).toMatchObject(receiptNeeded);
    const before = alarms(/not verified/).length;
    expect((await act(trusted, id, { unverified: true })).body).toMatchObject({ outcome: 'done' });
    await until(() => alarms(/not verified/).length === before + 1, 'the alarm');
    expect(await eventsAbout(keyturn, 'case.unverified', id)).toHaveLength(1);
    expect(await eventsAbout(keyturn, 'write.intended', three.ref.id)).toMatchObject([
      { backing: { unverified: true, reason: 'stands before me' } },
    ]);
    for (const caller of [one, two]) expect(await keepsPassword(caller)).toBe(true);
  });

  it('issues a pass for one use, told once, that ends with its sessions what was there before', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Carers'), await newCaller(keyturn)];
    const hers = await signIn(keyturn, caller.login, caller);
    const { id } = await verified(keyturn, agent, caller, { action: 'issue-pass', reason: 'lost phone' });
    const replies = await Promise.all([0, 1, 2].map(() => act(agent, id)));
    const [issued, ...more] = replies.filter(({ status }) => status === 200);
    expect([more, issued?.body]).toEqual([[], { outcome: 'done', pass: expect.any(String), endsAt: expect.any(String) }]);
    expect(Date.parse(String(issued?.body.endsAt)) - keyturn.clock.now()).toBeLessThanOrEqual(8 * 3_600_000);
    expect((await hers.call('GET', '/session')).body.code).toBe('session.ended');
    const passes = (await keyturn.deps.store.factors.ofAccount(caller.ref)).filter(({ kind }) => kind === 'temporary-pass');
    expect(passes).toHaveLength(1);
    const actor = { kind: 'delegate', login: agent.login };
    expect(await eventsAbout(keyturn, 'factor.enrolled', passes[0]?.id ?? '')).toMatchObject([{ actor, once: true, reason: 'lost phone' }]);
    expect(await eventsAbout(keyturn, 'case.acted', id)).toMatchObject([
      { actor, backing: { receipt: { receipt: { action: 'issue-pass' } } } },
    ]);
    expect(JSON.stringify([await keyturn.deps.store.audit.read(0, 1_000_000), keyturn.logLines])).not.toContain(String(issued?.body.pass));
    expect(await caseNow(agent, id)).toMatchObject({ state: 'closed', because: 'acted' });
  });

  it('signs the person out everywhere', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Carers'), await newCaller(keyturn)];
    const { id } = await verified(keyturn, agent, caller, { action: 'end-sessions' });
    const hers = await signIn(keyturn, caller.login, caller);
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect((await hers.call('GET', '/session')).body.code).toBe('session.ended');
    expect(await act(agent, id)).toMatchObject(passed);
  });

  it('releases who is frozen by a role that does without, and keeps a pass from them until then', async () => {
    const [agent, releaser, caller] = [await newAgent(keyturn, 'Carers'), await newAgent(keyturn, 'Releasers'), await newCaller(keyturn)];
    const pass = await verified(keyturn, agent, caller, { action: 'issue-pass' });
    await keyturn.deps.store.freezes.freeze(caller.ref, 'test', keyturn.clock.now());
    expect(await act(agent, pass.id)).toMatchObject({ status: 409, body: { code: 'account.frozen' } });
    expect((await keyturn.deps.store.factors.ofAccount(caller.ref)).map(({ kind }) => kind)).not.toContain('temporary-pass');
    const strict = await opened(agent, caller, { action: 'release-recovery', reason: 'seen in person' });
    expect(await act(agent, strict.id, { unverified: true })).toMatchObject(receiptNeeded);
    const { id } = await opened(releaser, caller, { action: 'release-recovery', reason: 'seen in person', replace: true });
    expect(await act(releaser, id, { unverified: true })).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await keyturn.deps.store.freezes.isFrozen(caller.ref)).toBe(false);
    const actor = { kind: 'delegate', login: releaser.login };
    expect(await eventsAbout(keyturn, 'recovery.released', caller.ref.id)).toMatchObject([
      { actor, reason: 'seen in person', wasFrozen: true },
    ]);
  });

  it('asks for what the policy wants', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    expect(await openCase(agent, caller, { ticket: 'INC00012' })).toMatchObject({ status: 422, body: { code: 'case.ticket-unlike' } });
    expect((await openCase(agent, caller, { ticket: 'INC0001\nx' })).status).toBe(400);
  });

  it('is opened about nobody who is out of reach, oneself included', async () => {
    const agent = await newAgent(keyturn);
    const refused = { status: 403, body: { code: 'access.refused' } };
    const nobody = { ref: { directory: 'people', id: 'ffffffff-ffff-4fff-8fff-ffffffffffff' } };
    const elsewhere = await newCaller(keyturn, { groups: [] });
    const admin = await newCaller(keyturn, { groups: ['Staff', PROTECTED_GROUP] });
    for (const whom of [nobody, elsewhere, admin, { ref: agent.account }]) expect(await openCase(agent, whom)).toMatchObject(refused);
    const plain = await newCaller(keyturn);
    await addPerson(keyturn, `${plain.login}2`);
    const clerk = await signIn(keyturn, plain.login, plain);
    expect(await clerk.call('POST', '/helpdesk/cases', { account: elsewhere.ref, action: 'reset-password' })).toMatchObject(refused);
  });
});
