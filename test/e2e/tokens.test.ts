import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { APPEARANCES, signInHere, wordsOf } from './sign-in-here.ts';
import { plugIn } from './virtual-device.ts';

let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: {
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['passkey'], ['email', 'totp']] }] },
        factors: { coolDownHours: 0 },
        roles: [{ name: 'chiefs', may: ['manage-roles'], heldBy: { groups: ['Chiefs'] } }],
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
});

const title = (page: Page, text: string) => page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();

describe.each(APPEARANCES)('tokens in the browser, %s', (_, options, locale) => {
  const language = locale.slice(0, 2);
  const [word, portalWord, meWord] = [wordsOf(language, 'admin'), wordsOf(language, 'portal'), wordsOf(language, 'me')];
  const say = (key: string, values: Record<string, string | number> = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{{${name}}}`, String(value)), word[key] ?? key);

  it('are made with a passkey, shown once, listed, and worth nothing when they are revoked', async () => {
    const chief = uniqueName('chief');
    await addPerson(portal.keyturn, chief, { groups: ['Chiefs'] });
    const owner = await portal.keyturn.enrol(chief);
    const { page, complaints, context } = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [401, 403] });
    const look = async (what: string) => {
      expect(await faults(page), what).toEqual([]);
      await screenshot(page, `tokens-${what}-${locale}`);
      expect(await scrollsSideways(page), what).toBe(false);
    };
    const press = (text: string | undefined) => page.getByRole('button', { name: text ?? '', exact: true }).click();
    await plugIn(page);
    await signInHere(page, portal, { login: chief, owner, language, path: '/me?page=proofs' });
    await press(meWord['proofs.add.passkey.label']);
    await title(page, meWord['proofs.passkey.title'] ?? '');
    await press(meWord['proofs.add.button']);
    await page
      .getByText(/passkey/i)
      .first()
      .waitFor();
    await page.waitForFunction(() => document.querySelector('input') === null);

    await page.goto(`${portal.origin}/admin?page=tokens`);
    await title(page, say('tokens.title'));
    await press(word['tokens.make']);
    await title(page, say('tokens.make'));
    await press(word['tokens.make']);
    await page.getByRole('alert').waitFor();
    await look('missing');
    const name = uniqueName('siem');
    await page.getByLabel(word['tokens.name'] ?? '', { exact: true }).fill(name);
    await page.getByRole('checkbox', { name: word['tokens.scope.view-history'] ?? '' }).check();
    await page.getByRole('checkbox', { name: word['tokens.scope.see-people'] ?? '' }).check();
    await page.getByRole('radio', { name: word['tokens.some'] ?? '' }).check();
    await page.getByLabel(word['tokens.groups'] ?? '', { exact: true }).fill('Chiefs\n\n  Nobody  ');
    await look('filled');
    await press(word['tokens.make']);
    await title(page, meWord['step-up.title'] ?? '');
    await press(portalWord['action.continue']);
    const made = page.getByRole('heading', { level: 1, name: say('tokens.made.title', { name }), exact: true });
    const goOn = page.getByRole('button', { name: /passkey/i });
    await goOn.or(made).first().waitFor();
    if (!(await made.isVisible())) await goOn.first().click();
    await made.waitFor();
    await look('made');
    const text = ((await page.locator('main code').textContent()) ?? '').trim();
    const ask = (path: string) => fetch(`${portal.origin}/api/v1${path}`, { headers: { authorization: `Bearer ${text}` } });
    expect(await (await ask('/token')).json()).toMatchObject({ name, over: { groups: ['Chiefs', 'Nobody'] } });
    const people = (await (await ask('/helpdesk/people?directory=people')).json()) as { people: { login: string }[] };
    expect(people.people.map(({ login }) => login)).toContain(chief);

    await press(word['tokens.made.kept']);
    await title(page, say('tokens.title'));
    await page.getByText(name, { exact: true }).waitFor();
    await look('list');
    expect(await page.content()).not.toContain(text);
    await press(say('tokens.revoke-one', { name }));
    await title(page, say('tokens.revoke.title', { name }));
    await look('revoke');
    await press(word['tokens.revoke']);
    await title(page, say('tokens.title'));
    await page.getByText(name, { exact: true }).waitFor({ state: 'detached' });
    expect((await ask('/token')).status).toBe(401);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
