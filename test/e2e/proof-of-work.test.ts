import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, signsIn } from '../scenarios/sample-directory.ts';
import { codeIn, type Enrolled } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways, type WatchedPage } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { createWalk, type Language, type Walk } from './walk.ts';

const NEW_PASSWORD = 'Quiet-harbour-at-n00n';
/** One journey for a name is free, the next one costs work. */
const ONE_IS_FREE = { startsPerAccount: { count: 1, windowSeconds: 86_400 } };

let browser: Browser;
/** Its work is the smallest of an installation that has changed nothing. */
let short: PortalKeyturn;
/** Its work outlasts any test. */
let endless: PortalKeyturn;

beforeAll(async () => {
  browser = await launchBrowser();
  short = await startPortalKeyturn({
    directories: [embeddedSection()],
    configuration: { guard: { ...ONE_IS_FREE, work: { iterations: 5000, tries: 400 } } },
  });
  endless = await startPortalKeyturn({
    directories: [embeddedSection()],
    configuration: { guard: { ...ONE_IS_FREE, work: { iterations: 20_000, tries: 100_000 } } },
  });
});
afterAll(async () => {
  await Promise.all([browser?.close(), short?.close(), endless?.close()]);
});

let watched: WatchedPage | undefined;
afterEach(async ({ task }) => {
  if (watched === undefined) return;
  if (task.result?.state === 'fail') await screenshot(watched.page, `failed-${task.name}`);
  await watched.context.close();
  watched = undefined;
});

async function newPerson(portal: PortalKeyturn): Promise<{ login: string; person: Enrolled }> {
  const login = uniqueName('p');
  await addPerson(portal.keyturn, login);
  return { login, person: await portal.keyturn.enrol(login) };
}

async function open(portal: PortalKeyturn, options: Parameters<typeof openPage>[2] & { language?: Language } = {}): Promise<Walk> {
  const { language = 'en', ...rest } = options;
  watched = await openPage(browser, portal.origin, rest);
  return createWalk(watched.page, portal.origin, language);
}

/** Uses up what is free for a name: somebody has begun with it before, in another browser. */
async function tryName(portal: PortalKeyturn, name: string): Promise<void> {
  const started = await fetch(`${portal.origin}/api/v1/journeys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ goal: 'reset-password', account: name }),
  });
  expect(started.status).toBe(201);
}

async function toWork(walk: Walk, name: string): Promise<void> {
  await walk.open();
  await walk.chooseGoal('reset-password');
  await walk.nameAccount(name);
  await walk.at('work.title');
}

const bar = (page: Page) => page.getByRole('progressbar');

/** Keeps what the page shows and says of its progress, from before it loads. */
async function recordProgress(page: Page): Promise<() => Promise<{ shown: number[]; said: string[] }>> {
  await page.addInitScript(() => {
    const record = { shown: [] as number[], said: [] as string[] };
    Object.assign(globalThis, { progressRecord: record });
    const keep = <T>(list: T[], value: T) => {
      if (list.at(-1) !== value) list.push(value);
    };
    new MutationObserver(() => {
      const progress = document.querySelector('progress');
      if (progress === null) return;
      keep(record.shown, progress.value);
      keep(record.said, document.querySelector('[role=status]')?.textContent ?? '');
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { progressRecord: { shown: number[]; said: string[] } }).progressRecord);
}

describe('a name that was tried before', () => {
  it('costs a calculation that is shown, said and done by itself; then the recovery goes on, with the keyboard alone', async () => {
    const { login, person } = await newPerson(short);
    await tryName(short, login);
    const walk = await open(short);
    const { page } = walk;
    const progress = await recordProgress(page);
    const { keyboard } = page;
    await walk.open();
    await walk.chooseGoal('reset-password');
    await page.getByLabel(walk.text('account.label')).focus();
    await keyboard.type(login);
    await keyboard.press('Enter');
    await walk.at('work.title');
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    // Nothing is pressed here. What is the only way to prove oneself is begun with at once.
    await walk.at('code.title.email');
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');

    const { shown, said } = await progress();
    expect(shown).toEqual(shown.toSorted((left, right) => left - right));
    // The work takes half of its tries at least and says so every ten.
    expect(shown.filter((percent) => percent > 0 && percent < 100).length).toBeGreaterThan(5);
    expect(said.length).toBeGreaterThan(1);
    expect(said.length).toBeLessThan(7);
    expect(said.every((text) => /^(0|25|50|75|100) % done$/.test(text))).toBe(true);

    await keyboard.press('Tab');
    await keyboard.type(codeIn(await short.keyturn.waitForMessage(person.address)));
    await keyboard.press('Enter');
    await walk.giveCode('totp', person.totp());
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    expect(await signsIn(short.keyturn, login, NEW_PASSWORD)).toBe(true);
    expect(watched?.complaints).toEqual([]);
  });

  it('costs the same whether there is such an account or not', async () => {
    const stranger = uniqueName('nobody');
    await tryName(short, stranger);
    const walk = await open(short);
    await toWork(walk, stranger);
    await walk.at('code.title.email');
    expect(watched?.complaints).toEqual([]);
  });

  it('costs no frozen page: the calculation is done beside it, on a slow device too', async () => {
    const { login } = await newPerson(endless);
    await tryName(endless, login);
    const walk = await open(endless);
    const { page } = walk;
    await page.addInitScript(() => {
      globalThis.crypto.subtle.deriveBits = () => Promise.reject(new Error('the page itself must not calculate'));
    });
    const protocol = await page.context().newCDPSession(page);
    await protocol.send('Emulation.setCPUThrottlingRate', { rate: 6 });
    await toWork(walk, login);
    await page.waitForFunction(() => (document.querySelector('progress')?.position ?? 0) >= 0);
    expect(page.workers()).toHaveLength(1);
    // Pressed and changed while the work goes on: the worker stays the same one.
    const [worker] = page.workers();
    await page.getByRole('button', { name: walk.text('frame.theme.dark') }).click();
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    await page.getByLabel(walk.text('frame.language')).selectOption('de');
    await createWalk(page, endless.origin, 'de').at('work.title');
    expect(page.workers()).toEqual([worker]);
    expect(watched?.complaints).toEqual([]);
  });

  it('goes on after a reload, and ends with the page when it is cancelled', async () => {
    const { login } = await newPerson(endless);
    await tryName(endless, login);
    const walk = await open(endless);
    const { page } = walk;
    await toWork(walk, login);
    await page.reload();
    await walk.at('work.title');
    await expect.poll(() => page.workers().length).toBe(1);
    await page.getByRole('button', { name: walk.text('cancel.link') }).press('Enter');
    await walk.at('cancel.title');
    // Whoever thinks better of it has lost nothing: it goes on behind the question.
    const [worker] = page.workers();
    await page.getByRole('button', { name: walk.text('cancel.no') }).press('Enter');
    await walk.at('work.title');
    expect(page.workers()).toEqual([worker]);
    await page.getByRole('button', { name: walk.text('cancel.link') }).press('Enter');
    await page.getByRole('button', { name: walk.text('cancel.yes') }).press('Enter');
    await walk.at('goal.title');
    await expect.poll(() => page.workers().length).toBe(0);
    expect(await page.context().cookies()).toEqual([]);
    expect(watched?.complaints).toEqual([]);
  });
});

describe('another code in the same journey', () => {
  const toCode = async (portal: PortalKeyturn, walk: Walk, name: string): Promise<void> => {
    await walk.page.clock.install();
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(name);
    await walk.chooseFactor('email');
    // The wait is over on the server, whose clock tests have moved, and in the browser.
    const wait = portal.keyturn.clock.now() - Date.now() + 65_000;
    portal.keyturn.clock.move(65_000);
    await walk.page.clock.fastForward(wait);
    await walk.page.getByRole('button', { name: walk.text('code.resend') }).press('Enter');
    await walk.at('work.title');
  };

  it('costs a calculation once, then it comes', async () => {
    const { login, person } = await newPerson(short);
    const walk = await open(short);
    const first = short.keyturn.messages(person.address).length;
    await toCode(short, walk, login);
    await walk.at('code.title.email');
    await walk.page.getByText('Another code is on its way').waitFor();
    await walk.giveCode('email', codeIn(await short.keyturn.waitForMessage(person.address, first + 1)));
    await walk.at('code.title.totp');
    expect(watched?.complaints).toEqual([]);
  });

  it('need not be waited for: the one that was sent before is a press away, and works', async () => {
    const { login, person } = await newPerson(endless);
    const walk = await open(endless);
    await toCode(endless, walk, login);
    await walk.page.getByRole('button', { name: walk.text('work.back') }).press('Enter');
    await walk.giveCode('email', codeIn(await endless.keyturn.waitForMessage(person.address)));
    await walk.at('code.title.totp');
    await expect.poll(() => walk.page.workers().length).toBe(0);
    expect(watched?.complaints).toEqual([]);
  });
});

const LOOKS: { name: string; language: Language; context: BrowserContextOptions }[] = [
  { name: 'a desktop', language: 'en', context: { viewport: { width: 1280, height: 800 } } },
  {
    name: 'a phone, in German',
    language: 'de',
    context: { viewport: { width: 360, height: 740 }, locale: 'de-DE', hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  },
  {
    name: 'a small window at 200 %, in German',
    language: 'de',
    context: { viewport: { width: 320, height: 400 }, locale: 'de-DE', deviceScaleFactor: 2 },
  },
];

describe.each(LOOKS)('the page of the calculation, on $name', ({ name, language, context }) => {
  beforeEach(async () => {
    watched = await openPage(browser, endless.origin, { ...context, reducedMotion: 'reduce' });
  });

  it.each(['light', 'dark'] as const)('reads well and fits in %s colours while it works', async (colorScheme) => {
    if (watched === undefined) throw new Error('no page');
    const { page } = watched;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const stranger = uniqueName('nobody');
    await tryName(endless, stranger);
    const walk = createWalk(page, endless.origin, language);
    await toWork(walk, stranger);
    await page.locator(`html[lang=${language}][data-mantine-color-scheme=${colorScheme}]`).waitFor();
    await bar(page).waitFor();
    expect(await axe(page), name).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
    if (process.env.KEYTURN_SCREENSHOTS) await screenshot(page, `work-${language}-${colorScheme}-${context.viewport?.width}`);
    expect(watched.complaints).toEqual([]);
  });
});
