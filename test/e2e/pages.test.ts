import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Step } from '../../shared/api/journeys.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type Call, problem, type Reply, type ScriptedPortal, startScriptedPortal } from './scripted-portal.ts';
import { DEMO_MESSAGES, DEMO_PEOPLE, SITE, STEPS } from './scripted-steps.ts';

let portal: ScriptedPortal;
let browser: Browser;

beforeAll(async () => {
  [portal, browser] = await Promise.all([startScriptedPortal(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

const expiresAt = new Date(Date.now() + 20 * 60_000).toISOString();
const site = (more: object = {}): Reply => ({ status: 200, body: { ...SITE, ...more } });

/** A server whose journey stands at `step`. */
const standingAt = (step: Step) => (call: Call) => {
  if (call.path === '/api/v1/site') return site();
  if (call.method === 'GET') return { status: 200, body: { step, expiresAt } };
  if (call.path.endsWith('/password-check')) return { status: 200, body: { verdicts: [], acceptable: true, strength: 4 } };
  return { status: 200, body: { step } };
};
const demoServer = (call: Call): Reply | undefined => {
  if (call.path === '/api/v1/site') return site({ demo: true });
  if (call.path === '/api/v1/demo/accounts') return { status: 200, body: DEMO_PEOPLE };
  if (call.path === '/api/v1/demo/messages') return { status: 200, body: DEMO_MESSAGES };
  if (call.path.startsWith('/api/v1/demo/authenticator/')) {
    return { status: 200, body: { code: '492039', expiresAt: new Date(Date.now() + 17_000).toISOString() } };
  }
  return undefined;
};
const plainServer = (call: Call) => (call.path === '/api/v1/site' ? site() : undefined);
const failing =
  (status: number, code: string, more: object = {}) =>
  (call: Call): Reply =>
    call.path === '/api/v1/site' ? site() : { status, body: problem(status, code, more) };

interface PageCase {
  name: string;
  path: string;
  reply: ScriptedPortal['reply'];
  statuses?: number[];
  /** Makes the browser another one before the page loads. */
  arrange?: (page: Page) => Promise<unknown>;
  /** Brings the page into the state to look at. */
  prepare?: (page: Page) => Promise<unknown>;
  shows: RegExp;
}

const submit = (page: Page) => page.locator('[type=submit]').click();
const stepPage = (name: keyof typeof STEPS, shows: RegExp, prepare?: PageCase['prepare']): PageCase => ({
  name,
  path: '/recover',
  reply: standingAt(STEPS[name]),
  shows,
  ...(prepare === undefined ? {} : { prepare }),
});

const PAGES: PageCase[] = [
  { name: 'start', path: '/', reply: plainServer, shows: /What do you need/ },
  {
    name: 'start-nothing',
    path: '/',
    reply: (call) => (call.path === '/api/v1/site' ? site({ goals: [] }) : undefined),
    shows: /Nothing can be done here at present/,
  },
  { name: 'start-error', path: '/', reply: plainServer, prepare: submit, shows: /There is a problem/ },
  {
    name: 'address',
    path: '/?goal=find-username',
    reply: (call) => (call.path === '/api/v1/site' ? site({ goals: ['find-username'] }) : undefined),
    shows: /Which e-mail address/,
  },
  { name: 'account', path: '/?goal=reset-password', reply: plainServer, shows: /Which account/ },
  {
    name: 'account-slow-down',
    path: '/?goal=reset-password',
    reply: failing(429, 'guard.slow-down', { retryAfter: 600, instance: 'req-7f3a' }),
    statuses: [429],
    prepare: async (page) => {
      await page.getByLabel('Sign-in name').fill('alice');
      await submit(page);
    },
    shows: /You can try again from .*Reference for the helpdesk: req-7f3a/s,
  },
  stepPage('proof-of-work', /goes on by itself[\s\S]*0 %/),
  stepPage('proof-of-work-again', /There is a problem[\s\S]*Back to the code/),
  {
    ...stepPage('proof-of-work', /could not do the calculation[\s\S]*The calculation did not work/),
    name: 'proof-of-work-impossible',
    // As on a page without https, where browsers have no cryptography.
    arrange: (page) => page.addInitScript(() => Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined })),
  },
  stepPage('choose-factor', /How do you want to prove/),
  stepPage('choose-factor-next', /Done so far: Code by e-mail/),
  stepPage('code-email', /Send another code/),
  stepPage('code-totp', /There is a problem[\s\S]*You can try once more/),
  stepPage('linked-password', /Password of alice\.admin/),
  { ...stepPage('linked-password', /There is a problem[\s\S]*Enter the password\./, submit), name: 'linked-password-missing' },
  stepPage('linked-password-several', /There is a problem[\s\S]*alice\.lab[\s\S]*Password of that account/),
  stepPage('choose-accounts', /Locked/),
  stepPage('new-password', /checked when you save/),
  {
    ...stepPage('new-password', /would (be guessed|take)/, async (page) => {
      await page.getByLabel('New password', { exact: true }).fill('Alice-short');
      await submit(page);
    }),
    name: 'new-password-error',
  },
  {
    ...stepPage('new-password', /Here is a suggestion/, async (page) => {
      await page.getByRole('button', { name: 'Suggest a passphrase' }).click();
      await page.getByText('would take years to guess').waitFor();
    }),
    name: 'new-password-suggested',
  },
  stepPage('new-password-rest', /Not changed[\s\S]*Leave the rest/),
  stepPage('confirm-unlock', /Your password stays as it is/),
  stepPage('waiting-directory', /goes on by itself/),
  stepPage('waiting-manager', /goes on by itself/),
  stepPage('done', /Phones will ask/),
  stepPage('done-mixed', /Part of it worked/),
  stepPage('done-mailed', /Check your mailbox/),
  stepPage('refused', /could not confirm/),
  {
    ...stepPage('code-email', /Stop and start again/, (page) => page.getByRole('button', { name: 'Cancel and start again' }).click()),
    name: 'cancel',
  },
  { name: 'expired', path: '/recover', reply: failing(410, 'journey.expired'), statuses: [410], shows: /This took too long/ },
  { name: 'ended', path: '/recover', reply: failing(401, 'journey.not-found'), statuses: [401], shows: /No recovery is open/ },
  {
    name: 'unavailable',
    path: '/recover',
    reply: failing(503, 'directory.unavailable', { instance: 'req-1' }),
    statuses: [503],
    shows: /not available at the moment/,
  },
  { name: 'not-me', path: '/not-me#abcdefghijklmnopqrstuvwxyz', reply: plainServer, shows: /Nobody can recover this account/ },
  { name: 'not-me-incomplete', path: '/not-me', reply: plainServer, shows: /not complete/ },
  { name: 'not-found', path: '/nowhere', reply: plainServer, shows: /no such page/ },
  { name: 'demo', path: '/demo', reply: demoServer, shows: /492039/ },
];

const WIDTHS = [360, 768, 1280];
const SCHEMES = ['light', 'dark'] as const;
/**
 * Whether axe looks at a page in this scheme and width. A scheme changes colours alone and the middle width lies between two that are
 * looked at: light at both ends and dark on the phone show every rule once. `npm run verify:long` looks at all of them.
 */
const looks = (scheme: (typeof SCHEMES)[number], width: number): boolean =>
  process.env.KEYTURN_LONG !== undefined || width === 360 || (scheme === 'light' && width === 1280);

describe('each page', () => {
  it.each(PAGES)('$name is accessible, fits and keeps the policy', async ({ name, path, reply, statuses, arrange, prepare, shows }) => {
    portal.reply = reply;
    const { page, context, complaints } = await openPage(browser, portal.origin, { expectedStatuses: statuses ?? [] });
    await arrange?.(page);
    await page.goto(portal.origin + path);
    await page.locator('h1').waitFor();
    await prepare?.(page);
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden does not count as shown.
    await page.waitForFunction((pattern) => new RegExp(pattern.source, pattern.flags).test(document.body.innerText), {
      source: shows.source,
      flags: shows.flags,
    });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: width < 500 ? 740 : 900 });
        if (looks(colorScheme, width)) expect(await faults(page), `${name} ${colorScheme} ${width}`).toEqual([]);
        expect(await scrollsSideways(page), `${name} ${width} scrolls sideways`).toBe(false);
        if (process.env.KEYTURN_SCREENSHOTS) await screenshot(page, `${name}-${width}-${colorScheme}`);
      }
    }
    expect(await page.title()).toContain('Northwind Traders');
    expect(complaints).toEqual([]);
    await context.close();
  });

  it.each(PAGES)('$name fits in German and mirrored, at 200 % on a small screen', async ({ name, path, reply, statuses, arrange }) => {
    portal.reply = reply;
    const { page, context, complaints } = await openPage(browser, portal.origin, {
      expectedStatuses: statuses ?? [],
      locale: 'de-DE',
      // 200 % zoom of a 640 px window is a window of 320 CSS pixels.
      viewport: { width: 320, height: 400 },
      deviceScaleFactor: 2,
    });
    await arrange?.(page);
    await page.goto(portal.origin + path);
    await page.locator('html[lang=de] h1').waitFor();
    expect(await scrollsSideways(page), `${name} in German`).toBe(false);
    if (process.env.KEYTURN_SCREENSHOTS) await screenshot(page, `${name}-german`);
    await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
    expect(await scrollsSideways(page), `${name} mirrored`).toBe(false);
    if (process.env.KEYTURN_SCREENSHOTS) await screenshot(page, `${name}-mirrored`);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
