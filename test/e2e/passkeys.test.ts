import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, signsIn } from '../scenarios/sample-directory.ts';
import { codeIn, createMovableClock, type Enrolled } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { plugIn } from './virtual-device.ts';
import { createWalk, type Language, type Walk } from './walk.ts';

const DAY = 24 * 3_600_000;
const clock = createMovableClock();
let browser: Browser;
let portal: PortalKeyturn;
beforeAll(async () => {
  [browser, portal] = await Promise.all([
    launchBrowser(),
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: { recovery: { rules: [{ name: 'everybody', accepted: [['passkey'], ['email', 'totp']] }] } },
      clock,
      // Passkeys are for names: an address has none.
      host: 'localhost',
    }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

async function recoverByCodes(walk: Walk, login: string, person: Enrolled, password: string): Promise<void> {
  clock.move(60_000);
  await walk.open();
  await walk.chooseGoal('reset-password');
  await walk.nameAccount(login);
  const before = portal.keyturn.messages(person.address).length;
  await walk.chooseFactor('email');
  await walk.giveCode('email', codeIn(await portal.keyturn.waitForMessage(person.address, before)));
  await walk.giveCode('totp', person.totp());
  await walk.typePassword(password);
  await walk.savePassword(password);
  await walk.at('done.title.password-reset');
}

describe.each([
  ['platform', 'en'],
  ['roaming', 'de'],
] as const)('a passkey on a %s authenticator, in %s', (kind, language: Language) => {
  it('is added at the end of a recovery, and recovers alone once it counts', async () => {
    const login = uniqueName('k');
    await addPerson(portal.keyturn, login);
    const person = await portal.keyturn.enrol(login);
    const watched = await openPage(browser, portal.origin, { locale: language === 'en' ? 'en-GB' : 'de-DE' });
    const { page } = watched;
    const walk = createWalk(page, portal.origin, language);
    const device = await plugIn(page, kind);
    await recoverByCodes(walk, login, person, 'Quiet-harbour-at-n00n');

    await page.getByRole('heading', { name: walk.text('add-passkey.title') }).waitFor();
    // Nobody is sent to sign in where nobody can.
    expect(await page.getByRole('button', { name: walk.text('done.set-up.link') }).count()).toBe(0);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, `passkey-offer-${language}`);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await scrollsSideways(page)).toBe(false);
    await screenshot(page, `passkey-offer-narrow-${language}`);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByLabel(walk.text('add-passkey.name.label')).fill('Key of mine');
    await walk.press('add-passkey.add');
    await page
      .getByText(/Key of mine/)
      .last()
      .waitFor();
    expect(await axe(page)).toEqual([]);
    await screenshot(page, `passkey-added-${language}`);
    expect(await device.passkeys()).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }]);

    clock.move(DAY);
    // Otherwise it would answer at once to what is offered beside the name.
    await device.presence(false);
    await walk.open();
    await walk.chooseGoal('reset-password');
    expect(await axe(page)).toEqual([]);
    await screenshot(page, `passkey-name-${language}`);
    await walk.nameAccount(login);
    await page.getByText(walk.journeyText('factor.passkey'), { exact: true }).click();
    await walk.press('action.continue');
    await walk.at('passkey.title');
    await device.presence(true);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, `passkey-step-${language}`);

    // Somebody who is not recognised by the device gets nowhere, and may try again.
    await device.recognises(false);
    await walk.press('passkey.use');
    await page.getByText(walk.text('passkey.trouble.cancelled')).waitFor();
    await screenshot(page, `passkey-cancelled-${language}`);
    await device.recognises(true);
    await walk.press('passkey.use');
    await walk.typePassword('Third-harbour-at-n00n');
    await walk.savePassword('Third-harbour-at-n00n');
    await walk.at('done.title.password-reset');
    expect(await page.getByRole('heading', { name: walk.text('add-passkey.title') }).count()).toBe(0);
    expect(await signsIn(portal.keyturn, login, 'Third-harbour-at-n00n')).toBe(true);

    // Without a name: by the button, and by what the browser offers in the field.
    await device.presence(false);
    await walk.open();
    await walk.chooseGoal('reset-password');
    await device.recognises(false);
    await device.presence(true);
    await walk.press('passkey.use');
    await page.getByText(walk.text('passkey.trouble.cancelled')).waitFor();
    await device.recognises(true);
    // What is offered beside the field is chosen by nobody but the device here; the page goes on by itself.
    if (kind === 'platform') await page.goto(`${portal.origin}/?goal=reset-password`);
    else await walk.press('passkey.use');
    await walk.typePassword('Fourth-harbour-at-n00n');
    await walk.savePassword('Fourth-harbour-at-n00n');
    await walk.at('done.title.password-reset');
    expect(await signsIn(portal.keyturn, login, 'Fourth-harbour-at-n00n')).toBe(true);
    expect(watched.complaints).toEqual([]);
    await watched.context.close();
  });
});
