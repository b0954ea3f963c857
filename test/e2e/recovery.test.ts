import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RealPerson, reachRealDirectory } from '../scenarios/real-directories.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from '../scenarios/sample-directory.ts';
import { codeIn, type Enrolled } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { launchBrowser, openPage, screenshot, type WatchedPage } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { createWalk, type Walk, withBlanks } from './walk.ts';

const NEW_PASSWORD = 'Quiet-harbour-at-n00n';

/** A directory as this test needs it: one that Keyturn keeps itself, and a real domain. */
interface World {
  portal: PortalKeyturn;
  add(): Promise<string>;
  lock(login: string): Promise<void>;
  signsIn(login: string, password: string): Promise<boolean>;
  close(): Promise<unknown>;
}

async function openEmbedded(): Promise<World> {
  const portal = await startPortalKeyturn({ directories: [embeddedSection()] });
  return {
    portal,
    async add() {
      const login = uniqueName('p');
      await addPerson(portal.keyturn, login);
      return login;
    },
    async lock(login) {
      for (let attempt = 0; attempt < 5; attempt += 1) await signsIn(portal.keyturn, login, 'wrong');
    },
    signsIn: (login, password) => signsIn(portal.keyturn, login, password),
    close: () => Promise.resolve(),
  };
}

async function openDomain(): Promise<World> {
  const directory = await reachRealDirectory('active-directory', { historyOnReset: 'two-step' });
  const people = new Map<string, RealPerson>();
  const person = (login: string): RealPerson => {
    const known = people.get(login);
    if (known === undefined) throw new Error(`no person ${login}`);
    return known;
  };
  return {
    portal: await startPortalKeyturn({ directories: [directory.section] }),
    async add() {
      const owner = await directory.createPerson({ password: OLD_PASSWORD });
      people.set(owner.login, owner);
      return owner.login;
    },
    lock: (login) => directory.lock(person(login)),
    signsIn: (login, password) => directory.realClientSignsIn(person(login), password),
    close: () => directory.proxy.stop(),
  };
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

describe.each([
  ['embedded', openEmbedded],
  ['active-directory', openDomain],
] as const)('a person in a browser, on %s', (_kind, openWorld) => {
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
