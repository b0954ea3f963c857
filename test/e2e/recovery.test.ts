import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { codeIn, type Enrolled } from '../scenarios/start-keyturn.ts';
import { launchBrowser, openPage, screenshot, type WatchedPage } from './browser.ts';
import { createWalk, type Walk, withBlanks } from './walk.ts';
import { WORLDS, type World } from './worlds.ts';

const NEW_PASSWORD = 'Quiet-harbour-at-n00n';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

describe.each(WORLDS)('a person in a browser, on %s', (_kind, openWorld) => {
  let world: World;
  let watched: WatchedPage;
  let walk: Walk;
  let login: string;
  let person: Enrolled;

  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(async () => {
    await world?.portal.close();
    await world?.close();
  });
  beforeEach(async () => {
    login = await world.add();
    person = await world.portal.keyturn.enrol(login);
    watched = await openPage(browser, world.portal.origin);
    walk = createWalk(watched.page, world.portal.origin);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await screenshot(watched.page, `failed-${task.name}`);
    await watched.context.close();
  });
  const mailedCode = async () => codeIn(await world.portal.keyturn.waitForMessage(person.address));

  it('who forgot the password sets a new one, and signs in with it alone', async () => {
    const { page } = watched;
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(login);
    await walk.chooseFactor('email');
    await walk.giveCode('email', withBlanks(await mailedCode()));
    await walk.giveCode('totp', withBlanks(person.totp()));

    await walk.typePassword('short');
    await page.getByText(/^Not yet: At least \d+ characters$/).waitFor();
    await page.getByText('would be guessed at once').waitFor();
    await walk.press('new-password.save');
    await page
      .getByRole('alert')
      .getByText(/too short|At least/)
      .waitFor();
    await walk.typePassword(NEW_PASSWORD);
    await page.getByText(/^Done: At least \d+ characters$/).waitFor();
    await page.getByText('would take years to guess').waitFor();
    const field = page.getByLabel(walk.text('new-password.label'), { exact: true });
    expect(await field.getAttribute('type')).toBe('password');
    await walk.press('new-password.show.label');
    expect(await field.getAttribute('type')).toBe('text');
    await walk.press('new-password.hide.label');
    expect(await field.getAttribute('type')).toBe('password');
    await walk.press('new-password.save');
    await walk.at('done.title.password-reset');

    expect(await world.signsIn(login, NEW_PASSWORD)).toBe(true);
    expect(await world.signsIn(login, OLD_PASSWORD)).toBe(false);
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length])).toEqual([0, 0]);
    expect(watched.complaints).toEqual([]);
  });

  it('whose new password the directory refuses reads why and chooses another one', async () => {
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(login);
    await walk.chooseFactor('email');
    await walk.giveCode('email', await mailedCode());
    await walk.giveCode('totp', person.totp());
    await walk.savePassword(OLD_PASSWORD);
    await watched.page
      .getByRole('alert')
      .getByText(/current password|used that password before/)
      .waitFor();
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    expect(await world.signsIn(login, NEW_PASSWORD)).toBe(true);
    expect(watched.complaints).toEqual([]);
  });

  it('who is locked out unlocks the account and keeps the password', async () => {
    await world.lock(login);
    expect(await world.signsIn(login, OLD_PASSWORD)).toBe(false);
    await walk.open();
    await walk.chooseGoal('unlock-account');
    await walk.nameAccount(login);
    await walk.chooseFactor('email');
    await walk.giveCode('email', await mailedCode());
    await walk.giveCode('totp', person.totp());
    await walk.at('confirm-unlock.title');
    await walk.press('confirm-unlock.save');
    await walk.at('done.title.unlocked');
    expect(await world.signsIn(login, OLD_PASSWORD)).toBe(true);
    expect(watched.complaints).toEqual([]);
  });

  it('who forgot the sign-in name gets it by mail', async () => {
    await walk.open();
    await walk.chooseGoal('find-username');
    await walk.nameAddress(`${login}@work.example.test`);
    await walk.at('done.title.mailed');
    const message = await world.portal.keyturn.waitForMessage(person.address);
    expect(message.text).toContain(login);
    expect(watched.complaints).toEqual([]);
  });
});
