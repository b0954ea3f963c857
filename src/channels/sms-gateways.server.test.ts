import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { answers, type SmsGatewayServer, type SmsReply, startSmsGateway } from '../../test/servers/sms-gateway.ts';
import { configurationSchema } from '../core/configuration/document.ts';
import type { SmsSender } from '../core/ports/platform.ts';
import { createSmsGateways } from './sms-gateways.ts';

const running: SmsGatewayServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function gateway(reply: SmsReply): Promise<SmsGatewayServer> {
  const server = await startSmsGateway(reply);
  running.push(server);
  return server;
}

const SUCCESS = { pointer: '/status', equals: ['queued'] };
const TAKEN = answers(200, { status: 'queued' });
const HANGS: SmsReply = () => undefined;
const DIES: SmsReply = (response) => response.socket?.destroy();
const message = { to: '+4915112345678', text: 'x: 12345678 "is" {{key}} & your\ncode', messageId: 'row-1' };

/** A sender over gateways with a wide time limit, with what it logs and a clock that is moved by hand. */
function sender(gateways: readonly Record<string, unknown>[], countries = ['DE']) {
  const settings = configurationSchema.shape.sms.parse({
    kind: 'http',
    countries,
    gateways: gateways.map((one, index) => ({
      name: `g${index + 1}`,
      json: { to: ['{{number}}'], message: { body: '{{text}}', flash: false }, ref: '{{id}}', auth: '{{key}}' },
      key: 'env:SMS_KEY',
      success: SUCCESS,
      timeoutSeconds: 20,
      ...one,
    })),
  });
  if (settings?.kind !== 'http') throw new Error('not the kind that was written');
  const log: unknown[] = [];
  const write = (event: string, facts?: Record<string, unknown>) => void log.push({ event, ...facts });
  let now = Date.UTC(2026, 0, 1);
  const sms: SmsSender = createSmsGateways(settings, {
    log: { info: write, warn: write, error: write },
    clock: { now: () => now },
    resolveSecret: (reference) => {
      if (reference === 'env:ABSENT') throw new Error('absent');
      return `secret of ${reference}`;
    },
  });
  return { sms, log, wait: (milliseconds: number) => (now += milliseconds) };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'taken',
    (error: { code?: string }) => error.code,
  );

describe('a text', () => {
  it('is handed over as configured, once', async () => {
    const server = await gateway(TAKEN);
    const { sms, log } = sender([
      {
        url: server.url,
        method: 'PUT',
        user: 'keyturn',
        password: 'env:PASS',
        headers: [
          { name: 'X-Api-Key', value: 'Key ', secret: 'env:API' },
          { name: 'Idempotency-Key', value: '{{id}}' },
        ],
      },
    ]);
    await sms.send(message);
    expect(server.calls).toHaveLength(1);
    const [call] = server.calls;
    expect(call?.method).toBe('PUT');
    expect(call?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-api-key': 'Key secret of env:API',
      'idempotency-key': 'row-1',
      authorization: `Basic ${Buffer.from('keyturn:secret of env:PASS').toString('base64')}`,
    });
    expect(JSON.parse(call?.body ?? '')).toEqual({
      to: ['+4915112345678'],
      message: { body: message.text, flash: false },
      ref: 'row-1',
      auth: 'secret of env:SMS_KEY',
    });
    expect(JSON.stringify(log)).not.toMatch(/12345678|secret/);
  });

  it('goes to no country that is not allowed, also of those that share a prefix', async () => {
    const server = await gateway(TAKEN);
    const { sms } = sender([{ url: server.url }], ['DE', 'US']);
    for (const to of ['+4915112345678', '+12015550123']) await sms.send({ ...message, to });
    // Jamaica and the Dominican Republic have the prefix of the United States; the last ones are no numbers.
    for (const to of ['+18765551234', '+18095551234', '+447911123456', '+1', 'nobody', '+99912345678'])
      expect(await codeOf(sms.send({ ...message, to }))).toBe('sms.refused');
    expect(server.calls).toHaveLength(2);
  });
});

describe('a gateway that has not taken it', () => {
  it.each<[string, SmsReply]>([
    ['answers 200 with an error in the body', answers(200, { status: 'failed', error: 'no credit' })],
    ['answers 200 with another JSON', answers(200, [])],
    ['answers 401', answers(401, 'no')],
    ['answers 429', answers(429, '')],
    ['answers 500', answers(500, 'oops')],
    ['answers 400', answers(400, { error: 'bad number' })],
    ['redirects', answers(307, '', { location: 'http://127.0.0.1:1/elsewhere' })],
  ])('which %s, is followed by the next one', async (_name, reply) => {
    const [first, second] = [await gateway(reply), await gateway(TAKEN)];
    await sender([{ url: first.url }, { url: second.url }]).sms.send(message);
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
  });

  it('because it cannot be reached or its secret is missing, is followed by the next one', async () => {
    const gone = await gateway(TAKEN);
    await gone.stop();
    const [server, last] = [await gateway(TAKEN), await gateway(TAKEN)];
    const { sms } = sender([{ url: gone.url }, { url: server.url, key: 'env:ABSENT' }, { url: last.url }]);
    await sms.send(message);
    expect([server.calls.length, last.calls.length]).toEqual([0, 1]);
    expect(await sms.health()).toEqual([
      { server: 'g1', ok: false, problem: 'unreachable' },
      { server: 'g2', ok: false, problem: 'secret-missing' },
      { server: 'g3', ok: true },
    ]);
  });

  it('is asked last for half a minute', async () => {
    const [first, second] = [await gateway(answers(500, '')), await gateway(TAKEN)];
    const { sms, wait } = sender([{ url: first.url }, { url: second.url }]);
    await sms.send(message);
    await sms.send(message);
    expect(first.calls).toHaveLength(1);
    first.reply = TAKEN;
    wait(30_000);
    await sms.send(message);
    expect([first.calls.length, second.calls.length]).toEqual([2, 2]);
  });

  it('is tried again later, unless all refuse the text itself', async () => {
    const server = await gateway(answers(500, ''));
    const other = await gateway(answers(422, { error: 'unknown number' }));
    expect(await codeOf(sender([{ url: server.url }, { url: other.url }]).sms.send(message))).toBe('sms.unavailable');
    expect(await codeOf(sender([{ url: other.url }]).sms.send(message))).toBe('sms.refused');
    server.reply = answers(200, { status: 'failed', code: 21 });
    const refused = { pointer: '/code', equals: [21] };
    expect(await codeOf(sender([{ url: server.url, refused }]).sms.send(message))).toBe('sms.refused');
    expect(await codeOf(sender([{ url: server.url }]).sms.send(message))).toBe('sms.unavailable');
  });
});

describe('a gateway that may have taken it', () => {
  const cases: [string, SmsReply][] = [
    ['hangs', HANGS],
    ['dies before it answers', DIES],
    [
      'dies in the middle of its answer',
      (response) => response.writeHead(200, { 'content-length': '99' }).write('{"sta', () => response.socket?.destroy()),
    ],
    ['hangs in the middle of its answer', (response) => response.writeHead(200, { 'content-length': '99' }).write('{"sta')],
    ['answers with 10 MB', (response) => response.writeHead(200).end(Buffer.alloc(10 * 1024 * 1024, 'a'))],
    ['answers 200 with a page', answers(200, '<html>Welcome</html>')],
    ['answers in a compressed form', answers(200, randomBytes(20).toString('latin1'), { 'content-encoding': 'gzip' })],
    ['is a proxy that got no answer', answers(504, '')],
  ];
  it.each(cases)('which %s, is followed by one other at most, and by no later try', async (name, reply) => {
    const servers = await Promise.all([gateway(reply), gateway(reply), gateway(TAKEN)]);
    const timeoutSeconds = name.startsWith('hangs') ? 3 : 20;
    const { sms } = sender(servers.map(({ url }) => ({ url, timeoutSeconds })));
    expect(await codeOf(sms.send(message))).toBe('sms.outcome-unknown');
    expect(servers.map(({ calls }) => calls.length)).toEqual([1, 1, 0]);
  });

  it('counts as such also when the others fail for certain', async () => {
    const servers = await Promise.all([gateway(DIES), gateway(answers(500, ''))]);
    expect(await codeOf(sender(servers.map(({ url }) => ({ url }))).sms.send(message))).toBe('sms.outcome-unknown');
  });
});
