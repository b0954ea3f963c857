import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Reply, request } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

let keyturn: Keyturn;
let people = 0;

beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: { guard: GENEROUS_LIMITS, factors: { email: { attempts: 10 }, totp: { attempts: 10 } } },
  });
});
afterAll(async () => {
  await keyturn.close();
});

interface Owner extends Enrolled {
  login: string;
  password: string;
}

/** One tab: what it shows, and nothing else. */
interface Tab {
  shown: { journey: string; step: NonNullable<Reply['body']['step']>; owner: Owner } | null;
}

/** A browser with two tabs: they share the cookies. */
interface Browser {
  cookies: Map<string, string>;
  tabs: [Tab, Tab];
  owners: [Owner, Owner];
  /** The journey that the cookie stands for. */
  current: string | null;
  /** Mailed codes that were used. */
  codes: Set<string>;
  saved: number;
}

async function newOwner(): Promise<Owner> {
  people += 1;
  const login = `tabber${people}`;
  await addPerson(keyturn, login);
  return { login, password: OLD_PASSWORD, ...(await keyturn.enrol(login)) };
}

/** As a browser does it: with all cookies, and keeping those that it gets. */
async function ask(browser: Browser, method: string, path: string, body?: unknown): Promise<Reply> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const reply = await request(keyturn.url, method, path, body, { 'sec-fetch-site': 'same-origin', ...(cookie === '' ? {} : { cookie }) });
  for (const set of reply.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
    if (value === '') browser.cookies.delete(name);
    else browser.cookies.set(name, value);
  }
  return reply;
}

const ACTIONS = ['start', 'go-on', 'wrong', 'reload', 'look', 'check', 'cancel', 'nameless'] as const;
type Action = (typeof ACTIONS)[number];

async function start(browser: Browser, tab: Tab, owner: Owner): Promise<void> {
  const reply = await ask(browser, 'POST', '/journeys', { goal: 'reset-password', account: owner.login, client: { kind: 'web' } });
  expect(reply.status).toBe(201);
  const { journey = '', step } = reply.body;
  if (step === undefined) throw new Error('no step');
  tab.shown = { journey, step, owner };
  browser.current = journey;
}

/** The answer that leads on from what the tab shows. */
async function leadingOn(browser: Browser, { step, owner }: NonNullable<Tab['shown']>): Promise<unknown> {
  if (step.kind === 'choose-factor') return { option: 'email' };
  if (step.kind === 'new-password') return { password: `pass phrase of ${owner.login} ${browser.saved}` };
  if (step.kind !== 'code') return {};
  if (step.factor.kind === 'totp') {
    // No code counts twice.
    keyturn.clock.move(31_000);
    return { code: owner.totp() };
  }
  const mailed = () =>
    keyturn
      .messages(owner.address)
      .filter(({ text }) => /^\d{8}$/m.test(text))
      .map(codeIn);
  await until(() => mailed().length > 0, 'a code');
  const fresh = mailed().find((code) => !browser.codes.has(code)) ?? mailed()[0] ?? '';
  return { code: fresh };
}

async function act(browser: Browser, tab: Tab, action: Action, owner: Owner): Promise<void> {
  if (action === 'start' || tab.shown === null) return start(browser, tab, owner);
  const { shown } = tab;
  const mine = browser.current === shown.journey;
  const before = await standing(browser);
  let reply: Reply;
  if (action === 'nameless') {
    // The cookie alone decides nothing.
    for (const [method, path, body] of [
      ['DELETE', '/journeys/current', undefined],
      ['POST', `/journeys/current/steps/${shown.step.id}`, { option: 'email' }],
      ['POST', '/journeys/current/password-check', { password: 'x' }],
    ] as const) {
      const { status } = await ask(browser, method, path, body);
      expect(status).toBe(browser.current === null ? 401 : 400);
    }
    return expect(await standing(browser)).toEqual(before);
  }
  if (action === 'cancel') reply = await ask(browser, 'DELETE', `/journeys/${shown.journey}`);
  else if (action === 'reload') reply = await ask(browser, 'GET', '/journeys/current');
  else if (action === 'look') reply = await ask(browser, 'GET', `/journeys/${shown.journey}`);
  else if (action === 'check')
    reply = await ask(browser, 'POST', `/journeys/${shown.journey}/password-check`, { password: 'some other pass phrase' });
  else {
    const body = action === 'wrong' ? { code: '00000000' } : await leadingOn(browser, shown);
    reply = await ask(browser, 'POST', `/journeys/${shown.journey}/steps/${shown.step.id}`, body);
    if (reply.status === 200 && typeof (body as { code?: unknown }).code === 'string') browser.codes.add((body as { code: string }).code);
    if (reply.status === 200 && reply.body.step?.kind === 'done' && shown.step.kind === 'new-password') {
      shown.owner.password = (body as { password: string }).password;
      browser.saved += 1;
    }
  }
  expect(reply.status).toBeLessThan(500);

  if (action === 'reload') {
    // A page that is loaded anew shows what the browser has, and says which that is.
    if (reply.status === 200) tab.shown = shownOf(reply, browser.owners.find((one) => before?.owner === one.login) ?? shown.owner);
    else tab.shown = null;
  } else if (!mine) {
    // Whatever a tab asks of a journey that is not the browser's any more: it is told so, and the other one stands where it stood.
    expect([reply.status, reply.body.code]).toEqual(browser.current === null ? [401, 'journey.token-missing'] : [409, 'journey.replaced']);
    expect(reply.body.step).toBeUndefined();
    expect(await standing(browser)).toEqual(before);
    tab.shown = null;
  } else if (reply.status === 204) {
    tab.shown = null;
  } else if (reply.body.step !== undefined) {
    if (reply.body.journey !== undefined) expect(reply.body.journey).toBe(shown.journey);
    tab.shown = { ...shown, step: reply.body.step };
  }
  if (!browser.cookies.has('keyturn-journey')) browser.current = null;
}

function shownOf(reply: Reply, owner: Owner): Tab['shown'] {
  const { journey, step } = reply.body;
  if (journey === undefined || step === undefined) throw new Error('no step');
  return { journey, step, owner };
}

/** Where the browser's own journey stands, and whose it is, read past HTTP: looking must not change anything. */
async function standing(browser: Browser): Promise<{ step: string; owner: string } | null> {
  if (browser.current === null) return null;
  const row = await keyturn.deps.store.journeys.find(browser.current);
  if (row === null) return null;
  const { step, typedName } = JSON.parse(row.state) as { step: { id: string }; typedName: string };
  return { step: step.id, owner: typedName };
}

/**
 * Two tabs of one browser do whatever they like with two people's recoveries. A tab never moves, ends or learns of a journey that
 * it does not show, and nobody gets a password that was typed for the other one.
 */
it('a tab stands for what it shows', { timeout: 180_000 }, async () => {
  const seen = new Set<string>();
  const actions = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom<Action[]>(
        ['go-on'],
        ['go-on', 'go-on'],
        ['start', 'go-on', 'go-on', 'go-on'],
        ['go-on', 'go-on', 'go-on', 'go-on'],
      ),
    },
    { weight: 3, arbitrary: fc.constantFrom(...ACTIONS).map((action): Action[] => [action]) },
  );
  const turn = fc.record({ tab: fc.nat({ max: 1 }), owner: fc.nat({ max: 1 }), actions });
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 4, maxLength: 10 }), async (turns) => {
      const owners: [Owner, Owner] = [await newOwner(), await newOwner()];
      const browser: Browser = {
        cookies: new Map(),
        tabs: [{ shown: null }, { shown: null }],
        owners,
        current: null,
        codes: new Set(),
        saved: 0,
      };
      for (const { tab: at, owner, actions: list } of turns) {
        const tab = browser.tabs[at] as Tab;
        for (const action of list) {
          await act(browser, tab, action, owners[owner] as Owner);
          seen.add(tab.shown === null ? `nothing after ${action}` : tab.shown.step.kind);
        }
      }
      for (const one of owners) expect(await signsIn(keyturn, one.login, one.password)).toBe(true);
    }),
    { interruptAfterTimeLimit: 40_000, numRuns: 60, markInterruptAsFailure: false },
  );
  // The tabs did get somewhere.
  expect([...seen]).toEqual(
    expect.arrayContaining(['choose-factor', 'code', 'new-password', 'done', 'nothing after go-on', 'nothing after cancel']),
  );
});
