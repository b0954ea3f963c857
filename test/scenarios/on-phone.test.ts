import { Secret, TOTP } from 'otpauth';
import { beforeAll, expect, it } from 'vitest';
import type { OwnFactors } from '../../shared/api/own-factors.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { atBegun, request } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, type SessionClient, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, until } from './start-keyturn.ts';

const MINUTE = 60_000;

/** A phone that has opened a QR code. */
interface Phone {
  token: string;
  journey: string;
  digits: string;
}

describeEachEngine('a phone let in from a computer, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
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
              ],
            },
          ],
        },
      },
    });
  });

  async function signedIn(): Promise<{ held: SessionClient; person: Enrolled & { login: string } }> {
    const login = newLogin();
    await addPerson(keyturn, login);
    const person = { login, ...(await keyturn.enrol(login)) };
    return { person, held: await signIn(keyturn, login, person) };
  }
  async function offer(held: SessionClient): Promise<{ phone: string; link: string }> {
    const { status, body } = await held.call('POST', '/me/phones', {});
    expect(status).toBe(201);
    const address = new URL(String(body.address));
    expect(address.origin + address.pathname + address.search).toBe('http://localhost/phone');
    return { phone: String(body.phone), link: address.hash.slice(1) };
  }
  const opening = (link: string) => request(keyturn.url, 'POST', '/phone', { link });
  async function open(link: string): Promise<Phone> {
    const { status, body } = await opening(link);
    expect(body).toMatchObject({ step: { kind: 'waiting', for: 'computer', digits: expect.stringMatching(/^[1-9][0-9]$/) } });
    expect(status).toBe(201);
    return { token: String(body.token), journey: String(body.journey), digits: (body.step as { digits: string }).digits };
  }
  const letIn = (held: SessionClient, phone: string, digits: string) => held.call('POST', `/me/phones/${phone}`, { digits });
  const progress = async (held: SessionClient, phone: string) => (await held.call('GET', `/me/phones/${phone}`)).body.progress;
  const standing = async ({ token, journey }: Phone) => {
    const { body } = await request(keyturn.url, 'GET', `/journeys/${journey}`, undefined, { authorization: `Bearer ${token}` });
    return body.step as { kind: string; code?: string };
  };
  const session = ({ token, journey }: Phone) => inSession(keyturn.url, token, 'POST', '/session', { journey });
  const wrong = (digits: string) => (digits === '99' ? '10' : String(Number(digits) + 1));
  const events = async (wanted: string) => (await keyturn.deps.store.audit.read(0, 100_000)).filter(({ type }) => type === wanted);

  it('adds what proves its owner, and nothing else, while both sessions go on', async () => {
    const { held, person } = await signedIn();
    const { phone, link } = await offer(held);
    expect(await progress(held, phone)).toBe('offered');
    const opened = await open(link);
    expect(await progress(held, phone)).toBe('opened');
    expect((await session(opened)).body.code).toBe('session.not-proven');
    expect((await letIn(held, phone, ` ${opened.digits[0]} ${opened.digits[1]} `)).status).toBe(204);
    expect(await progress(held, phone)).toBe('let-in');
    expect(await standing(opened)).toMatchObject({ kind: 'done' });
    const entered = await session(opened);
    expect(entered).toMatchObject({ status: 201, body: { session: { rights: 'enrolment', login: person.login } } });
    const token = String(entered.body.token);
    const onPhone = (method: string, path: string, body?: unknown) => inSession(keyturn.url, token, method, path, body);
    expect((await session(opened)).body.code).toBe('session.not-proven');

    const begun = await onPhone('POST', '/me/factors/totp', {});
    const code = new TOTP({ secret: Secret.fromBase32(String(begun.body.seed)) }).generate({ timestamp: keyturn.clock.now() });
    expect((await onPhone('POST', '/me/factors/confirm', { ceremony: begun.body.ceremony, code, name: 'Phone' })).status).toBe(201);
    const mine = (await held.call('GET', '/me/factors')).body as unknown as OwnFactors;
    expect(mine.factors.map(({ label }) => label)).toContain('Phone');
    for (const [method, path, body] of [
      ['POST', '/me/password', { password: 'b', accounts: [{ account: 'own', current: 'a' }] }],
      ['DELETE', `/me/factors/${mine.factors[0]?.id}?anyway=true`, undefined],
      ['POST', '/me/accounts/proof', { account: 'bob' }],
      ['POST', '/me/phones', {}],
    ] as const)
      expect([path, (await onPhone(method, path, body)).body.code]).toEqual([path, 'session.for-enrolment-only']);
    keyturn.clock.move(31 * MINUTE);
    expect((await onPhone('GET', '/session')).body.code).toBe('session.ended');
  });

  it('is one phone: of several that open a code at once, and of any that come later, none gets in', async () => {
    const { held } = await signedIn();
    const { phone, link } = await offer(held);
    const answers = await Promise.all([opening(link), opening(link), opening(link)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 410, 410]);
    expect((await opening(link)).body.code).toBe('phone.link-invalid');
    const digits = String(
      answers.map(({ body }) => (body.step as { digits?: string } | undefined)?.digits).find((shown) => shown !== undefined),
    );
    const tries = await Promise.all(Array.from({ length: 4 }, () => letIn(held, phone, digits)));
    expect(tries.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(tries.filter(({ body }) => body.code === 'phone.over')).toHaveLength(3);
  });

  it('is not let in by guesses, however many come at once', async () => {
    const { held } = await signedIn();
    const before = (await events('phone.refused')).length;
    const { phone, link } = await offer(held);
    const opened = await open(link);
    // A slip is no guess.
    for (const slip of ['1', '123', 'no', '-']) expect((await letIn(held, phone, slip)).body.code).toBe('request.digits-unlike');
    const codes = (await Promise.all(Array.from({ length: 8 }, () => letIn(held, phone, wrong(opened.digits))))).map(
      ({ body }) => body.code,
    );
    expect(codes.filter((code) => code === 'phone.digits-wrong')).toHaveLength(2);
    expect(codes.filter((code) => code === 'phone.over')).toHaveLength(6);
    expect((await letIn(held, phone, opened.digits)).body.code).toBe('phone.over');
    expect(await progress(held, phone)).toBe('over');
    expect(await standing(opened)).toMatchObject({ kind: 'refused', code: 'journey.phone-refused' });
    expect((await events('phone.refused')).length).toBe(before + 1);
  });

  it('is let in by nobody else, and by nobody after five minutes or once the computer is signed out', async () => {
    const { held } = await signedIn();
    const other = await signedIn();
    const { phone, link } = await offer(held);
    const opened = await open(link);
    expect((await letIn(other.held, phone, opened.digits)).body.code).toBe('phone.over');
    expect(await progress(other.held, phone)).toBe('over');
    expect((await letIn(held, phone, opened.digits)).status).toBe(204);
    expect(await standing(opened)).toMatchObject({ kind: 'done' });
    expect((await held.call('DELETE', '/session')).status).toBe(204);
    expect((await session(opened)).body.code).toBe('session.not-proven');

    const late = await offer(other.held);
    keyturn.clock.move(6 * MINUTE);
    expect((await opening(late.link)).body.code).toBe('phone.link-invalid');
    const again = await offer(other.held);
    const waiting = await open(again.link);
    keyturn.clock.move(6 * MINUTE);
    expect((await letIn(other.held, again.phone, waiting.digits)).body.code).toBe('session.step-up-needed');
    expect(await progress(other.held, again.phone)).toBe('over');
  });

  it('adds nothing more once the computer that has let it in is signed out', async () => {
    const { held } = await signedIn();
    const { phone, link } = await offer(held);
    const opened = await open(link);
    expect((await letIn(held, phone, opened.digits)).status).toBe(204);
    await until(async () => (await standing(opened)).kind === 'done', 'the phone to be let in');
    const token = String((await session(opened)).body.token);
    const begun = await inSession(keyturn.url, token, 'POST', '/me/factors/totp', {});
    const code = new TOTP({ secret: Secret.fromBase32(String(begun.body.seed)) }).generate({ timestamp: keyturn.clock.now() });
    expect((await held.call('DELETE', '/session')).status).toBe(204);
    const confirmed = await inSession(keyturn.url, token, 'POST', '/me/factors/confirm', {
      ceremony: begun.body.ceremony,
      code,
      name: 'Phone',
    });
    expect(confirmed.body.code).toBe('session.ended');
  });

  it('hangs on the computer that has let it in still, whoever proves once more on it who they are', async () => {
    const { held, person } = await signedIn();
    const { phone, link } = await offer(held);
    const opened = await open(link);
    expect((await letIn(held, phone, opened.digits)).status).toBe(204);
    expect(await standing(opened)).toMatchObject({ kind: 'done' });
    const before = String((await session(opened)).body.token);
    const begun = await inSession(keyturn.url, before, 'POST', '/session/step-up', { anyOf: [['totp']] });
    const client = atBegun(keyturn.url, begun);
    keyturn.clock.move(31_000);
    await client.answer({ option: 'totp' });
    await client.answer({ code: person.totp() });
    const taken = { journey: begun.body.journey, journeyToken: client.token };
    const raised = await inSession(keyturn.url, before, 'PUT', '/session', taken);
    expect(raised).toMatchObject({ status: 200, body: { session: { rights: 'enrolment' } } });
    const onPhone = (path: string) => inSession(keyturn.url, String(raised.body.token), 'POST', path, {});
    expect((await onPhone('/me/phones')).body.code).toBe('session.for-enrolment-only');
    expect((await held.call('DELETE', '/session')).status).toBe(204);
    expect((await onPhone('/me/factors/recovery-codes')).body.code).toBe('session.ended');
    expect((await onPhone('/me/phones')).body.code).toBe('session.ended');
  });

  it('opens nothing by an address that was made up, cut or mixed, and shows no secret in the log', async () => {
    const { held } = await signedIn();
    const [one, two] = [await offer(held), await offer(held)];
    const mixed = `${one.phone}.${two.link.split('.')[1]}`;
    for (const link of [mixed, one.link.slice(0, -1), `${one.link}x`, `${one.phone}.${'A'.repeat(43)}`, 'A'.repeat(60)])
      expect((await opening(link)).body.code).toBe('phone.link-invalid');
    await open(one.link);
    const log = keyturn.logLines.join('\n') + JSON.stringify(await keyturn.deps.store.audit.read(0, 10_000));
    expect(log).not.toContain(one.link.split('.')[1]);
  });
});
