import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, openPage } from './browser.ts';
import { type ScriptedPortal, startScriptedPortal } from './scripted-portal.ts';
import { SITE } from './scripted-steps.ts';

// A link that is pasted into a tab which shows its page already: only the fragment is another one, and the browser loads nothing.

let portal: ScriptedPortal;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([startScriptedPortal(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

const SECRET = 'x'.repeat(43);

it.each([
  ['/not-me', 'This link is not complete', 'It was not me: stop recovery'],
  ['/invite', 'This link is not complete', 'Sign in'],
  ['/first-reset', 'This link no longer works', 'Continue'],
  ['/helpdesk-link', 'This link no longer works', 'Continue'],
  ['/go-on', 'This code no longer works', 'Continue'],
])('is opened at %s', async (path, cut, button) => {
  portal.reply = (call) => (call.path === '/api/v1/site' ? { status: 200, body: { ...SITE, signIn: true } } : undefined);
  const { page, context, complaints } = await openPage(browser, portal.origin);
  await page.goto(`${portal.origin}${path}`);
  await page.getByRole('heading', { name: cut }).waitFor();
  await page.goto(`${portal.origin}${path}#${SECRET}`);
  await page.locator('[type=submit]', { hasText: button }).waitFor();
  expect(await page.getByRole('heading', { name: cut }).count()).toBe(0);
  // Past the navigation goes an anchor of the page itself, which is no link.
  await page
    .locator('a[href^="#"]')
    .first()
    .evaluate((anchor: HTMLElement) => anchor.click());
  expect(new URL(page.url()).hash).not.toBe(`#${SECRET}`);
  await page.locator('[type=submit]', { hasText: button }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});
