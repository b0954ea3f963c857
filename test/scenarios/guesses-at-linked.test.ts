import { beforeAll, expect, it } from 'vitest';
import type { FactorKind } from '../../shared/api/journeys.ts';
import { issueRecoveryCodes } from '../../src/core/enrolment/recovery-codes.ts';
import { readRecoveryState, releaseRecovery } from '../../src/core/freeze/release-recovery.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, startIdly } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { solveWork } from './solve-work.ts';
import { createMovableClock, type Enrolled, type Keyturn } from './start-keyturn.ts';

const FROM_ONE_PLACE = 3;
const FROM_STRANGERS = 6;
const HOME = '192.0.2.9';
const stranger = (index: number) => `198.18.${index}.1`;

interface Person extends Enrolled {
  /** The names of all accounts. */
  logins: string[];
}

/** Several names of one person give nobody more guesses at what proves all of them. */
describeEachEngine('guesses at linked accounts, on %s', (engine) => {
  let nodes: [Keyturn, Keyturn];

  beforeAll(async () => {
    const limit = (count: number) => ({ count, countWithWork: count });
    const options = {
      directories: [embeddedSection(), embeddedSection('cloud')],
      configuration: {
        guard: {
          ...GENEROUS_LIMITS,
          failuresPerAccount: limit(FROM_ONE_PLACE),
          failuresPerAccountOverall: limit(FROM_STRANGERS),
        },
        recovery: { rules: [{ name: 'all', accepted: [['totp' as const], ['email' as const, 'recovery-code' as const]] }] },
      },
      trustedProxies: ['127.0.0.1'],
      clock: createMovableClock(),
    };
    nodes = [await engine.start(options), await engine.startAnother()];
  });

  const refOf = async (login: string): Promise<AccountRef> => {
    const [found] = await nodes[0].deps.directories.get('cloud').findAccounts(login);
    if (found === undefined) throw new Error('no account');
    return { directory: 'cloud', id: found.id };
  };
  /** Everything is enrolled for the first account. */
  async function personWith(accounts: number): Promise<Person> {
    const { deps } = nodes[0];
    const logins = Array.from({ length: accounts }, () => newLogin());
    const [first = '', ...others] = logins;
    await addPerson(nodes[0], first);
    const enrolled = await nodes[0].enrol(first);
    await issueRecoveryCodes(deps, enrolled.account, 'test', { author: 'test', language: 'en', lane: 'notice' });
    for (const [index, login] of others.entries()) {
      await addPerson(nodes[0], login, { directory: 'cloud', passwordSetAt: nodes[0].clock.now() - 48 * 3_600_000 });
      const ids = [`${first}.a${index}`, `${first}.b${index}`] as const;
      const link = { person: first, ids, now: 0, by: 'test', countsFrom: 0 };
      expect(await deps.store.people.link(enrolled.account, await refOf(login), link)).toBe(true);
    }
    return { ...enrolled, logins };
  }
  async function start(login: string, address: string, node = 0): Promise<JourneyClient> {
    const client = await startIdly((nodes[node % 2] as Keyturn).url, { account: login, headers: { 'x-forwarded-for': address } });
    if (client.step.kind === 'proof-of-work') await client.answer(await solveWork(client.step));
    return client;
  }
  async function atKind(kind: FactorKind, login: string, address: string, node = 0): Promise<JourneyClient> {
    const client = await start(login, address, node);
    await client.answer({ option: kind });
    client.at('code');
    return client;
  }
  const judged = async (...names: string[]) =>
    (await nodes[0].deps.store.audit.read(0, 100_000))
      .filter(({ type, data }) => type === 'journey.proof-refused' && names.some((name) => data.includes(name)))
      .filter(({ data }) => (JSON.parse(data) as { judged?: boolean }).judged !== false).length;
  const idsOf = async ({ account, logins: [, ...others] }: Person) => [
    account.id,
    ...(await Promise.all(others.map(async (login) => (await refOf(login)).id))),
  ];
  const KINDS = ['totp', 'recovery-code'] as const;
  const WRONG = { totp: '000000', 'recovery-code': '1111-1111-1111-1111-1111-1111' };

  it.each([2, 8])('are as many as at one, whatever the names and kinds, at %i accounts', async (accounts) => {
    const person = await personWith(accounts);
    const [first = '', last = ''] = [person.logins[0], person.logins.at(-1)];
    // The owner is at home where they got in before.
    const before = await atKind('totp', last, HOME);
    await before.answer({ code: person.totp() });
    before.at('choose-accounts');
    nodes[0].clock.move(31_000);
    const tries = Array.from({ length: 24 }, (_, index) => ({
      kind: KINDS[Math.floor(index / accounts) % 2] ?? 'totp',
      login: person.logins[index % accounts] ?? '',
      index,
    }));
    const clients = await Promise.all(
      tries.map(async ({ kind, login, index }) => ({ kind, client: await atKind(kind, login, stranger(index), index) })),
    );
    const replies = await Promise.all(clients.map(({ kind, client }) => client.answer({ code: WRONG[kind] })));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await judged(...(await idsOf(person)))).toBe(FROM_STRANGERS);
    // What is right is worth nothing to strangers any more, by any name, and looks the same.
    for (const login of [first, last]) {
      const client = await atKind('totp', login, stranger(99));
      await client.answer({ code: person.totp() });
      expect(client.at('code')).toMatchObject({ attemptsLeft: 4, messageTone: 'error' });
    }
    const home = await atKind('totp', last, HOME);
    await home.answer({ code: person.totp() });
    home.at('choose-accounts');
  });

  it('from one place are as many as at one', async () => {
    const person = await personWith(3);
    for (const login of [...person.logins, ...person.logins]) {
      const client = await atKind('totp', login, stranger(1));
      await client.answer({ code: WRONG.totp });
    }
    expect(await judged(...(await idsOf(person)))).toBe(FROM_ONE_PLACE);
    // Whoever is elsewhere has a share of their own.
    const elsewhere = await atKind('totp', person.logins[1] ?? '', stranger(2));
    await elsewhere.answer({ code: person.totp() });
    elsewhere.at('choose-accounts');
  });

  it('are not begun anew by the success of a linked account', async () => {
    const person = await personWith(2);
    const [first = '', other = ''] = person.logins;
    for (let index = 0; index < 2; index += 1) await (await atKind('totp', other, stranger(1))).answer({ code: WRONG.totp });
    const client = await atKind('totp', other, stranger(1));
    await client.answer({ code: person.totp() });
    client.at('choose-accounts');
    for (let index = 0; index < 3; index += 1) await (await atKind('totp', first, stranger(1))).answer({ code: WRONG.totp });
    expect(await judged(...(await idsOf(person)))).toBe(FROM_ONE_PLACE);
  });

  it('are ended by the release of each account that they hold up, a freeze as well', async () => {
    const { deps } = nodes[0];
    const person = await personWith(2);
    const [, other = ''] = person.logins;
    const [account] = await deps.directories.get('cloud').findAccounts(other);
    const self = await deps.directories.get(person.account.directory).readAccount(person.account);
    if (account === undefined || self === null) throw new Error('no account');
    for (let index = 0; index < FROM_STRANGERS; index += 1) {
      await (await atKind('totp', other, stranger(index))).answer({ code: WRONG.totp });
    }
    await deps.store.freezes.freeze(person.account, 'not-me', deps.clock.now());
    const held = [{ account: person.account, frozen: true, pausedUntil: expect.any(Number) }];
    const before = await releaseRecovery(deps, account, { author: 'test', reason: 'test' });
    expect(before).toMatchObject({ frozen: false, failures: FROM_STRANGERS, linked: held });
    expect(before.linked[0]?.pausedUntil).toBeGreaterThan(deps.clock.now());
    expect(await readRecoveryState(deps, account)).toMatchObject({ failures: 0, pausedUntil: 0, linked: held });
    await releaseRecovery(deps, self, { author: 'test', reason: 'test' });
    expect(await readRecoveryState(deps, account)).toMatchObject({ frozen: false, linked: [] });
    const client = await atKind('totp', other, stranger(50));
    await client.answer({ code: person.totp() });
    client.at('choose-accounts');
  });

  it('at an account that is parted are its own again', async () => {
    const person = await personWith(2);
    const [first = '', other = ''] = person.logins;
    expect(await nodes[0].deps.store.people.unlink(await refOf(other))).toBe(true);
    for (let index = 0; index < 4; index += 1) await (await atKind('totp', other, stranger(1))).answer({ code: WRONG.totp });
    const client = await atKind('totp', first, stranger(1));
    await client.answer({ code: person.totp() });
    client.at('new-password');
  });
});
