import { Agent, request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { askedForPassword } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

/** Below what a connection is kept open for (72 s), and far above what is waited for here. */
const SOON = 30_000;

let keyturn: Keyturn | undefined;
const agent = new Agent({ keepAlive: true });
afterEach(async () => {
  agent.destroy();
  await keyturn?.close();
});

/** A request as a proxy makes it, which keeps its connections for the next one. */
function answerOnKeptConnection(url: string, token: string, step: string): Promise<{ status: number; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = request(`${url}/api/v1/journeys/current/steps/${step}`, { method: 'POST', agent, headers }, (reply) => {
      reply.resume().on('end', () => resolve({ status: reply.statusCode ?? 0, connection: reply.headers.connection }));
    });
    sent.on('error', reject).end(JSON.stringify({ password: 'Wrong-Passw0rd-1' }));
  });
}

it('a node that stops answers what is under way, and waits for no connection that somebody keeps open', async () => {
  const started = await startKeyturn({
    directories: [embeddedSection()],
    configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, recovery: { holdMilliseconds: 0, settleMilliseconds: 400 } },
  });
  keyturn = started;
  await addPerson(started, 'alice');
  const clients = await Promise.all(Array.from({ length: 3 }, () => askedForPassword(started.url, 'alice')));
  const answers = clients.map((client) => answerOnKeptConnection(started.url, client.token, client.step.id));
  // They are under way once they are taken; each is held back for a while.
  const taken = () => Promise.all(clients.map(async (client) => (await client.call('GET', '/journeys/current')).body.step?.kind));
  await expect.poll(taken).toContain('waiting');
  const begun = performance.now();
  keyturn = undefined;
  await started.close();
  expect(performance.now() - begun).toBeLessThan(SOON);
  const replies = await Promise.all(answers);
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(replies.map(({ connection }) => connection)).toContain('close');
});
