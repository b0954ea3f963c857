import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newestFirst } from '../scenarios/by-time.ts';
import { HELPDESK_ROLES, mailedCode, newAgent, opened, verified } from '../scenarios/helpdesk.ts';
import { addPerson, embeddedSection, OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { codeIn, createMovableClock, type Enrolled, holdsCode } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

/** Agents who have passwords set by way of text messages. */
const TEXTERS = {
  ...{ name: 'texters', may: ['reset-password' as const], heldBy: { groups: ['Texters'] }, over: { groups: ['Staff'] } },
  resetBy: ['link-by-text' as const, 'sent-by-text' as const],
};
/** Whose callers are vouched for, to have removed what they have lost. */
const HEARERS = {
  ...{ name: 'hearers', may: ['remove-proofs' as const], heldBy: { groups: ['Hearers'] }, over: { groups: ['Staff'] } },
  otherWays: ['manager' as const],
};
let portal: PortalKeyturn;
let browser: Browser;
beforeAll(async () => {
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [embeddedSection()],
      configuration: {
        signIn: { enabled: true },
        roles: [...HELPDESK_ROLES, TEXTERS, HEARERS],
        sms: { kind: 'capture', countries: ['DE'] },
        helpdesk: { approvals: [{ name: 'board', when: { groups: ['Board'] } }] },
      },
      clock: createMovableClock(),
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});

const texts = {
  'en-GB': {
    name: 'Sign-in name',
    caller: 'Your sign-in name',
    password: 'Password',
    help: 'Help somebody else',
    theirs: 'Their sign-in name',
    begin: 'Open a case: new password',
    open: 'Open the case',
    none: 'No call is open for you',
    look: 'Look again',
    asks: /on the telephone with you/,
    heard: 'The number that you hear',
    wrong: /not the number of this call/,
    confirmed: 'The call is confirmed',
    denied: 'The call is ended',
    notMine: 'This is not my call',
    link: /^Send a link to/,
    wrongLink: /not the number that belongs to this link/,
    ended: /says that this is not their call/,
    act: 'Set a temporary password',
    done: /has a temporary password/,
    own: /A new password for/,
    app: /authenticator/,
    authenticator: /from your authenticator app/,
    mail: /e-mail/,
    call: 'The helpdesk is on the telephone: confirm the call',

    unverified: 'Act without a verified caller',
    why: 'Why, if it is worth saying',
    next: 'Continue',
  },
  'de-DE': {
    name: 'Anmeldename',
    caller: 'Ihr Anmeldename',
    password: 'Passwort',
    help: 'Jemand anderem helfen',
    theirs: 'Deren Anmeldename',
    begin: 'Fall eröffnen: neues Passwort',
    open: 'Fall eröffnen',
    none: 'Für Sie ist kein Anruf offen',
    look: 'Noch einmal nachsehen',
    asks: /bei Ihnen am Telefon/,
    heard: 'Die Nummer, die Sie hören',
    wrong: /nicht die Nummer dieses Anrufs/,
    confirmed: 'Der Anruf ist bestätigt',
    denied: 'Der Anruf ist beendet',
    notMine: 'Das ist nicht mein Anruf',
    link: /^Link schicken an/,
    wrongLink: /nicht die Nummer, die zu diesem Link gehört/,
    ended: /nicht der eigene Anruf/,
    act: 'Vorläufiges Passwort setzen',
    done: /hat ein vorläufiges Passwort/,
    own: /Ein neues Passwort für/,
    app: /Authenticator/i,
    authenticator: /aus Ihrer Authenticator-App/,
    mail: /E-Mail/,
    call: 'Der Helpdesk ist am Telefon: den Anruf bestätigen',

    unverified: 'Ohne Nachweis handeln',
    why: 'Warum, falls es zu sagen ist',
    next: 'Weiter',
  },
} as const;
const title = (page: Page, text: RegExp | string) => page.getByRole('heading', { level: 1, name: text }).waitFor();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

describe.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const)('a call, %s', (_, options, locale) => {
  const word = texts[locale];
  const me = JSON.parse(readFileSync(`locales/${locale.slice(0, 2)}/me.json`, 'utf8')) as Record<string, string>;
  const say = (key: string) => me[key] ?? key;
  const watchedPage = () => openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [401, 403, 409, 422, 429] });
  const look = async (page: Page, what: string) => {
    expect(await faults(page), what).toEqual([]);
    expect(await scrollsSideways(page), what).toBe(false);
    await screenshot(page, `call-${what}-${locale}`);
  };

  async function person(groups: string[], displayName: string): Promise<Enrolled & { login: string }> {
    const login = uniqueName('person');
    await addPerson(portal.keyturn, login, { groups, displayName });
    return { ...(await portal.keyturn.enrol(login)), login };
  }

  const agentAt = async (groups: string[]) => helpingAt(await person(groups, 'Frida Fischer'));
  async function helpingAt(agent: Pick<Enrolled, 'totp'> & { login: string }) {
    const watched = await signedInAt(agent, 'help');
    await title(watched.page, word.help);
    return watched;
  }

  async function signedInAt(agent: Pick<Enrolled, 'totp'> & { login: string }, of: 'help' | 'vouch') {
    const watched = await watchedPage();
    const { page } = watched;
    page.setDefaultTimeout(6000);
    portal.keyturn.clock.move(31_000);
    await page.goto(`${portal.origin}/me?page=${of}`);
    await page.getByLabel(word.name).fill(agent.login);
    await page.keyboard.press('Enter');
    await page.getByLabel(word.password, { exact: true }).fill(OLD_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: word.app }).check();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').first().fill(agent.totp());
    await page.keyboard.press('Enter');
    return watched;
  }

  async function beginCase(page: Page, login: string, name: string) {
    await page.getByLabel(word.theirs).fill(login);
    await page.keyboard.press('Enter');
    await title(page, name);
    await press(page, word.begin);
  }

  async function callerAt(caller: Enrolled & { login: string }) {
    const watched = await watchedPage();
    const { page } = watched;
    page.setDefaultTimeout(6000);
    await page.goto(portal.origin);
    await press(page, word.call);
    await look(page, 'name');
    await page.getByLabel(word.caller).fill(caller.login);
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: word.mail }).check();
    const before = portal.keyturn.messages(caller.address).filter(holdsCode).length;
    await press(page, word.next);
    await page.getByRole('textbox').first().waitFor();
    const mailed = () => portal.keyturn.messages(caller.address).filter(holdsCode);
    await expect.poll(() => mailed().length).toBeGreaterThan(before);
    const [newest] = newestFirst(mailed());
    await page
      .getByRole('textbox')
      .first()
      .fill(newest === undefined ? '' : codeIn(newest));
    await page.keyboard.press('Enter');
    portal.keyturn.clock.move(31_000);
    await title(page, word.authenticator);
    return watched;
  }
  const finishProof = async (page: Page, caller: Enrolled) => {
    await page.getByRole('textbox').first().fill(caller.totp());
    await page.keyboard.press('Enter');
  };

  it('is confirmed by number, and the agent acts', async () => {
    const caller = await person(['Staff'], 'Alice Archer');
    const [agent, phone] = [await agentAt(['Agents']), await callerAt(caller)];
    await finishProof(phone.page, caller);
    await title(phone.page, word.none);
    await look(phone.page, 'none');

    await beginCase(agent.page, caller.login, 'Alice Archer');
    await agent.page.getByRole('textbox').first().waitFor();
    await look(agent.page, 'open');
    await press(agent.page, word.open);
    await agent.page.getByText(/^\d{4}$/).waitFor();
    // The address of the page, which holds nothing that opens anything.
    await press(agent.page, say('case.page.email'));
    await agent.page.getByText(say('case.page.sent.email').replace('{{name}}', 'Alice Archer')).waitFor();
    const pages = () => portal.keyturn.messages(caller.address).filter(({ text }) => text.includes(`${portal.origin}/call`));
    await expect.poll(() => pages().length).toBe(1);
    expect(pages()[0]?.text).toContain('Frida Fischer');
    await press(agent.page, say('case.page.email'));
    await agent.page.getByRole('alert').waitFor();
    await look(agent.page, 'page-sent');
    const asked: string[] = [];
    agent.page.on('request', (request) => asked.push(request.url()));
    await look(agent.page, 'numbers');
    const spoken = (await agent.page.getByText(/^\d{4}$/).textContent()) ?? '';
    const shown = (await agent.page.getByText(/^\d{3}$/).textContent()) ?? '';

    await press(phone.page, word.look);
    await title(phone.page, word.asks);
    expect(await phone.page.getByRole('heading', { level: 1 }).textContent()).toContain('Frida Fischer');
    expect(await phone.page.getByText(shown, { exact: true }).count()).toBe(1);
    await look(phone.page, 'asked');
    await phone.page.getByLabel(word.heard).fill(spoken === '0000' ? '0001' : '0000');
    await phone.page.keyboard.press('Enter');
    await phone.page.getByRole('alert').getByText(word.wrong).waitFor();
    await look(phone.page, 'wrong');
    await phone.page.getByLabel(word.heard).fill(spoken);
    await phone.page.keyboard.press('Enter');
    await title(phone.page, word.confirmed);
    await look(phone.page, 'confirmed');

    await agent.page.getByRole('button', { name: word.act }).waitFor();
    // Once when it listens, and for each of: begun, a wrong number, verified. Not every two seconds.
    expect(asked.filter((url) => url.includes('/helpdesk/cases/') && !url.endsWith('/reset')).length).toBeLessThanOrEqual(4);
    await agent.page.getByRole('button', { name: word.link }).first().waitFor();
    await look(agent.page, 'verified');
    // A link in the caller's mailbox, opened with the number that the agent reads out.
    await agent.page.getByRole('button', { name: word.link }).first().click();
    await agent.page.getByText(/^\d{4}$/).waitFor();
    await look(agent.page, 'link-sent');
    const number = (await agent.page.getByText(/^\d{4}$/).textContent()) ?? '';
    const mailed = () => portal.keyturn.messages(caller.address).find(({ text }) => text.includes('/helpdesk-link#'))?.text ?? '';
    await expect.poll(mailed).not.toBe('');
    await phone.page.goto(/\S+\/helpdesk-link#\S+/.exec(mailed())?.[0] ?? '');
    await phone.page.getByLabel(word.heard).fill(number === '0000' ? '0001' : '0000');
    await phone.page.keyboard.press('Enter');
    await phone.page.getByRole('alert').getByText(word.wrongLink).waitFor();
    await look(phone.page, 'link');
    await phone.page.getByLabel(word.heard).fill(number);
    await phone.page.keyboard.press('Enter');
    await phone.page.locator('input[autocomplete="new-password"]').first().waitFor();
    await look(phone.page, 'link-password');
    await press(agent.page, word.act);
    await title(agent.page, word.done);
    const password = (await agent.page.getByText(/^Kt-.*-x7$/).textContent()) ?? '';
    const directory = portal.keyturn.deps.directories.get('people');
    expect(await directory.verifyPassword(caller.account, password)).toMatchObject({ valid: false, reason: 'credentials.must-change' });
    for (const watched of [agent, phone]) {
      expect(watched.complaints).toEqual([]);
      await watched.context.close();
    }
  });

  it('is ended by who has not called, and found again by the agent until then', async () => {
    const caller = await person(['Staff'], 'Bob Baker');
    const agent = await agentAt(['Trusted']);
    await beginCase(agent.page, caller.login, 'Bob Baker');
    await agent.page.getByLabel(word.why).fill('stands before me');
    await press(agent.page, word.open);
    await agent.page.getByRole('button', { name: word.unverified }).waitFor();
    await look(agent.page, 'may-do-without');
    await agent.page.reload();
    await agent.page.getByRole('button', { name: word.own }).waitFor();
    await look(agent.page, 'own');
    await agent.page.getByRole('button', { name: word.own }).click();
    await agent.page.getByText(/^\d{4}$/).waitFor();

    const phone = await callerAt(caller);
    await finishProof(phone.page, caller);
    await title(phone.page, word.asks);
    await press(phone.page, word.notMine);
    await title(phone.page, word.denied);
    await look(phone.page, 'denied');
    await title(agent.page, word.ended);
    await look(agent.page, 'ended');
    for (const watched of [agent, phone]) {
      expect(watched.complaints).toEqual([]);
      await watched.context.close();
    }
  });

  it('says what is to be removed, to the caller as to the agent', async () => {
    const caller = await person(['Staff'], 'Erin Engel');
    const [agent, phone] = [await agentAt(['Carers']), await callerAt(caller)];
    await finishProof(phone.page, caller);
    await agent.page.getByLabel(word.theirs).fill(caller.login);
    await agent.page.keyboard.press('Enter');
    await press(agent.page, say('case.begin.remove-proofs'));
    await agent.page.getByRole('checkbox', { name: say('kind.totp') }).check();
    await look(agent.page, 'remove');
    await press(agent.page, word.open);
    await agent.page.getByText(say('case.kinds.chosen').replace('{{kinds}}', say('kind.totp'))).waitFor();
    const spoken = (await agent.page.getByText(/^\d{4}$/).textContent()) ?? '';
    await press(phone.page, word.look);
    await title(phone.page, word.asks);
    await phone.page
      .locator('strong')
      .getByText(/authenti/i)
      .waitFor();
    await look(phone.page, 'remove-asked');
    await phone.page.getByLabel(word.heard).fill(spoken);
    await phone.page.keyboard.press('Enter');
    await title(phone.page, word.confirmed);
    await agent.page.getByRole('button', { name: say('help.remove-proofs'), exact: true }).waitFor();
    await look(agent.page, 'remove-verified');
    await press(agent.page, say('help.remove-proofs'));
    await title(agent.page, say('help.remove-proofs.done').replace('{{name}}', 'Erin Engel'));
    await look(agent.page, 'removed');
    const left = await portal.keyturn.deps.store.factors.ofAccount(caller.account);
    expect(left.map(({ kind }) => kind)).toEqual(['email']);
    for (const watched of [agent, phone]) {
      expect(watched.complaints).toEqual([]);
      await watched.context.close();
    }
  });

  it('says to the manager who vouches what is to be removed', async () => {
    const [asks, boss] = [await newAgent(portal.keyturn, 'Hearers'), await newAgent(portal.keyturn, 'Staff')];
    const login = uniqueName('person');
    await addPerson(portal.keyturn, login, { groups: ['Staff'], displayName: 'Hanna Hart', managerId: boss.account.id });
    const caller = await portal.keyturn.enrol(login);
    const { id } = await opened(asks, { ref: caller.account }, { action: 'remove-proofs', kinds: ['totp', 'email'] });
    expect((await asks.held.call('POST', `/helpdesk/cases/${id}/vouch`, {})).status).toBe(200);
    const manager = await signedInAt(boss, 'vouch');
    await manager.page.getByRole('button', { name: say('vouch.answer.label').replace('{{name}}', 'Hanna Hart') }).click();
    await title(manager.page, say('vouch.for').replace('{{name}}', 'Hanna Hart'));
    const kinds = manager.page.getByRole('definition').filter({ hasText: say('kind.totp') });
    expect(await kinds.textContent()).toContain(say('kind.email'));
    await look(manager.page, 'vouch-kinds');
    expect(manager.complaints).toEqual([]);
    await manager.context.close();
  });

  it('has a link, or a temporary password that the agent does not see, sent by text message', async () => {
    const caller = await person(['Staff'], 'Gina Groß');
    const secret = `+49151${Date.now().toString().slice(-8)}`;
    const { deps } = portal.keyturn;
    await addFactor(deps, deps.store, { account: caller.account, kind: 'sms', label: secret, secret, source: 'test' });
    const asks = await newAgent(portal.keyturn, 'Texters');
    await verified(portal.keyturn, asks, { ...caller, ref: caller.account });
    const agent = await helpingAt(asks);
    const to = `+49 ••• ${secret.slice(-2)}`;
    await agent.page.getByRole('button', { name: word.own }).click();
    await press(agent.page, say('case.link.send.sms').replace('{{to}}', to));
    await agent.page.getByText(/^\d{4}$/).waitFor();
    await look(agent.page, 'link-by-text');
    const texts = () => portal.keyturn.messages(secret);
    await expect.poll(() => texts().some(({ text }) => text.includes('/helpdesk-link#'))).toBe(true);
    await press(agent.page, say('case.sent-by-text').replace('{{to}}', to));
    await title(agent.page, word.done);
    await agent.page.getByText(say('help.sent-to').replace('{{to}}', to)).waitFor();
    await look(agent.page, 'sent-by-text');
    expect(await agent.page.getByText(/Kt-.*-x7/).count()).toBe(0);
    await expect.poll(() => texts().some(({ text }) => /Kt-\S+-x7/.test(text))).toBe(true);
    expect(agent.complaints).toEqual([]);
    await agent.context.close();
  });

  it('is made up for by codes that are read out, and by a manager, where the role has it', async () => {
    const boss = await newAgent(portal.keyturn, 'Staff');
    const login = uniqueName('person');
    await addPerson(portal.keyturn, login, { groups: ['Staff'], displayName: 'Dave Dorn', managerId: boss.account.id });
    const caller = { ...(await portal.keyturn.enrol(login)), login };
    const agent = await agentAt(['Listeners']);
    const { page } = agent;
    const field = page.getByRole('textbox').first();
    await beginCase(page, login, 'Dave Dorn');
    await press(page, word.open);
    await press(page, say('case.ask.email'));
    const code = await mailedCode(portal.keyturn, caller);
    await field.fill(code === '00000000' ? '00000001' : '00000000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await look(page, 'read-out-wrong');
    await field.fill(code);
    await page.keyboard.press('Enter');
    await page
      .getByText(/E-Mail|E-mail/)
      .first()
      .waitFor();
    await press(page, say('case.ask.totp'));
    await field.waitFor();
    await look(page, 'read-out');

    await press(page, say('case.ask.manager'));
    const digits = (await page.getByText(/^\d\d$/).textContent()) ?? '';
    await look(page, 'vouch');
    // What goes wrong while nobody is verified yet is of no account once somebody is.
    await field.fill(caller.totp() === '000000' ? '000001' : '000000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    const [request] = (await boss.held.call('GET', '/me/vouch')).body.requests as { id: string }[];
    expect((await boss.held.call('POST', `/me/vouch/${request?.id}`, { digits })).status).toBe(204);
    await page.getByRole('button', { name: word.act }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await look(page, 'vouched');
    await press(page, word.act);
    await title(page, word.done);
    expect(agent.complaints).toEqual([]);
    await agent.context.close();
  });

  it('waits for a second agent where that is needed, who approves it on a page of their own', async () => {
    const caller = await person(['Staff', 'Board'], 'Carol Cooper');
    const asks = await newAgent(portal.keyturn);
    await verified(portal.keyturn, asks, { ...caller, ref: caller.account }, { ticket: 'INC0007', reason: 'new phone' });
    const agent = await helpingAt(asks);
    await agent.page.getByRole('button', { name: word.own }).click();
    await press(agent.page, word.act);
    await agent.page.getByText(say('approval.waiting')).waitFor();
    await look(agent.page, 'waits-for-second');

    const second = await agentAt(['Agents']);
    await press(second.page, say('approvals.open'));
    await title(second.page, say('approvals.title'));
    await second.page.getByText('INC0007').waitFor();
    await look(second.page, 'second');
    await press(second.page, say('approvals.refuse'));
    await second.page.getByRole('alert').getByText(say('approvals.why.missing')).waitFor();
    await look(second.page, 'second-why');
    await press(second.page, say('approvals.approve'));
    await second.page.getByText(say('approvals.none')).waitFor();
    await look(second.page, 'second-none');

    await agent.page.getByRole('button', { name: word.act }).waitFor();
    await look(agent.page, 'approved');
    await press(agent.page, word.act);
    await title(agent.page, word.done);
    for (const watched of [agent, second]) {
      expect(watched.complaints).toEqual([]);
      await watched.context.close();
    }
  });
});
