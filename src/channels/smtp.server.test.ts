import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CertificateAuthority, createCertificateAuthority } from '../../test/servers/certificate-authority.ts';
import { createScratchFolder, removeScratchFolder } from '../../test/servers/scratch.ts';
import { type SmtpOptions, type SmtpServer, startSmtp } from '../../test/servers/smtp.ts';
import type { SmtpMode, SmtpReplyOrder } from '../../test/servers/smtp-protocol.ts';
import type { MailServer } from '../core/configuration/mail-section.ts';
import type { MailMessage } from '../core/ports/platform.ts';
import { createSmtpMailer, longestSend, type SmtpMailer } from './smtp.ts';
import { SMTP_FIXES } from './smtp-fixes.ts';

const message: MailMessage = {
  to: 'alice@example.test',
  subject: 'Ihr Code für „alice“',
  text: 'Code:\n\n12345678\n',
  html: '<p>12345678</p>',
  messageId: '0198-abc',
};

const relayDenied: SmtpReplyOrder = { at: 'recipient', code: 554, words: '5.7.1 Relay access denied' };

let folder: string;
let authority: CertificateAuthority;
let events: { level: string; event: string; facts: unknown }[] = [];
let now = 1_000_000;
let secrets: Record<string, string> = {};
const running: SmtpServer[] = [];
const mailers: SmtpMailer[] = [];

beforeEach(() => {
  secrets = { 'env:MAIL': 'Mail-Passw0rd' };
});
beforeAll(async () => {
  folder = await createScratchFolder('smtp-ca');
  authority = await createCertificateAuthority(join(folder, 'ca'));
});
afterEach(async () => {
  for (const mailer of mailers.splice(0)) mailer.close();
  await Promise.all(running.splice(0).map((server) => server.stop()));
  events = [];
});
afterAll(() => removeScratchFolder(folder));

async function start(options: SmtpOptions & { mode?: SmtpMode | SmtpReplyOrder } = {}): Promise<SmtpServer> {
  const { mode, ...others } = options;
  const server = await startSmtp({ certificateAuthority: authority, security: 'starttls', ...others });
  running.push(server);
  if (mode !== undefined) await server.setMode(mode);
  return server;
}

function mailServer(server: { host: string; port: number; caFile?: string }, extra: Partial<MailServer> = {}): MailServer {
  return { host: server.host, port: server.port, security: 'starttls', caFile: authority.caFile, timeoutSeconds: 5, ...extra };
}

function mailerFor(...servers: MailServer[]): SmtpMailer {
  const record = (level: string) => (event: string, facts?: Record<string, unknown>) => void events.push({ level, event, facts });
  const mailer = createSmtpMailer(
    { kind: 'smtp', from: 'Keyturn Über <keyturn@example.test>', servers },
    {
      resolveSecret: (reference) => secrets[reference] ?? Promise.reject(new Error('not set')),
      log: { info: record('info'), warn: record('warn'), error: record('error') },
      clock: { now: () => now },
      publicUrl: 'https://portal.example.test',
    },
  );
  mailers.push(mailer);
  return mailer;
}

const refused = expect.objectContaining({ code: 'mail.refused' });
const deferred = expect.objectContaining({ code: 'mail.deferred' });
const unavailable = expect.objectContaining({ code: 'mail.unavailable' });
const problems = (): unknown[] =>
  events.filter(({ event }) => event === 'mail.server-failed').map(({ facts }) => (facts as { problem: string }).problem);

describe('delivery', () => {
  it('hands a message over with the headers that belong to a machine written mail', async () => {
    const server = await start();
    await mailerFor(mailServer(server)).send(message);
    const [received] = await server.messages();
    expect(received).toMatchObject({ from: 'keyturn@example.test', to: ['alice@example.test'], secure: true });
    const mail = await simpleParser(received?.raw ?? '');
    expect(mail.subject).toBe(message.subject);
    expect(mail.text).toBe(message.text);
    expect(mail.from?.value).toEqual([{ name: 'Keyturn Über', address: 'keyturn@example.test' }]);
    expect(mail.messageId).toBe('<0198-abc@example.test>');
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.date).toBeInstanceOf(Date);
    expect(mail.headers.has('x-mailer')).toBe(false);
  });

  it.each(['starttls', 'tls', 'none'] as const)('authenticates over %s', async (security) => {
    const server = await start({ security, login: { user: 'keyturn', password: 'Mail-Passw0rd' } });
    await mailerFor(mailServer(server, { security, user: 'keyturn', password: 'env:MAIL' })).send(message);
    expect(await server.messages()).toMatchObject([{ user: 'keyturn', secure: security !== 'none' }]);
  });

  it('greets with a name that a server can look up, not with an address', async () => {
    const server = await start();
    await mailerFor(mailServer(server)).send(message);
    expect((await server.messages())[0]).toMatchObject({ greetedAs: 'portal.example.test' });
  });

  it('hands an address outside of ASCII only to a server that offers to take it', async () => {
    const [without, offering] = await Promise.all([start({ hideSmtpUtf8: true }), start()]);
    await mailerFor(mailServer(without), mailServer(offering)).send({ ...message, to: 'jörg@müller.example' });
    expect(problems()).toEqual(['smtputf8-missing']);
    expect(await without.messages()).toHaveLength(0);
    expect((await offering.messages())[0]?.to).toEqual(['jörg@müller.example']);
    await expect(mailerFor(mailServer(without)).send({ ...message, to: 'jörg@example.test' })).rejects.toEqual(refused);
  });

  it('keeps the connection for the next message and opens more for messages at once', async () => {
    const server = await start();
    const mailer = mailerFor(mailServer(server));
    await mailer.send(message);
    await mailer.send({ ...message, messageId: '2' });
    const [first, second] = await server.messages();
    expect(second?.session).toBe(first?.session);
    await Promise.all(Array.from({ length: 8 }, (_, index) => mailer.send({ ...message, messageId: `many-${index}` })));
    expect(await server.messages()).toHaveLength(10);
  });

  it('goes on after the server was restarted', async () => {
    const server = await start();
    const mailer = mailerFor(mailServer(server));
    await mailer.send(message);
    await server.restart();
    await mailer.send({ ...message, messageId: 'after' });
    expect(await server.messages()).toHaveLength(1);
  });

  it('logs neither text nor whole addresses', async () => {
    const server = await start({ mode: { at: 'recipient', code: 550, words: '5.1.1 <alice@example.test> unknown' } });
    await expect(mailerFor(mailServer(server)).send(message)).rejects.toEqual(refused);
    await server.setMode({ at: 'content', code: 554, words: 'looks like spam: 12345678' });
    const error = await mailerFor(mailServer(server))
      .send(message)
      .catch((thrown: unknown) => thrown as Error);
    const written = JSON.stringify(events) + String(error) + String((error as Error).cause);
    expect(written).toContain('a***@example.test');
    expect(written).not.toMatch(/alice@|12345678|Ihr Code/);
  });
});

describe('refusal and failure', () => {
  it.each([
    ['an unknown recipient', 'refuse'],
    ['the content', { at: 'content', code: 554, words: 'no' }],
    ['a message for its size after MAIL FROM', { at: 'sender', code: 552, words: '5.3.4 message too big' }],
    ['a message for its size without an enhanced code', { at: 'sender', code: 552, words: 'too big' }],
    ['a message for its size after the content', { at: 'content', code: 552, words: '5.3.4 message too big' }],
    ['a temporary reply with a final enhanced code', { at: 'recipient', code: 450, words: '5.1.1 no such mailbox' }],
  ] as const)('is permanent when the server refuses %s, and no other server is asked', async (_name, mode) => {
    const [first, second] = await Promise.all([start({ mode }), start()]);
    await expect(mailerFor(mailServer(first), mailServer(second)).send(message)).rejects.toEqual(refused);
    expect(await second.messages()).toHaveLength(0);
  });

  it.each([
    ['a temporary refusal of the recipient', 'refuse-temporarily', 'recipient-deferred'],
    ['a temporary refusal of the content', { at: 'content', code: 452, words: 'full' }, 'temporary-failure'],
    ['a refused sender', { at: 'sender', code: 550, words: 'not you' }, 'sender-refused'],
    ['a refused session', { at: 'greeting', code: 554, words: 'no' }, 'session-refused'],
    ['a busy server', { at: 'greeting', code: 421, words: 'busy' }, 'temporary-failure'],
    ['a demand for authentication', { at: 'recipient', code: 530, words: '5.7.0 sign in' }, 'session-refused'],
    ['a refusal to relay', relayDenied, 'recipient-refused'],
    ['a final reply with a temporary enhanced code', { at: 'recipient', code: 550, words: '4.7.1 greylisted' }, 'recipient-deferred'],
    ['a trouble of its own, told at the recipient', { at: 'recipient', code: 451, words: '4.3.0 no disk' }, 'temporary-failure'],
    ['a connection that it closes at the recipient', { at: 'recipient', code: 421, words: 'closing' }, 'session-refused'],
    ['a full mailbox', { at: 'recipient', code: 552, words: '5.2.2 mailbox full' }, 'recipient-deferred'],
    ['552 to a recipient without a reason', { at: 'recipient', code: 552, words: 'no' }, 'recipient-deferred'],
    ['a lost answer', 'drop-after-data', 'connection-lost'],
  ] as const)('moves on to the next server after %s', async (_name, mode, problem) => {
    const [first, second] = await Promise.all([start({ mode }), start()]);
    await mailerFor(mailServer(first), mailServer(second)).send(message);
    expect(await second.messages()).toHaveLength(1);
    expect(problems()).toEqual([problem]);
  });

  it('can be tried again when no server took the message', async () => {
    const server = await start({ mode: 'refuse-temporarily' });
    const mailer = mailerFor(mailServer(server));
    await expect(mailer.send(message)).rejects.toEqual(deferred);
    await server.setMode('accept');
    await mailer.send(message);
    expect(await server.messages()).toHaveLength(1);
  });

  it('is no fault of the server when one recipient is deferred: it is asked first for the next one', async () => {
    const [first, second] = await Promise.all([start({ mode: { at: 'recipient', code: 451, words: 'callout' } }), start()]);
    const mailer = mailerFor(mailServer(first), mailServer(second));
    await mailer.send(message);
    await first.setMode('accept');
    await mailer.send(message);
    expect([(await first.messages()).length, (await second.messages()).length]).toEqual([1, 1]);
    await Promise.all([first, second].map((each) => each.setMode({ at: 'recipient', code: 450, words: '4.2.1 not now' })));
    await expect(mailerFor(mailServer(first), mailServer(second)).send(message)).rejects.toEqual(deferred);
    // One that is in trouble itself makes it a trouble of servers.
    await second.setMode({ at: 'greeting', code: 421, words: 'busy' });
    await expect(mailerFor(mailServer(first), mailServer(second)).send(message)).rejects.toEqual(unavailable);
  });

  it('is permanent when every server refuses by its policy', async () => {
    const [first, second] = await Promise.all([start({ mode: relayDenied }), start({ mode: relayDenied })]);
    await expect(mailerFor(mailServer(first), mailServer(second)).send(message)).rejects.toEqual(refused);
  });

  it('is the server and not the message when the password is wrong, and a mended one is read again', async () => {
    const server = await start({ login: { user: 'keyturn', password: 'Another-Passw0rd' } });
    const mailer = mailerFor(mailServer(server, { user: 'keyturn', password: 'env:MAIL' }));
    await expect(mailer.send(message)).rejects.toEqual(unavailable);
    secrets['env:MAIL'] = 'Another-Passw0rd';
    await mailer.send(message);
    expect(problems()).toEqual(['authentication-failed']);
    expect(await server.messages()).toHaveLength(1);
  });

  it('says when the password cannot be read', async () => {
    const server = await start({ login: { user: 'keyturn', password: 'Mail-Passw0rd' } });
    await expect(mailerFor(mailServer(server, { user: 'keyturn', password: 'env:NOT_SET' })).send(message)).rejects.toEqual(unavailable);
    expect(problems()).toEqual(['secret-missing']);
  });

  it('does not go on without authentication when the server does not offer it', async () => {
    const server = await start();
    await expect(mailerFor(mailServer(server, { user: 'keyturn', password: 'env:MAIL' })).send(message)).rejects.toEqual(unavailable);
    expect(problems()).toEqual(['authentication-failed']);
    expect(await server.messages()).toHaveLength(0);
  });

  it('never sends a password unencrypted to another machine', async () => {
    const server = mailServer({ host: '192.0.2.1', port: 25 }, { security: 'none', user: 'keyturn', password: 'env:MAIL' });
    await expect(mailerFor(server).send(message)).rejects.toEqual(unavailable);
    expect(problems()).toEqual(['plain-password-refused']);
  });

  it.each([
    ['withholds its greeting', 'hang-at-greeting'],
    ['never confirms the message', 'hang-after-data'],
  ] as const)('ends within the time-out when a server %s', async (_name, mode) => {
    const [first, second] = await Promise.all([start({ mode }), start()]);
    const servers = [mailServer(first, { timeoutSeconds: 1 }), mailServer(second)];
    const began = performance.now();
    await mailerFor(...servers).send(message);
    expect(performance.now() - began).toBeLessThan(longestSend(servers));
    expect(problems()).toEqual(['timed-out']);
    expect(await second.messages()).toHaveLength(1);
  });

  it('asks a server that failed last, until it has rested', async () => {
    const busy = { at: 'content', code: 452, words: 'full' } as const;
    const [first, second] = await Promise.all([start({ mode: busy }), start()]);
    const mailer = mailerFor(mailServer(first), mailServer(second));
    await mailer.send(message);
    await first.setMode('accept');
    await mailer.send(message);
    expect([(await first.messages()).length, (await second.messages()).length]).toEqual([0, 2]);
    now += 31_000;
    await mailer.send(message);
    expect([(await first.messages()).length, (await second.messages()).length]).toEqual([1, 2]);
  });

  it('moves on when nothing listens', async () => {
    const [gone, second] = await Promise.all([start(), start()]);
    await gone.halt();
    await mailerFor(mailServer(gone), mailServer(second)).send(message);
    expect(problems()).toEqual(['unreachable']);
  });
});

describe('TLS', () => {
  it.each(['starttls', 'tls'] as const)('refuses a certificate of an unknown authority over %s', async (security) => {
    const server = await start({ security });
    const stranger = await createCertificateAuthority(join(folder, `stranger-${security}`));
    await expect(mailerFor(mailServer(server, { security, caFile: stranger.caFile })).send(message)).rejects.toEqual(unavailable);
    expect(problems()).toEqual(['tls-unknown-ca']);
    expect(await server.messages()).toHaveLength(0);
  });

  it.each(['starttls', 'tls'] as const)('refuses a certificate for another name over %s', async (security) => {
    const server = await start({ security, certificateNames: ['DNS:other.example.test'] });
    await expect(mailerFor(mailServer(server, { security })).send(message)).rejects.toEqual(unavailable);
    expect(problems()).toEqual(['tls-wrong-name']);
  });

  it('refuses an expired certificate', async () => {
    const server = await start({ expiredCertificate: true });
    await expect(mailerFor(mailServer(server)).send(message)).rejects.toEqual(unavailable);
    expect(problems()).toEqual(['tls-expired']);
  });

  it('does not go on unencrypted when STARTTLS is not offered', async () => {
    const server = await start({ security: 'none' });
    await expect(mailerFor(mailServer(server)).send(message)).rejects.toEqual(unavailable);
    expect(problems()).toEqual(['starttls-missing']);
    expect(await server.messages()).toHaveLength(0);
  });

  it('says when what answers does not speak TLS', async () => {
    const server = await start({ security: 'none' });
    await expect(mailerFor(mailServer(server, { security: 'tls' })).send(message)).rejects.toEqual(unavailable);
    expect(problems()).toEqual(['tls-not-spoken']);
  });

  it('says when the authority file cannot be read', async () => {
    const server = await start();
    await expect(mailerFor(mailServer(server, { caFile: join(folder, 'missing.pem') })).send(message)).rejects.toEqual(unavailable);
    expect(problems()).toEqual(['ca-file-unreadable']);
  });
});

describe('health', () => {
  it('tries every server without sending', async () => {
    const login = { user: 'keyturn', password: 'Mail-Passw0rd' };
    const [good, locked, silent, gone] = await Promise.all([
      start({ login }),
      start({ login: { user: 'keyturn', password: 'another' } }),
      start({ mode: 'hang-at-greeting' }),
      start(),
    ]);
    await gone.halt();
    const access = { user: 'keyturn', password: 'env:MAIL' };
    const mailer = mailerFor(
      mailServer(good, access),
      mailServer(locked, access),
      mailServer(silent, { timeoutSeconds: 1 }),
      mailServer(gone),
    );
    expect(await mailer.health()).toEqual([
      { server: `127.0.0.1:${good.port}`, ok: true },
      { server: `127.0.0.1:${locked.port}`, ok: false, problem: 'authentication-failed', fix: SMTP_FIXES['authentication-failed'] },
      { server: `127.0.0.1:${silent.port}`, ok: false, problem: 'timed-out', fix: SMTP_FIXES['timed-out'] },
      { server: `127.0.0.1:${gone.port}`, ok: false, problem: 'unreachable', fix: SMTP_FIXES.unreachable },
    ]);
    expect(await good.messages()).toHaveLength(0);
  });
});
