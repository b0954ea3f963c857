import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

const wordsOf = (language: string, file: string) =>
  JSON.parse(readFileSync(join('locales', language, `${file}.json`), 'utf8')) as Record<string, string>;

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const)('mails in words of the organisation, %s', (_, options, locale) => {
  const language = locale.slice(0, 2) as 'en' | 'de';
  const [word, portalWord] = [wordsOf(language, 'admin'), wordsOf(language, 'portal')];
  const chief = uniqueName('chief');
  let portal: PortalKeyturn;
  let browser: Awaited<ReturnType<typeof launchBrowser>>;
  beforeAll(async () => {
    [portal, browser] = await Promise.all([
      startPortalKeyturn({
        directories: [embeddedSection()],
        configuration: {
          notices: { mails: [{ notice: 'password-was-reset', language, subject: 'Hello', body: '{{what}}\n\n{{link}}' }] },
          signIn: { enabled: true },
          recovery: { rules: [{ name: 'everybody', accepted: [['email', 'totp']] }] },
          roles: [{ name: 'chiefs', may: ['manage-configuration'], heldBy: { accounts: [chief] } }],
        },
        clock: createMovableClock(),
        host: 'localhost',
      }),
      launchBrowser(),
    ]);
    await addPerson(portal.keyturn, chief);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.close();
  });

  it('are seen beside the usual ones, and told what is wrong with them, before they are saved', async () => {
    const owner = await portal.keyturn.enrol(chief);
    const { page, complaints, context } = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [400, 401, 403] });
    const look = async (what: string) => {
      expect(await axe(page), what).toEqual([]);
      await screenshot(page, `own-words-${what}-${locale}`);
      expect(await scrollsSideways(page), what).toBe(false);
    };
    portal.keyturn.clock.move(31_000);
    await page.goto(`${portal.origin}/me`);
    await page.getByLabel(portalWord['account.label'] ?? '').fill(chief);
    await page.keyboard.press('Enter');
    await page.locator('input[type=password]').fill(OLD_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: /authenticator/i }).check();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').first().fill(owner.totp());
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('input') === null);

    await page.goto(`${portal.origin}/admin?page=configuration&section=notices`);
    const show = page.getByRole('button', { name: new RegExp(`^${word['words-preview.show']?.split(':')[0]}: `) });
    const body = page.getByLabel('Body', { exact: true });
    // The keyboard alone.
    await body.fill('Good day,\n\n{{wat}}\n\n{{link}} or so');
    await show.focus();
    await page.keyboard.press('Enter');
    await page.getByText(/Line 3, column 1: there is no \{\{wat\}\} here/).waitFor();
    await page.getByText(/Line 5, column 1: \{\{link\}\} has to be a paragraph of its own/).waitFor();
    await look('broken');

    await body.fill('Good day,\n\n{{account}} <b>at</b> {{happenedAt}}\n\n{{link}}');
    await show.focus();
    await page.keyboard.press('Enter');
    await page.getByText(/alice <b>at<\/b> /).waitFor();
    await page.getByText(word['words-preview.usual'] ?? '', { exact: true }).waitFor();
    expect(await page.getByText(/\/sample/).count()).toBeGreaterThan(0);
    await look('preview');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
