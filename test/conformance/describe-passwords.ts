import { describe, expect, it } from 'vitest';
import type { Harness } from './harness.ts';
import { eventually, newPassword, shortPassword, simplePassword, tooShortPassword } from './samples.ts';
import { fingerprint, reset } from './write.ts';

const done = { done: true };
const refusedAsUsed = { done: false, refusal: expect.stringMatching(/^password\.(in-history|same-as-current)$/) };

/** Setting passwords, and what is refused. A client that is no part of Keyturn has the last word. */
export function describePasswords(harness: () => Harness): void {
  describe('a change', () => {
    it('sets the new password, and the old one is no longer good', async () => {
      const { createAccount, clientLogin } = harness();
      const account = await createAccount();
      const next = newPassword();
      expect(await account.directory.changePassword(account.ref, account.password, next)).toMatchObject(done);
      expect(await clientLogin(account, next)).toBe(true);
      expect(await clientLogin(account, account.password)).toBe(false);
    });

    it('with a wrong old password is refused as that, and changes nothing', async () => {
      const { createAccount, clientLogin } = harness();
      const account = await createAccount();
      for (const old of [newPassword(), '']) {
        const outcome = await account.directory.changePassword(account.ref, old, newPassword());
        expect(outcome).toMatchObject({ done: false, refusal: 'password.old-wrong' });
      }
      expect(await clientLogin(account, account.password)).toBe(true);
    });

    it('to the current or an earlier password is refused as used', async () => {
      const { createAccount } = harness();
      const account = await createAccount();
      const next = newPassword();
      expect(await account.directory.changePassword(account.ref, account.password, account.password)).toMatchObject(refusedAsUsed);
      expect(await account.directory.changePassword(account.ref, account.password, next)).toMatchObject(done);
      expect(await account.directory.changePassword(account.ref, next, account.password)).toMatchObject(refusedAsUsed);
    });

    it('before the minimum age is refused with the time from which on it is allowed', async () => {
      const { createAccount, facts, clock } = harness();
      const account = await createAccount({ policy: 'minimum-age' });
      const outcome = await account.directory.changePassword(account.ref, account.password, newPassword());
      expect(outcome).toMatchObject({ done: false, refusal: 'password.too-young' });
      if (!facts.policyKnown) return expect(outcome).not.toHaveProperty('changeableAt');
      const { changeableAt } = await account.directory.readStatus(account.ref);
      expect(changeableAt).toBeGreaterThan(clock.now() + 23 * 3_600_000);
      expect(outcome).toMatchObject({ changeableAt });
    });

    it('too short or too simple is refused as that', async () => {
      const { createAccount, facts } = harness();
      const account = await createAccount();
      const short = await account.directory.changePassword(account.ref, account.password, tooShortPassword);
      expect(short).toMatchObject({ done: false, refusal: 'password.too-short' });
      const simple = await account.directory.changePassword(account.ref, account.password, simplePassword());
      expect(simple).toMatchObject(facts.simplePassword === null ? done : { done: false, refusal: facts.simplePassword });
    });
  });

  describe('a reset', () => {
    it('sets the new password, and the old one is no longer good', async () => {
      const { createAccount, clientLogin } = harness();
      const account = await createAccount();
      const next = newPassword();
      expect(await reset(account.directory, account.ref, next)).toMatchObject(done);
      expect(await clientLogin(account, next)).toBe(true);
      expect(await clientLogin(account, account.password)).toBe(false);
      expect(await account.directory.verifyPassword(account.ref, next)).toMatchObject({ valid: true });
      expect(await account.directory.verifyPassword(account.ref, newPassword())).toEqual({
        valid: false,
        reason: 'credentials.wrong',
        passwordWasRight: false,
      });
    });

    it('is not proven by what only begins as the password does', async () => {
      const { createAccount } = harness();
      const account = await createAccount();
      for (const given of [`${account.password}\0`, `${account.password}\0more`, '\0', `\0${account.password}`, '\ud800'])
        expect(await account.directory.verifyPassword(account.ref, given), JSON.stringify(given)).toMatchObject({
          valid: false,
          passwordWasRight: false,
        });
    });

    it('honours the history as the policy says it does', async () => {
      const { createAccount, facts, clientLogin } = harness();
      const account = await createAccount();
      const policy = await account.directory.readPolicy(account.ref);
      if (facts.policyKnown) expect(policy.historyOnReset).toBe(facts.historyOnReset);
      const next = newPassword();
      expect(await reset(account.directory, account.ref, next)).toMatchObject(done);
      for (const used of [next, account.password]) {
        const outcome = await reset(account.directory, account.ref, used);
        expect(outcome).toMatchObject(facts.historyOnReset === 'not-enforced' ? done : refusedAsUsed);
        if (facts.historyOnReset === 'two-step') expect(outcome).toMatchObject({ leftTemporary: true });
      }
      const last = newPassword();
      expect(await reset(account.directory, account.ref, last)).toMatchObject(done);
      expect(await clientLogin(account, last)).toBe(true);
    });

    it('honours the minimum age as the policy says it does', async () => {
      const { createAccount, facts } = harness();
      const account = await createAccount({ policy: 'minimum-age' });
      const policy = await account.directory.readPolicy(account.ref);
      if (facts.policyKnown) expect(policy).toMatchObject({ minimumAge: 86_400_000, minimumAgeOnReset: facts.minimumAgeOnReset });
      const outcome = await reset(account.directory, account.ref, newPassword());
      expect(outcome).toMatchObject(facts.minimumAgeOnReset === 'enforced' ? { done: false, refusal: 'password.too-young' } : done);
    });

    it('too short or too simple is refused, under the default and under a stricter policy', async () => {
      const { createAccount, facts, clientLogin } = harness();
      const ordinary = await createAccount();
      expect(await reset(ordinary.directory, ordinary.ref, tooShortPassword)).toMatchObject({
        done: false,
        refusal: 'password.too-short',
      });
      expect(await reset(ordinary.directory, ordinary.ref, '')).toMatchObject({ done: false, refusal: 'password.too-short' });
      expect(await reset(ordinary.directory, ordinary.ref, simplePassword())).toMatchObject(
        facts.simplePassword === null ? done : { done: false, refusal: facts.simplePassword },
      );
      expect(await reset(ordinary.directory, ordinary.ref, shortPassword())).toMatchObject(done);

      const strict = await createAccount({ policy: 'strict' });
      expect(await reset(strict.directory, strict.ref, shortPassword())).toMatchObject({
        done: false,
        refusal: 'password.too-short',
      });
      expect(await clientLogin(strict, strict.password)).toBe(true);
      expect(await reset(strict.directory, strict.ref, newPassword())).toMatchObject(done);
    });

    it('can demand that the person chooses another password, who then can', async () => {
      const { createAccount, facts } = harness();
      const account = await createAccount();
      const next = newPassword();
      const outcome = await reset(account.directory, account.ref, next, { mustChange: true });
      expect(outcome).toMatchObject(done);
      if (!facts.statusKnown) return expect((await account.directory.readStatus(account.ref)).mustChange).toBe(false);
      expect((await account.directory.readStatus(account.ref)).mustChange).toBe(true);
      expect(await account.directory.verifyPassword(account.ref, next)).toEqual(facts.states.mustChange);
      const own = newPassword();
      expect(await account.directory.changePassword(account.ref, next, own)).toMatchObject(done);
      expect((await account.directory.readStatus(account.ref)).mustChange).toBe(false);
      expect(await account.directory.verifyPassword(account.ref, own)).toMatchObject({ valid: true });
    });

    it('without a demand takes an earlier one away', async () => {
      const { createAccount, clientLogin } = harness();
      const account = await createAccount({ mustChange: true });
      const next = newPassword();
      expect(await reset(account.directory, account.ref, next)).toMatchObject(done);
      expect((await account.directory.readStatus(account.ref)).mustChange).toBe(false);
      expect(await clientLogin(account, next)).toBe(true);
    });

    it.each([
      ['umlauts and signs', 'Qz-0-ÄÖÜßéñ-¡¿€-Wyr'],
      ['other scripts', 'Qz-0-пароль-密码-パス-Wyr'],
      ['emoji', 'Qz-0-🔑🗝️👩‍💻-Wyr-1234'],
      ['quotes and spaces', ' Qz-0 "quoted" \\ back, = + # '],
      ['127 characters', `Qz-0-${'Wyr7-'.repeat(24)}xy`],
      ['127 characters of several octets', `Qz-0-${'Ü'.repeat(122)}`],
    ])('takes %s', async (_, password) => {
      const { createAccount, clientLogin } = harness();
      const account = await createAccount();
      expect(await reset(account.directory, account.ref, password)).toMatchObject(done);
      expect(await account.directory.verifyPassword(account.ref, password)).toMatchObject({ valid: true });
      expect(await clientLogin(account, password)).toBe(true);
      const next = newPassword();
      expect(await account.directory.changePassword(account.ref, password, next)).toMatchObject(done);
      expect(await clientLogin(account, next)).toBe(true);
    });

    it('of two at once leaves exactly the password of one that was told to be done', async () => {
      const { createAccount, clientLogin } = harness();
      const account = await createAccount();
      const passwords = [newPassword(), newPassword()];
      const outcomes = await Promise.all(passwords.map((password) => reset(account.directory, account.ref, password)));
      const good = await Promise.all(passwords.map((password) => clientLogin(account, password)));
      expect(good.filter(Boolean)).toHaveLength(1);
      expect(outcomes[good.indexOf(true)]).toMatchObject(done);
    });

    it('that comes too late is not begun, as no other write is', async () => {
      const { createAccount, clientLogin, clock } = harness();
      const account = await createAccount();
      const { directory, ref } = account;
      const target = await directory.prepareWrite(ref);
      const late = { notAfter: clock.now() - 1 };
      const next = newPassword();
      await expect(directory.resetPassword(target, next, { ...late, unlock: true })).rejects.toMatchObject({
        code: 'directory.unreachable',
        details: { reason: 'deadline' },
      });
      for (const verb of ['unlock', 'requireChange'] as const) {
        const outcome = await directory[verb](target, late).catch((error: unknown) => error);
        // A kind that has no such verb refuses without asking its server.
        if (directory.abilities.verbs.includes(verb === 'unlock' ? 'unlock-account' : 'require-change'))
          expect(outcome).toMatchObject({ code: 'directory.unreachable', details: { reason: 'deadline' } });
        else expect(outcome).toMatchObject({ done: false });
      }
      expect(await fingerprint(directory, ref)).toEqual(target.fingerprint);
      expect(await clientLogin(account, next)).toBe(false);
      expect(await clientLogin(account, account.password)).toBe(true);
    });

    it('is seen in the fingerprint', async () => {
      const { createAccount, facts, clock } = harness();
      const account = await createAccount();
      const before = await fingerprint(account.directory, account.ref);
      // Some servers tell whole seconds only, by a clock that is a few milliseconds behind.
      const created = Math.floor(Date.now() / 1000);
      while (Math.floor((Date.now() - 50) / 1000) <= created) await new Promise((resolve) => setImmediate(resolve));
      expect(await fingerprint(account.directory, account.ref)).toEqual(before);
      expect(await reset(account.directory, account.ref, newPassword())).toMatchObject(done);
      if (!facts.statusKnown) return expect((await fingerprint(account.directory, account.ref)).password).not.toBe(before.password);
      // 389 DS writes it down just after it has answered.
      await eventually(async () => (await fingerprint(account.directory, account.ref)).password !== before.password, 2000);
      const after = await fingerprint(account.directory, account.ref);
      expect(Math.abs((after.passwordSetAt ?? 0) - clock.now())).toBeLessThan(5000);
    });
  });

  describe('two changes at once', () => {
    it('leave exactly the password of one that was told to be done', async () => {
      const { createAccount, clientLogin } = harness();
      const account = await createAccount();
      const passwords = [newPassword(), newPassword()];
      const outcomes = await Promise.all(
        passwords.map((password) => account.directory.changePassword(account.ref, account.password, password)),
      );
      const good = await Promise.all(passwords.map((password) => clientLogin(account, password)));
      expect(good.filter(Boolean)).toHaveLength(1);
      expect(outcomes[good.indexOf(true)]).toMatchObject(done);
      expect(await clientLogin(account, account.password)).toBe(false);
    });
  });

  describe('the policy', () => {
    it('is the one in force for the account', async () => {
      const { createAccount, facts } = harness();
      const [ordinary, strict] = [await createAccount(), await createAccount({ policy: 'strict' })];
      const policy = await ordinary.directory.readPolicy(ordinary.ref);
      expect(policy).toMatchObject({
        minimumLength: facts.minimumLength,
        lengthUnit: facts.lengthUnit,
        lockoutThreshold: facts.lockoutThreshold,
      });
      const stricter = await strict.directory.readPolicy(strict.ref);
      if (!facts.policyKnown) return expect(stricter).toEqual(policy);
      expect(stricter).toMatchObject({ minimumLength: 16, lockoutThreshold: 3 });
    });

    it('counts length in the unit it says', async () => {
      const { createAccount, facts } = harness();
      if (!facts.policyKnown) return expect(facts.minimumLength).toBe(0);
      const account = await createAccount();
      const { minimumLength, lengthUnit } = await account.directory.readPolicy(account.ref);
      // One sign is two UTF-16 units, four octets, one code point.
      const each = { 'utf16-units': 2, octets: 4, 'code-points': 1 }[lengthUnit];
      const start = 'Qz1-';
      const signs = Math.ceil((minimumLength - start.length) / each);
      const refused = await reset(account.directory, account.ref, start + '🗝'.repeat(signs - 1));
      expect(refused).toMatchObject({ done: false, refusal: 'password.too-short' });
      expect(await reset(account.directory, account.ref, start + '🗝'.repeat(signs))).toMatchObject(done);
    });
  });
}
