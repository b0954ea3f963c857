import type { FactorKind } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import { CLOCKS_MAY_DIFFER } from '../clocks-differ.ts';
import type { Configuration } from '../configuration/document.ts';
import type { Act } from '../journey/act.ts';
import { countingKinds } from '../threat/counting-kinds.ts';
import type { GivenProof, Session } from './session.ts';

/** What a dangerous action asks for: one of these combinations of proofs, every kind of it given within the time. */
export interface WantedProof {
  /** Milliseconds. */
  readonly within: number;
  readonly anyOf: readonly (readonly FactorKind[])[];
}

/** All kinds that a session rests on, given anew, and no weaker choice among them: without what counts for nothing while a threat is raised. */
export function allGivenAnew(configuration: Pick<Configuration, 'withoutKinds'>, { proofs }: Session, within: number): WantedProof {
  const all = proofs.map(({ kind }) => kind);
  const counting = countingKinds(configuration, all);
  // A session with nothing that counts ends by `requireEnoughStill`, and is not what this judges.
  return { within, anyOf: [counting.length === 0 ? all : counting] };
}

/**
 * Whether proofs are fresh enough for what is wanted. What was given in the future (a clock set back) is not, unless by as little as the clock
 * of the node that took it may be ahead of this one: whoever has just given it would be asked for it again, by each other node.
 */
export function isFresh(proofs: readonly GivenProof[], { within, anyOf }: WantedProof, now: number): boolean {
  const fresh = proofs.filter(({ at }) => at - now <= CLOCKS_MAY_DIFFER && now - at <= within).map(({ kind }) => kind);
  return anyOf.some((kinds) => kinds.length > 0 && kinds.every((kind) => fresh.includes(kind)));
}

/**
 * Lets a dangerous action go on only after a fresh proof. To be called when the action is asked for, with the session of this request.
 * @throws AppError `session.step-up-needed`, `session.for-enrolment-only` for a session that may do nothing but enrol
 */
export function requireFreshProof(act: Act, session: Session, wanted: WantedProof): void {
  requireFullRights(session);
  requireFresh(act, session, wanted);
}

/** The same for what a session may do that is held up until enough is enrolled. @throws AppError `session.step-up-needed` */
export function requireFresh(act: Act, session: Session, wanted: WantedProof): void {
  if (!isFresh(session.proofs, wanted, act.at)) throw new AppError('session.step-up-needed', wantedDetails(wanted.anyOf));
}

/** How a refusal says which proofs would help. */
export function wantedDetails(anyOf: WantedProof['anyOf']): { anyOf: string[] } {
  return { anyOf: anyOf.map((kinds) => kinds.join('+')) };
}

/** @throws AppError `session.for-enrolment-only` */
export function requireFullRights(session: Session): void {
  if (session.rights !== 'full') throw new AppError('session.for-enrolment-only');
}
