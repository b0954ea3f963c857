import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEmergencyLink } from '../../src/core/access/emergency.ts';
import { configurationJsonSchema } from '../../src/core/configuration/configuration-json-schema.ts';
import { embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { launchBrowser, openPage } from './browser.ts';
import { keyboardFaults, pressByKeyboard, tabTo } from './by-keyboard.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { wordsOf } from './sign-in-here.ts';
import { plugIn } from './virtual-device.ts';

const POOL = ['pet', 'school', 'street', 'book', 'song', 'dish'].map((id) => ({ id, en: `Your first ${id}?`, de: `Frage ${id}?` }));

let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: {
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['passkey'], ['email', 'totp']] }] },
        factors: { questions: { pool: POOL } },
        roles: [{ name: 'chiefs', may: ['manage-configuration', 'manage-roles'], heldBy: { accounts: ['frida'] } }],
        notices: { mails: [{ notice: 'code', language: 'en', subject: 'A code', body: '{{what}}\n\n{{code}}' }] },
      },
      clock: createMovableClock(),
      host: 'localhost',
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

const word = wordsOf('en', 'admin');
const say = (key: string, values: Record<string, string | number> = {}) =>
  Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{{${name}}}`, String(value)), word[key] ?? key);
const at = (page: Page, text: string) => page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();

/** Lets somebody in for an emergency, without a mouse. */
async function enter(page: Page): Promise<void> {
  const { address } = await makeEmergencyLink(portal.keyturn.deps, { author: 'root', reason: 'no mouse', lifetime: 600_000 });
  await plugIn(page);
  await page.goto(address);
  await at(page, say('open.title'));
  expect(await keyboardFaults(page)).toEqual([]);
  await pressByKeyboard(page, say('open.button'));
  await at(page, say('passkey.title'));
  await pressByKeyboard(page, say('passkey.button'));
  await at(page, say('title'));
}

const SECTIONS = Object.keys((configurationJsonSchema().properties ?? {}) as object).filter((name) => name !== 'version');
const PAGES = [
  ...['', '?page=configuration', '?page=configuration&view=versions', '?page=configuration&version=1'],
  ...['?page=rules', '?page=questions', '?page=try', '?page=health', '?page=queue', '?page=threat', '?page=roles', '?page=tokens'],
  ...['?page=reports', '?page=history', ...SECTIONS.map((name) => `?page=configuration&section=${name}`)],
];

describe('the administration, by the keyboard alone', () => {
  it('comes to everything on every page, and shows where it is', async () => {
    const { page, complaints, context } = await openPage(browser, portal.origin, { expectedStatuses: [401, 403] });
    await enter(page);
    const found: Record<string, string[]> = {};
    for (const address of PAGES) {
      await page.goto(`${portal.origin}/admin${address}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForFunction(() => document.querySelector('main [aria-busy=true]') === null);
      // What is asked for arrives after the heading of some pages.
      await page.waitForLoadState('networkidle');
      const faults = await keyboardFaults(page);
      if (faults.length > 0) found[address] = faults;
    }
    expect(found).toEqual({});
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('changes the configuration, brings an old version back, and raises a threat', async () => {
    const { page, complaints, context } = await openPage(browser, portal.origin, { expectedStatuses: [401, 403] });
    await enter(page);
    await pressByKeyboard(page, say('configuration.title'));
    await at(page, say('configuration.title'));
    await pressByKeyboard(page, 'Helpdesk');
    await at(page, 'Helpdesk');
    await tabTo(page, 'Case minutes');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('45');
    await tabTo(page, 'Ticket needed');
    await page.keyboard.press('y');
    await page.keyboard.press('Tab');
    await pressByKeyboard(page, say('configuration.review'));
    await at(page, say('review.title'));
    await tabTo(page, say('review.comment'));
    await page.keyboard.type('More time');
    await page.keyboard.press('Enter');
    await at(page, say('versions.version', { version: 2 }));
    expect(JSON.parse((await portal.keyturn.deps.store.configurations.current())?.document ?? '{}')).toMatchObject({
      helpdesk: { caseMinutes: 45, ticketNeeded: true },
    });

    await pressByKeyboard(page, say('versions.title'));
    await at(page, say('versions.title'));
    await pressByKeyboard(page, say('versions.version', { version: 1 }));
    await at(page, say('versions.version', { version: 1 }));
    await pressByKeyboard(page, say('versions.bring-back'));
    await at(page, say('review.title'));
    await pressByKeyboard(page, say('review.save'));
    await at(page, say('versions.version', { version: 3 }));

    await page.goto(`${portal.origin}/admin?page=threat`);
    await at(page, say('threat.title'));
    await tabTo(page, say('threat.reason'));
    await page.keyboard.type('calls by impostors');
    await page.keyboard.press('Enter');
    await page.getByText('calls by impostors').first().waitFor();
    expect(await keyboardFaults(page)).toEqual([]);
    await pressByKeyboard(page, say('threat.lift'));
    await page.getByText(say('threat.is-noted')).first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
