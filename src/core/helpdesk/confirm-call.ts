import { AppError } from '../../../shared/errors.ts';
import { recordEvent, recordEvents } from '../audit/record-event.ts';
import { isEqual } from '../factors/constant-time.ts';
import { type ActDeps, journeyActor } from '../journey/act.ts';
import type { JourneyState, LoadedJourney } from '../journey/journey-state.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { aboutCase, endCase, type HelpCase, helpCaseOf, moveCase } from './help-case.ts';
import { judgeAgent } from './judge-agent.ts';
import { raiseAlarm } from './raise-alarm.ts';
import { verifyBy } from './verify-by.ts';

/** Numbers that a caller may type. */
export const MOST_TRIES = 3;

/** The case about an account whose caller waits to be verified; null: there is none at present. */
export async function waitingCase({ store, act }: Pick<ActDeps, 'store' | 'act'>, account: AccountRef): Promise<HelpCase | null> {
  const row = await store.cases.openOf(account);
  const waits = row?.state === 'open' && row.tries < MOST_TRIES && row.expiresAt > act.at;
  return row !== null && waits ? helpCaseOf(row) : null;
}

/**
 * The same as long as its agent may help so still: nobody is told that somebody is of the helpdesk who is not any more, nor is verified for
 * them.
 * @throws AppError `directory.*`: it is not known
 */
export async function currentCall(deps: ActDeps, account: AccountRef): Promise<HelpCase | null> {
  const helpCase = await waitingCase(deps, account);
  if (helpCase === null) return null;
  return (await judgeAgent(deps, helpCase))?.decision.allowed === true ? helpCase : null;
}

/** Whether nothing more comes of a case because what was given was wrong too often: by whomever, and wherever it was typed. */
export async function hasNoTriesLeft({ store }: Pick<ActDeps, 'store'>, id: string): Promise<boolean> {
  const row = await store.cases.find(id);
  if (row === null) return false;
  return row.closedAt === null ? row.state === 'open' && row.tries >= MOST_TRIES : helpCaseOf(row).facts.because === 'too-many-tries';
}

/**
 * Counts a number that the caller typed, before anybody compares it, and then compares it: of any number of guesses at once no more than
 * the limit are looked at.
 * @returns the case as it is after the count
 * @throws AppError `journey.step-passed` when the case has moved on meanwhile
 */
export async function countNumber(deps: ActDeps, helpCase: HelpCase, typed: string): Promise<{ helpCase: HelpCase; isRight: boolean }> {
  const { row, facts } = helpCase;
  const counted = await moveCase(deps.store, helpCase, { tries: row.tries + 1 });
  if (counted === null) throw new AppError('journey.step-passed');
  return { helpCase: counted, isRight: isEqual(typed, facts.numbers.spoken) };
}

/**
 * Makes the receipt: the caller has proven who they are and heard the number from the agent. In the transaction that ends their journey.
 * @throws AppError `journey.step-passed` when the case has moved on meanwhile
 */
export async function verifyCaller(deps: ActDeps, store: Store, { row, state }: LoadedJourney, helpCase: HelpCase): Promise<void> {
  const method = { way: 'own-device' as const, journey: row.id, proofs: state.proven };
  const verified = await verifyBy(deps, store, helpCase, {
    method,
    by: journeyActor(deps.act, state),
    shown: state.shown ?? {},
    logEnd: deps.act.logEnd,
  });
  if (verified === null) throw new AppError('journey.step-passed');
}

/**
 * Writes down that a number was wrong, and ends the case with the last one.
 * @throws AppError `journey.step-passed` as above
 */
export async function refuseNumber(deps: ActDeps, store: Store, state: JourneyState, helpCase: HelpCase): Promise<{ isOver: boolean }> {
  const triesLeft = MOST_TRIES - helpCase.row.tries;
  const about = { ...aboutCase(helpCase), actor: journeyActor(deps.act, state) };
  const refused = { type: 'case.number-refused', ...about, triesLeft } as const;
  if (triesLeft > 0) {
    await recordEvent(store, deps.clock, refused);
    return { isOver: false };
  }
  await recordEvents(store, deps.clock, refused, { type: 'case.closed', ...about, because: 'too-many-tries' });
  if ((await endCase(store, helpCase, 'too-many-tries', deps.act.at)) === null) throw new AppError('journey.step-passed');
  return { isOver: true };
}

/**
 * Somebody who proved who they are says that they have not called. Ends the case, and with it a receipt that was not used; it takes nothing
 * from the person. The alarm goes out also where the case is over: then something may have been done for whoever did call.
 * @throws AppError `journey.step-passed` as above
 */
export async function denyCall(deps: ActDeps, store: Store, state: JourneyState, id: string): Promise<void> {
  const row = await store.cases.find(id);
  if (row === null) return;
  const helpCase = helpCaseOf(row);
  const about = { ...aboutCase(helpCase), actor: journeyActor(deps.act, state) };
  await recordEvent(store, deps.clock, { type: 'case.denied', ...about, state: row.state });
  const isOver = row.closedAt !== null;
  if (!isOver && (await endCase(store, helpCase, 'not-my-call', deps.act.at)) === null) throw new AppError('journey.step-passed');
  await raiseAlarm(deps, store, 'call-denied', helpCase);
}
