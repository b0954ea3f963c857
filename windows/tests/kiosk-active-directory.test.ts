import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeIn, type Keyturn, startKeyturn } from '../../test/scenarios/start-keyturn.ts';
import { type SambaServer, startSamba } from '../../test/servers/samba.ts';
import { ids, type KioskBench, startKioskBench } from './kiosk/kiosk-bench.ts';

const OLD_PASSWORD = 'Old-Passw0rd-of-mine';
const NEW_PASSWORD = 'a Quiet harbour at noon 7';
let bench: KioskBench;
let samba: SambaServer;
let keyturn: Keyturn;

beforeAll(async () => {
  [bench, samba] = await Promise.all([startKioskBench(), startSamba()]);
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
  });
  bench.proxy.upstream = keyturn.url;
});
afterAll(async () => {
  await bench?.close();
  await keyturn?.close();
  await samba?.stop();
});

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
