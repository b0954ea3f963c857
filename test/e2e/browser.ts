import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { missingTexts } from './missing-texts.ts';
import { unreadable } from './unreadable.ts';

/**
 * Debian's Chromium without what is around a page (chromium-headless-shell), unless the environment names another one. The engine is the
 * same; a page opened in a context of its own costs two thirds of the processor time.
 */
export const CHROMIUM = process.env.KEYTURN_CHROMIUM ?? '/usr/bin/chromium-headless-shell';
/** The whole browser, where its own settings are what matters: the other one reads none. */
export const WHOLE_CHROMIUM = '/usr/bin/chromium';
const SCRATCH = fileURLToPath(new URL('../../.scratch/pages/', import.meta.url));
const AXE_SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How long anything on a page may take, milliseconds: well below a test's own limit, so that a failure names the place. */
const PATIENCE = 90_000;

/**
 * Debian's Chromium without a window. Close it with `browser.close()`. Throws when the package `chromium-headless-shell` is missing.
 * @param options another program that starts it, and more arguments for it
 */
export async function launchBrowser(options: { executablePath?: string; args?: readonly string[] } = {}): Promise<Browser> {
  const { executablePath = CHROMIUM, args = [] } = options;
  return chromium.launch({
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...args],
  });
}

/** A page and what it must not do: `complaints` collects console errors, script errors, policy violations and requests to other hosts. */
export interface WatchedPage {
  page: Page;
  context: BrowserContext;
  complaints: string[];
}

/**
 * Opens a page in a context of its own. A failed request of a status in `expectedStatuses` is no complaint: Chromium
 * writes those to the console, and a page that shows them well has done its part.
 */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions & { expectedStatuses?: number[] } = {},
): Promise<WatchedPage> {
  const { expectedStatuses = [], ...contextOptions } = options;
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 }, ...contextOptions });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  await page.exposeFunction('keyturnComplain', (text: string) => complaints.push(text));
  await page.addInitScript(() => {
    const complain = (globalThis as unknown as { keyturnComplain: (text: string) => void }).keyturnComplain;
    document.addEventListener('securitypolicyviolation', (event) => {
      complain(`policy ${event.violatedDirective} by ${event.blockedURI} in ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (message.text().startsWith('missing text: ')) missingTexts.push(message.text());
    const status = /status of (\d{3})/.exec(message.text())?.[1];
    if (status === undefined || !expectedStatuses.includes(Number(status))) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`request to ${request.url()}`);
  });
  return { page, context, complaints };
}

/** What keeps people from reading a page: what `axe` finds, and texts that were not written for people; none means an empty array. */
export async function faults(page: Page): Promise<string[]> {
  return [...(await axe(page)), ...(await unreadable(page))];
}

/**
 * Accessibility violations that axe finds for WCAG 2.2 A and AA and its best practices, each as one line with the
 * elements concerned; none means an empty array.
 */
export async function axe(page: Page): Promise<string[]> {
  // By the debugging protocol, which the page's content security policy does not concern.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE_SOURCE);
  return page.evaluate(async () => {
    interface Violation {
      id: string;
      help: string;
      nodes: { target: unknown[]; failureSummary?: string }[];
    }
    const { run } = (globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } }).axe;
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await run({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.map((node) => `${node.target.join(' ')} (${node.failureSummary ?? ''})`).join('; ')}`,
    );
  });
}

/** Keeps a picture of the page in `.scratch/pages/` for looking at. */
export async function screenshot(page: Page, name: string, options: { fullPage?: boolean } = {}): Promise<void> {
  mkdirSync(SCRATCH, { recursive: true });
  await page.screenshot({ path: join(SCRATCH, `${name}.png`), fullPage: options.fullPage ?? true, animations: 'disabled' });
}

/** Whether the page can be scrolled sideways, which nobody should have to do (WCAG 1.4.10). */
export async function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}
