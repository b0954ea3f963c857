import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: {
        signIn: { enabled: true },
        roles: [{ name: 'managers', may: ['reset-password', 'unlock-account'], heldBy: { directManager: true } }],
      },
      clock: createMovableClock(),
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

const texts = {
  'en-GB': {
    name: 'Sign-in name',
    password: 'Password',
    help: 'Help somebody else',
    theirs: 'Their sign-in name',
    set: 'Set a temporary password',
    done: /has a temporary password/,
    unlock: 'Unlock the account',
    unlocked: /is unlocked/,
    back: 'Back',
    refused: /You may not do this/,
    app: /authenticator/,
  },
  'de-DE': {
    name: 'Anmeldename',
    password: 'Passwort',
    help: 'Jemand anderem helfen',
    theirs: 'Deren Anmeldename',
    set: 'Vorläufiges Passwort setzen',
    done: /hat ein vorläufiges Passwort/,
    unlock: 'Konto entsperren',
    unlocked: /ist entsperrt/,
    back: 'Zurück',
    refused: /Sie dürfen das/,
    app: /Authenticator/i,
  },
} as const;
const title = (page: Page, text: RegExp | string) => page.getByRole('heading', { level: 1, name: text }).waitFor();

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const)('helping somebody, %s', (_, options, locale) => {
  it('finds them, unlocks them, gives them a password, and reaches nobody else', async () => {
    const word = texts[locale];
    const [boss, alice] = [uniqueName('boss'), uniqueName('alice')];
    await addPerson(portal.keyturn, boss);
    const owner = await portal.keyturn.enrol(boss);
    await addPerson(portal.keyturn, alice, { managerId: owner.account.id, displayName: 'Alice Archer' });
    const watched = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [401, 403] });
    const { page } = watched;
    const look = async (what: string) => {
      expect(await axe(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `help-${what}-${locale}`);
    };
    await page.goto(`${portal.origin}/me`);
    await page.getByLabel(word.name).fill(boss);
    await page.keyboard.press('Enter');
    await page.getByLabel(word.password, { exact: true }).fill(OLD_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: word.app }).check();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').first().fill(owner.totp());
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: word.help }).click();
    await title(page, word.help);
    await look('find');
    await page.getByLabel(word.theirs).fill(uniqueName('nobody'));
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(word.refused).waitFor();
    await look('refused');
    await page.getByLabel(word.theirs).fill(alice);
    await page.keyboard.press('Enter');
    await title(page, 'Alice Archer');
    await look('found');
    await page.getByRole('button', { name: word.unlock }).click();
    await title(page, word.unlocked);
    await look('unlocked');
    await page.getByRole('button', { name: word.back }).click();
    await page.getByLabel(word.theirs).fill(alice);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: word.set }).click();
    await title(page, word.done);
    await look('done');
    const password = (await page.getByText(/^Kt-.*-x7$/).textContent()) ?? '';
    const directory = portal.keyturn.deps.directories.get('people');
    const [account] = await directory.findAccounts(alice);
    if (account === undefined) throw new Error('no alice');
    expect(await directory.verifyPassword(account, password)).toMatchObject({ valid: false, reason: 'credentials.must-change' });
    expect(watched.complaints).toEqual([]);
    await watched.context.close();
  });
});
