import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SmtpServer, startSmtp } from './smtp.ts';

describe('mail server', () => {
  let server: SmtpServer;
  const login = { user: 'keyturn', password: 'Mail-Passw0rd-1' };
  beforeAll(async () => {
    server = await startSmtp({ security: 'starttls', login });
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    await server.setMode('accept');
    await server.clear();
  });

  function send(password = login.password): Promise<string> {
    const transport = createTransport({
      host: server.host,
      port: server.port,
      requireTLS: true,
      tls: { ca: server.caPem },
      auth: { user: login.user, pass: password },
      greetingTimeout: 300,
      socketTimeout: 300,
    });
    const message = { from: 'desk@example.test', to: 'alice@example.test', subject: 'Grüße', text: 'Schön' };
    return transport.sendMail(message).then(
      () => 'accepted',
      (error: { code?: string; responseCode?: number }) => String(error.responseCode ?? error.code),
    );
  }

  it('hands out what it received', async () => {
    const arriving = server.waitForMessage('alice@example.test');
    expect(await send()).toBe('accepted');
    expect(await arriving).toMatchObject({
      number: 1,
      from: 'desk@example.test',
      to: ['alice@example.test'],
      subject: 'Grüße',
      text: 'Schön\n',
      secure: true,
      user: login.user,
    });
    expect(await send('wrong')).toBe('535');
  });

  it.each([
    { mode: 'refuse', answer: '550', kept: 0 },
    { mode: 'refuse-temporarily', answer: '451', kept: 0 },
    { mode: 'hang-at-greeting', answer: 'ETIMEDOUT', kept: 0 },
    { mode: 'hang-after-data', answer: 'ETIMEDOUT', kept: 0 },
    { mode: 'slow', answer: 'accepted', kept: 1 },
    { mode: 'drop-after-data', answer: 'ECONNECTION', kept: 1 },
  ] as const)('misbehaves when told: $mode', async ({ mode, answer, kept }) => {
    await server.setMode(mode, 100);
    expect(await send()).toBe(answer);
    expect(await server.messages()).toHaveLength(kept);
  });
});
