import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FirstResetLink, NamedTestPerson, ShownFirstReset } from '../../shared/api/first-reset.ts';
import type { FinishedSetUp, SetUpAnswers } from '../../shared/api/set-up.ts';
import type { RunningServer } from '../../src/cli/runtime.ts';
import { loadSettings } from '../../src/config/load-settings.ts';
import { beginFirstReset, expireFirstReset, keepInvitation } from '../../src/core/set-up/first-reset/first-reset.ts';
import { startServer } from '../../src/main.ts';
import { runCommand, writeSettings } from '../cli/run-command.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import type { SlapdDirectory } from '../servers/slapd.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { setUpRow } from '../store/fixture.ts';
import { atBegun, request } from './journey-client.ts';
import { embeddedSection } from './sample-directory.ts';
import { browserAt, enter } from './set-up-browser.ts';
import { startKeyturn, until } from './start-keyturn.ts';

// The last step of the set-up: a test person sets another password, by the node that has begun.

const PATH = '/set-up/first-reset';
const OLD = 'Forgotten-harbour-12';
const NEW = 'Quiet-harbour-at-n00n';

let slapd: SlapdDirectory;
let smtp: SmtpServer;
/** The group of the helpdesk, and who is in it. */
let helpdesk: { name: string; dn: string; member: string; memberDn: string };
beforeAll(async () => {
  [slapd, smtp] = await Promise.all([sharedSlapd(), startSmtp()]);
  const [group, member] = [uniqueName('desk'), uniqueName('agent')];
  const { dn: memberDn } = await slapd.createUser({ login: member, password: OLD });
  helpdesk = { name: group, dn: await slapd.createGroup(group, [memberDn]), member, memberDn };
});
afterAll(() => smtp?.stop());

let folder: string;
let settingsFile: string;
let server: RunningServer;
let browser: Awaited<ReturnType<typeof enter>>;
const start = async () => {
  server = await startServer(loadSettings(settingsFile, {}).settings);
};
const isReady = async () => (await fetch(`${server.url}/readyz`).catch(() => null))?.status === 200;

/** A set-up that has got as far as this step, and what it told before. */
let finished: FinishedSetUp;
beforeEach(async () => {
  folder = await createScratchFolder('first-reset');
  settingsFile = writeSettings(folder);
  await start();
  browser = await enter(server);
  const answers: SetUpAnswers = {
    organisation: { name: 'Example', publicUrl: 'https://password.example.com', language: 'en' },
    directory: {
      ...{ kind: 'openldap', servers: [slapd.url], startTls: false, authority: slapd.caPem },
      ...{ baseDn: slapd.peopleDn, groupBaseDn: `ou=groups,${slapd.baseDn}`, account: slapd.service.dn },
    },
    mail: { host: smtp.host, port: smtp.port, security: 'none', user: '', from: 'Keyturn <keyturn@example.com>' },
    template: 'small-company',
    roles: { administrators: 'Engineering', helpdesk: helpdesk.name },
  };
  await browser.call('PUT', '/set-up', { version: 2, answers, secrets: { directory: slapd.service.password } });
  const done = await browser.call<FinishedSetUp>('POST', '/set-up/finish', { version: 3, administrator: 'alice' });
  expect(done.status, JSON.stringify(done.body)).toBe(200);
  finished = done.body;
  await until(isReady, 'the node that goes on');
});
afterEach(async () => {
  await server.close();
  await removeScratchFolder(folder);
});

const shown = async () => (await browser.call<ShownFirstReset>('GET', PATH)).body;
const name = async (account: string) => (await browser.call<NamedTestPerson>('POST', PATH, { account })).body;
const makeLink = () => browser.call<FirstResetLink>('POST', `${PATH}/link`, {});
const secretIn = (address: string) => address.split('#')[1] ?? '';
async function newPerson(mail = true) {
  const login = uniqueName('tp');
  const address = `${login}@example.test`;
  const { dn } = await slapd.createUser({ login, password: OLD, ...(mail ? { mail: address } : {}) });
  return { login, address, dn, signsIn: (password: string) => slapd.canBind(dn, password) };
}
/** Opens a link as the person does, and waits for the page of the password. */
async function open(address: string) {
  const page = atBegun(server.url, await request(server.url, 'POST', '/first-reset', { link: secretIn(address) }));
  await settle(page);
  page.at('new-password');
  return page;
}
async function settle(page: ReturnType<typeof atBegun>) {
  await until(async () => {
    page.step = (await page.call('GET', '/journeys/current')).body.step ?? page.step;
    return page.step.kind !== 'waiting';
  }, 'an answer');
}
async function set(page: ReturnType<typeof atBegun>, password: string) {
  await page.answer({ password });
  await settle(page);
}

describe('the first reset', () => {
  it('is made by a real journey, shows each thing that worked, and ends the set-up with the invitation', async () => {
    const person = await newPerson();
    expect(await shown()).toMatchObject({ person: null, linkEndsAt: null, progress: { isOpened: false, written: 'waiting' } });
    const named = await name(person.login);
    expect(named).toMatchObject({ unfit: null, shown: { person: { login: person.login, addresses: 1 } } });
    // Nothing has happened to anybody yet.
    expect(await person.signsIn(OLD)).toBe(true);
    const { body: link } = await makeLink();
    expect(link.address).toMatch(/^https:\/\/password\.example\.com\/first-reset#/);

    const page = await open(link.address);
    expect((await shown()).progress).toMatchObject({ isOpened: true, written: 'waiting', notice: null, event: null });
    // What a directory or we refuse is asked again, and nothing is written.
    await set(page, 'x');
    page.at('new-password');
    expect(await person.signsIn(OLD)).toBe(true);

    // A restart in between loses nothing, neither at the page of the set-up nor where the person is.
    await server.close();
    await start();
    expect(server.setUpLink).toBeUndefined();
    browser = browserAt(server.url, browser.cookie());
    expect((await shown()).person?.login).toBe(person.login);
    const again = await open(link.address);
    await set(again, NEW);
    again.at('done');
    expect(await person.signsIn(NEW)).toBe(true);
    expect(await person.signsIn(OLD)).toBe(false);

    await smtp.waitForMessage(person.address);
    await until(async () => (await shown()).progress.notice === 'taken', 'the notice to have left');
    const { progress } = await shown();
    expect(progress).toMatchObject({ isOpened: true, written: 'done', problem: null });
    // It is over: no link works any more, and none is made.
    expect((await request(server.url, 'POST', '/first-reset', { link: secretIn(link.address) })).status).toBe(410);
    expect((await makeLink()).status).toBe(409);
    expect((await browser.call('POST', PATH, { account: person.login })).status).toBe(409);

    const ended = await browser.call<FinishedSetUp>('POST', `${PATH}/end`, {});
    expect(ended.body).toEqual(finished);
    expect((await browser.call('GET', PATH)).body.code).toBe('set-up.over');
    const log = (await runCommand(['--config', settingsFile, 'audit', 'list', '--json'])).output;
    const events = log.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as { seq: number; type: string }] : []));
    const types = events.map(({ type }) => type);
    for (const type of ['set-up.reset-link-made', 'set-up.reset-link-opened', 'write.succeeded', 'set-up.reset-ended'])
      expect(types, log).toContain(type);
    expect(events.find(({ seq }) => seq === progress.event)?.type).toBe('write.succeeded');
    expect(log).not.toContain(secretIn(link.address).split('.')[1]);
    expect(log).not.toContain(NEW);
  });

  it('refuses in words whom it may not be tried with, and changes nothing', async () => {
    for (const [account, reason] of [
      ['alice', 'role'],
      [helpdesk.member, 'role'],
      ['disabled', 'account-disabled'],
      ['nobody-at-all', 'unknown-account'],
    ] as const) {
      expect((await name(account)).unfit, account).toMatchObject({ reason });
      expect((await makeLink()).status, account).toBe(409);
    }
    expect((await shown()).person).toBeNull();
    const log = (await runCommand(['--config', settingsFile, 'audit', 'list', '--json'])).output;
    expect(log).toContain('set-up.reset-refused');
  });

  it('lets nobody in but the browser of the set-up, from its own page', async () => {
    const person = await newPerson(false);
    const stranger = browserAt(server.url);
    for (const [method, path, body] of [
      ['GET', PATH, undefined],
      ['POST', PATH, { account: person.login }],
      ['POST', `${PATH}/link`, {}],
      ['POST', `${PATH}/end`, {}],
    ] as const) {
      expect((await stranger.call(method, path, body)).body.code, path).toBe('set-up.not-open');
      if (method === 'POST') {
        const foreign = await browser.call(method, path, body, { origin: 'https://elsewhere.example' });
        expect(foreign.body.code, path).toBe('request.foreign-origin');
      }
    }
    // The link is opened at the address of the organisation alone.
    await name(person.login);
    const { address } = (await makeLink()).body;
    expect((await stranger.call('POST', '/first-reset', { link: secretIn(address) })).body.code).toBe('request.foreign-origin');
    const [id = '', secret = ''] = secretIn(address).split('.');
    for (const link of [`${id}.${secret.slice(0, -1)}x`, `${secret}.${id}`, `x${secretIn(address)}`])
      expect((await request(server.url, 'POST', '/first-reset', { link })).status, link).toBe(410);
    expect((await shown()).progress.isOpened).toBe(false);
  });

  it('writes by the newest link alone, by one journey, and no more once the set-up is over', async () => {
    const person = await newPerson(false);
    await name(person.login);
    const first = (await makeLink()).body;
    const early = await open(first.address);
    const second = (await makeLink()).body;
    await set(early, NEW);
    expect(early.step).toMatchObject({ kind: 'refused' });
    expect((await request(server.url, 'POST', '/first-reset', { link: secretIn(first.address) })).status).toBe(410);
    const late = await open(second.address);
    const other = await open(second.address);
    await browser.call('POST', `${PATH}/end`, {});
    for (const page of [late, other]) {
      await set(page, NEW);
      expect(page.step).toMatchObject({ kind: 'refused' });
    }
    expect(await person.signsIn(OLD)).toBe(true);
  });

  it('does not write for who has been given a role meanwhile, and tells the page why', async () => {
    const person = await newPerson(false);
    await name(person.login);
    const page = await open((await makeLink()).body.address);
    await slapd.modify(helpdesk.dn, { member: [helpdesk.memberDn, person.dn] });
    await set(page, NEW);
    expect(page.step).toMatchObject({ kind: 'refused' });
    expect((await shown()).progress).toMatchObject({ written: 'failed', problem: { code: 'journey.link-over' }, event: null });
    expect(await person.signsIn(OLD)).toBe(true);
  });

  it('tells that nobody was told where there is no address, and makes no more than five links', async () => {
    const person = await newPerson(false);
    await name(person.login);
    for (let made = 1; made <= 4; made += 1) expect((await makeLink()).body.shown.linksLeft).toBe(5 - made);
    const { address, shown: last } = (await makeLink()).body;
    expect(last.linksLeft).toBe(0);
    expect((await makeLink()).status).toBe(409);
    const page = await open(address);
    await set(page, NEW);
    page.at('done');
    expect((await shown()).progress).toMatchObject({ written: 'done', notice: 'nobody', event: expect.any(Number) });
  });
});

describe('the console', () => {
  const keyturn = (...argv: string[]) =>
    runCommand(['--config', settingsFile, ...argv], { environment: { USER: 'root', SUDO_USER: 'olga' } });

  it('ends the step before its time: the browser, the link, and the journey that was begun by it', async () => {
    const person = await newPerson(false);
    await name(person.login);
    const { address } = (await makeLink()).body;
    const page = await open(address);
    expect((await keyturn('set-up', 'status')).output).toMatch(
      new RegExp(`^The last step of the set-up is open until .+\\. Test person: ${person.login}\\. Links made: 1\\.\n$`),
    );
    expect(JSON.parse((await keyturn('set-up', 'status', '--json')).output)).toMatchObject({ state: 'first-reset', linksMade: 1 });

    expect((await keyturn('set-up', 'end')).output).toMatch(/^Ended: .*enrolment invite alice --link/s);
    expect((await browser.call('GET', PATH)).body.code).toBe('set-up.over');
    expect((await request(server.url, 'POST', '/first-reset', { link: secretIn(address) })).status).toBe(410);
    await set(page, NEW);
    expect(page.step).toMatchObject({ kind: 'refused' });
    expect(await person.signsIn(OLD)).toBe(true);
    expect((await keyturn('audit', 'list', '--group', 'administration', '--most', '1')).output).toContain(
      'The set-up is over (on the console)',
    );
    expect((await keyturn('set-up', 'status')).output).toBe('Nothing of the set-up is open.\n');
    expect((await keyturn('set-up', 'end')).output).toBe('Nothing of the set-up was open.\n');
  });
});

describe('the time of the step', () => {
  it('is one hour: then nobody is let in, and what was kept is forgotten', async () => {
    const keyturn = await startKeyturn({ directories: [embeddedSection()] });
    try {
      const { store, keys, clock } = keyturn.deps;
      const token = 'x'.repeat(43);
      const now = clock.now();
      const row = setUpRow({ openedAt: now, sessionDigest: keys.digest('set-up-session', token) });
      await store.setUps.begin(row);
      await store.transaction((inside) => beginFirstReset(inside, now, row.id, 'https://password.example.com'));
      await keepInvitation(store, 'https://password.example.com/invite#secret');
      const ask = () => request(keyturn.url, 'GET', PATH, undefined, { cookie: `keyturn-set-up=${token}` });
      expect((await ask()).status).toBe(200);
      expect((await request(keyturn.url, 'GET', PATH, undefined, { cookie: `keyturn-set-up=${'y'.repeat(43)}` })).status).toBe(401);
      await expireFirstReset(keyturn.deps);
      expect((await store.setUps.current())?.facts).toContain('invite#');
      keyturn.clock.move(3_600_000);
      expect(await ask()).toMatchObject({ status: 404, body: { code: 'set-up.over' } });
      await expireFirstReset(keyturn.deps);
      expect(await store.setUps.current()).toBeNull();
      expect((await store.audit.read(0, 100)).at(-1)).toMatchObject({ type: 'set-up.reset-ended' });
    } finally {
      await keyturn.close();
    }
  });
});
