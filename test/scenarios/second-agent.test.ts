import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CaseApproval } from '../../shared/api/cases.ts';
import { liftThreat, raiseThreat } from '../../src/core/threat/threat.ts';
import { consoleAuthor } from '../../src/core/threat/threat-author.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, act, type Caller, caseNow, eventsAbout, HELPDESK_ROLES, newAgent, newCaller, opened, verified } from './helpdesk.ts';
import { embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const MINUTE = 60_000;
const ALARM = 'alarm@example.test';
const needed = { status: 409, body: { code: 'case.approval-needed' } };
const passed = { status: 409, body: { code: 'case.passed' } };
const own = { status: 403, body: { code: 'case.approval-own' } };
const refused = { status: 403, body: { code: 'access.refused' } };
const reports = { name: 'managers', may: ['reset-password' as const], heldBy: { directManager: true } };

describeEachEngine('a second agent, on %s', (engine) => {
  let keyturn: Keyturn;
  let second: Keyturn;
  beforeAll(async () => {
    const options = {
      directories: [embeddedSection()],
      key: new Uint8Array(randomBytes(32)),
      configuration: {
        organisation: { name: 'Test', publicUrl: 'http://127.0.0.1', alarmAddress: ALARM },
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: [...HELPDESK_ROLES, reports],
        helpdesk: { approvals: [{ name: 'board', when: { groups: ['Board'] } }] },
        threat: { twoAgents: true, verifiedCallersOnly: false },
      },
    };
    keyturn = await engine.start(options);
    second = await engine.startAnother();
  });

  const newBoard = () => newCaller(keyturn, { groups: ['Staff', 'Board'] });
  const waiting = async (agent: Agent) => (await agent.held.call('GET', '/helpdesk/approvals')).body.approvals as unknown as CaseApproval[];
  const sees = async (agent: Agent, id: string) => (await waiting(agent)).some((each) => each.case === id);
  const decide = (agent: Agent, id: string, decision: Record<string, unknown> = { approve: true }) =>
    agent.held.call('POST', `/helpdesk/approvals/${id}`, decision);
  const keepsPassword = (caller: Caller) => signsIn(keyturn, caller.login, OLD_PASSWORD);
  /** A case whose act waits. */
  async function asked(agent: Agent, caller: Caller, more: Record<string, unknown> = {}): Promise<string> {
    const { id } = await verified(keyturn, agent, caller, more);
    expect(await act(agent, id)).toMatchObject(needed);
    return id;
  }
  const again = async (agent: Agent): Promise<Agent> => ({ ...agent, held: await signIn(keyturn, agent.login, agent) });
  const link = (one: Agent, other: Agent) => {
    const facts = { person: randomUUID(), ids: [randomUUID(), randomUUID()] as [string, string], now: keyturn.clock.now(), by: 'test' };
    return keyturn.deps.store.people.link(one.account, other.account, { ...facts, countsFrom: keyturn.clock.now() });
  };

  it('sees the receipt and the case, approves, and then the first one acts, once', async () => {
    const [agent, other, stranger, board] = [
      await newAgent(keyturn),
      await newAgent(keyturn),
      await newAgent(keyturn, 'Unlockers'),
      await newBoard(),
    ];
    const { id } = await verified(keyturn, agent, board, { reason: 'new phone', ticket: 'INC1' });
    expect((await caseNow(agent, id)).approval).toBeUndefined();
    expect(await sees(other, id)).toBe(false);
    expect(await act(agent, id)).toMatchObject(needed);
    expect(await act(agent, id)).toMatchObject(needed);
    expect(await eventsAbout(keyturn, 'case.approval-asked', id)).toHaveLength(1);
    expect((await caseNow(agent, id)).approval).toEqual({ state: 'waiting' });

    const shown = (await waiting(other)).find((each) => each.case === id);
    expect(shown).toMatchObject({ account: { login: board.login }, action: 'reset-password', agent: { login: agent.login } });
    expect(shown).toMatchObject({ reason: 'new phone', ticket: 'INC1', verified: { proofs: ['email', 'totp'] } });
    expect(JSON.stringify(shown)).not.toContain('spoken');
    // Who asks, who may not do it, and who is asked about: none of them sees or decides it.
    for (const each of [agent, stranger]) expect(await sees(each, id)).toBe(false);
    expect(await decide(agent, id)).toMatchObject(own);
    expect(await decide(await again(agent), id)).toMatchObject(own);
    expect(await decide(stranger, id)).toMatchObject(refused);
    expect(await decide({ ...board, held: await signIn(keyturn, board.login, board) }, id)).toMatchObject(refused);
    expect(await decide(other, randomUUID())).toMatchObject({ status: 404, body: { code: 'case.unknown' } });
    // Once, however often: who tries is seen, and fills no log.
    expect(await eventsAbout(keyturn, 'case.approval-own', id)).toHaveLength(1);
    expect(await act(agent, id)).toMatchObject(needed);
    expect(await keepsPassword(board)).toBe(true);

    expect((await decide(other, id, { approve: true, reason: 'I know him' })).status).toBe(204);
    expect((await caseNow(agent, id)).approval).toEqual({ state: 'approved', by: `Agent ${other.login}`, reason: 'I know him' });
    expect(await decide(other, id)).toMatchObject(passed);
    expect(await sees(other, id)).toBe(false);
    // It is the first one who acts, and nobody else.
    expect(await act(other, id)).toMatchObject({ status: 404 });
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await act(agent, id)).toMatchObject(passed);
    expect(await keepsPassword(board)).toBe(false);
    const [intended] = await eventsAbout(keyturn, 'write.intended', board.ref.id);
    expect(intended?.backing).toMatchObject({ case: id, approvedBy: { account: other.account, login: other.login } });
  });

  it('refuses with a reason, which ends the case', async () => {
    const [agent, other, board] = [await newAgent(keyturn), await newAgent(keyturn), await newBoard()];
    const id = await asked(agent, board);
    expect(await decide(other, id, { approve: false })).toMatchObject({ body: { code: 'case.reason-missing' } });
    expect((await decide(other, id, { approve: false, reason: 'he is on leave' })).status).toBe(204);
    expect(await caseNow(agent, id)).toMatchObject({
      ...{ state: 'closed', because: 'not-approved' },
      approval: { state: 'refused', by: `Agent ${other.login}`, reason: 'he is on leave' },
    });
    expect(await act(agent, id)).toMatchObject(passed);
    expect(await decide(other, id)).toMatchObject(passed);
    expect(await keepsPassword(board)).toBe(true);
    expect(await eventsAbout(keyturn, 'case.approval-refused', id)).toMatchObject([{ reason: 'he is on leave' }]);
  });

  it('is never the same person by another account, linked before or after', async () => {
    const [agent, twin, later, board] = [await newAgent(keyturn), await newAgent(keyturn), await newAgent(keyturn), await newBoard()];
    expect(await link(agent, twin)).toBe(true);
    const id = await asked(agent, board);
    expect(await sees(twin, id)).toBe(false);
    expect(await decide(twin, id)).toMatchObject(own);
    expect((await decide(later, id)).status).toBe(204);
    expect(await link(agent, later)).toBe(true);
    // What was approved counts no more, and somebody else is asked.
    expect(await act(agent, id)).toMatchObject(needed);
    expect((await caseNow(agent, id)).approval).toEqual({ state: 'waiting' });
    expect(await eventsAbout(keyturn, 'case.approval-asked', id)).toMatchObject([{}, { instead: later.account }]);
    expect(await keepsPassword(board)).toBe(true);
  });

  it('counts no more once they have lost the role, are frozen or gone, and the first one’s role is asked about as well', async () => {
    const { store, clock } = keyturn.deps;
    const [agent, board] = [await newAgent(keyturn), await newBoard()];
    const without = async ({ account }: Agent) => {
      const row = await store.embedded.find(account.directory, account.id);
      if (row !== null) await store.embedded.update({ ...row, groups: [] });
    };
    const ends = [without, ({ account }: Agent) => store.freezes.freeze(account, 'test', clock.now())];
    const id = await asked(agent, board);
    for (const end of ends) {
      const other = await newAgent(keyturn);
      expect((await decide(other, id)).status).toBe(204);
      await end(other);
      expect(await act(agent, id)).toMatchObject(needed);
    }
    const last = await newAgent(keyturn);
    expect((await decide(last, id)).status).toBe(204);
    await without(agent);
    expect((await act(agent, id)).status).toBeGreaterThanOrEqual(401);
    expect(await keepsPassword(board)).toBe(true);
  });

  it('decides as one of several who do at once, at two nodes, and beside whoever closes or acts', async () => {
    const [agent, one, other, board] = [await newAgent(keyturn), await newAgent(keyturn), await newAgent(keyturn), await newBoard()];
    const id = await asked(agent, board);
    const elsewhere = { ...other, held: await signIn(second, other.login, other) };
    const replies = await Promise.all([
      ...[1, 2].map(() => decide(one, id)),
      ...[1, 2].map(() => decide(elsewhere, id, { approve: false, reason: 'no' })),
      act(agent, id),
    ]);
    const decided = replies.slice(0, 4).filter(({ status }) => status === 204);
    expect(decided).toHaveLength(1);
    const [approvals, refusals] = [
      await eventsAbout(keyturn, 'case.approved', id),
      await eventsAbout(keyturn, 'case.approval-refused', id),
    ];
    expect(approvals.length + refusals.length).toBe(1);
    const isApproved = approvals.length === 1;
    if (!isApproved) expect(await caseNow(agent, id)).toMatchObject({ because: 'not-approved' });
    expect((await act(agent, id)).status).toBe(isApproved && replies[4]?.status !== 200 ? 200 : 409);
    expect(await keepsPassword(board)).toBe(!isApproved);

    const next = await asked(agent, board);
    const [closed, approved] = await Promise.all([agent.held.call('DELETE', `/helpdesk/cases/${next}`), decide(one, next)]);
    expect([closed.status, approved.status].sort()).not.toEqual([409, 409]);
    if (closed.status === 204) expect(await act(agent, next)).toMatchObject(passed);
  });

  it('approves nothing that is over: a receipt too old, another case, a caller who says that it is not theirs', async () => {
    const [agent, other, board] = [await newAgent(keyturn), await newAgent(keyturn), await newBoard()];
    const old = await asked(agent, board);
    keyturn.clock.move(11 * MINUTE);
    const fresh = await again(other);
    expect(await sees(fresh, old)).toBe(false);
    expect(await decide(fresh, old)).toMatchObject(passed);
    const next = await asked(await again(agent), board, { replace: true, reason: 'again' });
    expect(await decide(fresh, old)).toMatchObject(passed);
    expect((await decide(fresh, next)).status).toBe(204);
    keyturn.clock.move(11 * MINUTE);
    expect(await act(await again(agent), next)).toMatchObject({ body: { code: 'case.receipt-needed' } });
    expect(await keepsPassword(board)).toBe(true);
  });

  it('is asked by managers too, and for whom it is not needed nothing changes', async () => {
    const manager = await newAgent(keyturn, 'Nobody');
    const [mine, boss] = [
      await newCaller(keyturn, { managerId: manager.account.id }),
      await newCaller(keyturn, { groups: ['Board'], managerId: manager.account.id }),
    ];
    const reset = (account: Caller['ref']) => manager.held.call('POST', '/help/reset', { account });
    expect(await reset(mine.ref)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await reset(boss.ref)).toMatchObject({ status: 403, body: { code: 'case.receipt-needed' } });
    const found = (await manager.held.call('POST', '/help/find', { account: boss.login })).body;
    expect(found).toMatchObject({ may: ['reset-password'], inCase: ['reset-password'] });
    expect(await keepsPassword(boss)).toBe(true);
  });

  it('approves what is not verified as that, and not what it became since', async () => {
    const [agent, other, board] = [await newAgent(keyturn, 'Trusted'), await newAgent(keyturn), await newBoard()];
    const { id } = await opened(agent, board, { reason: 'at the desk' });
    expect(await act(agent, id, { unverified: true })).toMatchObject(needed);
    expect((await waiting(other)).find((each) => each.case === id)?.verified).toBeUndefined();
    expect((await decide(other, id)).status).toBe(204);
    expect(await act(agent, id)).toMatchObject({ body: { code: 'case.receipt-needed' } });
    expect(await act(agent, id, { unverified: true })).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await eventsAbout(keyturn, 'case.unverified', id)).toHaveLength(1);
  });

  it('sees what is theirs to decide, however many newer ones are of another scope', async () => {
    const [agent, other, board] = [await newAgent(keyturn), await newAgent(keyturn), await newBoard()];
    const id = await asked(agent, board);
    const { store } = keyturn.deps;
    const row = await store.cases.find(id);
    if (row === null) throw new Error('no case');
    for (let nth = 1; nth <= 130; nth += 1) {
      const facts = JSON.stringify({
        ...JSON.parse(row.facts),
        approval: { state: 'waiting', basis: 'unverified', at: keyturn.clock.now() },
      });
      const others = { ...row, id: randomUUID(), accountId: randomUUID(), state: 'open' as const, facts };
      expect(await store.cases.insert({ ...others, approvalAskedAt: (row.approvalAskedAt ?? 0) + nth })).toBe(true);
    }
    expect(await sees(other, id)).toBe(true);
    expect((await other.held.call('GET', '/helpdesk/approvals')).body.incomplete).toBe(false);
    expect((await decide(other, id)).status).toBe(204);
  });

  it('is needed by everybody while a threat is raised, where that is configured', async () => {
    const [agent, other, caller] = [await newAgent(keyturn), await newAgent(keyturn), await newCaller(keyturn)];
    const { id } = await verified(keyturn, agent, caller);
    const takesTwo = () => [keyturn, second].every(({ deps }) => deps.configuration().helpdesk.approvals[0]?.name === 'raised threat');
    await raiseThreat(keyturn.deps, consoleAuthor('root'), 'impostors');
    await Promise.all([keyturn, second].map((node) => node.takeUpConfiguration()));
    expect(takesTwo()).toBe(true);
    expect(await act(agent, id)).toMatchObject(needed);
    expect((await decide(other, id)).status).toBe(204);
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    for (const name of ['one', 'two']) await liftThreat(keyturn.deps, consoleAuthor(name));
  });
});

describe('an approval from before a threat was raised', () => {
  it('is asked for once more, and counts from then on', async () => {
    const keyturn = await startKeyturn({
      directories: [embeddedSection()],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: HELPDESK_ROLES,
        helpdesk: { approvals: [{ name: 'board', when: { groups: ['Board'] } }] },
      },
    });
    try {
      const [agent, other] = [await newAgent(keyturn), await newAgent(keyturn)];
      const { id } = await verified(keyturn, agent, await newCaller(keyturn, { groups: ['Staff', 'Board'] }));
      expect(await act(agent, id)).toMatchObject(needed);
      const approve = () => other.held.call('POST', `/helpdesk/approvals/${id}`, { approve: true });
      expect((await approve()).status).toBe(204);
      await raiseThreat(keyturn.deps, consoleAuthor('root'), 'an agent was tricked');
      await keyturn.takeUpConfiguration();
      expect(await act(agent, id)).toMatchObject(needed);
      expect((await approve()).status).toBe(204);
      expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    } finally {
      await keyturn.close();
    }
  });
});

describe('whatever four agents do, two of whom are one person', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ what: fc.constant('call' as const), agent: fc.nat(3), isBoard: fc.boolean() }) },
    { weight: 5, arbitrary: fc.record({ what: fc.constant('act' as const), agent: fc.option(fc.nat(3), { freq: 4 }) }) },
    { weight: 6, arbitrary: fc.record({ what: fc.constant('decide' as const), agent: fc.nat(3), approve: fc.boolean(), nth: fc.nat(2) }) },
    // As it should be: one asks, another one approves.
    {
      weight: 2,
      arbitrary: fc.record({ what: fc.constant('both' as const), agent: fc.nat(2), other: fc.nat(1), isBoard: fc.constant(true) }),
    },
    fc.record({ what: fc.constant('close' as const) }),
    fc.record({ what: fc.constant('wait' as const) }),
  );
  const personOf = [0, 1, 2, 0];

  it('nothing is done for the board without two of them, who are two people', { timeout: 120_000 }, async () => {
    const keyturn = await startKeyturn({
      directories: [embeddedSection()],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: HELPDESK_ROLES,
        helpdesk: { approvals: [{ name: 'board', when: { groups: ['Board'] } }] },
      },
    });
    const done = { board: 0, staff: 0 };
    try {
      const agents = await Promise.all([0, 1, 2, 3].map(() => newAgent(keyturn)));
      const [first, , , twin] = agents as [Agent, Agent, Agent, Agent];
      const linked = { person: randomUUID(), ids: [randomUUID(), randomUUID()] as [string, string], now: keyturn.clock.now() };
      await keyturn.deps.store.people.link(first.account, twin.account, { ...linked, by: 'test', countsFrom: keyturn.clock.now() });
      // They signed in one after the other, each half a minute later.
      const signedInAt = agents.map(() => Number.NEGATIVE_INFINITY);
      const at = async (nth: number): Promise<Agent> => {
        const agent = agents[nth] as Agent;
        if (keyturn.clock.now() - (signedInAt[nth] ?? 0) < 4 * MINUTE) return agent;
        signedInAt[nth] = keyturn.clock.now();
        agents[nth] = { ...agent, held: await signIn(keyturn, agent.login, agent) };
        return agents[nth] as Agent;
      };
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14, size: 'max' }), async (steps) => {
          const callers = { board: await newCaller(keyturn, { groups: ['Staff', 'Board'] }), staff: await newCaller(keyturn) };
          const cases: { id: string; agent: number; isBoard: boolean; approvedBy: Set<number> }[] = [];
          for (const each of steps) {
            if (each.what === 'wait') {
              keyturn.clock.move(6 * MINUTE);
              continue;
            }
            if (each.what === 'call' || each.what === 'both') {
              const { agent, isBoard } = each;
              const caller = isBoard ? callers.board : callers.staff;
              const { id } = await verified(keyturn, await at(agent), caller, { replace: true, reason: 'again' });
              cases.push({ id, agent, isBoard, approvedBy: new Set() });
              if (each.what === 'call') continue;
              expect(await act(await at(agent), id)).toMatchObject(needed);
              const other = [0, 1, 2].filter((nth) => nth !== agent)[each.other] ?? 0;
              expect((await (await at(other)).held.call('POST', `/helpdesk/approvals/${id}`, { approve: true })).status).toBe(204);
              cases.at(-1)?.approvedBy.add(other);
              continue;
            }
            const seen = cases.at(each.what === 'decide' ? -1 - each.nth : -1);
            if (seen === undefined) continue;
            if (each.what === 'close') await (await at(seen.agent)).held.call('DELETE', `/helpdesk/cases/${seen.id}`);
            else if (each.what === 'decide') {
              const { approve } = each;
              const path = `/helpdesk/approvals/${seen.id}`;
              const { status } = await (await at(each.agent)).held.call('POST', path, { approve, reason: 'because' });
              if (status === 204) expect(personOf[each.agent]).not.toBe(personOf[seen.agent]);
              if (status === 204 && approve) seen.approvedBy.add(each.agent);
            } else {
              const by = each.agent ?? seen.agent;
              const { status, body } = await act(await at(by), seen.id);
              if (status !== 200) continue;
              expect(body.outcome).toBe('done');
              expect(by).toBe(seen.agent);
              if (seen.isBoard) expect(seen.approvedBy.size).toBeGreaterThan(0);
              done[seen.isBoard ? 'board' : 'staff'] += 1;
            }
          }
        }),
        {
          ...{ numRuns: 20, endOnFailure: true },
          // As it should be, whatever else chance brings.
          examples: [
            [
              [
                { what: 'both', agent: 1, other: 0, isBoard: true },
                { what: 'act', agent: null },
                { what: 'call', agent: 0, isBoard: false },
                { what: 'act', agent: null },
              ],
            ],
          ],
        },
      );
    } finally {
      await keyturn.close();
    }
    // A test in which nobody ever got anything done would say nothing.
    expect([done.board > 0, done.staff > 0]).toEqual([true, true]);
  });
});
