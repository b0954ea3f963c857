import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { Step } from '../../shared/api/journeys.ts';

/** Does the work that a step asks for; the answer to it. */
export async function solveWork(step: Step): Promise<{ counter: number; derivedKey: string }> {
  if (step.kind !== 'proof-of-work') throw new Error(`no work wanted: ${step.kind}`);
  const solution = await solveChallenge({ challenge: { parameters: step.challenge }, deriveKey });
  if (solution === null) throw new Error('the work took too long');
  return { counter: solution.counter, derivedKey: solution.derivedKey };
}
