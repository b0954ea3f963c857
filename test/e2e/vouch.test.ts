import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestFirst } from '../scenarios/by-time.ts';
import { type RealDirectory, reachRealDirectory } from '../scenarios/real-directories.ts';
import { codeIn, createMovableClock, holdsCode, until } from '../scenarios/start-keyturn.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

let real: RealDirectory;
let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  real = await reachRealDirectory('openldap');
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [real.section],
      configuration: {
        signIn: { enabled: true },
        recovery: {
          rules: [
            {
              name: 'everybody',
              accepted: [
                ['email', 'manager'],
                ['email', 'totp'],
              ],
            },
          ],
        },
      },
      clock: createMovableClock(),
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
  await real?.proxy.stop();
});

const texts = {
  'en-GB': {
    name: 'Sign-in name',
    password: 'Password',
    ownPassword: /^Your password/,
    mail: /Code by e-mail|code by e-mail/,
    app: /authenticator/,
    manager: /manager/,
    waiting: 'Waiting for your manager',
    otherWay: /another way|other way/i,
    list: 'Confirm who somebody is',
    answer: /^Answer/,
    really: /^Is it really/,
    digits: /^Two digits/,
    wrong: /not the digits/,
    confirm: 'Yes, it is really them',
    confirmed: /^You have confirmed/,
    back: 'Back',
    newPassword: /new password/i,
    unexpected: 'I did not expect this',
    stop: 'Stop it',
    stopped: 'It was stopped',
    refused: /did not expect it/,
    state: 'Confirmed',
  },
  'de-DE': {
    name: 'Anmeldename',
    password: 'Passwort',
    ownPassword: /^Ihr Passwort/,
    mail: /E-Mail/,
    app: /Authenticator/i,
    manager: /Führungskraft/,
    waiting: 'Warten auf Ihre Führungskraft',
    otherWay: /ander/i,
    list: 'Bestätigen, wer jemand ist',
    answer: /antworten$/,
    really: /^Ist es wirklich/,
    digits: /^Zwei Ziffern/,
    wrong: /nicht die Ziffern/,
    confirm: 'Ja, die Person ist es',
    confirmed: /^Sie haben/,
    back: 'Zurück',
    newPassword: /neues Passwort/i,
    unexpected: 'Das habe ich nicht erwartet',
    stop: 'Anhalten',
    stopped: 'Es wurde angehalten',
    refused: /nicht erwartet/,
    state: 'Bestätigt',
  },
} as const;
const title = (page: Page, text: RegExp | string) => page.getByRole('heading', { level: 1, name: text }).waitFor();

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const)('a manager who vouches, %s', (_, options, locale) => {
  const word = texts[locale];

  async function choose(page: Page, way: RegExp): Promise<void> {
    const radio = page.getByRole('radio', { name: way });
    await radio.focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
  }

  /** By keyboard alone. */
  async function asks(page: Page, login: string, address: string): Promise<string> {
    await page.goto(`${portal.origin}/?goal=reset-password`);
    await page.getByLabel(word.name).fill(login);
    await page.keyboard.press('Enter');
    const before = portal.keyturn.messages(address).filter(holdsCode).length;
    await choose(page, word.mail);
    await page.getByRole('textbox').first().waitFor();
    await until(() => portal.keyturn.messages(address).filter(holdsCode).length > before, 'a code');
    const [newest] = newestFirst(portal.keyturn.messages(address).filter(holdsCode));
    await page
      .getByRole('textbox')
      .first()
      .fill(codeIn(newest ?? { text: '' }));
    await page.keyboard.press('Enter');
    await choose(page, word.manager);
    await title(page, word.waiting);
    return ((await page.getByText(/^[1-9] ?[0-9]$/).textContent()) ?? '').replaceAll(' ', '');
  }

  it('types what the person reads out, who closes the page and comes back, and goes on', async () => {
    const [boss, report] = [await real.createPerson(), await real.createPerson()];
    await (await sharedSlapd()).modify(report.dn, { manager: boss.dn });
    const owner = await portal.keyturn.enrol(boss.login);
    const { address } = await portal.keyturn.enrol(report.login);
    const person = await openPage(browser, portal.origin, { ...options, locale });
    const manager = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [401, 403, 409, 410, 422] });
    const look = async (page: Page, what: string) => {
      expect(await faults(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `vouch-${what}-${locale}`);
    };
    let { page } = person;
    const digits = await asks(page, report.login, address);
    await look(page, 'waiting');
    await page.close();

    const { page: his } = manager;
    await his.goto(`${portal.origin}/me?page=vouch`);
    await his.getByLabel(word.name).fill(boss.login);
    await his.keyboard.press('Enter');
    await his.getByLabel(word.password, { exact: true }).fill(boss.password);
    await his.keyboard.press('Enter');
    await choose(his, word.app);
    await his.getByRole('textbox').first().fill(owner.totp());
    await his.keyboard.press('Enter');
    await title(his, word.list);
    await look(his, 'list');
    await his.getByRole('button', { name: word.answer }).press('Enter');
    await title(his, word.really);
    await look(his, 'answer');
    await his.getByLabel(word.digits).fill(digits === '99' ? '98' : String(Number(digits) + 1));
    await his.keyboard.press('Enter');
    await his.getByRole('alert').getByText(word.wrong).waitFor();
    await look(his, 'wrong');
    // A fresh proof is asked for when it is pressed, and what was typed stays.
    portal.keyturn.clock.move(6 * 60_000);
    await his.getByLabel(word.digits).fill(digits);
    await his.getByRole('button', { name: word.confirm }).press('Enter');
    await look(his, 'fresh');
    await his.getByRole('main').getByRole('button').first().press('Enter');
    await choose(his, word.ownPassword);
    await his.getByLabel(word.password, { exact: true }).fill(boss.password);
    await his.keyboard.press('Enter');
    await choose(his, word.app);
    await his.getByRole('textbox').fill(owner.totp());
    await his.keyboard.press('Enter');
    await title(his, word.confirmed);
    await look(his, 'confirmed');

    page = await person.context.newPage();
    await page.goto(`${portal.origin}/recover`);
    await page.getByLabel(word.newPassword).first().waitFor();
    await look(page, 'goes-on');
    expect(await page.getByRole('alert').count()).toBe(0);
    await his.getByRole('button', { name: word.back }).press('Enter');
    await his.getByText(word.state).waitFor();
    expect([...person.complaints, ...manager.complaints]).toEqual([]);

    // The same page waits, and hears that it was not expected.
    await page.goto(`${portal.origin}/`);
    await asks(page, report.login, address);
    await his.reload();
    await his.getByRole('button', { name: word.answer }).press('Enter');
    await his.getByRole('button', { name: word.unexpected }).press('Enter');
    await look(his, 'refuse');
    await his.getByRole('button', { name: word.stop }).press('Enter');
    await title(his, word.stopped);
    await page.getByText(word.refused).waitFor();
    await look(page, 'refused');
  });
});
