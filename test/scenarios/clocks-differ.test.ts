import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createWriteSweep } from '../../src/core/journey/sweep-writes.ts';
import type { Directory } from '../../src/core/ports/directory.ts';
import { writeWindow } from '../../src/core/writes/write-window.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { act, HELPDESK_ROLES, newAgent, newCaller, verified } from './helpdesk.ts';
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { exchange, inSession, proveSignIn, signIn } from './sign-in-client.ts';
import { createMovableClock, type Keyturn, startKeyturn } from './start-keyturn.ts';

const NEXT = 'a quiet harbour at noon';
const MINUTES = 60_000;

const nodes: Keyturn[] = [];
/** Lets writes go on that are held: a node waits for its own before it stops. */
const releases: (() => void)[] = [];
let drop: () => Promise<unknown> = () => Promise.resolve();
afterEach(async () => {
  for (const release of releases.splice(0)) release();
  await Promise.all(nodes.splice(0).map((node) => node.close()));
  await drop();
});

/** Two nodes on one database, of which the second one's clock is so many milliseconds behind. */
async function startTwo(behind: number): Promise<[Keyturn, Keyturn]> {
  const database = await (await sharedPostgres()).createDatabase('clocks_differ');
  drop = database.drop;
  const clock = createMovableClock();
  const late = { ...clock, now: () => clock.now() - behind };
  const options = {
    directories: [embeddedSection()],
    database: database.url,
    key: new Uint8Array(randomBytes(32)),
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      roles: [...HELPDESK_ROLES, { name: 'admins', may: ['manage-configuration' as const], heldBy: { groups: ['Admins'] } }],
    },
  };
  for (const each of [clock, late]) nodes.push(await startKeyturn({ ...options, clock: each }));
  return nodes as [Keyturn, Keyturn];
}

it.each([
  [3000, 204],
  // A clock that was set back makes nothing fresh for longer.
  [60_000, 403],
])('what was proven at a node is fresh at another one whose clock is %i ms behind: %i', async (behind, status) => {
  const [ahead, second] = await startTwo(behind);
  const login = newLogin();
  await addPerson(ahead, login, { groups: ['Admins'] });
  const { token } = await signIn(ahead, login, await ahead.enrol(login));
  const reply = await inSession(second.url, token, 'POST', '/admin/threat', { reason: 'a try' });
  expect(reply.status, JSON.stringify(reply.body)).toBe(status);
});

/** Which of the two came first is told by the database: by the clocks of the nodes it is the other one. */
describe.each([
  ['behind', 3 * MINUTES],
  ['ahead', -3 * MINUTES],
])('what was proven at a node, and a password that another one sets whose clock is minutes %s', (_which, behind) => {
  /** As the owner does who knows the current one, at the second node. */
  async function changePassword([, second]: [Keyturn, Keyturn], token: string, from: string, to: string): Promise<void> {
    const accounts = [{ account: 'own', current: from }];
    const reply = await inSession(second.url, token, 'POST', '/me/password', { password: to, accounts });
    expect(reply.body, JSON.stringify(reply.body)).toMatchObject({ results: [{ outcome: 'changed' }] });
  }

  it('opens a session only where it was proven afterwards', async () => {
    const both = await startTwo(behind);
    const [first] = both;
    const login = newLogin();
    await addPerson(first, login);
    const person = await first.enrol(login);
    const owner = await signIn(first, login, person);
    first.clock.move(31_000);
    const thief = await proveSignIn(first.url, login, person);
    thief.at('done');
    await changePassword(both, owner.token, OLD_PASSWORD, NEXT);
    expect(await signsIn(first, login, NEXT)).toBe(true);
    expect((await exchange(first.url, thief)).body.code).toBe('session.not-proven');

    first.clock.move(31_000);
    const again = await proveSignIn(first.url, login, person, NEXT);
    again.at('done');
    expect((await exchange(first.url, again)).status).toBe(201);
  });

  it('is no receipt of the helpdesk any more where the caller was verified before', async () => {
    const both = await startTwo(behind);
    const [first] = both;
    const [agent, caller] = [await newAgent(first), await newCaller(first)];
    const owner = await signIn(first, caller.login, caller);
    const { id } = await verified(first, agent, caller);
    await changePassword(both, owner.token, OLD_PASSWORD, NEXT);
    expect((await act(agent, id)).body.code).toBe('case.receipt-needed');
    expect(await signsIn(first, caller.login, NEXT)).toBe(true);
    const fresh = await verified(first, agent, caller, { replace: true, reason: 'test' });
    expect((await act(agent, fresh.id)).body).toMatchObject({ outcome: 'done' });
  });
});

describe.each([
  ['behind', 5 * MINUTES],
  ['ahead', -5 * MINUTES],
])('a write of a node whose clock is minutes %s of that of another one, which looks for writes that were left', (_which, behind) => {
  /** Stands at the new password, at the second node, whose directory writes when `release` is called. */
  async function writing() {
    const [first, second] = await startTwo(behind);
    const login = newLogin();
    await addPerson(first, login);
    const person = await second.enrol(login);
    const sweep = createWriteSweep(first.deps);
    await sweep();
    // Longer than from one look to the next.
    first.clock.move(20_000);
    await sweep();
    const directory = second.deps.directories.get('people') as { -readonly [K in keyof Directory]: Directory[K] };
    const { resetPassword } = directory;
    const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    releases.push(released.resolve);
    directory.resetPassword = async (account, password, { notAfter: _taken, ...options } = {}) => {
      begun.resolve();
      await released.promise;
      // What a server has taken in time it may do at any time.
      return resetPassword.call(directory, account, password, options);
    };
    const client = await startJourney(second.url, login);
    await prove(second, client, person);
    client.at('new-password');
    const answered = client.answer({ password: NEXT });
    await begun.promise;
    const events = async () => {
      const all = (await first.deps.store.audit.read(0, 10_000)).map(({ type }) => type);
      return all.filter((type) => type.startsWith('write.'));
    };
    return { first, login, sweep, client, answered, events, release: released.resolve };
  }

  it('is left to the node that is at it', async () => {
    const { first, login, sweep, client, answered, events, release } = await writing();
    for (let looks = 0; looks < 2; looks += 1) {
      expect(await sweep()).toBe(0);
      first.clock.move(5000);
    }
    release();
    expect((await answered).status).toBe(200);
    client.at('done');
    expect(await events()).toEqual(['write.intended', 'write.succeeded']);
    expect(await signsIn(first, login, NEXT)).toBe(true);
  });

  it('is taken for left once it must be over, as long after it was seen as it had time', async () => {
    const { first, login, sweep, answered, events, release } = await writing();
    expect(await sweep()).toBe(0);
    const { settledAt } = writeWindow(0, first.deps.directories.get('people').timeLimits);
    first.clock.move(settledAt + 1000);
    expect(await sweep()).toBe(1);
    expect(await events()).toEqual(['write.intended', 'write.failed']);
    // What the node does after all is written down as that.
    release();
    await answered;
    expect(await events()).toEqual(['write.intended', 'write.failed', 'write.corrected']);
    expect(await signsIn(first, login, NEXT)).toBe(true);
  });
});
