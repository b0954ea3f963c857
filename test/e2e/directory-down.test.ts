import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeEmergencyLink } from '../../src/core/access/emergency.ts';
import { newLogin } from '../conformance/samples.ts';
import { type RealDirectory, reachRealDirectory } from '../scenarios/real-directories.ts';
import { OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { codeIn, createMovableClock, type Enrolled } from '../scenarios/start-keyturn.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { APPEARANCES, signInHere, wordsOf } from './sign-in-here.ts';
import { plugIn } from './virtual-device.ts';
import { createWalk } from './walk.ts';

const NEW_PASSWORD = 'Quiet-harbour-at-n00n';
const ADMINISTRATOR = newLogin('administrator');

describe('while the directory cannot be reached', () => {
  let browser: Browser;
  let directory: RealDirectory;
  let portal: PortalKeyturn;
  let owner: Enrolled | null = null;

  beforeAll(async () => {
    browser = await launchBrowser();
    directory = await reachRealDirectory('openldap');
    portal = await startPortalKeyturn({
      directories: [directory.section],
      configuration: {
        signIn: { enabled: true },
        roles: [{ name: 'administrators', may: ['manage-configuration'], heldBy: { accounts: [ADMINISTRATOR] } }],
      },
      clock: createMovableClock(),
      host: 'localhost',
    });
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), portal?.close()]);
    await directory?.proxy.stop();
  });
  beforeEach(() => directory.proxy.setMode('forward'));
  const takeAway = () => {
    directory.proxy.setMode('refuse');
    directory.proxy.cutAll();
  };

  it('a complete proof is kept, the page waits and goes on by itself; a write that did not happen can be done again', async () => {
    const owner = await directory.createPerson({ password: OLD_PASSWORD });
    const { login } = owner;
    const person = await portal.keyturn.enrol(login);
    const { page, context, complaints } = await openPage(browser, portal.origin, { expectedStatuses: [503] });
    const walk = createWalk(page, portal.origin);
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(login);
    await walk.chooseFactor('email');
    await walk.giveCode('email', codeIn(await portal.keyturn.waitForMessage(person.address)));
    takeAway();
    await walk.giveCode('totp', person.totp());
    await walk.at('waiting.title.directory');
    await page.getByText(/is not answering at the moment. Nothing was changed and your proof is kept/).waitFor();
    directory.proxy.setMode('forward');
    await walk.at('new-password.title');

    takeAway();
    await walk.savePassword(NEW_PASSWORD);
    await page.getByRole('alert').getByText(walk.text('trouble.unavailable')).waitFor();
    expect(await page.getByLabel(walk.text('new-password.label'), { exact: true }).inputValue()).toBe(NEW_PASSWORD);
    expect(await directory.realClientSignsIn(owner, OLD_PASSWORD)).toBe(true);
    directory.proxy.setMode('forward');
    // A server that has failed is passed over for a while.
    portal.keyturn.clock.move(60_000);
    await walk.press('new-password.save');
    await walk.at('done.title.password-reset');
    expect(await directory.realClientSignsIn(owner, NEW_PASSWORD)).toBe(true);
    expect(await directory.realClientSignsIn(owner, OLD_PASSWORD)).toBe(false);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it.each(APPEARANCES)('an administrator who is signed in comes in without it, %s', async (_how, options, locale) => {
    const language = locale.slice(0, 2);
    const word = wordsOf(language, 'admin');
    const { deps } = portal.keyturn;
    if (owner === null) {
      await directory.createPerson({ login: ADMINISTRATOR, password: OLD_PASSWORD });
      owner = await portal.keyturn.enrol(ADMINISTRATOR);
    }
    const { page, context } = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [401, 503] });
    await plugIn(page);
    const press = (text: string | undefined) => page.getByRole('button', { name: text ?? '', exact: true }).click();
    const look = async (what: string) => {
      expect(await axe(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `directory-down-${what}-${locale}`);
    };
    // The emergency was opened before: its passkey is on this device.
    const { address } = await makeEmergencyLink(deps, { author: 'root', reason: 'to be ready', lifetime: 600_000 });
    await page.goto(address);
    await press(word['open.button']);
    await press(word['passkey.button']);
    await press(word['sign-out']);
    await signInHere(page, portal, { login: ADMINISTRATOR, owner, language });
    takeAway();
    await page.goto(`${portal.origin}/admin`);
    await page.getByText(word['no-directory.text'] ?? '').waitFor();
    await page.getByText('keyturn access emergency link').waitFor();
    await look('roles-not-told');
    await press(word['no-directory.without']);
    await page.getByText(word['enter.without'] ?? '').waitFor();
    await look('enter');
    await press(word['enter.return']);
    // A try before this one may have left an emergency of its own.
    await page.getByRole('status').filter({ hasText: 'to be ready' }).first().waitFor();
    expect(await page.getByRole('button', { name: word['configuration.title'] ?? '', exact: true }).isVisible()).toBe(true);
    await context.close();
  });
});
