import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { codeIn } from '../scenarios/start-keyturn.ts';
import { claimFreePort } from '../servers/free-address.ts';
import { startHttpProxy } from '../servers/http-proxy.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, WHOLE_CHROMIUM } from './browser.ts';
import { CONTACT, type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { createWalk } from './walk.ts';

let browser: Browser;
let portal: PortalKeyturn;

beforeAll(async () => {
  const organisation = { publicUrl: '', defaultLanguage: 'de', timeZone: 'Asia/Tokyo' } as const;
  [browser, portal] = await Promise.all([
    launchBrowser(),
    startPortalKeyturn({ directories: [embeddedSection()], configuration: { organisation } }),
  ]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), portal?.close()]);
});

describe('a browser without JavaScript', () => {
  it.each([
    ['en-GB', 'en'],
    ['de-DE', 'de'],
    ['fr-FR', 'de'],
  ] as const)('%s is told so in %s, at once, with who helps', async (locale, language) => {
    const context = await browser.newContext({ locale, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${portal.origin}/`);
    const { text } = createWalk(page, portal.origin, language);
    await page.getByRole('heading', { name: text('boot.no-script.title') }).waitFor();
    // Playwright finds no text inside of `noscript`.
    expect(await page.locator('noscript').textContent()).toContain(CONTACT);
    expect(await page.getByText(text('boot.title')).isVisible()).toBe(false);
    await screenshot(page, `no-script-${locale}`);
    await context.close();
  });
});

describe('a browser that does not get all files', () => {
  it.each(['**/assets/*.js', '**/assets/portal-*.js', '**/assets/*.css'])('%s: never an empty page', async (files) => {
    const { page, context } = await openPage(browser, portal.origin, { locale: 'en-GB' });
    await page.route(files, (route) => route.abort());
    await page.goto(`${portal.origin}/`);
    const { text } = createWalk(page, portal.origin);
    const drawn = page.getByRole('heading', { level: 1, name: text('goal.title') });
    const said = page.getByRole('heading', { level: 1, name: text('boot.title') });
    await drawn.or(said).first().waitFor();
    if (files.endsWith('.js')) expect(await said.isVisible()).toBe(true);
    await screenshot(page, `not-loaded-${files.replace(/\W+/g, '-')}`);
    await context.close();
  });
});

describe('a browser that keeps no cookies', () => {
  it('is told so before a recovery is begun, and goes on once it keeps them', async () => {
    const folder = await createScratchFolder('no-cookies');
    await mkdir(join(folder, 'Default'), { recursive: true });
    await writeFile(join(folder, 'Default/Preferences'), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: WHOLE_CHROMIUM,
      headless: true,
      locale: 'en-GB',
      args: ['--no-sandbox', '--disable-gpu'],
    });
    const page = await context.newPage();
    const walk = createWalk(page, portal.origin);
    await walk.open();
    await walk.chooseGoal('reset-password');
    const starts: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && starts.push(request.url()));
    await walk.nameAccount('somebody');
    await walk.at('cookies.title');
    expect(starts).toEqual([]);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'cookies-blocked');
    await page.goto(`${portal.origin}/recover`);
    await walk.at('cookies.title');
    await context.close();
    await removeScratchFolder(folder);
  });
});

describe('a browser at a wrong address', () => {
  it('goes to the right one by itself, with what the address says', async () => {
    const claim = await claimFreePort();
    const wrong = await startHttpProxy(claim.port, () => portal.keyturn.url);
    for (const [path, expected] of [
      ['/?goal=unlock-account', '/?goal=unlock-account'],
      ['/not-me/#abcdefghijklmnopqrstuvwxyz', '/not-me#abcdefghijklmnopqrstuvwxyz'],
      ['//evil.example/x', '/'],
    ]) {
      // A tab of its own each: a page goes there by itself once.
      const { page, context } = await openPage(browser, portal.origin, { locale: 'en-GB' });
      await page.goto(`http://127.0.0.1:${claim.port}${path}`, { waitUntil: 'commit' });
      await page.waitForURL(`${portal.origin}${expected}`);
      await context.close();
    }
    await wrong.stop();
    claim.release();
  });

  it('that leads back does not turn in circles', async () => {
    const claim = await claimFreePort();
    const wrong = await startHttpProxy(claim.port, () => portal.keyturn.url);
    const { page, context } = await openPage(browser, portal.origin, { locale: 'en-GB' });
    await page.route(`${portal.origin}/**`, (route) =>
      route.fulfill({ status: 302, headers: { location: `http://127.0.0.1:${claim.port}/` } }),
    );
    await page.goto(`http://127.0.0.1:${claim.port}/`);
    const { text, at } = createWalk(page, portal.origin);
    await at('wrong-address.title');
    await page.getByText(text('wrong-address.text').replace('{{address}}', portal.origin)).waitFor();
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'wrong-address');
    await context.close();
    await wrong.stop();
    claim.release();
  });
});

describe('a page that is lost', () => {
  it.each(['/reset', '/recover/x', '//recover', '/%zz'])(
    '%s says so, in the organisation’s language where ours do not fit',
    async (path) => {
      const { page, context } = await openPage(browser, portal.origin, { locale: 'fr-FR', expectedStatuses: [404, 400] });
      await page.goto(portal.origin + path);
      await createWalk(page, portal.origin, 'de').at('not-found.title');
      await context.close();
    },
  );
});

describe('the language', () => {
  it('changed in the middle changes all of it, and keeps what was typed and where one is', async () => {
    const login = uniqueName('p');
    await addPerson(portal.keyturn, login);
    const person = await portal.keyturn.enrol(login);
    const { page, context, complaints } = await openPage(browser, portal.origin, { locale: 'en-GB', timezoneId: 'Europe/Berlin' });
    const [english, german] = [createWalk(page, portal.origin, 'en'), createWalk(page, portal.origin, 'de')];
    await english.open();
    await english.chooseGoal('reset-password');
    await english.nameAccount(login);
    await page.getByLabel(english.text('frame.language')).selectOption('de');
    await german.chooseFactor('email');
    // The time is the organisation's, and says so where the reader's clock shows another one.
    await page
      .getByText(/\d\d:\d\d\D{0,4}(MEZ|OEZ|GMT\+9|JST)/)
      .first()
      .waitFor();
    await german.giveCode('email', codeIn(await portal.keyturn.waitForMessage(person.address)));
    await german.giveCode('totp', person.totp());
    await german.typePassword('kurz');
    await page
      .getByText(/Mindestens \d+ Zeichen/)
      .first()
      .waitFor();
    // Password managers file it under the name that signs in.
    expect(await page.locator('input[autocomplete=username]').inputValue()).toBe(login);
    await page.getByLabel(german.text('frame.language')).selectOption('en');
    await page
      .getByText(/At least \d+ characters/)
      .first()
      .waitFor();
    expect(await page.getByText(/Mindestens \d+ Zeichen/).count()).toBe(0);
    expect(await page.getByLabel(english.text('new-password.label'), { exact: true }).inputValue()).toBe('kurz');
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('H1');
    await english.savePassword('Quiet-harbour-at-n00n');
    await english.at('done.title.password-reset');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
