import { describe, expect, it } from 'vitest';
import type { Harness } from './harness.ts';
import { eventually, newPassword } from './samples.ts';
import { fingerprint, requireChange, reset, unlock } from './write.ts';

const done = { done: true };

/** Locked, disabled, ended, expired accounts, and those the service account may not touch. */
export function describeStates(harness: () => Harness): void {
  describe('a lock', () => {
    it('comes after as many failures as the policy says, and unlocking lifts it', async () => {
      const { createAccount, lock, clientLogin, facts, clock } = harness();
      for (const policy of ['default', 'strict'] as const) {
        const account = await createAccount({ policy });
        await lock(account);
        expect(await account.directory.verifyPassword(account.ref, account.password)).toEqual({
          valid: false,
          reason: 'credentials.locked',
          passwordWasRight: false,
        });
        expect(await clientLogin(account, account.password)).toBe(false);
        const outcome = await account.directory.changePassword(account.ref, account.password, newPassword());
        expect(outcome).toMatchObject({ done: false, refusal: 'password.account-locked' });
        if (!facts.unlocks) {
          expect(await account.directory.readStatus(account.ref)).toMatchObject({ locked: null, disabled: null, accountExpired: null });
          expect((await fingerprint(account.directory, account.ref)).locked).toBeNull();
          expect(await unlock(account.directory, account.ref)).toMatchObject({ done: false, refusal: 'account.no-right' });
          continue;
        }
        const status = await account.directory.readStatus(account.ref);
        expect(status.locked).toBe(true);
        expect(status.lockedUntil).toBeGreaterThan(clock.now());
        expect(status.lockedUntil).toBeLessThan(clock.now() + 31 * 60_000);
        const before = await fingerprint(account.directory, account.ref);
        expect(before.locked).toBe(true);
        expect(await unlock(account.directory, account.ref)).toMatchObject(done);
        expect(await account.directory.readStatus(account.ref)).toMatchObject({ locked: false, lockedUntil: null });
        const after = await fingerprint(account.directory, account.ref);
        expect(after.locked).toBe(false);
        expect(after.lock).not.toBe(before.lock);
        expect(after.password).toBe(before.password);
        // One more failure must not lock again: the old ones are forgiven.
        expect(await account.directory.verifyPassword(account.ref, newPassword())).toMatchObject({ reason: 'credentials.wrong' });
        expect(await clientLogin(account, account.password)).toBe(true);
      }
    });

    it('can be lifted twice', async () => {
      const { createAccount, facts } = harness();
      const account = await createAccount();
      const outcome = facts.unlocks ? done : { done: false, refusal: 'account.no-right' };
      expect(await unlock(account.directory, account.ref)).toMatchObject(outcome);
      expect(await unlock(account.directory, account.ref)).toMatchObject(outcome);
    });

    it('ends by itself at the time that was told', async () => {
      const { createAccount, lock, facts, clock } = harness();
      if (!facts.statusKnown) return;
      const account = await createAccount();
      await lock(account);
      const { lockedUntil } = await account.directory.readStatus(account.ref);
      clock.forward((lockedUntil ?? 0) - clock.now() + 1000);
      try {
        const { locked } = await account.directory.readStatus(account.ref);
        // AD computes the lock itself, by its own clock, which the test does not move.
        expect(locked).toBe(harness().kind === 'active-directory');
      } finally {
        clock.forward(clock.now() > Date.now() ? Date.now() - clock.now() : 0);
      }
    });

    it('is lifted by a reset that is asked to, and else as the server does', async () => {
      const { createAccount, lock, clientLogin, facts } = harness();
      const [asked, notAsked] = [await createAccount(), await createAccount()];
      await lock(asked);
      await lock(notAsked);
      const next = newPassword();
      expect(await reset(asked.directory, asked.ref, next, { unlock: true })).toMatchObject(done);
      expect(await clientLogin(asked, next)).toBe(true);
      expect((await asked.directory.readStatus(asked.ref)).locked).toBe(facts.statusKnown ? false : null);
      expect(await reset(notAsked.directory, notAsked.ref, next)).toMatchObject(done);
      expect(await clientLogin(notAsked, next)).toBe(facts.resetUnlocks);
      if (facts.statusKnown) expect((await notAsked.directory.readStatus(notAsked.ref)).locked).toBe(!facts.resetUnlocks);
    });
  });

  describe('failures', () => {
    it('are counted by a verification, and told', async () => {
      const { createAccount, facts } = harness();
      const account = await createAccount();
      expect(await account.directory.verifyPassword(account.ref, newPassword())).toMatchObject({ reason: 'credentials.wrong' });
      expect(await account.directory.verifyPassword(account.ref, '')).toMatchObject({ reason: 'credentials.wrong' });
      if (!facts.statusKnown) return expect((await account.directory.readStatus(account.ref)).badAttempts).toBeNull();
      await eventually(async () => ((await account.directory.readStatus(account.ref)).badAttempts ?? 0) >= 1);
    });
  });

  describe('a password that must be changed', () => {
    it('is known as such, can be demanded, and the person can still change it', async () => {
      const { createAccount, facts, clientLogin } = harness();
      const marked = await createAccount({ mustChange: true });
      expect(await marked.directory.verifyPassword(marked.ref, marked.password)).toEqual(facts.states.mustChange);
      const next = newPassword();
      expect(await marked.directory.changePassword(marked.ref, marked.password, next)).toMatchObject(done);
      expect(await clientLogin(marked, next)).toBe(true);

      const account = await createAccount();
      const outcome = await requireChange(account.directory, account.ref);
      if (!facts.unlocks) return expect(outcome).toMatchObject({ done: false, refusal: 'account.no-right' });
      expect(outcome).toMatchObject(done);
      expect(await account.directory.readStatus(account.ref)).toMatchObject({ mustChange: true, changeableAt: null });
      expect(await account.directory.verifyPassword(account.ref, account.password)).toEqual(facts.states.mustChange);
    });
  });

  describe('an account', () => {
    it('that is disabled stays so, whatever is done to its password or lock', async () => {
      const { createAccount, facts, clientLogin } = harness();
      const account = await createAccount({ disabled: true });
      expect(await account.directory.verifyPassword(account.ref, account.password)).toEqual(facts.states.disabled);
      if (facts.statusKnown) expect((await account.directory.readStatus(account.ref)).disabled).toBe(true);
      const change = await account.directory.changePassword(account.ref, account.password, newPassword());
      expect(change).toMatchObject({ done: false });
      if (!facts.statusKnown) return;
      const next = newPassword();
      await unlock(account.directory, account.ref);
      await reset(account.directory, account.ref, next, { unlock: true });
      expect((await account.directory.readStatus(account.ref)).disabled).toBe(true);
      for (const password of [account.password, next]) expect(await clientLogin(account, password)).toBe(false);
    });

    it('that has passed its end date is told apart', async () => {
      const { createAccount, facts } = harness();
      const { ended } = facts.states;
      const account = await createAccount({ ended: true });
      if ('none' in ended) return expect((await account.directory.readStatus(account.ref)).accountExpired).toBe(false);
      expect(await account.directory.verifyPassword(account.ref, account.password)).toEqual(ended);
      expect((await account.directory.readStatus(account.ref)).accountExpired).toBe(facts.statusKnown ? true : null);
    });

    it('whose password has expired is told apart, and can be reset', async () => {
      const { expiredAccount, facts, clientLogin } = harness();
      const account = await expiredAccount();
      expect(await account.directory.verifyPassword(account.ref, account.password)).toEqual(facts.states.expired);
      expect(await account.directory.verifyPassword(account.ref, newPassword())).toMatchObject({ reason: 'credentials.wrong' });
      expect((await account.directory.readStatus(account.ref)).passwordExpired).toBe(facts.statusKnown ? true : null);
      const changed = newPassword();
      const outcome = await account.directory.changePassword(account.ref, account.password, changed);
      expect(outcome).toMatchObject(facts.expiredCanChange ? done : { done: false, refusal: 'password.change-not-allowed' });
      const next = newPassword();
      expect(await reset(account.directory, account.ref, next)).toMatchObject(done);
      expect(await clientLogin(account, next)).toBe(true);
    });

    it('tells when its password was set and when it ends', async () => {
      const { createAccount, facts, clock } = harness();
      const account = await createAccount();
      expect(await reset(account.directory, account.ref, newPassword())).toMatchObject(done);
      const status = await account.directory.readStatus(account.ref);
      if (!facts.statusKnown) return expect(status).toMatchObject({ passwordSetAt: null, passwordExpiresAt: null, passwordExpired: null });
      expect(Math.abs((status.passwordSetAt ?? 0) - clock.now())).toBeLessThan(5000);
      const { maximumAge } = await account.directory.readPolicy(account.ref);
      if (maximumAge === null) return expect(status.passwordExpiresAt).toBeNull();
      expect(Math.abs((status.passwordExpiresAt ?? 0) - clock.now() - maximumAge)).toBeLessThan(5000);
      expect(status).toMatchObject({ passwordExpired: false, mustChange: false, disabled: false, accountExpired: false });
    });
  });
}
