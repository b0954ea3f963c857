import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildWeb } from '../../scripts/build-web.ts';
import type { DemoMessage } from '../../shared/api/demo.ts';
import { type JourneyClient, startJourney } from '../scenarios/journey-client.ts';
import { askedForPassword, exchange, inSession } from '../scenarios/sign-in-client.ts';
import { codeIn, until } from '../scenarios/start-keyturn.ts';
import { claimFreePort, type FreePort } from '../servers/free-address.ts';
import { runUnchecked } from '../servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { seedPassword } from '../servers/seed-people.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { alive, type DemoRun, runDemo } from './run-demo.ts';
import { createWalk, type Walk } from './walk.ts';

const NEW_PASSWORD = 'Quiet-harbour-at-n00n';

let folder: string;
let port: FreePort;
let started: DemoRun[];

beforeAll(async () => {
  await buildWeb();
});
beforeEach(async () => {
  [folder, port] = await Promise.all([createScratchFolder('demo'), claimFreePort()]);
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((demo) => demo.interrupt()));
  port.release();
  await removeScratchFolder(folder);
});

function start(...args: string[]): DemoRun {
  const demo = runDemo(['--port', String(port.port), '--data', folder, ...args]);
  started.push(demo);
  return demo;
}

/** Stops a demo as Ctrl+C does; nothing it has started may outlive it for long. */
async function stopWholly(demo: DemoRun): Promise<void> {
  const family = demo.processes();
  expect(family.length).toBeGreaterThan(0);
  expect(await demo.interrupt()).toBe(0);
  await until(() => alive(family).length === 0, 'every process of the demo to end');
}

describe('a newcomer', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** The code on the demo page of the newest mail, or of an authenticator: alice's is the first, bjoern's the second. */
  async function codeOnDemoPage(page: Page, from: 'mailbox' | 'authenticator', person = 0): Promise<string> {
    const place = page.getByRole('list').filter({ has: page.getByRole('button', { name: /^Copy the code/ }) });
    const button = (from === 'mailbox' ? place.last() : place.first()).getByRole('button', { name: /^Copy the code/ }).nth(person);
    return /\d+/.exec((await button.getAttribute('aria-label')) ?? '')?.[0] ?? '';
  }

  async function resetAlice(walk: Walk, demoPage: Page, password: string): Promise<void> {
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount('alice');
    await walk.chooseFactor('email');
    await demoPage.getByText('To alice@example.test').first().waitFor();
    await walk.giveCode('email', await codeOnDemoPage(demoPage, 'mailbox'));
    await walk.chooseFactor('totp');
    await walk.giveCode('totp', await codeOnDemoPage(demoPage, 'authenticator'));
    await walk.at('new-password.title');
    await walk.savePassword(password);
    await walk.at('done.title.password-reset');
  }

  async function erikIsAsked(origin: string): Promise<void> {
    const { page, context, complaints } = await openPage(browser, origin, { expectedStatuses: [401] });
    await page.goto(`${origin}/me`);
    await page.getByLabel('Sign-in name').fill('erik');
    await page.keyboard.press('Enter');
    await page.getByLabel('Password', { exact: true }).fill('Known-Passw0rd-5');
    await page.keyboard.press('Enter');
    const walk = createWalk(page, origin);
    const { code } = (await (await fetch(`${origin}/api/v1/demo/authenticator/erik`)).json()) as { code: string };
    await walk.giveCode('totp', code);
    await page.getByRole('heading', { level: 1, name: 'Be ready for the day you forget your password' }).waitFor();
    await page.getByText('7 days are left').waitFor();
    await page.getByRole('button', { name: 'Remind me tomorrow' }).click();
    await page.getByRole('heading', { level: 1, name: /Your account/ }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  }

  it('opens the printed address and resets a password with nothing but what the demo page shows; a restart keeps it', async () => {
    const demo = start();
    const origin = await demo.ready();
    expect(origin).toBe(`http://127.0.0.1:${port.port}`);
    expect(demo.output()).toMatch(/alice/);
    expect(demo.output()).toContain(`${origin}/demo`);
    const { page, context, complaints } = await openPage(browser, origin);
    const walk = createWalk(page, origin);
    const demoPage = await context.newPage();
    await demoPage.goto(`${origin}/demo`);
    await demoPage.getByText('No message yet').waitFor();
    await resetAlice(walk, demoPage, NEW_PASSWORD);
    await demoPage.getByRole('heading', { level: 3, name: 'Your password was reset' }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [360, 1280]) {
        await demoPage.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await demoPage.setViewportSize({ width, height: 800 });
        await demoPage.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
        expect(await axe(demoPage), `${colorScheme} ${width}`).toEqual([]);
        expect(await scrollsSideways(demoPage)).toBe(false);
        if (process.env.KEYTURN_SCREENSHOTS) await screenshot(demoPage, `real-demo-${colorScheme}-${width}`);
      }
    }
    expect(complaints).toEqual([]);
    await stopWholly(demo);
    await context.close();

    const again = start();
    expect(await again.ready()).toBe(origin);
    const second = await openPage(browser, origin, { expectedStatuses: [401] });
    const secondDemoPage = await second.context.newPage();
    await secondDemoPage.goto(`${origin}/demo`);
    const secondWalk = createWalk(second.page, origin);
    // Another person, because an authenticator's code works once. The seeds and the lock have outlived the restart.
    await secondWalk.open();
    await secondWalk.chooseGoal('unlock-account');
    await secondWalk.nameAccount('bjoern');
    await secondWalk.chooseFactor('sms');
    await secondDemoPage.getByText('+491713920002').first().waitFor();
    await secondWalk.giveCode('sms', await codeOnDemoPage(secondDemoPage, 'mailbox'));
    await secondWalk.giveCode('totp', await codeOnDemoPage(secondDemoPage, 'authenticator', 1));
    await secondWalk.at('confirm-unlock.title');
    await secondWalk.press('confirm-unlock.save');
    await secondWalk.at('done.title.unlocked');

    await second.page.goto(`${origin}/me`);
    await second.page.getByLabel('Sign-in name').fill('alice');
    await second.page.keyboard.press('Enter');
    await second.page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD);
    await second.page.keyboard.press('Enter');
    await second.page.getByRole('radio', { name: /e-mail/ }).check();
    await second.page.keyboard.press('Enter');
    await secondDemoPage.getByText('To alice@example.test').first().waitFor();
    await secondWalk.giveCode('email', await codeOnDemoPage(secondDemoPage, 'mailbox'));
    await second.page.getByRole('heading', { level: 1, name: /Your account/ }).waitFor();
    expect(second.complaints).toEqual([]);
    await second.context.close();
    expect(await fridaMay(origin, 'alice')).toMatchObject({ status: 200, body: { may: ['reset-password', 'unlock-account'] } });
    await erikIsAsked(origin);
    await ireneResetsBoth(origin);
    await stopWholly(again);
  });
});

/** Signs in as frida, who manages alice, by what the demo tells, and asks what she may do for somebody. */
async function fridaMay(origin: string, name: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const client = await askedForPassword(origin, 'frida');
  await client.answer({ password: 'Known-Passw0rd-6' });
  await client.answer({ option: 'totp' });
  const { code } = (await (await fetch(`${origin}/api/v1/demo/authenticator/frida`)).json()) as { code: string };
  await client.answer({ code });
  const { token = '' } = (await exchange(origin, client)).body;
  return inSession(origin, token, 'POST', '/help/find', { account: name });
}

/** Recovers irene, whose second account is linked, by what the demo tells: one new password for both. */
async function ireneResetsBoth(origin: string): Promise<void> {
  const get = async <T>(path: string) => (await (await fetch(`${origin}/api/v1/demo${path}`)).json()) as T;
  const mail = async () => (await get<DemoMessage[]>('/messages')).find(({ to }) => to === 'irene@example.test');
  const client = await startJourney(origin, 'irene');
  await client.answer({ option: 'email' });
  await until(async () => (await mail()) !== undefined, 'the mail to irene');
  await client.answer({ code: codeIn((await mail()) as DemoMessage) });
  await client.answer({ option: 'totp' });
  await client.answer({ code: (await get<{ code: string }>('/authenticator/irene')).code });
  const { accounts } = client.at('choose-accounts');
  expect(accounts.map(({ label }) => label.split(' ')[0])).toEqual(['irene', 'irene.cloud']);
  await client.answer({ accounts: accounts.map(({ id }) => id) });
  // A trial shows what becomes of a password that everybody has, and of one's own name.
  for (const [password, code] of [
    ['Password12345', 'password.dictionary'],
    ['irene-ibsen-is-me', 'password.disguised-name'],
  ]) {
    await client.answer({ password });
    expect(client.at('new-password').verdicts).toContainEqual(expect.objectContaining({ code, ok: false }));
  }
  await client.answer({ password: NEW_PASSWORD });
  expect(client.at('done').results.map(({ outcome }) => outcome)).toEqual(['password-reset', 'password-reset']);
}

describe('with a real directory', () => {
  async function resetOverApi(origin: string): Promise<JourneyClient> {
    const client = await startJourney(origin, 'alice');
    const get = async <T>(path: string) => (await (await fetch(`${origin}/api/v1/demo${path}`)).json()) as T;
    await client.answer({ option: 'email' });
    let messages: DemoMessage[] = [];
    await until(async () => {
      messages = await get<DemoMessage[]>('/messages');
      return messages.some((message) => message.to === 'alice@example.test');
    }, 'the mail to alice');
    await client.answer({ code: codeIn(messages.find((message) => message.to === 'alice@example.test') as DemoMessage) });
    // Frida manages her.
    expect(client.at('choose-factor').options.map(({ kind }) => kind)).toEqual(['totp', 'manager']);
    await client.answer({ option: 'totp' });
    await client.answer({ code: (await get<{ code: string }>('/authenticator/alice')).code });
    client.at('new-password');
    await client.answer({ password: NEW_PASSWORD });
    client.at('done');
    return client;
  }

  it.each([
    ['openldap', 'OpenLDAP'],
    ['samba', 'Samba Active Directory'],
  ])('%s: it is started, told, written to, and stopped with the demo', async (kind, product) => {
    const demo = start('--directory', kind);
    const origin = await demo.ready(120_000);
    const said = new RegExp(`^Directory: ${product} at (ldaps://\\S+), base (\\S+)$`, 'm').exec(demo.output());
    const [, url = '', base = ''] = said ?? [];
    const caFile = /LDAPTLS_CACERT=(\S+)/.exec(demo.output())?.[1] ?? '';
    const env = { LDAPTLS_CACERT: caFile };
    const search = /ldapsearch (.*)$/m.exec(demo.output())?.[1] ?? '';
    const argsOfSearch = [...search.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    const found = await runUnchecked('ldapsearch', argsOfSearch, { env });
    const dn = /^dn: (.*)$/m.exec(found.stdout.replaceAll('\n ', ''))?.[1] ?? '';
    expect(dn.toLowerCase().endsWith(base.toLowerCase()), `${found.stdout}${found.stderr}`).toBe(true);
    const signsIn = async (password: string) =>
      (await runUnchecked('ldapsearch', ['-x', '-H', url, '-D', dn, '-w', password, '-s', 'base', '-b', '', '1.1'], { env })).exitCode ===
      0;

    expect(await fridaMay(origin, 'alice')).toMatchObject({ status: 200, body: { may: ['reset-password', 'unlock-account'] } });
    expect(await signsIn(seedPassword)).toBe(true);
    await ireneResetsBoth(origin);
    await resetOverApi(origin);
    expect(await signsIn(NEW_PASSWORD)).toBe(true);
    expect(await signsIn(seedPassword)).toBe(false);
    await stopWholly(demo);
    expect(await signsIn(NEW_PASSWORD)).toBe(false);
  });

  it('leaves nothing behind when it is stopped while its directory starts', async () => {
    const demo = start('--directory', 'openldap');
    await until(() => demo.processes().length > 1, 'the directory to be started');
    const family = demo.processes();
    await demo.interrupt();
    await until(() => alive(family).length === 0, 'every process to end');
    expect(demo.output()).not.toContain('Keyturn is ready');
  });
});

describe('what goes wrong at the start is told', () => {
  it('a port in use', async () => {
    const first = start();
    await first.ready();
    const other = await createScratchFolder('demo');
    const second = runDemo(['--port', String(port.port), '--data', other]);
    expect(await second.ended()).toBe(1);
    expect(second.errors()).toContain(`Port ${port.port} is in use already.`);
    expect(second.errors()).toContain('--port');
    await removeScratchFolder(other);
    await stopWholly(first);
  });

  it.each([
    [['--nonsense'], /unknown option '--nonsense'/],
    [['--port', 'ninety'], /Expected a number from 0 to 65535/],
    [['--directory', 'novell'], /Allowed choices are embedded, openldap, samba/],
  ])('a bad option: %s', async (args, words) => {
    const demo = start(...args);
    expect(await demo.ended()).toBe(2);
    expect(demo.errors()).toMatch(words);
    expect(demo.output()).toBe('');
  });
});
