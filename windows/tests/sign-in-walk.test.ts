import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { buildWeb } from '../../scripts/build-web.ts';
import { newLogin } from '../../test/conformance/samples.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from '../../test/e2e/browser.ts';
import { createWalk } from '../../test/e2e/walk.ts';
import { until } from '../../test/scenarios/start-keyturn.ts';
import { type SambaServer, startSamba } from '../../test/servers/samba.ts';
import type { SambaUser } from '../../test/servers/samba-directory.ts';
import { type ConnectProxy, startConnectProxy } from './kiosk/connect-proxy.ts';
import { ids, type KioskWindow, type WindowState } from './kiosk/kiosk-bench.ts';
import { type SignInBench, startSignInBench } from './kiosk/sign-in-bench.ts';
import { type Enrolled, type ServedKeyturn, serveKeyturn } from './served-keyturn.ts';

/*
 * From the tile on the sign-in screen to Active Directory and back: an installed client, its service, its window, a Keyturn as operators
 * run it, and a real domain controller. In place of Windows stand only a screen that asks what LogonUI asks, and what wine cannot tell of
 * tokens, keyboards and domains (wine/create-test-system.cpp).
 */

const OLD_PASSWORD = 'Old-Passw0rd-of-mine';
const NEW_PASSWORD = 'a Quiet harbour at noon 7';
const READY = 'Opens a window in which you prove who you are.';
let bench: SignInBench;
let window: KioskWindow;
let samba: SambaServer;
let keyturn: ServedKeyturn;
let browser: Browser;
let company: ConnectProxy | undefined;

beforeAll(async () => {
  await buildWeb();
  [bench, samba, browser] = await Promise.all([startSignInBench(), startSamba(), launchBrowser()]);
  window = bench.window;
  keyturn = await serveKeyturn(samba, `https://localhost:${bench.proxy.port}`);
  bench.proxy.upstream = keyturn.url;
});
afterAll(async () => {
  await browser?.close();
  await bench?.close();
  await keyturn?.stop();
  await samba?.stop();
});
afterEach(async () => {
  await bench.closeScreen();
  await until(async () => !(await window.read()).open, 'the window to go with the screen');
  bench.play('domain.txt', null);
  bench.play('clock-stands.txt', null);
  bench.proxy.change = null;
  await bench.configure({ PortalUrl: `https://localhost:${bench.proxy.port}/` });
  await bench.setProxy(null);
  await company?.close();
  company = undefined;
  expect(bench.complaints).toEqual([]);
});

interface Person extends Enrolled, Pick<SambaUser, 'login' | 'userPrincipalName'> {}

async function newPerson(): Promise<Person> {
  const login = newLogin();
  const user = await samba.createUser({
    login,
    password: OLD_PASSWORD,
    givenName: 'Dana',
    surname: login,
    mail: `${login}@work.example.test`,
  });
  const enrolled = await keyturn.enrol(login);
  expect(await samba.kerberosLogin(login, OLD_PASSWORD)).toBe(true);
  return { ...user, ...enrolled };
}

/** Opens the window from the tile below "Other user", where nobody is named. Returns what the client logs from here on. */
async function openBelowOtherUser(link: 'reset' | 'unlock' = 'reset'): Promise<() => string[]> {
  const known = bench.events().length;
  await bench.openScreen();
  const tile = await bench.select();
  expect(tile).toMatchObject({ below: 'Other user', reset: 'Forgot password?', unlock: 'Unlock account', status: READY });
  expect((await bench.click(link)).status).toMatch(/^Opening password help\./);
  await window.page('Which account?');
  await bench.untilScreen('the tile to say that it is open', ({ status }) => status.startsWith('Password help is open'));
  return () => bench.events().slice(known);
}

async function nameAccount(name: string): Promise<void> {
  await window.page('Which account?');
  await window.fill(name);
  await window.press('submit');
}

async function proveByMail(person: Person): Promise<void> {
  await window.page('How do you want to prove it is you?');
  await window.press('submit');
  await window.page('Enter the code from your e-mail');
  await window.fill(await keyturn.mailedCode(person.address));
  await window.press('submit');
  await window.page('Enter the code from your authenticator app');
}

/** From the account's page, with a name in it, to the end. */
async function reset(person: Person): Promise<WindowState> {
  await proveByMail(person);
  await window.fill(person.totp());
  await window.press('submit');
  await window.page('Choose a new password', 'new-password-active-directory');
  // The domain's policy refuses this one; nothing is changed.
  await window.fill('alllowercase');
  await window.press('submit');
  await window.until('the refusal', ({ controls }) => controls.some(({ id }) => id === ids.notice));
  expect(await samba.kerberosLogin(person.login, OLD_PASSWORD)).toBe(true);
  await window.fill(NEW_PASSWORD);
  await window.press('submit');
  return window.page('Your password is changed', 'done-active-directory');
}

async function expectNewPassword(login: string): Promise<void> {
  expect(await samba.kerberosLogin(login, NEW_PASSWORD)).toBe(true);
  expect(await samba.kerberosLogin(login, OLD_PASSWORD)).toBe(false);
}

/** After a goal that was reached: the box for the password, and a tile that says no more than before. */
async function expectPasswordBox(events: () => string[], goal = 'reset-password'): Promise<void> {
  const back = await bench.untilScreen('the password box', ({ isAtPassword }) => isAtPassword);
  expect(back.enumerations).toBe(2);
  expect(events()).toEqual([`1|${goal}`, expect.stringMatching(/^2\|100\|\d+$/)]);
  expect((await bench.select()).status).toBe(READY);
}

const says = (state: WindowState, start: string) => state.controls.find(({ text }) => text.startsWith(start))?.text;

it('a password that was forgotten is reset below "Other user", and the person is back where it is typed', async () => {
  const person = await newPerson();
  const events = await openBelowOtherUser();
  // The account that the window runs under is lent by the installed service.
  expect(bench.wine.processes('KeyturnLogonHost.exe')).toHaveLength(1);
  expect(bench.wine.processes('KeyturnKiosk.exe')).toHaveLength(1);
  await nameAccount(`${samba.domain}\\${person.login}`);
  await reset(person);
  expect((await bench.untilScreen('the tile', () => true)).enumerations).toBe(1);
  await window.press('close');
  await expectPasswordBox(events);
  await expectNewPassword(person.login);
});

it('an account that was locked is unlocked from the other link, and keeps its password', async () => {
  const person = await newPerson();
  await samba.lockUser(person);
  expect(await samba.kerberosLogin(person.login, OLD_PASSWORD)).toBe(false);
  const events = await openBelowOtherUser('unlock');
  await nameAccount(person.login);
  await proveByMail(person);
  await window.fill(person.totp());
  await window.press('submit');
  await window.page('Unlock your account?');
  await window.press('submit');
  await window.page('Your account is unlocked', 'unlocked-active-directory');
  await window.press('close');
  await expectPasswordBox(events, 'unlock-account');
  expect(await samba.kerberosLogin(person.login, OLD_PASSWORD)).toBe(true);
});

it('a window that is ended from outside is told on the tile, changes nothing, and the next one leads to the end', async () => {
  const person = await newPerson();
  const events = await openBelowOtherUser();
  await nameAccount(person.login);
  await proveByMail(person);
  // As the task manager and `taskkill` do it.
  await window.command('end', 1);
  const told = await bench.untilScreen('the tile to tell', ({ status }) => status.startsWith('Password help ended by a fault'));
  expect(told).toMatchObject({ below: 'Other user', enumerations: 1 });
  expect(told.status).toContain('(window 0x00000001)');
  expect(events()).toEqual(['1|reset-password', expect.stringMatching(/^10\|0x00000001\|/)]);
  expect(await samba.kerberosLogin(person.login, OLD_PASSWORD)).toBe(true);

  const other = await newPerson();
  await bench.click('reset');
  await nameAccount(other.login);
  await reset(other);
  await window.press('close');
  await bench.untilScreen('the password box', ({ isAtPassword }) => isAtPassword);
  await expectNewPassword(other.login);
  expect(await samba.kerberosLogin(person.login, OLD_PASSWORD)).toBe(true);
});

it('a user who is listed is named in the window, away from the company network and behind a proxy', async () => {
  const person = await newPerson();
  company = await startConnectProxy(bench.proxy.port);
  await bench.setProxy(company.address);
  bench.play('domain.txt', 'not-reached');
  // Nobody listens there: what arrives came through the proxy.
  await bench.configure({ PortalUrl: 'https://localhost:1/', PrefillUser: 1, AwayMessage: 'Start the VPN by the symbol below.' });
  bench.proxy.requests.length = 0;
  const known = bench.events().length;
  await bench.openScreen({ sid: 'S-1-5-21-1-2-3-1001', name: `${samba.domain}\\${person.login}` });
  expect((await bench.select('S-1-5-21-1-2-3-1001')).below).toBe('S-1-5-21-1-2-3-1001');
  await bench.click('reset');
  const first = await window.page('Which account?');
  const AWAY = 'This computer is away from the company network.';
  expect(says(first, AWAY)).toMatch(/Start the VPN by the symbol below\.$/);
  expect(first.controls.find(({ id }) => id === ids.field)?.text).toBe(`${samba.domain}\\${person.login}`);
  await window.press('submit');
  const last = await reset(person);
  expect(says(last, AWAY)).toBeDefined();
  // The new password does not work here yet, so nobody is told to sign in with it now.
  expect(says(last, 'What to do')).toBe('What to do once this computer is on the company network');
  await window.press('close');
  await expectPasswordBox(() => bench.events().slice(known));
  await expectNewPassword(person.login);
  expect(bench.proxy.requests.some(({ method, path }) => method === 'POST' && path === '/api/v1/journeys')).toBe(true);
  expect([...new Set(company.asked.map(({ target }) => target))]).toEqual(['localhost:1']);
});

it('a window whose screen goes away ends its recovery at the server', async () => {
  const person = await newPerson();
  const events = await openBelowOtherUser();
  await nameAccount(person.login);
  await proveByMail(person);
  bench.proxy.requests.length = 0;
  bench.play('clock-stands.txt', '');
  await bench.closeScreen();
  await until(() => events().length === 2, 'the end of the window');
  expect(events()[1]).toMatch(/^2\|104\|/);
  const isEnd = ({ method, path }: { method: string; path: string }) => method === 'DELETE' && path === '/api/v1/journeys/current';
  await until(() => bench.proxy.requests.some(isEnd), 'the end at the server');
  expect(await samba.kerberosLogin(person.login, OLD_PASSWORD)).toBe(true);
});

it('goes on in the browser of a phone, which is shown the way by the window alone, and ends at both', async () => {
  const person = await newPerson();
  const events = await openBelowOtherUser();
  await nameAccount(person.login);
  await proveByMail(person);
  const offered = new Promise<string>((resolve) => {
    bench.proxy.change = ({ path, body }) => {
      if (path.endsWith('/phones')) resolve(String(body.address));
      return null;
    };
  });
  await window.press('usePhone');
  await window.page('Continue on your phone', 'phone-code-active-directory');
  const address = await offered;
  bench.proxy.change = null;
  // Its place can be read before it is drawn there.
  await until(async () => bench.showsCode(await window.read(), address), 'the code on the screen');

  const origin = `https://localhost:${bench.proxy.port}`;
  const { page, context, complaints } = await openPage(browser, origin, {
    ...{ viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, ignoreHTTPSErrors: true },
    // 409: the step at which the phone waits passes when it is let in, and its next question brings the one where it goes on.
    expectedStatuses: [401, 409],
  });
  const walk = createWalk(page, origin);
  const look = async (what: string) => {
    expect(await axe(page), what).toEqual([]);
    expect(await scrollsSideways(page), what).toBe(false);
    await screenshot(page, `windows-phone-${what}`);
  };
  await page.goto(address);
  await walk.press('action.continue');
  await walk.at('waiting.title.computer');
  await look('digits');
  const digits = (await page.getByText(/^[1-9][0-9]$/).textContent()) ?? '';
  await window.until('the digits', ({ controls }) => controls.some(({ id }) => id === ids.field));
  await window.fill(digits);
  await window.press('submit');
  await window.page('Your phone goes on', 'phone-goes-on-active-directory');
  await walk.giveCode('totp', person.totp());
  await walk.typePassword('alllowercase');
  await walk.press('new-password.save');
  // The domain's policy refuses it on the phone as well.
  await page.getByRole('alert').waitFor();
  expect(await samba.kerberosLogin(person.login, OLD_PASSWORD)).toBe(true);
  await walk.typePassword(NEW_PASSWORD);
  await look('new-password');
  await walk.press('new-password.save');
  await walk.at('done.title.password-reset');
  await look('done');
  await window.page('Finished on your phone', 'phone-done-active-directory');
  await window.press('close');
  await expectPasswordBox(events);
  await expectNewPassword(person.login);
  expect(complaints).toEqual([]);
  await context.close();
});
