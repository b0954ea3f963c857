import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PasskeyOptions } from '../../shared/api/enrolment.ts';
import type { Assertion, RequestOptions } from '../../shared/api/web-authn.ts';
import { accountKey } from '../../src/core/accounts/candidate.ts';
import { endFactor } from '../../src/core/enrolment/enrol-factors.ts';
import { networkOf } from '../../src/core/guard/network-of.ts';
import { newLogin } from '../conformance/samples.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { createSoftPasskey, type Oddity, type SoftPasskey } from '../servers/soft-passkey.ts';
import { type JourneyClient, prove, type Reply, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { createMovableClock, type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const ORIGIN = 'http://localhost';
const DAY = 24 * 3_600_000;
const configuration = {
  organisation: { name: 'Test', publicUrl: ORIGIN },
  recovery: { rules: [{ name: 'everybody', accepted: [['passkey' as const], ['email' as const, 'totp' as const]] }] },
  guard: {
    work: { iterations: 10, tries: 20 },
    startsPerAccount: { count: 100 },
    startsPerAccountOverall: { count: 100 },
    startsPerAddress: { count: 10_000 },
    startsPerNetwork: { count: 10_000 },
    strayRequestsPerAddress: { count: 10_000 },
    failuresPerAccount: { count: 100, countWithWork: 100 },
    failuresPerAccountOverall: { count: 100 },
    messagesPerAccount: { count: 100, countWithWork: 100 },
    messagesPerAccountOverall: { count: 100 },
  },
};

interface Person extends Enrolled {
  login: string;
}
let passwords = 0;

async function newPerson(keyturn: Keyturn): Promise<Person> {
  const login = newLogin();
  await addPerson(keyturn, login);
  return { ...(await keyturn.enrol(login)), login };
}

/** A whole recovery by mail and authenticator; the right to add a passkey that its end gives. */
async function recover(keyturn: Keyturn, person: Person): Promise<{ right: string; client: JourneyClient }> {
  // No code of the authenticator is taken twice.
  keyturn.clock.move(60_000);
  const client = await startJourney(keyturn.url, person.login);
  await prove(keyturn, client, person);
  passwords += 1;
  await client.answer({ password: `Quiet-harbour-at-n00n-${passwords}` });
  const { offers } = client.at('done');
  return { right: offers?.[0]?.right ?? '', client };
}

async function add(keyturn: Keyturn, right: string, passkey: SoftPasskey, odd: Oddity = {}, name?: string): Promise<Reply> {
  const begun = await request(keyturn.url, 'POST', '/enrolment/passkey-options', { right });
  if (begun.status !== 200) return begun;
  const { ceremony, publicKey } = begun.body as unknown as PasskeyOptions;
  const credential = passkey.make(publicKey, odd);
  return request(keyturn.url, 'POST', '/enrolment/passkeys', { right, ceremony, credential, ...(name === undefined ? {} : { name }) });
}

/** A person whose passkey counts already. */
async function withPasskey(keyturn: Keyturn, passkey = createSoftPasskey(ORIGIN)): Promise<{ person: Person; passkey: SoftPasskey }> {
  const person = await newPerson(keyturn);
  const { right } = await recover(keyturn, person);
  expect((await add(keyturn, right, passkey)).status).toBe(201);
  keyturn.clock.move(DAY);
  return { person, passkey };
}

async function atPasskey(keyturn: Keyturn, login: string): Promise<JourneyClient> {
  const client = await startJourney(keyturn.url, login);
  await client.answer({ option: 'passkey' });
  client.at('passkey');
  return client;
}
const answerOf = (client: JourneyClient, passkey: SoftPasskey, odd: Oddity = {}) => passkey.use(client.at('passkey').publicKey, odd);
async function use(client: JourneyClient, passkey: SoftPasskey, odd: Oddity = {}): Promise<Reply> {
  return client.answer({ credential: answerOf(client, passkey, odd) });
}
const isProven = ({ step }: JourneyClient) => step.kind === 'new-password';
const passkeysOf = async ({ deps }: Keyturn, { account }: Person) =>
  (await deps.store.factors.ofAccount(account)).filter(({ kind }) => kind === 'passkey');
const eventsOf = async ({ deps }: Keyturn, { account }: Person, type: string) =>
  (await deps.store.audit.read(0, 100_000))
    .filter((event) => event.type === type && event.data.includes(account.id))
    .map(({ data }) => JSON.parse(data) as Record<string, unknown>);

describe('a passkey', () => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await startKeyturn({ directories: [embeddedSection()], configuration });
  });
  afterAll(() => keyturn?.close());

  it('is added at the end of a recovery, told to all addresses, counts after its cool-down, and recovers alone', async () => {
    const person = await newPerson(keyturn);
    const passkey = createSoftPasskey(ORIGIN);
    const { right, client: recovered } = await recover(keyturn, person);
    // Nobody can sign in here, so nothing is said of what else there is.
    expect(recovered.at('done').nextTime).toEqual({ proven: ['email', 'totp'], missing: [] });
    const added = await add(keyturn, right, passkey, {}, 'My phone');
    expect(added).toMatchObject({ status: 201, body: { name: 'My phone' } });
    const told = () => keyturn.messages(person.address).filter(({ text }) => text.includes('a passkey was added'));
    await until(() => told().length > 0, 'a mail');
    expect(told()[0]?.text).toContain('/not-me#');
    expect(await passkeysOf(keyturn, person)).toMatchObject([{ label: 'My phone', source: 'self', rpId: 'localhost' }]);

    const early = await atPasskey(keyturn, person.login);
    await use(early, passkey);
    expect(early.at('passkey').problem).toBe('passkey.unknown');
    keyturn.clock.move(DAY);
    const client = await atPasskey(keyturn, person.login);
    expect(client.at('passkey').publicKey).toMatchObject({ rpId: 'localhost', userVerification: 'required', allowCredentials: [] });
    await use(client, passkey);
    expect(isProven(client)).toBe(true);
    await client.answer({ password: 'Third-harbour-at-n00n' });
    // Who has one is offered none.
    expect(client.at('done').offers).toBeUndefined();
    expect(await signsIn(keyturn, person.login, 'Third-harbour-at-n00n')).toBe(true);
    const log = keyturn.logLines.join('\n');
    expect(log).not.toContain(right);
    expect(log).not.toContain(passkey.id);
  });

  it('is asked for in the same way of everybody, and what is wrong with an answer is the same for everybody', async () => {
    const { person, passkey } = await withPasskey(keyturn);
    const none = await newPerson(keyturn);
    const shown = ({ step }: JourneyClient) => ({
      ...step,
      id: '',
      expiresAt: '',
      ...('publicKey' in step ? { publicKey: { ...step.publicKey, challenge: '' } } : {}),
    });
    const stranger = createSoftPasskey(ORIGIN);
    const walks = await Promise.all([person.login, none.login, newLogin()].map((login) => atPasskey(keyturn, login)));
    const [first, ...others] = walks.map(shown);
    for (const other of others) expect(other).toEqual(first);
    const oddities: [Oddity, string][] = [
      [{}, 'passkey.unknown'],
      [{ origin: 'http://localhost.evil.test' }, 'passkey.wrong-site'],
      [{ rpId: 'evil.test' }, 'passkey.wrong-site'],
      [{ challenge: 'b2xk' }, 'passkey.out-of-date'],
    ];
    for (const [odd, problem] of oddities) {
      for (const walk of walks) await use(walk, stranger, { ...odd, userHandle: 'aGFuZGxl' });
      const [one, ...rest] = walks.map(shown);
      expect(one).toMatchObject({ kind: 'passkey', problem, messageTone: 'error' });
      for (const other of rest) expect(other).toEqual(one);
    }
    const good = await atPasskey(keyturn, person.login);
    await use(good, passkey);
    expect(isProven(good)).toBe(true);
  });

  it.each<[string, Oddity, string]>([
    ['another origin', { origin: 'http://localhost:8080' }, 'passkey.wrong-site'],
    ['another RP ID', { rpId: 'example.com' }, 'passkey.wrong-site'],
    ['an earlier question', { challenge: 'b2xk' }, 'passkey.out-of-date'],
    ['a device that did not verify its user', { flags: 0x01 }, 'passkey.user-not-verified'],
    ['another kind of ceremony', { type: 'payment.get' }, 'passkey.malformed'],
  ])('of its owner is refused for %s, in a recovery and when it is made', async (_what, odd, problem) => {
    const { person, passkey } = await withPasskey(keyturn);
    const client = await atPasskey(keyturn, person.login);
    await use(client, passkey, odd);
    expect(client.at('passkey')).toMatchObject({ problem, attemptsLeft: 4 });
    expect(await eventsOf(keyturn, person, 'journey.proof-refused')).toMatchObject([{ problem }]);
    const other = await newPerson(keyturn);
    const { right } = await recover(keyturn, other);
    expect(await add(keyturn, right, createSoftPasskey(ORIGIN), odd)).toMatchObject({ status: 422, body: { code: problem } });
    expect(await passkeysOf(keyturn, other)).toEqual([]);
    // A slip does not take the right away.
    expect((await add(keyturn, right, createSoftPasskey(ORIGIN))).status).toBe(201);
  });

  it('that is somebody else’s, was ended, gives another handle, or is one of an earlier journey proves nothing', async () => {
    const [one, other] = [await withPasskey(keyturn), await withPasskey(keyturn)];
    const client = await atPasskey(keyturn, one.person.login);
    await use(client, other.passkey);
    expect(client.at('passkey').problem).toBe('passkey.unknown');
    await use(client, one.passkey, { userHandle: 'aGFuZGxl' });
    expect(client.at('passkey').problem).toBe('passkey.unknown');
    const used = answerOf(client, one.passkey);
    await client.answer({ credential: used });
    expect(isProven(client)).toBe(true);
    const replayed = await atPasskey(keyturn, one.person.login);
    await replayed.answer({ credential: used });
    expect(replayed.at('passkey').problem).toBe('passkey.out-of-date');
    const [row] = await passkeysOf(keyturn, one.person);
    const waiting = await atPasskey(keyturn, one.person.login);
    await endFactor(keyturn.deps, one.person.account, row?.id ?? '', { author: 'test', reason: 'lost', language: 'en', lane: 'notice' });
    await use(waiting, one.passkey);
    expect(waiting.at('passkey').problem).toBe('passkey.unknown');
  });

  it('of which there is a copy is ended and its owner told; what is not signed by it ends nothing', async () => {
    const { person, passkey } = await withPasskey(keyturn);
    const copy = passkey.clone();
    const first = await atPasskey(keyturn, person.login);
    await use(first, passkey);
    expect(isProven(first)).toBe(true);
    const forged = await atPasskey(keyturn, person.login);
    const answer = answerOf(forged, copy, { signCount: 1 });
    const signature = createSoftPasskey(ORIGIN).use(forged.at('passkey').publicKey).response.signature;
    await forged.answer({ credential: { ...answer, response: { ...answer.response, signature } } });
    expect(forged.at('passkey').problem).toBe('passkey.unknown');
    expect(await passkeysOf(keyturn, person)).toHaveLength(1);

    await use(forged, copy);
    expect(forged.at('passkey').problem).toBe('passkey.unknown');
    expect(await passkeysOf(keyturn, person)).toEqual([]);
    expect((await eventsOf(keyturn, person, 'factor.ended'))[0]?.reason).toContain('counter did not grow');
    await until(() => keyturn.messages(person.address).some(({ subject }) => subject === 'A passkey of yours was ended'), 'a mail');
    const owner = await atPasskey(keyturn, person.login);
    await use(owner, passkey);
    expect(owner.at('passkey').problem).toBe('passkey.unknown');
  });

  it('that has no counter is taken again and again', async () => {
    const { person, passkey } = await withPasskey(keyturn, createSoftPasskey(ORIGIN, { counts: false }));
    for (const _ of [1, 2]) {
      const client = await atPasskey(keyturn, person.login);
      await use(client, passkey);
      expect(isProven(client)).toBe(true);
    }
  });

  it('of a form that is none is refused with a stable code, and costs no try', async () => {
    const { person, passkey } = await withPasskey(keyturn);
    const client = await atPasskey(keyturn, person.login);
    const good: Assertion = answerOf(client, passkey);
    const bodies: unknown[] = [
      {},
      { credential: {} },
      { credential: null },
      { credential: { ...good, type: 'password' } },
      { credential: { ...good, id: '' } },
      { credential: { ...good, response: { ...good.response, signature: 'not base64url!' } } },
      { credential: { ...good, response: { ...good.response, clientDataJSON: 'A'.repeat(5000) } } },
      { code: '123456' },
    ];
    for (const body of bodies) {
      const reply = await client.answer(body);
      expect([400, 422]).toContain(reply.status);
      expect(reply.body.code).toMatch(/^(journey\.answer-not-fitting|request\.malformed)$/);
    }
    expect(client.at('passkey').attemptsLeft).toBe(5);
    await client.answer({ credential: good });
    expect(isProven(client)).toBe(true);
  });

  it('ends with "this was not me" while it waits, and so does the right to add one', async () => {
    const person = await newPerson(keyturn);
    const { right } = await recover(keyturn, person);
    expect((await add(keyturn, right, createSoftPasskey(ORIGIN))).status).toBe(201);
    const other = await recover(keyturn, person);
    const told = () => keyturn.messages(person.address).filter(({ text }) => text.includes('a passkey was added'));
    await until(() => told().length > 0, 'a mail');
    const token = /\/not-me#(\S+)/.exec(told()[0]?.text ?? '')?.[1];
    expect((await request(keyturn.url, 'POST', '/notices/not-me', { token })).status).toBe(200);
    expect(await passkeysOf(keyturn, person)).toEqual([]);
    expect(await add(keyturn, other.right, createSoftPasskey(ORIGIN))).toMatchObject({
      status: 410,
      body: { code: 'enrolment.right-invalid' },
    });
  });

  it('is added by no right that is older than what its owner did since, and not while they say "this was not me"', async () => {
    const person = await newPerson(keyturn);
    const before = await recover(keyturn, person);
    const { right } = await recover(keyturn, person);
    const invalid = { status: 410, body: { code: 'enrolment.right-invalid' } };
    expect(await add(keyturn, before.right, createSoftPasskey(ORIGIN))).toMatchObject(invalid);
    const token = () => keyturn.messages(person.address).flatMap(({ text }) => /\/not-me#(\S+)/.exec(text)?.[1] ?? []);
    await until(() => token().length > 0, 'a mail');
    const { webAuthn } = keyturn.deps as unknown as { webAuthn: { verifyAttestation: unknown } };
    const { verifyAttestation } = webAuthn as { verifyAttestation: (...given: unknown[]) => Promise<unknown> };
    webAuthn.verifyAttestation = async (...given: unknown[]) => {
      expect((await request(keyturn.url, 'POST', '/notices/not-me', { token: token()[0] })).status).toBe(200);
      return verifyAttestation(...given);
    };
    try {
      expect(await add(keyturn, right, createSoftPasskey(ORIGIN))).toMatchObject(invalid);
    } finally {
      webAuthn.verifyAttestation = verifyAttestation;
    }
    expect(await passkeysOf(keyturn, person)).toEqual([]);
  });

  it('is added by a right that is somebody’s own, once, and before its time is over', async () => {
    const person = await newPerson(keyturn);
    const { right } = await recover(keyturn, person);
    const invalid = { status: 410, body: { code: 'enrolment.right-invalid' } };
    const [journey = '', digest = ''] = right.split('.');
    const open = await startJourney(keyturn.url, person.login);
    const unproven = (await open.call('GET', '/journeys/current')).body.journey;
    for (const forged of [`${journey}.${'A'.repeat(43)}`, `${unproven}.${digest}`, `${digest}.${digest}`, 'x'.repeat(60)]) {
      expect(await add(keyturn, forged, createSoftPasskey(ORIGIN))).toMatchObject(invalid);
    }
    const passkey = createSoftPasskey(ORIGIN);
    expect((await add(keyturn, right, passkey)).status).toBe(201);
    expect(await add(keyturn, right, createSoftPasskey(ORIGIN))).toMatchObject(invalid);
    const again = await recover(keyturn, person);
    expect(await add(keyturn, again.right, passkey)).toMatchObject({ status: 409, body: { code: 'passkey.present' } });
    keyturn.clock.move(20 * 60_000);
    expect(await add(keyturn, again.right, createSoftPasskey(ORIGIN))).toMatchObject(invalid);
  });

  it('takes no ceremony of another person, and no question of a recovery, for its own', async () => {
    const [one, other] = [await newPerson(keyturn), await newPerson(keyturn)];
    const [mine, theirs] = [await recover(keyturn, one), await recover(keyturn, other)];
    const begun = await request(keyturn.url, 'POST', '/enrolment/passkey-options', { right: theirs.right });
    const { ceremony, publicKey } = begun.body as unknown as PasskeyOptions;
    const credential = createSoftPasskey(ORIGIN).make(publicKey);
    for (const named of [ceremony, 'none']) {
      const reply = await request(keyturn.url, 'POST', '/enrolment/passkeys', { right: mine.right, ceremony: named, credential });
      expect(reply).toMatchObject({ status: 422, body: { code: 'passkey.out-of-date' } });
    }
    expect(await passkeysOf(keyturn, one)).toEqual([]);
  });
});

interface Question {
  ticket: string;
  publicKey: RequestOptions;
}
const questionOf = async (keyturn: Keyturn) => (await request(keyturn.url, 'GET', '/passkey-request')).body as unknown as Question;

async function begin(keyturn: Keyturn, passkey: SoftPasskey, odd: Oddity = {}, question?: Question): Promise<Reply> {
  const { ticket, publicKey } = question ?? (await questionOf(keyturn));
  const credential = passkey.use(publicKey, odd);
  return request(keyturn.url, 'POST', '/journeys', { goal: 'reset-password', passkey: { ticket, credential }, client: { kind: 'cli' } });
}

describe('a journey that is begun by a passkey, without a name', () => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await startKeyturn({ directories: [embeddedSection()], configuration });
  });
  afterAll(() => keyturn?.close());
  const refused = (code: string) => ({ status: 422, body: { code } });

  it('is proven by it, and ends like any other', async () => {
    const { person, passkey } = await withPasskey(keyturn);
    expect((await request(keyturn.url, 'GET', '/site')).body).toMatchObject({ goalsByPasskey: ['reset-password', 'unlock-account'] });
    const begun = await begin(keyturn, passkey);
    expect(begun).toMatchObject({ status: 201, body: { step: { kind: 'new-password', accounts: [{ login: person.login }] } } });
    const { token, step } = begun.body;
    const headers = { authorization: `Bearer ${token}` };
    const done = await request(keyturn.url, 'POST', `/journeys/current/steps/${step?.id}`, { password: 'Sixth-harbour-at-n00n' }, headers);
    expect(done.body.step).toMatchObject({ kind: 'done', results: [{ outcome: 'password-reset' }] });
    expect(await signsIn(keyturn, person.login, 'Sixth-harbour-at-n00n')).toBe(true);
    expect((await eventsOf(keyturn, person, 'journey.proof-complete')).at(-1)).toMatchObject({ factors: ['passkey'] });
  });

  it.each<[string, Oddity, string]>([
    ['another origin', { origin: 'http://localhost:8080' }, 'passkey.wrong-site'],
    ['another RP ID', { rpId: 'example.com' }, 'passkey.wrong-site'],
    ['another question', { challenge: 'b2xk' }, 'passkey.out-of-date'],
    ['a device that did not verify its user', { flags: 0x01 }, 'passkey.user-not-verified'],
    ['the handle of somebody else', { userHandle: 'aGFuZGxl' }, 'passkey.unknown'],
  ])('is refused for %s', async (_what, odd, problem) => {
    const { person, passkey } = await withPasskey(keyturn);
    expect(await begin(keyturn, passkey, odd)).toMatchObject(refused(problem));
    expect(await eventsOf(keyturn, person, 'journey.proof-refused')).toMatchObject([{ problem, factor: 'passkey' }]);
  });

  it('takes each question once, for a while, and only ours', async () => {
    const { passkey } = await withPasskey(keyturn);
    const question = await questionOf(keyturn);
    expect((await begin(keyturn, passkey, {}, question)).status).toBe(201);
    expect(await begin(keyturn, passkey, {}, question)).toMatchObject(refused('passkey.out-of-date'));
    const late = await questionOf(keyturn);
    keyturn.clock.move(20 * 60_000);
    expect(await begin(keyturn, passkey, {}, late)).toMatchObject(refused('passkey.out-of-date'));
    const { ticket, publicKey } = await questionOf(keyturn);
    const [at = '', nonce = '', proof = ''] = ticket.split('.');
    for (const forged of [`${Number(at) + 1}.${nonce}.${proof}`, `${at}.${nonce}`, `${at}.${nonce}.`, 'none', `${ticket}.more`]) {
      expect(await begin(keyturn, passkey, {}, { ticket: forged, publicKey })).toMatchObject(refused('passkey.out-of-date'));
    }
  });

  it('is refused alike for a passkey that nobody has, that was ended, and that does not count yet', async () => {
    const nobody = createSoftPasskey(ORIGIN);
    expect(await begin(keyturn, nobody, { userHandle: 'aGFuZGxl' })).toMatchObject(refused('passkey.unknown'));
    const person = await newPerson(keyturn);
    const waiting = createSoftPasskey(ORIGIN);
    expect((await add(keyturn, (await recover(keyturn, person)).right, waiting)).status).toBe(201);
    expect(await begin(keyturn, waiting)).toMatchObject(refused('passkey.unknown'));
    keyturn.clock.move(DAY);
    expect((await begin(keyturn, waiting)).status).toBe(201);
    const [row] = await passkeysOf(keyturn, person);
    await endFactor(keyturn.deps, person.account, row?.id ?? '', { author: 'test', reason: 'lost', language: 'en', lane: 'notice' });
    expect(await begin(keyturn, waiting)).toMatchObject(refused('passkey.unknown'));
  });

  it('ends a passkey of which there is a copy', async () => {
    const { person, passkey } = await withPasskey(keyturn);
    const copy = passkey.clone();
    expect((await begin(keyturn, passkey)).status).toBe(201);
    expect(await begin(keyturn, copy)).toMatchObject(refused('passkey.unknown'));
    expect(await passkeysOf(keyturn, person)).toEqual([]);
    await until(() => keyturn.messages(person.address).some(({ subject }) => subject === 'A passkey of yours was ended'), 'a mail');
  });

  it('tells its owner, and nobody else, that the account cannot be recovered', async () => {
    const { person, passkey } = await withPasskey(keyturn);
    await keyturn.deps.store.freezes.freeze(person.account, 'not-me', keyturn.clock.now());
    expect(await begin(keyturn, passkey)).toMatchObject(refused('passkey.account-barred'));
    expect(await begin(keyturn, passkey, { challenge: 'b2xk' })).toMatchObject(refused('passkey.out-of-date'));
    expect((await eventsOf(keyturn, person, 'journey.leads-nowhere')).at(-1)).toMatchObject({ reasons: [{ reason: 'recovery-frozen' }] });
  });

  it('is not begun where too much was tried against the account from there', async () => {
    const { person, passkey } = await withPasskey(keyturn);
    const asked = [{ target: accountKey(person.account), place: networkOf('127.0.0.1'), isKnown: false }];
    await keyturn.deps.store.transaction(async (store) => {
      for (let count = 0; count < 110; count += 1) await keyturn.deps.guard.countFailure(store, asked, [], '127.0.0.1');
    });
    expect(await begin(keyturn, passkey)).toMatchObject(refused('passkey.unknown'));
    expect(await eventsOf(keyturn, person, 'journey.started')).toHaveLength(1);
  });

  it('is not begun in a form that is none, for a goal that needs no proof, or with a name besides', async () => {
    const { passkey } = await withPasskey(keyturn);
    const { ticket, publicKey } = await questionOf(keyturn);
    const credential = passkey.use(publicKey);
    const bodies = [
      { goal: 'reset-password' },
      { goal: 'reset-password', passkey: {} },
      { goal: 'reset-password', passkey: { ticket } },
      { goal: 'reset-password', passkey: { ticket, credential: { ...credential, rawId: '%' } } },
      { goal: 'reset-password', account: 'alice', passkey: { ticket, credential } },
      { goal: 'find-username', passkey: { ticket, credential } },
      { goal: 'reset-password', passkey: { ticket, credential }, client: { kind: 'windows-logon' } },
    ];
    for (const body of bodies) {
      expect(await request(keyturn.url, 'POST', '/journeys', body)).toMatchObject({ status: 400, body: { code: 'request.malformed' } });
    }
  });
});

it('asks for what the rule wants besides, and is not offered where a passkey never comes first', async () => {
  const rules = [
    {
      name: 'everybody',
      accepted: [
        ['passkey' as const, 'totp' as const],
        ['email' as const, 'totp' as const],
      ],
    },
  ];
  const keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { ...configuration, recovery: { rules } } });
  try {
    const { person, passkey } = await withPasskey(keyturn);
    const begun = await begin(keyturn, passkey);
    expect(begun).toMatchObject({ status: 201, body: { step: { kind: 'code', factor: { kind: 'totp' } } } });
    const headers = { authorization: `Bearer ${begun.body.token}` };
    const code = { code: person.totp() };
    const proven = await request(keyturn.url, 'POST', `/journeys/current/steps/${begun.body.step?.id}`, code, headers);
    expect(proven.body.step?.kind).toBe('new-password');
  } finally {
    await keyturn.close();
  }
  const without = await startKeyturn({
    directories: [embeddedSection()],
    configuration: { ...configuration, recovery: { rules: [{ name: 'everybody', accepted: [['email', 'totp']] }] } },
  });
  try {
    expect((await request(without.url, 'GET', '/site')).body).toMatchObject({ goalsByPasskey: [] });
    expect(await begin(without, createSoftPasskey(ORIGIN))).toMatchObject({ status: 400 });
  } finally {
    await without.close();
  }
});

describe.each(['sqlite', 'postgres'] as const)('on two nodes, on %s', (engine) => {
  let folder: string;
  let nodes: [Keyturn, Keyturn];
  const clock = createMovableClock();
  beforeAll(async () => {
    folder = await createScratchFolder('passkeys');
    const database =
      engine === 'postgres' ? (await (await sharedPostgres()).createDatabase('passkeys')).url : `sqlite:${join(folder, 'keyturn.sqlite')}`;
    const shared = { directories: [embeddedSection()], configuration, database, key: new Uint8Array(32).fill(7), clock };
    nodes = [await startKeyturn(shared), await startKeyturn(shared)];
  });
  afterAll(async () => {
    for (const node of nodes ?? []) await node.close();
    await removeScratchFolder(folder);
  });

  it('one right adds one passkey, and an answer and its copy prove once', async () => {
    const person = await newPerson(nodes[0]);
    const { right } = await recover(nodes[0], person);
    const passkeys = nodes.map(() => createSoftPasskey(ORIGIN));
    const replies = await Promise.all(nodes.map((node, index) => add(node, right, passkeys[index] as SoftPasskey)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 410]);
    const [row, ...others] = await passkeysOf(nodes[1], person);
    expect(others).toEqual([]);
    const own = passkeys.find(({ id }) => row?.secret.includes(id)) as SoftPasskey;
    clock.move(DAY);
    const clients = await Promise.all(nodes.map((node) => atPasskey(node, person.login)));
    const copies = [own, own.clone()];
    await Promise.all(clients.map((client, index) => use(client, copies[index] as SoftPasskey)));
    expect(clients.filter(isProven)).toHaveLength(1);
  });

  it('one answer without a name begins one journey, wherever it is given, and is no copy of its passkey when it is sent again', async () => {
    const { person, passkey } = await withPasskey(nodes[0]);
    const { ticket, publicKey } = await questionOf(nodes[0]);
    const body = { goal: 'reset-password', passkey: { ticket, credential: passkey.use(publicKey) }, client: { kind: 'cli' } };
    const replies = await Promise.all([0, 1, 2, 3].map((index) => request((nodes[index % 2] as Keyturn).url, 'POST', '/journeys', body)));
    const begun = replies.filter(({ status }) => status === 201);
    expect(begun).toHaveLength(1);
    for (const { body: told } of replies.filter(({ status }) => status !== 201)) expect(told.code).toBe('passkey.out-of-date');
    const again = await request((nodes[1] as Keyturn).url, 'POST', '/journeys', body);
    expect(again.body.code).toBe('passkey.out-of-date');
    expect(await passkeysOf(nodes[0], person)).toHaveLength(1);
  });
});
