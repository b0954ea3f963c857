import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prove, startJourney } from './journey-client.ts';
import { REAL_KINDS, type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const OLD = 'First-Passw0rd-ever';
const NEW = 'Second-Passw0rd-ever';

/** The main job on a real server of each kind, seen by a client that knows nothing of Keyturn. */
describe.each(REAL_KINDS)('on a real directory: %s', (kind) => {
  let directory: RealDirectory;
  let keyturn: Keyturn;

  beforeAll(async () => {
    directory = await reachRealDirectory(kind, kind === 'active-directory' ? { historyOnReset: 'two-step' } : {});
    keyturn = await startKeyturn({ directories: [directory.section] });
  });
  afterAll(async () => {
    await keyturn?.close();
    await directory?.proxy.stop();
  });

  it('a forgotten password is reset, and a real client signs in with the new one alone', async () => {
    const owner = await directory.createPerson({ password: OLD });
    const { login } = owner;
    const person = await keyturn.enrol(login);
    expect(await directory.realClientSignsIn(owner, OLD)).toBe(true);
    const client = await startJourney(keyturn.url, login);
    await prove(keyturn, client, person);
    expect(client.at('new-password').rules).toContainEqual(
      expect.objectContaining({ code: 'password.too-short', params: expect.objectContaining({ minimum: 10 }) }),
    );
    await client.answer({ password: NEW });
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
    expect(await directory.realClientSignsIn(owner, NEW)).toBe(true);
    expect(await directory.realClientSignsIn(owner, OLD)).toBe(false);
    expect((await keyturn.waitForMessage(owner.mail)).subject).toBe('Your password was reset');
  });

  it('a password that the history knows is refused in words, and another one is taken', async () => {
    const owner = await directory.createPerson({ password: OLD });
    const { login } = owner;
    const person = await keyturn.enrol(login);
    const first = await startJourney(keyturn.url, login);
    await prove(keyturn, first, person);
    await first.answer({ password: NEW });
    first.at('done');
    keyturn.clock.move(60_000);
    const second = await startJourney(keyturn.url, login);
    await prove(keyturn, second, person);
    await second.answer({ password: NEW });
    expect(second.at('new-password')).toMatchObject({ messageTone: 'error', message: expect.stringMatching(/\w/) });
    await second.answer({ password: 'Third-Passw0rd-ever' });
    second.at('done');
    expect(await directory.realClientSignsIn(owner, 'Third-Passw0rd-ever')).toBe(true);
  });

  it('a locked account is unlocked and keeps its password', async () => {
    const owner = await directory.createPerson({ password: OLD });
    const { login } = owner;
    const person = await keyturn.enrol(login);
    await directory.lock(owner);
    expect(await directory.realClientSignsIn(owner, OLD)).toBe(false);
    const client = await startJourney(keyturn.url, login, 'unlock-account');
    await prove(keyturn, client, person);
    client.at('confirm-unlock');
    await client.answer({ confirm: true });
    expect(client.at('done').results).toMatchObject([{ outcome: 'unlocked' }]);
    expect(await directory.realClientSignsIn(owner, OLD)).toBe(true);
  });

  it('a reset of a locked account unlocks it as well', async () => {
    const owner = await directory.createPerson({ password: OLD });
    const { login } = owner;
    const person = await keyturn.enrol(login);
    await directory.lock(owner);
    const client = await startJourney(keyturn.url, login);
    await prove(keyturn, client, person);
    expect(client.at('new-password').mayKeepPassword).toBe(true);
    await client.answer({ password: NEW });
    client.at('done');
    expect(await directory.realClientSignsIn(owner, NEW)).toBe(true);
  });
});
