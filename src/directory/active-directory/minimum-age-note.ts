import { fromInterval } from '../ldap/time.ts';
import type { ResetMode } from './reset-mode.ts';

/**
 * Sentence for the operator where a reset obeys a minimum age: the control counts it as well, which surprises everybody who has just
 * changed a password and forgot it. null: it does not, or there is none.
 * @param minPwdAge as the domain has it, a negative count of 100 ns
 */
export function minimumAgeNote(mode: ResetMode, minPwdAge: string | null): string | null {
  const age = fromInterval(minPwdAge) ?? 0;
  if (mode !== 'policy-hints' || age === 0) return null;
  const hours = Math.round(age / 3_600_000);
  return `Nobody can recover a password that was set within the last ${hours} hours: the minimum age of the domain counts for a reset too. Set it to 0, or historyOnReset to not-enforced`;
}
