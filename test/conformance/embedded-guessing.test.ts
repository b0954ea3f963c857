import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Harness } from './harness.ts';
import { createEmbeddedHarness } from './harness-embedded.ts';
import { newPassword } from './samples.ts';
import { reset, unlock } from './write.ts';

const minute = 60_000;

describe('guessing at the embedded directory', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createEmbeddedHarness();
  });
  afterAll(() => harness.close());

  it('all at once gets no further than the lock, even when the last guess is right', async () => {
    const account = await harness.createAccount();
    const guesses = [...Array.from({ length: 30 }, newPassword), account.password];
    const outcomes = await Promise.all(guesses.map((guess) => account.directory.verifyPassword(account.ref, guess)));
    expect(outcomes.at(-1)).toMatchObject({ valid: false, reason: 'credentials.locked' });
    expect((await account.directory.readStatus(account.ref)).locked).toBe(true);
  });

  it('after a lock has ended begins to count anew', async () => {
    const account = await harness.createAccount();
    await harness.lock(account);
    harness.clock.forward(16 * minute);
    expect((await account.directory.readStatus(account.ref)).locked).toBe(false);
    expect(await account.directory.verifyPassword(account.ref, newPassword())).toMatchObject({ reason: 'credentials.wrong' });
    expect(await account.directory.readStatus(account.ref)).toMatchObject({ locked: false, badAttempts: 1 });
    expect(await account.directory.verifyPassword(account.ref, account.password)).toMatchObject({ valid: true });
    expect(await account.directory.readStatus(account.ref)).toMatchObject({ badAttempts: 0 });
  });

  it('by way of a change counts as well', async () => {
    const account = await harness.createAccount();
    for (let attempt = 0; attempt < 5; attempt += 1) await account.directory.changePassword(account.ref, newPassword(), newPassword());
    expect((await account.directory.readStatus(account.ref)).locked).toBe(true);
  });

  it('does not keep a reset from being done', async () => {
    const account = await harness.createAccount();
    const guesses = Array.from({ length: 20 }, () => account.directory.verifyPassword(account.ref, newPassword()));
    const next = newPassword();
    expect(await reset(account.directory, account.ref, next, { unlock: true })).toMatchObject({ done: true });
    await Promise.all(guesses);
    await unlock(account.directory, account.ref);
    expect(await account.directory.verifyPassword(account.ref, next)).toMatchObject({ valid: true });
  });

  it('leaves the history as long as the policy says', async () => {
    const account = await harness.createAccount();
    const [second, third] = [newPassword(), newPassword()];
    for (const next of [second, third]) expect(await reset(account.directory, account.ref, next)).toMatchObject({ done: true });
    // The policy of this directory remembers three, the current one included.
    for (const used of [account.password, second]) {
      expect(await reset(account.directory, account.ref, used)).toMatchObject({ refusal: 'password.in-history' });
    }
    expect(await reset(account.directory, account.ref, newPassword())).toMatchObject({ done: true });
    expect(await reset(account.directory, account.ref, account.password)).toMatchObject({ done: true });
  });

  it('at a thousand characters is refused before anything is computed', async () => {
    const account = await harness.createAccount();
    expect(await reset(account.directory, account.ref, 'Qz-0'.repeat(300))).toMatchObject({ refusal: 'password.too-long' });
  });
});
