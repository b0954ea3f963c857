import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { newLogin } from '../conformance/samples.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, signIn } from './sign-in-client.ts';
import { createMovableClock, type Keyturn, startKeyturn } from './start-keyturn.ts';

const nodes: Keyturn[] = [];
let drop: () => Promise<unknown> = () => Promise.resolve();
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
  await drop();
});

it.each([
  [3000, 204],
  // A clock that was set back makes nothing fresh for longer.
  [60_000, 403],
])('what was proven at a node is fresh at another one whose clock is %i ms behind: %i', async (behind, status) => {
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
      roles: [{ name: 'admins', may: ['manage-configuration' as const], heldBy: { groups: ['Admins'] } }],
    },
  };
  for (const each of [clock, late]) nodes.push(await startKeyturn({ ...options, clock: each }));
  const [ahead, second] = nodes as [Keyturn, Keyturn];
  const login = newLogin();
  await addPerson(ahead, login, { groups: ['Admins'] });
  const { token } = await signIn(ahead, login, await ahead.enrol(login));
  const reply = await inSession(second.url, token, 'POST', '/admin/threat', { reason: 'a try' });
  expect(reply.status, JSON.stringify(reply.body)).toBe(status);
});
