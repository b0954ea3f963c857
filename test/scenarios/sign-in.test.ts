import { beforeAll, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import type { Directory } from '../../src/core/ports/directory.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request, startIdly, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { askedForPassword, exchange, proveSignIn, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

const THRESHOLD = 5;
const GUARD = 8;

describeEachEngine('a sign-in by password, on %s', (engine) => {
  let nodes: [Keyturn, Keyturn];
  let people = 0;
  const first = () => nodes[0];

  beforeAll(async () => {
    const guard = {
      ...GENEROUS_LIMITS,
      failuresPerAccount: { count: GUARD, countWithWork: GUARD, windowSeconds: 600 },
      failuresPerAccountOverall: { count: GUARD, countWithWork: GUARD, windowSeconds: 600 },
    };
    nodes = await engine.startTwo({
      directories: [
        embeddedSection('people', { lockoutThreshold: THRESHOLD, maximumAgeDays: 30 }),
        embeddedSection('open', { lockoutThreshold: 0 }),
      ],
      configuration: { guard, signIn: { enabled: true } },
    });
  });

  async function newPerson(more: Parameters<typeof addPerson>[2] = {}): Promise<string> {
    people += 1;
    await addPerson(first(), `signer${people}`, more);
    return `signer${people}`;
  }
  async function enrolled(more: Parameters<typeof addPerson>[2] = {}): Promise<Enrolled & { login: string }> {
    const login = await newPerson(more);
    return { login, ...(await first().enrol(login)) };
  }
  async function rowOf(login: string, directory = 'people') {
    const [row] = await first().deps.store.embedded.findByIdentifier(directory, login);
    if (row === undefined) throw new Error(`no ${login}`);
    return row;
  }
  async function events(type: string, id: string): Promise<Record<string, unknown>[]> {
    const rows = await first().deps.store.audit.read(0, 100_000);
    return rows.filter((row) => row.type === type && row.data.includes(id)).map((row) => JSON.parse(row.data) as Record<string, unknown>);
  }
  /** A directory of one node that does something else for a while. */
  async function whileIt<T>(other: Partial<Directory>, work: () => Promise<T>): Promise<T> {
    const directory = first().deps.directories.get('people') as { -readonly [K in keyof Directory]: Directory[K] };
    const own = { ...directory };
    Object.assign(directory, other);
    try {
      return await work();
    } finally {
      Object.assign(directory, own);
    }
  }

  it('and another proof opens a session, once', async () => {
    const person = await enrolled();
    const client = await proveSignIn(first().url, person.login, person);
    expect(client.at('done').results).toMatchObject([{ outcome: 'signed-in' }]);
    const [opened, again] = await Promise.all([exchange(first().url, client), exchange(nodes[1].url, client)]);
    expect([opened.status, again.status].toSorted()).toEqual([201, 409]);
    const { session, token } = (opened.status === 201 ? opened : again).body;
    expect(session).toMatchObject({ login: person.login, rights: 'full', current: true });
    expect(session?.proofs.map(({ kind }) => kind).toSorted()).toEqual(['password', 'totp']);
    const read = await request(first().url, 'GET', '/session', undefined, { authorization: `Bearer ${token}` });
    expect(read.status).toBe(200);
    expect(await events('session.opened', person.account.id)).toHaveLength(1);
  });

  it('alone opens one that does nothing but enrol where nothing is enrolled, and none once something is', async () => {
    const login = await newPerson();
    const { session } = await signIn(first(), login);
    expect(session.rights).toBe('enrolment');
    const late = await proveSignIn(first().url, login);
    late.at('done');
    await first().enrol(login);
    expect(await exchange(first().url, late)).toMatchObject({ status: 409, body: { code: 'session.not-proven' } });
    const next = await proveSignIn(first().url, login);
    expect(next.step.kind).not.toBe('done');
  });

  it('is refused in one sentence, whoever is or is not there and whatever is wrong', async () => {
    const there = await enrolled();
    const locked = await enrolled();
    for (let attempt = 0; attempt < THRESHOLD; attempt += 1)
      await first().deps.directories.get('people').verifyPassword(locked.account, 'x');
    const disabled = await newPerson({ disabled: true });
    const tell = async (login: string, password: string) => {
      const client = await askedForPassword(first().url, login);
      const { body } = await client.answer({ password });
      const { id, expiresAt, ...step } = body.step as Record<string, unknown> & { id: string; expiresAt: string };
      expect([typeof id, typeof expiresAt]).toEqual(['string', 'string']);
      return step;
    };
    const unknown = await tell('nobody-has-it', 'wrong');
    expect(unknown).toMatchObject({ kind: 'password', attemptsLeft: 4, messageTone: 'error' });
    expect(await tell(there.login, 'wrong')).toEqual(unknown);
    expect(await tell(locked.login, OLD_PASSWORD)).toEqual(unknown);
    expect(await tell(disabled, 'wrong')).toEqual(unknown);
  });

  it('tells that the account is closed to who gave the right one, as the directory does', async () => {
    for (const [more, code] of [
      [{ disabled: true }, 'journey.account-disabled'],
      [{ expiresAt: first().clock.now() - 1000 }, 'journey.account-expired'],
    ] as const) {
      const client = await proveSignIn(first().url, await newPerson(more));
      expect(client.at('refused').code).toBe(code);
    }
  });

  it.each([
    ['must be changed', { mustChange: true }],
    ['has expired', {}],
  ])('that %s is changed before it opens anything', async (_, more) => {
    const person = await enrolled(more);
    if (!('mustChange' in more)) first().clock.move(31 * 86_400_000);
    const client = await proveSignIn(nodes[0].url, person.login, person);
    expect(client.at('new-password').mayKeepPassword).toBe(false);
    expect(client.at('new-password').messageTone).toBe('info');
    expect((await exchange(first().url, client)).body.code).toBe('session.not-proven');
    await client.answer({ password: OLD_PASSWORD });
    expect(client.at('new-password').messageTone).toBe('error');
    const next = `Next-Passw0rd-of-${person.login}`;
    await client.answer({ password: next });
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
    expect((await exchange(first().url, client)).body.session?.rights).toBe('full');
    expect(await signsIn(first(), person.login, next)).toBe(true);
  });

  it('never locks the account out at its directory, however many guess at the same moment', async () => {
    const person = await enrolled();
    const clients = await Promise.all(Array.from({ length: 12 }, (_, nth) => askedForPassword(nodes[nth % 2]?.url ?? '', person.login)));
    const replies = await Promise.all(clients.map((client) => client.answer({ password: 'Wrong-Passw0rd' })));
    expect(replies.map(({ status }) => status)).toEqual(clients.map(() => 200));
    const row = await rowOf(person.login);
    expect(row.lockedAt).toBeNull();
    expect(row.badAttempts).toBe(THRESHOLD - 1);
    // Not asked any more, and so not let in either; the directory itself still lets them in.
    const owner = await proveSignIn(first().url, person.login);
    expect(owner.at('password').messageTone).toBe('error');
    expect(await signsIn(first(), person.login, OLD_PASSWORD)).toBe(true);
    first().clock.move(301_000);
    (await proveSignIn(first().url, person.login, person)).at('done');
  });

  it('reaches the directory no more often than the guard allows, where that never locks', async () => {
    const login = await newPerson({ directory: 'open' });
    const clients = await Promise.all(Array.from({ length: GUARD + 6 }, (_, nth) => askedForPassword(nodes[nth % 2]?.url ?? '', login)));
    await Promise.all(clients.map((client) => client.answer({ password: 'Wrong-Passw0rd' })));
    const row = await rowOf(login, 'open');
    expect(row.badAttempts).toBe(GUARD);
    const refused = await events('journey.proof-refused', row.id);
    expect(refused).toHaveLength(GUARD + 6);
    expect(refused.filter(({ judged }) => judged !== false)).toHaveLength(GUARD);
    expect(await events('guard.attacked', row.id)).toHaveLength(1);
    first().clock.move(601_000);
  });

  it('that no directory could judge is no wrong one: nothing is counted, and it may be given again', async () => {
    const person = await enrolled();
    const client = await askedForPassword(first().url, person.login);
    const trouble = () => Promise.reject(new AppError('directory.unreachable'));
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await whileIt({ verifyPassword: trouble, verifyNobody: trouble }, async () => {
        const open = first().deps.directories.get('open') as { verifyNobody: unknown };
        const { verifyNobody } = open;
        open.verifyNobody = trouble;
        await client.answer({ password: OLD_PASSWORD });
        open.verifyNobody = verifyNobody;
      });
      expect(client.at('password')).toMatchObject({ attemptsLeft: 5, messageTone: 'error' });
    }
    await client.answer({ password: OLD_PASSWORD });
    client.at('choose-factor');
  });

  it('that nobody settles counts as wrong, and is asked for again', async () => {
    const person = await enrolled();
    const client = await askedForPassword(first().url, person.login);
    const reply = await whileIt({ verifyPassword: () => Promise.reject(new Error('the process died here')) }, () =>
      client.answer({ password: OLD_PASSWORD }),
    );
    expect(reply.status).toBe(500);
    const stepOf = async () => (await client.call('GET', '/journeys/current')).body.step;
    client.step = (await stepOf()) ?? client.step;
    client.at('waiting');
    await client.answer({});
    client.at('waiting');
    first().clock.move(121_000);
    await client.answer({});
    expect(client.at('password')).toMatchObject({ attemptsLeft: 4, messageTone: 'error' });
    await client.answer({ password: OLD_PASSWORD });
    client.at('choose-factor');
  });

  it('that the account is not tried with makes the next start no easier than for a name that nobody has', async () => {
    const locked = await enrolled();
    for (let attempt = 0; attempt < THRESHOLD; attempt += 1)
      await first().deps.directories.get('people').verifyPassword(locked.account, 'x');
    const next = async (login: string) => {
      for (let journey = 0; journey < 3; journey += 1) {
        const client = await askedForPassword(first().url, login);
        for (let attempt = 0; attempt < 4; attempt += 1) await client.answer({ password: 'Wrong-Passw0rd' });
      }
      return (await startIdly(first().url, { account: login, goal: 'sign-in' })).step.kind;
    };
    expect(await next('nobody-has-this')).toBe('proof-of-work');
    expect(await next(locked.login)).toBe('proof-of-work');
    first().clock.move(601_000);
  });

  it('given many times at the same moment waits for its turn, whether somebody has the name or not', async () => {
    const directory = first().deps.directories.get('people');
    const atOnce = async (login: string) => {
      let running = 0;
      let most = 0;
      const watched = <A extends unknown[], R>(ask: (...given: A) => Promise<R>) => {
        return async (...given: A): Promise<R> => {
          running += 1;
          most = Math.max(most, running);
          return ask(...given).finally(() => {
            running -= 1;
          });
        };
      };
      const clients = await Promise.all(Array.from({ length: 4 }, () => askedForPassword(first().url, login)));
      const seen = { verifyPassword: watched(directory.verifyPassword), verifyNobody: watched(directory.verifyNobody) };
      await whileIt(seen, () => Promise.all(clients.map((client) => client.answer({ password: 'Wrong-Passw0rd' }))));
      return most;
    };
    expect(await atOnce((await enrolled()).login)).toBe(1);
    expect(await atOnce('nobody-has-that')).toBe(1);
  });

  it('that is answered twice at the same moment is judged once', async () => {
    const person = await enrolled();
    const client = await askedForPassword(first().url, person.login);
    const { id } = client.step;
    const replies = await Promise.all([1, 2, 3, 4].map(() => client.call('POST', `/journeys/current/steps/${id}`, { password: 'Wrong' })));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    expect((await rowOf(person.login)).badAttempts).toBe(1);
  });

  it('shows what the directory said no sooner to who looks than to who waits for the answer', async () => {
    const settleMilliseconds = 600;
    const slow = await startKeyturn({
      directories: [embeddedSection()],
      configuration: { signIn: { enabled: true }, recovery: { holdMilliseconds: 0, settleMilliseconds } },
    });
    try {
      await addPerson(slow, 'watched');
      const client = await askedForPassword(slow.url, 'watched');
      const sentAt = performance.now();
      const answered = client.answer({ password: 'Wrong-Passw0rd' }).then(() => true);
      let seen: string[] = [];
      do {
        const { body } = await client.call('GET', '/journeys/current');
        seen = [...seen, body.step?.kind ?? ''];
      } while (!(seen.includes('waiting') && seen.at(-1) !== 'waiting') && !(await Promise.race([answered, Promise.resolve(false)])));
      const seenAt = performance.now();
      await answered;
      // Times of the clock are whole milliseconds.
      expect(seenAt - sentAt).toBeGreaterThan(settleMilliseconds - 2);
    } finally {
      await slow.close();
    }
  });

  it('is not to be had where it is switched off', async () => {
    await expect(startJourney(first().url, 'x', 'sign-in')).resolves.toBeDefined();
    const off = await startKeyturn({ directories: [embeddedSection()] });
    await expect(startJourney(off.url, 'x', 'sign-in')).rejects.toThrow('not started');
    expect((await request(off.url, 'GET', '/site')).body).toMatchObject({ signIn: false });
    await off.close();
  });
});
