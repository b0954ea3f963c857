import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Step } from '../../shared/api/journeys.ts';
import { currentTotp } from '../../src/core/factors/totp-factor.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, act, atCall, type Caller, caseNow, HELPDESK_ROLES, newAgent, newCaller, opened } from './helpdesk.ts';
import { type Reply, request } from './journey-client.ts';
import { embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { signIn } from './sign-in-client.ts';
import { createMovableClock, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const NEW = 'A harbour at 7, quite quiet';
const SUBJECT = 'Set your new password';
/** Minutes for which a receipt, and a link, are good unless told. */
const [RECEIPT, LINK] = [10, 15];
const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };
const passed = { status: 409, body: { code: 'case.passed' } };
const gone = { status: 410, body: { code: 'helpdesk-link.invalid' } };
const managers = { name: 'managers', may: ['reset-password' as const], heldBy: { directManager: true } };

describeEachEngine('a call that two nodes take part in, on %s', (engine) => {
  describe.each([
    ['ahead', 5],
    ['behind', -5],
  ])('of which the clock of the caller’s one is five minutes %s', (_which, minutes) => {
    const off = minutes * MINUTE;
    /** Where the agent is signed in, and where the caller proves who they are. */
    let desk: Keyturn;
    let other: Keyturn;
    beforeAll(async () => {
      const clock = createMovableClock();
      const options = {
        directories: [embeddedSection()],
        database: await engine.createDatabase(),
        key: new Uint8Array(randomBytes(32)),
        configuration: {
          organisation: { name: 'Test', publicUrl: 'http://localhost' },
          guard: GENEROUS_LIMITS,
          signIn: { enabled: true },
          roles: [...HELPDESK_ROLES, managers],
        },
      };
      desk = await startKeyturn({ ...options, clock });
      other = await startKeyturn({ ...options, clock: { ...clock, now: () => clock.now() + off } });
    });
    afterAll(async () => {
      for (const node of [desk, other]) await node?.close();
    });

    /** A case of the one node whose caller is verified at the other one. */
    async function verified(agent: Agent, caller: Caller): Promise<string> {
      const { id, numbers } = await opened(agent, caller);
      const client = await atCall(other, caller);
      await client.answer({ number: numbers?.spoken });
      client.at('done');
      return id;
    }
    const again = async (agent: Agent): Promise<Agent> => ({ ...agent, held: await signIn(desk, agent.login, agent) });
    /** The agent at the other node, whose clock an authenticator has to follow there. */
    async function atOther(agent: Agent): Promise<Agent> {
      const seed = (await desk.deps.store.factors.ofAccount(agent.account)).find(({ kind }) => kind === 'totp')?.secret ?? '';
      // Behind the code that was used last, by either clock.
      desk.clock.move(6 * MINUTE);
      const held = await signIn(other, agent.login, { ...agent, totp: () => currentTotp(seed, other.clock.now()).code });
      return { ...agent, held };
    }
    /** Until when the page says that the receipt is good, by the clock of its own node. */
    const shownEnd = async (agent: Agent, id: string) => Date.parse((await caseNow(agent, id)).verified?.goodUntil ?? '');

    it('is good for what its page says, spent once, and spent at both', async () => {
      const [agent, caller] = [await newAgent(desk), await newCaller(other)];
      const before = other.clock.now();
      const id = await verified(agent, caller);
      const end = await shownEnd(agent, id);
      // Of its minutes those are left that are left by the clock that it was made by.
      expect(end).toBeGreaterThanOrEqual(before + RECEIPT * MINUTE - SECOND);
      expect(end).toBeLessThanOrEqual(other.clock.now() + RECEIPT * MINUTE);
      desk.clock.move(end - 2 * MINUTE - desk.clock.now());
      const fresh = await again(agent);
      expect(await act(fresh, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
      expect(await signsIn(desk, caller.login, OLD_PASSWORD)).toBe(false);
      expect(await act(fresh, id)).toMatchObject(passed);
      expect(await act(await atOther(agent), id)).toMatchObject(passed);
    });

    it('is good no longer than its page says, which is no more than by as much as the clocks differ', async () => {
      const [agent, caller] = [await newAgent(desk), await newCaller(other)];
      const id = await verified(agent, caller);
      const end = await shownEnd(agent, id);
      expect(end - desk.clock.now()).toBeLessThanOrEqual((RECEIPT + minutes) * MINUTE);
      desk.clock.move(end + SECOND - desk.clock.now());
      expect(await act(await again(agent), id)).toMatchObject(receiptNeeded);
      expect(await signsIn(desk, caller.login, OLD_PASSWORD)).toBe(true);
    });

    it.each(['desk', 'other'] as const)('is worth nothing after a reset by somebody else, at the node %s', async (where) => {
      const node = where === 'desk' ? desk : other;
      const [agent, manager] = [await newAgent(desk), await newAgent(node, 'Nobody')];
      const caller = await newCaller(other, { managerId: manager.account.id });
      const id = await verified(agent, caller);
      const held = await signIn(node, manager.login, manager);
      expect(await held.call('POST', '/help/reset', { account: caller.ref })).toMatchObject({ status: 200, body: { outcome: 'done' } });
      expect(await act(agent, id)).toMatchObject(receiptNeeded);
    });

    const links = (caller: Caller) => desk.messages(caller.address).filter(({ subject }) => subject === SUBJECT);
    /** A link that was mailed from the one node. */
    async function sent() {
      const [agent, caller] = [await newAgent(desk, 'Senders'), await newCaller(other)];
      const id = await verified(agent, caller);
      const { channels } = (await agent.held.call('GET', `/helpdesk/cases/${id}/reset`)).body as unknown as { channels: { id: string }[] };
      const at = desk.clock.now();
      const reply = await act(agent, id, { linkTo: channels[0]?.id });
      expect(reply).toMatchObject({ status: 200, body: { outcome: 'done' } });
      await until(() => links(caller).length > 0, 'the mail with the link');
      expect(links(caller)).toHaveLength(1);
      const link = /http:\/\/localhost\/helpdesk-link#(\S+)/.exec(links(caller)[0]?.text ?? '')?.[1] ?? '';
      const { number } = (reply.body as unknown as { link: { number: string } }).link;
      const opening = (node: Keyturn) => request(node.url, 'POST', '/helpdesk-link', { link, number });
      /** Until when it is good at the other node, told by the clock of the one that has sent it. */
      return { caller, opening, end: at + LINK * MINUTE - off };
    }
    const moveTo = (at: number) => desk.clock.move(at - desk.clock.now());

    it('has a link that is opened at the other node in its minutes, and used once at all', async () => {
      const { caller, opening, end } = await sent();
      moveTo(end - 30 * SECOND);
      const { status, body } = await opening(other);
      expect([status, body.step]).toMatchObject([201, { kind: 'waiting' }]);
      const call = (method: string, path: string, given?: unknown): Promise<Reply> =>
        request(other.url, method, `/journeys/current${path}`, given, { authorization: `Bearer ${body.token}` });
      const step = async () => (await call('GET', '')).body.step as Step;
      await until(async () => (await step()).kind !== 'waiting', 'the page of the new password');
      expect((await step()).kind).toBe('new-password');
      await call('POST', `/steps/${(await step()).id}`, { password: NEW });
      await until(async () => (await step()).kind === 'done', 'the new password');
      expect(await signsIn(other, caller.login, NEW)).toBe(true);
      for (const node of [desk, other]) expect(await opening(node)).toMatchObject(gone);
    });

    it('has a link that is opened at neither node once its minutes are over there', async () => {
      const { caller, opening, end } = await sent();
      for (const [node, over] of [
        [other, end],
        [desk, end + off],
      ] as const) {
        if (over > desk.clock.now()) moveTo(over + 30 * SECOND);
        expect(await opening(node)).toMatchObject(gone);
      }
      expect(await signsIn(desk, caller.login, OLD_PASSWORD)).toBe(true);
    });
  });
});
