import { describe, expect, it } from 'vitest';
import { FACTOR_KINDS, type FactorKind } from '../../../shared/api/journeys.ts';
import { FACTOR_TRAITS } from './kinds.ts';

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
});
