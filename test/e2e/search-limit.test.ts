import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

const SEARCHES = 4;
const signIn = { 'en-GB': ['Sign-in name', 'Password', /authenticator/], 'de-DE': ['Anmeldename', 'Passwort', /Authenticator/] } as const;
let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: {
        guard: { searchesPerSession: { count: SEARCHES, windowSeconds: 3600 } },
        signIn: { enabled: true },
        roles: [{ name: 'seers', may: ['see-people'], heldBy: { groups: ['Agents'] }, over: { groups: ['Staff'] } }],
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

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const)('who searches too often, %s', (_, options, locale) => {
  const say = (key: string) =>
    (JSON.parse(readFileSync(`locales/${locale.slice(0, 2)}/helpdesk.json`, 'utf8')) as Record<string, string>)[key] ?? key;

  it('is told until when, and can take the list away', async () => {
    const [login, family] = [uniqueName('agent'), uniqueName('fam')];
    await addPerson(portal.keyturn, login, { groups: ['Agents'] });
    const owner = await portal.keyturn.enrol(login);
    await addPerson(portal.keyturn, uniqueName('one'), { displayName: `Ada ${family}`, groups: ['Staff'] });
    const { page, context, complaints } = await openPage(browser, portal.origin, {
      ...options,
      locale,
      expectedStatuses: [401, 403, 409, 429],
    });
    page.setDefaultTimeout(20_000);
    const [name, password, app] = signIn[locale];
    portal.keyturn.clock.move(31_000);
    await page.goto(`${portal.origin}/helpdesk`);
    await page.getByLabel(name).fill(login);
    await page.keyboard.press('Enter');
    await page.getByLabel(password, { exact: true }).fill(OLD_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: app }).check();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').first().fill(owner.totp());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: say('people.title') }).waitFor();
    const field = page.getByLabel(say('text'));
    const refused = page.getByText(say('too-often').split('{{')[0] ?? '');
    for (let nth = 0; nth <= SEARCHES && (await refused.count()) === 0; nth += 1) {
      const answered = page.waitForResponse((response) => response.url().includes('/helpdesk/people?'));
      await field.fill(`${family.slice(0, family.length - nth)}`);
      await answered;
    }
    await refused.waitFor();
    expect(await refused.textContent()).toMatch(/\d{1,2}:\d{2}/);
    expect(await axe(page)).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
    await screenshot(page, `helpdesk-too-often-${locale}`);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: say('export') }).click();
    expect((await download).suggestedFilename()).toBe('people.csv');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
