import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { CLIENT, type OidcServer, startOidcServer } from '../servers/oidc.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

process.env.KEYTURN_TEST_OIDC = CLIENT.secret;

let provider: OidcServer;
let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  provider = await startOidcServer();
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: {
        signIn: {
          enabled: true,
          openIdConnect: {
            ...{ issuer: provider.issuer, label: 'Northwind login', clientId: CLIENT.id, clientSecret: 'env:KEYTURN_TEST_OIDC' },
            ...{ directory: 'people', proofs: [{ amr: ['pwd', 'otp'], kinds: ['password', 'totp'] }] },
          },
        },
      },
    }),
    launchBrowser(),
  ]);
  provider.open({ redirectUri: `${portal.origin}/openid`, logoutUri: `${portal.origin}/api/v1/openid/logout` });
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
  await provider?.stop();
});

const wordsOf = (language: string, file: string) =>
  JSON.parse(readFileSync(join('locales', language, `${file}.json`), 'utf8')) as Record<string, string>;

/** The narrow one shows what the wide one does; `npm run verify:long` looks at both. */
const APPEARANCES = [
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const;

describe.each(process.env.KEYTURN_LONG === undefined ? APPEARANCES.slice(1) : APPEARANCES)(
  'signing in at a provider, %s',
  (_, options, locale) => {
    const [me, portalWord] = [wordsOf(locale.slice(0, 2), 'me'), wordsOf(locale.slice(0, 2), 'portal')];
    const button = (me['openid.sign-in'] ?? '').replace('{{label}}', 'Northwind login');

    it('goes there and comes back signed in, to the page that was left, and says where that does not work', async () => {
      const login = uniqueName('agent');
      await addPerson(portal.keyturn, login);
      const { page, complaints, context } = await openPage(browser, portal.origin, {
        ...options,
        locale,
        expectedStatuses: [401, 403, 404],
      });
      const look = async (what: string) => {
        expect(await axe(page), what).toEqual([]);
        await screenshot(page, `openid-${what}-${locale}`);
        expect(await scrollsSideways(page), what).toBe(false);
      };
      provider.next = { accountId: 'nobody-here', amr: ['pwd', 'otp'] };
      await page.goto(`${portal.origin}/me?page=sessions`);
      await page.getByRole('button', { name: button, exact: true }).waitFor();
      await look('offered');
      await page.getByRole('button', { name: button, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: me['openid.failed'] ?? '', exact: true }).waitFor();
      // What came back is not in the address any more.
      expect(page.url()).toBe(`${portal.origin}/openid`);
      await look('refused');

      await context.clearCookies();
      provider.next = { accountId: login, amr: ['pwd', 'otp'] };
      await page.getByRole('button', { name: me['openid.again'] ?? '', exact: true }).click();
      await page.getByRole('button', { name: button, exact: true }).click();
      await page.waitForURL(`${portal.origin}/me?page=sessions`);
      await page.getByRole('heading', { level: 1, name: me['sessions.title'] ?? '', exact: true }).waitFor();
      const cookies = await context.cookies(portal.origin);
      expect(cookies.map(({ name }) => name).filter((name) => name.includes('openid'))).toEqual([]);
      expect(cookies.find(({ name }) => name.endsWith('keyturn-session'))).toMatchObject({ httpOnly: true, sameSite: 'Strict' });

      provider.down = true;
      await context.clearCookies();
      await page.goto(`${portal.origin}/me`);
      // Its documents are known: what is not there is seen by the browser, and Keyturn is as it was.
      await page.getByRole('button', { name: portalWord['action.continue'] ?? '', exact: true }).waitFor();
      provider.down = false;
      expect(complaints.filter((text) => !text.startsWith(`request to ${provider.issuer}/`))).toEqual([]);
      await context.close();
    });
  },
);
