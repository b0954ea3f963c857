import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { createMovableClock, type Enrolled } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
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

interface Owner extends Enrolled {
  login: string;
}

async function person(): Promise<Owner> {
  const login = uniqueName('acc');
  await addPerson(portal.keyturn, login);
  return { login, ...(await portal.keyturn.enrol(login)) };
}
const title = (page: Page, text: RegExp) => page.getByRole('heading', { level: 1, name: text }).waitFor();

/** The password of an account, then its authenticator. */
async function proves(page: Page, owner: Owner): Promise<void> {
  portal.keyturn.clock.move(31_000);
  await page.getByLabel('Password', { exact: true }).fill(OLD_PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /authenticator/ }).check();
  await page.keyboard.press('Enter');
  await title(page, /code/i);
  await page.getByRole('textbox').first().fill(owner.totp());
  await page.keyboard.press('Enter');
}

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'light'],
  ['dark, on a phone', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'dark'],
] as const)('the other accounts of somebody, %s', (_, options, name) => {
  it('are linked by proving them, and parted', async () => {
    const [first, second] = [await person(), await person()];
    const { page, context, complaints } = await openPage(browser, portal.origin, { ...options, expectedStatuses: [401, 403] });
    const look = async (what: string) => {
      expect(await axe(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `accounts-${what}-${name}`);
    };
    await page.goto(`${portal.origin}/me`);
    await page.getByLabel('Sign-in name').fill(first.login);
    await page.keyboard.press('Enter');
    await proves(page, first);
    await title(page, /Your account/);
    await page.getByRole('button', { name: 'Your other accounts' }).click();
    await page.getByText('No other account is linked.').waitFor();
    await look('none');

    await page.getByRole('button', { name: 'Link another account' }).click();
    await page.getByLabel('Sign-in name').fill(second.login);
    await look('name');
    await page.keyboard.press('Enter');
    await proves(page, second);
    await page.getByText('The account is linked. Both are told by mail.').waitFor();
    await page.getByText(second.login, { exact: true }).waitFor();
    await look('linked');

    await page.getByRole('button', { name: `Unlink ${second.login}` }).click();
    await title(page, /Unlink acc/);
    await look('part');
    await page.getByRole('button', { name: 'Unlink', exact: true }).press('Enter');
    await page.getByText('The account is not linked any more.').waitFor();
    await page.getByText('No other account is linked.').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
