import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { APPEARANCES, signInHere, wordsOf } from './sign-in-here.ts';

type Browser = Awaited<ReturnType<typeof launchBrowser>>;

describe.each(APPEARANCES)('what a change of the rules does to people, %s', (_, options, locale) => {
  const language = locale.slice(0, 2);
  const word = wordsOf(language, 'admin');
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

  it('is told before it is saved, with names and as a list, and asks for what was not looked up', async () => {
    const owner = await portal.keyturn.enrol(chief);
    const { page, complaints, context } = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [401, 403] });
    const look = async (what: string) => {
      expect(await axe(page), what).toEqual([]);
      await screenshot(page, `draft-count-${what}-${locale}`);
      expect(await scrollsSideways(page), what).toBe(false);
    };
    const press = (text: string | undefined) => page.getByRole('button', { name: text ?? '', exact: true }).click();
    await signInHere(page, portal, { login: chief, owner, language });
    await page.goto(`${portal.origin}/admin?page=configuration&section=recovery`);
    // People of the laboratory would have to give what none of them has.
    const accepted = page.locator('[id="recovery.rules[0].accepted[0]"]');
    await accepted.getByLabel('recovery-code', { exact: true }).check();
    await press(word['configuration.review']);
    await page.getByText(say('count.none')).waitFor();
    await press(word['count.begin']);
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
    await press(word['configuration.review']);
    await page.getByText(say('draft-count.not-looked-up', { names: 'Archive' })).waitFor();
    await look('not-looked-up');
    await press(word['count.again']);
    await page.getByText(say('draft-count.nobody')).waitFor();
    await look('nobody');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
