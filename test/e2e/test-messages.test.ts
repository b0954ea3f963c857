import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { answers, type SmsGatewayServer, startSmsGateway } from '../servers/sms-gateway.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { APPEARANCES, signInHere, wordsOf } from './sign-in-here.ts';
import { plugIn } from './virtual-device.ts';

describe.each(APPEARANCES)('tests of messages, %s', (_, options, locale) => {
  const language = locale.slice(0, 2) as 'en' | 'de';
  const [word, portalWord, meWord] = [wordsOf(language, 'admin'), wordsOf(language, 'portal'), wordsOf(language, 'me')];
  const say = (key: string, values: Record<string, string> = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{{${name}}}`, value), word[key] ?? key);
  const chief = uniqueName('chief');
  let gateways: SmsGatewayServer[];
  let portal: PortalKeyturn;
  let browser: Browser;
  beforeAll(async () => {
    process.env.KEYTURN_E2E_SMS = 'of the machine';
    gateways = await Promise.all([answers(200, {}), answers(401, {})].map(startSmsGateway));
    [portal, browser] = await Promise.all([
      startPortalKeyturn({
        directories: [embeddedSection()],
        configuration: {
          notices: { mails: [{ notice: 'password-was-reset', language, subject: 'Hello', body: '{{what}}\n\n{{link}}' }] },
          signIn: { enabled: true },
          recovery: { rules: [{ name: 'everybody', accepted: [['passkey'], ['email', 'totp']] }] },
          factors: { coolDownHours: 0 },
          sms: {
            ...{ kind: 'http', countries: ['DE'] },
            gateways: gateways.map(({ url }, index) => ({
              ...{ name: ['first', 'second'][index] ?? '', url, json: { to: '{{number}}', text: '{{text}}' } },
              headers: [{ name: 'x-key', secret: 'env:KEYTURN_E2E_SMS' }],
            })),
          },
          roles: [{ name: 'chiefs', may: ['manage-configuration'], heldBy: { accounts: [chief] } }],
        },
        clock: createMovableClock(),
        host: 'localhost',
      }),
      launchBrowser(),
    ]);
    await addPerson(portal.keyturn, chief);
  });
  afterAll(async () => {
    delete process.env.KEYTURN_E2E_SMS;
    await browser?.close();
    await portal?.close();
    await Promise.all((gateways ?? []).map((gateway) => gateway.stop()));
  });

  it('are sent with a passkey, keep what is being written, and say what became of them', async () => {
    const owner = await portal.keyturn.enrol(chief);
    const { page, complaints, context } = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [401, 403] });
    const look = async (what: string) => {
      expect(await faults(page), what).toEqual([]);
      await screenshot(page, `test-messages-${what}-${locale}`);
      expect(await scrollsSideways(page), what).toBe(false);
    };
    const press = (text: string | undefined) => page.getByRole('button', { name: text ?? '', exact: true }).click();
    const prove = async () => {
      await page.getByRole('heading', { level: 1, name: meWord['step-up.title'] ?? '', exact: true }).waitFor();
      await press(portalWord['action.continue']);
      await press(portalWord['passkey.use']);
    };
    await plugIn(page);
    await signInHere(page, portal, { login: chief, owner, language, path: '/me?page=proofs' });
    await press(meWord['proofs.add.passkey.label']);
    await page.getByRole('heading', { level: 1, name: meWord['proofs.passkey.title'] ?? '', exact: true }).waitFor();
    await press(meWord['proofs.add.button']);
    await page.waitForFunction(() => document.querySelector('input') === null);

    await page.goto(`${portal.origin}/admin?page=configuration&section=notices`);
    await page.getByLabel('Subject', { exact: true }).fill('Good morning');
    await page.getByLabel(word['test-mail.to'] ?? '').waitFor();
    const send = say('test-mail.send', { about: `password-was-reset, ${language}` });
    await press(send);
    await prove();
    await page.getByText(word['test-mail.sent'] ?? '').waitFor();
    const mail = await portal.keyturn.waitForMessage(owner.address);
    expect(mail.subject).toBe('Test: Good morning');
    // What was being written is there still.
    expect(await page.getByLabel('Subject', { exact: true }).inputValue()).toBe('Good morning');
    await look('mail');
    await page.getByLabel('Body', { exact: true }).fill('{{wat}}');
    await press(send);
    await page
      .getByRole('alert')
      .getByText(word['test-mail.broken'] ?? '')
      .waitFor();

    await page.goto(`${portal.origin}/admin?page=configuration&section=sms`);
    await press(say('test-text.send', { gateway: 'first' }));
    await page.getByText(word['test-text.number.missing'] ?? '').waitFor();
    await page.getByLabel(word['test-text.number'] ?? '', { exact: true }).fill('0151 23450002');
    await press(say('test-text.send', { gateway: 'first' }));
    await page.getByText(say('test-text.sent', { gateway: 'first' })).waitFor();
    expect(gateways[0]?.calls).toHaveLength(1);
    await press(say('test-text.send', { gateway: 'second' }));
    await page.getByText('second: it does not let us call it so (status 401).').waitFor();
    // It is far from the top of the page, from where a link leads to it.
    await page.getByRole('alert').getByRole('link').click();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('(status 401)');
    await look('text');
    expect(gateways.map(({ calls }) => calls.length)).toEqual([1, 1]);

    // What is not saved is tried as well, with what it needs besides.
    const name = page.locator('[id="sms.gateways[0].name"]');
    await name.fill('other');
    await page.getByText(say('test-text.text.draft')).waitFor();
    await page.getByLabel(word['test-text.number'] ?? '', { exact: true }).fill('0151 23450002');
    await page.getByLabel(say('test-text.secret', { reference: 'env:KEYTURN_E2E_SMS' }), { exact: true }).fill('typed');
    await press(say('test-text.send', { gateway: 'other' }));
    await page.getByText(say('test-text.sent', { gateway: 'other' })).waitFor();
    expect(gateways.map(({ calls }) => calls.length)).toEqual([2, 1]);
    expect(gateways[0]?.calls.map(({ headers }) => headers['x-key'])).toEqual(['of the machine', 'typed']);
    await look('draft');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
