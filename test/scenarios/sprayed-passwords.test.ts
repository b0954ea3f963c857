import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JourneyClient, prove, startIdly } from './journey-client.ts';
import { REAL_KINDS, type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { exchange } from './sign-in-client.ts';
import { solveWork } from './solve-work.ts';
import { type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

const PEOPLE = 8;
const SPRAYED = 'Summer-2026-Passw0rd';
/** Where the owners are; whoever sprays comes from other networks, a new one for each name. */
const HOME = '192.0.2.9';
/** After so long wrong passwords of before count no more, whatever the clocks of the servers: half an hour, and ten minutes. */
const FORGOTTEN = 45 * 60_000;

/** One password tried on many accounts, with the limits that an installation has unless told otherwise. */
describe.each(REAL_KINDS)('passwords that are sprayed over the people of %s', (kind) => {
  let real: RealDirectory;
  let keyturn: Keyturn;
  let threshold: number;
  const people: (RealPerson & Enrolled)[] = [];

  beforeAll(async () => {
    real = await reachRealDirectory(kind);
    keyturn = await startKeyturn({
      directories: [real.section],
      trustedProxies: ['127.0.0.1'],
      configuration: { signIn: { enabled: true } },
    });
    for (let nth = 0; nth < PEOPLE; nth += 1) {
      const owner = await real.createPerson();
      people.push({ ...owner, ...(await keyturn.enrol(owner.login)) });
    }
    threshold = (await directory().readFacts((people[0] as Enrolled).account)).policy.lockoutThreshold;
    expect(threshold).toBeGreaterThan(1);
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });
  const directory = () => keyturn.deps.directories.get('people');

  /** Gives a password for a name, as far as Keyturn asks for one. */
  async function give(login: string, password: string, from: string): Promise<JourneyClient> {
    const client = await startIdly(keyturn.url, { account: login, goal: 'sign-in', headers: { 'x-forwarded-for': from } });
    const worked = async () => {
      while (client.step.kind === 'proof-of-work') await client.answer(await solveWork(client.step));
    };
    await worked();
    await client.answer({ option: 'password' });
    await worked();
    await client.answer({ password });
    await worked();
    return client;
  }
  async function ownerSignsIn(owner: RealPerson & Enrolled): Promise<number> {
    keyturn.clock.move(31_000);
    const client = await give(owner.login, owner.password, HOME);
    await client.answer({ option: 'totp' });
    await client.answer({ code: owner.totp() });
    return (await exchange(keyturn.url, client)).status;
  }
  const shown = ({ step }: JourneyClient) => ({ ...step, id: '', expiresAt: '' });

  it('lock nobody out there, in however many rounds, and use up nothing of the owners', async () => {
    const rounds = threshold + 3;
    for (let round = 0; round < rounds; round += 1)
      await Promise.all(
        people.map(({ login }, nth) =>
          give(login, `${SPRAYED}-${round}`, `198.51.${round}.${nth + 1}`).then((client) => client.at('password')),
        ),
      );
    for (const owner of people) {
      const { status } = await directory().readFacts(owner.account);
      expect(status.locked, owner.login).toBe(false);
      expect(status.badAttempts, owner.login).toBeLessThan(threshold);
      expect(await real.signsIn(owner, owner.password)).toBe(true);
    }
    // Recovery asks for no password: it is open to the owner meanwhile, and signing in is once the directory has forgotten.
    const [first] = people;
    if (first === undefined) throw new Error('nobody');
    const client = await startIdly(keyturn.url, { account: first.login, headers: { 'x-forwarded-for': HOME } });
    await prove(keyturn, client, first);
    client.at('new-password');
    keyturn.clock.move(FORGOTTEN);
    for (const owner of people.slice(1, 4)) expect(await ownerSignsIn(owner)).toBe(201);
  });

  it('tell no more than a bind there would: not who exists, is locked or closed, and of a right one only that more is wanted', async () => {
    const [weak, locked, closed] = [
      await real.createPerson({ password: SPRAYED }),
      await real.createPerson(),
      await real.createPerson({ disabled: true }),
    ];
    await keyturn.enrol(weak.login);
    await real.lock(locked);
    const nobody = `${weak.login.slice(0, -1)}z`;
    const told = await Promise.all(
      [people[3]?.login ?? '', nobody, locked.login, closed.login].map((login, nth) => give(login, SPRAYED, `203.0.${nth}.7`)),
    );
    const [usual, ...others] = told.map(shown);
    expect(usual).toMatchObject({ kind: 'password', messageTone: 'error' });
    for (const other of others) expect(other).toEqual(usual);
    const found = await give(weak.login, SPRAYED, '203.0.113.7');
    expect(found.step.kind).not.toBe('done');
    expect((await exchange(keyturn.url, found)).body.code).toBe('session.not-proven');
  });

  it('from one address end after as many names as anybody may begin with, for everybody alike', async () => {
    const statuses: number[] = [];
    for (let nth = 0; nth < 40; nth += 1) {
      const owner = people[nth % PEOPLE] as RealPerson;
      const login = nth % 2 === 0 ? owner.login : `${owner.login}${nth}`;
      try {
        await startIdly(keyturn.url, { account: login, goal: 'sign-in', headers: { 'x-forwarded-for': '203.0.113.200' } });
        statuses.push(201);
      } catch (error) {
        expect(String(error)).toContain('guard.slow-down');
        statuses.push(429);
      }
    }
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 201), ...Array.from({ length: 10 }, () => 429)]);
    keyturn.clock.move(FORGOTTEN);
    for (const owner of people.slice(4, 6)) expect(await ownerSignsIn(owner)).toBe(201);
  });
});
