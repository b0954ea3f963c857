import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RealDirectory, reachRealDirectory } from '../scenarios/real-directories.ts';
import { OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { codeIn } from '../scenarios/start-keyturn.ts';
import { launchBrowser, openPage } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { createWalk } from './walk.ts';

const NEW_PASSWORD = 'Quiet-harbour-at-n00n';

describe('while the directory cannot be reached', () => {
  let browser: Browser;
  let directory: RealDirectory;
  let portal: PortalKeyturn;

  beforeAll(async () => {
    browser = await launchBrowser();
    directory = await reachRealDirectory('openldap');
    portal = await startPortalKeyturn({ directories: [directory.section] });
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
});
