import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { newestFirst } from './by-time.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, until } from './start-keyturn.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A clock that was ahead and is put right while things are open: nothing counts for longer or earlier by it, and nobody is kept out. */
describeEachEngine('a clock that is set back, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: {
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
  async function owner(): Promise<Enrolled & { login: string }> {
    const login = newLogin();
    await addPerson(keyturn, login);
    return { login, ...(await keyturn.enrol(login)) };
  }
  const codesTo = (address: string) => newestFirst(keyturn.messages(address).filter(holdsCode)).map(codeIn);
  /** Runs work with the clock behind, and lets it come back after. */
  async function setBack<T>(by: number, work: () => Promise<T>): Promise<T> {
    keyturn.clock.move(-by);
    try {
      return await work();
    } finally {
      keyturn.clock.move(by + 60_000);
    }
  }

  it.each([
    ['minutes', 5 * 60_000],
    ['hours', 3 * HOUR],
    ['days', 3 * DAY],
  ])('by %s, leaves a recovery that is open to its owner, and begins another one at once', async (_what, by) => {
    const person = await owner();
    const client = await startJourney(keyturn.url, person.login);
    await client.answer({ option: 'email' });
    await until(() => codesTo(person.address).length === 1, 'a code');
    await setBack(by, async () => {
      await client.answer({ code: codesTo(person.address)[0] });
      await client.answer({ code: person.totp() });
      const password = newPassword();
      await client.answer({ password });
      client.at('done');
      expect(await signsIn(keyturn, person.login, password)).toBe(true);
      keyturn.clock.move(31_000);
      const next = await startJourney(keyturn.url, person.login);
      // Its code leaves at once, and the notice of the reset did.
      await prove(keyturn, next, person);
      next.at('new-password');
      await until(
        () => keyturn.messages().some(({ to, subject }) => to === `${person.login}@work.example.test` && subject.includes('reset')),
        'the notice',
      );
    });
  });

  it('makes no proof count earlier that waits for its cool-down, and none of a session fresher', async () => {
    const person = await owner();
    const held: SessionClient = await signIn(keyturn, person.login, person);
    const before = keyturn.clock.now();
    const made = await held.call('POST', '/me/factors/recovery-codes', {});
    expect(made.status).toBe(201);
    await setBack(2 * HOUR, async () => {
      // The session goes on, and what it was opened with is not taken for new.
      expect((await held.call('GET', '/me')).status).toBe(200);
      expect((await held.call('POST', '/me/factors/totp', {})).body.code).toBe('session.step-up-needed');
      const rows = await keyturn.deps.store.factors.ofAccount(person.account);
      for (const { kind, countsFrom } of rows.filter(({ kind }) => kind === 'recovery-code'))
        expect(countsFrom, kind).toBeGreaterThanOrEqual(before + DAY);
    });
  });

  it('gives nobody more tries by it', async () => {
    const person = await owner();
    const client = await startJourney(keyturn.url, person.login);
    await client.answer({ option: 'email' });
    const wrong = randomBytes(4).readUInt32BE() % 2 === 0 ? '00000000' : '11111111';
    const { attemptsLeft: left = 0 } = client.at('code');
    expect(left).toBeGreaterThan(1);
    for (let tries = 0; tries < left - 1; tries += 1) await client.answer({ code: wrong });
    await setBack(3 * HOUR, async () => {
      await client.answer({ code: wrong });
      client.at('refused');
    });
  });
});
