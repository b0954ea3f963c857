import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { CaseApproval } from '../../shared/api/cases.ts';
import type { VouchRequest } from '../../shared/api/vouch.ts';
import { newestFirst } from './by-time.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, act, type Caller, caseNow, eventsAbout, HELPDESK_ROLES, newAgent, newCaller, opened } from './helpdesk.ts';
import { type JourneyClient, startJourney } from './journey-client.ts';
import { embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { signIn } from './sign-in-client.ts';
import { codeIn, holdsCode, type Keyturn, until } from './start-keyturn.ts';

const needed = { status: 409, body: { code: 'case.approval-needed' } };
const own = { status: 403, body: { code: 'case.approval-own' } };
const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };

describeEachEngine('whoever vouched for a caller, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['email', 'manager']] }] },
        roles: HELPDESK_ROLES,
        helpdesk: { approvals: [{ name: 'board', when: { groups: ['Board'] } }] },
      },
    });
  });

  const keepsPassword = (caller: Caller) => signsIn(keyturn, caller.login, OLD_PASSWORD);
  const again = async (agent: Agent): Promise<Agent> => ({ ...agent, held: await signIn(keyturn, agent.login, agent) });
  const decide = (agent: Agent, id: string, decision: object = { approve: true }) =>
    agent.held.call('POST', `/helpdesk/approvals/${id}`, decision);
  const sees = async (agent: Agent, id: string) => {
    const { approvals } = (await agent.held.call('GET', '/helpdesk/approvals')).body as unknown as { approvals: CaseApproval[] };
    return approvals.some((each) => each.case === id);
  };
  /** An agent, their colleague who leads somebody of the board, and that one. */
  const led = async () => {
    const [agent, boss] = [await newAgent(keyturn, 'Listeners'), await newAgent(keyturn, 'Listeners')];
    return { agent, boss, board: await newCaller(keyturn, { groups: ['Staff', 'Board'], managerId: boss.account.id }) };
  };
  const openRequest = async (boss: Agent): Promise<VouchRequest> => {
    const requests = (await boss.held.call('GET', '/me/vouch')).body.requests as VouchRequest[];
    const [request] = requests.filter(({ state }) => state === 'open');
    if (request === undefined) throw new Error('nobody was asked');
    return request;
  };
  const vouch = (boss: Agent, digits: string) => openRequest(boss).then(({ id }) => boss.held.call('POST', `/me/vouch/${id}`, { digits }));

  /** A case whose caller was vouched for, and whose act waits for a second agent. */
  async function vouchedCase(agent: Agent, boss: Agent, board: Caller): Promise<string> {
    const { id } = await opened(agent, board);
    const reply = await agent.held.call('POST', `/helpdesk/cases/${id}/vouch`, {});
    const { digits } = (reply.body as unknown as { case: { vouch: { digits: string } } }).case.vouch;
    expect((await vouch(boss, digits)).status).toBe(204);
    expect(await act(agent, id)).toMatchObject(needed);
    return id;
  }
  /** The caller at their own device, where their manager has vouched for them beside a code. */
  async function vouchedCaller(boss: Agent, caller: Caller): Promise<JourneyClient> {
    const client = await startJourney(keyturn.url, caller.login, 'confirm-call');
    const mailed = () => keyturn.messages(caller.address).filter(holdsCode);
    const before = mailed().length;
    await client.answer({ option: 'email' });
    await until(() => mailed().length > before, 'a code');
    const [newest] = newestFirst(mailed());
    await client.answer({ code: newest === undefined ? '' : codeIn(newest) });
    await client.answer({ option: 'manager' });
    const { digits } = client.at('waiting');
    expect((await vouch(boss, String(digits))).status).toBe(204);
    await client.call('GET', '/journeys/current').then(({ body }) => {
      if (body.step !== undefined) client.step = body.step;
    });
    client.at('confirm-call');
    return client;
  }
  /** Links two accounts, as their owner has proven both. */
  const link = async (one: Agent, other: Agent) => {
    const facts = { person: randomUUID(), ids: [randomUUID(), randomUUID()] as [string, string], now: keyturn.clock.now(), by: 'test' };
    expect(await keyturn.deps.store.people.link(one.account, other.account, { ...facts, countsFrom: keyturn.clock.now() })).toBe(true);
  };

  it('is no second agent in the same case: neither approves it, nor refuses, nor sees it, by whichever account', async () => {
    const [{ agent, boss, board }, twin, third] = [await led(), await newAgent(keyturn), await newAgent(keyturn)];
    const id = await vouchedCase(agent, boss, board);
    await link(boss, twin);
    for (const each of [await again(boss), await again(twin)]) {
      expect(await sees(each, id)).toBe(false);
      expect(await decide(each, id)).toMatchObject(own);
      expect(await decide(each, id, { approve: false, reason: 'no' })).toMatchObject(own);
    }
    expect(await act(agent, id)).toMatchObject(needed);
    expect(await keepsPassword(board)).toBe(true);
    expect((await eventsAbout(keyturn, 'case.approval-own', id)).length).toBeGreaterThan(0);
    expect(await sees(third, id)).toBe(true);
    expect((await decide(third, id)).status).toBe(204);
    // Who approved turns out to be who vouched, before it was acted on.
    await link(boss, third);
    expect(await act(agent, id)).toMatchObject(needed);
    expect(await keepsPassword(board)).toBe(true);
    const fourth = await newAgent(keyturn);
    expect((await decide(fourth, id)).status).toBe(204);
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
  });

  it('is no second agent either where they vouched beside other proofs, on the device of the caller', async () => {
    const [{ agent, boss, board }, third] = [await led(), await newAgent(keyturn)];
    const { id, numbers } = await opened(agent, board);
    const client = await vouchedCaller(boss, board);
    await client.answer({ number: numbers?.spoken });
    client.at('done');
    expect(await act(agent, id)).toMatchObject(needed);
    expect(await sees(boss, id)).toBe(false);
    expect(await decide(boss, id)).toMatchObject(own);
    expect((await decide(third, id)).status).toBe(204);
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
  });

  it('is not the agent of the case, by whichever account and however the caller was vouched for', async () => {
    const boss = await newAgent(keyturn);
    const caller = await newCaller(keyturn, { managerId: boss.account.id });
    const { id, numbers } = await opened(boss, caller);
    const client = await vouchedCaller(boss, caller);
    await client.answer({ number: numbers?.spoken });
    expect(client.at('refused').code).toBe('journey.no-proof-left');
    expect(await caseNow(boss, id)).toMatchObject({ state: 'open' });
    expect(await act(boss, id)).toMatchObject(receiptNeeded);
    expect(await eventsAbout(keyturn, 'case.verified', id)).toEqual([]);
    // Another account of the same person, linked once the caller was verified.
    const agent = await newAgent(keyturn);
    const next = await opened(agent, caller, { replace: true, reason: 'takes the call' });
    const page = await vouchedCaller(boss, caller);
    await page.answer({ number: next.numbers?.spoken });
    page.at('done');
    await link(boss, agent);
    expect(await act(await again(agent), next.id)).toMatchObject(receiptNeeded);
    expect(await keepsPassword(caller)).toBe(true);
  });
});
