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
  const say = (key: string, texts = 'helpdesk') =>
    (JSON.parse(readFileSync(`locales/${locale.slice(0, 2)}/${texts}.json`, 'utf8')) as Record<string, string>)[key] ?? key;

  it('is told until when, can take the list away, and goes on at once by proving who they are', async () => {
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
    const refused = page.getByText(say('too-often.provable').split('{{')[0] ?? '');
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
    await page.getByRole('button', { name: say('too-often.prove') }).click();
    await page.getByRole('heading', { level: 1, name: say('step-up.title', 'me') }).waitFor();
    await page.getByRole('button', { name: say('action.continue', 'portal') }).click();
    portal.keyturn.clock.move(31_000);
    const [choice, secret, code] = [
      page.getByRole('radio').first(),
      page.getByLabel(password, { exact: true }),
      page.locator('main input:visible'),
    ];
    const back = page.getByRole('heading', { level: 1, name: say('people.title') });
    // Which of the two comes first is for the server to say.
    for (;;) {
      await choice.or(secret).or(code).or(back).first().waitFor();
      if (await back.isVisible()) break;
      const shown = (await choice.isVisible()) ? choice : (await secret.isVisible()) ? secret : code.first();
      if (shown === choice) await choice.check();
      else await shown.fill(shown === secret ? OLD_PASSWORD : owner.totp());
      const step = await page.getByRole('heading', { level: 1 }).textContent();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).not.toBe(step);
    }
    await page.getByRole('link', { name: `Ada ${family}` }).waitFor();
    expect(await refused.count()).toBe(0);
    expect(await axe(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
