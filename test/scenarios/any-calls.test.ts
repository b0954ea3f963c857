import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERSON_PERMISSIONS, RESET_WAYS } from '../../shared/permissions.ts';
import { type Done, type Step, step, take } from './any-calls-steps.ts';
import {
  ANY_ROLES,
  DOES_WITHOUT,
  EFFECTS,
  type Effects,
  GROUPS,
  type Group,
  LISTENS,
  MAY,
  none,
  RESETS_BY,
  World,
} from './any-calls-world.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { newAgent, newCaller, openCase } from './helpdesk.ts';
import { embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

let keyturn: Keyturn;
beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      guard: { ...GENEROUS_LIMITS, textsOverall: { count: 1_000_000, windowSeconds: 86_400 } },
      signIn: { enabled: true },
      roles: ANY_ROLES,
      sms: { kind: 'capture', countries: ['DE'] },
    },
  });
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
    for (const [nthAct, action] of MAY[group].entries()) {
      const ways = action === 'reset-password' ? RESETS_BY[group] : ['told' as const];
      for (const way of ways) {
        const done = { ...right, what: 'act' as const, way };
        // Not before the caller is verified, in no other way, by nobody else, and not twice.
        steps.push({ what: 'open', agent, caller: agent % 3, action, hasReason: true, replace: true }, done);
        steps.push({ what: 'call', agent, caller: agent % 3, nthAct });
        if (action === 'reset-password')
          for (const wrong of RESET_WAYS) if (!RESETS_BY[group].includes(wrong)) steps.push({ ...done, way: wrong });
        for (const other of GROUPS.keys()) if (other !== agent) steps.push({ ...done, agent: other });
        steps.push(done, ...(way.startsWith('link') ? [] : [done]));
        if (way.startsWith('link'))
          steps.push({ what: 'use-link', nth: null, isRight: false }, { what: 'use-link', nth: null, isRight: true });
      }
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
      { ...opened, agent: without, action: 'reset-password' as const },
      { ...right, what: 'act' as const, unverified: true },
    ],
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

describe('whatever agents and callers do', () => {
  const done: Done = new Set();
  const called = new Set<string>();

  it('the directory hears of what a fresh receipt allows, once, and of nothing else; nor is anything else done', {
    timeout: 480_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25, size: 'max' }), async (steps) => {
        const world = new World(keyturn, called);
        await world.begin();
        for (const each of steps) await take(world, each, done);
        for (const [nth, { ref }] of world.callers.entries()) expect(await effectsOn(ref.id)).toEqual(world.effects[nth]);
        const reminded = (await keyturn.deps.store.audit.read(0, 1_000_000)).filter(
          ({ type, data }) =>
            type === 'enrolment.reminded' && [world.bare, ...world.callers.map(({ ref }) => ref)].some(({ id }) => data.includes(id)),
        );
        expect(reminded).toHaveLength(world.remindedAt === null ? 0 : 1);
      }),
      { numRuns: 15, endOnFailure: true, examples: [[everythingOnce()]] },
    );
  });

  it('was played with every act, every way and every call that there is', async () => {
    // A test in which nobody ever got anything done would say nothing.
    const ways = ['own-device', 'read-back', 'manager', 'unverified', 'remind-people'] as const;
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
