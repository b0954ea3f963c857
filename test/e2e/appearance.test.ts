import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, signsIn } from '../scenarios/sample-directory.ts';
import { codeIn, type Enrolled } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways, type WatchedPage } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { createWalk, type Language, type Walk } from './walk.ts';

const NEW_PASSWORD = 'Quiet-harbour-at-n00n';

let browser: Browser;
let portal: PortalKeyturn;
beforeAll(async () => {
  [browser, portal] = await Promise.all([launchBrowser(), startPortalKeyturn({ directories: [embeddedSection()] })]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), portal?.close()]);
});

async function newPerson(): Promise<{ login: string; person: Enrolled }> {
  const login = uniqueName('p');
  await addPerson(portal.keyturn, login);
  return { login, person: await portal.keyturn.enrol(login) };
}
const codeFor = async (person: Enrolled, after = 0) => codeIn(await portal.keyturn.waitForMessage(person.address, after));

interface Look {
  name: string;
  language: Language;
  scheme: 'light' | 'dark';
  context: BrowserContextOptions;
}
const LOOKS: Look[] = [
  { name: 'a desktop, light, in English', language: 'en', scheme: 'light', context: { viewport: { width: 1280, height: 800 } } },
  {
    name: 'a phone, dark, in German',
    language: 'de',
    scheme: 'dark',
    context: { viewport: { width: 360, height: 740 }, locale: 'de-DE', hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  },
  // 200 % zoom of a window of 640 pixels leaves 320 CSS pixels.
  {
    name: 'a small window at 200 %, in German',
    language: 'de',
    scheme: 'light',
    context: { viewport: { width: 320, height: 400 }, locale: 'de-DE', deviceScaleFactor: 2 },
  },
  { name: 'a desktop, dark, in English', language: 'en', scheme: 'dark', context: { viewport: { width: 1280, height: 800 } } },
];

describe.each(LOOKS)('every page of the real flow, on $name', ({ name, language, scheme, context }) => {
  /** Opens a page and says of each place what is wrong with it. */
  async function open(): Promise<{ watched: WatchedPage; walk: Walk; look: (place: string) => Promise<void> }> {
    const watched = await openPage(browser, portal.origin, { ...context, colorScheme: scheme, reducedMotion: 'reduce' });
    const { page } = watched;
    return {
      watched,
      walk: createWalk(page, portal.origin, language),
      async look(place) {
        await page.locator(`html[lang=${language}][data-mantine-color-scheme=${scheme}]`).waitFor();
        expect(await axe(page), `${place} on ${name}`).toEqual([]);
        expect(await scrollsSideways(page), `${place} on ${name} scrolls sideways`).toBe(false);
        if (process.env.KEYTURN_SCREENSHOTS) await screenshot(page, `real-${place}-${language}-${scheme}-${context.viewport?.width}`);
      },
    };
  }

  it('reads well, fits and breaks no rule', async () => {
    const { login, person } = await newPerson();
    const { watched, walk, look } = await open();
    await walk.open();
    await look('start');
    await walk.chooseGoal('reset-password');
    await look('account');
    await walk.nameAccount(login);
    await walk.at('choose-factor.title');
    await look('choose-factor');
    await walk.chooseFactor('email');
    await look('code-email');
    await walk.giveCode('email', await codeFor(person));
    await walk.at('code.title.totp');
    await look('code-totp');
    await walk.giveCode('totp', person.totp());
    await walk.at('new-password.title');
    await look('new-password');
    await walk.typePassword('short');
    await walk.press('new-password.save');
    await walk.page.getByRole('alert').waitFor();
    await look('new-password-refused');
    await walk.press('cancel.link');
    await walk.at('cancel.title');
    await look('cancel');
    await walk.press('cancel.no');
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    await look('done');
    expect(await signsIn(portal.keyturn, login, NEW_PASSWORD)).toBe(true);

    const notice = await portal.keyturn.waitForMessage(`${login}@work.example.test`);
    await walk.page.goto(/http:\S+\/not-me#\S+/.exec(notice.text)?.[0] ?? '');
    await walk.at('not-me.title');
    await look('not-me');
    await walk.press('not-me.button');
    await walk.at('not-me.done.title');
    await look('not-me-done');
    expect(watched.complaints).toEqual([]);
    await watched.context.close();
  });

  it('also where an account is unlocked, and where it is refused', async () => {
    const { login, person } = await newPerson();
    for (let attempt = 0; attempt < 5; attempt += 1) await signsIn(portal.keyturn, login, 'wrong');
    const { watched, walk, look } = await open();
    await walk.open();
    await walk.chooseGoal('unlock-account');
    await walk.nameAccount(login);
    await walk.chooseFactor('email');
    await walk.giveCode('email', await codeFor(person));
    await walk.giveCode('totp', person.totp());
    await walk.at('confirm-unlock.title');
    await look('confirm-unlock');
    await walk.press('confirm-unlock.save');
    await walk.at('done.title.unlocked');
    await look('done-unlocked');

    const other = await newPerson();
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(other.login);
    await walk.chooseFactor('email');
    const sent = await codeFor(other.person);
    const wrong = sent.startsWith('1') ? sent.replace('1', '2') : `1${sent.slice(1)}`;
    for (let tries = 0; tries < 5; tries += 1) {
      const answered = walk.page.waitForResponse((response) => response.url().includes('/steps/'));
      await walk.giveCode('email', wrong);
      await (await answered).finished();
    }
    await walk.at('refused.title');
    await look('refused');
    expect(watched.complaints).toEqual([]);
    await watched.context.close();
  });
});

/** Presses Tab until the focus is on what has this name, as somebody without a mouse does. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const seen: string[] = [];
  for (let press = 0; press < 20; press += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      return (element?.getAttribute('aria-label') ?? element?.labels?.[0]?.textContent ?? element?.textContent ?? '').trim();
    });
    if (typeof name === 'string' ? focused.startsWith(name) : name.test(focused)) return;
    seen.push(focused);
  }
  throw new Error(`Tab never came to ${name}, only to ${seen.join(' | ')}`);
}

describe('with the keyboard alone', () => {
  it('a forgotten password is reset, and the focus is where one reads on', async () => {
    const { login, person } = await newPerson();
    const { page, context, complaints } = await openPage(browser, portal.origin);
    const walk = createWalk(page, portal.origin);
    const { keyboard } = page;
    const focusIsOnTitle = () => page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    await walk.open();
    await tabTo(page, walk.text('goal.reset-password'));
    await keyboard.press('Space');
    await keyboard.press('Enter');
    await walk.at('account.title');
    await focusIsOnTitle();
    await tabTo(page, walk.text('account.label'));
    await keyboard.type(login);
    await keyboard.press('Enter');
    await walk.at('choose-factor.title');
    await focusIsOnTitle();
    await tabTo(page, /e-mail/);
    await keyboard.press('Space');
    await keyboard.press('Enter');
    await walk.at('code.title.email');
    await focusIsOnTitle();
    await tabTo(page, walk.text('code.label'));
    await keyboard.type(await codeFor(person));
    await keyboard.press('Enter');
    await walk.at('code.title.totp');
    await focusIsOnTitle();
    await tabTo(page, walk.text('code.label'));
    await keyboard.type(person.totp());
    await keyboard.press('Enter');
    await walk.at('new-password.title');
    await focusIsOnTitle();
    await tabTo(page, walk.text('new-password.label'));
    await keyboard.type('short');
    await keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.waitForFunction(() => document.activeElement?.closest('[role=alert]') !== null);
    await tabTo(page, walk.text('new-password.label'));
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type(NEW_PASSWORD);
    await tabTo(page, walk.text('new-password.show.label'));
    await keyboard.press('Space');
    await tabTo(page, walk.text('new-password.save'));
    await keyboard.press('Enter');
    await walk.at('done.title.password-reset');
    await focusIsOnTitle();
    expect(await signsIn(portal.keyturn, login, NEW_PASSWORD)).toBe(true);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
