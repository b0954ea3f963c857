import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from '../scenarios/sample-directory.ts';
import { codeIn, type Enrolled } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, type WatchedPage } from './browser.ts';
import { CONTACT, type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { createWalk, type Walk } from './walk.ts';

const NEW_PASSWORD = 'Quiet-harbour-at-n00n';

let browser: Browser;
let portal: PortalKeyturn;
let watched: WatchedPage;
let page: Page;
let walk: Walk;
let login: string;
let person: Enrolled;

beforeAll(async () => {
  [browser, portal] = await Promise.all([launchBrowser(), startPortalKeyturn({ directories: [embeddedSection()] })]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), portal?.close()]);
});
beforeEach(async () => {
  ({ login, person } = await newPerson());
  watched = await openPage(browser, portal.origin, { expectedStatuses: [401, 409, 410] });
  page = watched.page;
  walk = createWalk(page, portal.origin);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await screenshot(page, `failed-${task.name}`);
  await watched.context.close();
});

async function newPerson(): Promise<{ login: string; person: Enrolled }> {
  const name = uniqueName('p');
  await addPerson(portal.keyturn, name);
  return { login: name, person: await portal.keyturn.enrol(name) };
}
const mailedCode = async (to = person.address) => codeIn(await portal.keyturn.waitForMessage(to));
const noticesTo = (name: string) => portal.keyturn.messages(`${name}@work.example.test`);

async function toEmailCode(on = walk, name = login): Promise<void> {
  await on.open();
  await on.chooseGoal('reset-password');
  await on.nameAccount(name);
  await on.chooseFactor('email');
}
async function toNewPassword(): Promise<void> {
  await toEmailCode();
  await walk.giveCode('email', await mailedCode());
  await walk.giveCode('totp', person.totp());
  await walk.at('new-password.title');
}
async function nothingChanged(): Promise<void> {
  expect(await signsIn(portal.keyturn, login, OLD_PASSWORD)).toBe(true);
  expect(noticesTo(login)).toEqual([]);
}

describe('a journey that is disturbed', () => {
  it('goes on after a reload, at every step', async () => {
    await toEmailCode();
    await page.reload();
    await walk.giveCode('email', await mailedCode());
    await walk.at('code.title.totp');
    await page.reload();
    await walk.giveCode('totp', person.totp());
    await walk.at('new-password.title');
    await page.reload();
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    expect(await signsIn(portal.keyturn, login, NEW_PASSWORD)).toBe(true);
    expect(watched.complaints).toEqual([]);
  });

  it('still says how it ended after a reload, and no longer whose it was', async () => {
    await toNewPassword();
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    expect(await page.getByText(login, { exact: false }).count()).toBeGreaterThan(0);
    await page.reload();
    await walk.at('done.title.password-reset');
    await page.getByText(walk.text('ended.kept')).waitFor();
    expect(await page.content()).not.toContain(login);
    // Whoever opens the page anew at this computer finds nothing at all.
    const next = await watched.context.newPage();
    await next.goto(`${portal.origin}/recover`);
    await next.getByText(walk.text('ended.text')).waitFor();
    // The browser stays known as one in which a recovery succeeded; that says nothing of whose it was.
    expect(await watched.context.cookies()).toMatchObject([{ name: 'keyturn-device', httpOnly: true, sameSite: 'Strict', path: '/' }]);
    expect(watched.complaints).toEqual([]);
  });

  it('takes no harm from the back button', async () => {
    await toEmailCode();
    await page.goBack();
    await walk.at('account.title');
    expect(await page.getByLabel(walk.text('account.label')).inputValue()).toBe(login);
    await page.goForward();
    await walk.giveCode('email', await mailedCode());
    await walk.giveCode('totp', person.totp());
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    await page.goBack();
    await walk.at('account.title');
    expect(await page.getByLabel(walk.text('account.label')).inputValue()).toBe('');
    await page.goForward();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(noticesTo(login)).toHaveLength(1);
    expect(watched.complaints).toEqual([]);
  });

  it('stands at one place in two tabs', async () => {
    await toEmailCode();
    const other = createWalk(await watched.context.newPage(), portal.origin);
    await other.page.goto(`${portal.origin}/recover`);
    const code = await mailedCode();
    await other.giveCode('email', code);
    await other.at('code.title.totp');
    await walk.giveCode('email', code);
    await walk.at('code.title.totp');
    await page.getByText(walk.text('trouble.passed')).waitFor();
    await walk.giveCode('totp', person.totp());
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    await other.page.reload();
    await other.page.getByRole('heading', { level: 1 }).waitFor();
    expect(noticesTo(login)).toHaveLength(1);
    expect(watched.complaints).toEqual([]);
  });

  it('is not mixed up with another one in a second tab', async () => {
    const second = await newPerson();
    await toEmailCode();
    const code = await mailedCode();
    const other = createWalk(await watched.context.newPage(), portal.origin);
    await toEmailCode(other, second.login);
    await walk.giveCode('email', code);
    await walk.at('replaced.title');
    await page.getByText(walk.text('replaced.not-used')).waitFor();
    await other.giveCode('email', await mailedCode(second.person.address));
    await other.giveCode('totp', second.person.totp());
    await other.page.getByText(`For ${second.login}`, { exact: false }).waitFor();
    await other.savePassword(NEW_PASSWORD);
    await other.at('done.title.password-reset');
    expect(await signsIn(portal.keyturn, second.login, NEW_PASSWORD)).toBe(true);
    await nothingChanged();
    expect(watched.complaints).toEqual([]);
  });

  it('ends with its secrets when another one has replaced it, and never ends or feeds that one', { timeout: 400_000 }, async () => {
    const second = await newPerson();
    await toNewPassword();
    const other = createWalk(await watched.context.newPage(), portal.origin);
    await toEmailCode(other, second.login);
    await other.giveCode('email', await mailedCode(second.person.address));
    await other.giveCode('totp', second.person.totp());
    await other.at('new-password.title');

    // Typing alone is told: there is nothing any more that the password could be saved in.
    await walk.typePassword(NEW_PASSWORD);
    await walk.at('replaced.title');
    expect(await page.locator('input').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.innerHTML)).not.toContain(NEW_PASSWORD);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'replaced');
    // What the browser has now is shown as what it is, with an empty field.
    await walk.press('replaced.show');
    await page.getByText(`For ${second.login}`, { exact: false }).waitFor();
    expect(await page.getByLabel(walk.text('new-password.label'), { exact: true }).inputValue()).toBe('');

    await other.savePassword(NEW_PASSWORD);
    await other.at('done.title.password-reset');
    expect(await signsIn(portal.keyturn, second.login, NEW_PASSWORD)).toBe(true);
    await nothingChanged();
    expect(watched.complaints).toEqual([]);
  });

  it('that is cancelled where it was replaced leaves the other one alone', async () => {
    const second = await newPerson();
    await toEmailCode();
    const other = createWalk(await watched.context.newPage(), portal.origin);
    await toEmailCode(other, second.login);
    await walk.press('cancel.link');
    await walk.press('cancel.yes');
    await walk.at('goal.title');
    await other.giveCode('email', await mailedCode(second.person.address));
    await other.at('code.title.totp');
    expect(watched.complaints).toEqual([]);
  });

  it('writes once, however often the button is pressed', async () => {
    await toNewPassword();
    const answers: string[] = [];
    page.on('request', (request) => request.url().includes('/steps/') && answers.push(request.url()));
    await walk.typePassword(NEW_PASSWORD);
    await page.getByRole('button', { name: walk.text('new-password.save') }).dblclick();
    await walk.at('done.title.password-reset');
    expect(answers).toHaveLength(1);
    await expect.poll(() => noticesTo(login).length).toBe(1);
    expect(watched.complaints).toEqual([]);
  });

  it('ends when it has taken too long, and keeps the name for the next one', async () => {
    await toEmailCode();
    const code = await mailedCode();
    portal.keyturn.clock.move(21 * 60_000);
    await walk.giveCode('email', code);
    await walk.at('expired.title');
    await walk.press('action.start-again');
    await walk.at('goal.title');
    await walk.press('action.continue');
    expect(await page.getByLabel(walk.text('account.label')).inputValue()).toBe(login);
    await nothingChanged();
    expect(watched.complaints).toEqual([]);
  });

  it('ends when it is cancelled, after asking, and the cookie with it', async () => {
    await toNewPassword();
    await walk.typePassword(NEW_PASSWORD);
    await walk.press('cancel.link');
    await walk.at('cancel.title');
    await walk.press('cancel.no');
    await walk.at('new-password.title');
    expect(await page.getByLabel(walk.text('new-password.label'), { exact: true }).inputValue()).toBe(NEW_PASSWORD);
    await walk.press('cancel.link');
    await walk.press('cancel.yes');
    await walk.at('goal.title');
    expect((await watched.context.cookies()).map(({ name }) => name)).toEqual(['keyturn-device']);
    await page.goto(`${portal.origin}/recover`);
    await walk.at('ended.title');
    await nothingChanged();
    expect(watched.complaints).toEqual([]);
  });

  it('waits while the server is stopped, says so, loses nothing and goes on', async () => {
    await toEmailCode();
    await walk.giveCode('email', await mailedCode());
    await walk.at('code.title.totp');
    await portal.stop();
    try {
      await walk.giveCode('totp', person.totp());
      await walk.at('finding-out.title');
    } finally {
      await portal.start();
    }
    await page.getByRole('alert').getByText(walk.text('trouble.still-open')).waitFor({ timeout: 90_000 });
    expect(await page.getByLabel(walk.text('code.label'), { exact: true }).inputValue()).not.toBe('');
    await walk.giveCode('totp', person.totp());
    await walk.at('new-password.title');
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    expect(await signsIn(portal.keyturn, login, NEW_PASSWORD)).toBe(true);
    expect(watched.complaints.filter((line) => !line.includes('status of 502'))).toEqual([]);
  });

  it('is refused after too many wrong codes, and says who can help', async () => {
    await toEmailCode();
    const right = await mailedCode();
    const wrong = right.startsWith('1') ? right.replace('1', '2') : `1${right.slice(1)}`;
    const refused = page.getByRole('heading', { level: 1, name: walk.text('refused.title') });
    let tries = 0;
    while (!(await refused.isVisible()) && tries < 20) {
      const answered = page.waitForResponse((response) => response.url().includes('/steps/'));
      await walk.giveCode('email', wrong);
      await (await answered).finished();
      await page.locator('h1:visible').waitFor();
      await refused.or(page.getByRole('alert')).first().waitFor();
      tries += 1;
    }
    await refused.waitFor();
    expect(tries).toBe(5);
    await page.getByText(CONTACT).first().waitFor();
    await nothingChanged();
    expect(watched.complaints).toEqual([]);
  });
});

describe('the link "this was not me" in the notice', () => {
  it('changes nothing when it is opened, and stops recovery when the button is pressed', async () => {
    await toNewPassword();
    await walk.savePassword(NEW_PASSWORD);
    await walk.at('done.title.password-reset');
    const notice = await portal.keyturn.waitForMessage(`${login}@work.example.test`);
    const link = /http:\S+\/not-me#\S+/.exec(notice.text)?.[0] ?? '';
    const isFrozen = () => portal.keyturn.deps.store.freezes.isFrozen(person.account);

    const elsewhere = await openPage(browser, portal.origin);
    const reader = createWalk(elsewhere.page, portal.origin);
    await reader.page.goto(link);
    await reader.at('not-me.title');
    await reader.page.reload();
    await reader.at('not-me.title');
    expect(await isFrozen()).toBe(false);
    await reader.press('not-me.button');
    await reader.at('not-me.done.title');
    await reader.page.getByText(CONTACT).first().waitFor();
    expect(await isFrozen()).toBe(true);
    expect(reader.page.url()).toBe(`${portal.origin}/not-me`);
    expect(elsewhere.complaints).toEqual([]);
    await elsewhere.context.close();

    // A frozen account walks like any other, and no code reaches it.
    const codes = () => portal.keyturn.messages(person.address).filter((message) => /^\d{8}$/m.test(message.text));
    const before = codes().length;
    await toEmailCode();
    await walk.giveCode('email', '00000000');
    await page.getByRole('alert').waitFor();
    expect(codes()).toHaveLength(before);
    expect(watched.complaints).toEqual([]);
  });
});
