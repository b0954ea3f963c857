import type { FactorKind } from '../../../shared/api/journeys.ts';
import { accountKey } from '../accounts/candidate.ts';
import { temporaryPassOf } from '../enrolment/temporary-pass.ts';
import type { EnrolledCandidate, Proof } from '../factors/factor.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { ownerOf } from '../factors/owner-of.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow } from '../ports/store.ts';

/** A proof that was shown in a journey, and what tells later whether it proves anything still. Kept as JSON in the state. */
export interface ShownProof {
  /** Of the factor. */
  id: string;
  /** Key of the account for which it was enrolled, or whose password it is; null: it is not known. */
  owner: string | null;
  /** Of vouching: key of the account of who did. Absent in what was shown to an older version. */
  by?: string;
  /** Of a password: where the audit log ended before it was judged. Whoever wrote to its account since has ended it. */
  logEnd?: number | undefined;
  /** Of what is used up. */
  set?: UsedSet;
}

/** What a proof that is used up was one of: a list of codes, a pass. */
export interface UsedSet {
  /** What was left of it: once none of it is there any more, somebody has taken it away, and what is none of it has taken its place. */
  left: string[];
  /** When what was left ends by itself, where it does; milliseconds since 1970. */
  until?: number;
}

/**
 * What was shown by an answer.
 * @param enrolled everything that is enrolled for those whom it may have proven, as it was before it was used
 * @param logEnd where the audit log ended before the answer was judged
 */
export function shownOf(
  kind: FactorKind,
  proofs: readonly Pick<Proof, 'account' | 'factor' | 'by'>[],
  enrolled: readonly EnrolledCandidate[],
  logEnd: number | undefined,
): ShownProof[] {
  const rows = enrolled.flatMap(({ factors }) => factors);
  return [...new Map(proofs.map((proof) => [proof.factor, proof])).values()].map(({ factor: id, account, by }) => {
    const row = rows.find((each) => each.id === id);
    // The password of the account itself is no row of anybody.
    if (FACTOR_TRAITS[kind].leads === true) return { id, owner: accountKey(account), logEnd };
    if (row === undefined) return by === undefined ? { id, owner: null } : vouchedFor(id, by);
    const shown = { id, owner: accountKey(ownerOf(row)) };
    if (isPassword(kind)) return { ...shown, logEnd };
    const set = setOf(row, rows);
    return set === null ? shown : { ...shown, set };
  });
}

/** That somebody has vouched. @param request of which they did */
export function vouchedFor(request: string, by: AccountRef): ShownProof {
  return { id: request, owner: null, by: accountKey(by) };
}

/** Of the account itself, or of another one of the person. */
export function isPassword(kind: FactorKind): boolean {
  const { leads, ofAnotherAccount } = FACTOR_TRAITS[kind];
  return leads === true || ofAnotherAccount === true;
}

function setOf(row: FactorRow, rows: readonly FactorRow[]): UsedSet | null {
  if (row.kind === 'temporary-pass') {
    const { once, endsAt } = temporaryPassOf(row);
    return once ? { left: [] } : { left: [row.id], until: endsAt };
  }
  if (FACTOR_TRAITS[row.kind].usedUp !== true) return null;
  const others = rows.filter(
    (each) => each.kind === row.kind && each.id !== row.id && accountKey(ownerOf(each)) === accountKey(ownerOf(row)),
  );
  return { left: [...new Set(others.map(({ id }) => id))] };
}
