import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordEvent } from '../../src/core/audit/record-event.ts';
import { addPerson, embeddedSection, OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

const CREW = 'Crew';
let portal: PortalKeyturn;
let browser: Browser;

beforeAll(async () => {
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [
        embeddedSection('people', { lockoutThreshold: 3, lockoutMinutes: null }),
        { ...embeddedSection('cloud'), contacts: { email: { attributes: ['mail'] } } },
      ],
      configuration: {
        signIn: { enabled: true },
        roles: [
          {
            name: 'agents',
            may: ['see-people', 'remind-people', 'unlock-account', 'remove-proofs'],
            heldBy: { directories: ['people'], groups: ['Agents'] },
            over: { directories: ['people', 'cloud'] },
          },
        ],
      },
      clock: createMovableClock(),
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

const title = (page: Page, text: RegExp | string) => page.getByRole('heading', { level: 1, name: text }).waitFor();
/** Of the page of a person; that of a case names them too, behind what it is about. */
const personTitle = (login: string) => new RegExp(`^Ada ${login}`);

async function happens(keyturn: PortalKeyturn['keyturn'], login: string, type: 'recovery.frozen'): Promise<void> {
  const [account] = await keyturn.deps.directories.get('people').findAccounts(login);
  if (account === undefined) throw new Error('no account');
  const about = { account: { directory: 'people', id: account.id }, actor: { kind: 'self' as const }, reason: 'notice' };
  await keyturn.deps.store.transaction((store) => recordEvent(store, keyturn.clock, { type, ...about }));
}

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'light'],
  ['dark, on a phone', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'dark'],
  ['light, on a screen of 4K', { colorScheme: 'light', viewport: { width: 3840, height: 2160 } }, '4k'],
] as const)('the helpdesk, %s', (_, options, name) => {
  it('finds people by keyboard alone, with everything in the address', async () => {
    const [agent, family] = [uniqueName('agent'), uniqueName('fam')];
    await addPerson(portal.keyturn, agent, { groups: ['Agents'] });
    const owner = await portal.keyturn.enrol(agent);
    const people = [uniqueName('one'), uniqueName('two')] as const;
    for (const login of people) await addPerson(portal.keyturn, login, { displayName: `Ada ${login} ${family}`, groups: [CREW] });
    await addPerson(portal.keyturn, uniqueName('three'), { displayName: `Bea ${family}`, directory: 'cloud' });
    await portal.keyturn.enrol(people[1], `${people[1]}@home.example`);
    const { page, context, complaints } = await openPage(browser, portal.origin, { ...options, expectedStatuses: [401, 403, 409, 422] });
    const look = async (what: string) => {
      expect(await faults(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `helpdesk-${what}-${name}`);
    };
    portal.keyturn.clock.move(31_000);
    await page.goto(`${portal.origin}/helpdesk`);
    await page.getByLabel('Sign-in name').fill(agent);
    await page.keyboard.press('Enter');
    await page.getByLabel('Password', { exact: true }).fill(OLD_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: /authenticator/ }).check();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').first().fill(owner.totp());
    await page.keyboard.press('Enter');
    await title(page, 'People');
    await page.keyboard.type(family);
    await page.getByText('2 people').waitFor();
    await page.getByText('One person', { exact: true }).waitFor();
    await look('list');
    expect(page.url()).toContain(`/helpdesk?text=${family}`);
    const log = page.getByRole('log', { name: 'What happens now' });
    const freeze = (login: string) => happens(portal.keyturn, login, 'recovery.frozen');
    await freeze(people[0]);
    await freeze(people[0]);
    await log.getByText(`Ada ${people[0]} ${family} says "this was not me": recovery is frozen. (2 times)`).waitFor();
    await look('live');
    await page.keyboard.press('Tab');
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('?');
    await page.getByRole('region', { name: 'Keys' }).waitFor();
    await look('keys');
    await page.keyboard.press('Escape');

    // Down the list from the field, and into the person.
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const second = await page.evaluate(() => document.activeElement?.textContent ?? '');
    await page.keyboard.press('Enter');
    const seen = people.find((login) => second.includes(login)) ?? '';
    await title(page, personTitle(seen));
    await page.getByText('Unlock the account, once the caller is verified').waitFor();
    await page.getByText('you have no role for it').first().waitFor();
    await look('person');
    expect(await page.getByText(`${people[1]}@home.example`).count()).toBe(0);
    // The address leads to the same person, and "back" to the same list.
    await page.reload();
    await title(page, personTitle(seen));
    await page.keyboard.press('Escape');
    await page.getByText('2 people').waitFor();
    // From the person into a case, and back to them.
    await page.getByRole('link', { name: new RegExp(seen) }).press('Enter');
    await page.getByRole('button', { name: 'Unlock the account, once the caller is verified' }).press('Enter');
    await title(page, /Unlock the account of/);
    await look('case');
    await page.getByRole('button', { name: 'Back' }).press('Enter');
    await title(page, personTitle(seen));
    await page.keyboard.press('Escape');
    await page.getByText('2 people').waitFor();
    // Reminders: those who are marked, by a letter, and the whole list.
    await page.getByRole('link', { name: new RegExp(people[0]) }).focus();
    await page.keyboard.press('x');
    expect(await page.getByRole('checkbox', { name: new RegExp(people[0]) }).isChecked()).toBe(true);
    await look('marked');
    await page.getByRole('button', { name: 'Remind the one who is marked' }).press('Enter');
    await page.getByText('Looked at: one person. One mail.').waitFor();
    await look('reminded');
    await page.getByRole('button', { name: 'Close', exact: true }).press('Enter');
    await page.getByRole('button', { name: 'Remind this whole list' }).first().press('Enter');
    await look('remind-all');
    await page.getByRole('button', { name: 'Send the reminders' }).press('Enter');
    await page.getByText('Looked at: 2 people. 0 mails.').waitFor();
    await page.getByText('a reminder went there within a day: 1').waitFor();
    await page.getByText('could recover the account already: 1').waitFor();
    await look('reminded-all');
    const mails = () => portal.keyturn.messages(`${people[0]}@work.example.test`).length;
    await expect.poll(mails).toBeGreaterThan(0);
    await page.getByRole('link', { name: new RegExp(people[0]) }).press('Enter');
    await title(page, personTitle(people[0]));
    await page.keyboard.press('m');
    await page.getByText('No mail was sent: a reminder went there within a day.').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('region', { name: 'Keys' }).getByText('Remove proofs').waitFor();
    await look('person-keys');
    // Whoever types letters by accident switches them off, and none does anything then.
    await page.getByRole('button', { name: 'Switch letters off' }).press('Enter');
    await page.getByRole('button', { name: 'Hide' }).press('Enter');
    await page.keyboard.press('u');
    await page.keyboard.press('?');
    expect(await page.getByRole('region', { name: 'Keys' }).count()).toBe(0);
    await title(page, personTitle(people[0]));
    await page.getByRole('button', { name: 'Keys (?)' }).press('Enter');
    await page.getByRole('button', { name: 'Switch letters on' }).press('Enter');
    await page.keyboard.press('u');
    await title(page, /Unlock the account of/);
    await page.getByRole('button', { name: 'Back' }).press('Enter');
    await title(page, personTitle(people[0]));
    await page.keyboard.press('Escape');
    await page.getByText('2 people').waitFor();
    // A mailbox that the directory has is marked as that, and is no reason for a notice: so it is of everybody there.
    await page.getByRole('link', { name: /^Bea/ }).press('Enter');
    await title(page, /^Bea/);
    await page.getByText('from the directory, not known since when').waitFor();
    await look('of-directory');
    await page.keyboard.press('Escape');
    await page.getByText('2 people').waitFor();
    // What is lost: which kinds is said before the caller is asked.
    await page.getByRole('link', { name: new RegExp(people[1]) }).press('Enter');
    await title(page, personTitle(people[1]));
    await page.getByRole('button', { name: 'Remove proofs, once the caller is verified' }).press('Enter');
    await title(page, /Remove proofs of/);
    expect(await page.getByRole('checkbox').count()).toBe(2);
    await page.getByRole('button', { name: 'Open the case' }).press('Enter');
    await page.getByRole('link', { name: 'Choose what is to be removed.' }).waitFor();
    await look('remove-missing');
    await page.getByRole('checkbox', { name: 'Authenticator app' }).check();
    await page.getByRole('button', { name: 'Open the case' }).press('Enter');
    await page.getByText('To be removed: Authenticator app.').waitFor();
    await look('remove-case');
    await page.getByRole('button', { name: 'Close the case' }).press('Enter');
    await title(page, personTitle(people[1]));
    await page.keyboard.press('Escape');
    await page.getByText('2 people').waitFor();
    await page.getByLabel('Only').selectOption({ label: 'Locked out' });
    await page.getByText('Nobody found').first().waitFor();
    await look('nobody');
    const download = page.waitForEvent('download');
    await page.getByLabel('Only').selectOption({ label: 'Everybody' });
    await page.getByRole('link', { name: /CSV/ }).first().click();
    expect((await download).suggestedFilename()).toBe('people.csv');
    expect(complaints).toEqual([]);
    await context.close();
  });
});

it('tells who has no role that they see nobody here, in German', async () => {
  const login = uniqueName('none');
  await addPerson(portal.keyturn, login);
  const owner = await portal.keyturn.enrol(login);
  const { page, context, complaints } = await openPage(browser, portal.origin, { locale: 'de-DE', expectedStatuses: [401, 403, 409] });
  portal.keyturn.clock.move(31_000);
  await page.goto(`${portal.origin}/helpdesk`);
  await page.getByLabel('Anmeldename').fill(login);
  await page.keyboard.press('Enter');
  await page.getByLabel('Passwort', { exact: true }).fill(OLD_PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /Authenticator/ }).check();
  await page.keyboard.press('Enter');
  await page.getByRole('textbox').first().fill(owner.totp());
  await page.keyboard.press('Enter');
  await title(page, 'Sie können hier keine Personen sehen');
  expect(await faults(page)).toEqual([]);
  await screenshot(page, 'helpdesk-refused-de');
  expect(complaints).toEqual([]);
  await context.close();
});
