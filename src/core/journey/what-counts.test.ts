import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIENT_KINDS, FACTOR_KINDS, type FactorKind } from '../../../shared/api/journeys.ts';
import type { Candidate } from '../accounts/candidate.ts';
import { type Configuration, type ConfigurationDocument, configurationSchema } from '../configuration/document.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { isProofComplete } from '../proof/completeness.ts';
import { ownCombinations, type ProofRule } from '../proof/rules.ts';
import type { JourneyState } from './journey-state.ts';
import {
  acceptsKind,
  combinationsNow,
  completeAmong,
  isEnoughFor,
  isEnoughToAdd,
  isOfferedToo,
  kindsNow,
  offeredGoals,
} from './what-counts.ts';

const embedded = { id: 'people', kind: 'embedded', label: 'People' } as const;
const partners = { ...embedded, id: 'partners' };
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
    directories: directories.length === 0 ? [embedded, partners] : directories,
    mail: { kind: 'capture' },
    recovery,
  });

describe('the goals that are offered', () => {
  const web = { client: 'web', address: '203.0.113.1' } as const;
  const goals = ['reset-password' as const, 'unlock-account' as const, 'find-username' as const];

  it('are those that a directory can serve', () => {
    expect(offeredGoals(configured({ goals }, plain), web)).toEqual(['reset-password', 'find-username']);
    expect(offeredGoals(configured({ goals }, plain, embedded), web)).toEqual(goals);
  });

  it('are those for which a rule that could apply accepts something', () => {
    const configuration = configured({
      goals: ['reset-password', 'find-username'],
      rules: [
        { name: 'no names at Windows', when: { clients: ['windows-logon'], goals: ['find-username'] } },
        { name: 'inside', when: { networks: ['10.0.0.0/8'] }, accepted: [['totp']] },
        { name: 'names', when: { goals: ['find-username'] }, accepted: [['email']] },
      ],
    });
    expect(offeredGoals(configuration, web)).toEqual(['find-username']);
    expect(offeredGoals(configuration, { client: 'web', address: '10.1.1.1' })).toEqual(['reset-password', 'find-username']);
    expect(offeredGoals(configuration, { client: 'windows-logon', address: '10.1.1.1' })).toEqual(['reset-password']);
    expect(offeredGoals(configuration, { client: 'windows-logon', address: '203.0.113.1' })).toEqual([]);
  });
});

describe('the goals beside a recovery', () => {
  const web = { client: 'web', address: '203.0.113.1' } as const;
  const desk = (heldBy: Partial<Configuration['roles'][number]['heldBy']>): Configuration['roles'][number] => ({
    name: 'desk',
    may: ['reset-password'],
    heldBy: { directManager: false, ...heldBy },
  });
  const signingIn = (enabled: boolean, ...roles: Configuration['roles']): Configuration => {
    const plainly = configured({ goals: ['find-username'] });
    return { ...plainly, signIn: { ...plainly.signIn, enabled }, roles };
  };

  it('are to sign in, where people can, and to confirm a call, where there are agents', () => {
    expect(offeredGoals(signingIn(false, desk({ groups: ['Desk'] })), web)).toEqual(['find-username']);
    expect(offeredGoals(signingIn(true), web)).toEqual(['find-username', 'sign-in']);
    expect(offeredGoals(signingIn(true, desk({ directManager: true })), web)).toEqual(['find-username', 'sign-in']);
    expect(offeredGoals(signingIn(true, desk({ groups: ['Desk'] })), web)).toEqual(['find-username', 'confirm-call', 'sign-in']);
  });
});

describe('what counts in a journey', () => {
  const configuration = () =>
    configured({
      rules: [
        { name: 'partners', when: { directories: ['partners'] }, choice: { enforced: [], anyOf: ['totp', 'email'], count: 1 } },
        { name: 'unlock', when: { goals: ['unlock-account'] }, accepted: [['email']] },
        { name: 'everybody', accepted: [['email', 'totp']] },
      ],
    });
  const deps = { configuration };
  const candidate = (directory: string, ...has: FactorKind[]): Candidate => ({
    ref: { directory, id: '1' },
    label: 'x',
    login: 'x',
    language: null,
    contacts: { email: [], sms: [] },
    facts: { directory, membership: { places: {}, groups: {} } },
    has,
  });
  const state = (proven: FactorKind[], ...candidates: Candidate[]) =>
    ({ goal: 'reset-password', client: { kind: 'web' }, address: '203.0.113.1', proven, candidates }) as unknown as JourneyState;

  it('is, before anything is proven, the same whoever is meant', () => {
    const everything = [['totp'], ['email'], ['email', 'totp']];
    for (const who of [[], [candidate('people', 'email', 'totp')], [candidate('partners', 'totp')], [candidate('people')]]) {
      expect(combinationsNow(deps, state([], ...who))).toEqual(everything);
      expect(kindsNow(deps, state([], ...who))).toEqual(['totp', 'email']);
    }
  });

  it('is then what the own rule of each account still needs and its owner has', () => {
    const [one, partner] = [candidate('people', 'email', 'totp'), candidate('partners', 'email')];
    expect(kindsNow(deps, state(['email'], one))).toEqual(['totp']);
    expect(combinationsNow(deps, state(['email'], one, partner))).toEqual([['email', 'totp'], ['email']]);
    expect(kindsNow(deps, state(['email'], candidate('people', 'email')))).toEqual([]);
    expect(combinationsNow(deps, { ...state(['email']), candidates: null })).toEqual([]);
    expect(completeAmong(deps, state(['email']), [one, partner])).toEqual([partner]);
    expect(completeAmong(deps, state(['email', 'totp']), [one, partner])).toEqual([one, partner]);
  });

  it('for a step-up is what was asked for, as far as it counts now, of what they have', () => {
    const wanted: FactorKind[][] = [['totp'], ['email', 'passkey']];
    const steppingUp = (one: Candidate, ...proven: FactorKind[]) => ({ ...state(proven, one), stepUp: { session: 's', wanted } });
    const one = candidate('people', 'email', 'totp');
    expect(combinationsNow(deps, steppingUp(one))).toEqual([['totp']]);
    expect(kindsNow(deps, steppingUp(candidate('people', 'email')))).toEqual([]);
    expect(completeAmong(deps, steppingUp(one, 'email'), [one])).toEqual([]);
    expect(completeAmong(deps, steppingUp(one, 'totp'), [one])).toEqual([one]);
    const raised = { configuration: () => ({ ...configuration(), withoutKinds: ['totp' as const] }) };
    expect(completeAmong(raised, steppingUp(one, 'totp'), [one])).toEqual([]);
  });

  it('accepts the kinds of which the own rule has a use, and no other', () => {
    const accepted = (one: Candidate, goal: JourneyState['goal'] = 'reset-password') =>
      FACTOR_KINDS.filter((kind) => acceptsKind(deps, { ...state([], one), goal }, one, kind)).toSorted();
    expect(accepted(candidate('people'))).toEqual(['email', 'totp']);
    expect(accepted(candidate('people'), 'unlock-account')).toEqual(['email']);
    expect(accepted(candidate('partners'), 'unlock-account')).toEqual(['email', 'totp']);
  });

  it('for one goal is not enough for another that asks for more', () => {
    const one = candidate('people', 'email', 'totp');
    const unlocking = { ...state(['email'], one), goal: 'unlock-account' as const };
    expect(completeAmong(deps, unlocking, [one])).toEqual([one]);
    expect(isEnoughFor(deps, unlocking, one, 'reset-password')).toBe(false);
    expect(isEnoughFor(deps, state(['email', 'totp'], one), one, 'unlock-account')).toBe(true);
  });
});

describe('what is added rests on a proof and is worth no more', () => {
  const strong = { name: 'everybody', accepted: [['email', 'totp'], ['passkey']] } as const;
  const weak = [['email'], ['passkey']] as const;
  const accepted = (kinds: readonly (readonly FactorKind[])[]) => kinds.map((each) => [...each]) as ['email'][];
  const one = (directory = 'people'): Candidate => ({
    ref: { directory, id: '1' },
    label: 'x',
    login: 'x',
    language: null,
    contacts: { email: [], sms: [] },
    facts: { directory, membership: { places: {}, groups: {} } },
    has: ['email', 'totp'],
  });
  const mayAdd = (configuration: Configuration, proven: FactorKind[], goal = 'unlock-account', candidate = one()) =>
    isEnoughToAdd(
      { configuration: () => configuration },
      { goal, client: { kind: 'web' }, address: '10.0.0.1', proven } as unknown as JourneyState,
      candidate,
      'passkey',
    );

  it.each([
    ['another goal', { goals: ['unlock-account' as const] }],
    ['another network', { networks: ['10.0.0.0/8'] }],
    ['another client', { clients: ['web' as const] }],
  ])('where a rule for %s asks for more', (_, when) => {
    const rules = [
      { name: 'weak', when, accepted: accepted(weak) },
      { ...strong, accepted: accepted(strong.accepted) },
    ];
    expect(mayAdd(configured({ rules }), ['email'])).toBe(false);
    expect(mayAdd(configured({ rules }), ['email', 'totp'])).toBe(true);
  });

  it('where it lets in besides; the password has who may reset it', () => {
    const rules = [{ name: 'everybody', accepted: accepted(weak) }];
    const signIn = (...kinds: FactorKind[][]) => ({
      ...configured({ rules }),
      signIn: { ...configured({ rules }).signIn, enabled: true, rules: [{ name: 'x', when: {}, accepted: kinds as ['totp'][] }] },
    });
    expect(mayAdd(signIn(['password', 'email'], ['passkey']), ['email'])).toBe(true);
    expect(mayAdd(signIn(['password', 'totp'], ['passkey']), ['email'])).toBe(false);
    expect(mayAdd(signIn(['password', 'totp']), ['email'])).toBe(true);
  });

  it('where the password is of no use, as the rule for its reset asks for more', () => {
    const rules = [
      { name: 'reset', when: { goals: ['reset-password' as const] }, accepted: accepted([['email', 'totp']]) },
      { name: 'everybody', accepted: accepted(weak) },
    ];
    const plainly = configured({ rules });
    const rule = { name: 'x', when: {}, accepted: accepted([['password', 'email'], ['passkey']]) };
    const signIn = { ...plainly.signIn, enabled: true, rules: [rule] };
    expect(mayAdd({ ...plainly, signIn }, ['email'])).toBe(false);
    expect(mayAdd({ ...plainly, signIn }, ['email', 'totp'])).toBe(true);
  });

  it('rules for accounts of others say nothing', () => {
    const rules = [
      { name: 'partners', when: { directories: ['partners'] }, accepted: accepted([['email', 'totp'], ['passkey']]) },
      { name: 'others', accepted: accepted(weak) },
    ];
    expect(mayAdd(configured({ rules }), ['email'])).toBe(true);
    expect(mayAdd(configured({ rules }), ['email'], 'unlock-account', one('partners'))).toBe(false);
  });
});

describe('a journey that was handed from one kind of client to another', () => {
  const rule: fc.Arbitrary<ProofRule> = fc.record({
    name: fc.string(),
    when: fc.record({ clients: fc.option(fc.subarray([...CLIENT_KINDS], { minLength: 1 }), { nil: undefined }) }),
    accepted: fc.array(fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
  });
  const client = fc.constantFrom(...CLIENT_KINDS);
  const kinds = fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS));
  const one = {
    ref: { directory: 'people', id: '1' },
    facts: { directory: 'people', membership: { places: {}, groups: {} } },
    has: FACTOR_KINDS,
  } as unknown as Candidate;
  const at = (kind: string, proven: FactorKind[], handedTo?: string[]) =>
    ({ goal: 'reset-password', client: { kind }, address: '203.0.113.1', proven, candidates: [one], handedTo }) as unknown as JourneyState;

  it('is complete by what would be enough at each of them, and by nothing less', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), client, fc.array(client, { maxLength: 3 }), kinds, (rules, begun, handedTo, proven) => {
        const deps = { configuration: () => ({ recovery: { rules } }) as unknown as Configuration };
        const isComplete = (state: JourneyState) => completeAmong(deps, state, [one]).length > 0;
        const each = [begun, ...handedTo].map((kind) => isComplete(at(kind, proven)));
        expect(isComplete(at(begun, proven, handedTo))).toBe(each.every(Boolean));
      }),
      { numRuns: 1000 },
    );
  });

  it('goes on to another goal where that one is offered at each of them alone', () => {
    const rules = [
      { name: 'no unlocking at Windows', when: { clients: ['windows-logon' as const], goals: ['unlock-account' as const] } },
      { name: 'everybody', accepted: [['email' as const]] },
    ];
    const deps = { configuration: () => configured({ goals: ['reset-password', 'unlock-account'], rules }) };
    const isOffered = (kind: string, ...handedTo: string[]) => isOfferedToo(deps, at(kind, [], handedTo), 'unlock-account');
    expect([isOffered('web'), isOffered('windows-logon')]).toEqual([true, false]);
    expect([isOffered('web', 'windows-logon'), isOffered('windows-logon', 'web'), isOffered('web', 'web')]).toEqual([false, false, true]);
    expect(isOfferedToo(deps, at('windows-logon', []), 'reset-password')).toBe(true);
    expect(isOfferedToo(deps, at('web', []), 'find-username')).toBe(false);
  });

  it('offers what it offered where both say the same', () => {
    const rules = [
      { name: 'partners', when: { directories: ['partners'] }, accepted: [['email', 'totp']] },
      { name: 'everybody', when: {}, accepted: [['email'], ['totp']] },
    ];
    const deps = { configuration: () => ({ recovery: { rules } }) as unknown as Configuration };
    expect(combinationsNow(deps, at('windows-logon', [], ['web']))).toEqual(combinationsNow(deps, at('windows-logon', [])));
  });
});

describe('whoever can give a combination of their own rule', () => {
  const directories = ['people', 'partners'];
  const rule: fc.Arbitrary<ProofRule> = fc.record({
    name: fc.string(),
    when: fc.record({
      directories: fc.option(fc.subarray(directories, { minLength: 1 }), { nil: undefined }),
      groups: fc.option(fc.constant(['Managers']), { nil: undefined }),
    }),
    accepted: fc.array(fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
  });
  const person = fc.record({
    directory: fc.constantFrom(...directories),
    isManager: fc.constantFrom(true, false, null),
    has: fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS)),
  });

  it('gets to its end by whatever they choose of what they are asked for, and nobody else does', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 4 }),
        person,
        fc.infiniteStream(fc.nat()),
        (rules, { directory, isManager, has }, choices) => {
          const deps = { configuration: () => ({ recovery: { rules } }) as unknown as Configuration };
          const facts = { directory, membership: { places: {}, groups: { Managers: isManager } } };
          const one = { ref: { directory, id: '1' }, facts, has } as unknown as Candidate;
          const start = { goal: 'reset-password', client: { kind: 'web' }, address: '203.0.113.1', proven: [], candidates: [one] };
          let state = start as unknown as JourneyState;
          const picks = choices[Symbol.iterator]();
          while (completeAmong(deps, state, [one]).length === 0) {
            const asked = kindsNow(deps, state);
            // Only before the first right proof is anything asked for that they may not have.
            if (state.proven.length > 0) expect(asked.every((kind) => has.includes(kind))).toBe(true);
            const possible = asked.filter((kind) => has.includes(kind));
            const next = possible[picks.next().value % Math.max(1, possible.length)];
            if (next === undefined) break;
            state = { ...state, proven: [...state.proven, next] };
          }
          const own = ownCombinations(rules, { goal: 'reset-password', client: 'web', address: '203.0.113.1' }, facts);
          const opens = has.some((kind) => FACTOR_TRAITS[kind].opens);
          const canGive = own.some((kinds) => kinds.every((kind) => has.includes(kind)));
          const canBegin = own.some(
            (kinds) => kinds.every((kind) => has.includes(kind)) && kinds.some((kind) => FACTOR_TRAITS[kind].opens),
          );
          const complete = isProofComplete(own, state.proven);
          expect(completeAmong(deps, state, [one])).toEqual(complete ? [one] : []);
          if (complete) expect(canGive && opens).toBe(true);
          if (canBegin) expect(complete).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
