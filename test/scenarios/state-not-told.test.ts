import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prove, startJourney } from './journey-client.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const OLD = 'First-Passw0rd-ever';
const NEW = 'Second-Passw0rd-ever';

/** A server that is known as plain LDAP alone tells of no lock: nobody is told that they were not locked. */
describe('a directory that cannot tell who is locked', () => {
  let plain: RealDirectory;
  let other: RealDirectory;
  let alone: Keyturn;
  let mixed: Keyturn;

  beforeAll(async () => {
    plain = await reachRealDirectory('openldap', { kind: 'ldap', disabledPeople: 'not-told' });
    other = await reachRealDirectory('389ds', { id: 'other' });
    alone = await startKeyturn({ directories: [plain.section] });
    mixed = await startKeyturn({ directories: [plain.section, other.section] });
  });
  afterAll(async () => {
    await alone?.close();
    await mixed?.close();
    await plain?.proxy.stop();
    await other?.proxy.stop();
  });

  it('does not offer to unlock where nobody could be', async () => {
    const site = (await (await fetch(`${alone.url}/api/v1/site`)).json()) as { goals: string[] };
    expect(site.goals).toEqual(['reset-password', 'find-username']);
    const owner = await plain.createPerson({ password: OLD });
    await expect(startJourney(alone.url, owner.login, 'unlock-account')).rejects.toThrow();
  });

  it('offers a new password to its people who ask to be unlocked, and does not claim to know the lock', async () => {
    const owner = await plain.createPerson({ password: OLD });
    const person = await mixed.enrol(owner.login);
    await plain.lock(owner);
    const client = await startJourney(mixed.url, owner.login, 'unlock-account');
    await prove(mixed, client, person);
    const step = client.at('new-password');
    expect(step).toMatchObject({ mayKeepPassword: false, messageTone: 'info', message: expect.stringMatching(/cannot see whether/) });
    await client.answer({ password: NEW });
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
    expect(await plain.realClientSignsIn(owner, NEW)).toBe(true);
  });

  it('says so on the health page', async () => {
    const notes = (await alone.deps.directories.get('people').health()).notes.map(({ text }) => text).join('\n');
    expect(notes).toContain('not-told');
  });
});
