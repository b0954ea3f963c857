import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPassword } from '../conformance/samples.ts';
import { newestFirst } from '../scenarios/by-time.ts';
import { type RealPerson, reachRealDirectory } from '../scenarios/real-directories.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from '../scenarios/sample-directory.ts';
import type { KeyturnOptions } from '../scenarios/start-keyturn.ts';
import { codeIn, createMovableClock, type Enrolled, holdsCode, type MovableClock, until } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways, type WatchedPage } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { createWalk, type Walk } from './walk.ts';

const DAY = 24 * 3_600_000;

/** Two directories, and somebody with an account in each, both by the same password. */
interface World {
  directories: KeyturnOptions['directories'];
  labels: readonly [string, string];
  create(portal: PortalKeyturn): Promise<readonly [string, string]>;
  /** Whether a client that knows nothing of Keyturn gets in, where the directory is a real one. */
  signsIn(portal: PortalKeyturn, which: 0 | 1, password: string): Promise<boolean>;
  close(): Promise<unknown>;
}

async function embedded(): Promise<World> {
  const logins = [uniqueName('one'), uniqueName('two')] as const;
  const ids = ['office', 'unix'] as const;
  return {
    directories: ids.map((id) => embeddedSection(id, { minimumAgeHours: 0 })),
    labels: ['Directory office', 'Directory unix'],
    async create({ keyturn }) {
      for (const [index, directory] of ids.entries()) await addPerson(keyturn, logins[index] ?? '', { directory });
      return logins;
    },
    signsIn: ({ keyturn }, which, password) => signsIn(keyturn, logins[which], password, ids[which]),
    close: () => Promise.resolve(),
  };
}

async function domainAndOpenldap(): Promise<World> {
  const [domain, unix] = await Promise.all([
    reachRealDirectory('active-directory', { id: 'office', label: 'Office', historyOnReset: 'two-step' }),
    reachRealDirectory('openldap', { id: 'unix', label: 'Unix' }),
  ]);
  let people: [RealPerson, RealPerson];
  return {
    directories: [domain.section, unix.section],
    labels: ['Office', 'Unix'],
    async create() {
      people = [await domain.createPerson({ password: OLD_PASSWORD }), await unix.createPerson({ password: OLD_PASSWORD })];
      return [people[0].login, people[1].login];
    },
    signsIn: (_portal, which, password) => (which === 0 ? domain : unix).realClientSignsIn(people[which], password),
    close: () => Promise.all([domain.proxy.stop(), unix.proxy.stop()]),
  };
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

describe.each([
  ['two directories of its own', embedded, 'own'],
  ['a Samba domain and OpenLDAP', domainAndOpenldap, 'real'],
] as const)('somebody with accounts in %s', (_, openWorld, name) => {
  let world: World;
  let portal: PortalKeyturn;
  let clock: MovableClock;
  let logins: readonly [string, string];
  let person: Enrolled;
  let watched: WatchedPage;
  let walk: Walk;
  let mailed = 0;

  beforeAll(async () => {
    clock = createMovableClock();
    world = await openWorld();
    portal = await startPortalKeyturn({
      directories: world.directories,
      clock,
      configuration: {
        signIn: { enabled: true },
        recovery: {
          rules: [
            {
              name: 'everybody',
              accepted: [
                ['email', 'totp'],
                ['email', 'linked-account'],
              ],
            },
          ],
        },
      },
    });
    logins = await world.create(portal);
    person = await portal.keyturn.enrol(logins[0]);
    watched = await openPage(browser, portal.origin, { expectedStatuses: [401, 403], viewport: { width: 360, height: 740 } });
    walk = createWalk(watched.page, portal.origin);
  });
  afterAll(async () => {
    await watched?.context.close();
    await portal?.close();
    await world?.close();
  });

  const label = (which: 0 | 1) => `${logins[which]} (${world.labels[which]})`;
  const title = (text: RegExp) => watched.page.getByRole('heading', { level: 1, name: text }).waitFor();
  const look = async (what: string) => {
    expect(await axe(watched.page), what).toEqual([]);
    expect(await scrollsSideways(watched.page), what).toBe(false);
    await screenshot(watched.page, `linked-${name}-${what}`);
  };
  const bothSignIn = async (password: string) => [await world.signsIn(portal, 0, password), await world.signsIn(portal, 1, password)];

  async function signInToFirst(password: string): Promise<void> {
    const { page } = watched;
    clock.move(31_000);
    await page.goto(`${portal.origin}/me`);
    await page.getByLabel('Sign-in name').fill(logins[0]);
    await page.keyboard.press('Enter');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: /authenticator/ }).check();
    await page.keyboard.press('Enter');
    await walk.giveCode('totp', person.totp());
    await title(/Your account/);
  }

  /** Names the first account and gives the code that is mailed; the choice of the second proof is there then. */
  async function beginRecovery(): Promise<void> {
    clock.move(31_000);
    const codes = () => portal.keyturn.messages(person.address).filter(holdsCode);
    mailed = codes().length;
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(logins[0]);
    await walk.chooseFactor('email');
    await until(() => codes().length > mailed, 'a code by mail');
    const [newest] = newestFirst(codes());
    await walk.giveCode('email', newest === undefined ? '' : codeIn(newest));
    await watched.page.getByRole('radio').first().waitFor();
  }
  async function choose(kind: 'totp' | 'linked-account'): Promise<void> {
    await watched.page.getByText(walk.journeyText(`factor.${kind}`), { exact: true }).click();
    await walk.press('action.continue');
  }

  it('links the second one', async () => {
    const { page } = watched;
    // Until then whoever has set the passwords may know them.
    clock.move(DAY + 60_000);
    await signInToFirst(OLD_PASSWORD);
    await page.getByRole('button', { name: 'Your other accounts' }).click();
    await page.getByRole('button', { name: 'Link another account' }).click();
    await page.getByLabel('Sign-in name').fill(logins[1]);
    await page.keyboard.press('Enter');
    await page.getByLabel('Password', { exact: true }).fill(OLD_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('The account is linked. Both are told by mail.').waitFor();
    // It counts once its cool-down is over.
    clock.move(DAY + 60_000);
  });

  let changed: string;
  it('changes both by the current password of each', async () => {
    const { page } = watched;
    await signInToFirst(OLD_PASSWORD);
    await page.getByRole('button', { name: 'Change password' }).click();
    await title(/Change password/);
    await page.getByText(label(1), { exact: true }).click();
    changed = newPassword();
    await page.getByLabel(`Current password of ${label(0)}`, { exact: true }).fill(OLD_PASSWORD);
    await page.getByLabel(`Current password of ${label(1)}`, { exact: true }).fill('Not-the-Passw0rd-of-it');
    await page.getByLabel('New password', { exact: true }).fill(changed);
    await page.keyboard.press('Enter');
    // Nothing is begun for one while something is known to stand in the way of the other.
    await page
      .getByText(`${label(1)}:`)
      .first()
      .waitFor();
    await look('change-wrong');
    expect(await bothSignIn(OLD_PASSWORD)).toEqual([true, true]);
    await page.getByLabel(`Current password of ${label(1)}`, { exact: true }).fill(OLD_PASSWORD);
    await page.keyboard.press('Enter');
    await title(/Your password is changed/);
    await look('changed');
    expect(await page.getByRole('listitem').filter({ hasText: 'Password changed' }).count()).toBe(2);
    expect(await bothSignIn(changed)).toEqual([true, true]);
    expect(await bothSignIn(OLD_PASSWORD)).toEqual([false, false]);
  });

  let reset: string;
  it('forgets both, and resets them in one recovery', async () => {
    const { page } = watched;
    await beginRecovery();
    await choose('totp');
    await walk.giveCode('totp', person.totp());
    await walk.at('choose-accounts.title');
    await look('choose');
    await page.getByText(label(1), { exact: true }).click();
    await walk.press('action.continue');
    await walk.at('new-password.title');
    await look('new-password');
    reset = newPassword();
    await walk.savePassword(reset);
    await walk.at('done.title.password-reset');
    await look('done');
    for (const which of [0, 1] as const)
      await page
        .getByRole('listitem')
        .filter({ hasText: label(which) })
        .waitFor();
    expect(await bothSignIn(reset)).toEqual([true, true]);
    expect(await bothSignIn(changed)).toEqual([false, false]);
  });

  it('proves the first one by the password of the second one, once that is not new any more', async () => {
    const { page } = watched;
    await beginRecovery();
    await choose('linked-account');
    await page.getByText('None of your other accounts counts at the moment', { exact: false }).waitFor();
    await look('not-usable');
    expect(await page.getByRole('radio').count()).toBe(1);

    clock.move(DAY + 60_000);
    await beginRecovery();
    await choose('linked-account');
    await walk.at('linked-password.title');
    await look('linked-password');
    await page.getByLabel(`Password of ${label(1)}`, { exact: true }).fill('Not-the-Passw0rd-of-it');
    await page.keyboard.press('Enter');
    await page.getByText('That did not count.', { exact: false }).first().waitFor();
    await page.getByLabel(`Password of ${label(1)}`, { exact: true }).fill(reset);
    await page.keyboard.press('Enter');
    const password = newPassword();
    await walk.typePassword(password);
    await walk.savePassword(password);
    await walk.at('done.title.password-reset');
    expect([await world.signsIn(portal, 0, password), await world.signsIn(portal, 1, reset)]).toEqual([true, true]);
    expect(watched.complaints).toEqual([]);
  });
});
