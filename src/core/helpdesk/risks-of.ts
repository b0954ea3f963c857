import type { RISKS } from '../../../shared/api/people.ts';
import type { SeenPersonFacts } from './see-person.ts';

/** Wrong proofs of strangers that an agent is told of. */
const MANY = 5;

/** What an agent should look at twice before acting (HELP-2): each could be somebody who has begun to take the account over. */
export function risksOf(
  { factors, recovery, contactChange }: Pick<SeenPersonFacts, 'factors' | 'recovery' | 'contactChange'>,
  now: number,
): (typeof RISKS)[number][] {
  const risks: [(typeof RISKS)[number], boolean][] = [
    // Stryker disable next-line ConditionalExpression: null is not later than anything; the compiler wants it said
    ['new-proof', factors.some(({ countsFrom }) => countsFrom !== null && countsFrom > now)],
    ['changed-contact', contactChange === 'changed'],
    ['contact-not-known', contactChange === 'not-known'],
    ['frozen', recovery.frozen],
    ['many-failures', recovery.failures >= MANY || recovery.pausedUntil > now],
    ['suspended', recovery.suspended > 0],
    ['linked-held-up', recovery.linked.length > 0],
  ];
  return risks.filter(([, isSo]) => isSo).map(([risk]) => risk);
}
