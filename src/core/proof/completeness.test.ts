import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACTOR_KINDS, type FactorKind } from '../../../shared/api/journeys.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { isProofComplete, nextKinds } from './completeness.ts';

const isGuessable = (kind: FactorKind) => FACTOR_TRAITS[kind].guessable;
const leads = (kind: FactorKind) => FACTOR_TRAITS[kind].leads === true;
const kinds = fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS));
const combinations = fc.array(fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS), { minLength: 1, maxLength: 4 }), { maxLength: 4 });

/** Those that the proofs given are a part of; all of them where there are none. */
function goneOnWith(accepted: FactorKind[][], proven: FactorKind[]): FactorKind[][] {
  const fitting = accepted.filter((combination) => proven.every((kind) => combination.includes(kind)));
  return fitting.length > 0 ? fitting : accepted;
}

describe('a proof', () => {
  it('gets, by whatever it is led to, to the end of a combination that can be begun', () => {
    fc.assert(
      fc.property(combinations, fc.infiniteStream(fc.nat()), (accepted, chosen) => {
        const proven: FactorKind[] = [];
        const picks = chosen[Symbol.iterator]();
        for (
          let next = nextKinds(accepted, proven);
          next.length > 0 && !isProofComplete(accepted, proven);
          next = nextKinds(accepted, proven)
        ) {
          proven.push(next[picks.next().value % next.length] as FactorKind);
        }
        const canBegin = accepted.some((combination) => combination.some((kind) => FACTOR_TRAITS[kind].opens));
        expect(isProofComplete(accepted, proven)).toBe(canBegin);
      }),
    );
  });

  it('is complete when all of one combination was proven, whatever else was', () => {
    fc.assert(
      fc.property(combinations, kinds, (accepted, proven) => {
        const whole = accepted.filter((combination) => new Set([...combination, ...proven]).size === new Set(proven).size);
        expect(isProofComplete(accepted, proven)).toBe(whole.length > 0);
      }),
    );
  });

  it('is led on by what brings it nearer, never by what can be guessed while something else may be asked, nor first by what never comes first', () => {
    fc.assert(
      fc.property(combinations, kinds, (accepted, proven) => {
        const next = nextKinds(accepted, proven);
        const mayBeAsked = (kind: FactorKind) => !proven.includes(kind) && (proven.length > 0 || FACTOR_TRAITS[kind].opens);
        expect(new Set(next).size).toBe(next.length);
        for (const kind of next) {
          expect(mayBeAsked(kind)).toBe(true);
          const of = goneOnWith(accepted, proven).filter((combination) => combination.includes(kind));
          const asks = of.some((combination) => {
            const missing = combination.filter(mayBeAsked);
            const leading = missing.filter(leads);
            return leading.length > 0 ? leads(kind) : isGuessable(kind) <= missing.every(isGuessable);
          });
          expect(asks).toBe(true);
        }
        // Nothing that would help is left out.
        for (const combination of goneOnWith(accepted, proven)) {
          const missing = combination.filter(mayBeAsked);
          const safe = missing.filter((kind) => !isGuessable(kind));
          const leading = missing.filter(leads);
          for (const kind of leading.length > 0 ? leading : safe.length > 0 ? safe : missing) expect(next).toContain(kind);
        }
      }),
    );
  });

  it.each<[FactorKind[][], FactorKind[], FactorKind[]]>([
    [[['email', 'totp']], [], ['email']],
    [[['email', 'password']], [], ['password']],
    [[['totp', 'password'], ['passkey']], [], ['password', 'passkey']],
    [[['password', 'totp', 'email']], ['password'], ['email']],
    [[['totp', 'email']], [], ['email']],
    [[['email', 'totp']], ['email'], ['totp']],
    [[['email', 'totp']], ['email', 'totp'], []],
    [[['email', 'totp'], ['totp']], [], ['email', 'totp']],
    [[['totp'], ['email']], [], ['totp', 'email']],
    [[['email', 'totp'], ['totp']], ['totp'], ['email']],
    [[['email']], ['totp'], ['email']],
    [[['email'], ['totp', 'sms']], ['totp'], ['sms']],
    [[['questions', 'totp']], [], ['totp']],
    [[['questions', 'totp']], ['totp'], ['questions']],
    [[['manager', 'questions']], [], []],
    [[], [], []],
  ])('of %j, with %j proven, goes on with %j', (accepted, proven, next) => {
    expect(nextKinds(accepted, proven)).toEqual(next);
  });

  it('can be guessed where nothing is sent to a possession first, and it is short', () => {
    expect(FACTOR_KINDS.filter(isGuessable).toSorted()).toEqual(['linked-account', 'password', 'questions', 'totp']);
  });
});
