import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { explainBind, explainRefusal, type LockState, type PolicyAnswer } from './policy-answer.ts';

const open: LockState = { locked: false, disabled: false, accountExpired: false };
const answer = (code: number, error: number | null = null): PolicyAnswer => ({
  result: { code, message: 'text with 49 and 53 in it' },
  response: error === null ? null : { error, timeBeforeExpiration: null, graceLoginsRemaining: null },
  server: 'ldaps://a',
});

describe('explainBind', () => {
  it.each([
    ['389 DS, locked', answer(19, 1), open, 'credentials.locked', false],
    ['a control beside another code', answer(53, 0), open, 'credentials.password-expired', false],
    ['must be changed', answer(53, 2), open, 'credentials.must-change', false],
    ['wrong, of a state that is not known', answer(49), { locked: null, disabled: null, accountExpired: null }, 'credentials.wrong', false],
    ['expired, found right', answer(49, 0), open, 'credentials.password-expired', true],
    ['OpenLDAP, locked and told', answer(49, 1), open, 'credentials.locked', false],
    ['OpenLDAP, locked and not told', answer(49), { ...open, locked: true }, 'credentials.locked', false],
    ['OpenLDAP, locked by an administrator', answer(49, 1), { ...open, locked: true, disabled: true }, 'credentials.disabled', false],
    ['OpenLDAP, past its end', answer(49, 1), { ...open, accountExpired: true }, 'credentials.account-expired', false],
    ['wrong', answer(49), open, 'credentials.wrong', false],
  ])('%s', async (_, given, state, reason, passwordWasRight) => {
    expect(await explainBind(given, async () => state)).toEqual({ valid: false, reason, passwordWasRight });
  });

  it('tells grace and the coming end as warnings', async () => {
    const warned = (response: PolicyAnswer['response']): PolicyAnswer => ({ ...answer(0), response });
    const none = { error: null, timeBeforeExpiration: null, graceLoginsRemaining: null };
    expect(await explainBind(warned({ ...none, graceLoginsRemaining: 0 }), async () => open)).toEqual({ valid: true, warning: 'grace' });
    expect(await explainBind(warned({ ...none, timeBeforeExpiration: 5 }), async () => open)).toEqual({
      valid: true,
      warning: 'expires-soon',
    });
    expect(await explainBind(warned(none), async () => open)).toEqual({ valid: true, warning: 'none' });
  });

  it('takes what a kind of server lists by code and words, and the code alone for nothing', async () => {
    const listed = [{ code: 53, text: /inactivated/i, reason: 'credentials.disabled' as const }];
    const saying = (code: number, message: string): PolicyAnswer => ({ ...answer(code), result: { code, message } });
    const inactivated = saying(53, 'Account inactivated. Contact system administrator.');
    expect(await explainBind(inactivated, async () => open, listed)).toMatchObject({ reason: 'credentials.disabled' });
    for (const given of [saying(53, 'database is read-only'), saying(19, 'Account inactivated.'), saying(53, '')]) {
      await expect(explainBind(given, async () => open, listed)).rejects.toMatchObject({ code: 'directory.protocol' });
    }
    await expect(explainBind(inactivated, async () => open)).rejects.toMatchObject({ code: 'directory.protocol' });
  });

  it('takes no other result for a word about the person, whatever the state is', async () => {
    for (let code = 1; code <= 123; code += 1) {
      if (code === 49) continue;
      await expect(explainBind(answer(code), async () => ({ ...open, locked: true, disabled: true }))).rejects.toMatchObject({
        code: expect.stringMatching(/^directory\./),
      });
    }
  });

  it('tells trouble of the server apart', async () => {
    for (const [code, expected] of [
      [13, 'directory.plain-refused'],
      [52, 'directory.unreachable'],
      [80, 'directory.protocol'],
    ] as const) {
      await expect(explainBind(answer(code), async () => open)).rejects.toMatchObject({ code: expected });
    }
  });
});

describe('explainRefusal', () => {
  it.each([
    [answer(19, 8), 'service', 'password.in-history'],
    [answer(19, 7), 'service', 'password.too-young'],
    [answer(19, 6), 'service', 'password.too-short'],
    [answer(19, 9), 'service', 'password.too-long'],
    [answer(19, 5), 'service', 'password.quality'],
    [answer(19), 'service', 'password.refused'],
    [answer(32), 'service', 'account.missing'],
    [answer(50, 3), 'service', 'account.no-right'],
    [answer(50, 4), 'service', 'account.no-right'],
    [answer(19, 4), 'service', 'account.no-right'],
    [answer(53, 4), 'service', 'account.no-right'],
    [answer(19, 4), 'person', 'password.old-wrong'],
    [answer(50, 3), 'person', 'password.change-not-allowed'],
    [answer(53, 3), 'person', 'password.change-not-allowed'],
    [answer(53, 8), 'service', 'password.in-history'],
    [answer(53), 'person', 'password.refused'],
    [answer(49), 'person', 'password.old-wrong'],
  ] as const)('%j as the %s is %s', (given, by, expected) => {
    expect(explainRefusal(given, by, 'test')).toBe(expected);
  });

  it('takes every other answer to the service account for trouble of the server', () => {
    const about = new Set([19, 32, 50]);
    for (let code = 1; code <= 123; code += 1) {
      for (const error of [null, 0, 2, 77]) {
        if (about.has(code)) continue;
        expect(() => explainRefusal(answer(code, error), 'service', 'test')).toThrow(AppError);
      }
    }
    // A replica, or a database that is read-only: told to choose another password, the person would try for ever.
    expect(() => explainRefusal(answer(53), 'service', 'test')).toThrow('directory.protocol');
  });
});
