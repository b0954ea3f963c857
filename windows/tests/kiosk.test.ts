import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from '../../test/scenarios/sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn } from '../../test/scenarios/start-keyturn.ts';
import { ids, type KioskBench, type KioskRun, startKioskBench } from './kiosk/kiosk-bench.ts';

const NEW_PASSWORD = 'a quiet harbour at noon';
let bench: KioskBench;
let keyturn: Keyturn;
let people = 0;

beforeAll(async () => {
  bench = await startKioskBench();
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      organisation: {
        name: 'Harbour Hospital',
        publicUrl: `https://localhost:${bench.proxy.port}`,
        supportContact: 'Ask your helpdesk.',
        defaultLanguage: 'en',
      } as never,
    },
  });
  bench.proxy.upstream = keyturn.url;
});
afterAll(async () => {
  await bench?.close();
  await keyturn?.close();
});

async function newPerson(): Promise<Enrolled & { login: string }> {
  people += 1;
  await addPerson(keyturn, `person${people}`);
  return { login: `person${people}`, ...(await keyturn.enrol(`person${people}`)) };
}

/** Gives the name and both proofs; the window then asks what the goal needs. */
async function prove(kiosk: KioskRun, person: Enrolled & { login: string }): Promise<void> {
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

const text = (state: { controls: readonly { id: number; text: string }[] }, id: number) => state.controls.find((control) => control.id === id)?.text;

describe('resetting a password', () => {
  it('walks every page and sets the password', async () => {
    const person = await newPerson();
    const kiosk = await bench.start();
    await kiosk.page('Which account?', 'account');
    await kiosk.fill(person.login);
    await kiosk.press('submit');
    await kiosk.page('How do you want to prove it is you?', 'choose-factor');
    await kiosk.press('submit');
    await kiosk.page('Enter the code from your e-mail', 'code-email');
    const code = codeIn(await keyturn.waitForMessage(person.address));
    await kiosk.command('paste', ids.field, ` ${code.slice(0, 3)} ${code.slice(3, 5)}-${code.slice(5)} `);
    await kiosk.press('submit');
    await kiosk.page('Enter the code from your authenticator app', 'code-totp');
    await kiosk.fill(person.totp());
    await kiosk.press('submit');
    await kiosk.page('Choose a new password', 'new-password');
    await kiosk.fill('short');
    await kiosk.press('submit');
    const refused = await kiosk.until('the refusal', (state) => text(state, ids.notice) !== undefined);
    expect(text(refused, ids.notice)).toMatch(/^Error: /);
    await kiosk.page('Choose a new password', 'new-password-refused');
    await kiosk.fill(NEW_PASSWORD);
    await kiosk.page('Choose a new password', 'new-password-typed');
    await kiosk.press('submit');
    await kiosk.page('Your password is changed', 'done');
    await kiosk.press('close');
    expect(await kiosk.exitCode).toBe(0);
    expect(await signsIn(keyturn, person.login, NEW_PASSWORD)).toBe(true);
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(false);
  });
});
void prove;
