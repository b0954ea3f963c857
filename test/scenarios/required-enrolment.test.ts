import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnRequirement } from '../../shared/api/own-requirement.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { endFactor } from '../../src/core/enrolment/enrol-factors.ts';
import { createReminders } from '../../src/core/enrolment/remind-by-mail.ts';
import { newSeed } from '../../src/core/enrolment/totp-seed.ts';
import { currentTotp } from '../../src/core/factors/totp-factor.ts';
import { newLogin } from '../conformance/samples.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { REAL_KINDS, type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { exchange, inSession, proveSignIn, type SessionClient, type SessionReply, signIn } from './sign-in-client.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, startKeyturn, TEST_URL, until } from './start-keyturn.ts';

const DAY = 86_400_000;
const REQUIRED = [
  { name: 'apprentices', when: { groups: ['Apprentices'] }, ask: 'never' as const },
  { name: 'overdue', when: { groups: ['Overdue'] }, ask: 'force' as const, deadline: '2026-01-31' },
  { name: 'mailed', when: { groups: ['Mailed'] }, mails: { everyDays: 7, atMost: 3 } },
  { name: 'everybody', ask: 'force' as const, days: 7, putOffDays: 2 },
];

interface Owner extends Enrolled {
  login: string;
}

/** Somebody who signs in with an authenticator, and has no address to recover by. */
async function halfEnrolled(keyturn: Keyturn, ...groups: string[]): Promise<Owner> {
  const login = newLogin();
  await addPerson(keyturn, login, { groups });
  return withAuthenticator(keyturn, login);
}

async function withAuthenticator({ deps }: Keyturn, login: string): Promise<Owner> {
  const [found] = await deps.directories.get('people').findAccounts(login);
  if (found === undefined) throw new Error(`no ${login}`);
  const account = { directory: found.directory, id: found.id };
  const secret = newSeed(deps.random);
  await addFactor(deps, deps.store, { account, kind: 'totp', label: 'app', secret, source: 'test' });
  return { login, account, address: `${login}@home.example`, totp: () => currentTotp(secret, deps.clock.now()).code };
}
const asked = async (held: SessionClient): Promise<OwnRequirement> =>
  (await held.call('GET', '/me/enrolment')).body as unknown as OwnRequirement;
const eventsOf = async (keyturn: Keyturn, { account }: Owner, type: string) =>
  (await keyturn.deps.store.audit.read(0, 100_000)).filter((row) => row.type === type && row.data.includes(account.id));
const beginsAddress = (held: SessionClient, { address }: Owner) => held.call('POST', '/me/factors/email', { address });

describeEachEngine('enrolment that is required, on %s', (engine) => {
  let keyturn: Keyturn;
  let second: Keyturn;
  beforeAll(async () => {
    const options = {
      directories: [embeddedSection()],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, enrolment: { required: REQUIRED } },
    };
    keyturn = await engine.start(options);
    second = await engine.startAnother();
  });

  const mailed = async (address: string): Promise<string> => {
    const codes = () => keyturn.messages(address).filter(holdsCode);
    await until(() => codes().length > 0, `a code to ${address}`);
    return codeIn(codes()[0] as never);
  };
  const addsAddress = async (held: SessionClient, person: Owner): Promise<void> => {
    const begun = await beginsAddress(held, person);
    const code = await mailed(person.address);
    expect((await held.call('POST', '/me/factors/confirm', { ceremony: begun.body.ceremony, code })).status).toBe(201);
  };

  const addsFor = ({ account, address }: Owner) =>
    addFactor(keyturn.deps, keyturn.deps.store, { account, kind: 'email', label: address, secret: address, source: 'test' });

  it('takes nothing of another account for it as long as the link to it waits: that can be taken back', async () => {
    const [owner, login] = [await halfEnrolled(keyturn, 'Overdue'), newLogin()];
    await addPerson(keyturn, login);
    const other = await keyturn.enrol(login);
    const countsFrom = keyturn.clock.now() + DAY;
    const made = { person: randomUUID(), ids: [randomUUID(), randomUUID()] as [string, string], now: 0, by: 'test', countsFrom };
    expect(await keyturn.deps.store.people.link(owner.account, other.account, made)).toBe(true);
    expect((await signIn(keyturn, owner.login, owner)).session.rights).toBe('until-enrolled');
    keyturn.clock.move(DAY + 60_000);
    expect((await signIn(keyturn, owner.login, owner)).session.rights).toBe('full');
  });

  it('asks nothing of who could recover, nor of whom a rule leaves alone', async () => {
    const login = newLogin();
    await addPerson(keyturn, login);
    const held = await signIn(keyturn, login, await keyturn.enrol(login));
    expect(held.session.rights).toBe('full');
    expect(await asked(held)).toMatchObject({ ask: 'nothing', ways: [] });
    const apprentice = await halfEnrolled(keyturn, 'Apprentices');
    const other = await signIn(keyturn, apprentice.login, apprentice);
    expect(await asked(other)).toMatchObject({ ask: 'nothing' });
    expect(await eventsOf(keyturn, apprentice, 'enrolment.asked')).toEqual([]);
  });

  it('reminds, is put off, and reminds again, until the days are over and nothing else is to be done', async () => {
    const person = await halfEnrolled(keyturn);
    const held = await signIn(keyturn, person.login, person);
    expect(held.session.rights).toBe('full');
    const first = await asked(held);
    expect(first).toMatchObject({ ask: 'remind', daysLeft: 7, putOffDays: 2, uncertain: false, stuck: null });
    expect(first.ways).toEqual([{ kinds: ['email', 'totp'], missing: ['email'] }]);
    const both = await Promise.all([
      held.call('POST', '/me/enrolment/put-off', {}),
      inSession(second.url, held.token, 'POST', '/me/enrolment/put-off', {}),
    ]);
    expect(both.map(({ status }) => status)).toEqual([204, 204]);
    expect(await asked(held)).toMatchObject({ ask: 'nothing' });
    expect((await held.call('GET', '/me')).status).toBe(200);
    expect(await eventsOf(keyturn, person, 'enrolment.put-off')).toHaveLength(1);

    keyturn.clock.move(2 * DAY);
    const later = await signIn(keyturn, person.login, person);
    expect(await asked(later)).toMatchObject({ ask: 'remind', daysLeft: 5 });
    keyturn.clock.move(5 * DAY);
    const late = await signIn(keyturn, person.login, person);
    expect(late.session.rights).toBe('until-enrolled');
    expect(await asked(late)).toMatchObject({ ask: 'force', daysLeft: 0 });
    expect(await eventsOf(keyturn, person, 'enrolment.asked')).toHaveLength(1);
  });

  it('gives the days again to who had enough for a while, and lost something', async () => {
    const person = await halfEnrolled(keyturn);
    await signIn(keyturn, person.login, person);
    await addsFor(person);
    keyturn.clock.move(30 * DAY);
    await signIn(keyturn, person.login, person);
    const [address] = (await keyturn.deps.store.factors.ofAccount(person.account)).filter(({ kind }) => kind === 'email');
    await endFactor(keyturn.deps, person.account, address?.id ?? '', { author: 'test', language: 'en', lane: 'notice', reason: 'lost' });
    const held = await signIn(keyturn, person.login, person);
    expect(held.session.rights).toBe('full');
    expect(await asked(held)).toMatchObject({ ask: 'remind', daysLeft: 7 });
  });

  it('past the deadline lets nothing else be done until it is complete, and then everything, with another token', async () => {
    const person = await halfEnrolled(keyturn, 'Overdue');
    const held = await signIn(keyturn, person.login, person);
    expect(held.session.rights).toBe('until-enrolled');
    const refused: SessionReply[] = [
      await held.call('GET', '/me'),
      await held.call('GET', '/me/activity'),
      await held.call('GET', '/me/accounts'),
      await held.call('POST', '/me/password', { password: 'y', accounts: [{ account: held.session.id, current: 'x' }] }),
      await held.call('POST', '/help/find', { account: 'alice' }),
      await held.call('POST', '/me/enrolment/put-off', {}),
      await held.call('DELETE', '/me/factors/whatever?anyway=true'),
    ];
    expect(refused.map(({ body }) => body.code)).toEqual(refused.map(() => 'session.for-enrolment-only'));
    expect((await held.call('GET', '/session/roles')).body).toMatchObject({ roles: [], may: [] });
    expect((await held.call('POST', '/session/release', {})).body).toMatchObject({ code: 'enrolment.not-complete' });

    await addsAddress(held, person);
    const released = await Promise.all([
      held.call('POST', '/session/release', {}),
      inSession(second.url, held.token, 'POST', '/session/release', {}),
    ]);
    expect(released.map(({ status }) => status).toSorted()).toEqual([200, 401]);
    const { token = '', session } = released.find(({ status }) => status === 200)?.body ?? {};
    expect(session).toMatchObject({ id: held.session.id, rights: 'full' });
    expect((await held.call('GET', '/session')).status).toBe(401);
    expect((await inSession(keyturn.url, token, 'GET', '/me')).status).toBe(200);
    expect((await inSession(keyturn.url, token, 'POST', '/session/release', {})).body.code).toBe('session.not-proven');
    expect(await eventsOf(keyturn, person, 'session.released')).toHaveLength(1);
    expect((await signIn(keyturn, person.login, person)).session.rights).toBe('full');
  });

  it('past the deadline wants proofs as fresh as ever, which can be given', async () => {
    const person = await halfEnrolled(keyturn, 'Overdue');
    const held = await signIn(keyturn, person.login, person);
    keyturn.clock.move(11 * 60_000);
    expect((await beginsAddress(held, person)).body).toMatchObject({ code: 'session.step-up-needed', anyOf: [['password', 'totp']] });
    expect((await held.call('POST', '/session/step-up', { anyOf: [['password', 'totp']] })).status).toBe(201);
  });

  it('keeps who has nothing enrolled to enrolling, as ever, and counts their days', async () => {
    const login = newLogin();
    await addPerson(keyturn, login, { groups: ['Overdue'] });
    const held = await signIn(keyturn, login);
    expect(held.session.rights).toBe('enrolment');
    expect((await held.call('POST', '/session/release', {})).body).toMatchObject({ code: 'session.not-proven' });
    const begun = await held.call('POST', '/me/factors/totp', {});
    const code = new TOTP({ secret: Secret.fromBase32(String(begun.body.seed)) }).generate({ timestamp: keyturn.clock.now() });
    expect((await held.call('POST', '/me/factors/confirm', { ceremony: begun.body.ceremony, code })).status).toBe(201);
    // What was opened by a password alone rises by nothing that is added in it.
    expect((await held.call('POST', '/session/release', {})).body).toMatchObject({ code: 'session.not-proven' });
    expect(await asked(held)).toMatchObject({ ask: 'force' });
  });

  it('is reminded of by mail, by one node alone, as often as configured', async () => {
    const [person, late] = [await halfEnrolled(keyturn, 'Mailed'), await halfEnrolled(keyturn, 'Mailed')];
    const quiet = [await halfEnrolled(keyturn, 'Apprentices'), await halfEnrolled(keyturn)];
    const secure = newLogin();
    await addPerson(keyturn, secure, { groups: ['Mailed'] });
    await keyturn.enrol(secure);
    const reminders = (login: string) =>
      keyturn
        .messages(`${login}@work.example.test`)
        .filter(({ subject }) => subject === 'Please set up how you get back into your account');
    const walked = async () => (await eventsOf(keyturn, person, 'enrolment.reminded')).length;
    for (let day = 1; day <= 16; day += 1) {
      const before = await walked();
      // Both nodes look, as they do of themselves.
      keyturn.clock.move(DAY);
      await Promise.all([keyturn, second, keyturn].map(({ deps }) => createReminders(deps)()));
      if (day === 10) await addsFor(late);
      expect((await walked()) - before, `day ${day}`).toBeLessThanOrEqual(1);
    }
    // Every seven days, three at most.
    expect(await walked()).toBe(3);
    expect(await eventsOf(keyturn, late, 'enrolment.reminded')).toHaveLength(2);
    await until(() => reminders(person.login).length === 3 && reminders(late.login).length === 2, 'the mails');
    expect(reminders(person.login)[0]?.text).toContain(`sign in at ${TEST_URL}/me`);
    for (const { login } of quiet) expect(reminders(login)).toEqual([]);
    expect(reminders(secure)).toEqual([]);
  });
});

describe('enrolment that is required, while no mail leaves', () => {
  let smtp: SmtpServer;
  let proxy: TcpProxy;
  let keyturn: Keyturn;
  beforeAll(async () => {
    smtp = await startSmtp();
    proxy = await startTcpProxy({ targetHost: smtp.host, targetPort: smtp.port });
    keyturn = await startKeyturn({
      directories: [embeddedSection()],
      configuration: {
        ...{ guard: GENEROUS_LIMITS, signIn: { enabled: true }, enrolment: { required: REQUIRED } },
        mail: {
          kind: 'smtp',
          from: 'Keyturn <keyturn@example.test>',
          servers: [{ host: proxy.host, port: proxy.port, security: 'none', timeoutSeconds: 2 }],
        },
      },
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await proxy?.stop();
    await smtp?.stop();
  });

  it('is not what an address of their own brings about that takes no mail at present', async () => {
    const owner = await halfEnrolled(keyturn, 'Overdue');
    const held = await signIn(keyturn, owner.login, owner);
    await smtp.setMode({ at: 'recipient', code: 450, words: '4.2.1 not now' });
    expect((await beginsAddress(held, owner)).status).toBe(201);
    const deferred = () => keyturn.logLines.some((line) => line.includes('outbox.retry-later') && line.includes('mail.deferred'));
    await until(deferred, 'the code to be deferred');
    expect((await asked(held)).stuck).toBeNull();
    expect((await held.call('POST', '/session/release', {})).body).toMatchObject({ code: 'enrolment.not-complete' });
    expect((await signIn(keyturn, owner.login, owner)).session.rights).toBe('until-enrolled');
    await smtp.setMode('accept');
    await until(
      async () => (await keyturn.deps.store.outbox.backlog(keyturn.clock.now())).every(({ waiting }) => waiting === 0),
      'the code to leave',
    );
  });

  it('lets everybody in and says why, and holds them up again when it does', async () => {
    const [first, next] = [await halfEnrolled(keyturn, 'Overdue'), await halfEnrolled(keyturn, 'Overdue')];
    const held = await signIn(keyturn, first.login, first);
    expect(held.session.rights).toBe('until-enrolled');
    proxy.setMode('refuse');
    proxy.cutAll();
    expect((await beginsAddress(held, first)).status).toBe(201);
    await until(async () => (await asked(held)).stuck === 'codes-do-not-leave', 'the outage to be seen');
    expect((await held.call('POST', '/session/release', {})).body.session).toMatchObject({ rights: 'full' });
    expect((await signIn(keyturn, next.login, next)).session.rights).toBe('full');
    proxy.setMode('forward');
    keyturn.clock.move(60_000);
    await until(async () => (await keyturn.deps.store.outbox.notLeaving('code', 0, keyturn.clock.now())).length === 0, 'the code to leave');
    expect((await signIn(keyturn, next.login, next)).session.rights).toBe('until-enrolled');
  });
});

describe.each(REAL_KINDS)('enrolment that is required, of people of %s', (kind) => {
  let real: RealDirectory;
  const keyturns: Keyturn[] = [];
  beforeAll(async () => {
    real = await reachRealDirectory(kind, kind === 'active-directory' ? { historyOnReset: 'two-step' } : {});
  });
  afterAll(async () => {
    await Promise.all(keyturns.map((keyturn) => keyturn.close()));
    await real?.proxy.stop();
  });

  /** A Keyturn that asks everybody at this place, beside another rule, and somebody with an authenticator alone. */
  async function asking(first: object[]): Promise<{ keyturn: Keyturn; person: Enrolled; login: string; password: string }> {
    const overdue = { name: 'overdue', when: { places: [(real.section as { baseDn: string }).baseDn] }, ask: 'force' as const };
    const keyturn = await startKeyturn({
      directories: [real.section],
      configuration: {
        ...{ guard: GENEROUS_LIMITS, signIn: { enabled: true } },
        enrolment: { required: [...(first as []), { ...overdue, deadline: '2026-01-31' }] },
      },
    });
    keyturns.push(keyturn);
    const { login, password } = await real.createPerson();
    return { keyturn, login, password, person: await withAuthenticator(keyturn, login) };
  }

  it('holds up who certainly has to, and lets in who only may have to: a group that is not told is no reason', async () => {
    const certain = await asking([]);
    const held = await signIn(certain.keyturn, certain.login, certain.person, certain.password);
    expect(held.session.rights).toBe('until-enrolled');
    const hidden = await asking([{ name: 'left alone', when: { groups: ['Nobody has heard of it'] }, ask: 'never' }]);
    const free = await signIn(hidden.keyturn, hidden.login, hidden.person, hidden.password);
    expect(free.session.rights).toBe('full');
    expect(await asked(free)).toMatchObject({ ask: 'remind', uncertain: true, deadline: null });
  });

  it('lets nobody in while it is not told how the account stands, and then who has proven themselves', async () => {
    const { keyturn, login, password, person } = await asking([]);
    keyturn.clock.move(31_000);
    const client = await proveSignIn(keyturn.url, login, person, password);
    client.at('done');
    real.proxy.setMode('refuse');
    real.proxy.cutAll();
    try {
      expect(await exchange(keyturn.url, client)).toMatchObject({ status: 503, body: { code: 'directory.unavailable' } });
    } finally {
      real.proxy.setMode('forward');
    }
    await until(async () => (await exchange(keyturn.url, client)).status === 201, 'the session, once the directory answers');
  });
});
