import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { reachRealDirectory } from '../scenarios/real-directories.ts';
import { addPerson, embeddedSection, OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { createMovableClock, type KeyturnOptions } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { asTaken } from '../store/fixture.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { plugIn } from './virtual-device.ts';

interface Administrator {
  login: string;
  password: string;
}
interface World {
  directories: KeyturnOptions['directories'];
  /** Somebody of this name, who will hold the roles by it. */
  person(portal: PortalKeyturn, login: string): Promise<Administrator>;
  stop(): Promise<void>;
}
const WORLDS = {
  embedded: async (): Promise<World> => ({
    directories: [embeddedSection()],
    async person({ keyturn }, login) {
      await addPerson(keyturn, login);
      return { login, password: OLD_PASSWORD };
    },
    stop: () => Promise.resolve(),
  }),
  openldap: async (): Promise<World> => {
    const real = await reachRealDirectory('openldap');
    return {
      directories: [real.section],
      person: (_portal, login) => real.createPerson({ login }),
      stop: () => real.proxy.stop(),
    };
  },
};

const wordsOf = (language: string, file: string) =>
  JSON.parse(readFileSync(join('locales', language, `${file}.json`), 'utf8')) as Record<string, string>;

describe.each([
  ['embedded', 'light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['openldap', 'dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const)('the configuration in the browser, with %s, %s', (kind, _, options, locale) => {
  const language = locale.slice(0, 2);
  const [word, portalWord, meWord] = [wordsOf(language, 'admin'), wordsOf(language, 'portal'), wordsOf(language, 'me')];
  const say = (key: string, values: Record<string, string | number> = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{{${name}}}`, String(value)), word[key] ?? key);
  const chief = uniqueName('chief');
  let world: World;
  let portal: PortalKeyturn;
  let browser: Browser;
  let admin: Administrator;
  beforeAll(async () => {
    world = await WORLDS[kind]();
    [portal, browser] = await Promise.all([
      startPortalKeyturn({
        directories: world.directories,
        configuration: {
          signIn: { enabled: true },
          recovery: { rules: [{ name: 'everybody', accepted: [['passkey'], ['email', 'totp']] }] },
          factors: { coolDownHours: 0 },
          roles: [{ name: 'chiefs', may: ['manage-configuration', 'manage-roles'], heldBy: { accounts: [chief] } }],
        },
        clock: createMovableClock(),
        host: 'localhost',
      }),
      launchBrowser(),
    ]);
    admin = await world.person(portal, chief);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.close();
    await world?.stop();
  });

  const title = (page: Page, text: string) => page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
  const current = async () => {
    const row = await portal.keyturn.deps.store.configurations.current();
    if (row === null) throw new Error('no configuration');
    return { ...row, document: JSON.parse(row.document) as Record<string, never> };
  };
  /** What another administrator does meanwhile, at the console. */
  const meanwhile = async (change: (document: Record<string, never>) => unknown) => {
    const { version, document } = await current();
    const { store, clock } = portal.keyturn.deps;
    const checkContext = { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };
    const asked = { document: change(document), expectedVersion: version, author: 'root', comment: 'at the console' };
    await applyConfiguration({ store, clock, checkContext }, { ...asked, actor: { kind: 'operator' } });
  };

  it('is changed part by part, looked at before, refused with errors, put together with what others did, and brought back', async () => {
    const owner = await portal.keyturn.enrol(admin.login);
    const { page, complaints, context } = await openPage(browser, portal.origin, {
      ...options,
      locale,
      expectedStatuses: [400, 401, 403, 409],
    });
    const look = async (what: string) => {
      expect(await faults(page), what).toEqual([]);
      await screenshot(page, `configuration-${what}-${locale}`);
      expect(await scrollsSideways(page), what).toBe(false);
    };
    const press = (text: string | undefined) => page.getByRole('button', { name: text ?? '', exact: true }).click();
    const section = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await plugIn(page);
    portal.keyturn.clock.move(31_000);
    await page.goto(`${portal.origin}/me?page=proofs`);
    await page.getByLabel(portalWord['account.label'] ?? /Sign-in name|Anmeldename/).fill(admin.login);
    await page.keyboard.press('Enter');
    await page.locator('input[type=password]').fill(admin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: /authenticator/i }).check();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').first().fill(owner.totp());
    await page.keyboard.press('Enter');
    await press(meWord['proofs.add.passkey.label']);
    await title(page, meWord['proofs.passkey.title'] ?? '');
    await press(meWord['proofs.add.button']);
    await page
      .getByText(/passkey/i)
      .first()
      .waitFor();
    await page.waitForFunction(() => document.querySelector('input') === null);

    await page.goto(`${portal.origin}/admin`);
    await press(word['configuration.title']);
    await title(page, say('configuration.title'));
    await look('sections');

    // A name: no passkey, as the proofs are fresh.
    await section('Organisation');
    await page.getByLabel('Name', { exact: true }).fill('Harbour office');
    await look('section');
    await page.keyboard.press('Enter');
    await title(page, say('review.title'));
    await page.getByText('Organisation › Name').waitFor();
    await look('review');
    await press(word['review.save']);
    await page.getByRole('alert').getByText(say('review.comment.missing')).waitFor();
    await look('review-missing');
    await page.getByLabel(say('review.comment'), { exact: true }).fill('We have moved');
    await page.keyboard.press('Enter');
    await title(page, say('versions.version', { version: 2 }));
    await page.getByText('We have moved').waitFor();
    await look('version');
    expect(await current()).toMatchObject({ version: 2, author: admin.login, document: { organisation: { name: 'Harbour office' } } });

    // A number that is none, and a rule that is weak: the first is an error with its place, the second asks for a passkey.
    await page.goto(`${portal.origin}/admin?page=configuration&section=factors`);
    const length = page.locator('[id="factors.email.codeLength"]');
    await length.fill('seven');
    await press(word['configuration.review']);
    await page.getByText(say('review.errors')).waitFor();
    await look('errors');
    await press('Factors › Email › Code length');
    await page.locator('[id="factors.email.codeLength-problem"]').waitFor();
    await look('factors');
    await length.fill('');
    await press(word['configuration.sections']);
    await section('Recovery');
    await look('recovery');
    await page.getByRole('button', { name: say('setting.add', { what: 'Accepted' }), exact: true }).click();
    await page
      .locator('[id="recovery.rules[0].accepted[2]"]')
      .getByLabel(meWord['kind.email'] ?? '', { exact: true })
      .check();
    await press(word['configuration.review']);
    await page.getByText('NIST SP 800-63B-4 4.2.2.2').first().waitFor();
    await page.getByText(say('review.passkey')).waitFor();
    // From whom that is accepted is counted before it is saved.
    await page.getByText(say('draft-count.none')).waitFor();
    await press(word['count.begin']);
    const weakened = ['one', 'other'].map((form) => `(${say(`draft-count.recovery.weakened_${form}`, { count: '\\d+' })})`);
    await page.getByText(new RegExp(weakened.join('|'))).waitFor();
    await look('weak');

    // Meanwhile somebody else changes another thing: both are kept.
    await meanwhile((document) => ({ ...document, helpdesk: { caseMinutes: 20 } }));
    await page.getByLabel(say('review.comment'), { exact: true }).fill('Lost phones');
    await press(word['review.save']);
    await title(page, say('conflict.title'));
    await page.getByText('Helpdesk › Case minutes').waitFor();
    await look('conflict');
    await press(word['conflict.merge']);
    await title(page, say('review.title'));
    await press(word['review.save']);
    await title(page, meWord['step-up.title'] ?? '');
    await look('step-up');
    await press(portalWord['action.continue']);
    const goOn = page.getByRole('button', { name: /passkey/i });
    const done = page.getByRole('heading', { level: 1, name: say('versions.version', { version: 4 }), exact: true });
    await goOn.or(done).first().waitFor();
    if (!(await done.isVisible())) await goOn.first().click();
    await done.waitFor();
    expect(await current()).toMatchObject({
      version: 4,
      comment: 'Lost phones',
      document: { helpdesk: { caseMinutes: 20 }, recovery: { rules: [{ accepted: [['passkey'], ['email', 'totp'], ['email']] }] } },
    });

    // Back to what it was.
    await press(word['versions.title']);
    await title(page, say('versions.title'));
    await look('versions');
    await press(say('versions.version', { version: 3 }));
    await title(page, say('versions.version', { version: 3 }));
    await press(word['versions.bring-back']);
    await title(page, say('review.title'));
    await press(word['review.save']);
    await title(page, say('versions.version', { version: 5 }));
    expect((await current()).document).toMatchObject({ recovery: { rules: [{ accepted: [['passkey'], ['email', 'totp']] }] } });

    // What the rules mean, for everybody and for one account.
    await page.goto(`${portal.origin}/admin`);
    await press(word['rules.title']);
    await title(page, say('rules.title'));
    await page.getByText(`${meWord['kind.email']} + ${meWord['kind.totp']}`).first().waitFor();
    await look('rules');
    await press(word['count.again']);
    // Not the count before it, behind whose time stands that the configuration was changed since.
    const counted = page.getByText(new RegExp(`^${say('count.at', { time: '|' }).split('|')[0]}`));
    await counted.filter({ hasNotText: say('count.old') }).waitFor();
    await look('rules-counted');
    // A message that could not be delivered: seen, and deleted with a reason.
    const { store, clock } = portal.keyturn.deps;
    const now = clock.now();
    const payload = JSON.stringify({ to: 'nina@private.example', subject: 'x', text: 'x' });
    await store.outbox.insert({
      id: 'stuck',
      lane: 'bulk',
      kind: 'mail',
      payload,
      createdAt: now,
      runAt: now + 3_600_000,
      expiresAt: null,
    });
    await store.outbox.giveUp(await asTaken(store, 'stuck'), now, 'mail.refused');
    await page.goto(`${portal.origin}/admin?page=queue`);
    await title(page, say('queue.title'));
    await page.getByText('n•••@p•••.example').waitFor();
    await look('queue');
    await page.getByRole('button', { name: say('queue.delete.of', { what: '' }) }).click();
    await title(page, say('queue.delete.title'));
    await press(word['queue.delete']);
    await page.getByText(say('queue.delete.missing')).first().waitFor();
    await look('queue-delete');
    await page.goto(`${portal.origin}/admin?page=health`);
    await title(page, say('health.title'));
    await page.getByText(say('health.others'), { exact: true }).click();
    await look('health');
    await page.goto(`${portal.origin}/admin?page=rules`);
    await title(page, say('rules.title'));
    await press(word['try.title']);
    await title(page, say('try.title'));
    await press(word['try.button']);
    await page.getByRole('alert').getByText(say('roles.account.missing')).waitFor();
    await page.getByLabel(say('roles.account'), { exact: true }).fill(admin.login);
    await page.getByLabel(say('try.address'), { exact: true }).fill('nowhere');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(say('try.address.wrong')).waitFor();
    await look('try-wrong');
    await page.getByLabel(say('try.address'), { exact: true }).fill('192.0.2.7');
    await page.getByLabel(say('try.password'), { exact: true }).fill('short');
    await page.keyboard.press('Enter');
    await page.getByText(say('try.not-acceptable')).waitFor();
    await page.getByText(say('try.rule.broken')).first().waitFor();
    await look('tried');
    // Judged from now on while it is typed, until somebody else is meant.
    await page.getByLabel(say('try.password'), { exact: true }).fill('A quiet harbour at 12');
    await page.getByText(say('try.acceptable')).waitFor();
    await look('tried-typing');
    await page.getByLabel(say('roles.account'), { exact: true }).fill('somebody else');
    await page.getByText(say('try.acceptable')).waitFor({ state: 'detached' });

    // Where the files rule, everything is shown and nothing can be changed.
    await meanwhile((document) => ({ ...document, administration: { readOnlyInBrowser: true } }));
    await page.goto(`${portal.origin}/admin?page=configuration`);
    await page.getByText(say('configuration.read-only')).waitFor();
    await section('Directories');
    await look('read-only');
    expect(await page.getByRole('textbox').first().isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
