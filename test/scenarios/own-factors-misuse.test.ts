import { Secret, TOTP } from 'otpauth';
import { beforeAll, expect, it } from 'vitest';
import type { OwnFactors } from '../../shared/api/own-factors.ts';
import { newLogin } from '../conformance/samples.ts';
import { newestFirst } from './by-time.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { codeIn, holdsCode, type Keyturn, until } from './start-keyturn.ts';

const HOUR = 3_600_000;

describeEachEngine('what proves somebody, changed against them, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [{ ...embeddedSection(), contacts: { email: { attributes: ['mail'] } } }, embeddedSection('bare')],
      configuration: {
        organisation: { name: 'Test', publicUrl: 'http://localhost' },
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        recovery: {
          rules: [
            {
              name: 'everybody',
              accepted: [
                ['email', 'totp'],
                ['email', 'recovery-code'],
                ['email', 'questions'],
              ],
            },
          ],
        },
        factors: {
          questions: { setUp: 3, asked: 2, pool: ['street', 'teacher', 'pet'].map((id) => ({ id, en: `What was the first ${id}?` })) },
        },
      },
    });
  });

  const work = (login: string) => `${login}@work.example.test`;
  const codeAt = (seed: unknown) => new TOTP({ secret: Secret.fromBase32(String(seed)) }).generate({ timestamp: keyturn.clock.now() });
  const codesTo = (address: string) => keyturn.messages(address).filter(holdsCode);
  const mailedTo = async (address: string, after: number) => {
    await until(() => codesTo(address).length > after, `a code to ${address}`);
    return codeIn(newestFirst(codesTo(address))[0] as never);
  };
  const mine = async (held: SessionClient) => (await held.call('GET', '/me/factors')).body as unknown as OwnFactors;
  const beginTotp = async (held: SessionClient) => (await held.call('POST', '/me/factors/totp', {})).body;
  const confirmTotp = (held: SessionClient, { ceremony, seed }: Record<string, unknown>) =>
    held.call('POST', '/me/factors/confirm', { ceremony, code: codeAt(seed) });
  async function signedIn(directory = 'people') {
    const login = newLogin();
    await addPerson(keyturn, login, { directory });
    const person = await keyturn.enrol(login);
    return { login, person, held: await signIn(keyturn, login, person) };
  }

  it('lets an address of the directory count on while the same one, added by its owner, waits', async () => {
    const { login, person, held } = await signedIn();
    const begun = await held.call('POST', '/me/factors/email', { address: work(login) });
    const sent = { ceremony: begun.body.ceremony, code: await mailedTo(work(login), 0) };
    expect((await held.call('POST', '/me/factors/confirm', sent)).status).toBe(201);
    expect((await mine(held)).factors.filter(({ label }) => label === work(login))).toHaveLength(1);
    const client = await startJourney(keyturn.url, login);
    await client.answer({ option: 'email' });
    await client.answer({ code: await mailedTo(work(login), 1) });
    keyturn.clock.move(31_000);
    await client.answer({ code: person.totp() });
    client.at('new-password');
  });

  it('takes no second of two last ways at the same time', async () => {
    const { held } = await signedIn('bare');
    expect((await confirmTotp(held, await beginTotp(held))).status).toBe(201);
    const totps = (await mine(held)).factors.filter(({ kind }) => kind === 'totp');
    expect(totps).toHaveLength(2);
    const gone = await Promise.all(totps.map(({ id }) => held.call('DELETE', `/me/factors/${id}`)));
    expect(gone.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    expect((await mine(held)).factors.filter(({ kind }) => kind === 'totp')).toHaveLength(1);
  });

  it('fills nobody’s mailbox, whoever has only their password, and lets them go on in an hour', async () => {
    const login = newLogin();
    await addPerson(keyturn, login, { directory: 'bare' });
    const held = await signIn(keyturn, login);
    const statuses: number[] = [];
    for (let tries = 0; tries < 25; tries += 1) statuses.push((await held.call('POST', '/me/factors/recovery-codes', {})).status);
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 201), ...Array.from({ length: 5 }, () => 429)]);
    expect((await confirmTotp(held, await beginTotp(held))).body.code).toBe('guard.slow-down');
    keyturn.clock.move(HOUR + 1000);
    expect((await held.call('POST', '/me/factors/recovery-codes', {})).body.code).toBe('session.ended');
  });

  it('hashes no more answers than somebody may set up, whose session asks for it in a loop', async () => {
    const { held } = await signedIn('bare');
    const answers = ['street', 'teacher', 'pet'].map((question) => ({ question, answer: `${question} of mine ${newLogin()}` }));
    const { slowHash } = keyturn.deps;
    let hashed = 0;
    const hash = slowHash.hash.bind(slowHash);
    Object.assign(slowHash, {
      hash: (text: string) => {
        hashed += 1;
        return hash(text);
      },
    });
    try {
      const statuses: number[] = [];
      for (let tries = 0; tries < 45; tries += 1) statuses.push((await held.call('POST', '/me/factors/questions', { answers })).status);
      expect(new Set(statuses)).toEqual(new Set([201, 429]));
      expect(statuses.filter((status) => status === 201)).toHaveLength(20);
      expect(hashed).toBe(40 * answers.length);
    } finally {
      Object.assign(slowHash, { hash });
    }
  });

  it('keeps ten of a kind, however many were begun', async () => {
    const { held } = await signedIn('bare');
    const begun = await Promise.all(Array.from({ length: 12 }, () => beginTotp(held)));
    const codes: unknown[] = [];
    for (const each of begun) codes.push((await confirmTotp(held, each)).body.code);
    expect(codes).toEqual([...Array.from({ length: 9 }, () => undefined), ...Array.from({ length: 3 }, () => 'enrolment.too-many')]);
  });

  it('asks no database for an id that it cannot hold', async () => {
    const { held } = await signedIn('bare');
    const ceremony = 'a\u0000b';
    const right = 'a\u0000b'.repeat(8);
    expect((await held.call('POST', '/me/factors/confirm', { ceremony, code: '123456' })).status).toBe(400);
    expect((await request(keyturn.url, 'POST', '/enrolment/passkey-options', { right })).status).toBe(400);
    for (const id of ['a\u0000b', '%00', '\ud800']) {
      const path = `/me/factors/${encodeURIComponent(id.toWellFormed())}`;
      expect((await held.call('DELETE', path)).status, path).toBe(404);
      const account = { directory: 'bare', id };
      expect((await held.call('POST', '/help/unlock', { account })).status, JSON.stringify(id)).toBeLessThan(500);
    }
  });
});
