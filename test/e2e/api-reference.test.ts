import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedSection } from '../scenarios/sample-directory.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([startPortalKeyturn({ directories: [embeddedSection()] }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const)('the page about the API, %s', (_, options, locale) => {
  const word = JSON.parse(readFileSync(join('locales', locale.slice(0, 2), 'reference.json'), 'utf8')) as Record<string, string>;

  it('shows every call of this node, what each takes and who may make it, and asks nobody else', async () => {
    // A request to anybody else, and whatever the policy forbids, is a complaint.
    const { page, complaints, context } = await openPage(browser, portal.origin, { ...options, locale });
    const look = async (what: string) => {
      expect(await axe(page), what).toEqual([]);
      await screenshot(page, `api-${what}-${locale}`, { fullPage: false });
      expect(await scrollsSideways(page), what).toBe(false);
    };
    await page.goto(`${portal.origin}/api-reference`);
    await page.getByRole('heading', { level: 1, name: word.title ?? '', exact: true }).waitFor();
    const { paths } = (await (await fetch(`${portal.origin}/api/openapi.json`)).json()) as { paths: Record<string, object> };
    const all = Object.values(paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
    const shown = page.locator('main details');
    expect(await shown.count()).toBe(all);
    await look('all');

    await page.getByLabel(word.scope ?? '', { exact: true }).selectOption('see-people');
    await page.waitForFunction((count) => document.querySelectorAll('main details').length < count, all);
    const calls = await page.locator('main details code').allTextContents();
    expect(calls).toEqual(expect.arrayContaining(['GET /token', 'GET /helpdesk/people', 'GET /helpdesk/people.csv']));
    expect(calls).not.toContain('GET /history');

    // By keyboard alone: from the field to the call, and into it.
    await page.getByLabel(word.find ?? '', { exact: true }).fill('one page of people');
    await page.waitForFunction(() => document.querySelectorAll('main details').length === 1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText((word['token.scope'] ?? '').replace('{{scope}}', 'see-people')).waitFor();
    await page.getByText('query directory: text (1 to 64)').waitFor();
    await page.getByText('displayName: text').waitFor();
    await look('call');
    await page.getByLabel(word.find ?? '', { exact: true }).fill('nothing like it');
    await page.getByText(word.none ?? '', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
