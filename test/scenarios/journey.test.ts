import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepSchema } from '../../shared/api/journeys.ts';
import { verifyChain } from '../../src/core/audit/chain.ts';
import { prove, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const NEW_PASSWORD = 'a quiet harbour at noon';
let keyturn: Keyturn;

beforeAll(async () => {
  keyturn = await startKeyturn({ directories: [embeddedSection()] });
});
afterAll(async () => {
  await keyturn.close();
});

let people = 0;
async function newPerson(more: Parameters<typeof addPerson>[2] = {}): Promise<Enrolled & { login: string }> {
  people += 1;
  const login = `person${people}`;
  await addPerson(keyturn, login, more);
  return { login, ...(await keyturn.enrol(login)) };
}
async function lock(login: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) await signsIn(keyturn, login, 'wrong');
}
async function isLocked(account: Enrolled['account']): Promise<boolean | null> {
  return (await keyturn.deps.directories.get(account.directory).readStatus(account)).locked;
}

describe('resetting a forgotten password', () => {
  it('asks for both proofs, sets the new password and says so', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    expect(client.at('choose-factor')).toMatchObject({
      options: [{ kind: 'email' }],
      accepted: [['email', 'totp']],
      done: [],
    });
    await prove(keyturn, client, person);
    const question = client.at('new-password');
    expect(question.rules.map((rule) => rule.code)).toContain('password.too-short');
    expect(stepSchema.parse(question)).toEqual(question);
    await client.answer({ password: NEW_PASSWORD });
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
    expect(await signsIn(keyturn, person.login, NEW_PASSWORD)).toBe(true);
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(false);
  });

  it('asks for the mailbox first, and takes codes with spaces, dashes and digits of another script', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    expect(client.at('choose-factor').options.map(({ kind }) => kind)).toEqual(['email']);
    expect((await client.answer({ option: 'totp' })).status).toBe(422);
    await client.answer({ option: 'email' });
    const code = codeIn(await keyturn.waitForMessage(person.address));
    await client.answer({ code: `${code.slice(0, 4)}-${code.slice(4)}` });
    expect(client.at('code').factor.kind).toBe('totp');
    const shown = person.totp().replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)));
    await client.answer({ code: ` ${shown.slice(0, 3)}\u200f ${shown.slice(3)} ` });
    client.at('new-password');
  });

  it('tells the owner on the enrolled address and on the one of the directory, with a link that spends nothing by itself', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    await prove(keyturn, client, person);
    await client.answer({ password: NEW_PASSWORD });
    for (const address of [person.address, `${person.login}@work.example.test`]) {
      const notice = await keyturn.waitForMessage(address, address === person.address ? 1 : 0);
      expect(notice.subject).toBe('Your password was reset');
      expect(notice.text).toContain(person.login);
      expect(notice.text).toMatch(/http:\/\/127\.0\.0\.1\/not-me#[A-Za-z0-9_-]{43}/);
      expect(notice.text).not.toContain(NEW_PASSWORD);
    }
  });

  it('judges the password while it is typed, and keeps the step open when it is refused', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    await prove(keyturn, client, person);
    const { id } = client.at('new-password');
    const judged = await client.call('POST', '/journeys/current/password-check', { password: 'short' });
    expect(judged.body).toMatchObject({
      acceptable: false,
      verdicts: expect.arrayContaining([{ code: 'password.too-short', ok: false, text: expect.any(String) }]),
    });
    expect((await client.call('POST', '/journeys/current/password-check', { password: NEW_PASSWORD })).body.acceptable).toBe(true);
    const strengthOf = async (password: string) =>
      (await client.call('POST', '/journeys/current/password-check', { password })).body.strength;
    // Not told while the estimate gets ready.
    await until(async () => (await strengthOf('password')) === 0, 'an estimate of strength', 60_000);
    expect(await strengthOf('')).toBeUndefined();
    await until(async () => (await strengthOf('Spool-grapple-overturn-ebook-12')) === 4, 'another estimate');
    const refused = await client.answer({ password: 'short' });
    expect(refused.status).toBe(200);
    expect(client.at('new-password')).toMatchObject({ id, verdicts: expect.arrayContaining([expect.objectContaining({ ok: false })]) });
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(true);
  });

  it('explains what only the directory could know, and lets the person try again', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    await prove(keyturn, client, person);
    await client.answer({ password: OLD_PASSWORD });
    expect(client.at('new-password')).toMatchObject({ messageTone: 'error', message: expect.stringMatching(/current password/) });
    await client.answer({ password: NEW_PASSWORD });
    client.at('done');
  });

  it('unlocks a locked account along with the reset', async () => {
    const person = await newPerson();
    await lock(person.login);
    const client = await startJourney(keyturn.url, person.login);
    await prove(keyturn, client, person);
    expect(client.at('new-password').mayKeepPassword).toBe(true);
    await client.answer({ password: NEW_PASSWORD });
    client.at('done');
    expect(await isLocked(person.account)).toBe(false);
  });

  it('speaks German to the one who asks for it, and writes to the owner in their own language', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login, 'reset-password', 'de-CH');
    expect(client.at('choose-factor').options[0]?.label).toBe('Ein Code per E-Mail');
    await client.answer({ option: 'email' });
    // What the organisation speaks, since the directory knows no language of this person.
    expect((await keyturn.waitForMessage(person.address)).text).toContain('minutes');
  });
});

describe('unlocking', () => {
  it('unlocks and keeps the password', async () => {
    const person = await newPerson();
    await lock(person.login);
    expect(await isLocked(person.account)).toBe(true);
    const client = await startJourney(keyturn.url, person.login, 'unlock-account');
    await prove(keyturn, client, person);
    expect(client.at('confirm-unlock').accounts).toHaveLength(1);
    await client.answer({ confirm: true });
    expect(client.at('done').results).toMatchObject([{ outcome: 'unlocked' }]);
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(true);
    expect((await keyturn.waitForMessage(person.address, 1)).subject).toBe('Your account was unlocked');
  });

  it('keeps the password where a reset was asked for first', async () => {
    const person = await newPerson();
    await lock(person.login);
    const client = await startJourney(keyturn.url, person.login);
    await prove(keyturn, client, person);
    await client.answer({ keepPassword: true });
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-kept' }]);
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(true);
  });

  it('says that nothing needed to be done where nothing is locked', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login, 'unlock-account');
    await prove(keyturn, client, person);
    expect(client.at('done').results).toMatchObject([{ outcome: 'was-not-locked' }]);
  });
});

describe('finding out the own user name', () => {
  it('says the same to everybody and mails the name to the enrolled address alone', async () => {
    const person = await newPerson();
    const known = await startJourney(keyturn.url, `${person.login}@work.example.test`, 'find-username');
    const unknown = await startJourney(keyturn.url, 'nobody@work.example.test', 'find-username');
    const say = (client: typeof known) => ({ ...client.at('done'), id: '' });
    expect(say(known)).toEqual(say(unknown));
    expect((await keyturn.waitForMessage(person.address)).text).toContain(person.login);
    expect(keyturn.messages(`${person.login}@work.example.test`)).toEqual([]);
    expect(keyturn.messages('nobody@work.example.test')).toEqual([]);
  });
});

describe('a name in several directories', () => {
  it('offers the choice after proof alone, and each proof counts only for the accounts it proves', async () => {
    const both = await startKeyturn({ directories: [embeddedSection('one'), embeddedSection('two')] });
    try {
      for (const directory of ['one', 'two']) await addPerson(both, 'kim', { directory });
      const seed = await both.enrol('kim', 'kim@example.test');
      const { store } = both.deps;
      const totp = (await store.factors.ofAccount(seed.account)).find((factor) => factor.kind === 'totp');
      const second = both.deps.directories.get('two');
      const [other] = await second.findAccounts(second.normaliseIdentifier('kim') ?? '');
      if (totp === undefined || other === undefined) throw new Error('not enrolled');
      const account = { directory: 'two', accountId: other.id };
      await store.factors.insert({ ...totp, ...account, id: 'second-app' });
      await store.factors.insert({ ...totp, ...account, id: 'second-mail', kind: 'email', secret: 'other@example.test' });

      // The code of the first mailbox proves the first account alone.
      const one = await startJourney(both.url, 'kim');
      await prove(both, one, seed);
      expect(one.at('new-password').accounts).toMatchObject([{ label: 'kim (Directory one)' }]);

      // One mailbox for both: the choice is offered.
      await store.factors.end('second-mail', both.clock.now());
      await store.factors.insert({ ...totp, ...account, id: 'shared-mail', kind: 'email', secret: 'KIM@example.test' });
      both.clock.move(60_000);
      const choice = await startJourney(both.url, 'kim');
      await prove(both, choice, seed);
      const { accounts } = choice.at('choose-accounts');
      expect(accounts.map(({ label }) => label)).toEqual(['kim (Directory one)', 'kim (Directory two)']);
      await choice.answer({ accounts: accounts.map(({ id }) => id) });
      await choice.answer({ password: NEW_PASSWORD });
      expect(choice.at('done').results.map(({ outcome }) => outcome)).toEqual(['password-reset', 'password-reset']);
      expect(await signsIn(both, 'kim', NEW_PASSWORD, 'one')).toBe(true);
      expect(await signsIn(both, 'kim', NEW_PASSWORD, 'two')).toBe(true);
    } finally {
      await both.close();
    }
  });
});

describe('the audit log', () => {
  it('has intent before outcome for each write, in a chain that verifies', async () => {
    const rows = await keyturn.deps.store.audit.read(0, 10_000);
    expect(await verifyChain(rows)).toMatchObject({ ok: true, checked: rows.length });
    const intended = rows.filter((row) => row.type === 'write.intended');
    expect(intended.length).toBeGreaterThan(4);
    for (const row of intended) {
      const { intent } = JSON.parse(row.data) as { intent: string };
      const outcome = rows.find(
        (other) => /^write\.(succeeded|refused)$/.test(other.type) && (JSON.parse(other.data) as { intent: string }).intent === intent,
      );
      expect(outcome?.seq).toBeGreaterThan(row.seq);
    }
    expect(await keyturn.deps.store.intents.openCount()).toBe(0);
  });
});

describe('ending a journey', () => {
  it('by its owner leads nowhere any more', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    await prove(keyturn, client, person);
    expect((await client.call('DELETE', '/journeys/current')).status).toBe(204);
    expect((await client.call('DELETE', '/journeys/current')).status).toBe(204);
    expect((await client.answer({ password: NEW_PASSWORD })).status).toBe(409);
    expect(client.at('refused').code).toBe('journey.cancelled');
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(true);
  });

  it('by time answers that it is over', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    keyturn.clock.move(21 * 60_000);
    const late = await client.answer({ option: 'email' });
    expect(late).toMatchObject({ status: 410, body: { code: 'journey.expired' } });
  });
});

describe('a browser', () => {
  const browser = { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1' };

  it('gets its journey in a cookie that scripts cannot read, and never the token', async () => {
    const person = await newPerson();
    const started = await request(keyturn.url, 'POST', '/journeys', { goal: 'reset-password', account: person.login }, browser);
    expect(started.status).toBe(201);
    expect(started.body.token).toBeUndefined();
    const cookie = started.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const current = await request(keyturn.url, 'GET', '/journeys/current', undefined, { cookie: cookie.split(';')[0] ?? '' });
    expect(current.body.step?.kind).toBe('choose-factor');
  });

  it('is refused when another site makes it speak', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'null' },
    ]) {
      const reply = await request(keyturn.url, 'POST', '/journeys', { goal: 'reset-password', account: 'x' }, headers);
      expect(reply).toMatchObject({ status: 403, body: { code: 'request.foreign-origin' } });
    }
  });
});

describe('the Windows sign-in screen', () => {
  it('has its own accepted combinations and goals, and never gets a cookie', async () => {
    const own = await startKeyturn({
      directories: [embeddedSection()],
      configuration: {
        recovery: {
          rules: [
            { name: 'no names at Windows', when: { clients: ['windows-logon'], goals: ['find-username'] } },
            { name: 'at Windows', when: { clients: ['windows-logon'] }, accepted: [['totp']] },
            { name: 'everybody', accepted: [['email', 'totp']] },
          ],
        },
      },
    });
    try {
      await addPerson(own, 'alice');
      const alice = await own.enrol('alice');
      const windows = { kind: 'windows-logon', version: '1.0.0' };
      const started = await request(own.url, 'POST', '/journeys', { goal: 'reset-password', account: 'alice', client: windows });
      expect(started.headers.get('set-cookie')).toBeNull();
      expect(started.body.step).toMatchObject({ kind: 'choose-factor', options: [{ kind: 'totp' }], accepted: [['totp']] });
      const authorization = `Bearer ${started.body.token}`;
      const answer = (step: string, body: unknown) => request(own.url, 'POST', `/journeys/current/steps/${step}`, body, { authorization });
      const asked = await answer(started.body.step?.id ?? '', { option: 'totp' });
      const proven = await answer(asked.body.step?.id ?? '', { code: alice.totp() });
      expect(proven.body.step?.kind).toBe('new-password');
      const goal = await request(own.url, 'POST', '/journeys', { goal: 'find-username', account: 'alice', client: windows });
      expect(goal).toMatchObject({ status: 400, body: { code: 'request.malformed' } });
      const elsewhere = await startJourney(own.url, 'alice');
      expect(elsewhere.at('choose-factor').accepted).toEqual([['email', 'totp']]);
    } finally {
      await own.close();
    }
  });
});
