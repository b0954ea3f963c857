import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { newLogin } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, startJourney } from './journey-client.ts';
import { REAL_KINDS, type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { codeIn, holdsCode, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

/** Where a real server judges the password of the other account, and some let in whoever has to change it. */
describe.each(REAL_KINDS)('the password of another account, judged by %s, as a proof', (kind) => {
  let real: RealDirectory;
  let keyturn: Keyturn;

  beforeAll(async () => {
    real = await reachRealDirectory(kind, { id: 'work', label: 'Work' });
    keyturn = await startKeyturn({
      directories: [embeddedSection(), real.section],
      configuration: {
        guard: GENEROUS_LIMITS,
        recovery: { rules: [{ name: 'all', accepted: [['email', 'linked-account']] }] },
      },
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });

  /** Somebody with an account at the server too, who has given the code that was mailed. */
  async function atOther(known = true): Promise<{ client: JourneyClient; other: RealPerson; second: AccountRef }> {
    const login = newLogin();
    await addPerson(keyturn, login);
    const { account, address } = await keyturn.enrol(login);
    const other = await real.createPerson();
    const [found] = await keyturn.deps.directories.get('work').findAccounts(other.login);
    if (found === undefined) throw new Error(`no ${other.login}`);
    const second = { directory: 'work', id: found.id };
    const ids = [randomUUID(), randomUUID()] as const;
    await keyturn.deps.store.people.link(account, second, { person: randomUUID(), ids, now: 0, by: 'test', countsFrom: 0 });
    // One that was set a moment ago somebody else may know.
    if (known) keyturn.clock.move(25 * 3_600_000);
    const client = await startJourney(keyturn.url, login);
    await client.answer({ option: 'email' });
    await until(() => keyturn.messages(address).some(holdsCode), `a code to ${address}`);
    await client.answer({ code: keyturn.messages(address).filter(holdsCode).map(codeIn).at(-1) });
    return { client, other, second };
  }
  const give = (client: JourneyClient, { directory, id }: AccountRef, password: string) =>
    client.answer({ account: `${directory}/${id}`, password });

  it('is none that was set there past Keyturn a moment ago: by whom is not told', async () => {
    const { client } = await atOther(false);
    expect(client.step.kind).not.toBe('linked-password');
  });

  it('counts where its owner knew it before', async () => {
    const { client, other, second } = await atOther();
    client.at('linked-password');
    await give(client, second, 'Wrong-Passw0rd-1');
    expect(client.at('linked-password')).toMatchObject({ messageTone: 'error' });
    await give(client, second, other.password);
    client.at('new-password');
  });

  it('is none while it must be changed, also where the server lets in with it: somebody else has set it', async () => {
    const { client, other, second } = await atOther();
    const work = keyturn.deps.directories.get('work');
    // As an administrator does, past Keyturn: nothing here tells of a reset.
    expect(await work.requireChange(await work.prepareWrite(second))).toMatchObject({ done: true });
    await give(client, second, 'Wrong-Passw0rd-1');
    const { message } = client.at('linked-password');
    await give(client, second, other.password);
    expect(client.at('linked-password')).toMatchObject({ message, messageTone: 'error' });
  });
});
