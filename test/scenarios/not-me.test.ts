import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/core/audit/events.ts';
import { newPassword } from '../conformance/samples.ts';
import { prove, type Reply, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const ALARM = 'helpdesk@example.test';
const THIRTY_DAYS = 30 * 24 * 3600 * 1000;
let keyturn: Keyturn;

beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      guard: { noticeAnswersPerAddress: { count: 10_000, windowSeconds: 600 } },
      organisation: { name: 'Test', publicUrl: 'http://127.0.0.1', alarmAddress: ALARM },
    },
  });
});
afterAll(async () => {
  await keyturn.close();
});

interface Told extends Enrolled {
  login: string;
  work: string;
  link: URL;
  token: string;
}

let people = 0;

/** Somebody whose password was just reset, and who has the notice of it. */
async function newlyReset(): Promise<Told> {
  people += 1;
  const login = `person${people}`;
  const work = `${login}@work.example.test`;
  await addPerson(keyturn, login);
  const person = await keyturn.enrol(login);
  const client = await startJourney(keyturn.url, login);
  await prove(keyturn, client, person);
  await client.answer({ password: newPassword() });
  client.at('done');
  const notice = await keyturn.waitForMessage(work);
  const link = new URL(/^http\S+\/not-me#\S+$/m.exec(notice.text)?.[0] ?? '');
  return { ...person, login, work, link, token: link.hash.slice(1) };
}

const press = (token: string): Promise<Reply> => request(keyturn.url, 'POST', '/notices/not-me', { token });
const isFrozen = (person: Enrolled) => keyturn.deps.store.freezes.isFrozen(person.account);
const subjects = (to: string) => keyturn.messages(to).map(({ subject }) => subject);

async function frozenEvents(person: Enrolled): Promise<{ actor: Actor }[]> {
  const rows = await keyturn.deps.store.audit.read(0, 10_000);
  const events = rows.filter(({ type }) => type === 'recovery.frozen').map(({ data }) => JSON.parse(data) as never);
  return events.filter(({ account }: { account: Enrolled['account'] }) => account.id === person.account.id);
}

describe('the notice of a reset', () => {
  it('goes to every known address, each with the link', async () => {
    const person = await newlyReset();
    for (const address of [person.address, person.work]) {
      await until(() => subjects(address).includes('Your password was reset'), `the notice to ${address}`);
      const notice = keyturn.messages(address).find(({ subject }) => subject === 'Your password was reset');
      expect(notice?.text).toContain(person.link.href);
      expect(notice?.text).toContain(person.login);
    }
  });

  it('keeps the secret of its link where no server and no proxy is sent it', async () => {
    const { link, token } = await newlyReset();
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(link.pathname + link.search).toBe('/not-me');
  });
});

describe('whatever opens the link without pressing the button', () => {
  it.each([
    ['a mail scanner', 'GET', {}],
    ['a link checker', 'HEAD', {}],
    ['a browser that fetches ahead', 'GET', { 'sec-purpose': 'prefetch', purpose: 'prefetch' }],
    ['a preview in a chat', 'GET', { 'user-agent': 'Slackbot-LinkExpanding 1.0' }],
    ['a preflight', 'OPTIONS', { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' }],
  ])('changes nothing: %s', async (_who, method, headers) => {
    const person = await newlyReset();
    const addresses = ['/not-me', `/not-me?token=${person.token}`, `/not-me/${person.token}`, '/api/v1/notices/not-me'];
    for (const address of [...addresses, `/api/v1/notices/not-me?token=${person.token}`]) {
      const response = await fetch(`${keyturn.url}${address}`, { method, headers });
      expect(response.status).not.toBe(500);
      expect(await response.text()).not.toContain(person.token);
    }
    expect(await isFrozen(person)).toBe(false);
    expect(await frozenEvents(person)).toEqual([]);
    // Nothing was spent either.
    expect((await press(person.token)).status).toBe(200);
  });

  it('is turned away when it is another site that has the browser send it', async () => {
    const person = await newlyReset();
    for (const headers of [{ origin: 'https://elsewhere.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const reply = await request(keyturn.url, 'POST', '/notices/not-me', { token: person.token }, headers);
      expect(reply).toMatchObject({ status: 403, body: { code: 'request.foreign-origin' } });
    }
    expect(await isFrozen(person)).toBe(false);
  });
});

describe('"this was not me"', () => {
  it('freezes recovery, records who said so, tells the owner everywhere and alarms the helpdesk', async () => {
    const person = await newlyReset();
    const alarms = subjects(ALARM).length;
    expect(await press(person.token)).toMatchObject({ status: 200, body: { frozen: true } });
    expect(await isFrozen(person)).toBe(true);
    expect(await frozenEvents(person)).toMatchObject([{ actor: { kind: 'self', address: '127.0.0.1' }, reason: 'not-me' }]);
    for (const address of [person.address, person.work]) {
      await until(() => subjects(address).some((subject) => /frozen|stopped|paused|blocked/i.test(subject)), `word to ${address}`);
    }
    await until(() => subjects(ALARM).length > alarms, 'the alarm');
    const [alarm] = keyturn.messages(ALARM);
    expect(alarm?.text).toContain(person.login);
    expect(alarm?.text).not.toContain(person.token);
  });

  it('lets the journey that the thief has open lead nowhere', async () => {
    const person = await newlyReset();
    keyturn.clock.move(60_000);
    const thief = await startJourney(keyturn.url, person.login);
    await prove(keyturn, thief, person);
    thief.at('new-password');
    await press(person.token);
    const wanted = newPassword();
    await thief.answer({ password: wanted });
    expect(thief.at('refused').code).toBe('journey.recovery-frozen');
    expect(await signsIn(keyturn, person.login, wanted)).toBe(false);
  });

  it('alarms the helpdesk even when the directory does not say whom it is about', async () => {
    const person = await newlyReset();
    const directory = keyturn.deps.directories.get('people');
    const { readAccount } = directory;
    const hangOnce = () => {
      Object.assign(directory, { readAccount });
      return new Promise(() => {});
    };
    Object.assign(directory, { readAccount: hangOnce });
    const alarms = subjects(ALARM).length;
    expect((await press(person.token)).status).toBe(200);
    await until(() => subjects(ALARM).length > alarms, 'the alarm');
    expect(keyturn.messages(ALARM)[0]?.text).toContain(person.account.id);
  });

  it('turns later journeys into ones that lead nowhere and look like any other', async () => {
    const person = await newlyReset();
    await press(person.token);
    const before = keyturn.messages(person.address).filter(isCode).length;
    const client = await startJourney(keyturn.url, person.login);
    await client.answer({ option: 'email' });
    expect(client.at('code')).toMatchObject({ length: 8, attemptsLeft: 5 });
    await client.answer({ code: '12345678' });
    expect(client.at('code').attemptsLeft).toBe(4);
    await until(async () => (await waiting()) === 0, 'the outbox');
    expect(keyturn.messages(person.address).filter(isCode)).toHaveLength(before);
    const rows = await keyturn.deps.store.audit.read(0, 10_000);
    expect(rows.filter(({ type }) => type === 'journey.leads-nowhere').at(-1)?.data).toContain('"reason":"recovery-frozen"');
  });

  it('pressed again does no harm and tells nobody again', async () => {
    const person = await newlyReset();
    await press(person.token);
    await until(async () => (await waiting()) === 0, 'the outbox');
    const told = [person.address, person.work, ALARM].map((address) => subjects(address).length);
    expect(await press(person.token)).toMatchObject({ status: 200, body: { frozen: true } });
    await until(async () => (await waiting()) === 0, 'the outbox');
    expect([person.address, person.work, ALARM].map((address) => subjects(address).length)).toEqual(told);
    expect(await frozenEvents(person)).toHaveLength(1);
  });

  it('pressed twice at once counts once', async () => {
    const person = await newlyReset();
    const replies = await Promise.all([press(person.token), press(person.token), press(person.token)]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await frozenEvents(person)).toHaveLength(1);
  });

  it('freezes again after a helpdesk has released the account: with a link that was used, and with an older one that was not', async () => {
    const person = await newlyReset();
    keyturn.clock.move(60_000);
    const before = keyturn.messages(person.work).length;
    const again = await startJourney(keyturn.url, person.login);
    await prove(keyturn, again, person);
    await again.answer({ password: newPassword() });
    const newer = await keyturn.waitForMessage(person.work, before);
    const unused = new URL(/^http\S+\/not-me#\S+$/m.exec(newer.text)?.[0] ?? '').hash.slice(1);
    await press(person.token);
    for (const [index, token] of [person.token, unused].entries()) {
      expect(await keyturn.deps.store.freezes.lift(person.account)).toBe(true);
      const told = subjects(ALARM).length;
      expect(await press(token)).toMatchObject({ status: 200, body: { frozen: true } });
      expect(await isFrozen(person)).toBe(true);
      expect(await frozenEvents(person)).toHaveLength(index + 2);
      await until(() => subjects(ALARM).length > told, 'the alarm');
    }
  });

  it('never says that it is frozen when it is not, whatever came before', async () => {
    const person = await newlyReset();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('press', 'release', 'press at once'), { minLength: 1, maxLength: 6 }), async (steps) => {
        for (const step of steps) {
          if (step === 'release') await keyturn.deps.store.freezes.lift(person.account);
          else {
            const replies = await Promise.all(Array.from({ length: step === 'press' ? 1 : 3 }, () => press(person.token)));
            for (const { status, body } of replies) expect({ status, body }).toMatchObject({ status: 200, body: { frozen: true } });
            expect(await isFrozen(person)).toBe(true);
          }
        }
      }),
      { numRuns: 8 },
    );
  });

  it.each([
    ['a link that is no link', 'A'.repeat(43), 410],
    ['a token of the wrong form', 'short', 400],
    ['no token', undefined, 400],
  ])('does nothing for %s', async (_what, token, status) => {
    const reply = await request(keyturn.url, 'POST', '/notices/not-me', { token });
    expect(reply.status).toBe(status);
  });

  it('does nothing once the link is past its end', async () => {
    const person = await newlyReset();
    keyturn.clock.move(THIRTY_DAYS + 1000);
    expect(await press(person.token)).toMatchObject({ status: 410, body: { code: 'notice.link-invalid' } });
    expect(await isFrozen(person)).toBe(false);
  });
});

function isCode(message: { text: string }): boolean {
  return /^\d{8}$/m.test(message.text) && codeIn(message as never) !== '';
}

async function waiting(): Promise<number> {
  const { store, clock } = keyturn.deps;
  return (await store.outbox.backlog(clock.now())).reduce((sum, lane) => sum + lane.waiting, 0);
}
