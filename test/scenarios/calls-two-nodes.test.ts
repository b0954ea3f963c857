import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import {
  type Agent,
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
} from './helpdesk.ts';
import { embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { inSession } from './sign-in-client.ts';
import { createMovableClock, type Keyturn, startKeyturn } from './start-keyturn.ts';

const ROUNDS = 8;

describe('one case on two nodes', () => {
  let one: Keyturn;
  let two: Keyturn;
  let drop: () => Promise<unknown> = () => Promise.resolve();
  beforeAll(async () => {
    const database = await (await sharedPostgres()).createDatabase('calls');
    drop = database.drop;
    const common = {
      ...{ database: database.url, key: new Uint8Array(randomBytes(32)), clock: createMovableClock(), directories: [embeddedSection()] },
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles: HELPDESK_ROLES },
    };
    one = await startKeyturn(common);
    two = await startKeyturn(common);
  });
  afterAll(async () => {
    await one?.close();
    await two?.close();
    await drop();
  });
  /** The same agent, in the same session, at the other node. */
  const elsewhere = (agent: Agent): Agent => {
    const { token } = agent.held;
    return { ...agent, held: { ...agent.held, call: (method, path, body) => inSession(two.url, token, method, path, body) } };
  };

  async function round(agent: Agent, other: Agent, caller: Caller): Promise<void> {
    const { id, numbers } = await opened(agent, caller);
    const [confirming, denying] = [await atCall(one, caller), await atCall(two, caller)];
    await confirming.answer({ number: numbers?.spoken });
    confirming.at('done');
    const [first, second, replaced, denied] = await Promise.all([
      act(agent, id),
      act(elsewhere(agent), id),
      openCase(elsewhere(other), caller, { replace: true, reason: 'test' }),
      denying.answer({ notMine: true }),
    ]);
    // Nobody waits for anybody in a circle, and nothing fails for a reason that is not told.
    for (const { status } of [first, second, replaced, denied]) expect(status).toBeLessThan(500);
    const done = [first, second].filter(({ status, body }) => status === 200 && body.outcome === 'done');
    expect(done.length).toBeLessThanOrEqual(1);
    expect(await eventsAbout(one, 'write.succeeded', caller.ref.id)).toHaveLength(done.length);
    expect(await signsIn(one, caller.login, OLD_PASSWORD)).toBe(done.length === 0);
    const { state } = await caseNow(agent, id);
    expect(state).toBe('closed');
    expect(await eventsAbout(two, 'case.denied', id)).toHaveLength(denied.status === 200 ? 1 : 0);
    expect((await act(agent, id)).body.code).toBe('case.passed');
  }

  it('is acted on once at most, by agents and the caller who press at the same time', { timeout: 120_000 }, async () => {
    for (let nth = 0; nth < ROUNDS; nth += 1) await round(await newAgent(one), await newAgent(one), await newCaller(one));
  });
});
