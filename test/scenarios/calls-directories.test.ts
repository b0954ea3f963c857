import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyStored } from '../../src/cli/audit/verify-log.ts';
import type { SignedReceipt } from '../../src/core/helpdesk/receipt.ts';
import { type CallsOnRealDirectory, type Person, startCalls } from './calls-on-real-directory.ts';
import { type Agent, act, answer, ask, type CaseReply, caseNow, eventsAbout, mailedCode, openCase, opened, verified } from './helpdesk.ts';
import { addQuestions, answerTo } from './known-answers.ts';
import { REAL_KINDS } from './real-directories.ts';
import { signIn } from './sign-in-client.ts';
import type { Keyturn } from './start-keyturn.ts';

const refused = { status: 403, body: { code: 'access.refused' } };
const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };

describe.each(REAL_KINDS)('a call, kind %s', (kind) => {
  let calls: CallsOnRealDirectory;
  let keyturn: Keyturn;
  let agent: Agent;
  let other: Agent;
  let listener: Agent;
  let staff: readonly Person[];
  const keepsPassword = (person: Person) => calls.keepsPassword(person);

  beforeAll(async () => {
    calls = await startCalls(kind, 7);
    ({ keyturn, staff } = calls);
    agent = await calls.agentOf(calls.agents.first);
    other = await calls.agentOf(calls.agents.second);
    listener = await calls.agentOf(calls.agents.listener);
  }, 120_000);
  afterAll(() => calls?.close());

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
    expect(await openCase(agent, await calls.enrolled())).toMatchObject(refused);
    expect(await keepsPassword(caller)).toBe(true);

    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done', mustChange: true } });
    expect(await keepsPassword(caller)).toBe(false);
    expect(await act(agent, id)).toMatchObject({ status: 409, body: { code: 'case.passed' } });
    expect(await eventsAbout(keyturn, 'case.refused', id)).toContainEqual(expect.objectContaining({ code: 'case.passed' }));
    expect(await eventsAbout(keyturn, 'write.intended', caller.ref.id)).toHaveLength(1);

    await calls.real.lock(locked.person);
    const unlocking = await verified(keyturn, agent, locked, { action: 'unlock-account' });
    expect(await act(agent, unlocking.id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await keepsPassword(locked)).toBe(true);
    expect(await keepsPassword(victim)).toBe(true);
    expect(await eventsAbout(keyturn, 'write.intended', victim.ref.id)).toEqual([]);
  }, 120_000);

  it('keeps its receipt while the directory does not answer', async () => {
    const victim = staff[2] as Person;
    const { id } = await verified(keyturn, agent, victim, { replace: true, reason: 'test' });
    calls.real.proxy.setMode('refuse');
    calls.real.proxy.cutAll();
    const while_ = await act(agent, id);
    expect(while_.body.code ?? while_.body.outcome).toMatch(/^directory\.|^failed$/);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'verified' });
    calls.real.proxy.setMode('forward');
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await keepsPassword(victim)).toBe(false);
  }, 120_000);

  it('verifies a caller in each way, and the directory hears of each once', async () => {
    const [, , , byCodes, byQuestions, byManager] = staff as [Person, Person, Person, Person, Person, Person];
    const done = { status: 200, body: { outcome: 'done' } };
    const wayOf = async ({ ref }: Person) => {
      const [intended, ...more] = await eventsAbout(keyturn, 'write.intended', ref.id);
      expect(more).toEqual([]);
      return (intended as { backing: { receipt: SignedReceipt } }).backing.receipt.receipt.method.way;
    };

    const codes = await opened(listener, byCodes);
    await ask(listener, codes.id, 'email');
    await answer(listener, codes.id, { code: await mailedCode(keyturn, byCodes) });
    await ask(listener, codes.id, 'totp');
    keyturn.clock.move(31_000);
    await answer(listener, codes.id, { code: byCodes.totp() });
    expect(await act(listener, codes.id)).toMatchObject(done);

    await addQuestions(keyturn, byQuestions.ref);
    const questions = await opened(listener, byQuestions);
    const put = (await ask(listener, questions.id, 'questions')).body.case?.asked?.questions ?? [];
    await answer(listener, questions.id, { answers: put.map(({ text }) => answerTo(text)) });
    expect(await act(listener, questions.id)).toMatchObject(done);

    const boss = staff[6] as Person;
    await calls.setManager(byManager, boss);
    const held = await signIn(keyturn, boss.login, boss, boss.person.password);
    const vouching = await opened(listener, byManager);
    const asked = (await listener.held.call('POST', `/helpdesk/cases/${vouching.id}/vouch`, {})) as CaseReply;
    const [request] = (await held.call('GET', '/me/vouch')).body.requests as { id: string }[];
    expect((await held.call('POST', `/me/vouch/${request?.id}`, { digits: asked.body.case?.vouch?.digits })).status).toBe(204);
    expect(await act(listener, vouching.id)).toMatchObject(done);

    expect([await wayOf(byCodes), await wayOf(byQuestions), await wayOf(byManager)]).toEqual(['read-back', 'questions', 'manager']);
    for (const person of [byCodes, byQuestions, byManager]) expect(await keepsPassword(person)).toBe(false);
    expect(await verifyStored(keyturn.deps.store)).toMatchObject({ ok: true });
  }, 120_000);
});
