import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Directory } from '../../src/core/ports/directory.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, prove, startJourney } from './journey-client.ts';
import { type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, startKeyturn } from './start-keyturn.ts';

/** Whom a real directory renames, moves or takes away while they recover: an entry is who it is by its identifier, whatever it is called. */
describe.each([
  ['active-directory', 'active-directory'],
  ['openldap', 'openldap'],
  ['openldap', 'ldap'],
  ['389ds', '389ds'],
] as const)('an account of %s as kind %s', (server, kind) => {
  let real: RealDirectory;
  let keyturn: Keyturn;
  /** Within what is configured, protected, and beside what is configured. */
  let places: { base: string; closed: string; elsewhere: string };
  let closedGroup: string;

  beforeAll(async () => {
    const bare = await reachRealDirectory(server);
    await bare.proxy.stop();
    const base = await bare.createPlace();
    places = { base, closed: await bare.createPlace(base), elsewhere: await bare.createPlace() };
    const member = await bare.createPerson();
    closedGroup = await bare.createGroup([member]);
    real = await reachRealDirectory(server, {
      baseDn: base,
      protected: { locations: [places.closed], groups: [closedGroup] },
      ...(kind === 'ldap' ? { kind, disabledPeople: 'not-told' } : {}),
    });
    keyturn = await startKeyturn({ directories: [real.section], configuration: { guard: GENEROUS_LIMITS } });
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });

  type Person = RealPerson & Enrolled;
  const newPerson = () => real.createPerson({ parentDn: places.base });
  async function person(): Promise<Person> {
    const owner = await newPerson();
    return { ...owner, ...(await keyturn.enrol(owner.login, `${owner.login}@home.example.test`)) };
  }
  const directory = (): Directory => keyturn.deps.directories.get('people');
  async function eventsAbout(id: string) {
    const rows = (await keyturn.deps.store.audit.read(0, 100_000)).filter(({ data }) => data.includes(id));
    return rows.map(({ type, data }) => ({ type, data: JSON.parse(data) as Record<string, unknown> }));
  }
  const writesOf = async ({ account }: Person) =>
    (await eventsAbout(account.id)).filter(({ type }) => type.startsWith('write.')).map(({ type }) => type);

  /** A recovery that has come to one of its steps. */
  const stages = {
    'after its first proof': async (owner: Person): Promise<{ client: JourneyClient; goOn(): Promise<void> }> => {
      const client = await startJourney(keyturn.url, owner.login);
      await client.answer({ option: 'email' });
      const message = await keyturn.waitForMessage(owner.address);
      expect(holdsCode(message)).toBe(true);
      await client.answer({ code: codeIn(message) });
      client.at('code');
      return { client, goOn: async () => void (await client.answer({ code: owner.totp() })) };
    },
    'before its new password': async (owner: Person) => {
      const client = await startJourney(keyturn.url, owner.login);
      await prove(keyturn, client, owner);
      client.at('new-password');
      return { client, goOn: () => Promise.resolve() };
    },
  };

  /** Another entry gets the name that somebody had, and somebody another name. */
  async function swapNames(owner: RealPerson): Promise<{ renamed: RealPerson; taker: RealPerson }> {
    const renamed = await real.rename(owner, { login: newLogin() });
    return { renamed, taker: await real.rename(await newPerson(), { login: owner.login }) };
  }
  async function expectNothingOf(taker: RealPerson, ...passwords: string[]): Promise<void> {
    expect(await real.signsIn(taker, taker.password)).toBe(true);
    for (const password of passwords) expect(await real.signsIn(taker, password)).toBe(false);
  }

  describe.each(Object.keys(stages) as (keyof typeof stages)[])('%s', (stage) => {
    it.each([
      ['renamed', () => ({ login: newLogin() })],
      ['moved', async () => ({ parentDn: await real.createPlace(places.base) })],
      ['both', async () => ({ login: newLogin(), parentDn: await real.createPlace(places.base) })],
    ])('gets its new password where it is by then: %s', async (_what, to) => {
      const owner = await person();
      const { client, goOn } = await stages[stage](owner);
      const renamed = await real.rename(owner, await to());
      await goOn();
      const password = newPassword();
      await client.answer({ password });
      expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
      expect(await real.signsIn(renamed, password)).toBe(true);
      expect(await writesOf(owner)).toEqual(['write.intended', 'write.succeeded']);
    });

    it('gets it though somebody else has its name by then, who keeps theirs', async () => {
      const owner = await person();
      const { client, goOn } = await stages[stage](owner);
      const { renamed, taker } = await swapNames(owner);
      await goOn();
      const password = newPassword();
      await client.answer({ password });
      client.at('done');
      expect(await real.signsIn(renamed, password)).toBe(true);
      await expectNothingOf(taker, password);
    });

    const refused: [what: string, code: string, meanwhile: (owner: RealPerson) => Promise<unknown>][] = [
      ['moved out of what is configured', 'account.missing', (owner) => real.rename(owner, { parentDn: places.elsewhere })],
      ['moved to a protected place', 'journey.account-barred', (owner) => real.rename(owner, { parentDn: places.closed })],
      ['renamed and moved there', 'journey.account-barred', (owner) => real.rename(owner, { login: newLogin(), parentDn: places.closed })],
      ['put into a protected group', 'journey.account-barred', (owner) => real.putInto(closedGroup, owner)],
      ['taken away', 'account.missing', (owner) => real.remove(owner)],
    ];
    it.each(refused)('is %s: refused, nothing is written, and the log says so', async (_what, code, meanwhile) => {
      const owner = await person();
      const { client, goOn } = await stages[stage](owner);
      await meanwhile(owner);
      await goOn();
      if (client.step.kind === 'new-password') await client.answer({ password: newPassword() });
      expect(client.at('refused')).toMatchObject({ code, message: expect.stringMatching(/\w/) });
      expect(await writesOf(owner)).toEqual([]);
      const { journey } = (await client.call('GET', '/journeys/current')).body;
      expect(await eventsAbout(String(journey))).toContainEqual({ type: 'journey.refused', data: expect.objectContaining({ code }) });
    });
  });

  describe('between the reading and the writing of one request', () => {
    /** Has something happen once, after an account was read for a write and before the write. */
    function meanwhile(verb: 'resetPassword' | 'unlock' | 'requireChange', happens: () => Promise<unknown>): void {
      const whole = directory();
      const original = whole[verb] as (...args: unknown[]) => Promise<unknown>;
      const once = async (...args: unknown[]) => {
        Object.assign(whole, { [verb]: original });
        await happens();
        return original(...args);
      };
      Object.assign(whole, { [verb]: once });
    }

    it('writes to nobody who has got its name, and to itself when asked once more', async () => {
      const owner = await person();
      const { client } = await stages['before its new password'](owner);
      let swapped: Awaited<ReturnType<typeof swapNames>> | undefined;
      meanwhile('resetPassword', async () => {
        swapped = await swapNames(owner);
      });
      const password = newPassword();
      await client.answer({ password });
      if (swapped === undefined) throw new Error('nothing was asked to be written');
      await expectNothingOf(swapped.taker, password);
      if (client.step.kind === 'new-password') {
        expect(client.at('new-password')).toMatchObject({ messageTone: 'error', message: expect.stringMatching(/[Nn]othing was changed/) });
        expect(await writesOf(owner)).toEqual(['write.intended', 'write.failed']);
        await client.answer({ password });
      }
      client.at('done');
      expect(await real.signsIn(swapped.renamed, password)).toBe(true);
      await expectNothingOf(swapped.taker, password);
    });

    // Active Directory takes the identifier for a name: what it is asked to write it writes to that entry, wherever it is by then.
    if (kind !== 'active-directory')
      it('follows nobody to a protected place', async () => {
        const owner = await person();
        const { client } = await stages['before its new password'](owner);
        let moved: RealPerson | undefined;
        meanwhile('resetPassword', async () => {
          moved = await real.rename(owner, { parentDn: places.closed });
        });
        const password = newPassword();
        await client.answer({ password });
        await client.answer({ password });
        expect(client.at('refused').code).toBe('journey.account-barred');
        expect(await real.signsIn(moved as RealPerson, owner.password)).toBe(true);
      });

    if (kind !== 'ldap')
      it('ends no lock and asks for no other password of who has got its name', async () => {
        const owner = await newPerson();
        const [account] = await directory().findAccounts(owner.login);
        if (account === undefined) throw new Error('not there');
        await real.lock(owner);
        const [unlocking, requiring] = [await directory().prepareWrite(account), await directory().prepareWrite(account)];
        const { taker } = await swapNames(owner);
        await real.lock(taker);
        const [other] = await directory().findAccounts(taker.login);
        if (other === undefined) throw new Error('not there');
        const outcome = async (write: Promise<{ done: boolean }>) => write.catch((error: { code?: string }) => error.code);
        const [unlocked, required] = [await outcome(directory().unlock(unlocking)), await outcome(directory().requireChange(requiring))];
        expect(await directory().readStatus(other)).toMatchObject({ locked: true, mustChange: false });
        const own = await directory().readStatus(account);
        if (kind === 'active-directory') expect(own).toMatchObject({ locked: false, mustChange: true });
        else
          expect([unlocked, required, own]).toMatchObject([
            'directory.entry-moved',
            'directory.entry-moved',
            { locked: true, mustChange: false },
          ]);
      });
  });
});
