import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { queueMail } from '../../src/core/notify/queue-mail.ts';
import { newPassword } from '../conformance/samples.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy.ts';
import { type JourneyClient, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { createMovableClock, type Enrolled, type Keyturn, type MovableClock, startKeyturn, until } from './start-keyturn.ts';

let smtp: SmtpServer;
let proxy: TcpProxy;
let folder: string;

beforeAll(async () => {
  [smtp, folder] = await Promise.all([startSmtp(), createScratchFolder('outage')]);
  // Keyturn reaches the server through it, so that its outage needs no restart that would forget the messages.
  proxy = await startTcpProxy({ targetHost: smtp.host, targetPort: smtp.port });
});
afterAll(async () => {
  await proxy.stop();
  await smtp.stop();
  await removeScratchFolder(folder);
});

/** A Keyturn that sends real mail, on a database file that outlives it. */
function installation() {
  const key = new Uint8Array(randomBytes(32));
  const database = `sqlite:${join(folder, `${randomBytes(6).toString('hex')}.sqlite`)}`;
  const mail: ConfigurationDocument['mail'] = {
    kind: 'smtp',
    from: 'Keyturn <keyturn@example.test>',
    servers: [{ host: proxy.host, port: proxy.port, security: 'none', timeoutSeconds: 2 }],
  };
  const clock = createMovableClock();
  const start = () => startKeyturn({ database, key, clock, directories: [embeddedSection()], configuration: { mail } });
  return { start, clock };
}

async function person(keyturn: Keyturn): Promise<Enrolled & { login: string }> {
  const login = `p${randomBytes(4).toString('hex')}`;
  await addPerson(keyturn, login);
  return { login, ...(await keyturn.enrol(login)) };
}

function takeDown(): void {
  proxy.setMode('refuse');
  proxy.cutAll();
}

/** Moves time on until a row that waits for its next try is due. */
async function hasRetried(keyturn: Keyturn, clock: MovableClock, problem: RegExp): Promise<void> {
  const tried = () => keyturn.logLines.filter((line) => line.includes('outbox.retry-later') && problem.test(line)).length;
  const before = tried();
  clock.move(31_000);
  await until(() => tried() > before, 'another try');
}

const codeOf = (text: string) => /^\d{8}$/m.exec(text)?.[0] ?? '';

async function mailed(to: string): Promise<{ number: number; text: string; subject: string; headers: Readonly<Record<string, string>> }[]> {
  return (await smtp.messages()).filter((message) => message.to.includes(to));
}

async function finish(keyturn: Keyturn, client: JourneyClient, somebody: Enrolled & { login: string }): Promise<void> {
  const { text } = await smtp.waitForMessage(somebody.address);
  await client.answer({ code: codeOf(text) });
  await client.answer({ code: somebody.totp() });
  const wanted = newPassword();
  await client.answer({ password: wanted });
  client.at('done');
  expect(await signsIn(keyturn, somebody.login, wanted)).toBe(true);
}

describe('a mail server that is down when a code is asked for', () => {
  it('answers as always, and delivers the code when it is back', async () => {
    const { start, clock } = installation();
    const keyturn = await start();
    const somebody = await person(keyturn);
    takeDown();
    const client = await startJourney(keyturn.url, somebody.login);
    expect((await client.answer({ option: 'email' })).status).toBe(200);
    client.at('code');
    await until(() => keyturn.logLines.some((line) => line.includes('outbox.retry-later')), 'the first try');
    await hasRetried(keyturn, clock, /mail\.unavailable/);
    proxy.setMode('forward');
    clock.move(31_000);
    await finish(keyturn, client, somebody);
    expect((await mailed(somebody.address)).filter(({ text }) => codeOf(text) !== '')).toHaveLength(1);
    await keyturn.close();
  });

  it('loses nothing when Keyturn is restarted in between, and the journey goes on', async () => {
    const { start, clock } = installation();
    const first = await start();
    const somebody = await person(first);
    takeDown();
    const client = await startJourney(first.url, somebody.login);
    await client.answer({ option: 'email' });
    await until(() => first.logLines.some((line) => line.includes('outbox.retry-later')), 'the first try');
    await first.close();

    const second = await start();
    proxy.setMode('forward');
    clock.move(31_000);
    const { text } = await smtp.waitForMessage(somebody.address);
    const taken = await request(
      second.url,
      'POST',
      `/journeys/current/steps/${client.step.id}`,
      { code: codeOf(text) },
      { authorization: `Bearer ${client.token}` },
    );
    expect(taken.body).toMatchObject({ step: { kind: 'code', factor: { kind: 'totp' } } });
    await second.close();
  });

  it('drops a code that nobody can use any more, and delivers the next one', async () => {
    const { start, clock } = installation();
    const keyturn = await start();
    const somebody = await person(keyturn);
    takeDown();
    const client = await startJourney(keyturn.url, somebody.login);
    await client.answer({ option: 'email' });
    await until(() => keyturn.logLines.some((line) => line.includes('outbox.retry-later')), 'the first try');
    clock.move(11 * 60_000);
    proxy.setMode('forward');
    await client.answer({ code: '12345678' });
    expect(client.at('code')).toMatchObject({ message: expect.stringMatching(/expired/), messageTone: 'error' });
    await client.answer({ resend: true });
    await finish(keyturn, client, somebody);
    expect((await mailed(somebody.address)).filter(({ text }) => codeOf(text) !== '')).toHaveLength(1);
    await keyturn.close();
  });

  it('tells an outsider nothing: a code for nobody is answered alike', async () => {
    const { start } = installation();
    const keyturn = await start();
    takeDown();
    const client = await startJourney(keyturn.url, 'nobody-of-that-name');
    expect((await client.answer({ option: 'email' })).status).toBe(200);
    expect(client.at('code')).toMatchObject({ attemptsLeft: 5, length: 8 });
    proxy.setMode('forward');
    await keyturn.close();
  });
});

describe('a flood of notices', () => {
  it('delays no code: it overtakes all that wait', async () => {
    const { start } = installation();
    const keyturn = await start();
    const somebody = await person(keyturn);
    // Each hand-over takes its time, so that the notices are certainly still waiting when the code is asked for.
    await smtp.setMode('slow', 50);
    await keyturn.deps.store.transaction(async (store) => {
      for (let number = 0; number < 300; number += 1) {
        const parameters = { account: `n${number}`, happenedAt: keyturn.clock.now() };
        await queueMail(keyturn.deps, store, {
          lane: 'notice',
          to: `flood${number}@example.test`,
          kind: 'password-was-reset',
          directory: null,
          language: 'en',
          parameters,
        });
      }
    });
    keyturn.deps.wakeOutbox('notice');
    await until(async () => (await smtp.messages()).some((message) => message.to[0]?.startsWith('flood')), 'the flood');
    const client = await startJourney(keyturn.url, somebody.login);
    await client.answer({ option: 'email' });
    await smtp.waitForMessage(somebody.address);
    const flooded = (await smtp.messages()).filter((message) => message.to[0]?.startsWith('flood')).length;
    expect(flooded).toBeLessThan(300);
    await smtp.setMode('accept');
    const all = async () => (await smtp.messages()).filter((message) => message.to[0]?.startsWith('flood'));
    await until(async () => (await all()).length >= 300, 'the rest of the flood');
    const places = (await smtp.messages()).filter(({ to }) => to[0]?.startsWith('flood') || to.includes(somebody.address));
    const place = places.findIndex(({ to }) => to.includes(somebody.address));
    const behind = places.slice(place + 1).length;
    expect(behind).toBeGreaterThan(100);
    expect(new Set((await all()).map(({ to }) => to[0])).size).toBe(300);
    await keyturn.close();
  });
});

it('sends a notice whose answer was lost again under the same id, so that a reader sees it as one', async () => {
  const { start, clock } = installation();
  const keyturn = await start();
  const somebody = await person(keyturn);
  await smtp.setMode('drop-after-data');
  const client = await startJourney(keyturn.url, somebody.login);
  await client.answer({ option: 'email' });
  await until(() => keyturn.logLines.some((line) => line.includes('outbox.retry-later')), 'the first try');
  await smtp.setMode('accept');
  clock.move(31_000);
  await until(async () => (await mailed(somebody.address)).length >= 2, 'the second message');
  const copies = await mailed(somebody.address);
  expect(new Set(copies.map(({ headers }) => headers['message-id'])).size).toBe(1);
  expect(new Set(copies.map(({ text }) => codeOf(text))).size).toBe(1);
  await keyturn.close();
});
