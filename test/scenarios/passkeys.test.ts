import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PasskeyOptions } from '../../shared/api/enrolment.ts';
import type { Assertion } from '../../shared/api/web-authn.ts';
import { endFactor } from '../../src/core/enrolment/enrol-factors.ts';
import { newLogin } from '../conformance/samples.ts';
import { createSoftPasskey, type Oddity, type SoftPasskey } from '../servers/soft-passkey.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { type JourneyClient, request, startJourney } from './journey-client.ts';
import {
  add,
  answerOf,
  atPasskey,
  begin,
  configuration,
  DAY,
  eventsOf,
  isProven,
  newPerson,
  ORIGIN,
  passkeysOf,
  questionOf,
  recover,
  use,
  withPasskey,
} from './passkey-journeys.ts';
import { embeddedSection, signsIn } from './sample-directory.ts';
import { createMovableClock, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

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

describeEachEngine('on two nodes, on %s', (engine) => {
  let nodes: [Keyturn, Keyturn];
  const clock = createMovableClock();
  beforeAll(async () => {
    nodes = await engine.startTwo({ directories: [embeddedSection()], configuration, clock });
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
