import type { Judgement, Prompts, Proof } from '../factors/factor.ts';
import type { ChallengeRow, Store } from '../ports/store.ts';
import { acceptProof } from './accept-proof.ts';
import type { ActDeps } from './act.ts';
import { type EnrolledFor, enrolledFor } from './enrolled-for.ts';
import { guessedAt } from './guard-targets.ts';
import type { LoadedJourney, PromptStep } from './journey-state.ts';
import { refuseProof, refuseSpent } from './refuse-proof.ts';
import type { Transition } from './step-handler.ts';

/**
 * Takes an answer to a step that asks for a proof that we judge ourselves: counts the attempt, asks the guard, has the kind judge it,
 * settles what was proven, and moves on.
 *
 * All of it is one transaction. Of two answers to the same step one wins and the other is rolled back and told nothing but that the
 * step has passed, so that guessing in parallel gains nothing. Answers of several journeys about one account take turns, so that none
 * slips by the limit that another one's failure reaches. For this a kind judges from what it is given and asks nobody; what a server
 * judges is taken by `prove-by-server.ts`.
 */
export async function proveBy<Step extends PromptStep>(
  deps: ActDeps,
  journey: LoadedJourney,
  step: Step,
  answer: Prompts[Step['kind']]['answer'],
): Promise<Transition> {
  const everything = await enrolledFor(deps, journey.state);
  const enrolled = everything.ofKind(step.factor);
  let isRefused = false;
  return {
    kind: 'advance',
    decide: async (store) => {
      const counted = await countAttempt(deps, store, journey, step, everything);
      isRefused = true;
      if (counted === null) return refuseSpent(deps, store, journey, step);
      const { challenge, isJudged, anyFailures } = counted;
      // What is not judged is compared with nothing that is anybody's, and so cannot settle anything.
      const given = { challengeId: challenge.id, expected: challenge.expected, answer, enrolled: isJudged ? enrolled : [] };
      const judgement = await deps.factor(step.factor).judge(given);
      const proofs = isJudged ? await settleProofs(store, judgement) : [];
      const isProven = proofs.length > 0 && (await store.challenges.consume(challenge.id, deps.act.at));
      isRefused = !isProven;
      if (isProven) return acceptProof(deps, store, journey, { step, proofs, anyFailures, enrolled: everything });
      return refuseProof(deps, store, journey, { step, challenge, everything, enrolled, judgement, isJudged });
    },
    after: (advanced) => {
      // What a right answer may tell the owner can wait until the outbox is looked at anyway.
      if (isRefused) deps.wakeOutbox('notice');
      return Promise.resolve(advanced);
    },
  };
}

/**
 * Counts the attempt, before anything is compared, and asks the guard whether it is judged.
 * @returns null: the challenge takes no answer any more
 */
export async function countAttempt(
  deps: ActDeps,
  store: Store,
  { state }: LoadedJourney,
  step: PromptStep,
  everything: EnrolledFor,
): Promise<{ challenge: ChallengeRow; isJudged: boolean; anyFailures: boolean } | null> {
  const challenge = await store.challenges.attempt(step.challengeId, deps.act.at);
  if (challenge === null) return null;
  const asked = guessedAt(deps, state, step.factor, everything.owners);
  const { granted, anyFailures } = await deps.guard.mayTry(store, asked, state.guardNames, deps.act.address, state.hasWorked);
  return { challenge, isJudged: granted, anyFailures };
}

/** Those proofs that could be settled, in their order. */
export async function settleProofs(store: Store, { proofs }: Judgement): Promise<Proof[]> {
  const settled = new Set<string>();
  // In one order everywhere: rows are locked, and two journeys may be about the same accounts.
  for (const proof of proofs.toSorted((one, other) => (one.factor < other.factor ? -1 : 1))) {
    if (await proof.settle(store)) settled.add(proof.factor);
  }
  return proofs.filter(({ factor }) => settled.has(factor));
}
