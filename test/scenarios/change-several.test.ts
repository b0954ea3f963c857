import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangedPasswords, MyPasswordCheck } from '../../shared/api/me.ts';
import { AppError } from '../../shared/errors.ts';
import type { AccountRef, Directory } from '../../src/core/ports/directory.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, PROTECTED_GROUP, signsIn } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

interface Owner {
  person: Enrolled;
  login: string;
  client: SessionClient;
  other: string;
  second: AccountRef;
  /** The id of the link. */
  link: string;
}

describe('somebody who is signed in changes the password of several accounts', () => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await startKeyturn({
      directories: [
        embeddedSection('people', { minimumLength: 8, minimumAgeHours: 0 }),
        embeddedSection('cloud', { minimumLength: 14, minimumAgeHours: 0, lockoutThreshold: 3, historyLength: 3 }),
        embeddedSection('young', { minimumAgeHours: 24 }),
      ],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true } },
    });
  });
  afterAll(() => keyturn.close());

  async function owner(more: Parameters<typeof addPerson>[2] = {}, countsFrom = 0): Promise<Owner> {
    const [login, other] = [newLogin(), newLogin()];
    const directory = more.directory ?? 'cloud';
    await addPerson(keyturn, login);
    await addPerson(keyturn, other, { ...more, directory });
    const person = await keyturn.enrol(login);
    const [found] = await keyturn.deps.directories.get(directory).findAccounts(other);
    if (found === undefined) throw new Error('no second account');
    const second = { directory, id: found.id };
    const ids = [randomUUID(), randomUUID()] as const;
    await keyturn.deps.store.people.link(person.account, second, { person: randomUUID(), ids, now: 0, by: 'test', countsFrom });
    return { person, login, other, second, link: ids[1], client: await signIn(keyturn, login, person) };
  }
  const change = async ({ client, link }: Owner, password: string, currents: { own?: string; linked?: string }) => {
    const accounts = [
      ...(currents.own === undefined ? [] : [{ account: 'own', current: currents.own }]),
      ...(currents.linked === undefined ? [] : [{ account: link, current: currents.linked }]),
    ];
    return (await client.call('POST', '/me/password', { password, accounts })).body as unknown as ChangedPasswords & { code?: string };
  };
  const outcomes = ({ results }: ChangedPasswords) =>
    results.map(({ outcome, code }) => (code === undefined ? outcome : `${outcome} ${code}`));
  const events = async (id: string) =>
    (await keyturn.deps.store.audit.read(0, 100_000))
      .filter(({ type, data }) => type.startsWith('write.') && data.includes(id))
      .map(({ type }) => type);

  it('by the current one of each, to one that meets the rules of all; both are told, and every other session of both ends', async () => {
    const me = await owner();
    const elsewhere = await signIn(keyturn, me.other, me.person);
    const check = await me.client.call('POST', '/me/password-check', { password: 'nine char', accounts: ['own', me.link] });
    const { rules, acceptable, verdicts } = check.body as unknown as MyPasswordCheck;
    expect(rules.find(({ code }) => code === 'password.too-short')?.text).toBe('At least 14 characters [Directory cloud]');
    expect([acceptable, verdicts.some(({ ok }) => ok === false)]).toEqual([false, true]);
    expect(outcomes(await change(me, 'nine char', { own: OLD_PASSWORD, linked: OLD_PASSWORD }))).toEqual(['refused', 'refused']);

    const password = newPassword();
    const done = await change(me, password, { own: OLD_PASSWORD, linked: OLD_PASSWORD });
    expect(outcomes(done)).toEqual(['changed', 'changed']);
    expect(done.results.map(({ account }) => account.label)).toEqual([`${me.login} (Directory people)`, `${me.other} (Directory cloud)`]);
    expect(await signsIn(keyturn, me.login, password)).toBe(true);
    expect(await signsIn(keyturn, me.other, password, 'cloud')).toBe(true);
    expect((await me.client.call('GET', '/session')).status).toBe(200);
    expect((await elsewhere.call('GET', '/session')).body.code).toBe('session.ended');
    for (const id of [me.person.account.id, me.second.id]) expect(await events(id)).toEqual(['write.intended', 'write.succeeded']);
    const told = (login: string) =>
      keyturn.messages(`${login}@work.example.test`).some(({ subject }) => subject === 'Your password was changed');
    await until(() => told(me.login) && told(me.other), 'word to both');
  });

  it('or of the linked one alone', async () => {
    const me = await owner();
    const password = newPassword();
    expect(outcomes(await change(me, password, { linked: OLD_PASSWORD }))).toEqual(['changed']);
    expect(await signsIn(keyturn, me.other, password, 'cloud')).toBe(true);
    expect(await signsIn(keyturn, me.login, OLD_PASSWORD)).toBe(true);
  });

  it('and begins nothing while something stands in the way of one of them, each named by itself', async () => {
    const me = await owner();
    const password = newPassword();
    const wrong = await change(me, password, { own: OLD_PASSWORD, linked: 'Not-the-Passw0rd' });
    expect(outcomes(wrong)).toEqual(['not-begun', 'refused password.old-wrong']);
    const similar = await change(me, `${OLD_PASSWORD}!`, { own: OLD_PASSWORD, linked: OLD_PASSWORD });
    expect(outcomes(similar)).toEqual(['refused password.too-similar', 'refused password.too-similar']);
    const guarded = await owner({ groups: [PROTECTED_GROUP] });
    expect(outcomes(await change(guarded, password, { own: OLD_PASSWORD, linked: OLD_PASSWORD }))).toEqual([
      'not-begun',
      'refused password.change-not-allowed',
    ]);
    const young = await owner({ directory: 'young' });
    await keyturn.deps.directories
      .get('young')
      .changePassword(young.second, OLD_PASSWORD, password)
      .catch(() => {});
    const early = await change(young, newPassword(), { own: OLD_PASSWORD, linked: OLD_PASSWORD });
    expect(outcomes(early)).toEqual(['not-begun', 'refused password.too-young']);
    expect(early.results[1]?.changeableAt).toEqual(expect.any(String));
    for (const { login, person } of [me, guarded, young]) {
      expect(await signsIn(keyturn, login, OLD_PASSWORD)).toBe(true);
      expect(await events(person.account.id)).toEqual([]);
    }
  });

  it('and never locks the linked one, whose guesses are counted for itself', async () => {
    const me = await owner();
    for (let times = 0; times < 6; times += 1) await change(me, newPassword(), { linked: `Wrong-Passw0rd-${times}` });
    const { status } = await keyturn.deps.directories.get('cloud').readFacts(me.second);
    expect(status).toMatchObject({ locked: false, badAttempts: 2 });
    expect(await signsIn(keyturn, me.other, OLD_PASSWORD, 'cloud')).toBe(true);
  });

  it('and has an outcome for each when one fails on the way', async () => {
    const me = await owner();
    const used = newPassword();
    await keyturn.deps.directories.get('cloud').changePassword(me.second, OLD_PASSWORD, used);
    // Known to its directory alone: it was used before.
    const between = newPassword();
    await keyturn.deps.directories.get('cloud').changePassword(me.second, used, between);
    const mixed = await change(me, used, { own: OLD_PASSWORD, linked: between });
    expect(outcomes(mixed)).toEqual(['changed', 'refused password.in-history']);
    expect(await signsIn(keyturn, me.login, used)).toBe(true);
    expect(await signsIn(keyturn, me.other, between, 'cloud')).toBe(true);
    // The rest by itself.
    expect(outcomes(await change(me, newPassword(), { linked: between }))).toEqual(['changed']);
    expect(await events(me.second.id)).toEqual(['write.intended', 'write.refused', 'write.intended', 'write.succeeded']);
  });

  it('and is told of a directory that does not answer, before anything is begun', async () => {
    const me = await owner();
    const directory = keyturn.deps.directories.get('cloud') as { -readonly [K in keyof Directory]: Directory[K] };
    const { readFacts } = directory;
    directory.readFacts = () => Promise.reject(new AppError('directory.unreachable'));
    try {
      const password = newPassword();
      expect(outcomes(await change(me, password, { own: OLD_PASSWORD, linked: OLD_PASSWORD }))).toEqual([
        'not-begun',
        'failed directory.unavailable',
      ]);
      expect(outcomes(await change(me, password, { own: OLD_PASSWORD }))).toEqual(['changed']);
    } finally {
      directory.readFacts = readFacts;
    }
  });

  it('and of nobody else, nor by a link that waits or was parted', async () => {
    const [me, stranger] = [await owner(), await owner()];
    const waiting = await owner({}, keyturn.clock.now() + 3_600_000);
    for (const [client, link] of [
      [me.client, stranger.link],
      [waiting.client, waiting.link],
      [me.client, 'nobody'],
    ] as const) {
      const accounts = [{ account: link, current: OLD_PASSWORD }];
      expect((await client.call('POST', '/me/password', { password: newPassword(), accounts })).body.code).toBe('people.not-linked');
      expect((await client.call('POST', '/me/password-check', { password: 'x', accounts: [link] })).body.code).toBe('people.not-linked');
    }
    await keyturn.deps.store.people.unlink(me.second);
    expect((await change(me, newPassword(), { linked: OLD_PASSWORD })).code).toBe('people.not-linked');
  });
});
