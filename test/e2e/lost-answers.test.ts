import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, signsIn } from '../scenarios/sample-directory.ts';
import { codeIn, type Enrolled } from '../scenarios/start-keyturn.ts';
import type { OwnAnswer } from '../servers/http-proxy.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, type WatchedPage } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { createWalk, type Walk } from './walk.ts';

const NEW_PASSWORD = 'Quiet-harbour-at-n00n';
/** What stands between browser and server may say in its place. */
const ANSWERS: { name: string; own: OwnAnswer }[] = [
  { name: '502', own: { status: 502 } },
  { name: '503', own: { status: 503, headers: { 'retry-after': '1' } } },
  { name: '504', own: { status: 504 } },
  { name: '403', own: { status: 403 } },
  { name: 'a captive page', own: { status: 200, body: '<html><body>Please accept our terms</body></html>' } },
  { name: 'JSON of somebody', own: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"step":{"kind":"done"}}' } },
  {
    name: 'a problem of somebody',
    own: { status: 409, headers: { 'content-type': 'application/problem+json' }, body: '{"code":"journey.expired"}' },
  },
  { name: 'a redirection', own: { status: 302, headers: { location: '/elsewhere' } } },
  { name: 'a cut connection', own: { status: 0 } },
];
/** One of each kind: the others are told apart at the same place, which the pages' other requests show. */
const BEHIND_A_WRITE = ['502', 'a captive page', 'a problem of somebody', 'a cut connection'];
const CLAIMS = /nothing (was|is|has been) changed/i;

let browser: Browser;
let portal: PortalKeyturn;
let watched: WatchedPage;
let page: Page;
let walk: Walk;
let login: string;
let person: Enrolled;

beforeAll(async () => {
  [browser, portal] = await Promise.all([launchBrowser(), startPortalKeyturn({ directories: [embeddedSection()] })]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), portal?.close()]);
});
beforeEach(async () => {
  login = uniqueName('p');
  await addPerson(portal.keyturn, login);
  person = await portal.keyturn.enrol(login);
  watched = await openPage(browser, portal.origin);
  page = watched.page;
  walk = createWalk(page, portal.origin);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await screenshot(page, `failed-${task.name}`);
  portal.proxy.set('forward', { status: 502 });
  await watched.context.close();
});

async function toNewPassword(): Promise<void> {
  await walk.open();
  await walk.chooseGoal('reset-password');
  await walk.nameAccount(login);
  await walk.chooseFactor('email');
  await walk.giveCode('email', codeIn(await portal.keyturn.waitForMessage(person.address)));
  await walk.giveCode('totp', person.totp());
  await walk.at('new-password.title');
}
// biome-ignore lint/performance/useDomNodeTextContent: what is hidden does not count as shown.
const shown = () => page.evaluate(() => document.body.innerText);
const isAnswer = (method: string, path: string) => method === 'POST' && path.includes('/steps/');
const isApi = (_method: string, path: string) => path.startsWith('/api/');

/** Notes every text that the page shows from now on. */
async function keepTexts(): Promise<() => Promise<string>> {
  await page.evaluate(() => {
    const texts: string[] = [];
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden does not count as shown.
    const note = () => void texts.push(document.body.innerText);
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    Object.assign(globalThis, { shownTexts: texts });
  });
  return () => page.evaluate(() => (globalThis as unknown as { shownTexts: string[] }).shownTexts.join('\n'));
}

describe('an answer that is lost behind a write', () => {
  it.each(ANSWERS.filter(({ name }) => BEHIND_A_WRITE.includes(name)))('is found out: $name', async ({ own }) => {
    await toNewPassword();
    const texts = await keepTexts();
    portal.proxy.set('lose-answer', own, isAnswer);
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    const all = await texts();
    expect(all).toContain(walk.text('finding-out.title'));
    expect(all).not.toMatch(CLAIMS);
    expect(await signsIn(portal.keyturn, login, NEW_PASSWORD)).toBe(true);
    await expect.poll(() => portal.keyturn.messages(`${login}@work.example.test`).length).toBe(1);
  });

  it('is waited for while nobody answers, with what was typed kept, and the page is as good as any', async () => {
    await toNewPassword();
    portal.proxy.set('lose-answer', { status: 502 }, isApi);
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('finding-out.title');
    const asked = () => portal.proxy.treated.filter((call) => call.startsWith('GET')).length;
    const before = asked();
    await expect.poll(asked, { timeout: 90_000 }).toBeGreaterThan(before + 1);
    expect(await shown()).not.toMatch(CLAIMS);
    expect(await page.title()).toContain(walk.text('finding-out.title'));
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await axe(page)).toEqual([]);
      await screenshot(page, `finding-out-${colorScheme}`);
    }
    portal.proxy.set('forward', { status: 502 });
    await walk.at('done.title.password-reset');
  });

  it('is taken for refused only when the journey says so', async () => {
    await toNewPassword();
    const texts = await keepTexts();
    portal.proxy.set('lose-answer', { status: 504 }, (method, path) => isAnswer(method, path) || method === 'DELETE');
    await walk.press('cancel.link');
    await walk.press('cancel.yes');
    await walk.at('goal.title');
    expect(await texts()).not.toMatch(CLAIMS);
    portal.proxy.set('forward', { status: 502 });
    await page.goto(`${portal.origin}/recover`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByLabel(walk.text('new-password.label'), { exact: true }).count()).toBe(0);
  });
});

describe('an answer that was given up while the server is at work', () => {
  it('turns the page when the server is done', async () => {
    await toNewPassword();
    // The one with the password: those that ask a page which waits how far the server is are none of it.
    let given = 0;
    portal.proxy.set('give-up', { status: 504 }, (method, path) => isAnswer(method, path) && given++ === 0);
    await walk.savePassword(NEW_PASSWORD);
    // A server that is at work for longer than the page believes in it has not begun yet, as far as anybody can tell: it is asked again.
    const isOpen = page.getByRole('alert').getByText(walk.text('trouble.still-open'));
    const isDone = page.getByRole('heading', { level: 1, name: walk.text('done.title.password-reset'), exact: true });
    await isDone.or(isOpen).first().waitFor();
    if (await isOpen.isVisible()) {
      portal.proxy.set('forward', { status: 504 });
      await walk.press('new-password.save');
    }
    await walk.at('done.title.password-reset');
    expect(await signsIn(portal.keyturn, login, NEW_PASSWORD)).toBe(true);
  });
});

describe('an answer that never reached the server', () => {
  it('is asked for again, with what was typed still there', async () => {
    const own = { status: 502 };
    await toNewPassword();
    portal.proxy.set('answer-itself', own, isAnswer);
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('finding-out.title');
    await page.getByRole('alert').getByText(walk.text('trouble.still-open')).waitFor({ timeout: 90_000 });
    expect(await page.getByLabel(walk.text('new-password.label'), { exact: true }).inputValue()).toBe(NEW_PASSWORD);
    portal.proxy.set('forward', own);
    await walk.press('new-password.save');
    await walk.at('done.title.password-reset');
  });
});

describe('everything else that the pages ask', () => {
  it.each(ANSWERS)('is not taken for an answer of ours: $name', async ({ name, own }) => {
    const texts = await walk.open().then(keepTexts);
    await walk.chooseGoal('reset-password');
    portal.proxy.set('answer-itself', own, isApi);
    await walk.nameAccount(login);
    await page.getByRole('alert').waitFor();
    await walk.at('account.title');
    expect(await texts()).not.toMatch(CLAIMS);
    // All of them ask for the site first, in the same way: each page is opened behind one answer of each kind.
    for (const path of BEHIND_A_WRITE.includes(name) ? ['/', '/recover', '/not-me#abcdefghijklmnopqrstuvwxyz'] : ['/']) {
      // A fragment alone loads nothing anew.
      await page.goto('about:blank');
      await page.goto(portal.origin + path);
      await walk.at('trouble.site.title');
      expect(await shown()).not.toMatch(CLAIMS);
    }
  });

  it('a link from a notice is not "used" because a proxy says 404, and works afterwards', async () => {
    await toNewPassword();
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    const notice = await portal.keyturn.waitForMessage(`${login}@work.example.test`);
    await page.goto(/http:\S+\/not-me#\S+/.exec(notice.text)?.[0] ?? '');
    await walk.at('not-me.title');
    portal.proxy.set('lose-answer', { status: 404 }, (method) => method === 'POST');
    await walk.press('not-me.button');
    await page.getByRole('alert').waitFor();
    await walk.at('not-me.title');
    portal.proxy.set('forward', { status: 502 });
    await walk.press('not-me.button');
    await walk.at('not-me.done.title');
    expect(await portal.keyturn.deps.store.freezes.isFrozen(person.account)).toBe(true);
  });
});
