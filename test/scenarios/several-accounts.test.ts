import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { Result } from '../../shared/api/journeys.ts';
import { AppError } from '../../shared/errors.ts';
import { issueRecoveryCodes } from '../../src/core/enrolment/recovery-codes.ts';
import { issueTemporaryPass } from '../../src/core/enrolment/temporary-pass.ts';
import { createWriteSweep } from '../../src/core/journey/sweep-writes.ts';
import type { AccountRef, Directory } from '../../src/core/ports/directory.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, PROTECTED_GROUP, signsIn } from './sample-directory.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, until } from './start-keyturn.ts';

const BY = { author: 'test', language: 'en', lane: 'notice' } as const;

interface Two {
  person: Enrolled;
  login: string;
  other: string;
  second: AccountRef;
}

describeEachEngine('several accounts in one recovery, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [
        embeddedSection('people', { minimumLength: 8 }),
        embeddedSection('cloud', { minimumLength: 14, historyLength: 3, lockoutThreshold: 3, lockoutMinutes: null }),
      ],
      configuration: {
        guard: GENEROUS_LIMITS,
        recovery: {
          rules: [
            {
              name: 'cloud by more',
              when: { directories: ['cloud'] },
              accepted: [
                ['email', 'totp'],
                ['recovery-code', 'totp'],
              ],
            },
            {
              name: 'all',
              accepted: [
                ['email', 'totp'],
                ['recovery-code', 'totp'],
                ['temporary-pass', 'totp'],
                ['email', 'linked-account'],
              ],
            },
          ],
        },
      },
    });
  });

  const cloud = () => keyturn.deps.directories.get('cloud');
  async function withTwo(more: Parameters<typeof addPerson>[2] = {}, countsFrom = 0): Promise<Two> {
    const [login, other] = [newLogin(), newLogin()];
    await addPerson(keyturn, login);
    await addPerson(keyturn, other, { directory: 'cloud', ...more });
    const person = await keyturn.enrol(login);
    const [found] = await cloud().findAccounts(other);
    if (found === undefined) throw new Error('no second account');
    const second = { directory: 'cloud', id: found.id };
    const ids = [randomUUID(), randomUUID()] as const;
    const link = { person: randomUUID(), ids, now: keyturn.clock.now(), by: 'test', countsFrom };
    expect(await keyturn.deps.store.people.link(person.account, second, link)).toBe(true);
    return { person, login, other, second };
  }
  const idOf = ({ directory, id }: AccountRef) => `${directory}/${id}`;
  async function withCode(login: string, { address }: Enrolled, goal: 'reset-password' | 'unlock-account' = 'reset-password') {
    const mailed = () => keyturn.messages(address).filter(holdsCode).map(codeIn);
    const before = new Set(mailed());
    const client = await startJourney(keyturn.url, login, goal);
    await client.answer({ option: 'email' });
    const fresh = () => mailed().find((code) => !before.has(code));
    await until(() => fresh() !== undefined, `a code to ${address}`);
    await client.answer({ code: fresh() });
    return client;
  }
  async function proven({ login, person }: Two, goal: 'reset-password' | 'unlock-account' = 'reset-password'): Promise<JourneyClient> {
    const client = await withCode(login, person, goal);
    await client.answer({ option: 'totp' });
    await client.answer({ code: person.totp() });
    return client;
  }
  async function bothChosen(two: Two): Promise<JourneyClient> {
    const client = await proven(two);
    await client.answer({ accounts: [idOf(two.person.account), idOf(two.second)] });
    return client;
  }
  const outcomes = (results: readonly Result[] | undefined) =>
    results?.map(({ outcome, code }) => (code === undefined ? outcome : `${outcome} ${code}`));
  const events = async (id: string) =>
    (await keyturn.deps.store.audit.read(0, 100_000))
      .filter(({ type, data }) => type.startsWith('write.') && data.includes(id))
      .map(({ type }) => type);
  const told = (login: string) => keyturn.messages(`${login}@work.example.test`).map(({ subject }) => subject);

  it('are offered where the same proofs are enough, the one that was named alone chosen, and set by one password', async () => {
    const two = await withTwo();
    const client = await proven(two);
    expect(client.at('choose-accounts').accounts).toMatchObject([
      { id: idOf(two.person.account), selected: true },
      { id: idOf(two.second), selected: false, locked: false },
    ]);
    await client.answer({ accounts: [idOf(two.person.account), idOf(two.second)] });
    const { rules } = client.at('new-password');
    // The stricter one is asked for, and named by the directory that asks.
    expect(rules.find(({ code }) => code === 'password.too-short')?.text).toBe('At least 14 characters [Directory cloud]');
    const short = await client.call('POST', '/journeys/current/password-check', { password: 'nine char' });
    expect(short.body.verdicts?.find(({ ok }) => ok === false)?.text).toContain('[Directory cloud]');
    const password = newPassword();
    await client.answer({ password });
    expect(outcomes(client.at('done').results)).toEqual(['password-reset', 'password-reset']);
    expect(await signsIn(keyturn, two.login, password)).toBe(true);
    expect(await signsIn(keyturn, two.other, password, 'cloud')).toBe(true);
    for (const id of [two.person.account.id, two.second.id]) expect(await events(id)).toEqual(['write.intended', 'write.succeeded']);
    await until(() => told(two.login).length > 0 && told(two.other).length > 0, 'word to both');
  });

  it('have each their own outcome: the one that refused is asked for again by itself, and both are told in the end', async () => {
    const two = await withTwo();
    const used = newPassword();
    await keyturn.deps.directories.get('cloud').changePassword(two.second, OLD_PASSWORD, used);
    const client = await bothChosen(two);
    await client.answer({ password: used });
    const again = client.at('new-password');
    expect(again.accounts.map(({ id }) => id)).toEqual([idOf(two.second)]);
    expect(outcomes(again.results)).toEqual(['password-reset', 'failed password.same-as-current']);
    expect(again.mayFinish).toBe(true);
    expect(again.message).toContain('Not all of your accounts');
    // The one that is done keeps what it has.
    const fresh = newPassword();
    await client.answer({ password: fresh });
    expect(outcomes(client.at('done').results)).toEqual(['password-reset', 'password-reset']);
    expect(await signsIn(keyturn, two.login, used)).toBe(true);
    expect(await signsIn(keyturn, two.other, fresh, 'cloud')).toBe(true);
    expect(await events(two.person.account.id)).toEqual(['write.intended', 'write.succeeded']);
    expect(await events(two.second.id)).toEqual(['write.intended', 'write.refused', 'write.intended', 'write.succeeded']);
  });

  it('may be left at what was done, also by cancelling', async () => {
    for (const leave of [
      (client: JourneyClient) => client.answer({ finish: true }),
      async (client: JourneyClient) => {
        await client.call('DELETE', '/journeys/current');
        return client.answer({ finish: true });
      },
    ]) {
      const two = await withTwo();
      const used = newPassword();
      await cloud().changePassword(two.second, OLD_PASSWORD, used);
      const client = await bothChosen(two);
      await client.answer({ password: used });
      await leave(client);
      expect(outcomes(client.at('done').results)).toEqual(['password-reset', 'failed password.same-as-current']);
      expect(await signsIn(keyturn, two.other, used, 'cloud')).toBe(true);
    }
    const client = await bothChosen(await withTwo());
    expect((await client.answer({ finish: true })).body.code).toBe('journey.answer-not-fitting');
  });

  it('of which one may not be written to any more: the other one is, and both are told', async () => {
    const two = await withTwo();
    const client = await bothChosen(two);
    const row = await keyturn.deps.store.embedded.find('cloud', two.second.id);
    if (row === null) throw new Error('gone');
    await keyturn.deps.store.embedded.update({ ...row, disabled: true });
    const password = newPassword();
    await client.answer({ password });
    expect(outcomes(client.at('done').results)).toEqual(['password-reset', 'failed journey.account-barred']);
    expect(await signsIn(keyturn, two.login, password)).toBe(true);
    expect(await events(two.second.id)).toEqual(['write.not-begun']);
  });

  it.each(['before they are chosen', 'after that'] as const)('are not written to when somebody parts them %s', async (when) => {
    const two = await withTwo();
    const both = { accounts: [idOf(two.person.account), idOf(two.second)] };
    const client = await proven(two);
    if (when === 'after that') await client.answer(both);
    expect(await keyturn.deps.store.people.unlink(two.second)).toBe(true);
    if (when !== 'after that') await client.answer(both);
    const password = newPassword();
    await client.answer({ password });
    expect(client.step.kind).toBe('refused');
    expect(await signsIn(keyturn, two.other, password, 'cloud')).toBe(false);
    expect(await signsIn(keyturn, two.login, password)).toBe(false);
    expect([...(await events(two.second.id)), ...(await events(two.person.account.id))]).toEqual([]);
    // What is proven by one's own is not in doubt.
    keyturn.clock.move(31_000);
    const alone = await proven(two);
    await alone.answer({ password });
    expect(outcomes(alone.at('done').results)).toEqual(['password-reset']);
  });

  it('are proven by what is enrolled for the other one no more once they are parted, also who was named', async () => {
    const two = await withTwo();
    const client = await proven({ ...two, login: two.other });
    await client.answer({ accounts: [idOf(two.second)] });
    expect(client.at('new-password').rules.length).toBeGreaterThan(0);
    expect(await keyturn.deps.store.people.unlink(two.second)).toBe(true);
    const password = newPassword();
    await client.answer({ password });
    expect(client.step.kind).toBe('refused');
    expect(await signsIn(keyturn, two.other, password, 'cloud')).toBe(false);
  });

  it('of which one is being written to by somebody: it waits, and is asked for again', async () => {
    const two = await withTwo();
    const client = await bothChosen(two);
    const id = randomUUID();
    const { store, clock } = keyturn.deps;
    const row = { id, verb: 'unlock-account' as const, journeyId: null, directory: 'cloud', accountId: two.second.id, facts: '{}' };
    await store.intents.insert({ ...row, status: 'open', createdAt: clock.now(), closedAt: null, leaseUntil: clock.now() + 3_600_000 });
    const password = newPassword();
    await client.answer({ password });
    const again = client.at('new-password');
    expect(outcomes(again.results)).toEqual(['password-reset', 'failed account.write-open']);
    expect(again.results?.[1]?.message).toContain('not over yet');
    await store.intents.close(id, 'failed', clock.now());
    await client.answer({ password });
    expect(outcomes(client.at('done').results)).toEqual(['password-reset', 'password-reset']);
    expect(await events(two.second.id)).toEqual(['write.not-begun', 'write.intended', 'write.succeeded']);
  });

  it.each([
    ['was written', true, 'password-reset'],
    ['was not written', false, 'failed directory.unavailable'],
  ] as const)('of which the answer of one is lost wait until it is known, and tell of both: it %s', async (_what, isWritten, told) => {
    const two = await withTwo();
    const client = await bothChosen(two);
    const directory = cloud() as { -readonly [K in keyof Directory]: Directory[K] };
    const { resetPassword, readFingerprint } = directory;
    directory.resetPassword = async (...given) => {
      if (isWritten) await resetPassword.apply(cloud(), given);
      throw new AppError('directory.outcome-unknown');
    };
    directory.readFingerprint = () => Promise.reject(new AppError('directory.unreachable'));
    const password = newPassword();
    try {
      await client.answer({ password });
      const { id } = client.at('waiting');
      // What is known of the other one moves nothing: a poll finds the same step.
      await client.answer({});
      expect(client.at('waiting').id).toBe(id);
    } finally {
      Object.assign(directory, { resetPassword, readFingerprint });
    }
    keyturn.clock.move(10 * 60_000);
    await createWriteSweep(keyturn.deps)();
    await client.answer({});
    if (!isWritten) {
      expect(outcomes(client.at('new-password').results)).toEqual(['password-reset', told]);
      await client.answer({ finish: true });
    }
    expect(outcomes(client.at('done').results)).toEqual(['password-reset', told]);
    expect(await signsIn(keyturn, two.login, password)).toBe(true);
    expect(await signsIn(keyturn, two.other, password, 'cloud')).toBe(isWritten);
    expect(await keyturn.deps.store.intents.openCount()).toBe(0);
  });

  it('are written to by one of several who ask at the same moment, each account once', async () => {
    const two = await withTwo();
    const clients = [await bothChosen(two)];
    keyturn.clock.move(31_000);
    clients.push(await bothChosen(two));
    const passwords = clients.map(() => newPassword());
    await Promise.all(clients.map((client, index) => client.answer({ password: passwords[index] })));
    // Whoever was later is told of it, or finds that somebody else has written since they proved themselves.
    const kinds = clients.map(({ step }) => step.kind);
    expect(kinds.filter((kind) => kind === 'done')).toHaveLength(1);
    const password = passwords[kinds.indexOf('done')] ?? '';
    expect([await signsIn(keyturn, two.login, password), await signsIn(keyturn, two.other, password, 'cloud')]).toEqual([true, true]);
    for (const id of [two.person.account.id, two.second.id]) expect(await events(id)).toEqual(['write.intended', 'write.succeeded']);
  });

  it('are unlocked together, each as it was', async () => {
    const two = await withTwo();
    for (let times = 0; times < 3; times += 1) await cloud().verifyPassword(two.second, 'wrong');
    const client = await proven(two, 'unlock-account');
    expect(client.at('choose-accounts').accounts[1]).toMatchObject({ locked: true });
    await client.answer({ accounts: [idOf(two.person.account), idOf(two.second)] });
    await client.answer({ confirm: true });
    expect(outcomes(client.at('done').results)).toEqual(['unlocked', 'unlocked']);
    expect(await signsIn(keyturn, two.other, OLD_PASSWORD, 'cloud')).toBe(true);
  });

  it.each<[why: string, more: Parameters<typeof addPerson>[2], waits: boolean]>([
    ['protected', { groups: [PROTECTED_GROUP] }, false],
    ['disabled', { disabled: true }, false],
    ['linked by a link that waits', {}, true],
  ])('are one alone where the other one is %s', async (_why, more, waits) => {
    const client = await proven(await withTwo(more, waits ? keyturn.clock.now() + 3_600_000 : 0));
    client.at('new-password');
  });

  it('are one alone at the Windows sign-in screen', async () => {
    const two = await withTwo();
    const codes = await issueRecoveryCodes(keyturn.deps, two.person.account, 'test', BY);
    const begin = { goal: 'reset-password', account: two.login, client: { kind: 'windows-logon' } };
    const { body } = await request(keyturn.url, 'POST', '/journeys', begin);
    const headers = { authorization: `Bearer ${body.token}` };
    let step = body.step;
    for (const answer of [{ option: 'recovery-code' }, { code: codes[0] }, { code: two.person.totp() }]) {
      ({ step } = (await request(keyturn.url, 'POST', `/journeys/current/steps/${step?.id}`, answer, headers)).body);
    }
    expect(step).toMatchObject({ kind: 'new-password', accounts: [{ id: idOf(two.person.account) }] });
  });

  it('are one alone where what was shown does not prove the other one', async () => {
    const two = await withTwo();
    const { pass } = await issueTemporaryPass(
      keyturn.deps,
      two.person.account,
      { hours: 1, longestHours: 8, once: false },
      { ...BY, reason: 'test' },
    );
    const byPass = await startJourney(keyturn.url, two.login);
    await byPass.answer({ option: 'temporary-pass' });
    await byPass.answer({ code: pass });
    await byPass.answer({ code: two.person.totp() });
    byPass.at('new-password');

    // A code of the list is gone once it was shown, and proves the other account all the same.
    const codes = await issueRecoveryCodes(keyturn.deps, two.person.account, 'test', BY);
    keyturn.clock.move(60_000);
    const byCode = await startJourney(keyturn.url, two.login);
    await byCode.answer({ option: 'recovery-code' });
    await byCode.answer({ code: codes[0] });
    await byCode.answer({ code: two.person.totp() });
    expect(byCode.at('choose-accounts').accounts).toHaveLength(2);
  });

  it('never are done by the password of one of them', async () => {
    const two = await withTwo({ passwordSetAt: keyturn.clock.now() - 48 * 3_600_000 });
    const client = await withCode(two.login, two.person);
    await client.answer({ option: 'linked-account' });
    await client.answer({ account: idOf(two.second), password: OLD_PASSWORD });
    expect(client.at('new-password').accounts.map(({ id }) => id)).toEqual([idOf(two.person.account)]);
  });
});
