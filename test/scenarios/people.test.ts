import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangedBy } from '../../src/core/enrolment/enrol-factors.ts';
import { issueRecoveryCodes } from '../../src/core/enrolment/recovery-codes.ts';
import { issueTemporaryPass } from '../../src/core/enrolment/temporary-pass.ts';
import { sayNotMe } from '../../src/core/freeze/not-me.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { type JourneyClient, prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP, signsIn } from './sample-directory.ts';
import { type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

const BY: ChangedBy = { author: 'test', language: 'en', lane: 'notice' };
let keyturn: Keyturn;

beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection(), embeddedSection('cloud')],
    configuration: {
      recovery: {
        rules: [
          {
            name: 'everybody',
            accepted: [
              ['email', 'totp'],
              ['recovery-code', 'totp'],
              ['temporary-pass', 'totp'],
            ],
          },
        ],
      },
    },
  });
});
afterAll(() => keyturn?.close());

/** Somebody with an account in each of two directories, under two names, who enrolled with the first one alone. */
async function withTwo(more: Parameters<typeof addPerson>[2] = {}): Promise<{ person: Enrolled; other: string; second: AccountRef }> {
  const [login, other] = [newLogin(), newLogin()];
  await addPerson(keyturn, login);
  await addPerson(keyturn, other, { directory: 'cloud', ...more });
  const person = await keyturn.enrol(login);
  const [found] = await keyturn.deps.directories.get('cloud').findAccounts(other);
  if (found === undefined) throw new Error('no second account');
  return { person, other, second: { directory: 'cloud', id: found.id } };
}

async function link(account: AccountRef, added: AccountRef): Promise<void> {
  const ids = [randomUUID(), randomUUID()] as const;
  const link = { person: randomUUID(), ids, now: keyturn.clock.now(), by: 'test', countsFrom: 0 };
  expect(await keyturn.deps.store.people.link(account, added, link)).toBe(true);
}

/** Gives a code of a kind, and says whether it was right: the authenticator is asked for then. */
async function isRight(login: string, option: string, code: string): Promise<boolean> {
  const client = await startJourney(keyturn.url, login);
  await client.answer({ option });
  client.at('code');
  await client.answer({ code });
  return asksForTotp(client);
}
const asksForTotp = ({ step }: JourneyClient) => step.kind === 'code' && step.factor.kind === 'totp';

describe('accounts that are linked', () => {
  it('are recovered with what was enrolled for any of them, each alone, and no more once they are parted', async () => {
    const { person, other, second } = await withTwo();
    await link(person.account, second);
    const client = await startJourney(keyturn.url, other);
    await prove(keyturn, client, person);
    const password = newPassword();
    await client.answer({ accounts: [`cloud/${second.id}`] });
    await client.answer({ password });
    client.at('done');
    expect(await signsIn(keyturn, other, password, 'cloud')).toBe(true);
    const codes = await issueRecoveryCodes(keyturn.deps, person.account, 'test', BY);
    expect(await isRight(other, 'recovery-code', codes[0] ?? '')).toBe(true);
    expect(await isRight(other, 'recovery-code', codes[0] ?? '')).toBe(false);
    await keyturn.deps.store.people.unlink(second);
    expect(await isRight(other, 'recovery-code', codes[1] ?? '')).toBe(false);
  });

  it('are not recovered by a pass that somebody issued for the other one', async () => {
    const { person, other, second } = await withTwo();
    await link(person.account, second);
    const { pass } = await issueTemporaryPass(
      keyturn.deps,
      person.account,
      { hours: 1, longestHours: 8, once: false },
      { ...BY, reason: 'test' },
    );
    expect(await isRight(other, 'temporary-pass', pass)).toBe(false);
  });

  it('are recovered by nobody where one of them is protected', async () => {
    const { person, other, second } = await withTwo({ groups: [PROTECTED_GROUP] });
    await link(person.account, second);
    const client = await startJourney(keyturn.url, other);
    await client.answer({ option: 'email' });
    await client.answer({ code: '000000' });
    await client.answer({ code: person.totp() });
    expect(asksForTotp(client)).toBe(false);
    const events = await keyturn.deps.store.audit.read(0, 10_000);
    const nowhere = events.filter(({ type, data }) => type === 'journey.leads-nowhere' && data.includes(second.id));
    expect(nowhere.map(({ data }) => data).join()).toContain('protected');
  });

  it('are all frozen when the owner says of one that it was not they', async () => {
    const { person, second } = await withTwo();
    await link(person.account, second);
    const token = randomUUID();
    const tokenDigest = keyturn.deps.keys.digest('notice-token', token);
    const expiresAt = keyturn.clock.now() + 60_000;
    await keyturn.deps.store.freezes.insertLink({ tokenDigest, account: second, expiresAt });
    await sayNotMe(keyturn.deps, token, { kind: 'system' });
    expect(await keyturn.deps.store.freezes.isFrozen(person.account)).toBe(true);
    const client = await startJourney(keyturn.url, await loginOf(person.account));
    await client.answer({ option: 'email' });
    const events = await keyturn.deps.store.audit.read(0, 10_000);
    const nowhere = events.filter(({ type, data }) => type === 'journey.leads-nowhere' && data.includes(person.account.id));
    expect(nowhere.map(({ data }) => data).join()).toContain('frozen');
  });
});

async function loginOf(account: AccountRef): Promise<string> {
  const found = await keyturn.deps.directories.get(account.directory).readAccount(account);
  if (found === null) throw new Error('no account');
  return found.login;
}
