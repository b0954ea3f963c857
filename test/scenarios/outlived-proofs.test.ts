import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { endPasses } from '../../src/core/enrolment/end-passes.ts';
import { type ChangedBy, endFactor } from '../../src/core/enrolment/enrol-factors.ts';
import { issueRecoveryCodes } from '../../src/core/enrolment/recovery-codes.ts';
import { issueTemporaryPass } from '../../src/core/enrolment/temporary-pass.ts';
import type { AccountRef, Directory } from '../../src/core/ports/directory.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { exchange, proveSignIn } from './sign-in-client.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, until } from './start-keyturn.ts';

const BY: ChangedBy = { author: 'test', language: 'en', lane: 'notice' };
const MINUTE = 60_000;
const NEXT = 'a quiet harbour at noon';
const THIEF = 'a loud harbour at night';

type Person = Enrolled & { login: string };

/** What somebody has stolen and shown already is worth nothing any more once its owner has taken it away: also in a journey that has begun. */
describeEachEngine('a proof that was shown, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection(), embeddedSection('cloud')],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        recovery: {
          rules: [
            {
              name: 'all',
              accepted: [
                ['email', 'totp'],
                ['email', 'linked-account'],
                ['recovery-code', 'totp'],
                ['temporary-pass', 'totp'],
              ],
            },
          ],
        },
      },
    });
  });

  async function somebody(): Promise<Person> {
    const login = newLogin();
    await addPerson(keyturn, login);
    return { login, ...(await keyturn.enrol(login)) };
  }
  /** Gives a code of paper or of an agent, and the authenticator. */
  async function provenBy(person: Person, option: 'recovery-code' | 'temporary-pass', code: string): Promise<JourneyClient> {
    keyturn.clock.move(MINUTE);
    const client = await startJourney(keyturn.url, person.login);
    await client.answer({ option });
    await client.answer({ code });
    await client.answer({ code: person.totp() });
    client.at('new-password');
    return client;
  }
  const isRefused = async (client: JourneyClient, login: string) => {
    await client.answer({ password: THIEF });
    expect(client.at('refused').code).toBe('journey.account-barred');
    expect(await signsIn(keyturn, login, THIEF)).toBe(false);
  };
  /** The owner's own recovery, up to the new password. */
  async function recovering(person: Person): Promise<JourneyClient> {
    keyturn.clock.move(MINUTE);
    const client = await withCode(person);
    // Where there is another account as well they choose.
    if (client.step.kind === 'choose-factor') await client.answer({ option: 'totp' });
    await client.answer({ code: person.totp() });
    if (client.step.kind === 'choose-accounts') await client.answer({ accounts: [`${person.account.directory}/${person.account.id}`] });
    client.at('new-password');
    return client;
  }
  async function recover(person: Person, password: string): Promise<void> {
    const client = await recovering(person);
    await client.answer({ password });
    client.at('done');
  }
  /** Begins, and gives the code that is mailed. */
  async function withCode({ login, address }: Person): Promise<JourneyClient> {
    const mailed = () => keyturn.messages(address).filter(holdsCode).map(codeIn);
    const before = new Set(mailed());
    const client = await startJourney(keyturn.url, login);
    await client.answer({ option: 'email' });
    const fresh = () => mailed().find((code) => !before.has(code));
    await until(() => fresh() !== undefined, `a code to ${address}`);
    await client.answer({ code: fresh() });
    return client;
  }

  describe('which is a password', () => {
    it('opens no session once another one was set, however soon the rest is shown', async () => {
      const person = await somebody();
      const thief = await proveSignIn(keyturn.url, person.login);
      thief.at('choose-factor');
      await recover(person, NEXT);
      keyturn.clock.move(MINUTE);
      await thief.answer({ option: 'totp' });
      await thief.answer({ code: person.totp() });
      thief.at('done');
      expect((await exchange(keyturn.url, thief)).body.code).toBe('session.not-proven');
    });

    /** Two accounts of one person, and somebody who was mailed the code for the first. */
    async function withTwo(): Promise<{ person: Person; other: Person; second: AccountRef }> {
      const person = await somebody();
      const login = newLogin();
      await addPerson(keyturn, login, { directory: 'cloud', passwordSetAt: keyturn.clock.now() - 48 * 3_600_000 });
      const [found] = await keyturn.deps.directories.get('cloud').findAccounts(login);
      const second = { directory: 'cloud', id: found?.id ?? '' };
      const ids = [randomUUID(), randomUUID()] as const;
      const link = { person: randomUUID(), ids, now: 0, by: 'test', countsFrom: 0 };
      expect(await keyturn.deps.store.people.link(person.account, second, link)).toBe(true);
      return { person, other: { ...person, login, account: second }, second };
    }
    const give = (client: JourneyClient, { directory, id }: AccountRef, password: string) =>
      client.answer({ account: `${directory}/${id}`, password });
    async function atOther(person: Person): Promise<JourneyClient> {
      const client = await withCode(person);
      await client.answer({ option: 'linked-account' });
      client.at('linked-password');
      return client;
    }

    it('of another account sets none once that one has another', async () => {
      const { person, other, second } = await withTwo();
      const thief = await atOther(person);
      await give(thief, second, OLD_PASSWORD);
      thief.at('new-password');
      await recover(other, NEXT);
      await isRefused(thief, person.login);
    });

    it('of another account sets none once that one is disabled', async () => {
      const { person, second } = await withTwo();
      const thief = await atOther(person);
      await give(thief, second, OLD_PASSWORD);
      thief.at('new-password');
      const row = await keyturn.deps.store.embedded.find(second.directory, second.id);
      expect(row !== null && (await keyturn.deps.store.embedded.update({ ...row, disabled: true }))).toBe(true);
      await isRefused(thief, person.login);
    });

    it('of another account is none that is being set at that moment', async () => {
      const { person, other, second } = await withTwo();
      const thief = await atOther(person);
      const weaker = await recovering(other);
      // It waits for its turn at a server that is slow, with the password that will be: until it is.
      const directory = keyturn.deps.directories.get('cloud') as { -readonly [K in keyof Directory]: Directory[K] };
      const { verifyPassword } = directory;
      directory.verifyPassword = async (...asked) => {
        await weaker.answer({ password: THIEF });
        weaker.at('done');
        return verifyPassword(...asked);
      };
      try {
        await give(thief, second, THIEF);
      } finally {
        directory.verifyPassword = verifyPassword;
      }
      expect(await signsIn(keyturn, other.login, THIEF, 'cloud')).toBe(true);
      expect(thief.at('linked-password').messageTone).toBe('error');
    });
  });

  describe('which is one of a list of recovery codes', () => {
    const issue = (person: Person) => issueRecoveryCodes(keyturn.deps, person.account, 'test', BY);
    const rows = async ({ account }: Person) =>
      (await keyturn.deps.store.factors.ofAccount(account)).filter(({ kind }) => kind === 'recovery-code');

    it('sets no password once there is another list', async () => {
      const person = await somebody();
      const [code = ''] = await issue(person);
      const thief = await provenBy(person, 'recovery-code', code);
      await issue(person);
      await isRefused(thief, person.login);
    });

    it('nor once the list was taken away', async () => {
      const person = await somebody();
      const [code = ''] = await issue(person);
      const thief = await provenBy(person, 'recovery-code', code);
      for (const { id } of await rows(person)) await endFactor(keyturn.deps, person.account, id, { ...BY, reason: 'lost' });
      await isRefused(thief, person.login);
    });

    it('does with what is left of it, and as the last of it, until there is another list', async () => {
      const person = await somebody();
      const codes = await issue(person);
      const isKept = ({ label }: { label: string }) => / (8|9|10)$/.test(label);
      for (const { id } of (await rows(person)).filter((row) => !isKept(row)))
        await endFactor(keyturn.deps, person.account, id, { ...BY, reason: 'test' });
      expect(await rows(person)).toHaveLength(3);
      for (const [index, code] of codes.slice(7).entries()) {
        const owner = await provenBy(person, 'recovery-code', code);
        await owner.answer({ password: `${NEXT} ${index}` });
        owner.at('done');
      }
      expect(await rows(person)).toEqual([]);
      const [first = ''] = await issue(person);
      for (const { id } of (await rows(person)).filter(({ label }) => !label.endsWith(' 1')))
        await endFactor(keyturn.deps, person.account, id, { ...BY, reason: 'test' });
      const thief = await provenBy(person, 'recovery-code', first);
      await issue(person);
      await isRefused(thief, person.login);
    });
  });

  describe('which is a temporary pass', () => {
    const issue = (person: Person, once: boolean) =>
      issueTemporaryPass(keyturn.deps, person.account, { hours: 1, longestHours: 24, once }, BY);

    it.each([true, false])('sets no password once another one was issued (good once: %s)', async (once) => {
      const person = await somebody();
      const thief = await provenBy(person, 'temporary-pass', (await issue(person, once)).pass);
      keyturn.clock.move(1);
      await issue(person, true);
      await isRefused(thief, person.login);
    });

    it('that is good until its end sets none once it was withdrawn, and one after that end', async () => {
      const person = await somebody();
      const { pass } = await issue(person, false);
      const thief = await provenBy(person, 'temporary-pass', pass);
      const [row] = (await keyturn.deps.store.factors.ofAccount(person.account)).filter(({ kind }) => kind === 'temporary-pass');
      await endFactor(keyturn.deps, person.account, row?.id ?? '', { ...BY, reason: 'the wrong caller' });
      await isRefused(thief, person.login);

      const later = await issue(person, false);
      keyturn.clock.move(later.endsAt - keyturn.clock.now() - 2 * MINUTE);
      const owner = await provenBy(person, 'temporary-pass', later.pass);
      keyturn.clock.move(2 * MINUTE);
      await endPasses(keyturn.deps);
      expect((await keyturn.deps.store.factors.ofAccount(person.account)).map(({ kind }) => kind)).not.toContain('temporary-pass');
      await owner.answer({ password: NEXT });
      owner.at('done');
    });
  });
});
