import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newSeed } from '../../src/core/enrolment/totp-seed.ts';
import { currentTotp } from '../../src/core/factors/totp-factor.ts';
import { addPerson, embeddedSection, OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { codeIn, createMovableClock, holdsCode, until } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

const DAY = 86_400_000;

let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: {
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['email', 'totp'], ['passkey']] }] },
        enrolment: { required: [{ name: 'everybody', ask: 'force', days: 7 }] },
      },
      clock: createMovableClock(),
      host: 'localhost',
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

/** Somebody who signs in with an authenticator, and has nothing else; resolves to what it shows. */
async function halfEnrolled(login: string): Promise<() => string> {
  await addPerson(portal.keyturn, login);
  const { deps } = portal.keyturn;
  const [account] = await deps.directories.get('people').findAccounts(login);
  if (account === undefined) throw new Error(`no ${login}`);
  const secret = newSeed(deps.random);
  await addFactor(deps, deps.store, { account, kind: 'totp', label: 'app', secret, source: 'test' });
  return () => currentTotp(secret, deps.clock.now()).code;
}

const title = (page: Page, text: RegExp) => page.getByRole('heading', { level: 1, name: text }).waitFor();

async function signIn(page: Page, login: string, code: () => string): Promise<void> {
  portal.keyturn.clock.move(31_000);
  await page.goto(`${portal.origin}/me`);
  await page.getByRole('textbox').first().fill(login);
  await page.keyboard.press('Enter');
  await page.getByLabel(/^(Password|Passwort)$/).fill(OLD_PASSWORD);
  await page.keyboard.press('Enter');
  await title(page, /^Enter the code|Code .*ein/);
  await page.getByRole('textbox').first().fill(code());
  await page.keyboard.press('Enter');
}

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'light'],
  ['dark, on a phone', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'dark'],
] as const)('enrolment that is required, %s', (_, options, name) => {
  it('is put off until tomorrow, is asked for again, and is done before anything else when the days are over, by keyboard', async () => {
    const login = uniqueName('due');
    const code = await halfEnrolled(login);
    const { page, context, complaints } = await openPage(browser, portal.origin, { ...options, expectedStatuses: [401, 403, 409] });
    const look = async (what: string) => {
      expect(await axe(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `required-${what}-${name}`);
    };
    await signIn(page, login, code);
    await title(page, /Be ready for the day/);
    await page.getByText('7 days are left').waitFor();
    await page.getByText('missing: E-mail address').waitFor();
    await look('remind');
    await page.getByRole('button', { name: 'Remind me tomorrow' }).press('Enter');
    await title(page, /Your account/);
    await page.reload();
    await title(page, /Your account/);

    portal.keyturn.clock.move(DAY);
    await signIn(page, login, code);
    await title(page, /Be ready for the day/);
    await page.getByText('6 days are left').waitFor();
    await page.getByRole('button', { name: 'Set it up now' }).press('Enter');
    await title(page, /What proves you/);

    portal.keyturn.clock.move(6 * DAY);
    await signIn(page, login, code);
    await title(page, /First set up how you get back in/);
    await page.getByText('The time in which this could be put off is over').waitFor();
    await look('held');
    // Whatever address is typed, there is nothing else.
    await page.goto(`${portal.origin}/me?page=password`);
    await title(page, /First set up how you get back in/);
    await page.getByRole('button', { name: 'Set it up now' }).press('Enter');
    await title(page, /What proves you/);
    // Gone back to with too little, it is still the first thing.
    await page.getByRole('button', { name: 'Continue' }).press('Enter');
    await title(page, /First set up how you get back in/);
    await page.getByRole('button', { name: 'Set it up now' }).press('Enter');
    await page.getByRole('button', { name: 'Add an e-mail address' }).press('Enter');
    const address = `${login}@home.example`;
    await page.getByLabel('E-mail address').fill(address);
    await page.keyboard.press('Enter');
    await title(page, /Enter the code from your mail/);
    const mails = () => portal.keyturn.messages(address).filter(holdsCode);
    await until(() => mails().length > 0, 'the code');
    await page
      .getByRole('textbox')
      .first()
      .fill(codeIn(mails()[0] as never));
    await page.keyboard.press('Enter');
    await title(page, /What proves you/);
    await look('complete');
    await page.getByRole('button', { name: 'Continue' }).press('Enter');
    // The page that was wanted.
    await title(page, /Change your password|Choose another password|Change password/);
    await page.goto(`${portal.origin}/me`);
    await title(page, /Your account/);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

it('speaks German', async () => {
  const login = uniqueName('due');
  const code = await halfEnrolled(login);
  const { page, context } = await openPage(browser, portal.origin, { locale: 'de-DE', expectedStatuses: [401] });
  await signIn(page, login, code);
  await title(page, /Bereit sein/);
  await page.getByText('Es bleiben 7 Tage').waitFor();
  await page.getByRole('button', { name: 'Morgen erinnern' }).click();
  await title(page, /Ihr Konto/);
  await context.close();
});
