import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reachRealDirectory } from '../scenarios/real-directories.ts';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock, until } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { APPEARANCES, signInHere, wordsOf } from './sign-in-here.ts';

type Browser = Awaited<ReturnType<typeof launchBrowser>>;

describe.each(APPEARANCES)('what a change of the rules does to people, %s', (_, options, locale) => {
  const language = locale.slice(0, 2);
  const [word, meWord] = [wordsOf(language, 'admin'), wordsOf(language, 'me')];
  const say = (key: string, values: Record<string, string | number> = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{{${name}}}`, String(value)), word[key] ?? key);
  const chief = uniqueName('chief');
  let portal: PortalKeyturn;
  let browser: Browser;
  beforeAll(async () => {
    [portal, browser] = await Promise.all([
      startPortalKeyturn({
        directories: [embeddedSection()],
        configuration: {
          signIn: { enabled: true },
          recovery: {
            rules: [
              { name: 'laboratory', when: { groups: ['Laboratory'], directories: ['people'] }, accepted: [['email', 'totp']] },
              { name: 'everybody', accepted: [['email', 'totp']] },
            ],
          },
          roles: [{ name: 'chiefs', may: ['manage-configuration'], heldBy: { accounts: [chief] } }],
        },
        clock: createMovableClock(),
        host: 'localhost',
      }),
      launchBrowser(),
    ]);
    await addPerson(portal.keyturn, chief);
    for (const [login, displayName] of [
      ['nina', 'Nina Nowak'],
      ['omar', 'Omar Okafor'],
    ] as const) {
      await addPerson(portal.keyturn, login, { displayName, groups: ['Laboratory'] });
      await portal.keyturn.enrol(login);
    }
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.close();
  });

  it('is told beside each rule while it is changed, then before it is saved, with names and as a list', async () => {
    const owner = await portal.keyturn.enrol(chief);
    const { page, complaints, context } = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [401, 403, 422] });
    const look = async (what: string) => {
      expect(await faults(page), what).toEqual([]);
      await screenshot(page, `draft-count-${what}-${locale}`);
      expect(await scrollsSideways(page), what).toBe(false);
    };
    const press = (text: string | undefined) => page.getByRole('button', { name: text ?? '', exact: true }).click();
    await signInHere(page, portal, { login: chief, owner, language });
    await page.goto(`${portal.origin}/admin?page=configuration&section=recovery`);
    const [laboratory, everybody] = [0, 1].map((nth) => page.locator(`[id="recovery.rules[${nth}]"]`)) as [Locator, Locator];
    const unknown = say('draft-count.rule.unknown');
    await page.getByText(say('draft-count.none')).waitFor();
    for (const rule of [laboratory, everybody]) await rule.getByText(unknown).waitFor();
    await look('nobody-counted');
    await press(word['count.begin']);
    await laboratory.getByText(say('count.rule', { able: 2, stranded: 0 })).waitFor();
    await everybody.getByText(say('count.rule', { able: 1, stranded: 0 })).waitFor();
    await look('in-force');

    // People of the laboratory would have to give what none of them has.
    const kind = page.locator('[id="recovery.rules[0].accepted[0]"]').getByLabel(meWord['kind.recovery-code'] ?? '', { exact: true });
    await kind.check();
    await laboratory.getByText(say('draft-count.rule', { able: 0, stranded: 2 })).waitFor();
    await everybody.getByText(say('draft-count.rule', { able: 1, stranded: 0 })).waitFor();
    await page.getByText(say('draft-count.recovery.lost_other', { count: 2 })).waitFor();
    await look('rows');
    await kind.uncheck();
    await laboratory.getByText(say('draft-count.rule', { able: 2, stranded: 0 })).waitFor();
    await page.getByText(say('draft-count.nobody')).waitFor();

    // What is weak about a rule stands beside it with its clause, and beside no other; a cycle with the way that it takes.
    const combination = page.locator('[id="recovery.rules[1].accepted[0]"]');
    const weak = /^Very weak: whoever reads the mailbox.*NIST SP 800-63B-4 4\.2\.2\.2/;
    await combination.getByLabel(meWord['kind.totp'] ?? '', { exact: true }).uncheck();
    await everybody.getByText(weak).waitFor();
    expect(await page.getByText(weak).count()).toBe(1);
    await look('weak');
    await everybody.getByRole('button', { name: 'Recovery › Rules › 2. everybody › Accepted › 1', exact: true }).click();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('recovery.rules[1].accepted[0]');
    await combination.getByLabel(meWord['kind.linked-account'] ?? '', { exact: true }).check();
    await everybody.getByText(/a cycle, A recovers B recovers A/).waitFor();
    await look('cycle');
    await combination.getByLabel(meWord['kind.linked-account'] ?? '', { exact: true }).uncheck();
    await combination.getByLabel(meWord['kind.totp'] ?? '', { exact: true }).check();
    await page.getByText(say('draft-count.nobody')).waitFor();
    await page
      .getByText(word['draft-problems.checking'] ?? '')
      .first()
      .waitFor({ state: 'detached' });
    expect(await everybody.getByText('Recovery › Rules › 2. everybody').count()).toBe(0);
    // What could not be saved has no numbers.
    const name = laboratory.locator('[id="recovery.rules[0].name"]');
    await name.fill('everybody');
    await laboratory.getByText(unknown).waitFor();
    await everybody.getByText('Another rule has this name already').waitFor();
    await look('not-in-order');
    await name.fill('laboratory');
    await kind.check();
    await page.getByText(say('draft-count.recovery.lost_other', { count: 2 })).waitFor();
    await press(word['configuration.review']);
    await page.getByText(say('draft-count.recovery.lost_other', { count: 2 })).waitFor();
    const what = say('draft-count.recovery.lost.one');
    await page.getByText(say('draft-count.person', { name: 'Nina Nowak', login: 'nina', directory: 'people', what })).waitFor();
    await look('stranded');
    const [download] = await Promise.all([page.waitForEvent('download'), press(word['draft-count.list'])]);
    const list = await readFile(await download.path(), 'utf8');
    expect(list.split('\n')).toHaveLength(4);
    expect(list).toContain('people,omar,Omar Okafor,');

    // A group that was not looked up: nothing is said until people are counted with it.
    await press(word['configuration.sections']);
    await page.getByRole('button', { name: 'Recovery', exact: true }).click();
    await page.locator('[id="recovery.rules[0].when.groups"]').fill('Archive');
    for (const rule of [laboratory, everybody]) await rule.getByText(unknown).waitFor();
    await press(word['configuration.review']);
    await page.getByText(say('draft-count.not-looked-up', { names: 'Archive' })).waitFor();
    await look('not-looked-up');
    await press(word['count.again']);
    await page.getByText(say('draft-count.nobody')).waitFor();
    await page.getByText(`laboratory: ${say('draft-count.rule.nobody')}`).waitFor();
    await look('nobody');

    // What rests on directories is not known before they are in force, and no number looks as if it was.
    await press(word['configuration.sections']);
    await press('Directories');
    await page.locator('[id="directories[0].label"]').fill('Everybody');
    await press(word['configuration.sections']);
    await press('Recovery');
    await laboratory.getByText(say('draft-count.rule.as-if', { settings: 'Directories' })).waitFor();
    await page.getByText(say('draft-count.not-counted', { settings: 'Directories' })).waitFor();
    await page.getByText(say('draft-count.nobody.by-rules')).waitFor();
    await look('directories');

    // Who looks at the rules in force is told where the others are counted.
    await press(word['configuration.sections']);
    await press(wordsOf(language, 'portal')['action.back']);
    await press(word['rules.title']);
    await page.getByText(say('rules.draft')).waitFor();
    await look('rules-in-force');

    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe('a count that was begun for a change', () => {
  const [word, meWord] = [wordsOf('en', 'admin'), wordsOf('en', 'me')];
  const chief = uniqueName('chief');
  let portal: PortalKeyturn;
  let browser: Browser;
  let far: Awaited<ReturnType<typeof reachRealDirectory>>;
  beforeAll(async () => {
    far = await reachRealDirectory('openldap');
    [portal, browser] = await Promise.all([
      startPortalKeyturn({
        directories: [embeddedSection(), { ...far.section, id: 'far' }],
        configuration: {
          signIn: { enabled: true },
          recovery: { rules: [{ name: 'everybody', accepted: [['email', 'totp']] }] },
          roles: [{ name: 'chiefs', may: ['manage-configuration'], heldBy: { directories: ['people'], accounts: [chief] } }],
        },
        clock: createMovableClock(),
        host: 'localhost',
      }),
      launchBrowser(),
    ]);
    await addPerson(portal.keyturn, chief);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.close();
    await far?.proxy.stop();
  });

  it('ends with the next change and with the page, and the one of somebody else goes on', async () => {
    const owner = await portal.keyturn.enrol(chief);
    const { page, complaints, context } = await openPage(browser, portal.origin, { expectedStatuses: [401, 403] });
    const { peopleCounts } = portal.keyturn.deps.store;
    const press = (text: string | undefined) => page.getByRole('button', { name: text ?? '', exact: true }).click();
    await signInHere(page, portal, { login: chief, owner, language: 'en' });
    await page.goto(`${portal.origin}/admin?page=configuration&section=recovery`);
    const kind = page.locator('[id="recovery.rules[0].accepted[0]"]').getByLabel(meWord['kind.recovery-code'] ?? '', { exact: true });
    // It comes to no end while this directory does not answer.
    far.proxy.setMode('stall');
    const begin = async () => {
      await press(word['count.begin']);
      await page.getByRole('button', { name: word['count.cancel'] ?? '' }).waitFor();
      const begun = await peopleCounts.latest();
      expect(begun).toMatchObject({ author: chief, outcome: 'running' });
      return begun?.id;
    };
    const isCancelled = async (id: string | undefined) => {
      await until(async () => (await peopleCounts.latest())?.outcome !== 'running', 'the end of a count');
      expect(await peopleCounts.latest()).toMatchObject({ id, outcome: 'cancelled' });
    };
    await kind.check();
    const first = await begin();
    await kind.uncheck();
    await isCancelled(first);

    await kind.check();
    const second = await begin();
    await press(word['configuration.sections']);
    await isCancelled(second);

    await press(word['configuration.review']);
    const third = await begin();
    await press(word['configuration.sections']);
    await isCancelled(third);

    // Another node counts for somebody else.
    const now = portal.keyturn.clock.now() + 1000;
    expect(await peopleCounts.begin({ id: 'elsewhere', configuration: 1, author: 'frida', begunAt: now, wait: 'frida' }, 0)).toBe(true);
    await press(word['configuration.review']);
    await page.getByText('frida').waitFor();
    await press(word['configuration.sections']);
    await page.getByRole('heading', { level: 1, name: word['configuration.title'] ?? '' }).waitFor();
    expect(await peopleCounts.latest()).toMatchObject({ id: 'elsewhere', outcome: 'running' });
    expect(complaints).toEqual([]);
    await context.close();
  });
});
