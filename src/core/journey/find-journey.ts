import { AppError } from '../../../shared/errors.ts';
import type { GuardDecision } from '../guard/guard.ts';
import type { ActDeps } from './act.ts';
import type { JourneyKey } from './journey-key.ts';
import { type LoadedJourney, loadedJourney } from './journey-state.ts';

/**
 * The journey that a caller means and may enter: the first one that a token opens, and none but the one that is named. A browser
 * may send several tokens, when another page of the same host has set a cookie of our name (RFC 6265 5.4: their order says nothing);
 * and a page of it may mean another journey than the one that was begun in the browser since.
 * @throws AppError `journey.not-found` for tokens that never were or were tidied away, `journey.expired`, `journey.replaced` when
 *   the tokens open another journey than the named one
 */
export async function findJourney(deps: ActDeps, { tokens, id }: JourneyKey): Promise<LoadedJourney> {
  let problem: 'journey.not-found' | 'journey.expired' | 'journey.replaced' = 'journey.not-found';
  for (const token of tokens) {
    const row = await deps.store.journeys.findByToken(deps.keys.digest('journey-token', token));
    if (row === null) continue;
    const isMeant = id === null || row.id === id;
    if (isMeant && row.expiresAt > deps.act.at) return inLanguageOf(deps, loadedJourney(row));
    if (isMeant) problem = 'journey.expired';
    else if (problem === 'journey.not-found') problem = 'journey.replaced';
  }
  throw new AppError(problem);
}

/**
 * The same for who answers a step of it: the answer is counted, and judged by how many there were.
 * @returns `logEnd`: where the audit log ended when it was
 * @throws AppError as `findJourney`
 */
export async function findAnswered(deps: ActDeps, key: JourneyKey): Promise<AnsweredJourney> {
  for (const token of key.tokens) {
    const digest = deps.keys.digest('journey-token', token);
    const counted = await deps.store.journeys.countAnswer(digest, key.id, deps.guard.answerWindow());
    if (counted === null || counted.row.expiresAt <= deps.act.at) continue;
    const { row, logEnd } = counted;
    return { journey: inLanguageOf(deps, loadedJourney(row)), decision: deps.guard.judgeAnswers(counted), logEnd };
  }
  // Says why there is none.
  return { journey: await findJourney(deps, key), decision: { allowed: true } };
}

export interface AnsweredJourney {
  readonly journey: LoadedJourney;
  readonly decision: GuardDecision;
  readonly logEnd?: number;
}

/** Whoever changes the language in the middle of a journey reads all of it in that one, from now on. */
function inLanguageOf({ act: { language } }: ActDeps, journey: LoadedJourney): LoadedJourney {
  return language === undefined ? journey : { ...journey, state: { ...journey.state, language } };
}
