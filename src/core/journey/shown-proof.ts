import type { FactorKind } from '../../../shared/api/journeys.ts';
import { accountKey } from '../accounts/candidate.ts';
import { temporaryPassOf } from '../enrolment/temporary-pass.ts';
import type { EnrolledCandidate, Proof } from '../factors/factor.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { ownerOf } from '../factors/owner-of.ts';
import type { FactorRow } from '../ports/store.ts';

/** A proof that was shown in a journey, and what tells later whether it proves anything still. Kept as JSON in the state. */
export interface ShownProof {
  /** Of the factor. */
  id: string;
  /** Key of the account for which it was enrolled, or whose password it is; null: it is not known. */
  owner: string | null;
  /** Of a password: when it was given, milliseconds since 1970. Whoever wrote to its account since has ended it. */
  at?: number;
  /** Of what is used up. */
  set?: UsedSet;
}

/** What a proof that is used up was one of: a list of codes, a pass. */
export interface UsedSet {
  /** When it was made, milliseconds since 1970. A newer one has taken its place. */
  made: number;
  /** What was left of it: once none of it is there any more, somebody has taken it away. */
  left: string[];
  /** When what was left ends by itself, where it does; milliseconds since 1970. */
  until?: number;
}

/**
 * What was shown by an answer.
 * @param enrolled everything that is enrolled for those whom it may have proven, as it was before it was used
 * @param at when the answer came
 */
export function shownOf(
  kind: FactorKind,
  proofs: readonly Pick<Proof, 'account' | 'factor'>[],
  enrolled: readonly EnrolledCandidate[],
  at: number,
): ShownProof[] {
  const rows = enrolled.flatMap(({ factors }) => factors);
  const { leads, ofAnotherAccount } = FACTOR_TRAITS[kind];
  return [...new Map(proofs.map((proof) => [proof.factor, proof])).values()].map(({ factor: id, account }) => {
    const row = rows.find((each) => each.id === id);
    // The password of the account itself is no row of anybody.
    if (leads === true) return { id, owner: accountKey(account), at };
    if (row === undefined) return { id, owner: null };
    const shown = { id, owner: accountKey(ownerOf(row)) };
    if (ofAnotherAccount === true) return { ...shown, at };
    const set = setOf(row, rows);
    return set === null ? shown : { ...shown, set };
  });
}

function setOf(row: FactorRow, rows: readonly FactorRow[]): UsedSet | null {
  const made = row.createdAt;
  if (row.kind === 'temporary-pass') {
    const { once, endsAt } = temporaryPassOf(row);
    return once ? { made, left: [] } : { made, left: [row.id], until: endsAt };
  }
  if (FACTOR_TRAITS[row.kind].usedUp !== true) return null;
  const others = rows.filter(
    (each) => each.kind === row.kind && each.id !== row.id && accountKey(ownerOf(each)) === accountKey(ownerOf(row)),
  );
  return { made, left: [...new Set(others.map(({ id }) => id))] };
}
