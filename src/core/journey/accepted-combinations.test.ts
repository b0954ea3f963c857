import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Client, FACTOR_KINDS, type FactorKind } from '../../../shared/api/journeys.ts';
import { type ConfigurationDocument, configurationSchema } from '../configuration/document.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { acceptedCombinations, isProofComplete, nextKinds, offeredGoals } from './accepted-combinations.ts';

const embedded = { id: 'people', kind: 'embedded', label: 'People' } as const;
const plain = {
  id: 'other',
  kind: 'ldap',
  label: 'Other',
  servers: [{ url: 'ldaps://ldap.example.test' }],
  baseDn: 'dc=example,dc=test',
  serviceAccount: { name: 'cn=keyturn,dc=example,dc=test', password: 'env:SECRET' },
  disabledPeople: 'left-out-by-people-filter',
  peopleFilter: '(objectClass=person)',
} as unknown as ConfigurationDocument['directories'][number];

const configured = (recovery: ConfigurationDocument['recovery'], ...directories: ConfigurationDocument['directories']) =>
  configurationSchema.parse({
    version: 1,
    organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' },
    directories: directories.length === 0 ? [embedded] : directories,
    mail: { kind: 'capture' },
    recovery,
  });

const client = (kind: Client['kind']): Client => ({ kind }) as Client;
const others = ['web', 'cli'] as const;

describe('what is accepted from a kind of client', () => {
  const own = { accepted: [['email' as const]], goals: ['unlock-account' as const] };
  const all = { accepted: [['email' as const, 'totp' as const]], goals: ['reset-password' as const, 'find-username' as const] };

  it('is what is configured for it, else what is configured for all', () => {
    const both = configured({ ...all, clients: { 'windows-logon': own } });
    expect(acceptedCombinations(both, client('windows-logon'))).toEqual([['email']]);
    expect(offeredGoals(both, client('windows-logon'))).toEqual(['unlock-account']);
    for (const kind of others) {
      expect(acceptedCombinations(both, client(kind))).toEqual([['email', 'totp']]);
      expect(offeredGoals(both, client(kind))).toEqual(['reset-password', 'find-username']);
    }
    expect(acceptedCombinations(configured(all), client('windows-logon'))).toEqual([['email', 'totp']]);
    expect(offeredGoals(configured(all), client('windows-logon'))).toEqual(['reset-password', 'find-username']);
    const partly = configured({ ...all, clients: { 'windows-logon': { accepted: own.accepted } } });
    expect(acceptedCombinations(partly, client('windows-logon'))).toEqual([['email']]);
    expect(offeredGoals(partly, client('windows-logon'))).toEqual(['reset-password', 'find-username']);
  });

  it('has no goal that no directory can serve', () => {
    const goals = ['reset-password' as const, 'unlock-account' as const, 'find-username' as const];
    expect(offeredGoals(configured({ goals }, plain), client('web'))).toEqual(['reset-password', 'find-username']);
    expect(offeredGoals(configured({ goals }, plain, embedded), client('web'))).toEqual(goals);
  });
});

const isGuessable = (kind: FactorKind) => FACTOR_TRAITS[kind].guessable;
const kinds = fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS));
const combinations = fc.array(fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS), { minLength: 1, maxLength: 4 }), { maxLength: 4 });

describe('a proof', () => {
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
          const of = accepted.filter((combination) => combination.includes(kind) && proven.every((one) => combination.includes(one)));
          const asks = of.some((combination) => isGuessable(kind) <= combination.filter(mayBeAsked).every(isGuessable));
          expect(asks).toBe(true);
        }
        // Nothing that would help is left out.
        for (const combination of accepted) {
          if (!proven.every((kind) => combination.includes(kind))) continue;
          const missing = combination.filter(mayBeAsked);
          const safe = missing.filter((kind) => !isGuessable(kind));
          for (const kind of safe.length > 0 ? safe : missing) expect(next).toContain(kind);
        }
      }),
    );
  });

  it.each<[FactorKind[][], FactorKind[], FactorKind[]]>([
    [[['email', 'totp']], [], ['email']],
    [[['totp', 'email']], [], ['email']],
    [[['email', 'totp']], ['email'], ['totp']],
    [[['email', 'totp']], ['email', 'totp'], []],
    [[['email', 'totp'], ['totp']], [], ['email', 'totp']],
    [[['totp'], ['email']], [], ['totp', 'email']],
    [[['email', 'totp'], ['totp']], ['totp'], ['email']],
    [[['email']], ['totp'], []],
    [[['questions', 'totp']], [], ['totp']],
    [[['questions', 'totp']], ['totp'], ['questions']],
    [[['manager', 'questions']], [], []],
    [[], [], []],
  ])('of %j, with %j proven, goes on with %j', (accepted, proven, next) => {
    expect(nextKinds(accepted, proven)).toEqual(next);
  });

  it('can be guessed where nothing is sent to a possession first', () => {
    expect(FACTOR_KINDS.filter(isGuessable).toSorted()).toEqual(['linked-account', 'questions', 'recovery-code', 'temporary-pass', 'totp']);
  });
});
