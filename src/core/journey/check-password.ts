import type { StrengthLevel } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import { type JudgedPassword, judgeNewPassword } from '../password-policy/judge-new-password.ts';
import type { ActDeps } from './act.ts';
import { findJourney } from './find-journey.ts';
import type { JourneyKey } from './journey-key.ts';
import type { LoadedJourney } from './journey-state.ts';
import { selectedCandidates } from './open-goal.ts';

/**
 * Judges a password while it is being typed; changes nothing (JRN-5). `strength` null: not told. The Windows sign-in client
 * shows none, so none is calculated for it.
 * @throws AppError `journey.no-password-step` unless the journey stands at its new-password step
 */
export async function checkPassword(
  deps: ActDeps,
  key: JourneyKey,
  password: string,
): Promise<JudgedPassword & { journey: LoadedJourney; strength: StrengthLevel | null }> {
  const journey = await findJourney(deps, key);
  const { step } = journey.state;
  if (step.kind !== 'new-password') throw new AppError('journey.no-password-step');
  const judged = await judgeNewPassword(deps, password, step.rules);
  const isWanted = password !== '' && journey.state.client.kind !== 'windows-logon';
  const known = selectedCandidates(journey.state).map(({ label }) => label);
  const strength = isWanted ? await deps.strength.estimate(journey.row.id, password, known) : null;
  return { journey, ...judged, strength };
}
