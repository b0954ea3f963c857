import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inviteByHand } from '../scenarios/invite-by-hand.ts';
import { addPerson, embeddedSection, OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { codeIn, createMovableClock, type Enrolled, holdsCode, until } from '../scenarios/start-keyturn.ts';
import { answers, type SmsGatewayServer, startSmsGateway } from '../servers/sms-gateway.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { plugIn } from './virtual-device.ts';
import { createWalk } from './walk.ts';

const QUESTIONS = ['toy', 'street', 'dish', 'song'].map((id) => ({
  id,
  en: `Which ${id} do you remember?`,
  de: `An welches (${id}) erinnern Sie sich?`,
}));

let portal: PortalKeyturn;
let browser: Browser;
let gateway: SmsGatewayServer;

beforeAll(async () => {
  gateway = await startSmsGateway(answers(200, 'OK'));
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: {
        signIn: { enabled: true },
        recovery: {
          rules: [
            {
              name: 'everybody',
              accepted: [['passkey'], ['email', 'totp'], ['sms', 'totp'], ['email', 'recovery-code'], ['email', 'questions']],
            },
          ],
        },
        factors: { questions: { pool: QUESTIONS, setUp: 3, asked: 2 } },
        sms: { kind: 'http', countries: ['DE'], gateways: [{ name: 'g', url: gateway.url, json: { to: '{{number}}', text: '{{text}}' } }] },
      },
      clock: createMovableClock(),
      host: 'localhost',
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
  await gateway?.stop();
});

const title = (page: Page, text: RegExp) => page.getByRole('heading', { level: 1, name: text }).waitFor();

async function nameAndPassword(page: Page, login: string): Promise<void> {
  await page.goto(`${portal.origin}/me`);
  await page.getByLabel(/Sign-in name|Anmeldename/).fill(login);
  await page.keyboard.press('Enter');
  await page.getByLabel(/^(Password|Passwort)$/).fill(OLD_PASSWORD);
  await page.keyboard.press('Enter');
}

async function giveTotp(page: Page, owner: Enrolled): Promise<void> {
  await page.getByRole('radio', { name: /authenticator/ }).check();
  await page.keyboard.press('Enter');
  await title(page, /code/i);
  await page.getByRole('textbox').first().fill(owner.totp());
  await page.keyboard.press('Enter');
}

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'light'],
  ['dark, on a phone', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'dark'],
] as const)('what proves somebody, %s', (_, options, name) => {
  it('is added, renamed and taken away by keyboard, with a fresh proof', async () => {
    const login = uniqueName('own');
    await addPerson(portal.keyturn, login);
    const owner = await portal.keyturn.enrol(login);
    const { page, context, complaints } = await openPage(browser, portal.origin, {
      ...options,
      expectedStatuses: [401, 403, 409, 422],
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const look = async (what: string) => {
      expect(await faults(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `own-${what}-${name}`);
    };
    const { passkeys } = await plugIn(page);
    portal.keyturn.clock.move(31_000);
    await nameAndPassword(page, login);
    await giveTotp(page, owner);
    await title(page, /Your account/);
    await page.getByRole('button', { name: 'Change what proves you' }).click();
    await title(page, /What proves you/);
    await page.getByText('E-mail address + Authenticator app').waitFor();
    await look('list');

    // Eleven minutes later: whoever sits at the browser then proves first that it is they.
    portal.keyturn.clock.move(11 * 60_000);
    await page.getByRole('button', { name: 'Add an authenticator app' }).press('Enter');
    await title(page, /Prove once more/);
    await look('step-up');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Continue' }).press('Enter');
    await page.getByLabel('Password', { exact: true }).fill(OLD_PASSWORD);
    await page.keyboard.press('Enter');
    await title(page, /code/i);
    await page.getByRole('textbox').first().fill(owner.totp());
    await page.keyboard.press('Enter');
    await title(page, /Add an authenticator app/);
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    await look('totp');
    const seed = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '');
    await page.getByLabel('Code that the app shows now').fill('000 000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('That code is not right').waitFor();
    await look('totp-wrong');
    const code = new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: portal.keyturn.clock.now() });
    await page.getByLabel('Code that the app shows now').fill(code);
    await page.getByLabel('Name').fill('New phone');
    await page.keyboard.press('Enter');
    await page.getByText(/New phone is added\. It counts from/).waitFor();
    await look('added');

    await page.getByRole('button', { name: 'Add an e-mail address' }).click();
    const address = `${login}@home.example`;
    await page.getByLabel('E-mail address').fill(address);
    await look('address');
    await page.keyboard.press('Enter');
    await title(page, /code from your mail/);
    const mailed = () => portal.keyturn.messages(address).filter(holdsCode);
    await until(() => mailed().length > 0, 'a code');
    await look('address-code');
    await page.getByLabel('Code', { exact: true }).fill(codeIn(mailed()[0] as never));
    await page.keyboard.press('Enter');
    await page.getByText(`${address} is added`).waitFor();

    await page.getByRole('button', { name: 'Add a mobile number' }).click();
    await page.getByLabel('Mobile number').fill('030 123456');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Texts cannot be sent to this number').waitFor();
    await look('number-wrong');
    const number = `+49151234${name === 'light' ? 11111 : 22222}`;
    await page.getByLabel('Mobile number').fill(`${number.slice(0, 6)} ${number.slice(6)}`);
    await page.keyboard.press('Enter');
    await title(page, /code from your text message/);
    const texted = () => gateway.calls.map(({ body }) => body).find((body) => body.includes(number));
    await until(() => texted() !== undefined, 'a text');
    await look('number-code');
    await page.getByLabel('Code', { exact: true }).fill(/\b\d{8}\b/.exec(texted() ?? '')?.[0] ?? '');
    await page.keyboard.press('Enter');
    await page.getByText(`${number} is added`).waitFor();

    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('Name').fill('This computer');
    await look('passkey');
    await page.keyboard.press('Enter');
    await page.getByText('This computer is added').waitFor();
    expect((await passkeys()).map(({ userName }) => userName)).toEqual([login]);

    await page.getByRole('button', { name: 'Make recovery codes' }).click();
    await title(page, /Your recovery codes/);
    await look('codes');
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.trim().split('\n')).toHaveLength(10);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as a file' }).click();
    expect((await download).suggestedFilename()).toBe('recovery-codes.txt');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('10 are left').waitFor();
    await page.getByRole('button', { name: 'Make recovery codes' }).click();
    await title(page, /Replace your recovery codes/);
    await look('replace-codes');
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByText('10 are left').waitFor();

    await page.getByRole('button', { name: 'Set up questions' }).click();
    await title(page, /Set up your questions/);
    await page.keyboard.press('Tab');
    for (const [index, { en }] of QUESTIONS.slice(0, 3).entries()) {
      await page.getByLabel(`Question ${index + 1}`).selectOption({ label: en });
      await page.getByLabel(`Answer ${index + 1}`).fill(index < 2 ? 'The green one' : 'Another thing');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Answer 2: You have given the same answer twice.').waitFor();
    await look('questions-wrong');
    await page.getByLabel('Answer 2').fill('Grünkohl mit Pinkel');
    await page.keyboard.press('Enter');
    await page.getByText('Your questions are set up. They count from').waitFor();

    await page.getByRole('button', { name: 'Rename Passkey This computer' }).click();
    await page.getByLabel('Name').fill('Old computer');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove Passkey Old computer' }).click();
    await title(page, /Remove Old computer\?/);
    await look('remove');
    expect(await passkeys()).toHaveLength(1);
    await page.getByRole('button', { name: 'Remove', exact: true }).press('Enter');
    await page.getByText('It is removed.').waitFor();
    // Gone from the device as well: nobody is offered what will be refused.
    await until(async () => (await passkeys()).length === 0, 'the passkey gone from its device', 10_000);
    await look('full');
    expect(complaints).toEqual([]);
    await context.close();
  });
});

it('who has nothing set up is led to it at the first sign-in, in German', async () => {
  const login = uniqueName('first');
  await addPerson(portal.keyturn, login);
  const { page, context, complaints } = await openPage(browser, portal.origin, { locale: 'de-DE', expectedStatuses: [401] });
  await nameAndPassword(page, login);
  await title(page, /Richten Sie zuerst einen Nachweis ein/);
  await page.getByText('Sie haben noch nichts eingerichtet').waitFor();
  expect(await faults(page)).toEqual([]);
  await screenshot(page, 'own-first-de');
  await page.getByRole('button', { name: 'Wiederherstellungscodes erstellen' }).click();
  await title(page, /Ihre Wiederherstellungscodes/);
  await page.getByRole('button', { name: 'Ich habe sie aufbewahrt' }).click();
  await page.getByText('10 sind übrig').waitFor();
  await page.getByText('können Sie sich erst wieder anmelden, wenn etwas davon zählt', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Abmelden' }).click();
  await page.getByRole('button', { name: /^Anmelden, um/ }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en'],
  ['dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 }, locale: 'de-DE' }, 'de'],
] as const)('the last page of a recovery, %s', (_, options, language) => {
  it('offers to sign in and set up more', async () => {
    const login = uniqueName('ready');
    await addPerson(portal.keyturn, login);
    const owner = await portal.keyturn.enrol(login);
    portal.keyturn.clock.move(60_000);
    const { page, context, complaints } = await openPage(browser, portal.origin, { ...options, expectedStatuses: [401] });
    const walk = createWalk(page, portal.origin, language);
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(login);
    await walk.chooseFactor('email');
    await walk.giveCode('email', codeIn(await portal.keyturn.waitForMessage(owner.address, 0)));
    await walk.giveCode('totp', owner.totp());
    await walk.typePassword('Quiet-harbour-at-n00n');
    await walk.savePassword('Quiet-harbour-at-n00n');
    await walk.at('done.title.password-reset');
    await page.getByRole('heading', { name: walk.text('done.set-up.title') }).waitFor();
    const words =
      language === 'en'
        ? ['by e-mail and authenticator app.', 'by text message, recovery code']
        : ['E-Mail und Authenticator-App', 'SMS, Wiederherstellungscode'];
    for (const said of words) await page.getByText(said).waitFor();
    expect(await faults(page)).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
    await screenshot(page, `own-done-${language}`);
    await page.getByRole('button', { name: walk.text('done.set-up.link') }).press('Enter');
    await page.getByLabel(/Sign-in name|Anmeldename/).waitFor();
    expect(page.url()).toBe(`${portal.origin}/me?page=proofs`);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe.each([
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
] as const)('a passkey added on the phone by a QR code of the computer, %s', (name, options) => {
  it('goes on at both as they are used, and stays on the phone', async () => {
    const login = uniqueName('phone');
    await addPerson(portal.keyturn, login);
    const owner = await portal.keyturn.enrol(login);
    const opening = { ...options, expectedStatuses: [401, 404, 409, 410, 422] };
    const computer = await openPage(browser, portal.origin, { ...opening, viewport: { width: 1280, height: 800 } });
    const phone = await openPage(browser, portal.origin, { ...opening, viewport: { width: 320, height: 640 }, hasTouch: true });
    const look = async ({ page }: { page: Page }, what: string) => {
      expect(await faults(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `phone-${what}-${name}`);
    };
    const { passkeys } = await plugIn(phone.page);
    portal.keyturn.clock.move(31_000);
    await nameAndPassword(computer.page, login);
    await giveTotp(computer.page, owner);
    await title(computer.page, /Your account/);
    await computer.page.goto(`${portal.origin}/me?page=proofs`);
    const offered = computer.page.waitForResponse((response) => response.url().endsWith('/me/phones'));
    await computer.page.getByRole('button', { name: 'Show QR code' }).click();
    const { address } = (await (await offered).json()) as { address: string };
    await computer.page.getByRole('img', { name: /QR code/ }).waitFor();
    await look(computer, 'code');

    await phone.page.goto(address);
    await title(phone.page, /Add something on this phone/);
    await look(phone, 'here');
    await phone.page.getByRole('button', { name: 'Continue' }).click();
    await title(phone.page, /Type these digits/);
    await look(phone, 'digits');
    const digits = await phone.page.getByText(/^[1-9][0-9]$/).textContent();
    const field = computer.page.getByLabel('Two digits on your phone');
    await field.waitFor();
    await look(computer, 'opened');
    // The field is ready as soon as a phone is there.
    await computer.page.keyboard.type(digits === '99' ? '10' : String(Number(digits) + 1));
    await computer.page.keyboard.press('Enter');
    await computer.page.getByText('Those are not the digits').first().waitFor();
    await look(computer, 'wrong');
    await field.fill(String(digits));
    await computer.page.keyboard.press('Enter');
    await title(computer.page, /Your phone goes on/);
    await look(computer, 'let-in');

    await title(phone.page, /What proves you/);
    await look(phone, 'list');
    expect(await phone.page.getByRole('button', { name: 'Show QR code' }).count()).toBe(0);
    await phone.page.getByRole('button', { name: 'Add a passkey' }).click();
    await title(phone.page, /passkey/i);
    await phone.page.getByRole('button', { name: 'Add', exact: true }).click();
    await phone.page
      .getByText(/is added\. It counts from/)
      .first()
      .waitFor();
    expect((await passkeys()).map(({ userName }) => userName)).toEqual([login]);
    await computer.page.getByRole('button', { name: 'Done on the phone' }).click();
    await title(computer.page, /What proves you/);
    await computer.page.getByText('Passkey', { exact: true }).first().waitFor();

    // The same code on another phone: somebody was there before.
    await phone.page.goto(address);
    await phone.page.reload();
    await phone.page.getByRole('button', { name: 'Continue' }).click();
    await title(phone.page, /no longer works/);
    await look(phone, 'invalid');
    expect([...computer.complaints, ...phone.complaints]).toEqual([]);
    await computer.context.close();
    await phone.context.close();
  });
});

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'light'],
  ['dark, on a phone', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'dark'],
] as const)('somebody who is invited, %s', (_, options, name) => {
  it('sets up what proves them by keyboard, which counts at once', async () => {
    const login = uniqueName('invited');
    await addPerson(portal.keyturn, login);
    const link = await inviteByHand(portal.keyturn, login);
    const { page, context, complaints } = await openPage(browser, portal.origin, { ...options, expectedStatuses: [401, 409, 410, 422] });
    const look = async (what: string) => {
      expect(await faults(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `invite-${what}-${name}`);
    };
    await plugIn(page);
    await page.goto(link);
    await title(page, /Set up how you help yourself/);
    await look('told');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Sign in' }).press('Enter');
    await page.getByLabel('Sign-in name').fill(login);
    await page.keyboard.press('Enter');
    await page.getByLabel('Password', { exact: true }).fill(OLD_PASSWORD);
    await page.keyboard.press('Enter');
    await title(page, /Set up how you prove that it is you/);
    await look('first');
    expect(await page.getByText('counts only after').count()).toBe(0);
    await page.getByRole('button', { name: 'Add a passkey' }).press('Enter');
    await title(page, /passkey/i);
    await page.getByRole('button', { name: 'Add', exact: true }).press('Enter');
    await page
      .getByText(/is added/)
      .first()
      .waitFor();
    await look('added');
    // A passkey is enough by itself, and counts already.
    await page
      .getByRole('listitem')
      .filter({ hasText: /^Passkey ready$/ })
      .waitFor();
    // The link once more: it has done what it was for.
    await page.goto(link);
    await page.reload();
    await title(page, /Set up how you help yourself/);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
