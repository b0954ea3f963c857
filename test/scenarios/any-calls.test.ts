import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import {
  type Agent,
  act,
  answer,
  ask,
  atCall,
  type Caller,
  eventsAbout,
  HELPDESK_ROLES,
  newAgent,
  newCaller,
  openCase,
} from './helpdesk.ts';
import { embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { signIn } from './sign-in-client.ts';
import { codeIn, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const MINUTE = 60_000;
/** Real time goes on while a test runs: what is so near a limit is not foretold. */
const NEAR = 5000;
const GROUPS = ['Agents', 'Unlockers', 'Trusted', 'Listeners', 'Carers'] as const;
type Act = 'reset-password' | 'unlock-account' | 'remove-proofs';
const MAY: Readonly<Record<(typeof GROUPS)[number], readonly Act[]>> = {
  Agents: ['reset-password', 'unlock-account'],
  Unlockers: ['unlock-account'],
  Trusted: ['reset-password'],
  Listeners: ['reset-password', 'unlock-account'],
  Carers: ['remove-proofs'],
};

/** What is known of a case by whoever watched from outside. */
interface Seen {
  id: string;
  agent: number;
  caller: number;
  action: Act;
  spoken: string;
  hasReason: boolean;
  openedAt: number;
  verifiedAt: number | null;
  tries: number;
  /** Kinds of which a right code was read out. */
  readOut: string[];
  isClosed: boolean;
}

const agentOf = fc.nat(GROUPS.length - 1);
const callerOf = fc.nat(2);
const step = fc.oneof(
  fc.record({
    what: fc.constant('open' as const),
    agent: agentOf,
    caller: callerOf,
    action: fc.constantFrom('reset-password' as const, 'unlock-account' as const, 'remove-proofs' as const),
    hasReason: fc.boolean(),
    replace: fc.boolean(),
  }),
  { weight: 2, arbitrary: fc.record({ what: fc.constant('confirm' as const), caller: callerOf, isRight: fc.boolean() }) },
  // A call that goes well, up to the act.
  { weight: 2, arbitrary: fc.record({ what: fc.constant('call' as const), agent: agentOf, caller: callerOf }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('read-out-call' as const), caller: callerOf }) },
  // Codes that are read out to whoever has the case, or to another agent.
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('read-out' as const),
      agent: fc.option(agentOf, { freq: 3 }),
      nth: fc.option(fc.nat(20), { freq: 2 }),
      kind: fc.constantFrom('email' as const, 'totp' as const),
      isRight: fc.boolean(),
    }),
  },
  fc.record({ what: fc.constant('deny' as const), caller: callerOf }),
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('act' as const),
      // Of another agent, or of whose case it is; an old case, or the last one.
      agent: fc.option(agentOf, { freq: 3 }),
      nth: fc.option(fc.nat(20), { freq: 2 }),
      unverified: fc.boolean(),
    }),
  },
  fc.record({ what: fc.constant('close' as const), agent: agentOf, nth: fc.nat(20) }),
  fc.record({ what: fc.constant('directly' as const), agent: agentOf, caller: callerOf, action: fc.constantFrom('reset', 'unlock') }),
  fc.record({ what: fc.constant('wait' as const), minutes: fc.constantFrom(4, 12, 35) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

let keyturn: Keyturn;
beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles: HELPDESK_ROLES },
  });
});
afterAll(() => keyturn?.close());

/** An agent of each group, three callers, and everything that was seen of them. */
class World {
  readonly agents: Agent[] = [];
  readonly callers: Caller[] = [];
  readonly seen: Seen[] = [];
  readonly writes = [0, 0, 0];
  readonly removals = [0, 0, 0];
  private readonly signedInAt: number[] = [];

  async begin(): Promise<void> {
    for (const group of GROUPS) {
      this.agents.push(await newAgent(keyturn, group));
      this.signedInAt.push(keyturn.clock.now());
    }
    for (let nth = 0; nth < 3; nth += 1) this.callers.push(await newCaller(keyturn));
  }

  /** An agent whose proofs are fresh: whether they are is not what this is about. */
  async agent(nth: number): Promise<Agent> {
    const agent = this.agents[nth] as Agent;
    if (keyturn.clock.now() - (this.signedInAt[nth] ?? 0) < 4 * MINUTE) return agent;
    const fresh = { ...agent, held: await signIn(keyturn, agent.login, agent) };
    this.agents[nth] = fresh;
    this.signedInAt[nth] = keyturn.clock.now();
    return fresh;
  }

  caller = (nth: number) => this.callers[nth] as Caller;
  openOf = (caller: number) => this.seen.find((each) => each.caller === caller && !each.isClosed);
  any = (nth: number | null) => this.seen.at(nth === null ? -1 : nth % Math.max(1, this.seen.length));
}

/** Whether a time span is over; null: so near that it is not foretold. */
function isPast(since: number, span: number): boolean | null {
  const left = since + span - keyturn.clock.now();
  return Math.abs(left) < NEAR ? null : left < 0;
}

/** Whether an act must be done (true) or must not (false). */
function mayAct(seen: Seen, agent: number, unverified: boolean): boolean | null {
  if (seen.agent !== agent || seen.isClosed) return false;
  const isStale = seen.verifiedAt === null ? true : isPast(seen.verifiedAt, 10 * MINUTE);
  if (isStale !== true) return isStale === null ? null : true;
  const may = unverified && GROUPS[agent] === 'Trusted' && seen.hasReason;
  const isOver = isPast(seen.openedAt, 30 * MINUTE);
  return may ? (isOver === null ? null : !isOver) : false;
}

async function take(world: World, given: Step): Promise<void> {
  switch (given.what) {
    case 'open': {
      const agent = await world.agent(given.agent);
      const before = world.openOf(given.caller);
      const isOver = before === undefined ? true : isPast(before.openedAt, 30 * MINUTE);
      const removes = given.action === 'remove-proofs';
      if (removes) await haveCode(world.caller(given.caller));
      const reply = await openCase(agent, world.caller(given.caller), {
        ...{ action: given.action, replace: given.replace, ...(removes ? { kinds: ['recovery-code'] } : {}) },
        ...(given.hasReason ? { reason: 'because' } : {}),
      });
      if (!MAY[GROUPS[given.agent] as (typeof GROUPS)[number]].includes(given.action)) return expect(reply.status).toBe(403);
      const isFree = isOver === true || given.replace || before?.agent === given.agent;
      const lacksReason = before !== undefined && isOver === false && before.agent !== given.agent && !given.hasReason;
      if (isOver !== null) expect(reply.status).toBe(!isFree ? 409 : lacksReason ? 422 : 201);
      const opened = reply.body.case;
      if (reply.status !== 201 || opened === undefined) return;
      if (before !== undefined) before.isClosed = true;
      const { agent: by, caller, action, hasReason } = given;
      const spoken = opened.numbers?.spoken ?? '';
      world.seen.push({ id: opened.id, agent: by, caller, action, spoken, hasReason, ...fresh() });
      return;
    }
    case 'call': {
      const [action = 'unlock-account'] = MAY[GROUPS[given.agent] as (typeof GROUPS)[number]];
      await take(world, { ...given, what: 'open', action, hasReason: true, replace: true });
      return take(world, { what: 'confirm', caller: given.caller, isRight: true });
    }
    case 'read-out-call': {
      const listener = GROUPS.indexOf('Listeners');
      await take(world, { ...given, what: 'open', agent: listener, action: 'unlock-account', hasReason: true, replace: true });
      for (const kind of ['email', 'totp'] as const) await take(world, { what: 'read-out', agent: null, nth: null, kind, isRight: true });
      return;
    }
    case 'confirm':
    case 'deny': {
      const client = await atCall(keyturn, world.caller(given.caller));
      const { call } = client.at('confirm-call');
      const seen = world.openOf(given.caller);
      const isOver = seen === undefined || seen.verifiedAt !== null ? true : isPast(seen.openedAt, 30 * MINUTE);
      if (isOver !== null) expect(call === null).toBe(isOver);
      if (call === null || seen === undefined) return;
      if (given.what === 'deny') {
        await client.answer({ notMine: true });
        seen.isClosed = true;
        return;
      }
      await client.answer({ number: given.isRight ? seen.spoken : seen.spoken.replace(/.$/, (last) => (last === '0' ? '1' : '0')) });
      seen.tries += 1;
      if (given.isRight) seen.verifiedAt = keyturn.clock.now();
      else if (seen.tries >= 3) seen.isClosed = true;
      return;
    }
    case 'read-out': {
      const seen = world.any(given.nth);
      if (seen === undefined) return;
      const by = given.agent ?? seen.agent;
      const agent = await world.agent(by);
      const caller = world.caller(seen.caller);
      const isOver = seen.isClosed || seen.verifiedAt !== null ? true : isPast(seen.openedAt, 30 * MINUTE);
      const may = by === seen.agent && GROUPS[by] === 'Listeners' && isOver === false && !seen.readOut.includes(given.kind);
      const mailed = keyturn.messages(caller.address).filter(({ text }) => /who called you/.test(text)).length;
      const asked = await ask(agent, seen.id, given.kind);
      // Another code is asked for too soon: the one before is as good.
      if (isOver !== null) expect([200, 429].includes(asked.status), JSON.stringify({ seen, given, asked })).toBe(may);
      if (asked.status !== 200) return;
      keyturn.clock.move(31_000);
      if (given.kind === 'email') await until(() => callCodes(caller).length > mailed, 'the code to read out');
      const right = given.kind === 'email' ? (callCodes(caller).at(-1) ?? '') : caller.totp();
      const code = given.isRight ? right : right.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
      const { status, body } = await answer(agent, seen.id, { code });
      if (status === 429) return;
      if (!given.isRight) {
        seen.tries += 1;
        if (seen.tries >= 3) seen.isClosed = true;
        return expect(body).toMatchObject({ code: 'case.answer-wrong' });
      }
      expect(status, JSON.stringify({ seen, given, body })).toBe(200);
      seen.readOut.push(given.kind);
      if (seen.readOut.length >= 2) {
        seen.verifiedAt = keyturn.clock.now();
        verifiedByCodes += 1;
      }
      return;
    }
    case 'act': {
      const seen = world.any(given.nth);
      if (seen === undefined) return;
      const by = given.agent ?? seen.agent;
      const agent = await world.agent(by);
      const expected = mayAct(seen, by, given.unverified);
      const { status, body } = await act(agent, seen.id, { unverified: given.unverified });
      const isDone = status === 200 && body.outcome === 'done';
      if (expected !== null) expect(isDone, JSON.stringify({ seen, given, status, body })).toBe(expected);
      if (isDone) {
        seen.isClosed = true;
        const counted = seen.action === 'remove-proofs' ? world.removals : world.writes;
        counted[seen.caller] = (counted[seen.caller] ?? 0) + 1;
      }
      return;
    }
    case 'close': {
      const seen = world.any(given.nth);
      if (seen === undefined) return;
      const { status } = await (await world.agent(given.agent)).held.call('DELETE', `/helpdesk/cases/${seen.id}`);
      expect(status).toBe(seen.agent === given.agent ? 204 : 404);
      if (seen.agent === given.agent) seen.isClosed = true;
      return;
    }
    case 'directly': {
      const agent = await world.agent(given.agent);
      const { status } = await agent.held.call('POST', `/help/${given.action}`, { account: world.caller(given.caller).ref });
      return expect(status).toBe(403);
    }
    case 'wait':
      keyturn.clock.move(given.minutes * MINUTE);
  }
}

/** Something that can be removed again and again: nobody proves themselves by it here. */
async function haveCode({ ref }: Caller): Promise<void> {
  const { store } = keyturn.deps;
  if ((await store.factors.ofAccount(ref)).some(({ kind }) => kind === 'recovery-code')) return;
  await addFactor(keyturn.deps, store, { account: ref, kind: 'recovery-code', label: 'code', secret: 'digest', source: 'test' });
}

let verifiedByCodes = 0;
const fresh = () => ({ openedAt: keyturn.clock.now(), verifiedAt: null, tries: 0, readOut: [], isClosed: false });

/** Codes that were mailed to be read out, oldest first. */
const callCodes = ({ address }: Caller) =>
  keyturn
    .messages(address)
    .filter(({ text }) => /who called you/.test(text))
    .toSorted((one, other) => (one.at < other.at ? -1 : 1))
    .map(codeIn);

describe('whatever agents and callers do', () => {
  it('the directory hears of what a fresh receipt allows, once, and of nothing else, and no other proof ends', {
    timeout: 240_000,
  }, async () => {
    let written = 0;
    let removed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25, size: 'max' }), async (steps) => {
        const world = new World();
        await world.begin();
        for (const each of steps) await take(world, each);
        for (const [nth, { ref }] of world.callers.entries()) {
          expect(await eventsAbout(keyturn, 'write.intended', ref.id)).toHaveLength(world.writes[nth] ?? 0);
          expect(await eventsAbout(keyturn, 'factor.ended', ref.id)).toHaveLength(world.removals[nth] ?? 0);
        }
        written += world.writes.reduce((sum, count) => sum + count, 0);
        removed += world.removals.reduce((sum, count) => sum + count, 0);
      }),
      { numRuns: 15, endOnFailure: true },
    );
    // A test in which nobody ever got anything done would say nothing.
    expect(written).toBeGreaterThan(0);
    expect(removed).toBeGreaterThan(0);
    expect(verifiedByCodes).toBeGreaterThan(0);
  });

  it('nobody of the helpdesk is helped by who holds less, and no protected account by anybody', async () => {
    const agents = await Promise.all(GROUPS.map((group) => newAgent(keyturn, group)));
    const protectedOne = await newCaller(keyturn, { groups: ['Staff', PROTECTED_GROUP] });
    for (const agent of agents) {
      for (const action of ['reset-password', 'unlock-account', 'remove-proofs']) {
        const asked = { action, ...(action === 'remove-proofs' ? { kinds: ['totp'] } : {}) };
        expect((await openCase(agent, protectedOne, asked)).status).toBe(403);
        for (const other of agents) expect((await openCase(agent, { ref: other.account }, asked)).status).toBe(403);
      }
    }
  });
});
