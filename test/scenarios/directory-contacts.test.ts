import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResetChoice } from '../../shared/api/cases.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { factorsOf } from '../../src/core/enrolment/factors-of.ts';
import { newSeed } from '../../src/core/enrolment/totp-seed.ts';
import { currentTotp } from '../../src/core/factors/totp-factor.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, act, type Caller, HELPDESK_ROLES, newAgent, opened } from './helpdesk.ts';
import { atBegun, type JourneyClient, prove, request, startJourney } from './journey-client.ts';
import { REAL_KINDS, type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { codeIn, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const CONTACTS = { email: { attributes: ['mail' as const], exceptDomains: ['behind-the-password.example'] } };
const NEW = 'Second-Passw0rd-ever';

/** Gives somebody an authenticator and no address; returns what it shows. */
async function enrolAuthenticator({ deps }: Keyturn, login: string): Promise<() => string> {
  const [account] = await deps.directories.get('people').findAccounts(login);
  if (account === undefined) throw new Error(`no account ${login}`);
  const secret = newSeed(deps.random);
  await addFactor(deps, deps.store, {
    account: { directory: account.directory, id: account.id },
    kind: 'totp',
    label: 'app',
    secret,
    source: 'test',
  });
  return () => currentTotp(secret, deps.clock.now()).code;
}

describe.each(REAL_KINDS)('an address that only the directory has, on a real one: %s', (kind) => {
  let directory: RealDirectory;
  let keyturn: Keyturn;
  beforeAll(async () => {
    directory = await reachRealDirectory(kind, { contacts: { email: { attributes: ['mail'] } } });
    keyturn = await startKeyturn({ directories: [directory.section] });
  });
  afterAll(async () => {
    await keyturn?.close();
    await directory?.proxy.stop();
  });

  it('recovers its owner together with another proof, and has one id however it is read', async () => {
    const owner = await directory.createPerson();
    const totp = await enrolAuthenticator(keyturn, owner.login);
    const client = await startJourney(keyturn.url, owner.login);
    await client.answer({ option: 'email' });
    await client.answer({ code: codeIn(await keyturn.waitForMessage(owner.mail)) });
    await client.answer({ code: totp() });
    await client.answer({ password: NEW });
    client.at('done');
    expect(await directory.realClientSignsIn(owner, NEW)).toBe(true);
    const people = keyturn.deps.directories.get('people');
    const [found] = await people.findAccounts(owner.login);
    const read = found === undefined ? null : await people.readAccount(found);
    const prepared = found === undefined ? null : (await people.prepareWrite(found)).account;
    for (const account of [found, read, prepared]) {
      if (account === null || account === undefined) throw new Error('not read');
      const ids = (await factorsOf(keyturn.deps, account)).filter(({ kind: of }) => of === 'email').map(({ id }) => id);
      expect(ids).toEqual([expect.stringMatching(/^directory\.[\w-]{43}$/)]);
    }
  });

  it('is nobody’s proof alone where more is asked for', async () => {
    const owner = await directory.createPerson();
    const client = await startJourney(keyturn.url, owner.login);
    await client.answer({ option: 'email' });
    await until(() => keyturn.messages(owner.mail).length > 0, 'word to the owner');
    expect(keyturn.messages(owner.mail).map(({ subject }) => subject)).toEqual(['You cannot recover your account online']);
  });
});

describe('addresses of the directory', () => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await startKeyturn({
      directories: [
        { ...embeddedSection('people'), contacts: CONTACTS },
        { ...embeddedSection('quiet'), label: 'Quiet' },
      ],
      configuration: { guard: GENEROUS_LIMITS },
    });
  });
  afterAll(() => keyturn?.close());

  async function person(more: Parameters<typeof addPerson>[2] = {}) {
    const login = newLogin();
    const mail = more.mail ?? `${login}@home.example.test`;
    await addPerson(keyturn, login, { ...more, mail });
    return { login, mail, totp: await enrolAuthenticator(keyturn, login) };
  }
  const accountOf = async (login: string) => {
    const [account] = await keyturn.deps.directories.get('people').findAccounts(login);
    if (account === undefined) throw new Error('no account');
    return account;
  };
  /** Writes another address into the directory. */
  async function move(login: string, mail: string | null): Promise<void> {
    const { store } = keyturn.deps;
    const row = await store.embedded.find('people', (await accountOf(login)).id);
    if (row === null || !(await store.embedded.update({ ...row, mail }))) throw new Error('not written');
  }
  async function asked(login: string): Promise<JourneyClient> {
    const client = await startJourney(keyturn.url, login);
    await client.answer({ option: 'email' });
    return client;
  }

  it('count as they were when the journey began: who writes another one there meanwhile gets no code', async () => {
    const alice = await person();
    const client = await startJourney(keyturn.url, alice.login);
    await until(
      async () =>
        (await keyturn.deps.store.audit.read(0, 10_000)).some(({ type, data }) => type === 'journey.started' && data.includes('accounts')),
      'the look-up',
    );
    await client.answer({ option: 'email' });
    const code = codeIn(await keyturn.waitForMessage(alice.mail));
    await move(alice.login, `thief-${alice.mail}`);
    keyturn.clock.move(61_000);
    await client.answer({ resend: true });
    await keyturn.waitForMessage(alice.mail, 1);
    expect(keyturn.messages(`thief-${alice.mail}`)).toEqual([]);
    expect(code).toMatch(/^\d+$/);
    await client.answer({ code: codeIn(await keyturn.waitForMessage(alice.mail, 1)) });
    await client.answer({ code: alice.totp() });
    // Shown by an address that the directory has no more: it proves nothing when it matters, as one that is enrolled and taken away.
    const typed = newPassword();
    await client.answer({ password: typed });
    expect(client.step).toMatchObject({ kind: 'refused', code: 'journey.account-barred' });
    expect(await signsIn(keyturn, alice.login, typed)).toBe(false);
  });

  it.each([
    ['taken out', null, false],
    ['taken out and put back', 'same', true],
    ['spelled in another way', 'upper', true],
  ] as const)('count at the write as the directory has them then: %s', async (_what, next, isWritten) => {
    const alice = await person();
    const client = await asked(alice.login);
    await client.answer({ code: codeIn(await keyturn.waitForMessage(alice.mail)) });
    await client.answer({ code: alice.totp() });
    client.at('new-password');
    await move(alice.login, null);
    if (next !== null) await move(alice.login, next === 'same' ? alice.mail : alice.mail.toUpperCase());
    const typed = newPassword();
    await client.answer({ password: typed });
    client.at(isWritten ? 'done' : 'refused');
    expect(await signsIn(keyturn, alice.login, typed)).toBe(isWritten);
  });

  it('are another proof once they change', async () => {
    const alice = await person();
    const before = await factorsOf(keyturn.deps, await accountOf(alice.login));
    await move(alice.login, `new-${alice.mail}`);
    const after = await factorsOf(keyturn.deps, await accountOf(alice.login));
    await move(alice.login, alice.mail.toUpperCase());
    const back = await factorsOf(keyturn.deps, await accountOf(alice.login));
    expect(after.at(-1)?.id).not.toBe(before.at(-1)?.id);
    expect(back.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });

  it('get one code where they are enrolled as well', async () => {
    const alice = await person();
    const { directory, id } = await accountOf(alice.login);
    const secret = alice.mail.toUpperCase();
    await addFactor(keyturn.deps, keyturn.deps.store, { account: { directory, id }, kind: 'email', label: secret, secret, source: 'test' });
    // Both may be of the same millisecond.
    const found = (await factorsOf(keyturn.deps, await accountOf(alice.login))).map(({ kind, source }) => `${kind} ${source}`);
    expect(found.toSorted()).toEqual(['email test', 'totp test']);
  });

  it('do not count in a domain that is left out, nor in a directory where they are not wanted', async () => {
    const login = newLogin();
    const inside = await person({ mail: `${login}@behind-the-password.example` });
    expect((await factorsOf(keyturn.deps, await accountOf(inside.login))).map(({ kind }) => kind)).toEqual(['totp']);
    await addPerson(keyturn, login, { directory: 'quiet', mail: `${login}@home.example.test` });
    const [quiet] = await keyturn.deps.directories.get('quiet').findAccounts(login);
    expect(quiet?.mail).toHaveLength(1);
    expect(quiet?.contacts).toEqual({ email: [], sms: [] });
  });

  it('are told the user name', async () => {
    const alice = await person();
    await startJourney(keyturn.url, alice.login, 'find-username');
    expect((await keyturn.waitForMessage(alice.mail)).text).toContain(alice.login);
  });

  it('make no difference that an outsider sees: who has one and another proof, who has one alone, and who is not there', async () => {
    const has = await person();
    const half = newLogin();
    await addPerson(keyturn, half, { mail: `${half}@home.example.test` });
    const walks = await Promise.all(
      [has.login, half, newLogin()].map(async (login) => {
        const client = await asked(login);
        const seen = [visible(client)];
        for (const body of [{ code: '00000000' }, { code: 'x' }, { code: '11111111' }]) {
          const reply = await client.answer(body);
          seen.push(`${reply.status} ${visible(client)}`);
        }
        return seen;
      }),
    );
    expect(walks[1]).toEqual(walks[0]);
    expect(walks[2]).toEqual(walks[0]);
    expect(await signsIn(keyturn, has.login, NEW)).toBe(false);
  });
});

describe('addresses of the directory by which a caller has proven who they are', () => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await startKeyturn({
      directories: [{ ...embeddedSection(), contacts: CONTACTS }],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles: HELPDESK_ROLES },
    });
  });
  afterAll(() => keyturn?.close());

  /** Somebody who calls, with an authenticator, and a mailbox that the directory alone has. */
  async function newCallerOf(): Promise<Caller> {
    const login = newLogin('caller');
    const address = `${login}@home.example.test`;
    await addPerson(keyturn, login, { groups: ['Staff'], mail: address });
    const [found] = await keyturn.deps.directories.get('people').findAccounts(login);
    const ref = { directory: 'people', id: found?.id ?? '' };
    return { login, address, ref, account: ref, totp: await enrolAuthenticator(keyturn, login) };
  }
  async function enrolMailbox(account: Caller['ref']): Promise<string> {
    const secret = `${newLogin('own')}@own.example.test`;
    await addFactor(keyturn.deps, keyturn.deps.store, { account, kind: 'email', label: secret, secret, source: 'test' });
    return secret;
  }

  it.each([
    ['a password', 'Agents', 'reset-password', {}],
    ['a link', 'Agents', 'reset-password', { link: true }],
    ['an end of sessions', 'Carers', 'end-sessions', {}],
  ] as const)(
    'are asked for once more when it is acted: %s rests on none that the directory has no more',
    async (_what, group, action, { link = false }: { link?: boolean }) => {
      const agent = await newAgent(keyturn, group);
      const outcome = async (next: (mail: string) => string | null) => {
        const caller = await newCallerOf();
        const { ref, address } = caller;
        // A mailbox that the link may go to whatever becomes of the other one.
        await enrolMailbox(ref);
        const { id } = await verifiedBy(caller, agent, action);
        const row = await keyturn.deps.store.embedded.find('people', ref.id);
        if (row === null || !(await keyturn.deps.store.embedded.update({ ...row, mail: next(address) }))) throw new Error('not written');
        const choice = (await agent.held.call('GET', `/helpdesk/cases/${id}/reset`)).body as { channels?: { id: string; to: string }[] };
        const own = choice.channels?.at(0)?.id;
        const { status, body } = await act(agent, id, link ? { linkTo: own } : {});
        return body.code ?? `${status} ${body.outcome}`;
      };
      expect(await outcome((mail) => mail.toUpperCase())).toBe('200 done');
      expect(await outcome(() => null)).toBe('case.receipt-needed');
      expect(await outcome((mail) => `other-${mail}`)).toBe('case.receipt-needed');
    },
  );

  it.each([
    ['it was sent to', 0],
    ['its caller was verified by', 1],
  ] as const)('are asked for once more when a link is opened, and when a password is set by it: the one that %s', async (_what, nth) => {
    const agent = await newAgent(keyturn, 'Senders');
    const outcome = async (next: (mail: string) => string | null) => {
      const caller = await newCallerOf();
      const own = await enrolMailbox(caller.ref);
      const isProof = nth === 1;
      const { id } = await verifiedBy({ ...caller, address: isProof ? caller.address : own }, agent, 'reset-password', isProof);
      const to = isProof ? own : caller.address;
      const { channels } = (await agent.held.call('GET', `/helpdesk/cases/${id}/reset`)).body as unknown as ResetChoice;
      const channel = channels.find(({ id: of }) => of.startsWith('directory.') !== isProof);
      const sent = await act(agent, id, { linkTo: channel?.id });
      const { number } = (sent.body as unknown as { link: { number: string } }).link;
      const mailed = () => keyturn.messages(to).flatMap(({ text }) => /helpdesk-link#(\S+)/.exec(text)?.[1] ?? [])[0];
      await until(() => mailed() !== undefined, 'the link');
      const link = { link: mailed(), number };
      const open = () => request(keyturn.url, 'POST', '/helpdesk-link', link);
      const page = atBegun(keyturn.url, await open());
      const row = await keyturn.deps.store.embedded.find('people', caller.ref.id);
      if (row === null || !(await keyturn.deps.store.embedded.update({ ...row, mail: next(caller.address) })))
        throw new Error('not written');
      const again = await open();
      await until(async () => ((await page.call('GET', '/journeys/current')).body.step?.kind ?? '') !== 'waiting', 'the page');
      page.step = (await page.call('GET', '/journeys/current')).body.step ?? page.step;
      if (page.step.kind === 'new-password') await page.answer({ password: NEW });
      await until(async () => ((await page.call('GET', '/journeys/current')).body.step?.kind ?? '') !== 'waiting', 'the end');
      return [again.status, (await page.call('GET', '/journeys/current')).body.step?.kind, await signsIn(keyturn, caller.login, NEW)];
    };
    expect(await outcome((mail) => mail.toUpperCase())).toEqual([201, 'done', true]);
    expect(await outcome(() => null)).toEqual([410, 'refused', false]);
    expect(await outcome((mail) => `other-${mail}`)).toEqual([410, 'refused', false]);
  });

  /** Verified by the mailbox that the directory has, or one that is enrolled, and the authenticator. */
  async function verifiedBy(caller: Caller, agent: Agent, action: string, isOfDirectory = true) {
    const { id, numbers } = await opened(agent, caller, { action, reason: 'they called' });
    keyturn.clock.move(31_000);
    const client = await startJourney(keyturn.url, caller.login, 'confirm-call');
    await prove(keyturn, client, caller);
    await client.answer({ number: numbers?.spoken });
    client.at('done');
    const shown = JSON.parse((await keyturn.deps.store.cases.find(id))?.facts ?? '{}').shown as { email: { id: string }[] };
    expect(shown.email.map((each) => each.id)).toEqual([
      isOfDirectory ? expect.stringMatching(/^directory\./) : expect.not.stringMatching(/^directory\./),
    ]);
    return { id };
  }
});

/** What is left of an answer when random ids and times are taken out. */
function visible(client: JourneyClient): string {
  return JSON.stringify(client.step, (key, value: unknown) =>
    key === 'id' && typeof value === 'string' && value.length > 10 ? 'id' : /At$/.test(key) && value !== null ? 'time' : value,
  );
}
