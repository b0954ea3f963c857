import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { makeEmergencyLink, retireEmergencies } from '../../src/core/access/emergency.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { LIFT_WAITS, liftThreat, raiseThreat, readThreat } from '../../src/core/threat/threat.ts';
import { consoleAuthor } from '../../src/core/threat/threat-author.ts';
import { newLogin } from '../conformance/samples.ts';
import { createSoftPasskey } from '../servers/soft-passkey.ts';
import { newestFirst } from './by-time.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { act, newAgent, newCaller, opened } from './helpdesk.ts';
import { type JourneyClient, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { askedForPassword, exchange, inSession, type SessionClient, signIn } from './sign-in-client.ts';
import { codeIn, holdsCode, type Keyturn, until } from './start-keyturn.ts';

const ORIGIN = 'http://localhost';
const ALARM = 'alarm@example.test';
const MINUTE = 60_000;
/** Real time goes on while a test runs: what is so near a limit is not foretold. */
const NEAR = 5000;
const TYPED = 'A harbour at 7, quite quiet';
const roles = [
  { name: 'admins', may: ['manage-configuration' as const], heldBy: { groups: ['Admins'] } },
  {
    ...{ name: 'trusted', may: ['reset-password' as const, 'see-people' as const], heldBy: { groups: ['Trusted'] } },
    ...{ over: { groups: ['Staff'] }, unverified: true, resetBy: ['link' as const, 'told' as const] },
  },
];

describeEachEngine('a raised threat, on %s', (engine) => {
  let keyturn: Keyturn;
  let second: Keyturn;
  let admin: SessionClient;
  let signInAnew: () => Promise<void>;
  beforeAll(async () => {
    const options = {
      directories: [embeddedSection()],
      key: new Uint8Array(randomBytes(32)),
      configuration: {
        guard: GENEROUS_LIMITS,
        organisation: { name: 'Test', publicUrl: ORIGIN, alarmAddress: ALARM },
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['email' as const], ['totp' as const]] }] },
        threat: { withoutKinds: ['email' as const] },
        roles,
      },
    };
    keyturn = await engine.start(options);
    second = await engine.startAnother();
    const login = newLogin('admin');
    await addPerson(keyturn, login, { groups: ['Admins'] });
    const person = await keyturn.enrol(login);
    signInAnew = async () => {
      admin = await signIn(keyturn, login, person);
    };
  });
  // Raising asks for fresh proofs, and each test moves the clock on.
  beforeEach(() => signInAnew());

  const raise = (reason = 'calls by impostors') => admin.call('POST', '/admin/threat', { reason });
  const asRoot = (name: string) => liftThreat(keyturn.deps, consoleAuthor(name));
  async function isOver(): Promise<void> {
    await asRoot('one');
    await asRoot('two');
    await Promise.all([keyturn, second].map((node) => node.takeUpConfiguration()));
    expect([keyturn, second].every(({ deps }) => accepts(deps.configuration().recovery.rules))).toBe(true);
  }
  const accepts = (rules: readonly { accepted: readonly (readonly string[])[] }[]) =>
    rules.some(({ accepted }) => accepted.flat().includes('email'));
  const events = async () =>
    (await keyturn.deps.store.audit.read(0, 100_000)).filter(({ type }) => type.startsWith('threat.')).map(({ type }) => type);

  it('takes what does not count from everybody, at every node, also from who has begun already', async () => {
    const person = await newCaller(keyturn);
    const begun = await startJourney(keyturn.url, person.login);
    await begun.answer({ option: 'email' });
    const { code } = /(?<code>\b\d{8}\b)/.exec((await keyturn.waitForMessage(person.address)).text)?.groups ?? {};
    expect((await raise()).status).toBe(204);
    expect(accepts(keyturn.deps.configuration().recovery.rules)).toBe(false);
    await until(() => !accepts(second.deps.configuration().recovery.rules), 'the other node');
    // Written down is what the operator wrote: lifting it brings that back, and nobody applies the strict one by accident.
    expect(JSON.parse((await keyturn.deps.store.configurations.current())?.document ?? '{}')).toMatchObject({
      recovery: { rules: [{ accepted: [['email'], ['totp']] }] },
    });
    const reply = await begun.answer({ code });
    expect(JSON.stringify(reply)).not.toContain('new-password');
    const later = await startJourney(second.url, person.login);
    expect(JSON.stringify(later)).not.toContain('"email"');
    await until(() => keyturn.messages(ALARM).some(({ text }) => text.includes('calls by impostors')), 'the alarm');
    await isOver();
    const again = await startJourney(keyturn.url, person.login);
    await again.answer({ option: 'email' });
  });

  it('also stops who had proven enough before, and not done yet what it was for', async () => {
    const [agent, person, other] = [await newAgent(keyturn, 'Trusted'), await newCaller(keyturn), await newCaller(keyturn)];
    const mailed = async (client: JourneyClient, address: string) => {
      const before = keyturn.messages(address).filter(holdsCode).length;
      await client.answer({ option: 'email' });
      await until(() => keyturn.messages(address).filter(holdsCode).length > before, 'a code');
      const [newest] = newestFirst(keyturn.messages(address).filter(holdsCode));
      await client.answer({ code: newest === undefined ? '' : codeIn(newest) });
    };
    const recovering = await startJourney(keyturn.url, person.login);
    await mailed(recovering, person.address);
    recovering.at('new-password');
    const signingIn = await askedForPassword(keyturn.url, person.login);
    await signingIn.answer({ password: OLD_PASSWORD });
    await mailed(signingIn, person.address);
    signingIn.at('done');
    const { numbers } = await opened(agent, other);
    const calling = await startJourney(keyturn.url, other.login, 'confirm-call');
    await mailed(calling, other.address);
    calling.at('confirm-call');
    const byApp = await startJourney(keyturn.url, other.login);
    await byApp.answer({ option: 'totp' });
    await byApp.answer({ code: other.totp() });
    byApp.at('new-password');
    const verifiedBy = async (kind: 'email' | 'totp') => {
      const caller = await newCaller(keyturn);
      const { id, numbers: told } = await opened(agent, caller);
      const client = await startJourney(keyturn.url, caller.login, 'confirm-call');
      if (kind === 'email') await mailed(client, caller.address);
      else {
        await client.answer({ option: 'totp' });
        await client.answer({ code: caller.totp() });
      }
      await client.answer({ number: told?.spoken });
      client.at('done');
      return { id, caller };
    };
    const [byMail, byTotp] = [await verifiedBy('email'), await verifiedBy('totp')];

    await raise();
    expect(await act(agent, byMail.id)).toMatchObject({ status: 403, body: { code: 'case.receipt-needed' } });
    expect(await signsIn(keyturn, byMail.caller.login, OLD_PASSWORD)).toBe(true);
    expect(await act(agent, byTotp.id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    await recovering.answer({ password: TYPED });
    expect(recovering.at('refused').code).toBe('journey.no-proof-left');
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(true);
    expect((await exchange(keyturn.url, signingIn)).body.code).toBe('session.not-proven');
    await calling.answer({ number: numbers?.spoken });
    expect(calling.at('refused').code).toBe('journey.no-proof-left');
    // What counts still does what it was for.
    await byApp.answer({ password: TYPED });
    await until(() => signsIn(keyturn, other.login, TYPED), 'the new password');
    await isOver();
  });

  it('ends what is done by a role in sessions that rest on what does not count, and no other one', async () => {
    const holders = { 'who administrates': ['Admins'], 'an agent': ['Trusted'], 'who is nobody here': [] };
    const asked = { 'who administrates': '/admin', 'an agent': '/helpdesk/directories', 'who is nobody here': '/session/roles' };
    type Who = keyof typeof holders;
    const byMail = async (login: string, address: string) => {
      keyturn.clock.move(31_000);
      const client = await askedForPassword(keyturn.url, login);
      const before = keyturn.messages(address).filter(holdsCode).length;
      await client.answer({ password: OLD_PASSWORD });
      // Who has nothing else is sent one at once.
      if (client.step.kind === 'choose-factor') await client.answer({ option: 'email' });
      await until(() => keyturn.messages(address).filter(holdsCode).length > before, 'a code');
      const [newest] = newestFirst(keyturn.messages(address).filter(holdsCode));
      await client.answer({ code: newest === undefined ? '' : codeIn(newest) });
      const { token = '' } = (await exchange(keyturn.url, client)).body;
      return (path: string, method = 'GET', body?: object) => inSession(keyturn.url, token, method, path, body);
    };
    const all: { who: Who; mail: Awaited<ReturnType<typeof byMail>>; app: SessionClient }[] = [];
    for (const who of Object.keys(holders) as Who[]) {
      const login = newLogin('holder');
      await addPerson(keyturn, login, { groups: holders[who] });
      const address = `${login}@example.test`;
      const person = await keyturn.enrol(login, address);
      all.push({ who, mail: await byMail(login, address), app: await signIn(keyturn, login, person) });
    }
    for (const { who, mail } of all) expect([who, (await mail(asked[who])).status]).toEqual([who, 200]);
    // Who may raise it is told before what becomes of their own session.
    const [chief] = all;
    const raisingEnds = async () => [
      (await chief?.mail('/admin'))?.body.raisingEnds,
      (await chief?.app.call('GET', '/admin'))?.body.raisingEnds,
    ];
    expect(await raisingEnds()).toEqual([{ kinds: ['email'], returns: true }, null]);
    const login = newLogin('mailed');
    await addPerson(keyturn, login, { groups: ['Admins'] });
    const [found] = await keyturn.deps.directories.get('people').findAccounts(login);
    const secret = `${login}@example.test`;
    const account = { directory: 'people', id: found?.id ?? '' };
    await addFactor(keyturn.deps, keyturn.deps.store, { account, kind: 'email', label: secret, secret, source: 'test' });
    const mailed = await byMail(login, secret);
    expect((await mailed('/admin')).body.raisingEnds).toEqual({ kinds: ['email'], returns: false });
    await signInAnew();
    await raise();
    expect((await chief?.app.call('GET', '/admin'))?.body).toMatchObject({ raisingEnds: null, threat: { lift: null } });
    for (const { who, mail, app } of all) {
      const ends = who !== 'who is nobody here';
      expect([who, (await mail(asked[who])).body.code]).toEqual([who, ends ? 'session.ended' : undefined]);
      expect([who, (await mail('/session')).status]).toEqual([who, ends ? 401 : 200]);
      expect([who, (await app.call('GET', asked[who])).status]).toEqual([who, 200]);
    }
    // Whoever is nobody here goes on as well, and adds nothing by it that would count later.
    const [nobody] = all.filter(({ who }) => who === 'who is nobody here');
    expect((await nobody?.mail('/me/factors/recovery-codes', 'POST', {}))?.body.code).toBe('session.ended');
    expect((await nobody?.app.call('POST', '/me/factors/recovery-codes', {}))?.status).toBe(201);
    const ended = (await keyturn.deps.store.audit.read(0, 100_000)).filter(
      ({ type, data }) => type === 'session.ended' && data.includes('threat-raised'),
    );
    expect(ended).toHaveLength(3);
    await isOver();
  });

  it('lets no agent act for callers whom nobody has verified, and says so where they work', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Trusted'), await newCaller(keyturn)];
    expect((await agent.held.call('GET', '/helpdesk/directories')).body).toMatchObject({ threat: null });
    const { id } = await opened(agent, caller, { reason: 'at the desk' });
    await raise('at the desk');
    expect((await agent.held.call('GET', '/helpdesk/directories')).body).toMatchObject({ threat: { reason: 'at the desk', lift: null } });
    const told = async (held: SessionClient) => (await held.call('GET', '/session/roles')).body.threat;
    expect(await told(agent.held)).toMatchObject({ reason: 'at the desk' });
    // Whoever works here is told; everybody else is not.
    expect(await told(await signIn(keyturn, caller.login, caller))).toBeNull();
    expect(await act(agent, id, { unverified: true })).toMatchObject({ status: 403, body: { code: 'case.receipt-needed' } });
    await isOver();
    expect(await act(agent, id, { unverified: true })).toMatchObject({ status: 200 });
  });

  it('is raised by who manages the installation, and lifted by two of them with passkeys', async () => {
    expect((await raise()).status).toBe(204);
    expect((await admin.call('GET', '/admin')).body).toMatchObject({ threat: { reason: 'calls by impostors' } });
    // Signed in without a passkey: enough to raise it, not to lift it.
    const { seen } = (await admin.call('GET', '/admin')).body.threat as { seen: string };
    expect((await admin.call('POST', '/admin/threat/lift', { seen })).body).toMatchObject({
      code: 'session.step-up-needed',
      anyOf: [['passkey']],
    });
    const agent = await newAgent(keyturn, 'Trusted');
    for (const [path, body] of [
      ['/admin/threat', { reason: 'x' }],
      ['/admin/threat/lift', { seen }],
    ] as const)
      expect((await agent.held.call('POST', path, body)).body.code).toBe('access.management-refused');
    for (const reason of [' ', 'a line\nand another', 'a bell \u0007', 'turned \u202e round'])
      expect((await admin.call('POST', '/admin/threat', { reason })).status).toBe(400);

    type Lift = (seen?: string) => Promise<{ status: number; body: Record<string, unknown> }>;
    const enter = async (): Promise<Lift> => {
      const { address } = await makeEmergencyLink(keyturn.deps, { author: 'root', reason: 'test', lifetime: 15 * MINUTE });
      const { body } = await request(keyturn.url, 'POST', '/emergency', { secret: address.split('#')[1] });
      const { token } = body as unknown as { token: string };
      const options = await inSession(keyturn.url, token, 'POST', '/emergency/passkey-options', {});
      const credential = createSoftPasskey(ORIGIN).make(options.body.publicKey as never);
      expect((await inSession(keyturn.url, token, 'POST', '/emergency/passkeys', { credential })).status).toBe(204);
      const asSeen = async () => (await readThreat(keyturn.deps))?.seen ?? 'none';
      return async (given) => inSession(keyturn.url, token, 'POST', '/admin/threat/lift', { seen: given ?? (await asSeen()) }) as never;
    };
    const [one, other] = [await enter(), await enter()];
    // Raised once more, for another reason, while they read of the first one: that one is not over.
    await raiseThreat(keyturn.deps, consoleAuthor('root'), 'and now at the other site');
    expect((await one(seen)).body.code).toBe('threat.changed');
    const again = (await readThreat(keyturn.deps))?.seen;
    expect((await one(again)).body).toEqual({ lifted: false });
    expect((await one()).body.code).toBe('threat.another-needed');
    // What the first one agreed to is to be seen by the second.
    expect((await other(again)).body.code).toBe('threat.changed');
    expect((await other()).body).toEqual({ lifted: true });
    expect((await other()).body.code).toBe('threat.not-raised');
    expect((await admin.call('GET', '/admin')).body).toMatchObject({ threat: null });
    expect((await events()).slice(-3)).toEqual(['threat.raised', 'threat.lift-begun', 'threat.lifted']);
    await retireEmergencies(keyturn.deps, 'root');
  });

  it('is never lifted by one alone, whoever tries in whichever order, at once, and however long it takes', async () => {
    const step = fc.oneof(
      fc.record({ lift: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ wait: fc.constantFrom(10 * MINUTE, LIFT_WAITS - NEAR, LIFT_WAITS + NEAR) }),
      fc.constant({ raise: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { deps } = keyturn;
        if ((await readThreat(deps)) === null) await raiseThreat(deps, consoleAuthor('x'), 'again');
        else await raiseThreat(deps, consoleAuthor('x'), 'once more');
        let agreed = new Map<string, number>();
        for (const each of steps) {
          if ('wait' in each) keyturn.clock.move(each.wait);
          else if ('raise' in each) {
            await raiseThreat(deps, consoleAuthor('x'), 'once more');
            agreed = new Map();
          } else {
            const outcomes = await Promise.allSettled(
              each.lift.map((name, nth) => liftThreat((nth % 2 === 0 ? keyturn : second).deps, consoleAuthor(name))),
            );
            const now = keyturn.clock.now();
            for (const [nth, name] of each.lift.entries()) if (outcomes[nth]?.status === 'fulfilled') agreed.set(name, now);
            if (outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value)) {
              const recent = [...agreed].filter(([, at]) => now - at < LIFT_WAITS);
              expect(recent.length).toBeGreaterThanOrEqual(2);
              expect(await readThreat(deps)).toBeNull();
              await raiseThreat(deps, consoleAuthor('x'), 'again');
              agreed = new Map();
            }
          }
          expect(await readThreat(deps)).not.toBeNull();
        }
      }),
      { numRuns: 25 },
    );
    await raiseThreat(keyturn.deps, consoleAuthor('x'), 'last');
    await isOver();
  });
});
