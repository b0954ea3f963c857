import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from '../scenarios/journey-client.ts';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { codeIn, holdsCode, until } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { createWalk, type Language } from './walk.ts';

let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([startPortalKeyturn({ directories: [embeddedSection()] }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

const phoneTexts = (language: Language) =>
  JSON.parse(readFileSync(new URL(`../../locales/${language}/phone.json`, import.meta.url), 'utf8')) as Record<string, string>;
const title = (page: Page, text = '') => page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
const press = (page: Page, name = '') => page.getByRole('button', { name, exact: true }).click();

describe.each([
  ['light, in English', 'light', 'en'],
  ['dark, in German', 'dark', 'de'],
] as const)('a recovery that goes on at a phone, %s', (_, colorScheme, locale) => {
  const word = phoneTexts(locale);

  it('is handed over by a QR code and two digits, and ends at both', async () => {
    const login = uniqueName('person');
    await addPerson(portal.keyturn, login);
    const owner = await portal.keyturn.enrol(login);
    const options = { locale, colorScheme, expectedStatuses: [401, 409, 410, 422] };
    const desk = await openPage(browser, portal.origin, { ...options, viewport: { width: 1280, height: 800 } });
    const hand = await openPage(browser, portal.origin, {
      ...options,
      viewport: { width: 320, height: 640 },
      isMobile: true,
      hasTouch: true,
    });
    const [here, there] = [desk.page, hand.page];
    const look = async (page: Page, what: string) => {
      expect(await axe(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `hand-over-${what}-${locale}`);
    };

    const walk = createWalk(here, portal.origin, locale);
    const goesOn = createWalk(there, portal.origin, locale);
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(login);
    await walk.chooseFactor('email');
    await until(() => portal.keyturn.messages(owner.address).some(holdsCode), 'a code');
    await walk.giveCode('email', portal.keyturn.messages(owner.address).filter(holdsCode).map(codeIn).at(-1) ?? '');
    await walk.at('code.title.totp');
    await look(here, 'offered');
    const answered = here.waitForResponse((response) => response.url().endsWith('/phones') && response.request().method() === 'POST');
    await walk.press('hand-over.link');
    const { address } = (await (await answered).json()) as { address: string };
    await title(here, word.title);
    await here.getByRole('img').waitFor();
    await look(here, 'qr');

    await there.goto(address);
    await title(there, word['hand-over.here']);
    await look(there, 'here');
    await goesOn.press('action.continue');
    await goesOn.at('waiting.title.computer');
    expect(new URL(there.url()).hash).toBe('');
    const digits = (await there.getByText(/^[1-9][0-9]$/).textContent()) ?? '';
    await look(there, 'digits');
    // Nobody who has seen the screen gets in after the phone.
    const stranger = await openPage(browser, portal.origin, options);
    await stranger.page.goto(address);
    await press(stranger.page, walk.text('action.continue'));
    await title(stranger.page, word.invalid);
    await stranger.context.close();

    const field = here.getByLabel(word.digits ?? '');
    await field.fill(digits === '99' ? '10' : String(Number(digits) + 1));
    await here.keyboard.press('Enter');
    await here.getByRole('alert').waitFor();
    await look(here, 'wrong');
    await field.fill(digits);
    await here.keyboard.press('Enter');
    await walk.at('waiting.title.phone');
    await look(here, 'waits');

    await goesOn.at('code.title.totp');
    // Where one is held already, there is nothing to hand over to.
    expect(await there.getByRole('button', { name: walk.text('hand-over.link') }).isVisible()).toBe(false);
    await goesOn.giveCode('totp', owner.totp());
    await goesOn.typePassword('a quiet harbour at noon');
    await goesOn.press('new-password.save');
    await goesOn.at('done.title.password-reset');
    await walk.at('done.title.done-on-phone');
    await look(here, 'ended');
    expect(await here.content()).not.toContain(login);
    expect([...desk.complaints, ...hand.complaints]).toEqual([]);
    await desk.context.close();
    await hand.context.close();
  });
});

describe('a phone that was let in while the answer that says so was lost', () => {
  it.each([
    ['never arrived', false],
    ['was asked for once more', true],
  ])('is waited for, and not told to be over: it %s', async (_, isAskedAgain) => {
    const login = uniqueName('person');
    await addPerson(portal.keyturn, login);
    await portal.keyturn.enrol(login);
    const { page, context } = await openPage(browser, portal.origin, {});
    const walk = createWalk(page, portal.origin, 'en');
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(login);
    await walk.at('choose-factor.title');
    const answered = page.waitForResponse((response) => response.url().endsWith('/phones') && response.request().method() === 'POST');
    await walk.press('hand-over.link');
    const { address } = (await (await answered).json()) as { address: string };
    const opened = await request(portal.keyturn.url, 'POST', '/hand-over', { link: new URL(address).hash.slice(1) });
    const digits = (opened.body.step as { digits: string }).digits;
    const answers: number[] = [];
    await page.route('**/phones/*', async (route) => {
      if (route.request().method() !== 'POST') return route.fallback();
      answers.push((await route.fetch()).status());
      if (!isAskedAgain) return route.abort();
      const again = await route.fetch();
      answers.push(again.status());
      return route.fulfill({ response: again });
    });
    await page.getByLabel(phoneTexts('en').digits ?? '').fill(digits);
    await page.keyboard.press('Enter');
    await walk.at('waiting.title.phone');
    expect(answers).toEqual(isAskedAgain ? [200, 410] : [200]);
    await context.close();
  });
});
