import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FACTOR_KINDS } from '../../../shared/api/journeys.ts';
import { isFresh, requireFreshProof } from './freshness.ts';
import { type GivenProof, newestProofs, type Session } from './session.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const kind = fc.constantFrom(...FACTOR_KINDS);
const proofs = fc
  .uniqueArray(fc.record({ kind, at: fc.integer({ min: NOW - 20 * MINUTE, max: NOW + 2 * MINUTE }) }), { selector: (proof) => proof.kind })
  .map((all): readonly GivenProof[] => all);
const wanted = fc.record({
  within: fc.integer({ min: 0, max: 15 * MINUTE }),
  anyOf: fc.array(fc.uniqueArray(kind, { maxLength: 3 }), { maxLength: 3 }),
});

it('is fresh by one whole combination, each kind of it given within the time and no more in the future than clocks differ', () => {
  fc.assert(
    fc.property(proofs, wanted, (given, what) => {
      const counts = (each: string) =>
        given.some((proof) => proof.kind === each && proof.at - NOW <= 20_000 && NOW - proof.at <= what.within);
      expect(isFresh(given, what, NOW)).toBe(what.anyOf.some((kinds) => kinds.length > 0 && kinds.every(counts)));
    }),
  );
});

it('gets no fresher by waiting, nor less fresh by another proof', () => {
  fc.assert(
    fc.property(proofs, wanted, fc.nat(30 * MINUTE), kind, (given, what, later, more) => {
      const past = given.filter(({ at }) => at <= NOW);
      if (isFresh(past, what, NOW + later)) expect(isFresh(past, what, NOW)).toBe(true);
      if (isFresh(past, what, NOW)) expect(isFresh(newestProofs(past, [more], NOW), what, NOW)).toBe(true);
    }),
  );
});

it('asks for a step-up where it is not, and refuses a session that is for enrolment alone', () => {
  const act = { at: NOW, address: '192.0.2.1' };
  const session = { rights: 'full', proofs: [{ kind: 'totp', at: NOW - 4 * MINUTE }] } as unknown as Session;
  const within = (minutes: number) => ({ within: minutes * MINUTE, anyOf: [['totp'] as const] });
  expect(() => requireFreshProof(act, session, within(5))).not.toThrow();
  expect(() => requireFreshProof(act, session, within(3))).toThrow(expect.objectContaining({ code: 'session.step-up-needed' }));
  expect(() => requireFreshProof(act, { ...session, rights: 'enrolment' }, within(5))).toThrow(
    expect.objectContaining({ code: 'session.for-enrolment-only' }),
  );
});
