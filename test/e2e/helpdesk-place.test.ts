import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealDirectory, type RealPerson, reachRealDirectory } from '../scenarios/real-directories.ts';
import { embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock, type Enrolled } from '../scenarios/start-keyturn.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { signInHere } from './sign-in-here.ts';

let portal: PortalKeyturn;
let browser: Browser;
let directory: RealDirectory;
let boss: RealPerson & Enrolled;
let unit: string;
let inside: RealPerson;
const family = uniqueName('fam');

beforeAll(async () => {
  directory = await reachRealDirectory('openldap');
  const agent = await directory.createPerson();
  unit = await (await sharedSlapd()).createOrganizationalUnit(uniqueName('Sales'));
  inside = await directory.createPerson({ login: `${family}-inside`, parentDn: unit });
  await directory.createPerson({ login: `${family}-outside` });
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [directory.section, embeddedSection('cloud')],
      configuration: {
        signIn: { enabled: true },
        roles: [
          {
            name: 'agents',
            may: ['see-people'],
            heldBy: { directories: ['people'], accounts: [agent.login] },
            over: { directories: ['people', 'cloud'] },
          },
        ],
      },
      clock: createMovableClock(),
    }),
    launchBrowser(),
  ]);
  boss = { ...agent, ...(await portal.keyturn.enrol(agent.login)) };
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
  await directory?.proxy.stop();
});

async function signIn(page: Page, language: string): Promise<void> {
  await signInHere(page, portal, { ...boss, owner: boss, language });
  await page.goto(`${portal.origin}/helpdesk`);
}

const english = {
  title: 'People',
  directory: 'Directory',
  place: 'Place',
  one: 'One person',
  both: '2 people',
  missing: /This directory has no such place/,
  cannot: /cannot be searched by that/,
};
const german: typeof english = {
  title: 'Personen',
  directory: 'Verzeichnis',
  place: 'Ort',
  one: 'Eine Person',
  both: '2 Personen',
  missing: /Diesen Ort gibt es/,
  cannot: /lässt sich danach nicht durchsuchen/,
};

describe.each([
  ['light', 'en', { colorScheme: 'light', viewport: { width: 1280, height: 800 }, locale: 'en-GB' }, english],
  ['dark', 'de', { colorScheme: 'dark', viewport: { width: 320, height: 640 }, locale: 'de-DE' }, german],
] as const)('the helpdesk, %s, %s', (scheme, language, options, words) => {
  it('finds who is below a place, by keyboard, with the place in the address', async () => {
    const { page, context, complaints } = await openPage(browser, portal.origin, { ...options, expectedStatuses: [401, 403, 409, 422] });
    const look = async (what: string) => {
      expect(await axe(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `helpdesk-place-${what}-${scheme}-${language}`);
    };
    const field = page.getByLabel(words.place, { exact: true });
    await signIn(page, language);
    await page.getByRole('heading', { level: 1, name: words.title }).waitFor();
    await page.keyboard.type(family);
    await page.getByText(words.both).waitFor();
    // A place is one of one directory.
    expect(await field.count()).toBe(0);
    await page.getByLabel(words.directory, { exact: true }).selectOption('people');
    await field.fill(unit);
    await page.keyboard.press('Enter');
    await page.getByText(words.one, { exact: true }).waitFor();
    await page.getByRole('link', { name: new RegExp(inside.login) }).waitFor();
    expect(new URL(page.url()).searchParams.get('place')).toBe(unit);
    await look('found');
    await page.reload();
    await page.getByText(words.one, { exact: true }).waitFor();
    expect(await field.inputValue()).toBe(unit);
    await field.fill(`ou=nowhere,${unit}`);
    await page.keyboard.press('Enter');
    await page.getByText(words.missing).waitFor();
    await look('missing');
    // Another directory has places of its own, or none.
    const address = page.url();
    await page.getByLabel(words.directory, { exact: true }).selectOption('cloud');
    await expect.poll(() => new URL(page.url()).searchParams.get('place')).toBe(null);
    expect(await field.count()).toBe(0);
    await page.goto(address.replace('directory=people', 'directory=cloud'));
    await page.getByText(words.cannot).waitFor();
    await look('cannot');
    await field.fill('');
    await page.keyboard.press('Enter');
    await expect.poll(() => field.count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
