import { describe, expect, it } from 'vitest';
import { createKeys } from '../../platform/derived-keys.ts';
import type { Candidate } from '../accounts/candidate.ts';
import type { EnrolledCandidate } from '../factors/factor.ts';
import { placesOf } from '../guard/places.ts';
import { askedOf, decoyTarget, guessedAt } from './guard-targets.ts';
import type { JourneyState } from './journey-state.ts';

const keys = createKeys(new Uint8Array(32).fill(1));
const deps = { keys, act: { at: 0, address: '192.0.2.7:4711' } };
const ref = { directory: 'people', id: '1' };
const other = { directory: 'people', id: '2' };
const candidate = (of: typeof ref): Candidate => ({
  ref: of,
  label: 'x',
  login: 'x',
  language: null,
  contacts: { email: [], sms: [] },
  facts: { directory: 'people', membership: { places: {}, groups: {} } },
  has: [],
});
const state = (changes: Partial<JourneyState>) =>
  ({
    candidates: [candidate(ref)],
    device: null,
    knownPlaces: [],
    guardNames: ['ada', 'ADA'],
    address: '203.0.113.1',
    ...changes,
  }) as JourneyState;
const NETWORK = '192.0.2.0/24';
const own = placesOf(keys, ref, '192.0.2.7', 'browser');

describe('what a request of a journey is counted against', () => {
  it('is the account, from the network that the request comes from', () => {
    expect(askedOf(deps, state({}))).toEqual([{ target: 'people/1', place: NETWORK, isKnown: false, account: ref }]);
    // An unknown browser makes no place of its own: there are as many as somebody likes.
    expect(askedOf(deps, state({ device: 'browser' }))).toEqual([{ target: 'people/1', place: NETWORK, isKnown: false, account: ref }]);
  });

  it('is each account by itself: a place that one owner used is none of another’s', () => {
    const both = state({ candidates: [candidate(ref), candidate(other)], device: 'browser', knownPlaces: [own.network, own.device ?? ''] });
    expect(askedOf(deps, both)).toEqual([
      { target: 'people/1', place: `device ${own.device}`, isKnown: true, account: ref },
      { target: 'people/2', place: NETWORK, isKnown: false, account: other },
    ]);
  });

  it('knows the owner by the network, or by the device, which then has a share of its own', () => {
    expect(askedOf(deps, state({ knownPlaces: [own.network] }))).toEqual([
      { target: 'people/1', place: NETWORK, isKnown: true, account: ref },
    ]);
    expect(askedOf(deps, state({ device: 'browser', knownPlaces: [own.device ?? ''] }))).toEqual([
      { target: 'people/1', place: `device ${own.device}`, isKnown: true, account: ref },
    ]);
    expect(askedOf(deps, state({ device: 'another', knownPlaces: [own.device ?? ''] }))).toMatchObject([
      { place: NETWORK, isKnown: false },
    ]);
  });

  it('is the name where it leads to no account, or to none yet', () => {
    for (const candidates of [null, []]) {
      const decoy = state({ candidates, device: 'browser', knownPlaces: [own.network, own.device ?? ''] });
      expect(askedOf(deps, decoy)).toEqual([{ target: 'decoy/ada,ADA', place: NETWORK, isKnown: false, account: null }]);
    }
    expect(decoyTarget({ guardNames: ['x'] })).toBe('decoy/x');
  });
});

describe('what an answer is counted against', () => {
  const enrolled = (of: typeof ref, ...owners: (typeof ref)[]): EnrolledCandidate => ({
    candidate: candidate(of),
    factors: owners.map(({ directory, id }) => ({ directory, accountId: id, kind: 'totp' }) as EnrolledCandidate['factors'][number]),
  });
  const linked = placesOf(keys, other, '192.0.2.7', 'browser');

  it('are the accounts whose proofs it could be, once each, from the place of the one that was named', () => {
    expect(guessedAt(deps, state({}), 'totp', [enrolled(ref, ref, other, other)])).toEqual([
      { target: 'people/1', place: NETWORK, isKnown: false },
      { target: 'people/2', place: NETWORK, isKnown: false },
    ]);
    expect(guessedAt(deps, state({ knownPlaces: [own.network] }), 'totp', [enrolled(ref, other)])).toMatchObject([
      { isKnown: true },
      { target: 'people/2', place: NETWORK, isKnown: true },
    ]);
  });

  it('has one share for a device, by whichever of the accounts it is known', () => {
    const known = state({ device: 'browser', knownPlaces: [own.device ?? ''] });
    expect(guessedAt(deps, known, 'totp', [enrolled(ref, other)])[1]).toEqual({
      target: 'people/2',
      place: `device ${linked.device}`,
      isKnown: true,
    });
  });

  it('takes an account that is asked about itself as it is, and the best that is known of another one', () => {
    const third = { directory: 'people', id: '3' };
    const both = state({ candidates: [candidate(ref), candidate(other)], knownPlaces: [linked.network] });
    const everything = [enrolled(ref, ref, other, third), enrolled(other, ref, third)];
    for (const inEitherOrder of [everything, everything.toReversed()])
      expect(guessedAt(deps, both, 'totp', inEitherOrder)).toEqual([
        { target: 'people/1', place: NETWORK, isKnown: false },
        { target: 'people/2', place: NETWORK, isKnown: true },
        { target: 'people/3', place: NETWORK, isKnown: true },
      ]);
  });

  it('is none to which an account leads that is none of the journey', () => {
    expect(guessedAt(deps, state({}), 'totp', [enrolled(other, other)])).toEqual([{ target: 'people/1', place: NETWORK, isKnown: false }]);
  });

  it('is another account for its own password as well, and for nothing else', () => {
    const row = { directory: other.directory, accountId: other.id, kind: 'linked-account' } as EnrolledCandidate['factors'][number];
    const everything = [{ candidate: candidate(ref), factors: [row] }];
    expect(guessedAt(deps, state({}), 'linked-account', everything).map(({ target }) => target)).toEqual(['people/1', 'people/2']);
    expect(guessedAt(deps, state({}), 'totp', everything).map(({ target }) => target)).toEqual(['people/1']);
  });

  it('is the account alone for a password, and the name where there is none', () => {
    expect(guessedAt(deps, state({}), 'password', [enrolled(ref, other)])).toHaveLength(1);
    expect(guessedAt(deps, state({ candidates: [] }), 'totp', [])).toEqual([{ target: 'decoy/ada,ADA', place: NETWORK, isKnown: false }]);
  });
});
