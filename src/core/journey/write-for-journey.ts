import { AppError, isAppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { Barred } from '../accounts/judge-account.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AccountRef, PreparedWrite } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import type { WriteRequest, WriteResult, WriteVerb } from '../writes/directory-write.ts';
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
  verb: WriteVerb,
  write: (request: WriteRequest) => Promise<WriteResult[]>,
): Promise<Transition> {
  let current = journey;
  const { state } = journey;
  const from = state.step;
  if (from.kind !== 'new-password' && from.kind !== 'confirm-unlock') throw new AppError('journey.answer-not-fitting');
  const accounts = selectedCandidates(state).map(({ ref }) => ref);
  const prepared = await prepareOrEnd(deps, journey, accounts);
  if ('code' in prepared) return refused(deps, journey, prepared);
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
      // Frozen while the account was being read: the answer is taken again and ends above.
      if (await isAnyFrozen(store, accounts)) throw new AppError('journey.step-passed');
      for (const account of accounts) if (await wasWritten(store, journey, account)) throw new AppError('journey.step-passed');
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

/**
 * A proof is used up by whoever writes first: of several journeys of one account, proven at the same time, the others end. Whoever
 * proved in the owner's place would otherwise hold a loaded gun that outlives the owner's own recovery.
 * What this journey itself has written does not count: it may have reset one of its accounts and be asked again for another.
 */
function wasWritten(store: Store, { row, state }: LoadedJourney, account: AccountRef): Promise<boolean> {
  return store.intents.wroteSince(account, state.provenAt ?? 0, { journey: row.id });
}

interface Ending {
  code: string;
  reasons: { account: AccountRef; reason: Barred }[];
}

/** A proof tells who somebody is, not that the account is still one they may recover: that is read again just before the write. */
async function prepareOrEnd(deps: JourneyDeps, journey: LoadedJourney, accounts: readonly AccountRef[]): Promise<PreparedWrite[] | Ending> {
  for (const account of accounts) {
    if (await wasWritten(deps.store, journey, account)) return { code: 'journey.account-written', reasons: [] };
  }
  try {
    const { prepared, barred: reasons } = await prepareWrites(deps, accounts);
    if (reasons.length === 0) return prepared;
    const frozen = reasons.some(({ reason }) => reason === 'recovery-frozen');
    return { code: frozen ? 'journey.recovery-frozen' : 'journey.account-barred', reasons };
  } catch (error) {
    if (isAppError(error, 'directory.account-missing')) return { code: 'account.missing', reasons: [] };
    throw error;
  }
}

/** "This was not me" also stops who has proven everything already: it may be the very one that is meant (JRN-8). */
async function isAnyFrozen(store: Store, accounts: readonly AccountRef[]): Promise<boolean> {
  for (const account of accounts) if (await store.freezes.isFrozen(account)) return true;
  return false;
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
