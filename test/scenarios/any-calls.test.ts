import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OTHER_WAYS, PERSON_PERMISSIONS, type PersonPermission, RESET_WAYS, type ResetWay } from '../../shared/permissions.ts';
import { type Done, type Step, step, take } from './any-calls-steps.ts';
import {
  ANY_ROLES,
  APPROVALS,
  DOES_WITHOUT,
  EFFECTS,
  type Effects,
  GROUPS,
  type Group,
  LISTENS,
  MAY,
  none,
  OF_THE_BOARD,
  RESETS_BY,
  World,
} from './any-calls-world.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { newAgent, newCaller, openCase } from './helpdesk.ts';
import { answersOf, QUESTION_POOL } from './known-answers.ts';
import { embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

let keyturn: Keyturn;
/** What is kept of the answers that every caller gives: they are hashed once. */
let answers: string;
beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      guard: { ...GENEROUS_LIMITS, textsOverall: { count: 1_000_000, windowSeconds: 86_400 } },
      signIn: { enabled: true },
      roles: ANY_ROLES,
      sms: { kind: 'capture', countries: ['DE'] },
      factors: { questions: { pool: QUESTION_POOL } },
      helpdesk: { approvals: APPROVALS },
    },
  });
  answers = await answersOf(keyturn, (await newCaller(keyturn)).ref);
});
afterAll(() => keyturn?.close());

/** What the log has of somebody, by the act that it tells of. */
async function effectsOn(id: string): Promise<Effects> {
  const rows = (await keyturn.deps.store.audit.read(0, 1_000_000)).filter(({ data }) => data.includes(id));
  const events = rows.map(({ type, data }) => ({ ...(JSON.parse(data) as { factor?: string; action?: string; verb?: string }), type }));
  const effects = none();
  for (const action of PERSON_PERMISSIONS)
    effects[action] = events.filter((event) => EFFECTS[action](event) && (event.verb === undefined || event.verb === action)).length;
  return effects;
}

/** Each act, in each way in which it may be done, and in those in which it may not: whatever else happens by chance. */
function everythingOnce(): Step[] {
  const own = { agent: null, nth: null };
  const right = { ...own, unverified: false, way: 'told' as const };
  const steps: Step[] = [];
  for (const [agent, group] of GROUPS.entries()) {
    const caller = agent % OF_THE_BOARD;
    for (const [nthAct, action] of MAY[group].entries()) {
      const ways = action === 'reset-password' ? RESETS_BY[group] : ['told' as const];
      for (const way of ways) {
        const done = { ...right, what: 'act' as const, way };
        // Not before the caller is verified, in no other way, by nobody else, and not twice.
        steps.push({ what: 'open', agent, caller, action, hasReason: true, replace: true }, done);
        steps.push({ what: 'call', agent, caller, nthAct });
        if (action === 'reset-password')
          for (const wrong of RESET_WAYS) if (!RESETS_BY[group].includes(wrong)) steps.push({ ...done, way: wrong });
        for (const other of GROUPS.keys()) if (other !== agent) steps.push({ ...done, agent: other });
        steps.push(done, ...(way.startsWith('link') ? [] : [done]));
        if (way.startsWith('link'))
          steps.push({ what: 'use-link', nth: null, isRight: false }, { what: 'use-link', nth: null, isRight: true });
      }
      steps.push(...approvedOnce(agent, { action, nthAct, way: ways[0] ?? 'told' }));
    }
  }
  const [listener, without] = [LISTENS, DOES_WITHOUT].map((group: Group) => GROUPS.indexOf(group)) as [number, number];
  const opened = { what: 'open' as const, caller: 1, hasReason: true, replace: true };
  return [
    ...steps,
    ...[
      { what: 'read-out-call' as const, caller: 0 },
      { ...right, what: 'act' as const },
    ],
    ...[
      { ...opened, agent: listener, action: 'unlock-account' as const },
      { ...own, what: 'vouch' as const, isRight: true },
    ],
    { ...right, what: 'act' },
    ...[
      { ...opened, agent: listener, action: 'unlock-account' as const },
      { ...own, what: 'answers' as const, isRight: false },
      { ...own, what: 'answers' as const, agent: without, isRight: true },
      { ...own, what: 'answers' as const, isRight: true },
    ],
    { ...right, what: 'act' },
    ...[
      { ...opened, agent: without, action: 'reset-password' as const },
      { ...right, what: 'act' as const, unverified: true },
    ],
    ...unverifiedOnce(without),
    ...GROUPS.map((_, agent) => ({ what: 'remind' as const, agent, caller: 2 })),
    ...[
      { ...own, what: 'send-page' as const, over: 'email' as const },
      { what: 'close' as const, agent: without, nth: 0 },
    ],
    ...[
      { what: 'decide' as const, agent: 0, nth: 0, approve: true },
      { what: 'directly' as const, agent: 0, caller: 0, action: 'reset' as const },
    ],
    { what: 'directly', agent: 0, caller: 0, action: 'unlock' },
  ];
}

/** Who may approve what an agent asked for, and who may not. */
function secondsOf(agent: number, action: PersonPermission): [second: number, others: number[]] {
  const [may, others] = [true, false].map((wanted) =>
    [...GROUPS.keys()].filter((other) => (other !== agent && MAY[GROUPS[other] as Group].includes(action)) === wanted),
  ) as [number[], number[]];
  const [second] = may;
  if (second === undefined) throw new Error(`nobody approves ${action}`);
  return [second, others];
}

/** An act for which somebody else is asked: approved by nobody who may not, by somebody who may for nobody else, and done once. */
function approvedOnce(agent: number, { action, nthAct, way }: { action: PersonPermission; nthAct: number; way: ResetWay }): Step[] {
  const done = { what: 'act' as const, agent: null, nth: null, unverified: false, way };
  const [second, others] = secondsOf(agent, action);
  const decided = (by: number, approve = true) => ({ what: 'decide' as const, agent: by, nth: null, approve });
  const called = { what: 'call' as const, agent, caller: OF_THE_BOARD, nthAct };
  const use = way.startsWith('link') ? [{ what: 'use-link' as const, nth: null, isRight: true }] : [];
  return [
    // Nobody is asked before the caller is verified; who is asked may refuse, and nothing comes of the case then.
    { what: 'open', agent, caller: OF_THE_BOARD, action, hasReason: true, replace: true },
    ...[done, decided(second), called, decided(second), done, decided(second, false), done],
    ...[called, done, done, ...others.map((other) => decided(other)), ...others.map((other) => decided(other, false)), done],
    ...[decided(second), decided(second), { ...done, agent: second }, done, ...use, done],
    ...[called, done, decided(second), { what: 'wait' as const, minutes: 12 as const }, done],
  ];
}

/** An approval is for what was asked: one for a caller who is not verified counts for no receipt, nor the other way round. */
function unverifiedOnce(agent: number): Step[] {
  const done = { what: 'act' as const, agent: null, nth: null, unverified: true, way: 'told' as const };
  const [second] = secondsOf(agent, 'reset-password');
  const opened = { what: 'open' as const, agent, caller: OF_THE_BOARD, action: 'reset-password' as const, hasReason: true, replace: true };
  const decided = { what: 'decide' as const, agent: second, nth: null, approve: true };
  const confirmed = { what: 'confirm' as const, caller: OF_THE_BOARD, isRight: true };
  return [
    ...[opened, done, decided, done],
    ...[opened, done, confirmed, decided, done, decided, { what: 'wait' as const, minutes: 12 as const }, done, decided, done],
  ];
}

/** Each takes some nine seconds. The first plays everything. */
const RUNS = process.env.KEYTURN_LONG === undefined ? 8 : 60;

describe('whatever agents and callers do', () => {
  const done: Done = new Set();
  const called = new Set<string>();

  it('the directory hears of what a fresh receipt allows, once, and of nothing else; nor is anything else done', {
    timeout: 1_800_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25, size: 'max' }), async (steps) => {
        const world = new World(keyturn, called, answers);
        await world.begin();
        for (const each of steps) await take(world, each, done);
        for (const [nth, { ref }] of world.callers.entries()) expect(await effectsOn(ref.id)).toEqual(world.effects[nth]);
        const reminded = (await keyturn.deps.store.audit.read(0, 1_000_000)).filter(
          ({ type, data }) =>
            type === 'enrolment.reminded' && [world.bare, ...world.callers.map(({ ref }) => ref)].some(({ id }) => data.includes(id)),
        );
        expect(reminded).toHaveLength(world.remindedAt === null ? 0 : 1);
      }),
      { numRuns: RUNS, endOnFailure: true, examples: [[everythingOnce()]] },
    );
  });

  it('was played with every act, every way and every call that there is', async () => {
    // A test in which nobody ever got anything done would say nothing.
    const ways = ['own-device', ...OTHER_WAYS, 'unverified', 'second-agent', 'remind-people'] as const;
    expect([...done].toSorted()).toEqual([...PERSON_PERMISSIONS, ...RESET_WAYS, ...ways].toSorted());
    const { paths } = (await (await fetch(`${keyturn.url}/api/openapi.json`)).json()) as { paths: Record<string, Record<string, object>> };
    const acting = Object.entries(paths)
      .map(([path, methods]) => [path.replace('/api/v1', ''), methods] as const)
      .filter(([path]) => /^\/help(desk)?\b/.test(path) && path !== '/help/find')
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
      .filter((call) => !call.startsWith('GET '));
    expect(acting.length).toBeGreaterThan(8);
    expect(acting.filter((call) => !called.has(call))).toEqual([]);
  });

  it('nobody of the helpdesk is helped by who holds less, and no protected account by anybody', async () => {
    const agents = await Promise.all(GROUPS.map((group) => newAgent(keyturn, group)));
    const protectedOne = await newCaller(keyturn, { groups: ['Staff', PROTECTED_GROUP] });
    for (const agent of agents) {
      for (const action of PERSON_PERMISSIONS) {
        const asked = { action, ...(action === 'remove-proofs' ? { kinds: ['totp'] } : {}) };
        expect((await openCase(agent, protectedOne, asked)).status).toBe(403);
        for (const other of agents) expect((await openCase(agent, { ref: other.account }, asked)).status).toBe(403);
      }
    }
  });
});
