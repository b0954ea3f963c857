import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoMessage } from '../../shared/api/demo.ts';
import { AppError } from '../../shared/errors.ts';
import { verifyChain } from '../../src/core/audit/chain.ts';
import { readLogEnd } from '../../src/core/audit/log-end.ts';
import type { Directory } from '../../src/core/ports/directory.ts';
import { resetPassword } from '../../src/core/reset/reset-password.ts';
import { writeWindow } from '../../src/core/writes/write-window.ts';
import { newPassword } from '../conformance/samples.ts';
import { unlock } from '../conformance/write.ts';
import { startPostgres } from '../servers/postgres.ts';
import { settle } from '../several-servers/recovery.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, prove, startJourney } from './journey-client.ts';
import { REAL_KINDS, type RealDirectory, type RealKind, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

/** One proof is enough here, so that a person can walk many journeys within one time step of the authenticator. */
const configuration = { guard: GENEROUS_LIMITS, recovery: { rules: [{ name: 'everybody', accepted: [['email' as const]] }] } };
/** More than a directory gives while it writes one password, the opening of a connection included. */
const MOST_ANSWERS = 12;
/** Time limits short enough to be waited for. */
const impatient = { connectTimeoutMilliseconds: 2000, operationTimeoutMilliseconds: 1500, retryServerAfterSeconds: 1 };

describe.each(REAL_KINDS)('a directory that does not answer, %s', (kind: RealKind) => {
  let directory: RealDirectory;
  let keyturn: Keyturn;
  let person: RealPerson;
  let enrolled: Enrolled;
  let current: string;

  beforeAll(async () => {
    directory = await reachRealDirectory(kind, impatient);
    keyturn = await startKeyturn({ directories: [directory.section], configuration });
    person = await directory.createPerson();
    enrolled = await keyturn.enrol(person.login);
    current = person.password;
  });
  afterAll(async () => {
    directory.proxy.setMode('forward');
    await keyturn.close();
    await directory.proxy.stop();
  });

  const codes = () => keyturn.messages(enrolled.address).filter((message) => /^\d{8}$/m.test(message.text));

  async function walkToCode(): Promise<{ client: JourneyClient; code: string }> {
    const client = await startJourney(keyturn.url, person.login);
    const earlier = new Set(codes().map(({ id }) => id));
    await client.answer({ option: 'email' });
    const fresh = () => codes().find(({ id }) => !earlier.has(id));
    await until(() => fresh() !== undefined, 'the code');
    return { client, code: codeIn(fresh() as DemoMessage) };
  }

  async function walkToPassword(): Promise<JourneyClient> {
    const { client, code } = await walkToCode();
    await client.answer({ code });
    client.at('new-password');
    return client;
  }

  function breakOff(): void {
    directory.proxy.setMode('refuse');
    directory.proxy.cutAll();
  }

  /** Answers come through again, and a server that was passed over is asked again. */
  async function mend(): Promise<void> {
    directory.proxy.setMode('forward');
    const reachable = async () => {
      keyturn.clock.move(1000);
      return keyturn.deps.directories
        .get('people')
        .readAccount(enrolled.account)
        .then(Boolean, () => false);
    };
    await until(reachable, 'the directory to be asked again');
    // Has the connections for writing opened anew too, so that few answers lie before that of the next reset.
    await unlock(keyturn.deps.directories.get('people'), enrolled.account);
  }

  async function look(client: JourneyClient): Promise<void> {
    const { step } = (await client.call('GET', '/journeys/current')).body;
    if (step !== undefined) client.step = step;
  }

  /** Lets the time pass within which a write could still happen, so that what is open is found out. */
  async function settle(): Promise<void> {
    keyturn.clock.move(writeWindow(0, keyturn.deps.directories.get('people').timeLimits).settledAt);
    await until(async () => {
      keyturn.clock.move(1000);
      return (await keyturn.deps.store.intents.openCount()) === 0;
    }, 'the sweeper');
  }

  /** Whatever became of the write, what was said has to be so, at once or when it has been found out. */
  async function expectTruth(client: JourneyClient, wanted: string): Promise<string> {
    if (client.step.kind === 'waiting') {
      await settle();
      await look(client);
    }
    const isNew = await directory.signsIn(person, wanted);
    if (client.step.kind === 'done') {
      expect(client.step.results).toMatchObject([{ outcome: 'password-reset' }]);
      expect(isNew).toBe(true);
      current = wanted;
      return 'done';
    }
    expect({ kind: client.step.kind, isNew }).toEqual({ kind: 'new-password', isNew: false });
    expect(await directory.signsIn(person, current)).toBe(true);
    return 'unchanged';
  }

  async function outcomes(): Promise<{ type: string; foundBy?: string }[]> {
    const rows = await keyturn.deps.store.audit.read(0, 10_000);
    expect(await verifyChain(rows)).toMatchObject({ ok: true });
    return rows.filter(({ type }) => /^write\.(?!intended)/.test(type)).map(({ type, data }) => ({ type, ...JSON.parse(data) }));
  }

  /** Begins to count answers when the directory is asked to write: those before it are reads of several connections at once. */
  function loseWhileWriting(number: number, afterwards?: () => void): void {
    const adapter = keyturn.deps.directories.get('people');
    const { resetPassword: write } = adapter;
    const losing: typeof write = (...request) => {
      Object.assign(adapter, { resetPassword: write });
      directory.proxy.swallowAnswer(number, afterwards);
      return write(...request);
    };
    Object.assign(adapter, { resetPassword: losing });
  }

  it('has the person wait when the outcome cannot be read either, and tells them once it can', async () => {
    let waited = 0;
    for (let lost = 1; lost <= MOST_ANSWERS && waited === 0; lost += 1) {
      const client = await walkToPassword();
      const wanted = newPassword();
      loseWhileWriting(lost, breakOff);
      const reply = await client.answer({ password: wanted });
      if (client.step.kind === 'waiting') {
        waited += 1;
        expect(reply.status).toBe(200);
        expect(await outcomes()).toContainEqual(expect.objectContaining({ type: 'write.unanswered', foundBy: 'reading' }));
        await look(client);
        expect(client.at('waiting')).toMatchObject({ for: 'directory' });
        await mend();
        await settle();
        await look(client);
      } else await mend();
      await expectTruth(client, wanted);
    }
    expect(waited).toBe(1);
  });

  it('tells the truth whichever of its answers gets lost', async () => {
    const seen = new Set<string>();
    for (let lost = 1; lost <= 4; lost += 1) {
      const client = await walkToPassword();
      const wanted = newPassword();
      directory.proxy.swallowAnswer(lost);
      const reply = await client.answer({ password: wanted });
      if (reply.status !== 200) expect(reply).toMatchObject({ status: 503, body: { code: 'directory.unavailable' } });
      await mend();
      seen.add(await expectTruth(client, wanted));
    }
    let read = false;
    for (let lost = 1; lost <= MOST_ANSWERS && !read; lost += 1) {
      const client = await walkToPassword();
      const wanted = newPassword();
      loseWhileWriting(lost);
      expect((await client.answer({ password: wanted })).status).toBe(200);
      await mend();
      seen.add(await expectTruth(client, wanted));
      // The answer to the write itself was the lost one: nothing comes after it.
      read = (await outcomes()).some(({ type, foundBy }) => type === 'write.succeeded' && foundBy === 'reading');
    }
    expect(read).toBe(true);
    expect(seen).toContain('done');
  });

  it('changes nothing while the directory is down, keeps the step, and takes the same answer when it is back', async () => {
    const client = await walkToPassword();
    const { id } = client.step;
    const wanted = newPassword();
    breakOff();
    expect(await client.answer({ password: wanted })).toMatchObject({ status: 503, body: { code: 'directory.unavailable' } });
    await mend();
    await look(client);
    expect(client.step.id).toBe(id);
    expect(await expectTruth(client, wanted)).toBe('unchanged');
    await client.answer({ password: wanted });
    expect(await expectTruth(client, wanted)).toBe('done');
  });

  it('answers within its time limits when the directory hangs, and nothing is done behind the person’s back', async () => {
    const client = await walkToPassword();
    const wanted = newPassword();
    directory.proxy.setMode('stall');
    expect((await client.answer({ password: wanted })).status).toBe(503);
    directory.proxy.cutAll();
    await mend();
    await look(client);
    expect(await expectTruth(client, wanted)).toBe('unchanged');
  });

  it('keeps a proof that was given while the directory was down', async () => {
    const { client, code } = await walkToCode();
    breakOff();
    await client.answer({ code });
    expect(client.at('waiting')).toMatchObject({ for: 'directory', messageTone: 'error' });
    await client.answer({});
    client.at('waiting');
    await mend();
    await client.answer({});
    client.at('new-password');
  });

  /** Resets with a directory that writes, or does not, and then loses its answer. */
  async function resetUnheard(write: boolean, meanwhile: () => Promise<void> = async () => {}): Promise<string | undefined> {
    const real = keyturn.deps.directories.get('people');
    const unheard: Directory = {
      ...real,
      async resetPassword(target, password, options) {
        if (write) await real.resetPassword(target, password, options);
        await meanwhile();
        throw new AppError('directory.outcome-unknown');
      },
    };
    const [result] = await resetPassword(
      { ...keyturn.deps, directories: { all: () => [unheard], get: () => unheard } },
      {
        logEnd: await readLogEnd(keyturn.deps.store),
        accounts: [await real.prepareWrite(enrolled.account)],
        actor: { kind: 'system' },
        proof: [],
        journeyId: null,
        language: 'en',
        password: newPassword(),
        unlock: false,
        consume: async () => {},
        conclude: async () => {},
      },
    );
    if (result?.status !== 'open') return result?.status;
    await settle();
    return (await keyturn.deps.store.intents.find(result.intent.id))?.status;
  }

  it('tells resets within one second apart, and takes no other change of the entry for one', async () => {
    const results = [await resetUnheard(true), await resetUnheard(true), await resetUnheard(false), await resetUnheard(true)];
    expect(results).toEqual(['done', 'done', 'failed', 'done']);
    // Our clock says that the password was set a while ago, so that only a newer time of it counts.
    keyturn.clock.move(3_600_000);
    expect(await resetUnheard(false, () => directory.touch(person))).toBe('failed');
  });
});

it('never calls a reset in two steps done that lost its answer after the first', async () => {
  const directory = await reachRealDirectory('active-directory', { ...impatient, historyOnReset: 'two-step' });
  const keyturn = await startKeyturn({ directories: [directory.section], configuration });
  let halfway = 0;
  try {
    // Every answer in its turn, and once more: on a busy machine one may be late and lost by itself.
    for (let turn = 0; turn < 80 && halfway === 0; turn += 1) {
      const lost = (turn % 40) + 1;
      const person = await directory.createPerson();
      const enrolled = await keyturn.enrol(person.login);
      await unlock(keyturn.deps.directories.get('people'), enrolled.account);
      const client = await startJourney(keyturn.url, person.login);
      await client.answer({ option: 'email' });
      await client.answer({ code: codeIn(await keyturn.waitForMessage(enrolled.address)) });
      client.at('new-password');
      const stands = () => client.step.kind;
      const wanted = newPassword();
      directory.proxy.swallowAnswer(lost);
      await client.answer({ password: wanted });
      directory.proxy.setMode('forward');
      // The second step may still be under way: nothing is said of the first before the time for both is over.
      expect(client.step.message ?? '').not.toMatch(/no longer works/);
      if (stands() === 'waiting') await settle(keyturn, client);
      const works = { old: await directory.signsIn(person, person.password), new: await directory.signsIn(person, wanted) };
      if (client.step.kind === 'done') expect(works).toEqual({ old: false, new: true });
      else if (/no longer works/.test(client.step.message ?? '')) {
        halfway += 1;
        expect(works).toEqual({ old: false, new: false });
      } else expect(works).toEqual({ old: true, new: false });
    }
    expect(halfway).toBe(1);
  } finally {
    await keyturn.close();
    await directory.proxy.stop();
  }
});

it('goes on with a journey after PostgreSQL was killed and started again between its steps', async () => {
  const postgres = await startPostgres({ durable: true });
  const { url } = await postgres.createDatabase('killed');
  const keyturn = await startKeyturn({ database: url, directories: [embeddedSection()] });
  try {
    await addPerson(keyturn, 'ada');
    const ada = await keyturn.enrol('ada');
    const client = await startJourney(keyturn.url, 'ada');
    await prove(keyturn, client, ada);
    client.at('new-password');
    const wanted = newPassword();
    await postgres.kill();
    expect(await client.answer({ password: wanted })).toMatchObject({ status: 503, body: { code: 'store.unavailable' } });
    expect((await fetch(`${keyturn.url}/readyz`)).status).toBe(503);
    await postgres.restart();
    // What the last look found is told for a moment.
    await until(async () => (await fetch(`${keyturn.url}/readyz`)).status === 200, 'readiness', 10_000);
    await client.answer({ password: wanted });
    client.at('done');
    expect(await signsIn(keyturn, 'ada', wanted)).toBe(true);
    expect(await verifyChain(await keyturn.deps.store.audit.read(0, 1000))).toMatchObject({ ok: true });
  } finally {
    await keyturn.close();
    await postgres.stop();
  }
});
