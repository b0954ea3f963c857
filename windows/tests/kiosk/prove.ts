import { codeIn, type Enrolled, type Keyturn } from '../../../test/scenarios/start-keyturn.ts';
import type { KioskWindow } from './kiosk-bench.ts';

/** Gives the name and both proofs; the window then asks what the goal needs. */
export async function proveByCodes(keyturn: Keyturn, kiosk: KioskWindow, person: Enrolled & { login: string }): Promise<void> {
  const before = keyturn.messages(person.address).length;
  await kiosk.page('Which account?');
  await kiosk.fill(person.login);
  await kiosk.press('submit');
  await kiosk.page('How do you want to prove it is you?');
  await kiosk.press('submit');
  await kiosk.page('Enter the code from your e-mail');
  await kiosk.fill(codeIn(await keyturn.waitForMessage(person.address, before)));
  await kiosk.press('submit');
  await kiosk.page('Enter the code from your authenticator app');
  await kiosk.fill(person.totp());
  await kiosk.press('submit');
}
