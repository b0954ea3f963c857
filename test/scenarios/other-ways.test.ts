import { beforeAll, expect, it } from 'vitest';
import type { VouchRequest } from '../../shared/api/vouch.ts';
import { verifyStored } from '../../src/cli/audit/verify-log.ts';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { exportConfiguration } from '../../src/core/configuration/export-configuration.ts';
import type { SignedReceipt } from '../../src/core/helpdesk/receipt.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import {
  type Agent,
  act,
  answer,
  ask,
  atCall,
  type Caller,
  type CaseReply,
  caseNow,
  eventsAbout,
  HELPDESK_ROLES,
  mailedCode,
  newAgent,
  newCaller,
  opened,
} from './helpdesk.ts';
import { prove, startJourney } from './journey-client.ts';
import { addQuestions, answerTo, QUESTION_POOL } from './known-answers.ts';
import { embeddedSection, OLD_PASSWORD, PROTECTED_GROUP, signsIn } from './sample-directory.ts';
import { type Keyturn, until } from './start-keyturn.ts';

const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };
const wayRefused = { status: 403, body: { code: 'case.way-refused' } };
const wrongAnswer = { status: 422, body: { code: 'case.answer-wrong' } };
const tooOften = { status: 429, body: { code: 'case.too-often' } };
const over = { status: 410, body: { code: 'vouch.over' } };
const passed = { status: 409, body: { code: 'case.passed' } };
const refused = { status: 403, body: { code: 'access.refused' } };

describeEachEngine('a caller verified by the agent, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: HELPDESK_ROLES,
        factors: { questions: { pool: QUESTION_POOL } },
      },
    });
  });
  const keepsPassword = (caller: Caller) => signsIn(keyturn, caller.login, OLD_PASSWORD);
  const wrongCode = (code: string) => code.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  /** An authenticator shows the same code for half a minute, and it counts once. */
  const shown = (caller: Caller) => {
    keyturn.clock.move(31_000);
    return caller.totp();
  };
  const listening = async () => ({ agent: await newAgent(keyturn, 'Listeners'), caller: await newCaller(keyturn) });
  const typed = async (agent: Agent, id: string, kind: string, code: () => Promise<string> | string) => {
    const asked = await ask(agent, id, kind);
    if (asked.status !== 200) throw new Error(`not asked: ${JSON.stringify(asked.body)}`);
    return answer(agent, id, { code: await code() });
  };
  const backingOf = async (caller: Caller) => {
    const [intended, ...more] = await eventsAbout(keyturn, 'write.intended', caller.ref.id);
    expect(more).toEqual([]);
    return (intended as { backing: { receipt: SignedReceipt } }).backing.receipt.receipt;
  };

  const led = async () => {
    const boss = await newAgent(keyturn, 'Staff');
    return { boss, agent: await newAgent(keyturn, 'Listeners'), caller: await newCaller(keyturn, { managerId: boss.account.id }) };
  };
  const askVouch = (agent: Agent, id: string) => agent.held.call('POST', `/helpdesk/cases/${id}/vouch`, {}) as Promise<CaseReply>;
  const requestsOf = async (boss: Agent) => (await boss.held.call('GET', '/me/vouch')).body.requests as VouchRequest[];
  const asked = async (agent: Agent, id: string, boss: Agent) => {
    const { body } = await askVouch(agent, id);
    const [request] = (await requestsOf(boss)).filter(({ state }) => state === 'open');
    if (body.case?.vouch === undefined || request === undefined) throw new Error(`nobody was asked: ${JSON.stringify(body)}`);
    return { digits: body.case.vouch.digits, request };
  };
  const vouch = (by: Agent, id: string, digits: string) => by.held.call('POST', `/me/vouch/${id}`, { digits });

  it('takes one answer of a manager who gives many at once, also while the agent asks for something else', async () => {
    const { boss, agent, caller } = await led();
    const { id } = await opened(agent, caller);
    const { digits, request } = await asked(agent, id, boss);
    const replies = await Promise.all([ask(agent, id, 'totp'), ...[0, 1, 2].map(() => vouch(boss, request.id, digits))]);
    expect(replies.slice(1).filter(({ status }) => status === 204)).toHaveLength(1);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'verified' });
    expect(await eventsAbout(keyturn, 'case.verified', id)).toHaveLength(1);
  });

  it('counts each answer before it is judged: three, whatever comes at once, and no right one afterwards', async () => {
    const { agent, caller } = await listening();
    const { id, numbers } = await opened(agent, caller);
    const page = await atCall(keyturn, caller);
    await ask(agent, id, 'email');
    const code = await mailedCode(keyturn, caller);
    const replies = await Promise.all(Array.from({ length: 8 }, () => answer(agent, id, { code: wrongCode(code) })));
    expect(replies.filter(({ body }) => body.code === 'case.answer-wrong').length).toBeLessThanOrEqual(3);
    while ((await caseNow(agent, id)).state === 'open') await answer(agent, id, { code: wrongCode(code) });
    expect(await caseNow(agent, id)).toMatchObject({ state: 'closed', because: 'too-many-tries' });
    expect(await answer(agent, id, { code })).toMatchObject(passed);
    // Whoever has the page open is told so by the next number, the right one too.
    await page.answer({ number: numbers?.spoken });
    expect(page.at('refused').code).toBe('journey.call-over');
    expect(await eventsAbout(keyturn, 'case.answer-refused', id)).toHaveLength(3);
    expect(await keepsPassword(caller)).toBe(true);
  });

  it('takes one of many right answers that come at once', async () => {
    const { agent, caller } = await listening();
    const { id } = await opened(agent, caller);
    await typed(agent, id, 'email', () => mailedCode(keyturn, caller));
    await ask(agent, id, 'totp');
    const code = shown(caller);
    await Promise.all(Array.from({ length: 6 }, () => answer(agent, id, { code })));
    expect(await eventsAbout(keyturn, 'case.verified', id)).toHaveLength(1);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'verified', triesLeft: 3 });
  });

  it('by codes of two kinds that are read out, of which one alone is worth nothing', async () => {
    const { agent, caller } = await listening();
    const { id, otherWays, codesNeeded } = await opened(agent, caller);
    expect([otherWays, codesNeeded]).toEqual([['read-back', 'questions', 'manager'], 2]);
    const first = await typed(agent, id, 'email', () => mailedCode(keyturn, caller));
    expect(first).toMatchObject({ status: 200, body: { case: { state: 'open', readOut: ['email'], triesLeft: 3 } } });
    expect(await act(agent, id)).toMatchObject(receiptNeeded);
    // The same kind once more is no other kind.
    expect(await ask(agent, id, 'email')).toMatchObject({ status: 409, body: { code: 'case.nothing-enrolled' } });
    const second = await typed(agent, id, 'totp', () => shown(caller));
    expect(second).toMatchObject({
      status: 200,
      body: { case: { state: 'verified', verified: { way: 'read-back', proofs: ['email', 'totp'] } } },
    });
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await keepsPassword(caller)).toBe(false);
    expect((await backingOf(caller)).method).toEqual({ way: 'read-back', proofs: ['email', 'totp'] });
    expect(await eventsAbout(keyturn, 'case.answer-accepted', id)).toMatchObject([{ factor: 'email' }, { factor: 'totp' }]);
    expect(await verifyStored(keyturn.deps.store)).toMatchObject({ ok: true });
  });

  it('has its own share of the wrong answers of a person, over all cases and agents: it keeps nobody from their own recovery', async () => {
    const { caller } = await listening();
    let last: { status: number; body: object } = { status: 0, body: {} };
    for (let wrongs = 0; wrongs < 12 && last.status !== 429; ) {
      const agent = await newAgent(keyturn, 'Listeners');
      const { id } = await opened(agent, caller, { replace: true, reason: 'test' });
      await ask(agent, id, 'totp');
      for (let each = 0; each < 3 && last.status !== 429; each += 1, wrongs += 1) last = await answer(agent, id, { code: '000000' });
    }
    expect(last).toMatchObject(tooOften);
    // A right one is not looked at either, and uses up nothing.
    const agent = await newAgent(keyturn, 'Listeners');
    const { id } = await opened(agent, caller, { replace: true, reason: 'test' });
    await ask(agent, id, 'totp');
    expect(await answer(agent, id, { code: shown(caller) })).toMatchObject(tooOften);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'open', triesLeft: 3 });
    // The owner hears of it, and goes on as ever: alone, and confirming the call.
    await until(() => keyturn.messages(caller.address).some(({ subject }) => /is trying to get/.test(subject)), 'the warning');
    const own = await atCall(keyturn, caller);
    await own.answer({ number: (await caseNow(agent, id)).numbers?.spoken });
    own.at('done');
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
  });

  // What follows hangs on no race: one database is enough.
  if (engine.name === 'postgres') return;

  it('by a code in a message that says who asks, for what, and never to read it to somebody who called', async () => {
    const { agent, caller } = await listening();
    const { id } = await opened(agent, caller, { action: 'unlock-account' });
    await ask(agent, id, 'email');
    const code = await mailedCode(keyturn, caller);
    const { text } = keyturn.messages(caller.address).find((each) => each.text.includes(code)) ?? { text: '' };
    expect(text).toContain(`Agent ${agent.login}`);
    expect(text).toMatch(/unlock your account/);
    expect(text).toMatch(/Never read it to somebody who called you/);
    // It opens no page of ours, and a code of a page verifies nobody on the telephone.
    const journey = await startJourney(keyturn.url, caller.login);
    expect(journey.step.kind).not.toBe('done');
    const everything = JSON.stringify([await keyturn.deps.store.audit.read(0, 1_000_000), keyturn.logLines]);
    expect(everything).not.toContain(code);
  });

  it('never by one that is used twice, old, of another case, or of another agent', async () => {
    const { agent, caller } = await listening();
    const other = await newCaller(keyturn);
    const [mine, theirs] = [await opened(agent, caller), await opened(agent, other)];
    await ask(agent, mine.id, 'email');
    await ask(agent, theirs.id, 'email');
    const code = await mailedCode(keyturn, caller);
    expect(await answer(agent, theirs.id, { code })).toMatchObject(wrongAnswer);
    const second = await newAgent(keyturn, 'Listeners');
    expect((await answer(second, mine.id, { code })).status).toBe(404);
    expect((await ask(second, mine.id, 'email')).status).toBe(404);
    expect((await answer(agent, mine.id, { code })).status).toBe(200);
    expect(await answer(agent, mine.id, { code })).toMatchObject({ status: 409, body: { code: 'case.nothing-asked' } });
    // What the authenticator showed for the page is used up for the telephone, and the other way round.
    await ask(agent, mine.id, 'totp');
    keyturn.clock.move(31_000);
    const journey = await startJourney(keyturn.url, caller.login);
    await prove(keyturn, journey, caller);
    expect(await answer(agent, mine.id, { code: caller.totp() })).toMatchObject(wrongAnswer);
    const late = await opened(agent, other);
    await ask(agent, late.id, 'email');
    const old = await mailedCode(keyturn, other, [await mailedCode(keyturn, other)]);
    keyturn.clock.move(11 * 60_000);
    expect(await answer(agent, late.id, { code: old })).toMatchObject({ status: 409, body: { code: 'case.nothing-asked' } });
    expect(await keepsPassword(caller)).toBe(true);
  });

  it('by questions that the agent types the answers of, and that are written down nowhere', async () => {
    const { agent, caller } = await listening();
    await addQuestions(keyturn, caller.ref);
    const { id } = await opened(agent, caller);
    const asked = await ask(agent, id, 'questions');
    const questions = asked.body.case?.asked?.questions ?? [];
    expect(questions).toHaveLength(3);
    const right = questions.map(({ text }) => answerTo(text));
    expect(await answer(agent, id, { answers: right.with(1, 'something else') })).toMatchObject(wrongAnswer);
    expect(await answer(agent, id, { answers: right.slice(1) })).toMatchObject({ status: 422, body: { code: 'case.answer-unlike' } });
    expect(await answer(agent, id, { code: '12345678' })).toMatchObject({ status: 422, body: { code: 'case.answer-unlike' } });
    expect(await answer(agent, id, { answers: right })).toMatchObject({ status: 200, body: { case: { verified: { way: 'questions' } } } });
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect((await backingOf(caller)).method).toEqual({ way: 'questions', proofs: ['questions'], answered: 3 });
    const everything = JSON.stringify([await keyturn.deps.store.audit.read(0, 1_000_000), keyturn.logLines]);
    for (const said of right) expect(everything).not.toContain(said);
  });

  it('by their manager, to whom they read two digits that the agent tells them', async () => {
    const { boss, agent, caller } = await led();
    const { id } = await opened(agent, caller);
    const { digits, request } = await asked(agent, id, boss);
    expect(request).toMatchObject({ state: 'open', call: { agent: `Agent ${agent.login}`, action: 'reset-password' } });
    const mail = () => keyturn.messages(boss.address).find(({ text }) => text.includes('has called the helpdesk'));
    await until(() => mail() !== undefined, 'the mail');
    // Nothing in it opens anything: besides until when it is good it has no digits.
    expect(
      mail()
        ?.text.replace(/answered until .*/, '')
        .replaceAll(caller.login, ''),
    ).not.toMatch(/\b\d\d\b/);
    expect(await vouch(boss, request.id, digits === '99' ? '10' : '99')).toMatchObject({
      status: 422,
      body: { code: 'vouch.digits-wrong' },
    });
    expect(await act(agent, id)).toMatchObject(receiptNeeded);
    expect((await vouch(boss, request.id, digits)).status).toBe(204);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'verified', verified: { way: 'manager', proofs: ['manager'] } });
    expect(await vouch(boss, request.id, digits)).toMatchObject(over);
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect((await backingOf(caller)).method).toMatchObject({
      ...{ way: 'manager', request: request.id, by: { login: boss.login, account: boss.account } },
    });
    expect(await eventsAbout(keyturn, 'vouch.approved', request.id)).toMatchObject([{ case: id, by: boss.account }]);
    expect(await verifyStored(keyturn.deps.store)).toMatchObject({ ok: true });
  });

  it('by nobody else: not the agent, not a stranger, and not by who is not asked', async () => {
    const { boss, agent, caller } = await led();
    const { id } = await opened(agent, caller);
    const { digits, request } = await asked(agent, id, boss);
    const stranger = await newAgent(keyturn, 'Listeners');
    for (const other of [agent, stranger]) expect(await vouch(other, request.id, digits)).toMatchObject(over);
    // An agent who is the manager vouches for nobody in a case of their own.
    const own = await newCaller(keyturn, { managerId: agent.account.id });
    const mine = await opened(agent, own);
    expect(await askVouch(agent, mine.id)).toMatchObject({ status: 409, body: { code: 'case.nobody-vouches' } });
    const alone = await newCaller(keyturn);
    expect(await askVouch(agent, (await opened(agent, alone)).id)).toMatchObject({ status: 409, body: { code: 'case.nobody-vouches' } });
    expect(await caseNow(agent, id)).toMatchObject({ state: 'open' });
  });

  it('by no digits that were guessed: the third wrong ones end the request, and the case goes on', async () => {
    const { boss, agent, caller } = await led();
    const { id } = await opened(agent, caller);
    const { digits, request } = await asked(agent, id, boss);
    const guess = digits === '99' ? '10' : '99';
    await Promise.all([0, 1, 2, 3, 4].map(() => vouch(boss, request.id, guess)));
    expect(await vouch(boss, request.id, digits)).toMatchObject(over);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'open', vouch: { isRefused: true } });
    expect(await eventsAbout(keyturn, 'vouch.refused', request.id)).toMatchObject([{ because: 'digits-wrong', case: id }]);
    expect((await askVouch(agent, id)).status).toBe(200);
    expect(await askVouch(agent, id)).toMatchObject(tooOften);
  });

  it('and ends where the manager did not expect it, of which the person is told', async () => {
    const { boss, agent, caller } = await led();
    const { id } = await opened(agent, caller);
    const { request } = await asked(agent, id, boss);
    expect((await boss.held.call('POST', `/me/vouch/${request.id}/refuse`, {})).status).toBe(204);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'closed', because: 'not-vouched' });
    expect(await act(agent, id)).toMatchObject(passed);
    await until(() => keyturn.messages(caller.address).some(({ subject }) => /did not confirm/.test(subject)), 'the mail');
    expect(await keepsPassword(caller)).toBe(true);
  });

  it('is over for the manager once the case is', async () => {
    const { boss, agent, caller } = await led();
    const { id } = await opened(agent, caller);
    const { digits, request } = await asked(agent, id, boss);
    const again = await askVouch(agent, id);
    expect(await vouch(boss, request.id, digits)).toMatchObject(over);
    const second = {
      digits: again.body.case?.vouch?.digits ?? '',
      request: (await requestsOf(boss)).find(({ state }) => state === 'open'),
    };
    await agent.held.call('DELETE', `/helpdesk/cases/${id}`);
    expect(await vouch(boss, second.request?.id ?? '', second.digits)).toMatchObject(over);
    expect((await requestsOf(boss)).map(({ state }) => state)).toEqual(['withdrawn', 'withdrawn']);
    // Frozen, or written to, meanwhile.
    const next = await opened(agent, caller);
    const third = await asked(agent, next.id, boss);
    await keyturn.deps.store.freezes.freeze(caller.ref, 'test', keyturn.deps.clock.now());
    expect(await vouch(boss, third.request.id, third.digits)).toMatchObject({ status: 409, body: { code: 'vouch.not-possible' } });
    expect(await caseNow(agent, next.id)).toMatchObject({ state: 'open' });
  });

  it('waits with each kind for itself, whatever else is asked for between', async () => {
    const { agent, caller } = await listening();
    const { id } = await opened(agent, caller);
    expect((await ask(agent, id, 'email')).status).toBe(200);
    expect((await ask(agent, id, 'totp')).status).toBe(200);
    expect(await ask(agent, id, 'email')).toMatchObject(tooOften);
    expect((await ask(agent, id, 'totp')).status).toBe(200);
    keyturn.clock.move(keyturn.deps.configuration().factors.email.resendWaitSeconds * 1000);
    expect((await ask(agent, id, 'email')).status).toBe(200);
  });

  it('never where the role does not say so, nor by what nobody enrolled', async () => {
    const caller = await newCaller(keyturn);
    await addQuestions(keyturn, caller.ref);
    for (const group of ['Agents', 'Trusted']) {
      const agent = await newAgent(keyturn, group);
      const { id, otherWays } = await opened(agent, caller, { replace: true, reason: 'test' });
      expect(otherWays).toEqual([]);
      for (const kind of ['email', 'sms', 'totp', 'questions']) expect(await ask(agent, id, kind)).toMatchObject(wayRefused);
      expect(await answer(agent, id, { code: shown(caller) })).toMatchObject(wayRefused);
      expect(await eventsAbout(keyturn, 'case.asked', id)).toEqual([]);
    }
    expect(keyturn.messages(caller.address).filter(({ text }) => /who called you/.test(text))).toEqual([]);
    const { agent, caller: bare } = await listening();
    const { id } = await opened(agent, bare);
    for (const kind of ['sms', 'questions'])
      expect(await ask(agent, id, kind)).toMatchObject({ status: 409, body: { code: 'case.nothing-enrolled' } });
    expect((await ask(agent, id, 'passkey')).status).toBe(400);
    expect((await ask(agent, id, 'password')).status).toBe(400);
  });

  it('is asked for again only after a while, and the code before is worth nothing then', async () => {
    const { agent, caller } = await listening();
    const { id } = await opened(agent, caller);
    await ask(agent, id, 'email');
    const first = await mailedCode(keyturn, caller);
    expect(await ask(agent, id, 'email')).toMatchObject(tooOften);
    keyturn.clock.move(61_000);
    expect((await ask(agent, id, 'email')).status).toBe(200);
    const second = await mailedCode(keyturn, caller, [first]);
    expect(await answer(agent, id, { code: first })).toMatchObject(wrongAnswer);
    expect((await answer(agent, id, { code: second })).status).toBe(200);
  });

  it('verifies nobody who is frozen, closed, protected or out of scope meanwhile, nor for an agent whose role is lost', async () => {
    const { store, clock } = keyturn.deps;
    const change = async (ref: Caller['ref'], to: object) => {
      const row = await store.embedded.find('people', ref.id);
      if (row === null || !(await store.embedded.update({ ...row, ...to }))) throw new Error('not changed');
    };
    const meanwhiles: [expected: object, meanwhile: (caller: Caller) => Promise<unknown>][] = [
      [{ status: 409, body: { code: 'account.frozen' } }, ({ ref }) => store.freezes.freeze(ref, 'test', clock.now())],
      [{ status: 409, body: { code: 'account.disabled' } }, ({ ref }) => change(ref, { disabled: true })],
      [refused, ({ ref }) => change(ref, { groups: [] })],
      [refused, ({ ref }) => change(ref, { groups: ['Staff', PROTECTED_GROUP] })],
    ];
    for (const [expected, meanwhile] of meanwhiles) {
      const { agent, caller } = await listening();
      const { id } = await opened(agent, caller);
      await ask(agent, id, 'email');
      const code = await mailedCode(keyturn, caller);
      await meanwhile(caller);
      expect(await answer(agent, id, { code })).toMatchObject(expected);
      expect(await ask(agent, id, 'totp')).toMatchObject(expected);
      expect(await eventsAbout(keyturn, 'case.verified', id)).toEqual([]);
    }
    const { agent, caller } = await listening();
    const { id } = await opened(agent, caller);
    await ask(agent, id, 'email');
    await change(agent.account, { groups: [] });
    expect((await answer(agent, id, { code: await mailedCode(keyturn, caller) })).status).toBe(401);
  });

  it('has a receipt that is worth nothing once the role does not allow the way any more', async () => {
    const { agent, caller } = await listening();
    const { id } = await opened(agent, caller);
    await typed(agent, id, 'email', () => mailedCode(keyturn, caller));
    await typed(agent, id, 'totp', () => shown(caller));
    const { deps } = keyturn;
    const { document } = await exportConfiguration(deps.store, {});
    const without = (document as { roles: { otherWays?: string[] }[] }).roles.map(({ otherWays: _, ...role }) => role);
    const checkContext = { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };
    const about = { expectedVersion: 1, actor: { kind: 'system' as const }, author: 'test', comment: '' };
    await applyConfiguration({ ...deps, checkContext }, { document: { ...(document as object), roles: without }, ...about });
    await until(() => deps.configuration().roles.every(({ otherWays }) => otherWays === undefined), 'the roles without other ways');
    expect(await act(agent, id)).toMatchObject(receiptNeeded);
    expect(await ask(agent, (await opened(agent, caller)).id, 'email')).toMatchObject(wayRefused);
    expect(await keepsPassword(caller)).toBe(true);
  });
});
