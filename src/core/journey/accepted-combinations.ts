import type { Client, FactorKind, Goal } from '../../../shared/api/journeys.ts';
import { isServed } from '../configuration/directory-abilities.ts';
import type { Configuration } from '../configuration/document.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';

/** The combinations accepted from a kind of client (ADM-4). */
export function acceptedCombinations(configuration: Configuration, client: Client): FactorKind[][] {
  return ownRecovery(configuration, client)?.accepted ?? configuration.recovery.accepted;
}

/** The goals offered to a kind of client: of those configured for it, the ones that a directory can serve. */
export function offeredGoals(configuration: Configuration, client: Client): Goal[] {
  const goals = ownRecovery(configuration, client)?.goals ?? configuration.recovery.goals;
  return goals.filter((goal) => isServed(goal, configuration.directories));
}

function ownRecovery({ recovery }: Configuration, client: Client) {
  return client.kind === 'windows-logon' ? recovery.clients['windows-logon'] : undefined;
}

/** True when the proofs given make up one accepted combination. */
export function isProofComplete(accepted: readonly (readonly FactorKind[])[], proven: readonly FactorKind[]): boolean {
  return accepted.some((combination) => combination.every((kind) => proven.includes(kind)));
}

/**
 * Kinds that bring the proof nearer to an accepted combination, in the order of the configuration, what can be guessed last, and
 * what never comes first only after another proof.
 * The same for every account, enrolled or not: what is offered must not tell what exists (JRN-4).
 */
export function nextKinds(accepted: readonly (readonly FactorKind[])[], proven: readonly FactorKind[]): FactorKind[] {
  const fitting = accepted.filter((combination) => proven.every((kind) => combination.includes(kind)));
  const next = fitting.flatMap((combination) => {
    const missing = combination.filter((kind) => !proven.includes(kind) && (proven.length > 0 || FACTOR_TRAITS[kind].opens));
    const first = missing.filter((kind) => !FACTOR_TRAITS[kind].guessable);
    return first.length > 0 ? first : missing;
  });
  return [...new Set(next)];
}
