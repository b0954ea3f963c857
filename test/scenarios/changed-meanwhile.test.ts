import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadedJourney } from '../../src/core/journey/journey-state.ts';
import { presentStep } from '../../src/core/journey/present-step.ts';
import type { EmbeddedAccountRow } from '../../src/core/ports/embedded-store.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, PROTECTED_GROUP, signsIn } from './sample-directory.ts';
import { type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

const NEW_PASSWORD = 'an entirely new pass phrase';

let keyturn: Keyturn;
let people = 0;

beforeAll(async () => {
  keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { guard: GENEROUS_LIMITS } });
});
afterAll(async () => {
  await keyturn.close();
});

type Person = Enrolled & { login: string };

async function newPerson(): Promise<Person> {
  people += 1;
  await addPerson(keyturn, `changed${people}`);
  return { login: `changed${people}`, ...(await keyturn.enrol(`changed${people}`)) };
}
async function change({ account }: Person, changes: Partial<EmbeddedAccountRow>): Promise<void> {
  const row = await keyturn.deps.store.embedded.find(account.directory, account.id);
  if (row === null || !(await keyturn.deps.store.embedded.update({ ...row, ...changes }))) throw new Error('not changed');
}
async function provenBy(person: Person, goal: 'reset-password' | 'unlock-account' = 'reset-password'): Promise<JourneyClient> {
  const client = await startJourney(keyturn.url, person.login, goal);
  await prove(keyturn, client, person);
  return client;
}
async function eventsOf(person: Person): Promise<{ type: string; data: Record<string, unknown> }[]> {
  const rows = await keyturn.deps.store.audit.read(0, 100_000);
  return rows
    .filter((row) => row.data.includes(person.account.id))
    .map((row) => ({ type: row.type, data: JSON.parse(row.data) as Record<string, unknown> }));
}

const locked = () => ({ badAttempts: 10, lockedAt: keyturn.clock.now() });

/** A proof tells who somebody is. That the account may be recovered must still be so when the write comes. */
describe.each([
  ['account-disabled', { disabled: true }],
  ['account-protected', { groups: [PROTECTED_GROUP] }],
  ['account-expired', { expiresAt: 1000 }],
] as const)('an account that became %s after the proof', (reason, changes) => {
  it('gets no new password', async () => {
    const person = await newPerson();
    const client = await provenBy(person);
    client.at('new-password');
    await change(person, changes);
    await client.answer({ password: NEW_PASSWORD });
    expect(client.at('refused')).toMatchObject({ code: 'journey.account-barred', message: expect.not.stringContaining('journey.') });
    await change(person, { disabled: false, groups: [], expiresAt: null });
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(true);
    const events = await eventsOf(person);
    expect(events.some(({ type }) => type.startsWith('write.'))).toBe(false);
    expect(events.at(-1)).toMatchObject({ type: 'journey.refused', data: { reasons: [{ account: person.account, reason }] } });
  });

  it('is not unlocked', async () => {
    const person = await newPerson();
    await change(person, locked());
    const unlocking = await provenBy(person, 'unlock-account');
    unlocking.at('confirm-unlock');
    keyturn.clock.move(31_000);
    const keeping = await provenBy(person);
    expect(keeping.at('new-password').mayKeepPassword).toBe(true);
    await change(person, changes);
    await unlocking.answer({ confirm: true });
    unlocking.at('refused');
    await keeping.answer({ keepPassword: true });
    keeping.at('refused');
    expect((await eventsOf(person)).some(({ type }) => type.startsWith('write.'))).toBe(false);
  });
});

describe('an account that was deleted', () => {
  async function remove({ account }: Person): Promise<void> {
    const row = await keyturn.deps.store.embedded.find(account.directory, account.id);
    if (row === null) throw new Error('not there');
    const { embedded } = keyturn.deps.store;
    // Nothing is ever deleted here: to the directory of these people it is gone once it belongs to another one.
    const find = embedded.find.bind(embedded);
    Object.assign(embedded, { find: async (directory: string, id: string) => (id === account.id ? null : find(directory, id)) });
  }

  it('after the proof ends the recovery instead of a promise to go on trying', async () => {
    const person = await newPerson();
    const client = await provenBy(person);
    client.at('new-password');
    await remove(person);
    await client.answer({ password: NEW_PASSWORD });
    expect(client.at('refused').code).toBe('account.missing');
  });

  it('before the proof is complete ends it too', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    await client.answer({ option: 'email' });
    const message = await keyturn.waitForMessage(person.address);
    await remove(person);
    await client.answer({ code: /^\d{6,10}$/m.exec(message.text)?.[0] ?? '' });
    await client.answer({ code: person.totp() });
    expect(client.at('refused').code).toBe('account.missing');
  });
});

describe('a code of the machinery', () => {
  it('is for operators: the last pages name none', async () => {
    const person = await newPerson();
    const client = await provenBy(person);
    const row = await keyturn.deps.store.journeys.findByToken(keyturn.deps.keys.digest('journey-token', client.token));
    if (row === null) throw new Error('no journey');
    const { state } = loadedJourney(row);
    const code = 'directory.tls-unknown-ca';
    const results = [{ account: `${person.account.directory}/${person.account.id}`, outcome: 'failed' as const, code }];
    const done = await presentStep(keyturn.deps, { row, state: { ...state, step: { id: 'x', kind: 'done', results, nextSteps: [] } } });
    const refused = await presentStep(keyturn.deps, { row, state: { ...state, step: { id: 'x', kind: 'refused', code } } });
    expect(JSON.stringify([done, refused])).not.toContain('tls');
    expect(done).toMatchObject({ results: [{ code: 'directory.unavailable' }] });
  });
});
