import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEmergencyLink, retireEmergencies } from '../../src/core/access/emergency.ts';
import { recordEvent } from '../../src/core/audit/record-event.ts';
import { liftThreat } from '../../src/core/threat/threat.ts';
import { consoleAuthor } from '../../src/core/threat/threat-author.ts';
import { prove, startJourney } from '../scenarios/journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, PROTECTED_GROUP } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { plugIn } from './virtual-device.ts';

let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: {
        signIn: { enabled: true },
        roles: [
          { name: 'administrators', may: ['manage-roles', 'view-history'], heldBy: { groups: ['Administrators'], directManager: false } },
          { name: 'managers', may: ['reset-password', 'unlock-account'], heldBy: { directManager: true } },
        ],
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

const wordsOf = (language: string, file: string) =>
  JSON.parse(readFileSync(join('locales', language, `${file}.json`), 'utf8')) as Record<string, string>;
const title = (page: Page, text: string | undefined) => page.getByRole('heading', { level: 1, name: text ?? '' }).waitFor();

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const)('administration, %s', (_, options, locale) => {
  const language = locale.slice(0, 2);
  const [word, portalWord, meWord] = [wordsOf(language, 'admin'), wordsOf(language, 'portal'), wordsOf(language, 'me')];
  const told = wordsOf(language, 'history');
  const open = async (name: string) => {
    const watched = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [401, 403, 410] });
    const { page } = watched;
    const look = async (what: string) => {
      expect(await faults(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `${name}-${what}-${locale}`);
    };
    const press = (text: string | undefined) => page.getByRole('button', { name: text ?? '', exact: true }).click();
    return { ...watched, page, look, press };
  };

  const enter = async (name: string, login: string) => {
    const owner = await portal.keyturn.enrol(login);
    const watched = await open(name);
    const { page, press } = watched;
    portal.keyturn.clock.move(31_000);
    await page.goto(`${portal.origin}/admin`);
    await press(word['enter.sign-in']);
    await page.getByLabel(portalWord['account.label'] ?? /Sign-in name|Anmeldename/).fill(login);
    await page.keyboard.press('Enter');
    await page.locator('input[type=password]').fill(OLD_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: /authenticator/i }).check();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').first().fill(owner.totp());
    await page.keyboard.press('Enter');
    return watched;
  };

  it('lets one in for an emergency, who makes a passkey and comes back by it, and says so on every page until it is retired', async () => {
    const { deps } = portal.keyturn;
    const { address } = await makeEmergencyLink(deps, { author: 'root', reason: 'all groups are gone', lifetime: 600_000 });
    const { page, look, press, context } = await open('emergency');
    await plugIn(page);
    await page.goto(address);
    await title(page, word['open.title']);
    await look('link');
    await press(word['open.button']);
    await title(page, word['passkey.title']);
    expect(page.url()).toBe(`${portal.origin}/admin`);
    await look('passkey');
    await press(word['passkey.button']);
    await title(page, word.title);
    const notice = page.getByRole('status').filter({ hasText: 'all groups are gone' });
    await notice.waitFor();
    await look('home');
    for (const [name, where] of [
      ['configuration', word['configuration.title']],
      ['history', word['history.title']],
      ['threat', word['threat.title']],
      ['roles', word['roles.title']],
    ] as const) {
      await press(where);
      await title(page, where);
      expect(await notice.isVisible(), name).toBe(true);
      if (name === 'history')
        await page
          .getByText(told['event.emergency.passkey-made'] ?? '')
          .first()
          .waitFor();
      if (name === 'configuration') await page.getByRole('button', { name: 'Guard', exact: true }).waitFor();
      await look(name);
      await page.goBack();
      await title(page, word.title);
    }
    await press(word['threat.title']);
    await press(word['threat.raise']);
    await page.getByRole('alert').waitFor();
    await page.getByLabel(word['threat.reason'] ?? '').fill('calls by impostors');
    await press(word['threat.raise']);
    await page.getByText('calls by impostors').first().waitFor();
    await page.getByText(word['threat.lift.text'] ?? '').waitFor();
    await look('threat-raised');
    await press(word['threat.lift']);
    await page
      .getByText(word['threat.is-noted'] ?? '')
      .first()
      .waitFor();
    await look('threat-noted');
    expect(await liftThreat(deps, consoleAuthor('root'))).toBe(true);
    await page.goto(`${portal.origin}/admin`);
    await title(page, word.title);
    expect(await page.getByText('calls by impostors').count()).toBe(0);
    await page.goto(`${portal.origin}/me`);
    await title(page, meWord['emergency.title']);
    await look('me');
    await press(meWord['emergency.go']);
    await press(word['sign-out']);
    await title(page, word.title);
    await look('out');
    await press(word['enter.return']);
    await notice.waitFor();

    await retireEmergencies(deps, 'root');
    await page.reload();
    await page.getByRole('button', { name: word['enter.return'] ?? '' }).click();
    await page.getByRole('alert').waitFor();
    await page.goto(address);
    await press(word['open.button']);
    await page.getByRole('alert').waitFor();
    await look('spent');
    await context.close();
  });

  it('looks through the history by person, group and time, with all of it in the address', async () => {
    const [frida, alice] = [uniqueName('frida'), uniqueName('alice')];
    for (const [login, groups] of [
      [frida, ['Administrators']],
      [alice, []],
    ] as const)
      await addPerson(portal.keyturn, login, { groups: [...groups] });
    const { deps } = portal.keyturn;
    const [account] = await deps.directories.get('people').findAccounts(alice);
    const frozen = { type: 'recovery.frozen', account: { directory: 'people', id: account?.id ?? '' }, actor: { kind: 'self' } } as const;
    await deps.store.transaction((store) => recordEvent(store, deps.clock, { ...frozen, reason: 'not-me' }));
    const { page, look, press, context } = await enter('history', frida);
    await title(page, word.title);
    await press(word['history.title']);
    await title(page, word['history.title']);
    const shown = page.getByRole('listitem');
    await shown.first().waitFor();
    await page.getByLabel(word['history.person'] ?? '').fill(alice);
    await page.keyboard.press('Enter');
    await page.getByText(`${alice} (people)`, { exact: false }).first().waitFor();
    expect(new URL(page.url()).searchParams.get('person')).toBe(alice);
    await page.getByText(word['history.end'] ?? '').waitFor();
    const count = await page.locator('main ol > li').count();
    expect(count).toBeGreaterThan(0);
    await page.locator('main summary').first().click();
    await look('person');

    // By account now, which stays when somebody is called otherwise.
    await page
      .getByRole('button', { name: (word['history.all-of'] ?? '').replace(/\{\{account\}\}.*/, alice) })
      .first()
      .click();
    await page.waitForURL(/account=/);
    await page.getByText(word['history.end'] ?? '').waitFor();
    expect(await page.locator('main ol > li').count()).toBe(count);
    await page.goBack();
    await page.waitForURL(/person=/);

    await page.getByLabel(word['history.group'] ?? '', { exact: true }).selectOption('helpdesk');
    await press(word['history.search']);
    await page.getByText(word['history.none'] ?? '').waitFor();
    await look('nothing');
    await page.getByLabel(word['history.person'] ?? '').fill(uniqueName('nobody'));
    await press(word['history.search']);
    await page.getByText(word['history.about.nobody'] ?? '').waitFor();
    await press(word['history.everything']);
    await shown.first().waitFor();
    expect(new URL(page.url()).search).toBe('?page=history');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: word['history.export'] ?? '' }).click(),
    ]);
    expect(readFileSync(await file.path(), 'utf8')).toMatch(/^seq,at,type,sentence,accounts,facts\n\d+,/);
    await context.close();
  });

  it('reports what was done in numbers, each with its table and its file', async () => {
    const report = wordsOf(language, 'reports');
    const [frida, alice] = [uniqueName('frida'), uniqueName('alice')];
    await addPerson(portal.keyturn, frida, { groups: ['Administrators'] });
    await addPerson(portal.keyturn, alice);
    const owner = await portal.keyturn.enrol(alice);
    const wrong = await startJourney(portal.origin, alice);
    await wrong.answer({ option: 'email' });
    await wrong.answer({ code: '00000000' });
    const right = await startJourney(portal.origin, alice, 'unlock-account');
    await prove(portal.keyturn, right, owner);
    const { page, look, press, context, complaints } = await enter('reports', frida);
    await title(page, word.title);
    await press(word['reports.title']);
    await title(page, report.title);
    await page.getByRole('button', { name: alice }).waitFor();
    await page.getByRole('heading', { name: report['locked.title'] ?? '' }).waitFor();
    for (const summary of await page.locator('main summary').all()) await summary.click();
    await look('page');
    await page.getByLabel(report.days ?? '', { exact: true }).selectOption('90');
    await page.getByLabel(report['saved.low'] ?? '').fill('10');
    await page.waitForURL('**/admin?page=reports&days=90&low=10&high=90');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: (report['export.of'] ?? '').replace('{{title}}', report['factors.title'] ?? '') }).click(),
    ]);
    expect(readFileSync(await file.path(), 'utf8')).toMatch(/^kind,accepted,refused\n/);
    await page.getByRole('button', { name: alice }).first().click();
    await title(page, word['history.title']);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('explains roles to who may see them, shows the history, and refuses who has none', async () => {
    const [frida, alice] = [uniqueName('frida'), uniqueName('alice')];
    await addPerson(portal.keyturn, frida, { groups: ['Administrators'] });
    await addPerson(portal.keyturn, alice);
    const { page, look, press, context } = await enter('roles', frida);
    await title(page, word.title);
    await page.goto(`${portal.origin}/me`);
    await press(meWord['overview.admin']);
    await title(page, word.title);
    expect(await page.getByRole('button', { name: word['configuration.title'] ?? '', exact: true }).count()).toBe(0);
    await press(word['roles.title']);
    await press(word['roles.button']);
    await page.getByRole('alert').waitFor();
    await look('missing');
    await page.getByLabel(word['roles.account'] ?? '').fill(frida);
    await page.getByLabel(word['roles.target'] ?? '').fill(alice);
    await page.keyboard.press('Enter');
    await page
      .getByText(word['refusal.no-role'] ?? '')
      .first()
      .waitFor();
    await page.getByText(`${word['roles.held.true']}`).first().waitFor();
    await look('explained');
    // What protects somebody is told in the language of the page.
    const greta = uniqueName('greta');
    await addPerson(portal.keyturn, greta, { groups: [PROTECTED_GROUP] });
    await page.getByLabel(word['roles.account'] ?? '').fill(greta);
    await page.keyboard.press('Enter');
    await page.getByText((word['protected-by.group'] ?? '').replace('{{name}}', PROTECTED_GROUP)).waitFor();
    await look('protected');
    await context.close();

    const other = await enter('refused', alice);
    await title(other.page, word['refused.title']);
    await other.look('page');
    await other.context.close();
  });
});
