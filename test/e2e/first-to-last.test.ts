import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FactorKind } from '../../shared/api/journeys.ts';
import { newPassword } from '../conformance/samples.ts';
import { inviteByHand } from '../scenarios/invite-by-hand.ts';
import { type RealDirectory, type RealPerson, reachRealDirectory } from '../scenarios/real-directories.ts';
import { createMovableClock, type Enrolled, type MovableClock, until } from '../scenarios/start-keyturn.ts';
import { sharedSamba } from '../servers/shared-servers.ts';
import { policyDn } from '../servers/slapd-seed.ts';
import { answers, type SmsGatewayServer, startSmsGateway } from '../servers/sms-gateway.ts';
import { launchBrowser, openPage, screenshot, type WatchedPage } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { plugIn, type VirtualDevice } from './virtual-device.ts';
import { createWalk, type Walk } from './walk.ts';

const DAY = 24 * 3_600_000;

/** One person, from the invitation to the day on which a manager is all that is left; accounts in a Samba domain and in OpenLDAP. */
describe('somebody, from their first day on', () => {
  let domain: RealDirectory;
  let unix: RealDirectory;
  let gateway: SmsGatewayServer;
  let clock: MovableClock;
  let portal: PortalKeyturn;
  let browser: Browser;
  let person: RealPerson;
  let second: RealPerson;
  let manager: RealPerson & Enrolled;
  let watched: WatchedPage;
  let page: Page;
  let walk: Walk;
  let device: VirtualDevice;
  let seed: string;
  let number: string;
  let password: string;
  let texted = 0;

  beforeAll(async () => {
    clock = createMovableClock();
    [domain, unix, gateway, browser] = await Promise.all([
      reachRealDirectory('active-directory', { id: 'office', label: 'Office', historyOnReset: 'two-step' }),
      reachRealDirectory('openldap', { id: 'unix', label: 'Unix' }),
      startSmsGateway(answers(200, 'OK')),
      launchBrowser(),
    ]);
    portal = await startPortalKeyturn({
      host: 'localhost',
      directories: [domain.section, unix.section],
      clock,
      configuration: {
        signIn: { enabled: true, rules: [{ name: 'everybody', accepted: [['password', 'totp']] }] },
        recovery: { rules: [{ name: 'everybody', accepted: [['passkey'], ['sms', 'totp'], ['totp', 'manager']] }] },
        sms: { kind: 'http', countries: ['DE'], gateways: [{ name: 'g', url: gateway.url, json: { to: '{{number}}', text: '{{text}}' } }] },
        roles: [{ name: 'managers', may: ['reset-password', 'unlock-account'], heldBy: { directManager: true } }],
      },
    });
    const boss = await domain.createPerson();
    [person, second] = [await domain.createPerson(), await unix.createPerson()];
    manager = { ...boss, ...(await portal.keyturn.enrol(boss.login)) };
    await (await sharedSamba()).modify(person.dn, { manager: boss.dn });
    password = person.password;
    watched = await openPage(browser, portal.origin, { expectedStatuses: [401, 403, 409, 410, 422] });
    ({ page } = watched);
    walk = createWalk(page, portal.origin);
    device = await plugIn(page);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.close();
    await gateway?.stop();
    await Promise.all([domain?.proxy.stop(), unix?.proxy.stop()]);
  });

  const title = (on: Page, text: RegExp | string) => on.getByRole('heading', { level: 1, name: text }).waitFor();
  const press = (on: Page, name: string | RegExp) => on.getByRole('button', { name }).first().click();
  const texts = () => gateway.calls.map(({ body }) => body).filter((body) => body.includes(number));
  const totpOf = () => new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: clock.now() });
  /** A code of the authenticator counts once: the next one is shown by then. */
  const later = () => clock.move(31_000);

  async function nameAndPassword(on: Page, login: string, given: string): Promise<void> {
    await on.goto(`${portal.origin}/me`);
    await givePair(on, login, given);
  }
  async function givePair(on: Page, login: string, given: string): Promise<void> {
    await on.getByLabel('Sign-in name').fill(login);
    await on.keyboard.press('Enter');
    await on.getByLabel('Password', { exact: true }).fill(given);
    await on.keyboard.press('Enter');
  }
  async function giveTotp(on: Page, code: () => string): Promise<void> {
    later();
    // Where nothing else is left there is no choice.
    const radio = on.getByRole('radio', { name: /authenticator/ });
    await radio
      .or(on.getByRole('heading', { level: 1, name: /code/i }))
      .first()
      .waitFor();
    if ((await radio.count()) > 0) {
      await radio.check();
      await on.keyboard.press('Enter');
    }
    await title(on, /code/i);
    await on.getByRole('textbox').first().fill(code());
    await on.keyboard.press('Enter');
  }
  async function signInFully(on: Page, login: string, given: string, code: () => string): Promise<void> {
    await nameAndPassword(on, login, given);
    await giveTotp(on, code);
    await title(on, /Your account/);
  }
  async function signOut(): Promise<void> {
    await watched.context.clearCookies();
  }
  /** Names the first account, whose owner has the device by them and does not touch it. */
  async function begin(first: FactorKind): Promise<void> {
    await signOut();
    later();
    await device.presence(false);
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(person.login);
    await choose(first);
  }
  async function choose(kind: FactorKind): Promise<void> {
    await page.getByRole('radio', { name: walk.journeyText(`factor.${kind}`) }).waitFor();
    await page.getByText(walk.journeyText(`factor.${kind}`), { exact: true }).click();
    await walk.press('action.continue');
  }
  async function chooseNewPassword(): Promise<void> {
    await walk.at('new-password.title');
    password = newPassword();
    await walk.savePassword(password);
    await walk.at('done.title.password-reset');
  }

  it('is invited, signs in for the first time, and sets up a passkey, an authenticator and a phone', async () => {
    const { deps } = portal.keyturn;
    await page.goto(await inviteByHand({ deps }, person.login, 'office'));
    await title(page, /Set up how you help yourself/);
    await press(page, 'Sign in');
    await givePair(page, person.login, password);
    await title(page, /Set up how you prove that it is you/);

    await press(page, 'Add a passkey');
    await press(page, /^Add$/);
    await page
      .getByText(/is added/)
      .first()
      .waitFor();

    await press(page, 'Add an authenticator app');
    await title(page, /Add an authenticator app/);
    seed = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '');
    await page.getByLabel('Code that the app shows now').fill(totpOf());
    await page.keyboard.press('Enter');
    await page.getByText(/Authenticator app is added/).waitFor();

    number = `+49151${String(Date.now()).slice(-8)}`;
    await press(page, 'Add a mobile number');
    await page.getByLabel('Mobile number', { exact: true }).fill(number);
    await page.keyboard.press('Enter');
    await title(page, /code from your text message/);
    await until(() => texts().length > texted, 'a code by text');
    texted = texts().length;
    await page.getByLabel('Code', { exact: true }).fill(codeOf(texts().at(-1)));
    await page.keyboard.press('Enter');
    await page.getByText(`${number} is added`).waitFor();
    await screenshot(page, 'story-set-up');
  });
  it('links the account in the other directory, the day after: until then whoever made the accounts may know the passwords', async () => {
    await signOut();
    clock.move(DAY + 60_000);
    await signInFully(page, person.login, password, totpOf);
    await press(page, 'Your other accounts');
    await press(page, 'Link another account');
    await givePair(page, second.login, second.password);
    await page.getByText('The account is linked. Both are told by mail.').waitFor();
    clock.move(DAY + 60_000);
  });

  it('forgets everything, and comes back to both by what the phone and the authenticator show', async () => {
    await begin('sms');
    await until(() => texts().length > texted, 'a code by text');
    texted = texts().length;
    await walk.giveCode('sms', codeOf(texts().at(-1)));
    await walk.giveCode('totp', totpOf());
    await walk.at('choose-accounts.title');
    await page.getByText(`${second.login} (Unix)`, { exact: true }).click();
    await walk.press('action.continue');
    await chooseNewPassword();
    expect([await domain.realClientSignsIn(person, password), await unix.realClientSignsIn(second, password)]).toEqual([true, true]);
    expect(await domain.realClientSignsIn(person, person.password)).toBe(false);
    expect(await unix.realClientSignsIn(second, second.password)).toBe(false);
    await screenshot(page, 'story-both');
  });

  it('has a password that has expired changed at sign-in, in the account that was linked', async () => {
    await unix.set(second, { pwdPolicySubentry: policyDn('expiring') });
    // It ends after three seconds, and lets in twice more.
    await until(async () => !(await unix.signsIn(second, password)), 'the end of the password');
    await signOut();
    await nameAndPassword(page, second.login, password);
    await giveTotp(page, totpOf);
    await page.getByText('Your password is right and has expired.', { exact: false }).waitFor();
    await unix.set(second, { pwdPolicySubentry: policyDn('default') });
    const next = newPassword();
    await page
      .getByLabel(/^New password/)
      .first()
      .fill(next);
    await page.keyboard.press('Enter');
    await title(page, /Your account/);
    await screenshot(page, 'story-expired');
    expect(await unix.realClientSignsIn(second, next)).toBe(true);
    expect(await domain.realClientSignsIn(person, password)).toBe(true);
  });

  it('comes back to one of them by the passkey alone', async () => {
    await begin('passkey');
    await device.presence(true);
    await walk.press('passkey.use');
    await walk.at('choose-accounts.title');
    await walk.press('action.continue');
    await chooseNewPassword();
    expect(await domain.realClientSignsIn(person, password)).toBe(true);
  });

  it('loses the phone, and is vouched for by their manager', async () => {
    await begin('totp');
    await walk.giveCode('totp', totpOf());
    await choose('manager');
    await title(page, 'Waiting for your manager');
    const digits = ((await page.getByText(/^[1-9] ?[0-9]$/).textContent()) ?? '').replaceAll(' ', '');
    const his = await openPage(browser, portal.origin, { expectedStatuses: [401, 403, 409, 410, 422] });
    await his.page.goto(`${portal.origin}/me?page=vouch`);
    await givePair(his.page, manager.login, manager.password);
    await giveTotp(his.page, manager.totp);
    await press(his.page, /^Answer/);
    await his.page.getByLabel(/^Two digits/).fill(digits);
    await press(his.page, 'Yes, it is really them');
    await title(his.page, /^You have confirmed/);
    await page.bringToFront();
    // It is a manager's word for the one account: the other one's directory has none.
    await chooseNewPassword();
    expect(await domain.realClientSignsIn(person, password)).toBe(true);
    expect([...his.complaints, ...watched.complaints]).toEqual([]);

    // It is forgotten again: the manager, still signed in, resets it for them, and they choose their own at sign-in.
    await his.page.goto(`${portal.origin}/me`);
    await press(his.page, 'Help somebody else');
    await his.page.getByLabel('Their sign-in name').fill(person.login);
    await his.page.keyboard.press('Enter');
    await press(his.page, 'Set a temporary password');
    await title(his.page, /has a temporary password/);
    const temporary = (await his.page.getByText(/^Kt-.*-x7$/).textContent()) ?? '';
    await his.context.close();
    await signOut();
    await nameAndPassword(page, person.login, temporary);
    await giveTotp(page, totpOf);
    await page.getByText('Your password is right.', { exact: false }).waitFor();
    password = newPassword();
    await page
      .getByLabel(/^New password/)
      .first()
      .fill(password);
    await page.keyboard.press('Enter');
    await title(page, /Your account/);
    expect([await domain.realClientSignsIn(person, password), await domain.realClientSignsIn(person, temporary)]).toEqual([true, false]);
    expect(watched.complaints).toEqual([]);
  });
});

function codeOf(body: string | undefined): string {
  return /\b\d{8}\b/.exec(body ?? '')?.[0] ?? '';
}
