import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../test/e2e/browser.ts';
import { startPortalKeyturn } from '../test/e2e/portal-keyturn.ts';
import { createWalk } from '../test/e2e/walk.ts';
import { addPerson, embeddedSection } from '../test/scenarios/sample-directory.ts';
import { codeIn } from '../test/scenarios/start-keyturn.ts';

/** Makes the pictures of the handbook and the README anew: a person walks through a real Keyturn, in a real browser. */
const FOLDER = join(import.meta.dirname, '..', 'docs', 'images');
const LARGEST = 150_000;

async function take(page: Page, name: string): Promise<void> {
  const path = join(FOLDER, `portal-${name}.png`);
  // Without the focus, whose ring would be on whatever was pressed last.
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.mouse.move(0, 0);
  await page.screenshot({ path, fullPage: true, animations: 'disabled' });
  const { size } = statSync(path);
  if (size > LARGEST) throw new Error(`${path} has ${size} bytes, more than ${LARGEST}`);
  process.stdout.write(`docs/images/portal-${name}.png, ${size} bytes\n`);
}

mkdirSync(FOLDER, { recursive: true });
const browser = await launchBrowser();
const portal = await startPortalKeyturn({ directories: [embeddedSection('people', { historyLength: 10 })] });
try {
  await addPerson(portal.keyturn, 'alice', { displayName: 'Alice Archer' });
  const person = await portal.keyturn.enrol('alice');
  const open = async (options: BrowserContextOptions) =>
    createWalk(await (await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options })).newPage(), portal.origin);

  const desk = await open({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  await desk.open();
  await desk.page.getByText(desk.text('goal.reset-password'), { exact: true }).click();
  await take(desk.page, 'start');
  await desk.chooseGoal('reset-password');
  await desk.nameAccount('alice');
  await desk.chooseFactor('email');
  await take(desk.page, 'code');
  await desk.giveCode('email', codeIn(await portal.keyturn.waitForMessage(person.address)));
  await desk.giveCode('totp', person.totp());
  await desk.typePassword('quiet harbour');
  await desk.page.getByText(/would (be|take)/).waitFor();
  await take(desk.page, 'new-password');
  await desk.page.setViewportSize({ width: 360, height: 740 });
  await desk.page.emulateMedia({ colorScheme: 'dark' });
  await desk.page.locator('html[data-mantine-color-scheme=dark]').waitFor();
  await take(desk.page, 'phone-dark');
} finally {
  await Promise.all([browser.close(), portal.close()]);
}
