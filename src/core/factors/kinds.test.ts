import { describe, expect, it } from 'vitest';
import { FACTOR_KINDS, type FactorKind } from '../../../shared/api/journeys.ts';
import {
  ASKED_FACTOR_KINDS,
  FACTOR_TRAITS,
  RECOVERY_FACTOR_KINDS,
  SIGN_IN_FACTOR_KINDS,
  USABLE_FACTOR_KINDS,
  USUAL_NUMBER,
} from './kinds.ts';
import { kindsInWords } from './kinds-in-words.ts';

const having = (holds: (traits: (typeof FACTOR_TRAITS)[FactorKind]) => boolean) =>
  FACTOR_KINDS.filter((kind) => holds(FACTOR_TRAITS[kind]));

describe('of the kinds', () => {
  it('passkeys alone cannot be given to a page that only looks like ours (NIST SP 800-63B-4 3.2.5)', () => {
    expect(having(({ phishingResistant }) => phishingResistant)).toEqual(['passkey']);
  });

  it('codes over the telephone network (3.2.9) and what others can find out are restricted', () => {
    expect(having(({ restricted }) => restricted).toSorted()).toEqual(['questions', 'sms']);
  });

  it('none opens a journey that is asked only of who has proven something', () => {
    expect(having(({ opens }) => !opens).toSorted()).toEqual(['linked-account', 'manager', 'questions']);
  });

  it('those can be guessed by somebody who has nothing which need no message and are short, or are known to people', () => {
    expect(having(({ guessable }) => guessable).toSorted()).toEqual(['linked-account', 'password', 'questions', 'totp']);
    // And asked for first all the same: the directory counts them.
    expect(having(({ leads }) => leads === true)).toEqual(['password']);
  });

  it('one is of another account, one is given by somebody else, and of one each that was shown is gone', () => {
    expect(having(({ ofAnotherAccount }) => ofAnotherAccount === true)).toEqual(['linked-account']);
    expect(having(({ byAnother }) => byAnother === true)).toEqual(['manager']);
    expect(having(({ usedUp }) => usedUp === true)).toEqual(['recovery-code']);
  });

  it('those that may come first and are kept in rows are opened as often as people have them, whoever is asked', () => {
    expect(having(({ usualNumber }) => usualNumber > 0)).toEqual(having(({ opens, leads }) => opens && leads !== true));
    let all = 0;
    for (const kind of FACTOR_KINDS) all += FACTOR_TRAITS[kind].usualNumber;
    expect(USUAL_NUMBER).toBe(all);
  });

  it('every one counts for a recovery but a password, and what only another can show is none to sign in by', () => {
    const without = (...left: FactorKind[]) => FACTOR_KINDS.filter((kind) => !left.includes(kind)).toSorted();
    expect(RECOVERY_FACTOR_KINDS.toSorted()).toEqual(without('password'));
    expect(ASKED_FACTOR_KINDS.toSorted()).toEqual(without('password', 'manager'));
    expect(SIGN_IN_FACTOR_KINDS.toSorted()).toEqual(without('linked-account', 'manager'));
    expect(USABLE_FACTOR_KINDS.toSorted()).toEqual(without('password', 'linked-account', 'manager'));
  });

  it('each hangs on what whoever has it can take over', () => {
    const channels = new Set(FACTOR_KINDS.map((kind) => FACTOR_TRAITS[kind].channel));
    const byChannel = Object.fromEntries(
      [...channels].map((channel) => [channel, having((traits) => traits.channel === channel).toSorted()]),
    );
    expect(byChannel).toEqual({
      mail: ['email'],
      phone: ['sms'],
      device: ['passkey', 'recovery-code', 'totp'],
      memory: ['linked-account', 'password', 'questions'],
      person: ['manager', 'temporary-pass'],
    });
  });

  it('each has words of its own for operators, and a combination has those of all of them', () => {
    expect(kindsInWords(['email', 'totp'])).toBe('code by e-mail + authenticator app');
    const words = FACTOR_KINDS.map((kind) => kindsInWords([kind]));
    for (const each of words) expect(each).toMatch(/^[a-z]+( [a-z-]+)*$/);
    expect(new Set(words).size).toBe(FACTOR_KINDS.length);
  });
});
