import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangedPasswords } from '../../shared/api/me.ts';
import { AppError } from '../../shared/errors.ts';
import { releaseRecovery } from '../../src/core/freeze/release-recovery.ts';
import type { Directory } from '../../src/core/ports/directory.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

const NEXT = 'Quite-another-Passw0rd';

describe('somebody who is signed in', () => {
  let keyturn: Keyturn;
  let people = 0;

  beforeAll(async () => {
    keyturn = await startKeyturn({
      directories: [
        embeddedSection('people', { lockoutThreshold: 5, minimumAgeHours: 0 }),
        embeddedSection('young', { minimumAgeHours: 24 }),
      ],
      configuration: {
        guard: {
          ...GENEROUS_LIMITS,
          failuresPerAccount: { count: 3, countWithWork: 3, windowSeconds: 600 },
          failuresPerAccountOverall: { windowSeconds: 600 },
        },
        signIn: { enabled: true },
        passwordRules: { minimumLength: 14 },
      },
    });
  });
  afterAll(() => keyturn.close());

  async function signedIn(directory = 'people'): Promise<Enrolled & { login: string; client: SessionClient }> {
    people += 1;
    const login = `changer${people}`;
    await addPerson(keyturn, login, { directory });
    const person = await keyturn.enrol(login);
    return { login, ...person, client: await signIn(keyturn, login, person) };
  }
  const change = async (client: SessionClient, current: string, password: string) => {
    const { body } = await client.call('POST', '/me/password', { password, accounts: [{ account: 'own', current }] });
    const { results, verdicts } = body as unknown as ChangedPasswords;
    return results === undefined ? body : { ...results[0], ...(verdicts === undefined ? {} : { verdicts }) };
  };
  async function eventsOf(type: string, id: string) {
    const rows = await keyturn.deps.store.audit.read(0, 100_000);
    return rows.filter((row) => row.type === type && row.data.includes(id)).map(({ data }) => JSON.parse(data) as Record<string, unknown>);
  }

  it('sees the account, what proves them and what a new password must meet', async () => {
    const { login, client } = await signedIn();
    const { status, body } = await client.call('GET', '/me');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      account: { login, directory: 'Directory people', locked: false, mustChange: false, changeableAt: null },
      // Enrolled in the same millisecond, in no order.
      factors: expect.arrayContaining(['email', 'totp'].map((kind) => expect.objectContaining({ kind, countsFrom: null }))),
      rules: expect.arrayContaining([expect.objectContaining({ code: 'password.too-short' })]),
    });
    expect(JSON.stringify(body)).not.toMatch(/[A-Z2-7]{32}/);
    const { events } = (await client.call('GET', '/me/activity')).body as unknown as { events: { type: string; by?: string }[] };
    expect(events[0]).toMatchObject({ type: 'session.opened', by: 'self' });
  });

  it('sees nothing but the way to enrol after a password alone', async () => {
    people += 1;
    await addPerson(keyturn, `changer${people}`);
    const client = await signIn(keyturn, `changer${people}`);
    for (const [method, path, body] of [
      ['GET', '/me'],
      ['GET', '/me/activity'],
      ['POST', '/me/password-check', { password: NEXT }],
      ['POST', '/me/password', { password: NEXT, accounts: [{ account: 'own', current: OLD_PASSWORD }] }],
    ] as const) {
      expect((await client.call(method, path, body)).body.code, path).toBe('session.for-enrolment-only');
    }
  });

  it('changes the password by the current one; this session goes on, all others end, and the owner is told', async () => {
    const owner = await signedIn();
    const other = await signIn(keyturn, owner.login, owner);
    const judged = async () => (await owner.client.call('POST', '/me/password-check', { password: 'short' })).body;
    // Its strength is told once the thread that estimates it has time.
    await expect.poll(judged).toMatchObject({ acceptable: false, strength: expect.any(Number) });
    expect(await change(owner.client, OLD_PASSWORD, 'short')).toMatchObject({ outcome: 'refused', verdicts: expect.any(Array) });
    expect(await change(owner.client, OLD_PASSWORD, NEXT)).toMatchObject({ outcome: 'changed' });
    expect(await signsIn(keyturn, owner.login, NEXT)).toBe(true);
    expect((await owner.client.call('GET', '/session')).status).toBe(200);
    expect((await other.call('GET', '/session')).body.code).toBe('session.ended');
    const [written] = await eventsOf('write.succeeded', owner.account.id);
    expect(written).toMatchObject({ verb: 'change-password', foundBy: 'answer' });
    expect((await keyturn.waitForMessage(owner.address)).subject).toBe('Your password was changed');
  });

  it('is not let near the account by a current password that is not right, nor ever locked by it', async () => {
    const owner = await signedIn();
    for (let attempt = 0; attempt < 6; attempt += 1) {
      expect(await change(owner.client, `Wrong-Passw0rd-${attempt}`, NEXT)).toMatchObject({
        outcome: 'refused',
        code: 'password.old-wrong',
      });
    }
    const [row] = await keyturn.deps.store.embedded.findByIdentifier('people', owner.login);
    expect(row).toMatchObject({ badAttempts: 3, lockedAt: null });
    expect(await eventsOf('session.current-refused', owner.account.id)).toHaveLength(3);
    // Not judged any more, the right one either.
    expect(await change(owner.client, OLD_PASSWORD, NEXT)).toMatchObject({ code: 'password.old-wrong' });
    expect(await signsIn(keyturn, owner.login, OLD_PASSWORD)).toBe(true);
    keyturn.clock.move(601_000);
    expect(await change(owner.client, OLD_PASSWORD, NEXT)).toMatchObject({ outcome: 'changed' });
  });

  it('has the current password judged again once an operator released the account', async () => {
    const owner = await signedIn();
    for (let attempt = 0; attempt < 3; attempt += 1) await change(owner.client, `Wrong-Passw0rd-${attempt}`, NEXT);
    expect(await change(owner.client, OLD_PASSWORD, NEXT)).toMatchObject({ code: 'password.old-wrong' });
    const contacts = { email: [], sms: [] };
    await releaseRecovery(keyturn.deps, { ...owner.account, contacts }, { author: 'test', reason: 'test' });
    expect(await change(owner.client, OLD_PASSWORD, NEXT)).toMatchObject({ outcome: 'changed' });
  });

  it('is refused one that is nearly the current one, or too young to be changed, and nothing is written', async () => {
    const owner = await signedIn();
    expect(await change(owner.client, OLD_PASSWORD, `${OLD_PASSWORD}!`)).toMatchObject({
      outcome: 'refused',
      code: 'password.too-similar',
    });
    expect(await eventsOf('write.intended', owner.account.id)).toEqual([]);
    const young = await signedIn('young');
    expect(await change(young.client, OLD_PASSWORD, NEXT)).toMatchObject({ outcome: 'refused', code: 'password.too-young' });
  });

  it('is told that it is not known what became of it, when that is so, and then no session is spared', async () => {
    const owner = await signedIn();
    const directory = keyturn.deps.directories.get('people') as { -readonly [K in keyof Directory]: Directory[K] };
    const { changePassword } = directory;
    directory.changePassword = async (...given) => {
      await changePassword(...given);
      throw new AppError('directory.outcome-unknown');
    };
    const answer = await change(owner.client, OLD_PASSWORD, NEXT).finally(() => {
      directory.changePassword = changePassword;
    });
    // Read afterwards: it was written, and by nobody else.
    expect(answer).toMatchObject({ outcome: 'changed' });
    directory.changePassword = () => Promise.reject(new AppError('directory.outcome-unknown'));
    const lost = await change(owner.client, NEXT, 'A-third-one-that-is-lost').finally(() => {
      directory.changePassword = changePassword;
    });
    expect(lost).toMatchObject({ outcome: 'unknown' });
    expect(await signsIn(keyturn, owner.login, NEXT)).toBe(true);
  });

  it('changes nothing in a session that was ended meanwhile', async () => {
    const owner = await signedIn();
    const directory = keyturn.deps.directories.get('people') as { -readonly [K in keyof Directory]: Directory[K] };
    const { prepareWrite } = directory;
    directory.prepareWrite = async (ref) => {
      await keyturn.deps.store.sessions.endAll(owner.account, 'ended-elsewhere', keyturn.clock.now(), []);
      return prepareWrite(ref);
    };
    const answer = await change(owner.client, OLD_PASSWORD, NEXT).finally(() => {
      directory.prepareWrite = prepareWrite;
    });
    expect(answer.code).toBe('session.ended');
    expect(await signsIn(keyturn, owner.login, OLD_PASSWORD)).toBe(true);
  });
});
