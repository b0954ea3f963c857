import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountKey } from '../../src/core/accounts/candidate.ts';
import { endFactor } from '../../src/core/enrolment/enrol-factors.ts';
import { networkOf } from '../../src/core/guard/network-of.ts';
import { createSoftPasskey, type Oddity } from '../servers/soft-passkey.ts';
import { request } from './journey-client.ts';
import {
  add,
  begin,
  configuration,
  DAY,
  eventsOf,
  newPerson,
  ORIGIN,
  passkeysOf,
  questionOf,
  recover,
  withPasskey,
} from './passkey-journeys.ts';
import { embeddedSection, signsIn } from './sample-directory.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

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
