import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OwnFactors } from '../../shared/api/own-factors.ts';
import type { TestedMail, TestedText } from '../../shared/api/test-message.ts';
import { makeEmergencyLink } from '../../src/core/access/emergency.ts';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newLogin } from '../conformance/samples.ts';
import { answers, type SmsGatewayServer, startSmsGateway } from '../servers/sms-gateway.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { createSoftPasskey, type SoftPasskey } from '../servers/soft-passkey.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { exchange, inSession, type SessionClient, signIn } from './sign-in-client.ts';
import { createMovableClock, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const ORIGIN = 'http://localhost';
const HOUR = 3_600_000;
const EDITOR = newLogin('editor');
const MAILBOX = `${EDITOR}@example.test`;
const OWN = '+4915123450001';
const TYPED = '+4915123450002';
const MACHINE = 'secret-of-the-machine';
const GIVEN = 'secret-that-was-typed';
const WORDS = { notice: 'password-was-reset', language: 'en', subject: 'Your password', body: 'Good day,\n\n{{what}}\n\n{{link}}' };

let smtp: SmtpServer;
let gateways: SmsGatewayServer[];
let keyturn: Keyturn;
let passkey: SoftPasskey;
let held: Pick<SessionClient, 'call' | 'token'>;
/** Ids of the editor's own proofs. */
let own: { mail: string; number: string };

beforeAll(async () => {
  process.env.KEYTURN_TEST_SMS = MACHINE;
  smtp = await startSmtp();
  gateways = await Promise.all([0, 1, 2].map(() => startSmsGateway(answers(200, { status: 'queued' }))));
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    clock: createMovableClock(),
    configuration: {
      guard: GENEROUS_LIMITS,
      organisation: { name: 'Test', publicUrl: ORIGIN },
      signIn: { enabled: true, rules: [{ name: 'everybody', accepted: [['passkey'], ['password', 'totp']] }] },
      mail: {
        ...{ kind: 'smtp', from: 'Keyturn <keyturn@example.test>' },
        servers: [{ host: smtp.host, port: smtp.port, security: 'none', timeoutSeconds: 2 }],
      },
      sms: {
        ...{ kind: 'http', countries: ['DE'] },
        gateways: gateways.map(({ url }, index) => ({
          ...{ name: ['first', 'second', 'third'][index] ?? '', url, json: { to: '{{number}}', text: '{{text}}' } },
          success: { pointer: '/status', equals: ['queued'] },
          ...(index === 2 ? {} : { headers: [{ name: 'x-key', secret: 'env:KEYTURN_TEST_SMS' }] }),
        })),
      },
      roles: [{ name: 'editors', may: ['manage-configuration'], heldBy: { accounts: [EDITOR] } }],
    },
  });
  await addPerson(keyturn, EDITOR);
  const { account, totp } = await keyturn.enrol(EDITOR, MAILBOX);
  await addFactor(keyturn.deps, keyturn.deps.store, { account, kind: 'sms', label: OWN, secret: OWN, source: 'test' });
  const byPassword = await signIn(keyturn, EDITOR, { account, address: MAILBOX, totp });
  passkey = createSoftPasskey(ORIGIN);
  const { body } = await byPassword.call('POST', '/me/factors/passkey-options', {});
  const credential = passkey.make(body.publicKey as never);
  await byPassword.call('POST', '/me/factors/passkeys', { ceremony: body.ceremony, credential, name: 'x' });
  expect((await byPassword.call('POST', '/admin/test-mail', { ...WORDS, to: 'x' })).body.code).toBe('session.step-up-needed');
  keyturn.clock.move(25 * HOUR);
  await until(async () => (await keyturn.deps.store.outbox.pending(9, ['discard'])).length === 0, 'all notices to leave');
});
afterAll(async () => {
  delete process.env.KEYTURN_TEST_SMS;
  await keyturn?.close();
  await smtp?.stop();
  await Promise.all((gateways ?? []).map((gateway) => gateway.stop()));
});

// Every test has limits of its own, and a passkey that was given lately.
beforeEach(async () => {
  keyturn.clock.move(25 * HOUR);
  await smtp.setMode('accept');
  held = await byPasskey();
  const { factors } = (await held.call('GET', '/me/factors')).body as unknown as OwnFactors;
  const idOf = (kind: string) => factors.find((factor) => factor.kind === kind)?.id ?? '';
  own = { mail: idOf('email'), number: idOf('sms') };
});

async function byPasskey(): Promise<Pick<SessionClient, 'call' | 'token'>> {
  const client = await startJourney(keyturn.url, EDITOR, 'sign-in');
  await client.answer({ option: 'passkey' });
  await client.answer({ credential: passkey.use(client.at('passkey').publicKey) });
  const { token = '' } = (await exchange(keyturn.url, client)).body;
  return { token, call: (method, path, sent) => inSession(keyturn.url, token, method, path, sent) };
}
const mail = async (changes: object = {}) =>
  (await held.call('POST', '/admin/test-mail', { ...WORDS, to: own.mail, ...changes })).body as unknown as TestedMail & { code?: string };
const text = async (gateway: string, to: object) =>
  (await held.call('POST', '/admin/test-text', { gateway, to })).body as unknown as TestedText & { code?: string };
const textsAt = (index: number) => (gateways[index]?.calls ?? []).map(({ body }) => JSON.parse(body) as { to: string; text: string });
const events = async () =>
  (await keyturn.deps.store.audit.read(0, 10_000))
    .filter(({ type }) => type.startsWith('message.'))
    .map(({ type, data }) => ({ type, ...(JSON.parse(data) as Record<string, unknown>) }));

describe('a test of a mail', () => {
  it('brings words that are not saved, with sample values, to the mailbox of who asks', async () => {
    const before = (await smtp.messages()).length;
    expect(await mail()).toEqual({ problems: [], sent: true, trouble: null });
    const messages = await smtp.messages();
    expect(messages.length).toBe(before + 1);
    expect(messages.at(-1)).toMatchObject({ to: [MAILBOX], subject: 'Test: Your password' });
    expect(messages.at(-1)?.text).toMatch(/^Good day,\n\nThe password of alice was reset/);
    expect(messages.at(-1)?.text).toContain(`${ORIGIN}/sample`);
    // It is written down by whom, over what and about which mail; not where to.
    const told = (await events()).at(-1);
    expect(told).toMatchObject({ type: 'message.tested', channel: 'email', of: 'password-was-reset', actor: { login: EDITOR } });
    expect(JSON.stringify(told)).not.toContain(MAILBOX);
  });

  it('goes to nobody else', async () => {
    const other = newLogin('other');
    await addPerson(keyturn, other);
    const { account: foreign } = await keyturn.enrol(other);
    const [theirs] = await keyturn.deps.store.factors.ofAccount(foreign);
    const before = (await smtp.messages()).length;
    for (const to of [theirs?.id ?? '', own.number, `${other}@example.test`, MAILBOX])
      expect(await mail({ to }), to).toMatchObject({ code: 'message.address-not-own' });
    // One that waits for its cool-down may be of who has stolen the session.
    const [editor] = await keyturn.deps.directories.get('people').findAccounts(EDITOR);
    const waiting = { kind: 'email' as const, label: 'new@example.test', secret: 'new@example.test', source: 'self' };
    const countsFrom = keyturn.clock.now() + HOUR;
    const account = { directory: 'people', id: editor?.id ?? '' };
    const { id } = await addFactor(keyturn.deps, keyturn.deps.store, { account, ...waiting, countsFrom });
    expect(await mail({ to: id })).toMatchObject({ code: 'message.address-not-own' });
    expect((await smtp.messages()).length).toBe(before);
  });

  it('says what is wrong with the words, and sends nothing then', async () => {
    const before = (await smtp.messages()).length;
    const { problems, ...rest } = await mail({ body: '{{wat}}\n\n{{link}}' });
    expect(rest).toEqual({ sent: false, trouble: null });
    expect(problems.map(({ message }) => message)).toContainEqual(expect.stringMatching(/there is no \{\{wat\}\}/));
    expect((await smtp.messages()).length).toBe(before);
  });

  it.each([
    [
      { at: 'recipient', code: 550, words: '5.1.1 nobody' },
      'mail.refused',
      /: it refuses the recipient \(reply 550\)$/,
      /address of the recipient/,
    ],
    [{ at: 'sender', code: 550, words: '5.1.8 not you' }, 'mail.unavailable', /: it refuses the sender \(reply 550\)$/, /mail\.from/],
    [
      { at: 'content', code: 552, words: '5.3.4 too big' },
      'mail.refused',
      /: the message is too large for it \(reply 552\)$/,
      /size limit/,
    ],
    ['hang-after-data', 'mail.unavailable', /: it did not answer in time$/, /firewall/],
  ] as const)('tells in words what the server answered: %j', async (mode, code, problem, fix) => {
    await smtp.setMode(mode);
    const told = await mail();
    expect(told).toMatchObject({
      sent: false,
      trouble: { code, problem: expect.stringMatching(problem), fix: expect.stringMatching(fix) },
    });
    expect(told.trouble?.problem).toContain(`${smtp.host}:${smtp.port}`);
    expect((await events()).at(-1)).toMatchObject({ type: 'message.test-failed', problem: code });
    // It is asked again at once: one that failed is only asked last, and there is no other.
    await smtp.setMode('accept');
    expect(await mail()).toMatchObject({ sent: true });
  });

  it('is possible twenty times an hour', async () => {
    for (let sent = 0; sent < 20; sent += 1) expect(await mail()).toMatchObject({ sent: true });
    expect(await mail()).toMatchObject({ code: 'guard.slow-down' });
    keyturn.clock.move(HOUR + 60_000);
    held = await byPasskey();
    expect(await mail()).toMatchObject({ sent: true });
  });
});

describe('a test of a gateway for texts', () => {
  it('leaves by the one that was named, to a number of one’s own or one that was typed', async () => {
    const before = [textsAt(0).length, textsAt(1).length];
    expect(await text('second', { proof: own.number })).toEqual({ sent: true, trouble: null });
    expect(await text('first', { number: '0151 23450002' })).toEqual({ sent: true, trouble: null });
    expect([textsAt(0).length, textsAt(1).length]).toEqual(before.map((count) => count + 1));
    expect(textsAt(1).at(-1)).toEqual({ to: OWN, text: 'Test of the gateway second: text messages from Keyturn arrive here.' });
    expect(textsAt(0).at(-1)?.to).toBe(TYPED);
    expect((await events()).at(-1)).toMatchObject({ type: 'message.tested', channel: 'sms', of: 'first', to: '+49 ••• 02' });
  });

  it('tells of each gateway by itself what it answered', async () => {
    const [first] = gateways;
    if (first === undefined) throw new Error('no gateway');
    const accepting = first.reply;
    try {
      for (const [reply, code, problem] of [
        [answers(401, {}), 'sms.unavailable', /^first: it does not let us call it so \(status 401\)$/],
        [answers(400, {}), 'sms.refused', /^first: it refuses this text \(status 400\)$/],
        [answers(200, { status: 'no credit' }), 'sms.unavailable', /not what success of the gateway asks for \(status 200\)$/],
        [answers(504, {}), 'sms.outcome-unknown', /^first: it failed \(status 504\)$/],
      ] as const) {
        first.reply = reply;
        const before = textsAt(1).length;
        const told = await text('first', { proof: own.number });
        expect(told).toMatchObject({
          sent: false,
          trouble: { code, problem: expect.stringMatching(problem), fix: expect.stringMatching(/.{20}/) },
        });
        expect(await text('second', { proof: own.number })).toMatchObject({ sent: true });
        expect(textsAt(1).length).toBe(before + 1);
      }
    } finally {
      first.reply = accepting;
    }
  });

  it('is refused for a gateway that is not in force, and for a number that no text goes to', async () => {
    const before = textsAt(0).length + textsAt(1).length;
    expect(await text('fourth', { number: TYPED })).toMatchObject({ code: 'sms.gateway-unknown' });
    for (const number of ['+1 202 555 0123', '+49 900 1234567', 'me'])
      expect(await text('first', { number })).toMatchObject({ code: 'enrolment.number-invalid' });
    expect(await text('first', { proof: own.mail })).toMatchObject({ code: 'message.address-not-own' });
    expect(textsAt(0).length + textsAt(1).length).toBe(before);
  });

  it('is possible ten times an hour, whatever the numbers', async () => {
    for (let sent = 0; sent < 10; sent += 1)
      expect(await text('first', { number: `+49151234510${10 + sent}` })).toMatchObject({ sent: true });
    expect(await text('second', { proof: own.number })).toMatchObject({ code: 'guard.slow-down' });
  });

  it('is open to an administrator of an emergency, who types a number', async () => {
    const { address } = await makeEmergencyLink(keyturn.deps, { author: 'root', reason: 'test', lifetime: 60_000 });
    const entered = await request(keyturn.url, 'POST', '/emergency', { secret: address.split('#')[1] });
    const { token } = entered.body as unknown as { token: string };
    const call = (path: string, body: unknown) => inSession(keyturn.url, token, 'POST', path, body);
    expect((await call('/admin/test-text', { gateway: 'first', to: { number: TYPED } })).body.code).toBe('emergency.passkey-needed');
    const options = (await call('/emergency/passkey-options', {})).body;
    const credential = createSoftPasskey(ORIGIN).make(options.publicKey as never);
    expect((await call('/emergency/passkeys', { credential })).status).toBe(204);
    expect((await call('/admin/test-text', { gateway: 'first', to: { number: TYPED } })).body).toEqual({ sent: true, trouble: null });
    expect((await call('/admin/test-mail', { ...WORDS, to: own.mail })).body.code).toBe('message.address-not-own');
  });
});

describe('a test of a gateway that is not saved', () => {
  let third: SmsGatewayServer;
  beforeAll(() => {
    // It is called already, and has no secret of the machine: no other service here may be called.
    third = gateways[2] as SmsGatewayServer;
  });

  type Gateway = { name: string; url: string; headers: { name: string; secret: string }[] };
  type Document = { sms: { gateways: Gateway[] }; administration?: object };
  const inForce = async () => {
    const row = await keyturn.deps.store.configurations.current();
    return { base: row?.version ?? 0, document: JSON.parse(row?.document ?? '{}') as Document };
  };
  /** The second gateway, as it would be. */
  const changed = async (change: (gateway: Gateway) => Gateway) => {
    const { base, document } = await inForce();
    const [first, second, last] = document.sms.gateways;
    if (first === undefined || second === undefined || last === undefined) throw new Error('no gateways');
    return { base, document: { ...document, sms: { ...document.sms, gateways: [first, change(second), last] } } };
  };
  const there = (gateway: Gateway): Gateway => ({ ...gateway, name: 'other', url: third.url });
  const named = (secret: string) => (gateway: Gateway) => ({ ...there(gateway), headers: [{ name: 'x-key', secret }] });
  const test = async (gateway: string, draft: object) =>
    (await held.call('POST', '/admin/test-text', { gateway, to: { number: TYPED }, draft })).body as unknown as TestedText & {
      code?: string;
    };
  const secretOf = (reference: string) => ({ secrets: [{ reference, value: GIVEN }] });

  it('leaves by it with the secret that was typed, which is kept nowhere and told to nobody', async () => {
    const draft = await changed(named('env:KEYTURN_TEST_NOWHERE'));
    expect(await test('other', { ...draft, ...secretOf('env:KEYTURN_TEST_NOWHERE') })).toEqual({ sent: true, trouble: null });
    expect(third.calls.at(-1)?.headers).toMatchObject({ 'x-key': GIVEN });
    expect((await events()).at(-1)).toMatchObject({ type: 'message.tested', of: 'other', at: new URL(third.url).origin });
    const kept = [...keyturn.logLines, JSON.stringify(await keyturn.deps.store.audit.read(0, 10_000)), JSON.stringify(await inForce())];
    expect(kept.filter((line) => line.includes(GIVEN))).toEqual([]);
    expect(await test('first', { ...draft, ...secretOf('env:KEYTURN_TEST_NOWHERE') })).toMatchObject({ sent: true });
  });

  it('takes nothing of the machine to where it does not go now', async () => {
    const before = third.calls.length;
    // A secret that is new, one that would move, a file, and a service of the machine that is not called now.
    for (const draft of [
      await changed(named('env:PATH')),
      await changed(there),
      await changed(named('file:/etc/hostname')),
      await changed((gateway) => ({ ...gateway, url: `${third.url}/else` })),
    ])
      expect(await test('other', draft)).toMatchObject({ code: 'configuration.not-in-order' });
    expect(third.calls.length).toBe(before);
    expect(await test('other', { ...(await changed(there)), ...secretOf('env:KEYTURN_TEST_SMS') })).toMatchObject({ sent: true });
    expect(third.calls.at(-1)?.headers).toMatchObject({ 'x-key': GIVEN });
    // Where it goes now it goes still.
    const sent = gateways[1]?.calls.length ?? 0;
    expect(await test('renamed', await changed((gateway) => ({ ...gateway, name: 'renamed' })))).toMatchObject({ sent: true });
    expect(gateways[1]?.calls.slice(sent).map(({ headers }) => headers['x-key'])).toEqual([MACHINE]);
    expect(JSON.stringify(third.calls)).not.toContain(MACHINE);
  });

  it('asks for a passkey given lately', async () => {
    keyturn.clock.move(6 * 60_000);
    const draft = { ...(await changed(there)), ...secretOf('env:KEYTURN_TEST_SMS') };
    expect(await test('other', draft)).toMatchObject({ code: 'session.step-up-needed' });
  });

  it('is refused by what is not in force any more, what is not in order, and where the console alone may change anything', async () => {
    const before = third.calls.length;
    const secrets = secretOf('env:KEYTURN_TEST_SMS');
    const draft = { ...(await changed(there)), ...secrets };
    expect(await test('fourth', draft)).toMatchObject({ code: 'sms.gateway-unknown' });
    expect(
      await test('other', { ...(await changed((gateway) => ({ ...there(gateway), url: 'http://sms.example.com' }))), ...secrets }),
    ).toMatchObject({
      code: 'configuration.not-in-order',
    });
    const apply = async (document: object) => {
      const { store, clock } = keyturn.deps;
      const checkContext = { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };
      const asked = {
        document,
        expectedVersion: (await inForce()).base,
        author: 'root',
        comment: 'x',
        actor: { kind: 'operator' as const },
      };
      await applyConfiguration({ store, clock, checkContext }, asked);
      await keyturn.takeUpConfiguration();
    };
    const { document } = await inForce();
    await apply({ ...document, administration: { readOnlyInBrowser: true } });
    expect(await test('other', draft)).toMatchObject({ code: 'configuration.read-only' });
    await apply(document);
    expect(await test('other', draft)).toMatchObject({ code: 'configuration.conflict' });
    expect(third.calls.length).toBe(before);
  });
});
