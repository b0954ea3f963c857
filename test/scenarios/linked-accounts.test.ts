import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { MyAccounts } from '../../shared/api/my-accounts.ts';
import { readActor } from '../../src/core/access/read-access-facts.ts';
import { invite } from '../../src/core/enrolment/invitations/invite.ts';
import { issueRecoveryCodes } from '../../src/core/enrolment/recovery-codes.ts';
import { issueTemporaryPass } from '../../src/core/enrolment/temporary-pass.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { atBegun, type JourneyClient, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, PROTECTED_GROUP } from './sample-directory.ts';
import { proveSignIn, type SessionClient, type SessionReply, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, until } from './start-keyturn.ts';

const DAY = 24 * 3_600_000;
interface Owner extends Enrolled {
  login: string;
  work: string;
}

describeEachEngine('accounts linked by their owner, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection(), embeddedSection('cloud')],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: {
          enabled: true,
          rules: [{ name: 'all', accepted: [['password', 'totp'], ['temporary-pass'], ['password', 'temporary-pass']] }],
        },
        roles: [{ name: 'managers', may: ['reset-password'], heldBy: { directManager: true } }],
        recovery: {
          rules: [
            {
              name: 'all',
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

  async function owner(): Promise<Owner> {
    const login = newLogin();
    await addPerson(keyturn, login);
    return { login, work: `${login}@work.example.test`, ...(await keyturn.enrol(login)) };
  }
  /** An account in the other directory for which nothing is enrolled, and whose password is not new. */
  async function bare(more: Parameters<typeof addPerson>[2] = {}): Promise<{ login: string; work: string; account: AccountRef }> {
    const login = newLogin();
    await addPerson(keyturn, login, { directory: 'cloud', passwordSetAt: keyturn.clock.now() - 2 * DAY, ...more });
    const [found] = await keyturn.deps.directories.get('cloud').findAccounts(login);
    if (found === undefined) throw new Error('no account');
    return { login, work: `${login}@work.example.test`, account: { directory: 'cloud', id: found.id } };
  }
  const signedIn = async () => {
    const person = await owner();
    return { person, held: await signIn(keyturn, person.login, person) };
  };
  /** Begins to prove another account in a session, and gives its password, and its authenticator where it has one. */
  async function proveOther(
    held: SessionClient,
    login: string,
    person?: Enrolled,
    password = OLD_PASSWORD,
  ): Promise<JourneyClient & { id: string }> {
    const begun = await held.call('POST', '/me/accounts/proof', { account: login });
    const client = Object.assign(atBegun(keyturn.url, begun), { id: String(begun.body.journey) });
    await client.answer({ option: 'password' });
    await client.answer({ password });
    if (person !== undefined) {
      await client.answer({ option: 'totp' });
      await client.answer({ code: person.totp() });
    }
    return client;
  }
  const finish = (held: SessionClient, { id, token }: { id: string; token: string }): Promise<SessionReply> =>
    held.call('POST', '/me/accounts', { journey: id, journeyToken: token });
  const linked = async (held: SessionClient) => ((await held.call('GET', '/me/accounts')).body as unknown as MyAccounts).accounts;
  const counting = async (account: AccountRef) =>
    (await keyturn.deps.store.factors.ofAccount(account)).filter(({ countsFrom }) => (countsFrom ?? 0) <= keyturn.clock.now());
  const told = (to: string, words: string) =>
    until(() => keyturn.messages(to).some(({ text }) => text.includes(words) && text.includes('/not-me#')), `"${words}" to ${to}`);
  const eventsOf = async (type: string, id: string) =>
    (await keyturn.deps.store.audit.read(0, 100_000)).filter((event) => event.type === type && event.data.includes(id));

  it('are linked by a fresh proof of both, told to both, count after their cool-down, and are parted again', async () => {
    const { person, held } = await signedIn();
    const other = await bare();
    const client = await proveOther(held, other.login);
    client.at('done');
    expect((await finish(held, client)).status).toBe(204);
    expect(await linked(held)).toMatchObject([{ login: other.login, directory: 'Directory cloud', countsFrom: expect.any(String) }]);
    await told(person.work, `was linked to the account ${other.login}`);
    await told(other.work, `was linked to the account ${person.login}`);
    expect(await eventsOf('account.linked', other.account.id)).toHaveLength(1);
    // Roles take them for one's own.
    const directory = keyturn.deps.directories.get('people');
    const self = await directory.readAccount(person.account);
    if (self === null) throw new Error('no account');
    expect((await readActor(keyturn.deps, directory, [], self)).linked).toEqual([other.account]);
    // The same proof links no second time, and nothing counts yet.
    expect((await finish(held, client)).body.code).toBe('session.not-proven');
    expect(await counting(other.account)).toEqual([]);
    keyturn.clock.move(DAY + 1000);
    expect((await counting(other.account)).map(({ kind }) => kind).sort()).toEqual(['email', 'totp']);
    const again = await signIn(keyturn, person.login, person);
    const [link] = await linked(again);
    expect(link?.countsFrom).toBeNull();
    expect((await again.call('DELETE', `/me/accounts/${link?.id}`)).status).toBe(204);
    expect((await again.call('DELETE', `/me/accounts/${link?.id}`)).body.code).toBe('people.not-linked');
    expect(await counting(other.account)).toEqual([]);
    await told(other.work, `was parted from the account ${person.login}`);
    await told(person.work, `was parted from the account ${other.login}`);
    expect(await eventsOf('account.unlinked', other.account.id)).toHaveLength(1);
    // Signing in to the other account gives nothing of the first one any more.
    expect(await keyturn.deps.store.people.accountsOf(other.account)).toEqual([other.account]);
  });

  it('are linked to nobody by what was proven for them by an account that is parted from them meanwhile', async () => {
    const [first, other] = [await owner(), await bare()];
    const link = { person: newLogin(), ids: [newLogin(), newLogin()] as const, now: 0, by: 'test', countsFrom: 0 };
    expect(await keyturn.deps.store.people.link(first.account, other.account, link)).toBe(true);
    const { held } = await signedIn();
    keyturn.clock.move(31_000);
    const client = await proveOther(held, other.login, first);
    client.at('done');
    expect(await keyturn.deps.store.people.unlink(other.account)).toBe(true);
    expect((await finish(held, client)).body.code).toBe('session.not-proven');
    expect(await linked(held)).toEqual([]);
  });

  it('are linked by nothing less than both proofs, whatever is left out', async () => {
    const missing = fc.constantFrom('nothing', 'fresh session', 'password', 'second proof', 'own session', 'goal', 'its own journey');
    await fc.assert(
      fc.asyncProperty(missing, async (left) => {
        const { held } = await signedIn();
        const other = await owner();
        let by = held;
        if (left === 'fresh session') {
          keyturn.clock.move(10 * 60_000 + 1000);
          expect((await held.call('POST', '/me/accounts/proof', { account: other.login })).body.code).toBe('session.step-up-needed');
          return;
        }
        keyturn.clock.move(31_000);
        const password = left === 'password' ? 'not the password' : OLD_PASSWORD;
        let proof: { id: string; token: string };
        if (left === 'goal') {
          // A sign-in links nothing: it was made for something else.
          const client = await startJourney(keyturn.url, other.login, 'sign-in');
          await client.answer({ option: 'password' });
          await client.answer({ password });
          await client.answer({ option: 'totp' });
          await client.answer({ code: other.totp() });
          client.at('done');
          const current = await client.call('GET', '/journeys/current');
          proof = { id: current.body.journey ?? '', token: client.token };
        } else proof = await proveOther(held, other.login, left === 'second proof' ? undefined : other, password);
        if (left === 'own session') by = (await signedIn()).held;
        if (left === 'its own journey') proof = { ...proof, token: (await proveOther(held, other.login)).token };
        const { status } = await finish(by, proof);
        const isLinked = (await keyturn.deps.store.people.accountsOf(other.account)).length > 1;
        expect([left, isLinked, status === 204]).toEqual([left, left === 'nothing', left === 'nothing']);
      }),
      {
        numRuns: 14,
        examples: ['nothing', 'fresh session', 'password', 'second proof', 'own session', 'goal', 'its own journey'].map(
          (left) => [left] as [never],
        ),
      },
    );
  });

  it('are not linked by a password that somebody else has set, be it changed by then', async () => {
    const { person, held } = await signedIn();
    const report = { login: newLogin('report') };
    await addPerson(keyturn, report.login, { managerId: person.account.id });
    const account = { directory: 'people', id: (await keyturn.deps.directories.get('people').findAccounts(report.login))[0]?.id ?? '' };
    const { password } = (await held.call('POST', '/help/reset', { account })).body as never as { password: string };
    const told = await proveOther(held, report.login, undefined, password);
    expect(told.at('refused')).toMatchObject({
      code: 'journey.password-not-own',
      message: expect.stringContaining('a password of your own'),
    });
    expect((await finish(held, told)).body.code).toBe('session.not-proven');
    // As the owner would, and who was told the password can as well.
    const own = `Changed by whoever knew ${newLogin()}`;
    const renewing = await proveSignIn(keyturn.url, report.login, undefined, password);
    renewing.at('new-password');
    await renewing.answer({ password: own });
    renewing.at('done');
    expect((await proveOther(held, report.login, undefined, own)).at('refused')).toMatchObject({ code: 'journey.password-not-own' });
    // A pass is no more the owner's than what somebody has set: neither both, nor it alone.
    const issued = { author: 'test', language: 'en', lane: 'notice' as const };
    const { pass } = await issueTemporaryPass(keyturn.deps, account, { hours: 1, longestHours: 8, once: false }, issued);
    const both = await proveOther(held, report.login, undefined, own);
    await both.answer({ option: 'temporary-pass' });
    await both.answer({ code: pass });
    expect(both.at('refused')).toMatchObject({ code: 'journey.password-not-own' });
    await keyturn.deps.store.factors.end((await keyturn.deps.store.factors.ofAccount(account))[0]?.id ?? '', keyturn.clock.now());
    // What is more than the password is the owner's.
    const theirs = await keyturn.enrol(report.login);
    (await proveOther(held, report.login, theirs, own)).at('done');
    keyturn.clock.move(DAY + 1000);
    expect(await linked(await signIn(keyturn, person.login, person))).toEqual([]);
  });

  it('are not linked by a password that has to be changed first, whoever has set it', async () => {
    const { held } = await signedIn();
    const other = await bare({ mustChange: true });
    expect((await proveOther(held, other.login)).at('refused')).toMatchObject({ code: 'journey.password-not-own' });
    // Chosen by its owner on the way in, it is as good as any other.
    const own = `Chosen on the way in ${newLogin()}`;
    const renewing = await proveSignIn(keyturn.url, other.login);
    renewing.at('new-password');
    await renewing.answer({ password: own });
    renewing.at('done');
    const client = await proveOther(held, other.login, undefined, own);
    client.at('done');
    expect((await finish(held, client)).status).toBe(204);
  });

  it('are not linked by a password that was set past Keyturn lately, be it changed by then, until it is as old as what counts', async () => {
    const { person, held } = await signedIn();
    const refused = async (login: string, password?: string) =>
      expect((await proveOther(held, login, undefined, password)).at('refused')).toMatchObject({ code: 'journey.password-not-own' });
    const lately = await bare({ passwordSetAt: keyturn.clock.now() - DAY / 2 });
    await refused(lately.login);
    // Whoever administers the other directory knows what they have set, and changes it as its owner would.
    const set = await bare({ passwordSetAt: keyturn.clock.now(), mustChange: true });
    const own = `Changed by whoever has set it ${newLogin()}`;
    const renewing = await proveSignIn(keyturn.url, set.login);
    renewing.at('new-password');
    await renewing.answer({ password: own });
    renewing.at('done');
    await refused(set.login, own);
    keyturn.clock.move(DAY);
    const later = await signIn(keyturn, person.login, person);
    const client = await proveOther(later, set.login, undefined, own);
    client.at('done');
    expect((await finish(later, client)).status).toBe(204);
  });

  it('go to one person, of several who prove the same account at once', async () => {
    const other = await bare();
    const people = [await signedIn(), await signedIn(), await signedIn()];
    const proofs = await Promise.all(people.map(async ({ held }) => ({ held, client: await proveOther(held, other.login) })));
    const replies = await Promise.all(proofs.map(({ held, client }) => finish(held, client)));
    expect(replies.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(await keyturn.deps.store.people.accountsOf(other.account)).toHaveLength(2);
  });

  it('are not linked where one is protected, is the same, or was frozen meanwhile', async () => {
    const { person, held } = await signedIn();
    const guarded = await bare({ groups: [PROTECTED_GROUP] });
    expect((await proveOther(held, guarded.login)).step.kind).not.toBe('done');
    keyturn.clock.move(31_000);
    const same = await proveOther(held, person.login, person);
    expect((await finish(held, same)).body.code).toBe('people.taken');
    const other = await bare();
    const client = await proveOther(held, other.login);
    await keyturn.deps.store.freezes.freeze(other.account, 'not-me', keyturn.clock.now());
    expect((await finish(held, client)).body.code).toBe('session.not-proven');
    // Something was enrolled since: the password alone is not enough any more.
    const third = await bare();
    const alone = await proveOther(held, third.login);
    alone.at('done');
    await keyturn.enrol(third.login);
    expect((await finish(held, alone)).body.code).toBe('session.not-proven');
    expect(await linked(held)).toEqual([]);
    expect(
      (await request(keyturn.url, 'POST', '/journeys', { goal: 'link-account', account: other.login, client: { kind: 'cli' } })).status,
    ).toBe(400);
  });

  it('take nothing from each other while the link waits', async () => {
    const { person, held } = await signedIn();
    const other = await bare();
    expect((await finish(held, await proveOther(held, other.login))).status).toBe(204);
    const theirs = await keyturn.enrol(other.login);
    const issued = { author: 'test', language: 'en', lane: 'notice' as const };
    await issueRecoveryCodes(keyturn.deps, other.account, 'test', issued);
    const again = await signIn(keyturn, person.login, person);
    const own = async () =>
      (await keyturn.deps.store.factors.ofAccount(other.account)).filter(({ accountId }) => accountId === other.account.id);
    const before = await own();
    expect(before).toHaveLength(12);
    for (const { id } of before)
      expect((await again.call('DELETE', `/me/factors/${id}?anyway=true`)).body.code, id).toBe('enrolment.factor-unknown');
    expect((await again.call('POST', '/me/factors/recovery-codes', {})).status).toBe(201);
    expect(await own()).toEqual(before);
    expect(theirs.account).toEqual(other.account);
  });

  it('have no open invitation any more after "this was not me" about one of them', async () => {
    const { person, held } = await signedIn();
    const other = await bare();
    expect((await finish(held, await proveOther(held, other.login))).status).toBe(204);
    const directory = keyturn.deps.directories.get('cloud');
    const account = await directory.readAccount(other.account);
    if (account === null) throw new Error('no account');
    const asked = { goal: 'reset-password', client: 'web', address: null, canBeVouchedFor: () => Promise.resolve(false) } as const;
    const invited = await invite(keyturn.deps, directory, account, {
      asked: { ...asked, rules: keyturn.deps.configuration().recovery.rules },
      ...{ by: { author: 'operator', lane: 'bulk' }, again: false, dryRun: false, byHand: true },
    });
    expect(invited.outcome).toBe('invited');
    keyturn.clock.move(DAY + 1000);
    await told(person.work, 'was linked to');
    const mail = keyturn.messages(person.work).find(({ text }) => text.includes('was linked to'));
    const token = /\/not-me#(\S+)$/m.exec(mail?.text ?? '')?.[1];
    expect((await request(keyturn.url, 'POST', '/notices/not-me', { token })).status).toBeLessThan(300);
    // The link counted: that takes it apart no more, which is for whoever releases the account to look at.
    expect(await keyturn.deps.store.people.accountsOf(person.account)).toHaveLength(2);
    expect(await keyturn.deps.store.invitations.ofAccount(other.account)).toMatchObject([{ usedAt: null, revokedAt: expect.any(Number) }]);
  });

  it('are parted by "this was not me" while the link waits', async () => {
    const { person, held } = await signedIn();
    const other = await bare();
    expect((await finish(held, await proveOther(held, other.login))).status).toBe(204);
    await told(other.work, 'was linked to');
    const mail = keyturn.messages(other.work).find(({ text }) => text.includes('was linked to'));
    const token = /\/not-me#(\S+)$/m.exec(mail?.text ?? '')?.[1];
    expect((await request(keyturn.url, 'POST', '/notices/not-me', { token })).status).toBeLessThan(300);
    expect(await keyturn.deps.store.people.accountsOf(other.account)).toEqual([other.account]);
    expect((await held.call('GET', '/me/accounts')).body.code).toBe('session.ended');
    // Nobody takes from the other account what its owner had long before.
    expect((await counting(person.account)).map(({ kind }) => kind).toSorted()).toEqual(['email', 'totp']);
    // What whoever did this has does not recover the other account, ever; its own freeze is its own.
    keyturn.clock.move(DAY + 1000);
    expect(await counting(other.account)).toEqual([]);
    expect([await keyturn.deps.store.freezes.isFrozen(other.account), await keyturn.deps.store.freezes.isFrozen(person.account)]).toEqual([
      true,
      false,
    ]);
  });
});
