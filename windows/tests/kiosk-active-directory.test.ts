import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { buildWeb } from '../../scripts/build-web.ts';
import { newLogin } from '../../test/conformance/samples.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from '../../test/e2e/browser.ts';
import { createWalk } from '../../test/e2e/walk.ts';
import { codeIn, type Keyturn, startKeyturn, until } from '../../test/scenarios/start-keyturn.ts';
import { type SambaServer, startSamba } from '../../test/servers/samba.ts';
import { ids, type KioskBench, startKioskBench } from './kiosk/kiosk-bench.ts';

const OLD_PASSWORD = 'Old-Passw0rd-of-mine';
const NEW_PASSWORD = 'a Quiet harbour at noon 7';
let bench: KioskBench;
let samba: SambaServer;
let keyturn: Keyturn;
let browser: Browser;

beforeAll(async () => {
  await buildWeb();
  [bench, samba, browser] = await Promise.all([startKioskBench(), startSamba(), launchBrowser()]);
  process.env.KEYTURN_TEST_KIOSK_SERVICE = samba.service.password;
  keyturn = await startKeyturn({
    directories: [
      {
        kind: 'active-directory',
        id: 'ad',
        label: 'Active Directory',
        servers: [{ url: samba.url }],
        tls: { caFile: samba.caFile, serverName: samba.host },
        baseDn: samba.baseDn,
        serviceAccount: { name: samba.service.name, password: 'env:KEYTURN_TEST_KIOSK_SERVICE' },
      },
    ],
    configuration: { organisation: { name: 'Harbour Hospital', publicUrl: `https://localhost:${bench.proxy.port}` } },
  });
  bench.proxy.upstream = keyturn.url;
});
afterAll(async () => {
  await browser?.close();
  await bench?.close();
  await keyturn?.close();
  await samba?.stop();
});
afterEach(() => bench.endAll());

it('resets a password on a real domain controller, and a real client signs in with it', async () => {
  await samba.createUser({ login: 'dana', password: OLD_PASSWORD, givenName: 'Dana', surname: 'Person', mail: 'dana@work.example.test' });
  const person = await keyturn.enrol('dana');
  expect(await samba.kerberosLogin('dana', OLD_PASSWORD)).toBe(true);
  const kiosk = await bench.start({ account: `${samba.domain}\\dana` });
  await kiosk.page('Which account?');
  await kiosk.press('submit');
  await kiosk.page('How do you want to prove it is you?');
  await kiosk.press('submit');
  await kiosk.page('Enter the code from your e-mail');
  await kiosk.fill(codeIn(await keyturn.waitForMessage(person.address)));
  await kiosk.press('submit');
  await kiosk.page('Enter the code from your authenticator app');
  await kiosk.fill(person.totp());
  await kiosk.press('submit');
  await kiosk.page('Choose a new password', 'new-password-active-directory');
  // The domain's policy refuses this one; nothing is changed.
  await kiosk.fill('alllowercase');
  await kiosk.press('submit');
  await kiosk.until('the refusal', ({ controls }) => controls.some(({ id }) => id === ids.notice));
  expect(await samba.kerberosLogin('dana', OLD_PASSWORD)).toBe(true);
  await kiosk.fill(NEW_PASSWORD);
  await kiosk.press('submit');
  await kiosk.page('Your password is changed', 'done-active-directory');
  await kiosk.press('close');
  expect(await kiosk.exitCode).toBe(0);
  expect(await samba.kerberosLogin('dana', NEW_PASSWORD)).toBe(true);
  expect(await samba.kerberosLogin('dana', OLD_PASSWORD)).toBe(false);
});

it('goes on in the browser of a phone, which is shown the way by the window alone, and ends at both', async () => {
  const login = newLogin();
  await samba.createUser({ login, password: OLD_PASSWORD, givenName: 'Mira', surname: login, mail: `${login}@work.example.test` });
  const person = await keyturn.enrol(login);
  const kiosk = await bench.start();
  await kiosk.page('Which account?');
  await kiosk.fill(login);
  await kiosk.press('submit');
  await kiosk.page('How do you want to prove it is you?');
  await kiosk.press('submit');
  await kiosk.page('Enter the code from your e-mail');
  await kiosk.fill(codeIn(await keyturn.waitForMessage(person.address)));
  await kiosk.press('submit');
  await kiosk.page('Enter the code from your authenticator app');
  const offered = new Promise<string>((resolve) => {
    bench.proxy.change = ({ path, body }) => {
      if (path.endsWith('/phones')) resolve(String(body.address));
      return null;
    };
  });
  await kiosk.press('usePhone');
  await kiosk.page('Continue on your phone', 'phone-code-active-directory');
  const address = await offered;
  bench.proxy.change = null;
  // Its place can be read before it is drawn there.
  await until(async () => bench.showsCode(await kiosk.read(), address), 'the code on the screen');

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
  await kiosk.until('the digits', ({ controls }) => controls.some(({ id }) => id === ids.field));
  await kiosk.fill(digits);
  await kiosk.press('submit');
  await kiosk.page('Your phone goes on', 'phone-goes-on-active-directory');
  await walk.giveCode('totp', person.totp());
  await walk.typePassword('alllowercase');
  await walk.press('new-password.save');
  // The domain's policy refuses it on the phone as well.
  await page.getByRole('alert').waitFor();
  expect(await samba.kerberosLogin(login, OLD_PASSWORD)).toBe(true);
  await walk.typePassword(NEW_PASSWORD);
  await look('new-password');
  await walk.press('new-password.save');
  await walk.at('done.title.password-reset');
  await look('done');
  await kiosk.page('Finished on your phone', 'phone-done-active-directory');
  await kiosk.press('close');
  expect(await kiosk.exitCode).toBe(0);
  expect(await samba.kerberosLogin(login, NEW_PASSWORD)).toBe(true);
  expect(await samba.kerberosLogin(login, OLD_PASSWORD)).toBe(false);
  expect(complaints).toEqual([]);
  await context.close();
});
