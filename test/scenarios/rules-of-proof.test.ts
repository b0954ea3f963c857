import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { type JourneyClient, prove, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const NEW_PASSWORD = 'a quiet harbour at noon';
type Rules = NonNullable<NonNullable<ConfigurationDocument['recovery']>['rules']>;

let keyturn: Keyturn;
const folders: string[] = [];
afterEach(async () => {
  await keyturn.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function start(rules: Rules): Promise<void> {
  keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { recovery: { rules } } });
}
async function person(login: string, ...groups: string[]): Promise<Enrolled> {
  await addPerson(keyturn, login, { groups });
  return keyturn.enrol(login);
}
/** Asks for the mailed code and gives it; what comes then is as the rules have it. */
async function giveMailed(client: JourneyClient, { address }: Enrolled): Promise<void> {
  await client.answer({ option: 'email' });
  client.at('code');
  const mailed = () => keyturn.messages(address).filter(holdsCode);
  await until(() => mailed().length > 0, `a code to ${address}`);
  const [message] = mailed();
  if (message === undefined) throw new Error('no code');
  await client.answer({ code: codeIn(message) });
}

describe('rules of proof', () => {
  it('are each person’s own after the first right proof, and show nothing of anybody before it', async () => {
    await start([
      { name: 'managers', when: { groups: ['Managers'] }, accepted: [['email', 'totp']] },
      { name: 'everybody', accepted: [['email']] },
    ]);
    const [manager, clerk] = [await person('manager', 'Managers'), await person('clerk', 'Clerks')];
    const first: unknown[] = [];
    for (const name of ['manager', 'clerk', 'nobody']) {
      const client = await startJourney(keyturn.url, name);
      first.push({ ...client.at('choose-factor'), id: '' });
      expect((await client.answer({ option: 'totp' })).status).toBe(422);
    }
    expect(first[0]).toMatchObject({ options: [{ kind: 'email' }], accepted: [['email', 'totp'], ['email']], done: [] });
    expect(first[1]).toEqual(first[0]);
    expect(first[2]).toEqual(first[0]);

    const easy = await startJourney(keyturn.url, 'clerk');
    await giveMailed(easy, clerk);
    easy.at('new-password');
    const strict = await startJourney(keyturn.url, 'manager');
    await giveMailed(strict, manager);
    expect(strict.at('code').factor.kind).toBe('totp');
    expect((await strict.answer({ password: NEW_PASSWORD })).status).toBe(422);
    await strict.answer({ code: manager.totp() });
    strict.at('new-password');
  });

  it('lead on to another combination who was offered a proof that theirs do not take', async () => {
    await start([
      { name: 'app alone', when: { groups: ['Drivers'] }, accepted: [['totp']] },
      { name: 'everybody', accepted: [['email']] },
    ]);
    const driver = await person('driver', 'Drivers');
    const client = await startJourney(keyturn.url, 'driver');
    expect(client.at('choose-factor').options.map(({ kind }) => kind)).toEqual(['totp', 'email']);
    await giveMailed(client, driver);
    expect(client.at('code').factor.kind).toBe('totp');
    await client.answer({ code: driver.totp() });
    client.at('new-password');
  });

  it('bar where they accept nothing, and it looks as if there were nobody', async () => {
    await start([
      { name: 'administrators', when: { groups: ['Operators'] } },
      { name: 'everybody', accepted: [['email']] },
    ]);
    const operator = await person('operator', 'Operators');
    const client = await startJourney(keyturn.url, 'operator');
    await client.answer({ option: 'email' });
    expect(client.at('code').sentAt).not.toBeNull();
    const events = await keyturn.deps.store.audit.read(0, 1000);
    expect(events.find(({ type }) => type === 'journey.leads-nowhere')?.data).toContain('"nothing-accepted"');
    expect(keyturn.messages(operator.address).filter(holdsCode)).toEqual([]);
  });

  it('of one goal open no other that asks for more', async () => {
    await start([
      { name: 'reset', when: { goals: ['reset-password'] }, accepted: [['email']] },
      { name: 'everybody', accepted: [['email', 'totp']] },
    ]);
    const alice = await person('alice');
    for (let attempt = 0; attempt < 5; attempt += 1) await signsIn(keyturn, 'alice', 'wrong');
    const resetting = await startJourney(keyturn.url, 'alice');
    await giveMailed(resetting, alice);
    expect(resetting.at('new-password').mayKeepPassword).toBe(false);
    expect((await resetting.answer({ keepPassword: true })).status).toBe(422);
    const unlocking = await startJourney(keyturn.url, 'alice', 'unlock-account');
    await prove(keyturn, unlocking, alice);
    await unlocking.answer({ confirm: true });
    expect(unlocking.at('done').results).toMatchObject([{ outcome: 'unlocked' }]);
  });

  it('that change under a journey count at once: a proof that is enough no longer leads to no password', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-rules-'));
    folders.push(folder);
    const database = `sqlite:${join(folder, 'keyturn.db')}`;
    const key = new Uint8Array(randomBytes(32));
    keyturn = await startKeyturn({
      directories: [embeddedSection()],
      configuration: { recovery: { rules: [{ name: 'everybody', accepted: [['email']] }] } },
      ...{ database, key },
    });
    const alice = await person('alice');
    const client = await startJourney(keyturn.url, 'alice');
    await client.answer({ option: 'email' });
    const { store, clock } = keyturn.deps;
    const current = await store.configurations.current();
    const document = JSON.parse(current?.document ?? '') as ConfigurationDocument;
    await applyConfiguration(
      {
        store,
        clock,
        checkContext: { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] },
      },
      {
        document: { ...document, recovery: { ...document.recovery, rules: [{ name: 'nobody' }] } },
        ...{ expectedVersion: current?.version ?? 0, actor: { kind: 'system' }, author: 'test', comment: 'test' },
      },
    );
    const other = await startKeyturn({ directories: [], ...{ database, key } });
    try {
      const code = codeIn(await keyturn.waitForMessage(alice.address));
      const path = `/journeys/current/steps/${client.step.id}`;
      const { body } = await request(other.url, 'POST', path, { code }, { authorization: `Bearer ${client.token}` });
      expect(body.step).toMatchObject({ kind: 'refused', code: 'journey.no-proof-left', message: expect.stringContaining('not enough') });
      expect(await signsIn(keyturn, 'alice', OLD_PASSWORD)).toBe(true);
    } finally {
      await other.close();
    }
  });
});
