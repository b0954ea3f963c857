import { Secret, TOTP } from 'otpauth';
import { beforeAll, expect, it } from 'vitest';
import type { OwnFactors } from '../../shared/api/own-factors.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { createSoftPasskey } from '../servers/soft-passkey.ts';
import { newestFirst } from './by-time.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type SessionClient, type SessionReply, signIn } from './sign-in-client.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, until } from './start-keyturn.ts';

const ORIGIN = 'http://localhost';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Owner extends Enrolled {
  login: string;
}

describeEachEngine('what proves somebody, changed by themselves, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: {
        organisation: { name: 'Test', publicUrl: ORIGIN },
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['passkey'], ['email', 'totp'], ['email', 'recovery-code']] }] },
      },
    });
  });

  async function owner(): Promise<Owner> {
    const login = newLogin();
    await addPerson(keyturn, login);
    return { login, ...(await keyturn.enrol(login)) };
  }
  async function signedIn(): Promise<{ person: Owner; held: SessionClient }> {
    const person = await owner();
    return { person, held: await signIn(keyturn, person.login, person) };
  }
  const mine = async (held: SessionClient) => (await held.call('GET', '/me/factors')).body as unknown as OwnFactors;
  const kindsOf = ({ factors }: OwnFactors) => factors.map(({ kind }) => kind).toSorted();
  const codeAt = (seed: string) => new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: keyturn.clock.now() });
  const mailedTo = async (address: string, after = 0): Promise<string> => {
    const codes = () => newestFirst(keyturn.messages(address).filter(holdsCode));
    await until(() => codes().length > after, `a code to ${address}`);
    return codeIn(codes()[0] as never);
  };
  const confirm = (held: SessionClient, begun: SessionReply, code: string, more: object = {}) =>
    held.call('POST', '/me/factors/confirm', { ceremony: begun.body.ceremony, code, ...more });

  it('adds an authenticator by its first code; it waits, and then it counts', async () => {
    const { person, held } = await signedIn();
    const begun = await held.call('POST', '/me/factors/totp', {});
    expect(begun).toMatchObject({ status: 201, body: { address: expect.stringMatching(/^otpauth:\/\/totp\/Test:/) } });
    const seed = String(begun.body.seed);
    const used = codeAt(seed);
    const asked = keyturn.clock.now();
    const added = await confirm(held, begun, used, { name: 'Old phone' });
    expect(added).toMatchObject({ status: 201, body: { name: 'Old phone' } });
    expect(Date.parse(String(added.body.countsFrom))).toBeGreaterThanOrEqual(asked + DAY);
    const told = () => keyturn.messages(person.address).find(({ text }) => text.includes('an authenticator app was added'));
    await until(() => told() !== undefined, 'the notice');
    expect(told()?.text).toContain('It counts from');
    expect(told()?.text).toContain('/not-me#');
    // The code that it was proven by is used up, and nothing of it counts before its time.
    const early = await startJourney(keyturn.url, person.login);
    await early.answer({ option: 'email' });
    await early.answer({ code: await mailedTo(person.address) });
    await early.answer({ code: codeAt(seed) });
    early.at('code');
    keyturn.clock.move(DAY + HOUR);
    const client = await startJourney(keyturn.url, person.login);
    const before = keyturn.messages(person.address).filter(holdsCode).length;
    await client.answer({ option: 'email' });
    await client.answer({ code: await mailedTo(person.address, before) });
    await client.answer({ code: codeAt(seed) });
    client.at('new-password');
    expect(JSON.stringify(await keyturn.deps.store.audit.read(0, 10_000))).not.toContain(seed);
    expect(keyturn.logLines.join('\n')).not.toContain(seed);
  });

  it('adds an address once the code that went there has come back', async () => {
    const { person, held } = await signedIn();
    const address = `${newLogin()}@Home.Example`;
    const begun = await held.call('POST', '/me/factors/email', { address });
    expect(begun.status).toBe(201);
    const to = address.replace('Home.Example', 'home.example');
    expect(kindsOf(await mine(held))).toEqual(['email', 'totp']);
    const added = await confirm(held, begun, await mailedTo(to));
    expect(added).toMatchObject({ status: 201, body: { name: to } });
    expect(kindsOf(await mine(held))).toEqual(['email', 'email', 'totp']);
    // The one that was known before is told, the new one is not.
    const notices = (at: string) => keyturn.messages(at).filter(({ text }) => text.includes('a mail address was added'));
    await until(() => notices(person.address).length === 1, 'the notice');
    expect(notices(to)).toEqual([]);
    const again = await held.call('POST', '/me/factors/email', { address: to.toUpperCase() });
    expect((await confirm(held, again, await mailedTo(to.toUpperCase().replace('HOME.EXAMPLE', 'home.example')))).body.code).toBe(
      'enrolment.present',
    );
    expect((await held.call('POST', '/me/factors/email', { address: 'no address' })).body.code).toBe('enrolment.address-invalid');
  });

  it('counts each code before it is compared, takes the right one once, and five at most', async () => {
    const { held } = await signedIn();
    const begun = await held.call('POST', '/me/factors/totp', {});
    const seed = String(begun.body.seed);
    const wrong = () => (codeAt(seed) === '123456' ? '654321' : '123456');
    const guesses = await Promise.all(Array.from({ length: 12 }, () => confirm(held, begun, wrong())));
    const codes = guesses.map(({ body }) => body.code);
    expect(codes.filter((code) => code === 'enrolment.code-wrong')).toHaveLength(5);
    expect(codes.filter((code) => code === 'enrolment.ceremony-over')).toHaveLength(7);
    expect((await confirm(held, begun, codeAt(seed))).body.code).toBe('enrolment.ceremony-over');

    const next = await held.call('POST', '/me/factors/totp', {});
    const right = codeAt(String(next.body.seed));
    const answers = await Promise.all([1, 2, 3, 4].map(() => confirm(held, next, right)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(kindsOf(await mine(held))).toEqual(['email', 'totp', 'totp']);
  });

  it('belongs to the session in which it was begun, and to no other person', async () => {
    const { person, held } = await signedIn();
    const begun = await held.call('POST', '/me/factors/totp', {});
    const code = () => codeAt(String(begun.body.seed));
    const other = await signedIn();
    expect((await confirm(other.held, begun, code())).body.code).toBe('enrolment.ceremony-over');
    const elsewhere = await signIn(keyturn, person.login, person);
    expect((await confirm(elsewhere, begun, code())).body.code).toBe('enrolment.ceremony-over');
    const wrong = await request(keyturn.url, 'POST', '/me/factors/confirm', { ceremony: begun.body.ceremony, code: code() });
    expect(wrong.status).toBe(401);
    expect((await confirm(held, begun, code())).status).toBe(201);
  });

  it('asks for proofs that are fresh, all that the session rests on, whatever is changed', async () => {
    const { held } = await signedIn();
    const [{ id = '' } = {}] = (await mine(held)).factors;
    const begun = await held.call('POST', '/me/factors/totp', {});
    keyturn.clock.move(11 * 60_000);
    const refused = await Promise.all([
      held.call('POST', '/me/factors/totp', {}),
      held.call('POST', '/me/factors/email', { address: 'x@home.example' }),
      confirm(held, begun, codeAt(String(begun.body.seed))),
      held.call('POST', '/me/factors/passkey-options', {}),
      held.call('POST', '/me/factors/recovery-codes', {}),
      held.call('PATCH', `/me/factors/${id}`, { name: 'x' }),
      held.call('DELETE', `/me/factors/${id}?anyway=true`),
    ]);
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(['session.step-up-needed']));
    expect(refused[0]?.body).toMatchObject({ anyOf: [['password', 'totp']] });
    expect(kindsOf(await mine(held))).toEqual(['email', 'totp']);
  });

  it('is told of at the end of a recovery, as far as the rule of the person takes it', async () => {
    const person = await owner();
    keyturn.clock.move(60_000);
    const client = await startJourney(keyturn.url, person.login);
    await client.answer({ option: 'email' });
    await client.answer({ code: await mailedTo(person.address) });
    // Nobody is told what somebody has or lacks before they have proven themselves.
    expect(client.step).not.toHaveProperty('nextTime');
    await client.answer({ code: person.totp() });
    await client.answer({ password: newPassword() });
    expect(client.at('done').nextTime).toEqual({ proven: ['email', 'totp'], missing: ['passkey', 'recovery-code'] });
    const current = await client.call('GET', '/journeys/current');
    expect(current.body.step).toMatchObject({ nextTime: { missing: ['passkey', 'recovery-code'] } });
  });

  it('lets who has nothing enrolled add by the password alone, and take nothing away', async () => {
    const login = newLogin();
    await addPerson(keyturn, login);
    const held = await signIn(keyturn, login);
    expect(held.session.rights).toBe('enrolment');
    const seen = await mine(held);
    expect(seen).toMatchObject({ factors: [], addable: ['passkey', 'totp', 'email', 'recovery-code'] });
    expect(seen.ways.every(({ missing }) => missing.length > 0)).toBe(true);
    const begun = await held.call('POST', '/me/factors/totp', {});
    expect((await confirm(held, begun, codeAt(String(begun.body.seed)))).status).toBe(201);
    // It goes on, for what else it takes; and does nothing but add.
    const address = `${login}@home.example`;
    expect((await confirm(held, await held.call('POST', '/me/factors/email', { address }), await mailedTo(address))).status).toBe(201);
    const { factors, ways } = await mine(held);
    expect(ways).toContainEqual({ kinds: ['email', 'totp'], missing: [], from: factors.at(-1)?.countsFrom });
    expect(ways).toContainEqual({ kinds: ['passkey'], missing: ['passkey'], from: null });
    for (const { id } of factors)
      expect((await held.call('DELETE', `/me/factors/${id}?anyway=true`)).body.code).toBe('session.for-enrolment-only');
    expect((await held.call('GET', '/me')).body.code).toBe('session.for-enrolment-only');
  });

  it('adds a passkey, which is named, renamed and taken away', async () => {
    const { held } = await signedIn();
    const passkey = createSoftPasskey(ORIGIN);
    const options = await held.call('POST', '/me/factors/passkey-options', {});
    expect(options.status).toBe(201);
    const credential = passkey.make(options.body.publicKey as never);
    const sent = { ceremony: options.body.ceremony, credential, name: 'Laptop' };
    const added = await Promise.all([1, 2].map(() => held.call('POST', '/me/factors/passkeys', sent)));
    expect(added.map(({ status }) => status).toSorted()).toEqual([201, 422]);
    const found = async () => (await mine(held)).factors.find(({ kind }) => kind === 'passkey');
    const id = (await found())?.id ?? '';
    expect(await found()).toMatchObject({ label: 'Laptop', renamable: true, removable: true });
    expect((await held.call('PATCH', `/me/factors/${id}`, { name: '  Work laptop ' })).status).toBe(204);
    expect(await found()).toMatchObject({ label: 'Work laptop' });
    for (const name of ['two\nlines', '\u0000', '\u202Eback', '  '])
      expect((await held.call('PATCH', `/me/factors/${id}`, { name })).status).toBe(400);
    expect((await held.call('PATCH', `/me/factors/${id}`, { name: 'Family 👩‍👧 phone' })).status).toBe(204);
    const renamed = (await keyturn.deps.store.audit.read(0, 100_000)).filter(
      ({ type, data }) => type === 'factor.renamed' && data.includes(id),
    );
    expect(renamed).toHaveLength(2);
    expect(JSON.parse(renamed[0]?.data ?? '{}')).toMatchObject({ factor: 'passkey', author: 'self', account: { directory: 'people' } });
    // What people call their things stays out of it.
    expect(renamed.map(({ data }) => data).join()).not.toMatch(/Work laptop|Family/);
    expect((await held.call('DELETE', `/me/factors/${id}`)).status).toBe(204);
    expect(await found()).toBeUndefined();
    expect((await held.call('DELETE', `/me/factors/${id}`)).body.code).toBe('enrolment.factor-unknown');
    expect((await held.call('PATCH', `/me/factors/${id}`, { name: 'x' })).body.code).toBe('enrolment.factor-unknown');
  });

  it('begins to add no number of passkeys and authenticators, and as many again in another session', async () => {
    const { person, held } = await signedIn();
    const begin = (nth: number, by = held) => by.call('POST', `/me/factors/${nth % 2 === 0 ? 'passkey-options' : 'totp'}`, {});
    const begun: number[] = [];
    for (let nth = 0; nth < 40; nth += 1) begun.push((await begin(nth)).status);
    expect(new Set(begun)).toEqual(new Set([201]));
    const more = await Promise.all(Array.from({ length: 6 }, (_, nth) => begin(nth)));
    expect(more.map(({ status, body }) => [status, body.code])).toEqual(more.map(() => [429, 'guard.slow-down']));
    keyturn.clock.move(31_000);
    const other = await signIn(keyturn, person.login, person);
    expect((await begin(0, other)).status).toBe(201);
    keyturn.clock.move(3_600_000);
  });

  it('tells the devices of the owner which passkeys were ended, and nobody else', async () => {
    const { person, held } = await signedIn();
    const add = async (name: string): Promise<string> => {
      const passkey = createSoftPasskey(ORIGIN);
      const options = await held.call('POST', '/me/factors/passkey-options', {});
      const credential = passkey.make(options.body.publicKey as never);
      expect((await held.call('POST', '/me/factors/passkeys', { ceremony: options.body.ceremony, credential, name })).status).toBe(201);
      expect((await mine(held)).devices?.user.id).toBe((options.body as { publicKey: { user: { id: string } } }).publicKey.user.id);
      return passkey.id;
    };
    const remove = async (name: string) => {
      const id = (await mine(held)).factors.find(({ label }) => label === name)?.id ?? '';
      expect((await held.call('DELETE', `/me/factors/${id}`)).status).toBe(204);
    };
    const [first, second] = [await add('first'), await add('second')];
    await add('kept');
    expect((await mine(held)).devices).toMatchObject({ rpId: 'localhost', user: { name: person.login }, ended: [] });
    await remove('first');
    keyturn.clock.move(1000);
    await remove('second');
    expect((await mine(held)).devices?.ended).toEqual([second, first]);
    const other = await signedIn();
    expect((await mine(other.held)).devices?.ended).toEqual([]);
    // Whoever gave a password alone is told of no passkey.
    const login = newLogin();
    await addPerson(keyturn, login);
    expect((await mine(await signIn(keyturn, login))).devices).toBeNull();
  });

  it('takes the last way back only when that is said', async () => {
    const { person, held } = await signedIn();
    const { factors } = await mine(held);
    const totp = factors.find(({ kind }) => kind === 'totp')?.id ?? '';
    expect((await held.call('DELETE', `/me/factors/${totp}`)).body.code).toBe('enrolment.last-way');
    expect(kindsOf(await mine(held))).toEqual(['email', 'totp']);
    expect((await held.call('PATCH', `/me/factors/${factors.find(({ kind }) => kind === 'email')?.id}`, { name: 'x' })).body.code).toBe(
      'enrolment.factor-unknown',
    );
    expect((await held.call('DELETE', `/me/factors/${totp}?anyway=true`)).status).toBe(204);
    const told = () => keyturn.messages(person.address).some(({ text }) => text.includes('an authenticator app was removed'));
    await until(told, 'the notice');
  });

  it('makes ten codes that are shown once, and ends those from before', async () => {
    const { held } = await signedIn();
    const first = await held.call('POST', '/me/factors/recovery-codes', {});
    expect(first.status).toBe(201);
    const codes = first.body.codes as string[];
    expect(new Set(codes).size).toBe(10);
    const second = await held.call('POST', '/me/factors/recovery-codes', {});
    expect(codes.some((code) => (second.body.codes as string[]).includes(code))).toBe(false);
    expect(kindsOf(await mine(held)).filter((kind) => kind === 'recovery-code')).toHaveLength(10);
    expect(JSON.stringify(await keyturn.deps.store.audit.read(0, 10_000))).not.toContain(codes[0]);
  });

  it('ends every other session of its owner, and nothing of what a session was ended for', async () => {
    const { person, held } = await signedIn();
    const other = await signIn(keyturn, person.login, person);
    const begun = await held.call('POST', '/me/factors/totp', {});
    expect((await confirm(held, begun, codeAt(String(begun.body.seed)))).status).toBe(201);
    expect((await other.call('GET', '/session')).body.code).toBe('session.ended');
    expect((await held.call('GET', '/session')).status).toBe(200);
    // "This was not me", from the notice of what was added, ends the rest and what waits.
    const notice = () => keyturn.messages(person.address).find(({ text }) => text.includes('an authenticator app was added'));
    await until(() => notice() !== undefined, 'the notice');
    const link = /not-me#(\S+)/.exec(notice()?.text ?? '')?.[1];
    const next = await held.call('POST', '/me/factors/totp', {});
    expect((await request(keyturn.url, 'POST', '/notices/not-me', { token: link })).status).toBe(200);
    expect((await confirm(held, next, codeAt(String(next.body.seed)))).body.code).toBe('session.ended');
    expect((await keyturn.deps.store.factors.ofAccount(person.account)).map(({ kind }) => kind).toSorted()).toEqual(['email', 'totp']);
  });

  it('gives the power to stop a recovery to an address that counts, and to no address that waits', async () => {
    const { person, held } = await signedIn();
    const address = `${newLogin()}@home.example`;
    const begun = await held.call('POST', '/me/factors/email', { address });
    expect((await confirm(held, begun, await mailedTo(address))).status).toBe(201);
    expect((await held.call('POST', '/me/factors/recovery-codes', {})).status).toBe(201);
    const toldOf = (at: string) => keyturn.messages(at).find(({ text }) => text.includes('ecovery codes were'));
    await until(() => toldOf(person.address) !== undefined && toldOf(address) !== undefined, 'both notices');
    expect(toldOf(person.address)?.text).toContain('/not-me#');
    expect(toldOf(address)?.text).not.toContain('/not-me#');
    keyturn.clock.move(DAY + HOUR);
    const again = await signIn(keyturn, person.login, person);
    expect((await again.call('POST', '/me/factors/recovery-codes', {})).status).toBe(201);
    const links = (at: string) => keyturn.messages(at).filter(({ text }) => text.includes('/not-me#')).length;
    await until(() => links(address) === 1, 'a link, once the address counts');
  });

  it('sends a few codes an hour, to nobody more than that, whoever asks', async () => {
    const victim = `${newLogin()}@elsewhere.example`;
    const statuses: number[] = [];
    for (let people = 0; people < 3; people += 1) {
      const { held } = await signedIn();
      for (let tries = 0; tries < 2; tries += 1) statuses.push((await held.call('POST', '/me/factors/email', { address: victim })).status);
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(3);
    expect(statuses.filter((status) => status === 429)).toHaveLength(3);
    const { held } = await signedIn();
    const own: number[] = [];
    for (let tries = 0; tries < 8; tries += 1)
      own.push((await held.call('POST', '/me/factors/email', { address: `${newLogin()}@home.example` })).status);
    expect(own.filter((status) => status === 201)).toHaveLength(6);
  });
});
