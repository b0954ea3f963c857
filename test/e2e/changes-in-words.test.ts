import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeEmergencyLink } from '../../src/core/access/emergency.ts';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { wordsOf } from './sign-in-here.ts';
import { plugIn } from './virtual-device.ts';

let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  vi.stubEnv('SMS_KEY', 'lamp');
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: {
        signIn: { enabled: true },
        recovery: {
          goals: ['reset-password', 'unlock-account'],
          rules: [{ name: 'everybody', accepted: [['passkey'], ['email', 'totp']] }],
        },
        roles: [{ name: 'chiefs', may: ['manage-configuration', 'manage-roles'], heldBy: { accounts: ['frida'] } }],
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
  vi.unstubAllEnvs();
});

type Json = Record<string, unknown>;
const read = async () => {
  const row = await portal.keyturn.deps.store.configurations.current();
  if (row === null) throw new Error('no configuration');
  return { version: row.version, document: JSON.parse(row.document) as Json };
};
/** What is put into force at the console. */
const apply = async (change: (document: Json) => Json) => {
  const { version, document } = await read();
  const { store, clock } = portal.keyturn.deps;
  const checkContext = { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };
  const asked = { document: change(document), expectedVersion: version, author: 'root', comment: 'at the console' };
  await applyConfiguration({ store, clock, checkContext }, { ...asked, actor: { kind: 'operator' } });
};

const LATER_RULES = [
  { name: 'everybody', accepted: [['passkey'], ['totp']] },
  { name: 'Windows', when: { clients: ['windows-logon'] }, accepted: [['email', 'totp']] },
];
const GATEWAY = {
  name: 'Lift',
  url: 'https://sms.example/send',
  method: 'PUT',
  key: 'env:SMS_KEY',
  json: { to: '{{number}}', text: '{{text}}', key: '{{key}}' },
};
/** A picture of one point. */
const LOGO = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

/** The widths at which somebody administers: a screen, a tablet, and two telephones. */
const WIDTHS = [1280, 768, 390, 320];

/** CSS pixels between the edge of the window and what is written or pressed nearest to it. */
const leastMargin = (page: Page) =>
  page.evaluate(() => {
    const shown = [...document.querySelectorAll('header a, header button, header select, footer p, footer a, h1')].map((each) =>
      each.getBoundingClientRect(),
    );
    return Math.min(...shown.filter(({ width }) => width > 0).map(({ left, right }) => Math.min(left, window.innerWidth - right)));
  });

describe.each([
  [
    'en-GB',
    {
      combination: 'E-mail address + Authenticator app',
      duration: '300 seconds (5 minutes)',
      minutes: '45 minutes',
      goals: ['Reset the password', 'Unlock the account', 'Find the sign-in name'],
      secret: 'From the environment variable SMS_KEY',
      yes: 'Yes',
    },
  ],
  [
    'de-DE',
    {
      combination: 'E-Mail-Adresse + Authenticator-App',
      duration: '300 Sekunden (5 Minuten)',
      minutes: '45 Minuten',
      goals: ['Passwort zurücksetzen', 'Konto entsperren', 'Anmeldenamen finden'],
      secret: 'Aus der Umgebungsvariable SMS_KEY',
      yes: 'Ja',
    },
  ],
] as const)('what has changed, %s', (locale, expected) => {
  const language = locale.slice(0, 2);
  const [word, me] = [wordsOf(language, 'admin'), wordsOf(language, 'me')];
  const say = (key: string, values: Record<string, string | number> = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{{${name}}}`, String(value)), word[key] ?? key);

  /** What is shown now, at every width and in both appearances. */
  const look = async (page: Page, what: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        expect(await scrollsSideways(page), `${what} at ${width}`).toBe(false);
        expect(await leastMargin(page), `${what} at ${width}`).toBeGreaterThanOrEqual(16);
        await screenshot(page, `changes-${what}-${locale}-${colorScheme}-${width}`);
      }
      expect(await faults(page), `${what}, ${colorScheme}`).toEqual([]);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  };
  /** What stands beside a setting, a line for each. */
  const told = async (page: Page, setting: string) => {
    const change = page.getByRole('listitem').filter({ has: page.getByText(setting, { exact: true }) });
    await change.waitFor();
    return (await change.allInnerTexts())
      .join('\n')
      .replaceAll(/[\u2068\u2069]/g, '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  };

  it('is read in words: of a version, before it is saved, where two were at once, and when an old one is brought back', async () => {
    const { address } = await makeEmergencyLink(portal.keyturn.deps, { author: 'root', reason: 'a look', lifetime: 600_000 });
    const { page, complaints, context } = await openPage(browser, portal.origin, { locale, expectedStatuses: [401, 403, 409] });
    await plugIn(page);
    const press = (text: string | undefined) => page.getByRole('button', { name: text ?? '', exact: true }).click();
    const title = (text: string | undefined) => page.getByRole('heading', { level: 1, name: text ?? '', exact: true }).waitFor();
    await page.goto(address);
    await press(word['open.button']);
    await press(word['passkey.button']);
    await title(word.title);

    const { version: first } = await read();
    await apply((document) => ({
      ...document,
      recovery: { ...(document.recovery as Json), goals: ['reset-password', 'unlock-account', 'find-username'], rules: LATER_RULES },
      factors: { email: { lifetimeSeconds: 300 } },
      helpdesk: { caseMinutes: 45, ticketNeeded: true },
      sms: { kind: 'http', countries: ['DE'], gateways: [GATEWAY] },
      branding: { logo: LOGO },
    }));
    await page.goto(`${portal.origin}/admin?page=configuration&version=${first + 1}`);
    await title(say('versions.version', { version: first + 1 }));
    expect(await told(page, 'Recovery › Rules › 1. everybody › Accepted › 2')).toEqual([
      ...['Recovery › Rules › 1. everybody › Accepted › 2', word['changes.before'], expected.combination],
      ...[word['changes.after'], me['kind.totp']],
    ]);
    expect(await told(page, 'Recovery › Goals')).toEqual([
      ...['Recovery › Goals', word['changes.before'], ...expected.goals.slice(0, 2), word['changes.after'], ...expected.goals],
    ]);
    expect(await told(page, 'Factors › Email › Lifetime seconds')).toContain(expected.duration);
    expect(await told(page, 'Helpdesk › Case minutes')).toContain(expected.minutes);
    expect(await told(page, 'Helpdesk › Ticket needed')).toContain(expected.yes);
    const gateway = await told(page, 'SMS');
    expect(gateway).toContain(expected.secret);
    expect(gateway).toContain('PUT');
    expect((await page.getByRole('main').allInnerTexts()).join()).not.toMatch(/\["|"\]|\{"|env:|base64/);
    await look(page, 'version');

    // Before it is saved.
    await page.goto(`${portal.origin}/admin?page=configuration&section=roles`);
    await page
      .locator('[id="roles[0].may"]')
      .getByLabel(word['permission.view-history'] ?? '', { exact: true })
      .check();
    await press(word['configuration.review']);
    await title(word['review.title']);
    expect(await told(page, 'Roles › 1. chiefs › May')).toEqual([
      ...['Roles › 1. chiefs › May', word['changes.before'], word['permission.manage-configuration'], word['permission.manage-roles']],
      ...[word['changes.after'], word['permission.manage-configuration'], word['permission.manage-roles'], word['permission.view-history']],
    ]);
    await page.getByLabel(say('review.comment'), { exact: true }).fill('Chiefs read the log');
    await look(page, 'review');

    // Somebody else was quicker.
    await apply((document) => ({ ...document, helpdesk: { caseMinutes: 15 } }));
    await press(word['review.save']);
    await title(word['conflict.title']);
    expect((await told(page, 'Helpdesk › Ticket needed')).at(-1)).toBe(word['setting.no']);
    expect(await told(page, 'Roles › 1. chiefs › May')).toContain(word['permission.view-history']);
    await look(page, 'conflict');
    await press(word['conflict.merge']);
    await title(word['review.title']);
    await press(word['review.save']);
    await title(say('versions.version', { version: first + 3 }));
    await look(page, 'saved');

    // Back to what it was.
    await press(word['versions.title']);
    await title(word['versions.title']);
    await look(page, 'versions');
    await press(say('versions.version', { version: first }));
    await title(say('versions.version', { version: first }));
    await press(word['versions.bring-back']);
    await title(word['review.title']);
    await look(page, 'bring-back');
    await press(word['review.save']);
    await title(say('versions.version', { version: first + 4 }));
    expect((await told(page, 'Recovery › Rules › 1. everybody › Accepted › 2')).at(-1)).toBe(expected.combination);
    await look(page, 'brought-back');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
