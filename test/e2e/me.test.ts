import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from '../scenarios/sample-directory.ts';
import { createMovableClock, type Enrolled } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

const NEW_PASSWORD = 'Quiet-harbour-at-n00n';

let portal: PortalKeyturn;
let browser: Browser;

beforeAll(async () => {
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection('people', { maximumAgeDays: 10 })],
      configuration: { signIn: { enabled: true } },
      clock: createMovableClock(),
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

async function person(): Promise<Enrolled & { login: string }> {
  const login = uniqueName('me');
  await addPerson(portal.keyturn, login);
  return { login, ...(await portal.keyturn.enrol(login)) };
}

const title = (page: Page, text: RegExp) => page.getByRole('heading', { level: 1, name: text }).waitFor();

/** From the start page to the overview, by keyboard alone where there is something to type. */
async function signIn(page: Page, owner: Enrolled & { login: string }, look?: (name: string) => Promise<void>): Promise<void> {
  await page.goto(portal.origin);
  await page.getByRole('button', { name: /^Sign in to see/ }).click();
  await title(page, /Which account/);
  await page.getByLabel('Sign-in name').fill(owner.login);
  await page.keyboard.press('Enter');
  await title(page, /Your password/);
  await look?.('password');
  await page.getByLabel('Password', { exact: true }).fill('not the right one');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await look?.('password-wrong');
  await page.getByLabel('Password', { exact: true }).fill(OLD_PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /authenticator/ }).check();
  await page.keyboard.press('Enter');
  await title(page, /code/i);
  await page.getByRole('textbox').first().fill(owner.totp());
  await page.keyboard.press('Enter');
  await title(page, /Your account/);
}

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'light'],
  ['dark, on a phone', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'dark'],
] as const)('the pages for who is signed in, %s', (_, options, name) => {
  it('show the account, change the password, end sessions, and let nobody see anything afterwards', async () => {
    const owner = await person();
    const watched = await openPage(browser, portal.origin, { ...options, expectedStatuses: [401] });
    const { page } = watched;
    const look = async (what: string) => {
      expect(await faults(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `me-${what}-${name}`);
    };
    await signIn(page, owner, look);
    await page.getByText('Your password expires in 10 days').waitFor();
    await page.getByText(owner.login, { exact: true }).waitFor();
    await look('overview');

    await page.getByRole('button', { name: 'Change password' }).click();
    await title(page, /Change password/);
    await page.getByLabel('Current password').fill('not the right one');
    await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The current password is not right').waitFor();
    await look('change-wrong');
    await page.getByLabel('Current password').fill(OLD_PASSWORD);
    await page.keyboard.press('Enter');
    await title(page, /Your password is changed/);
    await look('changed');
    expect(await signsIn(portal.keyturn, owner.login, NEW_PASSWORD)).toBe(true);

    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'What happened lately' }).click();
    await title(page, /What happened lately/);
    await page.getByText('Signed in').first().waitFor();
    await look('activity');
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Where you are signed in' }).click();
    await page.getByText('This browser').waitFor();
    await look('sessions');
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await title(page, /Which account/);
    await page.goto(`${portal.origin}/me?page=activity`);
    await title(page, /Which account/);
    expect(await page.context().cookies()).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ name: expect.stringContaining('session') })]),
    );
    expect(watched.complaints).toEqual([]);
    await watched.context.close();
  });
});

it('speak German, and tell who has nothing set up what to do', async () => {
  const login = uniqueName('me');
  await addPerson(portal.keyturn, login);
  const { page, context, complaints } = await openPage(browser, portal.origin, { locale: 'de-DE', expectedStatuses: [401] });
  await page.goto(`${portal.origin}/me`);
  await page.getByLabel('Anmeldename').fill(login);
  await page.keyboard.press('Enter');
  await page.getByLabel('Passwort', { exact: true }).fill(OLD_PASSWORD);
  await page.keyboard.press('Enter');
  await title(page, /Richten Sie zuerst einen Nachweis ein/);
  expect(await faults(page)).toEqual([]);
  await screenshot(page, 'me-limited-de');
  await page.getByRole('button', { name: 'Abmelden' }).click();
  await page.getByRole('button', { name: /^Anmelden, um/ }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});
