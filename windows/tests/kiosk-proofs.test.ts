import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../shared/api/journeys.ts';
import { accountKey } from '../../src/core/accounts/candidate.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { prepareQuestions } from '../../src/core/enrolment/prepare-questions.ts';
import { newLogin } from '../../test/conformance/samples.ts';
import { GENEROUS_LIMITS } from '../../test/scenarios/generous-limits.ts';
import { request } from '../../test/scenarios/journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from '../../test/scenarios/sample-directory.ts';
import { codeIn, holdsCode, type Keyturn, startKeyturn, until } from '../../test/scenarios/start-keyturn.ts';
import { type Manager, vouchingOn } from '../../test/scenarios/vouching-harness.ts';
import { button, ends, ids, type KioskBench, type KioskRun, startKioskBench, type WindowState } from './kiosk/kiosk-bench.ts';

const NEW_PASSWORD = 'a quiet harbour at noon';
const ANSWERS: Readonly<Record<string, string>> = {
  street: 'Lindenallee 12',
  teacher: 'Frau Vogelsang',
  dish: 'Grünkohl',
  book: 'Die unendliche Geschichte',
  pet: 'Wellensittich',
};
let bench: KioskBench;
let keyturn: Keyturn;

beforeAll(async () => {
  bench = await startKioskBench();
  keyturn = await startKeyturn({
    directories: [embeddedSection(), embeddedSection('cloud')],
    trustedProxies: ['127.0.0.1'],
    configuration: {
      organisation: { name: 'Test', publicUrl: `https://localhost:${bench.proxy.port}` },
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      recovery: {
        rules: [
          {
            name: 'everybody',
            accepted: [
              ['email', 'questions'],
              ['email', 'linked-account'],
              ['email', 'manager'],
            ],
          },
        ],
      },
      factors: { questions: { pool: Object.keys(ANSWERS).map((id) => ({ id, en: `What was the first ${id}?`, de: `Erste: ${id}?` })) } },
    },
  });
  bench.proxy.upstream = keyturn.url;
});
afterAll(async () => {
  await bench?.close();
  await keyturn?.close();
});
afterEach(() => bench.endAll());

const vouching = vouchingOn(() => keyturn);
const title = (state: WindowState) => state.controls.find(({ id }) => id === ids.title)?.text;
const withText = (state: WindowState, wanted: string) => state.controls.find(({ text }) => text === wanted);

/** Gives the mailed code. Where there are several ways to go on it chooses the one of that name. */
async function afterCode(person: { login: string; address: string }, way: string): Promise<KioskRun> {
  const kiosk = await bench.start();
  const before = keyturn.messages(person.address).length;
  await kiosk.page('Which account?');
  await kiosk.fill(person.login);
  await kiosk.press('submit');
  await kiosk.page('How do you want to prove it is you?');
  await kiosk.press('submit');
  await kiosk.page('Enter the code from your e-mail');
  await kiosk.fill(codeIn(await keyturn.waitForMessage(person.address, before)));
  await kiosk.press('submit');
  const isChoice = (state: WindowState) => title(state) === 'One more proof: how?';
  const next = await kiosk.until('the next proof', (state) =>
    isChoice(state) ? withText(state, way) !== undefined : title(state) !== 'Enter the code from your e-mail',
  );
  if (!isChoice(next)) return kiosk;
  await kiosk.command('check', withText(next, way)?.id ?? 0, 1);
  await kiosk.press('submit');
  return kiosk;
}

async function finish(kiosk: KioskRun, login: string): Promise<void> {
  await kiosk.page('Choose a new password');
  await kiosk.fill(NEW_PASSWORD);
  await kiosk.press('submit');
  await kiosk.page('Your password is changed');
  await kiosk.press('close');
  expect(await kiosk.exitCode).toBe(ends.done);
  expect(await signsIn(keyturn, login, NEW_PASSWORD)).toBe(true);
}

async function newPerson(): Promise<{ login: string; address: string; account: { directory: string; id: string } }> {
  const { login, address, ref } = await vouching.reportOf(null);
  return { login, address, account: ref };
}

async function withQuestions(): Promise<Awaited<ReturnType<typeof newPerson>>> {
  const person = await newPerson();
  const account = await keyturn.deps.directories.get('people').readAccount(person.account);
  if (account === null) throw new Error('no account');
  const given = Object.entries(ANSWERS).map(([question, answer]) => ({ question, answer }));
  const { secret } = await prepareQuestions(keyturn.deps, account, given, 'en');
  await addFactor(keyturn.deps, keyturn.deps.store, {
    account: person.account,
    kind: 'questions',
    label: 'questions',
    secret,
    source: 'self',
  });
  return person;
}

/** Hands the recovery over: the window asks for the digits that the phone shows. */
async function atDigits(person: { login: string; address: string }) {
  const kiosk = await afterCode(person, 'Your own questions');
  await kiosk.page('Answer your questions');
  const watched = bench.proxy.change;
  const offered = new Promise<string>((resolve) => {
    bench.proxy.change = ({ path, body }) => {
      if (path.endsWith('/phones')) resolve(String(body.address));
      return null;
    };
  });
  await kiosk.press('usePhone');
  await kiosk.page('Continue on your phone', 'phone-code');
  const link = new URL(await offered).hash.slice(1);
  bench.proxy.change = watched;
  const opened = (await request(keyturn.url, 'POST', '/hand-over', { link })).body;
  const digits = (opened.step as { digits: string }).digits;
  const onPhone = (method: string, path: string, body?: unknown) =>
    request(keyturn.url, method, `/journeys/current${path}`, body, { authorization: `Bearer ${opened.token}` });
  await kiosk.until('the digits', ({ controls }) => controls.some(({ id }) => id === ids.field));
  return { kiosk, digits, onPhone };
}

describe('every way to prove it that needs no browser, against a whole Keyturn', () => {
  it('takes the answers to the questions that a person set up', async () => {
    const person = await withQuestions();
    const kiosk = await afterCode(person, 'Your own questions');
    const asked = await kiosk.page('Answer your questions', 'questions-real');
    const labels = asked.controls.filter(({ text }) => /^What was the first \w+\?$/.test(text)).map(({ text }) => text);
    expect(labels.length).toBeGreaterThan(0);
    for (const [index, label] of labels.entries()) await kiosk.fill(ANSWERS[/first (\w+)/.exec(label)?.[1] ?? ''] ?? '', index);
    await kiosk.press('submit');
    await finish(kiosk, person.login);
  });

  it('takes the password of another account of the person, which stays as it is', async () => {
    const person = await newPerson();
    const other = newLogin();
    // A password that was set lately somebody else may know: it proves nothing yet.
    await addPerson(keyturn, other, { directory: 'cloud', passwordSetAt: keyturn.clock.now() - 48 * 3_600_000 });
    const [found] = await keyturn.deps.directories.get('cloud').findAccounts(other);
    if (found === undefined) throw new Error('no other account');
    const second = { directory: 'cloud', id: found.id };
    const between = {
      person: randomUUID(),
      ids: [randomUUID(), randomUUID()] as const,
      now: keyturn.clock.now(),
      by: 'test',
      countsFrom: 0,
    };
    expect(await keyturn.deps.store.people.link(person.account, second, between), accountKey(second)).toBe(true);
    const kiosk = await afterCode(person, 'Password of another account of yours');
    const asked = await kiosk.page('Enter the password of another account', 'linked-password');
    expect(withText(asked, `Password of ${other} (Directory cloud)`)).toBeDefined();
    await kiosk.fill('not the password');
    await kiosk.press('submit');
    const refused = await kiosk.until('the refusal', ({ controls }) => controls.some(({ id }) => id === ids.notice));
    expect(refused.controls.find(({ id }) => id === ids.field)?.text).toBe('');
    await kiosk.fill(OLD_PASSWORD);
    await kiosk.press('submit');
    await finish(kiosk, person.login);
    expect(await signsIn(keyturn, other, OLD_PASSWORD, 'cloud')).toBe(true);
  });

  it('waits for the manager, who types the digits that the window shows', async () => {
    const boss: Manager = await vouching.manager();
    const { login, address } = await vouching.reportOf(boss);
    const kiosk = await afterCode({ login, address }, 'Ask your manager');
    const waiting = await kiosk.page('Waiting for your manager', 'waiting-manager');
    const digits = waiting.controls.find(({ id }) => id === ids.shown)?.text ?? '';
    expect(digits).toMatch(/^[1-9][0-9]$/);
    await until(async () => (await boss.requests()).length === 1, 'the request');
    const [request] = await boss.requests();
    expect((await boss.vouch(request?.id ?? '', digits)).status).toBe(204);
    await finish(kiosk, login);
  });

  it('is read whole at whatever moment, and never halfway from one page to the next', async () => {
    const kiosk = await bench.start();
    await kiosk.page('Which account?');
    await kiosk.fill((await newPerson()).login);
    await kiosk.press('submit');
    await kiosk.page('How do you want to prove it is you?');
    const halves: WindowState[] = [];
    let isOver = false;
    const isWhole = (state: WindowState) => title(state) !== undefined && state.controls.some(({ id }) => id >= button('submit'));
    const reading = (async () => {
      while (!isOver) {
        const state = await kiosk.read();
        if (state.open && !isWhole(state)) halves.push(state);
      }
    })();
    for (let i = 0; i < 20; i += 1) {
      await kiosk.command('close');
      await kiosk.page('Stop here?');
      await kiosk.press('goOn');
      await kiosk.page('How do you want to prove it is you?');
    }
    isOver = true;
    await reading;
    expect(halves).toEqual([]);
  });

  it('goes on at a phone with what was shown so far, and ends when the phone has', async () => {
    const person = await withQuestions();
    const { kiosk, digits, onPhone } = await atDigits(person);
    await kiosk.fill(digits);
    await kiosk.press('submit');
    await kiosk.page('Your phone goes on', 'phone-goes-on');
    const asked = (await onPhone('GET', '')).body.step as Extract<Step, { kind: 'questions' }>;
    const answers = asked.questions.map(({ id, text }) => ({ question: id, answer: ANSWERS[/first (\w+)/.exec(text)?.[1] ?? ''] }));
    const proven = (await onPhone('POST', `/steps/${asked.id}`, { answers })).body.step;
    expect(proven?.kind).toBe('new-password');
    const saved = await onPhone('POST', `/steps/${proven?.id}`, { password: NEW_PASSWORD });
    expect(saved.body.step?.kind).toBe('done');
    await kiosk.page('Finished on your phone', 'phone-done');
    await kiosk.press('close');
    expect(await kiosk.exitCode).toBe(ends.done);
    expect(await signsIn(keyturn, person.login, NEW_PASSWORD)).toBe(true);
  });
});

describe('what arrives at the server a second time, because its answer was lost', () => {
  const told: string[] = [];
  beforeEach(() => {
    told.length = 0;
    bench.proxy.change = ({ body }) => {
      if (typeof body.code === 'string') told.push(body.code);
      return null;
    };
  });
  afterEach(() => {
    bench.proxy.twice = bench.proxy.change = null;
  });

  it('is done once, and the window goes on where the recovery stands: every answer of a whole one', async () => {
    const person = await withQuestions();
    bench.proxy.twice = (method, path) => method === 'POST' && /\/steps\/[^/]+$/.test(path);
    const kiosk = await afterCode(person, 'Your own questions');
    const asked = await kiosk.page('Answer your questions');
    const labels = asked.controls.filter(({ text }) => /^What was the first \w+\?$/.test(text)).map(({ text }) => text);
    for (const [index, label] of labels.entries()) await kiosk.fill(ANSWERS[/first (\w+)/.exec(label)?.[1] ?? ''] ?? '', index);
    await kiosk.press('submit');
    await finish(kiosk, person.login);
    // Of each of them the window got what the server says of a step that was answered before.
    expect(told.length).toBeGreaterThanOrEqual(4);
    expect(new Set(told)).toEqual(new Set(['journey.step-passed']));
    expect(keyturn.messages(person.address).filter(holdsCode)).toHaveLength(1);
  });

  it('lets the phone in, and is not told as a code that is over', async () => {
    const { kiosk, digits } = await atDigits(await withQuestions());
    bench.proxy.twice = (method, path) => method === 'POST' && /\/phones\/[^/]+$/.test(path);
    await kiosk.fill(digits);
    await kiosk.press('submit');
    await kiosk.page('Your phone goes on');
    expect(told).toEqual(['phone.over']);
    await kiosk.command('close');
    await kiosk.page('Stop here?');
    await kiosk.press('close');
    expect(await kiosk.exitCode).toBe(ends.closed);
  });
});
