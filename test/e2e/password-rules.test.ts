import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { codeIn } from '../scenarios/start-keyturn.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { createWalk } from './walk.ts';

const passwordRules = {
  minimumLength: 12,
  characterSets: { required: 3 },
  firstCharacter: ['letter' as const],
  passphraseLength: 20,
  maximumRepeats: 2,
  minimumDifferentCharacters: 6,
  sequences: {},
  names: {},
  denyList: { contains: ['wolperdinger'] },
};

let browser: Browser;
let portal: PortalKeyturn;
beforeAll(async () => {
  [browser, portal] = await Promise.all([
    launchBrowser(),
    startPortalKeyturn({ directories: [embeddedSection()], configuration: { passwordRules } }),
  ]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), portal?.close()]);
});

describe.each([
  { language: 'en', scheme: 'light', width: 1280 },
  { language: 'de', scheme: 'dark', width: 1280 },
  { language: 'de', scheme: 'light', width: 320 },
] as const)('rules of the organisation on the page, in $language, $scheme, $width wide', ({ language, scheme, width }) => {
  it('turn to met or broken as the password is typed, those that stay on the server after a moment', async () => {
    const login = `kwombat${language}${scheme}${width}`;
    await addPerson(portal.keyturn, login);
    const person = await portal.keyturn.enrol(login);
    const watched = await openPage(browser, portal.origin, {
      viewport: { width, height: 900 },
      locale: language,
      colorScheme: scheme,
      reducedMotion: 'reduce',
    });
    const { page } = watched;
    const walk = createWalk(page, portal.origin, language);
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(login);
    await walk.chooseFactor('email');
    await walk.giveCode('email', codeIn(await portal.keyturn.waitForMessage(person.address)));
    await walk.giveCode('totp', person.totp());
    const lines = (state: string) => page.locator(`li[data-state=${state}]`);
    const broken = (amount: number) => expect.poll(() => lines('broken').count(), { timeout: 30_000 }).toBe(amount);
    const looks = async (place: string) => {
      expect(await faults(page)).toEqual([]);
      expect(await scrollsSideways(page)).toBe(false);
      if (process.env.KEYTURN_SCREENSHOTS) await screenshot(page, `rules-${place}-${language}-${scheme}-${width}`);
    };
    // Too short, one kind of characters, three in a row, and a sequence.
    await walk.typePassword('abcdefffg');
    await broken(4);
    await looks('broken');
    // The deny list is judged by the server alone.
    await walk.typePassword('my wolperdinger and 7 owls');
    await broken(1);
    await looks('denied');
    await walk.typePassword('a cupboard of seven quiet owls');
    await broken(0);
    await walk.press('new-password.save');
    await walk.at('done.title.password-reset');
    expect(watched.complaints).toEqual([]);
    await watched.context.close();
  });
});
