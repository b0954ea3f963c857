import { beforeAll, expect, it } from 'vitest';
import { type ChangedBy, endFactor, enrolFactors } from '../../src/core/enrolment/enrol-factors.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn } from './start-keyturn.ts';

const BY: ChangedBy & { reason: string } = { author: 'test', reason: 'test', language: 'en', lane: 'notice' };

describeEachEngine('what operators enrol and end, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({ directories: [embeddedSection()] });
  });

  async function person(): Promise<Enrolled & { login: string; work: string }> {
    const login = newLogin();
    const work = `${login}@work.example.test`;
    await addPerson(keyturn, login);
    return { ...(await keyturn.enrol(login)), login, work };
  }
  const address = (secret: string) => ({ kind: 'email' as const, label: secret, secret, source: 'test' });
  const idOf = async ({ account, address: secret }: Enrolled) =>
    (await keyturn.deps.store.factors.ofAccount(account)).find((row) => row.secret === secret)?.id ?? '';

  it('every address that was known before is told of one that is added, with a way to stop it; the new one is not', async () => {
    const alice = await person();
    const added = `${newLogin()}@new.example.test`;
    await enrolFactors(keyturn.deps, alice.account, [address(added)], BY);
    for (const known of [alice.address, alice.work]) {
      const { subject, text } = await keyturn.waitForMessage(known);
      expect(subject).toBe('A way to recover your account was added');
      expect(text).toMatch(/\/not-me#\S+/);
      expect(text).not.toContain(added);
    }
    expect(keyturn.messages(added)).toEqual([]);
  });

  it('an address that is taken away is told, and a code that waits in it proves nothing any more', async () => {
    const alice = await person();
    const client = await startJourney(keyturn.url, alice.login);
    await client.answer({ option: 'email' });
    const code = codeIn(await keyturn.waitForMessage(alice.address));
    await endFactor(keyturn.deps, alice.account, await idOf(alice), BY);
    await client.answer({ code });
    expect(client.at('code')).toMatchObject({ factor: { kind: 'email' }, messageTone: 'error' });
    await keyturn.waitForMessage(alice.address, 1);
    expect(keyturn.messages(alice.address).map(({ subject }) => subject)).toContain('A way to recover your account was removed');
  });

  it('a code for one of two addresses still proves when the other one is taken away', async () => {
    const alice = await person();
    const other = `${newLogin()}@other.example.test`;
    await enrolFactors(keyturn.deps, alice.account, [address(other)], BY);
    const client = await startJourney(keyturn.url, alice.login);
    await client.answer({ option: 'email' });
    const code = codeIn(await keyturn.waitForMessage(other));
    await endFactor(keyturn.deps, alice.account, await idOf(alice), BY);
    await client.answer({ code });
    await client.answer({ code: alice.totp() });
    await client.answer({ password: newPassword() });
    client.at('done');
  });

  it('a recovery that was proven by what is taken away meanwhile sets no password', async () => {
    const [alice, bob] = [await person(), await person()];
    for (const [each, id] of [
      [alice, await idOf(alice)],
      [bob, (await keyturn.deps.store.factors.ofAccount(bob.account)).find(({ kind }) => kind === 'totp')?.id ?? ''],
    ] as const) {
      const client = await startJourney(keyturn.url, each.login);
      await prove(keyturn, client, each);
      client.at('new-password');
      await endFactor(keyturn.deps, each.account, id, BY);
      await client.answer({ password: newPassword() });
      expect(client.at('refused').code).toBe('journey.account-barred');
      expect(await signsIn(keyturn, each.login, OLD_PASSWORD)).toBe(true);
    }
  });

  it('of many who enrol the same at once one does, and of many who end it', async () => {
    const alice = await person();
    const secret = `${newLogin()}@home.example.test`;
    const all = await Promise.all(
      [secret, secret.toUpperCase(), ` ${secret}`, secret].map((spelled) =>
        enrolFactors(keyturn.deps, alice.account, [address(spelled)], BY),
      ),
    );
    expect(all.flatMap(({ added }) => added)).toHaveLength(1);
    const id = all.flatMap(({ added }) => added)[0]?.id ?? '';
    const ended = await Promise.allSettled([1, 2, 3].map(() => endFactor(keyturn.deps, alice.account, id, BY)));
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
