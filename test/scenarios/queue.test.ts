import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Queue } from '../../shared/api/queue.ts';
import { deleteMessage, queueAuthor, retryMessage } from '../../src/core/notify/outbox-queue.ts';
import { queueMail } from '../../src/core/notify/queue-mail.ts';
import { findSession } from '../../src/core/sessions/find-session.ts';
import { newLogin } from '../conformance/samples.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { createSoftPasskey, type SoftPasskey } from '../servers/soft-passkey.ts';
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy.ts';
import { asTaken } from '../store/fixture.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { exchange, inSession, type SessionClient, signIn } from './sign-in-client.ts';
import { createMovableClock, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const ORIGIN = 'http://localhost';
const MINUTE = 60_000;
const EDITOR = newLogin('editor');
let smtp: SmtpServer;
let proxy: TcpProxy;
let keyturn: Keyturn;
let passkey: SoftPasskey;

beforeAll(async () => {
  smtp = await startSmtp();
  proxy = await startTcpProxy({ targetHost: smtp.host, targetPort: smtp.port });
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    clock: createMovableClock(),
    configuration: {
      guard: GENEROUS_LIMITS,
      organisation: { name: 'Test', publicUrl: ORIGIN },
      signIn: { enabled: true, rules: [{ name: 'everybody', accepted: [['passkey'], ['password', 'totp']] }] },
      mail: {
        kind: 'smtp',
        from: 'Keyturn <keyturn@example.test>',
        servers: [{ host: proxy.host, port: proxy.port, security: 'none', timeoutSeconds: 2 }],
      },
      roles: [{ name: 'editors', may: ['manage-configuration'], heldBy: { accounts: [EDITOR] } }],
    },
  });
  await addPerson(keyturn, EDITOR);
  const held = await signIn(keyturn, EDITOR, await keyturn.enrol(EDITOR));
  passkey = createSoftPasskey(ORIGIN);
  const { body } = await held.call('POST', '/me/factors/passkey-options', {});
  const credential = passkey.make(body.publicKey as never);
  await held.call('POST', '/me/factors/passkeys', { ceremony: body.ceremony, credential, name: 'x' });
  keyturn.clock.move(25 * 60 * MINUTE);
  await until(async () => (await keyturn.deps.store.outbox.pending(9, ['discard'])).length === 0, 'all notices to leave');
  proxy.setMode('refuse');
  proxy.cutAll();
});
afterAll(async () => {
  await keyturn?.close();
  await proxy?.stop();
  await smtp?.stop();
});

async function byPasskey(): Promise<Pick<SessionClient, 'call' | 'token'>> {
  const client = await startJourney(keyturn.url, EDITOR, 'sign-in');
  await client.answer({ option: 'passkey' });
  await client.answer({ credential: passkey.use(client.at('passkey').publicKey) });
  const { token = '' } = (await exchange(keyturn.url, client)).body;
  return { token, call: (method, path, sent) => inSession(keyturn.url, token, method, path, sent) };
}
const queueOf = async (held: Pick<SessionClient, 'call'>) => (await held.call('GET', '/admin/queue')).body as unknown as Queue;

/** Queues a mail that the server cannot take, and waits until it was tried. */
async function stuck(to: string, expiresAt?: number): Promise<string> {
  const before = new Set((await keyturn.deps.store.outbox.pending(99, ['discard'])).map(({ id }) => id));
  const parameters = { code: '73915284', account: 'nina.secret', organisation: 'Test', goal: 'reset-password', validMinutes: 10 };
  const asked = { askedAt: keyturn.clock.now(), address: '192.0.2.1', client: 'x', contact: 'x' };
  const mail = {
    lane: 'code' as const,
    to,
    kind: 'code' as const,
    directory: null,
    language: 'en',
    parameters: { ...parameters, ...asked },
  };
  await keyturn.deps.store.transaction((store) =>
    queueMail(keyturn.deps, store, { ...mail, ...(expiresAt === undefined ? {} : { expiresAt }) }),
  );
  let id = '';
  await until(async () => {
    keyturn.deps.wakeOutbox('code');
    const found = (await keyturn.deps.store.outbox.pending(99, ['discard'])).find((row) => !before.has(row.id));
    id = found?.id ?? '';
    return found?.problem !== null && found !== undefined && found.leaseUntil === 0;
  }, 'a try in vain');
  return id;
}

it('shows why a message waits, and neither what it says nor whom it is for', async () => {
  const held = await byPasskey();
  const id = await stuck('nina.secret@private.example');
  const { messages, more } = await queueOf(held);
  expect(more).toBe(false);
  expect(messages.find((message) => message.id === id)).toMatchObject({
    ...{ kind: 'mail', lane: 'code', to: 'n•••@p•••.example', state: 'retrying', problem: 'mail.unavailable' },
    ...{ attempts: expect.any(Number), nextAt: expect.any(String) },
  });
  for (const secret of ['73915284', 'nina', 'private', 'subject']) expect(JSON.stringify(messages)).not.toContain(secret);
});

it('has a message tried at once by who has proven themselves lately, and it arrives', async () => {
  const held = await byPasskey();
  const to = `${randomBytes(4).toString('hex')}@private.example`;
  const id = await stuck(to);
  await keyturn.deps.store.outbox.giveUp(await asTaken(keyturn.deps.store, id), keyturn.clock.now(), 'mail.unavailable');
  expect((await queueOf(held)).messages.find((message) => message.id === id)).toMatchObject({ state: 'given-up', nextAt: null });
  keyturn.clock.move(6 * MINUTE);
  expect((await held.call('POST', `/admin/queue/${id}/retry`, {})).body.code).toBe('session.step-up-needed');
  expect((await keyturn.deps.store.outbox.find(id))?.failedAt).not.toBeNull();
  const fresh = await byPasskey();
  proxy.setMode('forward');
  expect((await fresh.call('POST', `/admin/queue/${id}/retry`, {})).status).toBe(204);
  expect((await smtp.waitForMessage(to)).text).toContain('73915284');
  await until(async () => (await keyturn.deps.store.outbox.find(id))?.doneAt !== null, 'the message to be done');
  expect((await fresh.call('POST', `/admin/queue/${id}/retry`, {})).body.code).toBe('outbox.message-gone');
  expect((await fresh.call('POST', '/admin/queue/nobody-has-it/retry', {})).body.code).toBe('outbox.message-gone');
  proxy.setMode('refuse');
  proxy.cutAll();
});

it('deletes with a reason and a passkey alone, once, and only what could not be delivered', async () => {
  const id = await stuck('late@private.example');
  const seed = await keyturn.enrol(EDITOR, `${newLogin('mail')}@example.test`);
  keyturn.clock.move(31_000);
  const byPassword = await signIn(keyturn, EDITOR, seed);
  const reason = { reason: 'nobody reads it' };
  expect((await byPassword.call('POST', `/admin/queue/${id}/delete`, reason)).body.code).toBe('session.step-up-needed');
  const held = await byPasskey();
  for (const bad of [{}, { reason: '  ' }, { reason: 'a\0b' }])
    expect((await held.call('POST', `/admin/queue/${id}/delete`, bad)).status).toBe(400);
  const answers = await Promise.all([1, 2, 3].map(() => held.call('POST', `/admin/queue/${id}/delete`, reason)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 404, 404]);
  expect(await keyturn.deps.store.outbox.find(id)).toBeNull();
  // What was not tried yet stays: it may tell somebody of what was done to their account.
  const now = keyturn.clock.now();
  const waiting = { id: 'not-tried', lane: 'notice' as const, kind: 'mail', payload: '{}', createdAt: now, expiresAt: null };
  await keyturn.deps.store.outbox.insert({ ...waiting, runAt: now + 60 * MINUTE });
  expect((await held.call('POST', '/admin/queue/not-tried/delete', reason)).body.code).toBe('outbox.message-busy');
  const events = (await keyturn.deps.store.audit.read(0, 10_000)).filter(({ type }) => type.startsWith('outbox.'));
  expect(events.map(({ type }) => type)).toEqual(['outbox.retried', 'outbox.deleted']);
  expect(events.at(-1)?.data).toContain('nobody reads it');
  expect(JSON.stringify(events)).not.toContain('private');
});

it('is touched by nobody who was signed out while that was being judged', async () => {
  const held = await byPasskey();
  const id = await stuck(`${randomBytes(4).toString('hex')}@private.example`);
  const acting = { ...keyturn.deps, act: { at: keyturn.clock.now(), address: '192.0.2.1' } };
  const session = await findSession(acting, [held.token]);
  expect((await held.call('DELETE', '/session')).status).toBe(204);
  const by = queueAuthor(acting, session, { kind: 'delegate' });
  await expect(retryMessage(acting, by, id)).rejects.toMatchObject({ code: 'session.ended' });
  await expect(deleteMessage(acting, by, id, 'x')).rejects.toMatchObject({ code: 'session.ended' });
  expect((await keyturn.deps.store.outbox.find(id))?.attempts).toBeGreaterThan(0);
});
