import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placesOf } from '../../src/core/guard/places.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { findSession } from '../../src/core/sessions/find-session.ts';
import { liftThreat, raiseThreat } from '../../src/core/threat/threat.ts';
import { consoleAuthor } from '../../src/core/threat/threat-author.ts';
import { vouch } from '../../src/core/vouching/decide.ts';
import { expireRequests } from '../../src/core/vouching/expire-requests.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request } from './journey-client.ts';
import { embeddedSection, PROTECTED_GROUP, signsIn } from './sample-directory.ts';
import { inSession, signIn } from './sign-in-client.ts';
import { createMovableClock, type Keyturn, type KeyturnOptions, startKeyturn, until } from './start-keyturn.ts';
import { type Asked, HOME, type Manager, type Report, vouchingOn, wrong } from './vouching-harness.ts';

const MINUTE = 60_000;
const TYPED = 'A harbour at 7, quite quiet';

describeEachEngine('managers who vouch, on %s', (engine) => {
  let keyturn: Keyturn;
  /** Another node on the same database, where there can be one. */
  let other: Keyturn;
  beforeAll(async () => {
    const options: KeyturnOptions = {
      clock: createMovableClock(),
      directories: [embeddedSection()],
      trustedProxies: ['127.0.0.1'],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        threat: { withoutKinds: ['totp'] },
        recovery: {
          rules: [
            {
              name: 'everybody',
              accepted: [
                ['email', 'manager'],
                ['email', 'recovery-code'],
              ],
            },
          ],
        },
      },
    };
    keyturn = await engine.start(options);
    other = await engine.startAnother();
  });
  const { manager, reportOf, proven, asked, waiting, events, change } = vouchingOn(() => keyturn);
  const store = () => keyturn.deps.store;
  const vouchAt = (nth: number, boss: Manager, id: string, digits: string) =>
    inSession((nth % 2 === 0 ? keyturn : other).url, boss.held.token, 'POST', `/me/vouch/${id}`, { digits });
  const over = { status: 410, body: { code: 'vouch.over' } };

  it('let a person go on who has read two digits out, and nothing of it is the manager’s', async () => {
    const boss = await manager();
    const alice = await reportOf(boss);
    const client = await proven(alice);
    expect(client.at('choose-factor').options.map(({ kind }) => kind)).toEqual(['manager']);
    await client.answer({ option: 'manager' });
    expect(client.step).toMatchObject({ kind: 'waiting', for: 'manager', digits: expect.stringMatching(/^[1-9][0-9]$/), canGoBack: false });
    const { digits, request } = await waiting(client);
    const mail = await keyturn.waitForMessage(`${boss.login}@work.example.test`);
    expect(mail.text).toContain(`Person ${alice.login}`);
    expect(mail.text).toContain('http://127.0.0.1/me?page=vouch');
    // The date and the time may have the same digits.
    const undated = (text: string) => text.replace(/\w+ \d{1,2}, \d{4} at \d\d:\d\d/g, '');
    for (const told of [mail.text, mail.subject]) expect(undated(told)).not.toMatch(new RegExp(`\\b${digits}\\b(?!:)|${request}`));
    expect(await boss.requests()).toEqual([
      expect.objectContaining({
        id: request,
        person: { login: alice.login, displayName: `Person ${alice.login}`, directory: 'Directory people' },
        ...{ recovery: { goal: 'reset-password', address: HOME, client: 'cli' }, state: 'open', triesLeft: 3 },
      }),
    ]);
    expect(JSON.stringify(await boss.requests())).not.toContain(`"${digits}"`);
    expect(await boss.vouch(request, wrong(digits))).toMatchObject({ status: 422, body: { code: 'vouch.digits-wrong' } });
    expect((await boss.requests())[0]).toMatchObject({ state: 'open', triesLeft: 2 });
    await client.answer({});
    client.at('waiting');
    expect((await boss.vouch(request, ` ${digits[0]} ${digits[1]} `)).status).toBe(204);
    expect(await boss.vouch(request, digits)).toMatchObject(over);
    expect((await boss.requests())[0]).toMatchObject({ state: 'approved' });
    await client.answer({});
    await client.answer({});
    client.at('new-password');
    await client.answer({ password: TYPED });
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
    expect(await signsIn(keyturn, alice.login, TYPED)).toBe(true);
    const [told] = await events('vouch.approved', request);
    expect(told).toMatchObject({
      account: alice.ref,
      by: boss.account,
      actor: { kind: 'delegate', login: boss.login },
      factors: [
        { kind: 'password', at: expect.any(Number) },
        { kind: 'totp', at: expect.any(Number) },
      ],
    });
    for (const [address, isHome] of [
      [HOME, true],
      ['127.0.0.1', false],
    ] as const) {
      const { network } = placesOf(keyturn.deps.keys, alice.ref, address, null);
      expect([address, await store().knownPlaces.known(alice.ref, [network], 0)]).toEqual([address, isHome ? [network] : []]);
    }
  });

  it('are mailed the name of who asks as one line in which no program finds a link, whatever they call themselves', async () => {
    const boss = await manager();
    const phishing = 'Eve\r\n\r\nOpen this page and confirm:\r\nhttps://evil.example/me?page=vouch\r\n\r\nwww.evil.example';
    const { client } = await asked(await reportOf(boss, { displayName: phishing }));
    const { text } = await keyturn.waitForMessage(`${boss.login}@work.example.test`);
    expect(text).toContain('Eve Open this page and confirm: https: //evil. example/me?page=vouch');
    expect(text).not.toMatch(/evil\.example|https:\/\/evil/);
    expect(text.match(/^\S*:\/\/\S+$/gm)).toEqual(['http://127.0.0.1/me?page=vouch']);
    await client.call('DELETE', '/journeys/current');
  });

  it('are waited for longer than a page is open: the cookie lasts as long as the recovery does', async () => {
    const { client } = await asked(await reportOf(await manager()));
    const headers = { cookie: `keyturn-journey=${client.token}`, origin: 'http://127.0.0.1' };
    const { journey } = (await client.call('GET', '/journeys/current')).body;
    const cookies = (await request(keyturn.url, 'GET', `/journeys/${journey}`, undefined, headers)).headers.getSetCookie();
    const age = Number(/^keyturn-journey=.*Max-Age=(\d+)/.exec(cookies.join('\n'))?.[1]);
    expect(age).toBeGreaterThan(79 * 60);
    expect(age).toBeLessThanOrEqual(80 * 60);
  });

  it('count as a way back for who is signed in, and for whom an operator looks at', async () => {
    const boss = await manager();
    const alice = await reportOf(boss);
    const held = await signIn(keyturn, alice.login, await keyturn.enrol(alice.login));
    const ways = async () => ((await held.call('GET', '/me/factors')).body.ways as { kinds: string[]; missing: string[] }[])[0];
    expect(await ways()).toMatchObject({ kinds: ['email', 'manager'], missing: [] });
    await change(alice.ref.id, { managerId: null });
    expect(await ways()).toMatchObject({ kinds: ['email', 'manager'], missing: ['manager'] });
  });

  it('prove themselves anew before they do', async () => {
    const boss = await manager();
    const { digits, request, client } = await asked(await reportOf(boss));
    keyturn.clock.move(6 * MINUTE);
    const refused = await boss.vouch(request, digits);
    expect(refused).toMatchObject({ status: 403, body: { code: 'session.step-up-needed' } });
    expect(refused.body.anyOf).toContainEqual(['passkey']);
    expect(refused.body.anyOf).not.toContainEqual(['password']);
    await client.answer({});
    client.at('waiting');
  });

  it('do not by what does not count while a threat is raised, however lately they gave it', async () => {
    const boss = await manager();
    const { digits, request, client } = await asked(await reportOf(boss));
    await raiseThreat(keyturn.deps, consoleAuthor('one'), 'a test');
    await Promise.all([keyturn, other].map((node) => node.takeUpConfiguration()));
    try {
      const acting = { ...keyturn.deps, act: { at: keyturn.clock.now(), address: HOME } };
      const { at } = acting.act;
      const session = await findSession(acting, [boss.held.token]);
      const proofs = [
        { kind: 'password' as const, at },
        { kind: 'email' as const, at: at - 6 * MINUTE },
        { kind: 'totp' as const, at },
      ];
      const refused = vouch(acting, { ...session, proofs }, request, digits).catch((error: unknown) => error);
      expect(await refused).toMatchObject({ code: 'session.step-up-needed' });
      expect(JSON.stringify(await refused)).not.toContain('totp');
      // Signed in by what does not count: it may be somebody else.
      expect(await boss.vouch(request, digits)).toMatchObject({ status: 401, body: { code: 'session.ended' } });
      await client.answer({});
      client.at('waiting');
    } finally {
      for (const name of ['one', 'two']) await liftThreat(keyturn.deps, consoleAuthor(name));
      await Promise.all([keyturn, other].map((node) => node.takeUpConfiguration()));
    }
  });

  it('count once, however many answer at once', async () => {
    const boss = await manager();
    const right = await asked(await reportOf(boss));
    const answers = await Promise.all(Array.from({ length: 8 }, (_, nth) => vouchAt(nth, boss, right.request, right.digits)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, ...Array<number>(7).fill(410)]);
    expect(await events('vouch.approved', right.request)).toHaveLength(1);
    expect(await events('journey.proof-complete', 'manager')).not.toHaveLength(0);

    const guessed = await asked(await reportOf(boss));
    // A slip is no guess.
    for (const slip of ['1', '123', 'no', '-'])
      expect(await boss.vouch(guessed.request, slip)).toMatchObject({ status: 422, body: { code: 'request.digits-unlike' } });
    const guesses = await Promise.all(Array.from({ length: 8 }, (_, nth) => vouchAt(nth, boss, guessed.request, wrong(guessed.digits))));
    expect(guesses.filter(({ body }) => body.code === 'vouch.digits-wrong')).toHaveLength(2);
    expect(guesses.filter(({ body }) => body.code === 'vouch.over')).toHaveLength(6);
    expect(await boss.vouch(guessed.request, guessed.digits)).toMatchObject(over);
    await guessed.client.answer({});
    expect(guessed.client.at('choose-factor').message).toContain('three times');
    expect(await events('vouch.refused', guessed.request)).toMatchObject([{ because: 'digits-wrong' }]);
  });

  it('and the person who withdraws: one of them wins, and both are told so', async () => {
    const boss = await manager();
    for (let round = 0; round < 6; round += 1) {
      const { client, digits, request } = await asked(await reportOf(boss));
      const [answer] = await Promise.all([vouchAt(1, boss, request, digits), client.call('DELETE', '/journeys/current')]);
      const ended = [...(await events('vouch.approved', request)), ...(await events('vouch.withdrawn', request))];
      expect(ended).toHaveLength(1);
      const { state } = (await boss.requests()).find(({ id }) => id === request) ?? {};
      expect(state).toBe(answer.status === 204 ? 'approved' : 'withdrawn');
      const { body } = await client.call('GET', '/journeys/current');
      // Whoever cancels afterwards ends the recovery all the same.
      expect(body.step?.kind).toBe('refused');
    }
  });

  it('end a recovery that they did not expect, and the person hears of it', async () => {
    const boss = await manager();
    const alice = await reportOf(boss);
    const { client, digits, request } = await asked(alice);
    // At the other node, which then mails what it has to tell.
    expect((await inSession(other.url, boss.held.token, 'POST', `/me/vouch/${request}/refuse`, {})).status).toBe(204);
    expect(await boss.refuse(request)).toMatchObject(over);
    expect(await boss.vouch(request, digits)).toMatchObject(over);
    await client.answer({});
    expect(client.step).toMatchObject({ kind: 'refused', code: 'journey.manager-refused' });
    await until(() => keyturn.messages(alice.address).some(({ subject }) => subject.includes('did not confirm')), 'the notice');
    const notice = keyturn.messages(alice.address).find(({ subject }) => subject.includes('did not confirm'));
    expect(notice?.text).toContain('/not-me#');
    expect(await events('vouch.refused', request)).toMatchObject([{ because: 'not-expected', by: boss.account }]);
  });

  it('are the ones who were asked: to anybody else there is no request, whatever the digits', async () => {
    const [boss, stranger] = [await manager(), await manager()];
    const alice = await reportOf(boss);
    const { client, digits, request } = await asked(alice);
    expect(await stranger.requests()).toEqual([]);
    const foreign = await stranger.vouch(request, digits);
    const unknown = await stranger.vouch(randomUUID(), digits);
    expect(foreign).toMatchObject(over);
    expect({ ...foreign.body, instance: '' }).toEqual({ ...unknown.body, instance: '' });
    expect(await stranger.refuse(request)).toMatchObject(over);
    expect((await boss.requests())[0]).toMatchObject({ state: 'open', triesLeft: 3 });
    await client.answer({});
    client.at('waiting');
  });

  describe('are asked anew who they are, and who the person is, when they answer', () => {
    interface Case {
      what: string;
      code: 'vouch.over' | 'vouch.not-possible' | 'session.ended';
      meanwhile(boss: Manager, person: Report): Promise<unknown>;
    }
    const link = (one: AccountRef, other: AccountRef, countsFrom: number) =>
      store().people.link(one, other, { person: randomUUID(), ids: [randomUUID(), randomUUID()], now: 0, by: 'test', countsFrom });
    const cases: Case[] = [
      {
        what: 'another manager',
        code: 'vouch.over',
        meanwhile: async (_, { ref }) => change(ref.id, { managerId: (await manager()).account.id }),
      },
      { what: 'no manager', code: 'vouch.over', meanwhile: (_, { ref }) => change(ref.id, { managerId: null }) },
      { what: 'the manager is disabled', code: 'vouch.over', meanwhile: ({ account }) => change(account.id, { disabled: true }) },
      { what: 'the manager is frozen', code: 'vouch.over', meanwhile: ({ account }) => store().freezes.freeze(account, 'test', 0) },
      { what: 'the person is disabled', code: 'vouch.not-possible', meanwhile: (_, { ref }) => change(ref.id, { disabled: true }) },
      {
        what: 'the person is protected',
        code: 'vouch.not-possible',
        meanwhile: (_, { ref }) => change(ref.id, { groups: [PROTECTED_GROUP] }),
      },
      { what: 'the person is frozen', code: 'vouch.not-possible', meanwhile: (_, { ref }) => store().freezes.freeze(ref, 'test', 0) },
      { what: 'both are one person', code: 'vouch.over', meanwhile: ({ account }, { ref }) => link(account, ref, 0) },
      {
        what: 'a link that still waits',
        code: 'vouch.over',
        meanwhile: ({ account }, { ref }) => link(account, ref, Number.MAX_SAFE_INTEGER),
      },
      { what: 'the session is over', code: 'session.ended', meanwhile: ({ held }) => held.call('DELETE', '/session') },
    ];
    it.each(cases)('$what', async ({ code, meanwhile }) => {
      const boss = await manager();
      const alice = await reportOf(boss);
      const { client, digits, request } = await asked(alice);
      await meanwhile(boss, alice);
      const answer = await boss.vouch(request, digits);
      expect([code, 'session.missing']).toContain(answer.body.code);
      await client.answer({});
      client.at('waiting');
      expect(await events('vouch.approved', request)).toEqual([]);
    });

    it('a password was set meanwhile', async () => {
      const boss = await manager();
      const alice = await reportOf(boss);
      const first = await asked(alice);
      const second = await asked(alice);
      expect((await boss.vouch(second.request, second.digits)).status).toBe(204);
      await second.client.answer({});
      await second.client.answer({});
      await second.client.answer({ password: TYPED });
      second.client.at('done');
      expect((await boss.vouch(first.request, first.digits)).body.code).toBe('vouch.not-possible');
    });

    it('two people who are asked for each other', async () => {
      const [one, other] = [await manager(), await manager()];
      await change(one.account.id, { managerId: other.account.id });
      await change(other.account.id, { managerId: one.account.id });
      const forOne = await asked(one);
      const forOther = await asked(other);
      const answers = await Promise.all([other.vouch(forOne.request, forOne.digits), one.vouch(forOther.request, forOther.digits)]);
      expect(answers.map(({ body }) => body.code)).toEqual(['vouch.not-possible', 'vouch.not-possible']);
      await forOther.client.call('DELETE', '/journeys/current');
      expect((await other.vouch(forOne.request, forOne.digits)).status).toBe(204);
    });
  });

  it('who do not answer in time leave the person the other ways, and one event', async () => {
    const boss = await manager();
    const { client, digits, request } = await asked(await reportOf(boss));
    keyturn.clock.move(59 * MINUTE);
    await client.answer({});
    client.at('waiting');
    keyturn.clock.move(2 * MINUTE);
    await Promise.all([client.answer({}), expireRequests(keyturn.deps), expireRequests(keyturn.deps)]);
    await client.answer({});
    expect(client.at('choose-factor').message).toContain('in time');
    expect(await events('vouch.expired', request)).toHaveLength(1);
    await client.answer({ option: 'manager' });
    const again = await waiting(client);
    expect(again.request).not.toBe(request);
    const fresh = await manager();
    expect((await fresh.vouch(request, digits)).body.code).toBe('vouch.over');
    keyturn.clock.move(61 * MINUTE);
    await client.answer({});
    await client.answer({ option: 'manager' });
    expect(client.at('choose-factor').message).toContain('as often as');
    keyturn.clock.move(21 * MINUTE);
    expect((await client.call('GET', '/journeys/current')).body.code).toBe('journey.expired');
  });

  it('are not offered to who has none, nor read before anything was proven', async () => {
    const nobody = await reportOf(null);
    const client = await proven(nobody);
    expect(client.step).toMatchObject({ kind: 'refused', code: 'journey.no-proof-left' });
    const boss = await manager();
    await change(boss.account.id, { disabled: true });
    expect((await proven(await reportOf(boss))).step).toMatchObject({ kind: 'refused', code: 'journey.no-proof-left' });
    const self = await reportOf(null);
    await change(self.ref.id, { managerId: self.ref.id });
    expect((await proven(self)).step).toMatchObject({ kind: 'refused', code: 'journey.no-proof-left' });
  });

  it('who have become nobody are said to be nobody when they are asked', async () => {
    const boss = await manager();
    const alice = await reportOf(boss);
    const client = await proven(alice);
    await change(alice.ref.id, { managerId: null });
    await client.answer({ option: 'manager' });
    expect(client.step).toMatchObject({ kind: 'refused', code: 'journey.no-proof-left' });
    expect(await boss.requests()).toEqual([]);
  });
});

describe('a manager’s mailbox', () => {
  let keyturn: Keyturn;
  const limit = (count: number) => ({ count, countWithWork: count, windowSeconds: 86_400 });
  const DEPUTIES = 'Deputies';
  beforeAll(async () => {
    keyturn = await startKeyturn({
      directories: [embeddedSection()],
      trustedProxies: ['127.0.0.1'],
      configuration: {
        guard: { ...GENEROUS_LIMITS, messagesPerAccount: limit(5), messagesPerAccountOverall: limit(9) },
        signIn: { enabled: true },
        factors: {
          coolDownHours: 0,
          manager: { mailsPerHour: 2, deputies: [{ directory: 'people', group: DEPUTIES, mail: 'deputies@example.test' }] },
        },
        recovery: { rules: [{ name: 'everybody', accepted: [['email', 'manager']] }] },
      },
    });
  });
  afterAll(() => keyturn?.close());
  const { manager, reportOf, proven, asked, events } = vouchingOn(() => keyturn);
  const mails = (to: string) => keyturn.messages(to).filter(({ subject }) => subject.includes('confirm who they are')).length;

  it('takes no more than so many mails an hour; the others are on the page all the same', async () => {
    const boss = await manager();
    const requests: Asked[] = [];
    for (let nth = 0; nth < 4; nth += 1) requests.push(await asked(await reportOf(boss)));
    await until(() => mails(`${boss.login}@work.example.test`) >= 2 && mails('deputies@example.test') >= 2, 'the mails');
    expect(mails(`${boss.login}@work.example.test`)).toBe(2);
    expect(mails('deputies@example.test')).toBe(2);
    expect(await boss.requests()).toHaveLength(4);
    const told = await Promise.all(requests.map(async ({ request }) => (await events('vouch.asked', request))[0]?.mailed));
    expect(told).toEqual([true, true, false, false]);
    const last = requests[3];
    expect((await boss.vouch(last?.request ?? '', last?.digits ?? '')).status).toBe(204);
  });

  it('is not reached by who knows one proof of somebody and asks again and again; another place has a share of its own', async () => {
    const boss = await manager();
    const alice = await reportOf(boss);
    // A code and a request each.
    await asked(alice);
    await asked(alice);
    const third = await proven(alice);
    await third.answer({ option: 'manager' });
    expect(third.at('choose-factor').message).toContain('too often');
    expect(await boss.requests()).toHaveLength(2);
    expect((await asked(alice, '198.51.100.7')).digits).toMatch(/^\d\d$/);
  });

  it('is not the only one: deputies may vouch for their directory, and nobody for themselves', async () => {
    const deputy = await manager({ groups: [DEPUTIES] });
    const [boss, stranger] = [await manager(), await manager()];
    const alone = await asked(await reportOf(null));
    const managed = await asked(await reportOf(boss));
    expect((await deputy.requests()).map(({ id }) => id)).toEqual(expect.arrayContaining([alone.request, managed.request]));
    expect(await stranger.requests()).toEqual([]);
    expect((await stranger.vouch(alone.request, alone.digits)).body.code).toBe('vouch.over');
    expect((await boss.vouch(alone.request, alone.digits)).body.code).toBe('vouch.over');
    expect((await deputy.vouch(alone.request, alone.digits)).status).toBe(204);
    expect((await deputy.vouch(managed.request, managed.digits)).status).toBe(204);
    const own = await asked({ login: deputy.login, address: deputy.address });
    expect((await deputy.requests()).map(({ id }) => id)).not.toContain(own.request);
    expect((await deputy.vouch(own.request, own.digits)).body.code).toBe('vouch.over');
  });
});
