import { FACTOR_TRAITS } from '../factors/kinds.ts';
import type { Combination } from './combinations.ts';

/** Why a combination proves less than it should. */
export type Weakness = 'mail-alone' | 'knowledge-alone' | 'restricted-alone' | 'one-proof' | 'one-channel' | 'cannot-begin';

/**
 * What is weak about a combination; the first one says most. One with a proof that cannot be phished is none of it: such a proof is
 * a whole authentication by itself (NIST SP 800-63B-4 4.2.2.2).
 */
export function weaknessesOf(kinds: Combination): Weakness[] {
  const traits = [...new Set(kinds)].map((kind) => FACTOR_TRAITS[kind]);
  const weaknesses: Weakness[] = [];
  if (!traits.some(({ opens }) => opens)) weaknesses.push('cannot-begin');
  if (traits.some(({ phishingResistant }) => phishingResistant)) return weaknesses;
  if (traits.every(({ channel }) => channel === 'mail')) weaknesses.push('mail-alone');
  if (traits.every(({ channel }) => channel === 'memory')) weaknesses.push('knowledge-alone');
  if (traits.every(({ restricted }) => restricted)) weaknesses.push('restricted-alone');
  if (traits.length === 1) weaknesses.push('one-proof');
  else if (new Set(traits.map(({ channel }) => channel)).size === 1) weaknesses.push('one-channel');
  return weaknesses;
}
