import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, PROTECTED_GROUP, SILENT, signsIn } from './sample-directory.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const HOUR = 3_600_000;
const THRESHOLD = 3;
interface Two {
  person: Enrolled;
  login: string;
  /** The other account, in the other directory. */
  other: string;
  second: AccountRef;
}

describeEachEngine('the password of another account as a proof, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection(), embeddedSection('cloud', { lockoutThreshold: THRESHOLD, lockoutMinutes: null })],
      configuration: {
        guard: GENEROUS_LIMITS,
        recovery: { rules: [{ name: 'all', accepted: [['email', 'linked-account']] }] },
      },
    });
  });

  const refOf = async (login: string, directory: string): Promise<AccountRef> => {
    const [found] = await keyturn.deps.directories.get(directory).findAccounts(login);
    if (found === undefined) throw new Error(`no ${login}`);
    return { directory, id: found.id };
  };
  const link = async (account: AccountRef, added: AccountRef, countsFrom = 0) => {
    const ids = [randomUUID(), randomUUID()] as const;
    const made = await keyturn.deps.store.people.link(account, added, {
      ...{ person: randomUUID(), ids, now: keyturn.clock.now(), by: 'test', countsFrom },
    });
    expect(made).toBe(true);
  };
  /** A password that was set lately somebody else may know. */
  const longAgo = () => keyturn.clock.now() - 48 * HOUR;

  /** Somebody who enrolled for one account, and has another one. */
  async function withTwo(more: Parameters<typeof addPerson>[2] = {}, countsFrom = 0): Promise<Two> {
    const login = newLogin();
    const other = more.login ?? newLogin();
    await addPerson(keyturn, login, { passwordSetAt: longAgo() });
    await addPerson(keyturn, other, { directory: 'cloud', passwordSetAt: longAgo(), ...more });
    const person = await keyturn.enrol(login);
    const second = await refOf(other, 'cloud');
    await link(person.account, second, countsFrom);
    return { person, login, other, second };
  }
  /** Begins, and gives the code that is mailed. */
  async function withCode(login: string, { address }: Enrolled): Promise<JourneyClient> {
    const mailed = () => keyturn.messages(address).filter(holdsCode).map(codeIn);
    const before = new Set(mailed());
    const client = await startJourney(keyturn.url, login);
    // Until somebody has proven something they are told what everybody is told.
    expect(JSON.stringify(client.step)).not.toContain('Directory cloud');
    await client.answer({ option: 'email' });
    const fresh = () => mailed().find((code) => !before.has(code));
    await until(() => fresh() !== undefined, `a code to ${address}`);
    await client.answer({ code: fresh() });
    return client;
  }
  const idOf = ({ directory, id }: AccountRef) => `${directory}/${id}`;
  const events = async (type: string) =>
    (await keyturn.deps.store.audit.read(0, 100_000))
      .filter((event) => event.type === type)
      .map(({ data }) => JSON.parse(data) as Record<string, unknown>);

  it('is asked for after another proof alone, which it then completes; the other account stays as it is', async () => {
    const { person, login, other, second } = await withTwo();
    const client = await withCode(login, person);
    const step = client.at('linked-password');
    expect(step.accounts).toEqual([{ id: idOf(second), label: `${other} (Directory cloud)` }]);
    await client.answer({ account: idOf(second), password: OLD_PASSWORD });
    expect(client.at('new-password').accounts.map(({ id }) => id)).toEqual([idOf(person.account)]);
    const password = newPassword();
    await client.answer({ password });
    client.at('done');
    expect(await signsIn(keyturn, login, password)).toBe(true);
    expect(await signsIn(keyturn, other, OLD_PASSWORD, 'cloud')).toBe(true);
    const [completed] = (await events('journey.proof-complete')).slice(-1);
    expect(completed).toMatchObject({ factors: ['email', 'linked-account'], accounts: [person.account] });
    expect(JSON.stringify([await keyturn.deps.store.audit.read(0, 100_000), keyturn.logLines])).not.toContain(OLD_PASSWORD);
  });

  it('never comes near the lock-out of the other account, however often it is given wrongly', async () => {
    const { person, login, other, second } = await withTwo();
    for (let journey = 0; journey < 2; journey += 1) {
      const client = await withCode(login, person);
      for (let times = 0; client.step.kind === 'linked-password'; times += 1) {
        await client.answer({ account: idOf(second), password: `wrong ${journey} ${times}` });
      }
      expect(client.at('refused').code).toBe('journey.too-many-attempts');
    }
    const { status } = await keyturn.deps.directories.get('cloud').readFacts(second);
    expect(status).toMatchObject({ locked: false, badAttempts: THRESHOLD - 1 });
    expect(await signsIn(keyturn, other, OLD_PASSWORD, 'cloud')).toBe(true);
    // One who goes on while the account must not be asked about is told the same, also of the right one.
    await keyturn.deps.directories.get('cloud').verifyPassword(second, 'wrong');
    await keyturn.deps.directories.get('cloud').verifyPassword(second, 'wrong too');
    const client = await withCode(login, person);
    await client.answer({ account: idOf(second), password: OLD_PASSWORD });
    expect(client.at('linked-password').messageTone).toBe('error');
  });

  it.each<[why: string, more: Parameters<typeof addPerson>[2]]>([
    ['protected', { groups: [PROTECTED_GROUP] }],
    ['disabled', { disabled: true }],
    ['past its end', { expiresAt: 1 }],
  ])('is none where the other account is %s', async (_why, more) => {
    const { person, login } = await withTwo(more);
    const client = await withCode(login, person);
    expect(client.at('refused').code).toBe('journey.no-proof-left');
  });

  it('is none while the link waits, nor once the accounts are parted', async () => {
    const waiting = await withTwo({}, keyturn.clock.now() + HOUR);
    const client = await startJourney(keyturn.url, waiting.login);
    await client.answer({ option: 'email' });
    // Nothing else is there: the journey is a decoy like any other.
    expect(keyturn.messages(waiting.person.address).filter(holdsCode)).toEqual([]);

    const { person, login, second } = await withTwo();
    const parted = await withCode(login, person);
    parted.at('linked-password');
    await keyturn.deps.store.people.unlink(second);
    await parted.answer({ account: idOf(second), password: OLD_PASSWORD });
    expect(parted.at('linked-password').messageTone).toBe('error');
  });

  it('is none that somebody else has set: one that must be changed, or was set anew a while ago', async () => {
    const must = await withTwo({ mustChange: true });
    const first = await withCode(must.login, must.person);
    await first.answer({ account: idOf(must.second), password: OLD_PASSWORD });
    expect(first.at('linked-password').messageTone).toBe('error');

    // The two recover each other: the one that was reset proves nothing until its cool-down is over.
    const { person, login, other, second } = await withTwo();
    const reset = await withCode(other, person);
    await reset.answer({ account: idOf(person.account), password: OLD_PASSWORD });
    const password = newPassword();
    await reset.answer({ password });
    reset.at('done');
    expect((await withCode(login, person)).at('refused').code).toBe('journey.no-proof-left');
    keyturn.clock.move(25 * HOUR);
    const later = await withCode(login, person);
    await later.answer({ account: idOf(second), password });
    later.at('new-password');
  });

  it('is taken for accounts that were named alone', async () => {
    const { person, login } = await withTwo();
    const foreign = await withTwo();
    const client = await withCode(login, person);
    const { id } = client.step;
    for (const account of [idOf(foreign.second), idOf(person.account), 'cloud/nobody']) {
      const { body } = await client.answer({ account, password: OLD_PASSWORD });
      expect(body.code).toBe('journey.answer-not-fitting');
    }
    expect(client.step.id).toBe(id);
  });

  it('is not said to be missing where its directory does not answer', async () => {
    const { person, login } = await withTwo();
    const silent = await startKeyturn({
      directories: [embeddedSection(), SILENT],
      configuration: { guard: GENEROUS_LIMITS, recovery: { rules: [{ name: 'all', accepted: [['email', 'linked-account']] }] } },
    });
    try {
      await addPerson(silent, login);
      const own = await silent.enrol(login, person.address);
      const ids = [randomUUID(), randomUUID()] as const;
      const made = { person: randomUUID(), ids, now: 0, by: 'test', countsFrom: 0 };
      await silent.deps.store.people.link(own.account, { directory: 'silent', id: randomUUID() }, made);
      const client = await startJourney(silent.url, login);
      await client.answer({ option: 'email' });
      await until(() => silent.messages(own.address).some(holdsCode), 'a code');
      await client.answer({ code: codeIn(silent.messages(own.address).filter(holdsCode)[0] as never) });
      const { message, options } = client.at('choose-factor');
      expect(message).toContain('did not answer');
      expect(options.map(({ kind }) => kind)).toEqual(['linked-account']);
      // It is asked for again when they choose it again.
      await client.answer({ option: 'linked-account' });
      expect(client.at('choose-factor').message).toContain('did not answer');
    } finally {
      await silent.close();
    }
  });

  it('never proves the account that it is the password of, whoever has which name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ sameName: fc.boolean(), third: fc.boolean(), begin: fc.nat(2), show: fc.nat(2) }),
        async ({ sameName, third, begin, show }) => {
          const login = newLogin();
          const logins = [login, sameName ? login : newLogin(), newLogin()].slice(0, third ? 3 : 2);
          const refs: AccountRef[] = [];
          for (const [index, each] of logins.entries()) {
            const directory = index === 1 ? 'cloud' : 'people';
            await addPerson(keyturn, each, { directory, passwordSetAt: longAgo() });
            refs.push(await refOf(each, directory));
          }
          const person = await keyturn.enrol(login);
          for (const ref of refs.filter(({ id }) => id !== person.account.id)) await link(person.account, ref);
          const client = await withCode(logins[begin % logins.length] ?? login, person);
          const { accounts } = client.at('linked-password');
          const shown = accounts[show % accounts.length];
          await client.answer({ account: shown?.id, password: OLD_PASSWORD });
          const { step } = client;
          expect(['new-password', 'choose-accounts']).toContain(step.kind);
          const reached = step.kind === 'new-password' || step.kind === 'choose-accounts' ? step.accounts.map(({ id }) => id) : [];
          expect(reached).not.toContain(shown?.id);
          expect(reached.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 12 },
    );
  });
});
