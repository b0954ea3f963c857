import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildWeb } from '../../scripts/build-web.ts';
import type { RunningServer } from '../../src/cli/runtime.ts';
import { loadSettings } from '../../src/config/load-settings.ts';
import { startServer } from '../../src/main.ts';
import { runCommand, writeSettings } from '../cli/run-command.ts';
import { codeIn, until } from '../scenarios/start-keyturn.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { seedPassword } from '../servers/seed-people.ts';
import { sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { plugIn } from './virtual-device.ts';
import { createWalk } from './walk.ts';

type Texts = Readonly<Record<string, string>>;
const textsOf = (language: string) =>
  JSON.parse(readFileSync(new URL(`../../locales/${language}/set-up.json`, import.meta.url), 'utf8')) as Texts;

const NEW_PASSWORD = 'Quiet-harbour-at-n00n';

let browser: Browser;
let smtp: SmtpServer;
beforeAll(async () => {
  [browser, smtp] = await Promise.all([launchBrowser(), startSmtp(), buildWeb()]);
});
afterAll(async () => {
  await browser?.close();
  await smtp?.stop();
});

let folder: string;
let settingsFile: string;
let server: RunningServer;
beforeEach(async () => {
  folder = await createScratchFolder('set-up');
  settingsFile = writeSettings(folder);
});
afterEach(async () => {
  await server.close();
  await removeScratchFolder(folder);
});
const keyturn = async (...argv: string[]) => {
  const { output, errors, exitCode } = await runCommand(['--config', settingsFile, ...argv]);
  expect(exitCode, errors).toBe(0);
  return output;
};

/** Where the people of a test are, and who signs in there. */
interface Place {
  readonly url: string;
  /** The authority of its certificate: sent by the server, or PEM to be had elsewhere. */
  readonly authority: 'shown' | (string & {});
  readonly baseDn: string;
  readonly groupBaseDn: string;
  readonly account: { readonly name: string; readonly password: string };
  /** Somebody of the group `Engineering`. */
  readonly administrator: string;
  /** Somebody whom Keyturn never resets here; null: nobody is so by the directory alone. */
  readonly protected: string | null;
  newPerson(login: string): Promise<{ canSignIn(password: string): Promise<boolean> }>;
}

const places = {
  async openldap(): Promise<Place> {
    const slapd = await sharedSlapd();
    return {
      authority: 'shown',
      ...{ url: slapd.url, baseDn: slapd.peopleDn, groupBaseDn: `ou=groups,${slapd.baseDn}`, administrator: 'alice' },
      protected: null,
      account: { name: slapd.service.dn, password: slapd.service.password },
      async newPerson(login) {
        const { dn } = await slapd.createUser({ login, password: 'Forgotten-harbour-12', mail: `${login}@example.test` });
        return { canSignIn: (password) => slapd.canBind(dn, password) };
      },
    };
  },
  async samba(): Promise<Place> {
    const samba = await sharedSamba();
    return {
      authority: samba.caPem,
      ...{ url: samba.url, baseDn: samba.peopleDn, groupBaseDn: '', administrator: 'alice', account: samba.service },
      protected: 'domina',
      async newPerson(login) {
        await samba.createUser({ login, password: 'Forgotten-harbour-12', mail: `${login}@example.test` });
        return { canSignIn: (password) => samba.canBind(`${login}@${samba.realm.toLowerCase()}`, password) };
      },
    };
  },
};

/** Every page of the set-up is looked at as people are who see badly, use a telephone, or the keyboard alone. */
async function look(page: Page, name: string): Promise<void> {
  expect(await faults(page), name).toEqual([]);
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await scrollsSideways(page), `${name} scrolls sideways`).toBe(false);
  if (size !== null) await page.setViewportSize(size);
  if (process.env.KEYTURN_SCREENSHOTS) await screenshot(page, `set-up-${name}`);
}

describe.each([
  ['openldap', 'en', 'light'],
  // What it adds is the directory; the way is the same.
  ...(process.env.KEYTURN_LONG ? ([['samba', 'de', 'dark']] as const) : []),
] as const)('an empty folder, with %s, in %s', (kind, language, colorScheme) => {
  it('becomes a finished recovery in the browser, and the same document by the file', async () => {
    const place = await places[kind]();
    const t = textsOf(language);
    server = await startServer(loadSettings(settingsFile, {}).settings);
    const origin = server.url.replace('127.0.0.1', 'localhost');
    const watched = await openPage(browser, origin, {
      locale: language === 'en' ? 'en-GB' : 'de-DE',
      colorScheme,
      // 404: there is a configuration, so the set-up has one step left, of the node that begins.
      expectedStatuses: [401, 404, 409],
    });
    const { page } = watched;
    const at = (key: string) => page.getByRole('heading', { level: 1, name: t[key] ?? key, exact: true }).waitFor();
    const press = (key: string) => page.getByRole('button', { name: t[key] ?? key, exact: true }).click();
    const fill = (key: string, text: string) => page.getByLabel(t[key] ?? key, { exact: true }).fill(text);

    // The browser is closed, and comes back with its cookie to the first step that is not answered.
    const comeBack = async (key: string) => {
      await page.goto('about:blank');
      await page.goto(`${origin}/setup`);
      await at(key);
    };

    // Whoever has no link is told where it is.
    await page.goto(`${origin}/`);
    await at('closed.title');
    // Into the tab that shows that: the browser loads nothing then.
    await page.goto(`${origin}/setup#${server.setUpLink?.split('#')[1]}`);
    await at('title');
    await look(page, `open-${language}`);
    await press('open.button');

    await at('address.title');
    await comeBack('address.title');
    await press('address.button');
    await page
      .getByRole('alert')
      .getByText(t['address.missing'] ?? '')
      .waitFor();
    await fill('address.label', 'localhost:1');
    await press('address.button');
    await page
      .getByRole('alert')
      .getByText(t['found.nobody'] ?? '')
      .waitFor();
    // What the server says is in one language, and is marked as such (WCAG 2.2, 3.1.2).
    await page.locator('[lang=en]').getByText('The server refused the connection').first().waitFor();
    await look(page, `nobody-${language}`);
    await fill('address.label', place.url);
    await press('address.button');
    await at('found.title');
    await look(page, `found-${language}`);
    await fill('found.base', place.baseDn);
    await fill('found.groups', place.groupBaseDn);
    await press('next');
    const isShown = place.authority === 'shown';
    await page
      .getByRole('alert')
      .getByText(t[isShown ? 'found.trust.missing' : 'found.no-authority'] ?? '')
      .waitFor();
    if (isShown) await page.getByRole('checkbox').check();
    else {
      // Whoever has another one pasted is told so, and pastes the right one.
      await fill('found.authority', smtp.caPem);
      await press('next');
      await page
        .getByRole('alert')
        .getByText(t['found.untrusted.still'] ?? '')
        .waitFor();
      await look(page, `untrusted-${language}`);
      await fill('found.authority', place.authority);
    }
    await press('next');

    // A password that is wrong, then the right one; the check says both.
    await at('account.title');
    await comeBack('account.title');
    await fill('account.label', place.account.name);
    await fill('account.password', 'Wr0ng-Passw0rd-1');
    await press('account.button');
    await page.getByText(t['account.not-yet'] ?? '').waitFor();
    await page.locator('[lang=en]').getByText('Check name and password of serviceAccount').first().waitFor();
    await look(page, `refused-${language}`);
    await fill('account.password', place.account.password);
    await press('account.button');
    await page.getByText(t['account.may.reset-password'] ?? '').waitFor();
    await page.locator('details').first().locator('summary').click();
    await look(page, `account-${language}`);
    await comeBack('organisation.title');
    await look(page, `organisation-${language}`);
    await fill('organisation.name', 'Northwind Traders');
    await press('next');

    await at('mail.title');
    await comeBack('mail.title');
    // What is answered until now can be taken away, without the password.
    const [download] = await Promise.all([page.waitForEvent('download'), press('file.keep')]);
    const answered = readFileSync(await download.path(), 'utf8');
    expect(parse(answered)).toMatchObject({
      version: 1,
      organisation: { name: 'Northwind Traders' },
      directories: [{ baseDn: place.baseDn }],
    });
    expect(answered).toMatch(/^# {3}mail$/m);
    expect(answered).not.toContain(place.account.password);
    await fill('mail.host', smtp.host);
    await fill('mail.port', String(smtp.port));
    await page.getByLabel(t['mail.security'] ?? '').selectOption('none');
    await fill('mail.from', 'Keyturn <keyturn@example.com>');
    const tester = `${uniqueName('tester')}@example.com`;
    await fill('mail.to', tester);
    await press('mail.test');
    await page.getByText(t['mail.sent'] ?? '').waitFor();
    await smtp.waitForMessage(tester);
    await look(page, `mail-${language}`);
    await press('next');

    await at('template.title');
    await comeBack('template.title');
    await press('next');
    await page
      .getByRole('alert')
      .getByText(t['template.missing'] ?? '')
      .waitFor();
    await page.getByText(t['template.small-company'] ?? '', { exact: true }).click();
    await look(page, `rules-${language}`);
    await press('next');

    await at('roles.title');
    await comeBack('roles.title');
    await fill('roles.administrators', 'Engineering');
    await fill('roles.helpdesk', 'Helpdesk');
    await look(page, `roles-${language}`);
    await press('next');

    await at('finish.title');
    await comeBack('finish.title');
    await page.locator('summary').click();
    const document = (await page.locator('pre').textContent()) ?? '';
    await look(page, `finish-${language}`);
    await fill('finish.administrator', 'chloe');
    await press('finish.button');
    await page.getByRole('alert').waitFor();
    await fill('finish.administrator', place.administrator);
    await press('finish.button');

    // A test person sets another password in a window of their own, while the page tells what worked. It survives that it is closed.
    await at('reset.title');
    await page.getByLabel(t['reset.person'] ?? '', { exact: true }).waitFor();
    await look(page, `reset-${language}`);
    await comeBack('reset.title');
    const tested = uniqueName('tp');
    const testPerson = await place.newPerson(tested);
    for (const [name, key] of [
      [place.administrator, 'reset.unfit.role'],
      ...(place.protected === null ? [] : [[place.protected, 'reset.unfit.account-protected'] as const]),
    ] as const) {
      await fill('reset.person', name);
      await press('reset.find');
      await page
        .getByRole('alert')
        .getByText(t[key] ?? key)
        .waitFor();
    }
    await look(page, `reset-unfit-${language}`);
    await fill('reset.person', tested);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: t['reset.make'] ?? '', exact: true }).waitFor();
    await look(page, `reset-found-${language}`);
    await press('reset.make');
    await page.getByRole('img', { name: t['reset.qr'] ?? '' }).waitFor();
    await look(page, `reset-link-${language}`);
    const address = (await page.locator('a[href*="/first-reset#"]').getAttribute('href')) ?? '';
    const theirWindow = await openPage(browser, origin, {
      locale: language === 'en' ? 'en-GB' : 'de-DE',
      colorScheme,
      expectedStatuses: [401],
    });
    const theirs = createWalk(theirWindow.page, origin, language);
    await theirWindow.page.goto(address);
    await theirs.press('action.continue');
    await theirs.typePassword(NEW_PASSWORD);
    await page
      .getByText(t['reset.line.opened'] ?? '')
      .first()
      .waitFor();
    await theirs.savePassword(NEW_PASSWORD);
    await theirs.at('done.title.password-reset');
    await at('reset.done.title');
    await page
      .getByText(t['reset.line.notice.taken'] ?? '')
      .first()
      .waitFor();
    await look(page, `reset-done-${language}`);
    expect(await testPerson.canSignIn(NEW_PASSWORD)).toBe(true);
    expect(await smtp.waitForMessage(`${tested}@example.test`)).toBeDefined();
    expect(theirWindow.complaints).toEqual([]);
    await press('reset.end');
    await at('done.title');
    await look(page, `done-${language}`);
    const invitation = (await page.locator('a[href*="/invite#"]').getAttribute('href')) ?? '';
    await until(async () => (await fetch(`${server.url}/readyz`).catch(() => null))?.status === 200, 'the node that goes on');
    // Between the door of the set-up and the node nobody answers for a moment; the page asks again.
    expect(watched.complaints.filter((complaint) => !complaint.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);

    // The first administrator comes with the password and makes a passkey.
    await plugIn(watched.page);
    const me = JSON.parse(readFileSync(new URL(`../../locales/${language}/me.json`, import.meta.url), 'utf8')) as Texts;
    const walk = createWalk(page, origin, language);
    await page.goto(invitation);
    await page.getByRole('button', { name: me['invite.button'] ?? '' }).click();
    await walk.nameAccount(place.administrator);
    await page.getByLabel(me['password.label'] ?? '', { exact: true }).fill(seedPassword);
    await walk.press('action.continue');
    await page.waitForURL(/page=proofs/);
    await page.getByRole('button', { name: me['proofs.add.passkey.label'] ?? '', exact: true }).click();
    await page.getByLabel(me['proofs.name'] ?? '', { exact: true }).fill('Desk');
    await page.getByRole('button', { name: me['proofs.add.button'] ?? '', exact: true }).click();
    await page.getByText('Desk').first().waitFor();
    expect(await keyturn('enrolment', 'list', place.administrator)).toContain('passkey');

    // A test person: what is enrolled for them, and their new password in the directory.
    const login = uniqueName('tp');
    const person = await place.newPerson(login);
    await keyturn('enrolment', 'add', login, '--kind', 'email', '--address', `${login}@home.example`);
    const codes = await keyturn('enrolment', 'add', login, '--kind', 'recovery-code');
    const code = /\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}\b/i.exec(codes)?.[0] ?? '';
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(login);
    await walk.chooseFactor('email');
    await walk.giveCode('email', codeIn(await smtp.waitForMessage(`${login}@home.example`)));
    await walk.giveCode('recovery-code', code);
    await walk.typePassword(NEW_PASSWORD);
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    expect(await person.canSignIn(NEW_PASSWORD)).toBe(true);

    // What was shown is in force, and the file does the same in another folder.
    const exported = await keyturn('config', 'export');
    expect(parse(exported)).toEqual(parse(document));
    const [other, file] = [`${folder}/other`, `${folder}/exported.yaml`];
    mkdirSync(other);
    writeFileSync(file, exported);
    const elsewhere = ['--config', writeSettings(other)];
    expect((await runCommand([...elsewhere, 'config', 'apply', file])).output).toContain('Version 1 is in force.');
    expect((await runCommand([...elsewhere, 'config', 'export'])).output).toBe(exported);
  }, 300_000);
});
