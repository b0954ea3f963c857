import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { endAllSessions } from '../../src/core/sessions/end-sessions.ts';
import { atCall, type Caller, HELPDESK_ROLES, newCaller } from '../scenarios/helpdesk.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from '../scenarios/sample-directory.ts';
import { createMovableClock, type Enrolled } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways, type WatchedPage } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

const SEERS = { name: 'seers', may: ['see-people' as const], heldBy: { groups: ['Agents'] }, over: { groups: ['Staff'] } };
let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: { signIn: { enabled: true }, roles: [...HELPDESK_ROLES, SEERS] },
      clock: createMovableClock(),
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

const title = (page: Page, text: RegExp | string) => page.getByRole('heading', { level: 1, name: text }).waitFor();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const spokenAt = async (page: Page) => (await page.getByText(/^\d{4}$/).textContent()) ?? '';

let agent: Enrolled & { login: string };
let caller: Caller;
beforeEach(async () => {
  const login = uniqueName('agent');
  await addPerson(portal.keyturn, login, { groups: ['Agents'], displayName: 'Frida Fischer' });
  agent = { ...(await portal.keyturn.enrol(login)), login };
  caller = await newCaller(portal.keyturn);
});

async function signInAt(page: Page): Promise<void> {
  portal.keyturn.clock.move(31_000);
  await page.getByLabel('Sign-in name').fill(agent.login);
  await page.keyboard.press('Enter');
  await page.getByLabel('Password', { exact: true }).fill(OLD_PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /authenticator/ }).check();
  await page.keyboard.press('Enter');
  await page.getByRole('textbox').first().fill(agent.totp());
  await page.keyboard.press('Enter');
  await page.getByRole('log').waitFor({ state: 'attached' });
}

/** An agent who has opened a case for a new password from the page of the person, as somebody calls. */
async function calledAt(options: Parameters<typeof openPage>[2] = {}): Promise<WatchedPage> {
  const watched = await openPage(browser, portal.origin, { ...options, expectedStatuses: [401, 403, 409, 410, 422] });
  const { page } = watched;
  await page.goto(`${portal.origin}/helpdesk`);
  await signInAt(page);
  await page.getByLabel('Look for people').fill(caller.login);
  await page.getByRole('link', { name: new RegExp(caller.login) }).click();
  await page.getByRole('button', { name: /password.*once the caller is verified/i }).click();
  await press(page, 'Open the case');
  await page.getByText(/^\d{4}$/).waitFor();
  return watched;
}
const verifyCaller = async (spoken: string) => {
  const client = await atCall(portal.keyturn, caller);
  await client.answer({ number: spoken });
  client.at('done');
};
const look = async (page: Page, what: string) => {
  expect(await faults(page), what).toEqual([]);
  expect(await scrollsSideways(page), what).toBe(false);
  await screenshot(page, `interrupted-${what}`);
};

it('a case is left by going back in the browser, by loading anew and by signing in anew, and is found again', async () => {
  const { page, context, complaints } = await calledAt();
  const spoken = await spokenAt(page);
  const reopened = async (what: string) => {
    await page.getByText('Your cases that are open').waitFor();
    await look(page, what);
    await page.getByRole('button', { name: /^A new password for/ }).click();
    expect(await spokenAt(page), what).toBe(spoken);
  };
  // To the page behind it, as the button of the page leads to; and from there to the list.
  await page.goBack();
  await title(page, new RegExp(caller.login));
  await reopened('back');
  await page.goBack();
  await title(page, new RegExp(caller.login));
  await page.goBack();
  await title(page, 'People');
  await reopened('list');
  await page.reload();
  await reopened('reload');
  // Their time is over in the middle of the call.
  const { deps } = portal.keyturn;
  const ended = { because: 'ended-elsewhere' as const, actor: { kind: 'system' as const } };
  await deps.store.transaction((store) => endAllSessions(deps, store, agent.account, ended));
  await page.getByLabel('Sign-in name').waitFor();
  await signInAt(page);
  await reopened('signed-in-anew');
  await verifyCaller(spoken);
  await page.getByRole('button', { name: 'Set a temporary password' }).waitFor();
  expect(complaints.filter((each) => !/401/.test(each))).toEqual([]);
  await context.close();
});

it.each([
  ['a cut connection', { status: 0 }],
  ['a gateway', { status: 504 }],
] as const)(
  'a password whose answer is lost by %s is said to be shown to nobody, and nothing is claimed that is not so',
  async (what, own) => {
    const { page, context } = await calledAt({ viewport: { width: 320, height: 640 } });
    await verifyCaller(await spokenAt(page));
    await page.getByRole('button', { name: 'Set a temporary password' }).waitFor();
    portal.proxy.set('lose-answer', own, (method, path) => method === 'POST' && path.endsWith('/act'));
    try {
      await press(page, 'Set a temporary password');
      await title(page, /The case of .* is done/);
      await page.getByText(/No answer arrived here\. A password/).waitFor();
      await look(page, `lost-${own.status}`);
      expect(await page.getByText(/try again/i).count()).toBe(0);
      expect(await signsIn(portal.keyturn, caller.login, OLD_PASSWORD), what).toBe(false);
    } finally {
      portal.proxy.set('forward', { status: 502 });
    }
    // What is to be done is said: another case, from the person.
    await press(page, 'Back');
    await page.getByRole('button', { name: /password.*once the caller is verified/i }).click();
    await press(page, 'Open the case');
    await page.getByText(/^\d{4}$/).waitFor();
    await context.close();
  },
);

it('an act that never arrived is said to be open still, and is done once when it is pressed again', async () => {
  const { page, context } = await calledAt();
  await verifyCaller(await spokenAt(page));
  await page.getByRole('button', { name: 'Set a temporary password' }).waitFor();
  portal.proxy.set('answer-itself', { status: 0 }, (method, path) => method === 'POST' && path.endsWith('/act'));
  await press(page, 'Set a temporary password');
  await page
    .getByRole('alert')
    .getByText(/no answer/i)
    .waitFor();
  portal.proxy.set('forward', { status: 502 });
  expect(await signsIn(portal.keyturn, caller.login, OLD_PASSWORD)).toBe(true);
  await press(page, 'Set a temporary password');
  await title(page, /has a temporary password/);
  await page.getByText(/^Kt-.*-x7$/).waitFor();
  await context.close();
});
