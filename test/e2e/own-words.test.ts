import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { signInHere, wordsOf } from './sign-in-here.ts';

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const)('mails in words of the organisation, %s', (_, options, locale) => {
  const language = locale.slice(0, 2) as 'en' | 'de';
  const word = wordsOf(language, 'admin');
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
    await signInHere(page, portal, { login: chief, owner, language });

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
