import { AppError } from '../../../shared/errors.ts';
import type { PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import { evaluatePassword } from '../password-policy/evaluate.ts';
import type { ActDeps } from './act.ts';
import { findJourney } from './find-journey.ts';
import type { LoadedJourney } from './journey-state.ts';

/**
 * Judges a password while it is being typed; changes nothing (JRN-5).
 * @throws AppError `journey.no-password-step` unless the journey stands at its new-password step
 */
export async function checkPassword(
  deps: ActDeps,
  tokens: readonly string[],
  password: string,
): Promise<{ journey: LoadedJourney; verdicts: PasswordVerdict[]; acceptable: boolean }> {
  const journey = await findJourney(deps, tokens);
  const { step } = journey.state;
  if (step.kind !== 'new-password') throw new AppError('journey.no-password-step');
  return { journey, ...evaluatePassword(password, step.rules) };
}
