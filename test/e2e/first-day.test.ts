import { Secret, TOTP } from 'otpauth';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inviteByHand } from '../scenarios/invite-by-hand.ts';
import { addPerson, embeddedSection, OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { createMovableClock, type MovableClock } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { wordsOf } from './sign-in-here.ts';
import { plugIn } from './virtual-device.ts';
import { createWalk } from './walk.ts';

const DAY = 24 * 3_600_000;
const HAND = { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true, isMobile: true } as const;
const DESK = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' } as const;

let clock: MovableClock;
let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  clock = createMovableClock();
  [browser, portal] = await Promise.all([
    launchBrowser(),
    startPortalKeyturn({
      directories: [embeddedSection()],
      clock,
      host: 'localhost',
      configuration: {
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['passkey'], ['recovery-code', 'totp']] }] },
      },
    }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

describe.each([
  ['on a phone, in German', HAND, 'de'],
  ['at a desk', DESK, 'en'],
] as const)('somebody’s first day, %s', (_, device, language) => {
  const word = wordsOf(language, 'me');
  const said = (key: string, parameters: Record<string, string | number> = {}) =>
    Object.entries(parameters).reduce((text, [name, value]) => text.replace(`{{${name}}}`, String(value)), word[key] ?? '');

  it('counts from the first moment on, and is told in words that fit where they sit', async () => {
    const [login, other] = [uniqueName('new'), uniqueName('other')];
    for (const name of [login, other]) await addPerson(portal.keyturn, name);
    const link = await inviteByHand(portal.keyturn, login);
    const watched = await openPage(browser, portal.origin, {
      ...device,
      locale: language === 'de' ? 'de-DE' : 'en-GB',
      expectedStatuses: [401, 403],
    });
    const { page, context } = watched;
    const walk = createWalk(page, portal.origin, language);
    await plugIn(page).then((made) => made.presence(false));
    const title = (text: string) => page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
    const press = (text: string) => page.getByRole('button', { name: text, exact: true }).first().click();
    const look = async (what: string) => {
      expect(await faults(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `first-day-${what}-${language}`);
    };
    async function givePair(name: string): Promise<void> {
      await page.getByLabel(walk.text('account.label')).fill(name);
      await page.keyboard.press('Enter');
      // Whose password it is, also where it is that of another account.
      await page.getByText(said('password.hint.of', { account: name })).waitFor();
      await page.getByLabel(word['password.label'] ?? '', { exact: true }).fill(OLD_PASSWORD);
      await page.keyboard.press('Enter');
    }

    await page.goto(link);
    await press(word['invite.button'] ?? '');
    await givePair(login);
    await title(word['proofs.first'] ?? '');
    await look('first');

    await press(word['proofs.add.totp.label'] ?? '');
    await title(word['proofs.totp.title'] ?? '');
    const seed = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '');
    // Nobody scans the screen of the device that they hold.
    const app = page.locator('a', { hasText: word['proofs.totp.open'] ?? '' });
    expect(await app.isVisible()).toBe(device === HAND);
    expect(new URL((await app.getAttribute('href')) ?? '').searchParams.get('secret')).toBe(seed);
    await look('app');
    const totp = () => new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: clock.now() });
    await page.getByLabel(word['proofs.totp.code'] ?? '', { exact: true }).fill(totp());
    await page.keyboard.press('Enter');
    await page.getByText(said('proofs.added.now', { name: word['proofs.totp.name.default'] ?? '' })).waitFor();
    // By a password alone nothing else is to be done here: how it goes on is said.
    await page.getByText(word['proofs.next'] ?? '').waitFor();
    await look('app-added');

    await press(word['proofs.add.recovery-code.label'] ?? '');
    await page.getByText(word['proofs.codes.once.now'] ?? '').waitFor();
    // As a browser does whose owner does not allow it.
    await press(word['proofs.codes.copy'] ?? '');
    await page.getByRole('button', { name: word['proofs.codes.copy.failed'] ?? '', exact: true }).waitFor();
    await look('not-copied');
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: portal.origin });
    await press(word['proofs.codes.copy.failed'] ?? '');
    await page.getByRole('button', { name: word['proofs.codes.copied'] ?? '', exact: true }).waitFor();
    const codes = await page.getByRole('listitem').allTextContents();
    expect((await page.evaluate(() => navigator.clipboard.readText())).trim().split('\n')).toEqual(codes);
    await press(word['proofs.codes.kept'] ?? '');

    await page.getByText(said('proofs.codes.left_other', { count: 10 })).waitFor();
    await context.clearCookies();
    clock.move(DAY);
    await page.goto(`${portal.origin}/me`);
    await givePair(login);
    await page.getByRole('radio', { name: /authenticator/i }).check();
    await walk.press('action.continue');
    await walk.giveCode('totp', totp());
    await title(word['overview.title'] ?? '');
    // Ten codes are one thing that somebody has.
    await page.getByText(said('proofs.codes.left_other', { count: 10 })).waitFor();
    expect(await page.getByRole('listitem').count()).toBe(2);
    expect(await page.getByText(word['proofs.codes.few'] ?? '').count()).toBe(0);
    await look('overview');

    await press(word['activity.title'] ?? '');
    await title(word['activity.title'] ?? '');
    const enrolled = (kind: string) =>
      said('activity.factor', { event: word['event.factor.enrolled'] ?? '', kind: word[`kind.${kind}`] ?? '' });
    await page.getByText(enrolled('totp'), { exact: true }).waitFor();
    await page.getByText(said('activity.times', { event: enrolled('recovery-code'), count: 10 }), { exact: true }).waitFor();
    await look('activity');

    await page.goto(`${portal.origin}/me?page=accounts`);
    await press(word['accounts.link'] ?? '');
    await title(word['accounts.link'] ?? '');
    await page.getByLabel(walk.text('account.label')).fill(other);
    await page.keyboard.press('Enter');
    await page.getByText(said('password.hint.of', { account: other })).waitFor();
    await look('other-password');

    const { deps } = portal.keyturn;
    const [account] = await deps.directories.get('people').findAccounts(login);
    if (account === undefined) throw new Error('no account');
    const rows = (await deps.store.factors.ofAccount(account)).filter(({ kind }) => kind === 'recovery-code');
    for (const { id } of rows.slice(3)) await deps.store.factors.end(id, clock.now());
    await page.goto(`${portal.origin}/me`);
    await page.getByText(said('proofs.codes.left_other', { count: 3 })).waitFor();
    await page.getByText(word['proofs.codes.few'] ?? '').waitFor();
    await look('few');
    expect(watched.complaints).toEqual([]);
    await context.close();
  });
});
