import { AppError, isAppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { Barred } from '../accounts/judge-account.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AccountRef, LockOptions, PreparedWrite } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import type { JourneyVerb, WriteRequest, WriteResult } from '../writes/directory-write.ts';
import { prepareWrites } from '../writes/prepare-writes.ts';
import { type ActDeps, journeyActor } from './act.ts';
import { advanceJourney } from './advance-journey.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { JourneyState, LoadedJourney, OpenStepOf, QuestionStep } from './journey-state.ts';
import { selectedCandidates } from './open-goal.ts';
import { stepAfterWrites } from './step-after-writes.ts';
import type { Transition } from './step-handler.ts';

/**
 * Has the write of a journey done: the transaction of the intents also takes the step, so that a second click finds it
 * passed; the transaction of the outcomes also moves the journey on.
 */
export async function writeForJourney(
  deps: ActDeps,
  journey: LoadedJourney,
  verb: JourneyVerb,
  write: (request: WriteRequest) => Promise<WriteResult[]>,
): Promise<Transition> {
  let current = journey;
  const { state } = journey;
  const from = state.step;
  if (from.kind !== 'new-password' && from.kind !== 'confirm-unlock') throw new AppError('journey.answer-not-fitting');
  const accounts = selectedCandidates(state).map(({ ref }) => ref);
  const unlocks = verb === 'unlock-account' || deps.configuration().recovery.unlockOnReset;
  const prepared = await prepareOrEnd(deps, accounts, unlocks ? { locks: 'everywhere' } : {});
  if ('code' in prepared) return refused(deps, journey, prepared);
  const found: { ending: Ending | null } = { ending: null };
  const request: WriteRequest = {
    accounts: prepared,
    actor: journeyActor(deps.act, state),
    proof: state.proven,
    journeyId: journey.row.id,
    language: state.language,
    consume: async (store, intents) => {
      const step: OpenStepOf<'writing'> = {
        id: randomId(deps.random),
        kind: 'writing',
        intents: Object.fromEntries(intents.map((intent) => [intent.id, accountKey(intent.account)])),
        verb,
        from,
      };
      found.ending = await endingFor(store, journey, accounts);
      if (found.ending !== null) throw new AppError('journey.step-passed');
      current = await advanceJourney(store, journey, { ...state, step });
    },
    conclude: async (store, results) => {
      if (results.some((result) => result.status === 'open')) return;
      const step = stepAfterWrites(deps, state.goal, from, verb, results);
      current = await advanceJourney(store, current, { ...state, step });
    },
  };
  try {
    await write(request);
  } catch (error) {
    if (found.ending !== null && isAppError(error, 'journey.step-passed')) return refused(deps, journey, found.ending);
    if (!isAppError(error, 'account.write-open')) throw error;
    return otherWriteOpen(deps, state, from);
  }
  return { kind: 'advanced', journey: current };
}

/** Somebody else's write to the same account, or an earlier one of unknown outcome: this one was not begun and can be sent again. */
function otherWriteOpen(deps: ActDeps, state: JourneyState, from: QuestionStep): Transition {
  const step = { ...from, id: randomId(deps.random), message: { key: 'other-write-open', tone: 'error' as const } };
  return { kind: 'advance', decide: () => Promise.resolve({ ...state, step }) };
}

interface Ending {
  code: string;
  reasons: { account: AccountRef; reason: Barred }[];
}

/** A proof tells who somebody is, not that the account is still one they may recover: that is read again just before the write. */
async function prepareOrEnd(deps: JourneyDeps, accounts: readonly AccountRef[], options: LockOptions): Promise<PreparedWrite[] | Ending> {
  try {
    const { prepared, barred: reasons } = await prepareWrites(deps, accounts, options);
    if (reasons.length === 0) return prepared;
    return { code: 'journey.account-barred', reasons };
  } catch (error) {
    if (isAppError(error, 'directory.account-missing')) return { code: 'account.missing', reasons: [] };
    throw error;
  }
}

/**
 * "This was not me" also stops who has proven everything already: it may be the very one that is meant (JRN-8). And a proof is used up by
 * whoever writes first: of several journeys of one account, proven at the same time, the others end. Whoever proved in the owner's place
 * would otherwise hold a loaded gun that outlives the owner's own recovery. What this journey itself has written does not count: it may
 * have reset one of its accounts and be asked again for another.
 */
async function endingFor(store: Store, { row, state }: LoadedJourney, accounts: readonly AccountRef[]): Promise<Ending | null> {
  const frozen: Ending['reasons'] = [];
  let isWritten = false;
  for (const account of accounts) {
    const found = await store.intents.inTheWay(account, state.provenAt ?? 0, row.id);
    if (found === 'frozen') frozen.push({ account, reason: 'recovery-frozen' });
    if (found === 'written') isWritten = true;
  }
  if (isWritten) return { code: 'journey.account-written', reasons: [] };
  return frozen.length > 0 ? { code: 'journey.recovery-frozen', reasons: frozen } : null;
}

function refused(deps: ActDeps, { row, state }: LoadedJourney, { code, reasons }: Ending): Transition {
  return {
    kind: 'advance',
    decide: async (store) => {
      await recordEvent(store, deps.clock, {
        type: 'journey.refused',
        journey: row.id,
        actor: journeyActor(deps.act, state),
        code,
        reasons,
      });
      return { ...state, step: { id: randomId(deps.random), kind: 'refused', code } };
    },
  };
}
