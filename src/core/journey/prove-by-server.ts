import { inTurnOfName } from '../accounts/try-password.ts';
import type { EnrolledCandidate, Judgement, Prompts } from '../factors/factor.ts';
import type { ChallengeRow, Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { acceptProof } from './accept-proof.ts';
import type { ActDeps } from './act.ts';
import { advanceJourney } from './advance-journey.ts';
import { type EnrolledFor, enrolledFor } from './enrolled-for.ts';
import { guessedAt } from './guard-targets.ts';
import { beginJudgement, type Slices } from './hold.ts';
import type { JourneyState, LoadedJourney, OpenStepKind, OpenStepOf, PromptStep } from './journey-state.ts';
import { countAttempt, settleProofs } from './prove.ts';
import { attemptsLeftOf, endProof, refuseProof, refuseSpent, withAttemptsLeft } from './refuse-proof.ts';
import type { Transition } from './step-handler.ts';

/** Milliseconds after which an answer that is still being judged is worth nothing any more, and the question is put again. */
const JUDGED_WITHIN = 120_000;

type Judging = OpenStepOf<'judging'>;

/** Others gave passwords for the same name for too long. */
const NOT_ASKED: Judgement = { proofs: [], asked: { trouble: 'not-asked', answered: true } };

/**
 * Takes an answer that a server judges, or that takes long to judge. No transaction is open while it is asked:
 *
 * 1. The attempt is counted, and as a failure, in a transaction of its own that also takes the step: of any number of answers, on any
 *    node, no more than the guard allows ever reach a server.
 * 2. The server is asked, and what it said is held back for as long as it might have taken.
 * 3. What came of it is settled. A right answer gets its failure back, and so does one that no server has judged.
 *
 * Whoever dies in between leaves a failure that counts, and a step that is put again after `JUDGED_WITHIN`.
 */
export async function proveByServer<Step extends PromptStep>(
  deps: ActDeps,
  journey: LoadedJourney,
  step: Step,
  answer: Prompts[Step['kind']]['answer'],
): Promise<Transition> {
  const slices = beginJudgement(deps);
  try {
    return await proveWithin(deps, slices, journey, step, answer);
  } finally {
    slices.stop();
  }
}

async function proveWithin<Step extends PromptStep>(
  deps: ActDeps,
  slices: Slices,
  journey: LoadedJourney,
  step: Step,
  answer: Prompts[Step['kind']]['answer'],
): Promise<Transition> {
  const everything = await enrolledFor(deps, journey.state);
  const enrolled = everything.ofKind(step.factor);
  const { taken, challenge } = await reserve(deps, journey, step, everything);
  if (challenge === null) return { kind: 'advanced', journey: taken };
  const { isJudged } = taken.state.step as Judging;
  // What is not judged is compared with nothing that is anybody's; the same work is done.
  const given = { challengeId: challenge.id, expected: challenge.expected, answer, enrolled: isJudged ? enrolled : [] };
  const name = journey.state.guardNames.join(',');
  const judgement = (await inTurnOfName(deps, name, () => deps.factor(step.factor).judge(given))) ?? NOT_ASKED;
  await slices.end();
  const settled = await deps.store.transaction(async (store) =>
    advanceJourney(store, taken, await settle(deps, store, taken, { challenge, everything, enrolled, judgement })),
  );
  deps.wakeOutbox('notice');
  return { kind: 'advanced', journey: settled };
}

/** @returns the journey as it then stands; no challenge: it takes no answer any more */
async function reserve(
  deps: ActDeps,
  journey: LoadedJourney,
  step: PromptStep,
  everything: EnrolledFor,
): Promise<{ taken: LoadedJourney; challenge: ChallengeRow | null }> {
  const { state } = journey;
  return deps.store.transaction(async (store) => {
    const counted = await countAttempt(deps, store, journey, step, everything);
    if (counted === null)
      return { taken: await advanceJourney(store, journey, await refuseSpent(deps, store, journey, step)), challenge: null };
    const { challenge, isJudged } = counted;
    const guessed = guessedAt(deps, state, step.factor, everything.owners);
    const failed = isJudged && (await deps.guard.countFailure(store, guessed, state.guardNames, deps.act.address));
    const judging: Judging = {
      id: randomId(deps.random),
      kind: 'judging',
      from: step,
      isJudged,
      attacked: failed !== false && failed.attacked,
      until: deps.act.at + JUDGED_WITHIN,
    };
    const counting = withAttemptsLeft(state, step, attemptsLeftOf(challenge));
    return { taken: await advanceJourney(store, journey, { ...counting, step: judging }), challenge };
  });
}

interface Judged {
  challenge: ChallengeRow;
  everything: EnrolledFor;
  enrolled: EnrolledCandidate[];
  judgement: Judgement;
}

async function settle(deps: ActDeps, store: Store, taken: LoadedJourney, judged: Judged): Promise<JourneyState> {
  const { challenge, judgement, everything } = judged;
  const { from: step, isJudged, attacked } = taken.state.step as Judging;
  const { trouble, answered, barred } = judgement.asked ?? { trouble: 'none', answered: true };
  const giveBack = async (names: readonly string[] = taken.state.guardNames) => {
    const guessed = guessedAt(deps, taken.state, step.factor, everything.owners);
    if (isJudged) await deps.guard.giveBackFailure(store, guessed, names, deps.act.address);
  };
  const proofs = isJudged ? await settleProofs(store, judgement) : [];
  if (proofs.length > 0 && (await store.challenges.consume(challenge.id, deps.act.at))) {
    await giveBack();
    // What was counted when the step was taken is older than this: whatever there is by now is cleared.
    return acceptProof(deps, store, taken, { step, proofs, anyFailures: true, enrolled: everything });
  }
  if (isJudged && barred !== undefined) {
    await giveBack();
    return endProof(deps, store, taken, `journey.${barred}`);
  }
  if (trouble === 'unanswered' && !answered) {
    await giveBack();
    await store.challenges.giveBack(challenge.id);
    const state = withAttemptsLeft(taken.state, step, attemptsLeftOf(challenge) + 1);
    return { ...state, step: askAgain(deps, step, NOT_CHECKED) };
  }
  // No server was asked, for the sake of the account: it is no guess that counts, and looks like one. The name keeps its failure, as one
  // that nobody has does: how hard the next start is, is there for everybody to see.
  if (trouble === 'not-asked') await giveBack([]);
  const refused = { ...judged, step, isJudged: isJudged && trouble !== 'not-asked', counted: { attacked } };
  return refuseProof(deps, store, taken, { ...refused, message: trouble === 'unanswered' ? NOT_CHECKED : wrong(step) });
}

/** What is told of an answer that was not judged, and of one that is wrong. */
const NOT_CHECKED = 'password-not-checked';
const WRONG: Partial<Record<OpenStepKind, string>> = {
  password: 'password-wrong',
  questions: 'answers-wrong',
  'linked-password': 'linked-wrong',
};
const wrong = ({ kind }: PromptStep) => WRONG[kind] ?? 'code-wrong';

function askAgain(deps: ActDeps, step: PromptStep, key: string): PromptStep {
  return { ...step, id: randomId(deps.random), message: { key, tone: 'error' } };
}

/** Puts a question again whose answer nobody settles any more: the process that had it judged died. Its failure stays counted. */
export async function takeBackJudging(deps: ActDeps, journey: LoadedJourney): Promise<LoadedJourney> {
  const { step } = journey.state;
  if (step.kind !== 'judging' || step.until > deps.act.at) return journey;
  return advanceJourney(deps.store, journey, {
    ...journey.state,
    step: askAgain(deps, step.from, step.from.kind === 'questions' ? 'answers-not-checked' : NOT_CHECKED),
  });
}
