import { AppError, isAppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { Barred } from '../accounts/judge-account.ts';
import { recordEvent } from '../audit/record-event.ts';
import { type LinkBehind, linkBehind } from '../helpdesk/reset-link/use-link.ts';
import type { AccountRef, LockOptions, PreparedWrite } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { firstResetBehind } from '../set-up/first-reset/behind-write.ts';
import type { JourneyVerb, WriteRequest, WriteResult } from '../writes/directory-write.ts';
import { prepareWrites } from '../writes/prepare-writes.ts';
import { type ActDeps, journeyActor } from './act.ts';
import { advanceJourney } from './advance-journey.ts';
import type { JourneyDeps } from './journey-deps.ts';
import { type JourneyState, type LoadedJourney, loadedJourney, type OpenStepOf, type QuestionStep, type Written } from './journey-state.ts';
import { selectedCandidates } from './open-goal.ts';
import { isProvenStill, readStill } from './proven-still.ts';
import { afterResults, afterWrites, endedBy } from './step-after-writes.ts';
import type { Transition } from './step-handler.ts';
import { completeAmong } from './what-counts.ts';

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
  let isOurs = true;
  const { state } = journey;
  const from = state.step;
  if (from.kind !== 'new-password' && from.kind !== 'confirm-unlock') throw new AppError('journey.answer-not-fitting');
  const accounts = selectedCandidates(state).map(({ ref }) => ref);
  const unlocks = verb === 'unlock-account' || deps.configuration().recovery.unlockOnReset;
  const { prepared, leftOut } = await prepareEach(deps, accounts, unlocks ? { locks: 'everywhere' } : {});
  if (prepared.length === 0) return noneLeft(deps, journey, { verb, from, leftOut });
  const link = await behindWrite(deps, journey);
  if (link === 'over') return refused(deps, journey, verb, LINK_OVER);
  const read = await readStill(deps, state);
  const found: { ending: Ending | null } = { ending: null };
  const request: WriteRequest = {
    accounts: prepared,
    logEnd: deps.act.logEnd,
    actor: journeyActor(deps.act, state),
    proof: state.proven,
    journeyId: journey.row.id,
    language: state.language,
    ...(state.byLink !== undefined && 'setUp' in state.byLink ? { bySetUp: true } : {}),
    ...(link?.backing === undefined ? {} : { backing: link.backing }),
    consume: async (store, intents) => {
      const step: OpenStepOf<'writing'> = {
        id: randomId(deps.random),
        kind: 'writing',
        intents: Object.fromEntries(intents.map((intent) => [intent.id, accountKey(intent.account)])),
        verb,
        from,
        known: writtenOf(leftOut),
      };
      await tellLeftOut(deps, store, journey, { verb, leftOut });
      found.ending = await endingFor(deps, store, journey, read);
      if (found.ending === null && link !== null && !(await link.use(store))) found.ending = LINK_OVER;
      if (found.ending !== null) throw new AppError('journey.step-passed');
      current = await advanceJourney(store, journey, { ...state, step });
    },
    conclude: async (store, results) => {
      if (results.every((result) => result.status === 'open')) return;
      await link?.settle(store, results);
      // As this process left it, unless that proves wrong: then it is read.
      const waiting = isOurs ? current : await readOpen(store, journey.row.id);
      isOurs = false;
      if (waiting === null || !isWaitingFor(waiting, results)) throw new AppError('journey.step-passed');
      current = await advanceJourney(store, waiting, afterResults(deps, { ...waiting.state, language: state.language }, results));
    },
  };
  try {
    await write(request);
  } catch (error) {
    if (found.ending !== null && isAppError(error, 'journey.step-passed')) return refused(deps, journey, verb, found.ending);
    if (!isAppError(error, 'account.write-open')) throw error;
    return otherWriteOpen(deps, state, from);
  }
  return { kind: 'advanced', journey: current };
}

/** What the write rests on besides proofs; null: on nothing. */
async function behindWrite(deps: ActDeps, journey: LoadedJourney): Promise<LinkBehind | 'over' | null> {
  const { byLink } = journey.state;
  if (byLink === undefined) return null;
  return 'setUp' in byLink ? firstResetBehind(deps, journey, byLink) : linkBehind(deps, journey, byLink);
}

async function readOpen(store: Store, id: string): Promise<LoadedJourney | null> {
  const row = await store.journeys.find(id);
  return row === null || row.status === 'ended' ? null : loadedJourney(row);
}

/** Somebody else's write to the same account, or an earlier one of unknown outcome: this one was not begun and can be sent again. */
function otherWriteOpen(deps: ActDeps, state: JourneyState, from: QuestionStep): Transition {
  const step = { ...from, id: randomId(deps.random), message: { key: 'other-write-open', tone: 'error' as const } };
  return { kind: 'advance', decide: () => Promise.resolve({ ...state, step }) };
}

/** The sweeper may have taken down the outcome of one of the accounts meanwhile; nothing else moves a journey that waits for a write. */
function isWaitingFor({ state: { step } }: LoadedJourney, results: readonly WriteResult[]): boolean {
  return step.kind === 'writing' && results.some(({ intent }) => step.intents[intent.id] !== undefined);
}

interface Ending {
  code: string;
  reasons: { account: AccountRef; reason: Barred }[];
}

/** The case or the set-up of the link has ended, it may not be used so any more, another link took its place, or somebody wrote by it. */
const LINK_OVER: Ending = { code: 'journey.link-over', reasons: [] };

/** An account to which nothing is written, and why. */
interface LeftOut {
  account: AccountRef;
  written: Written;
  barred?: Barred;
}

/**
 * A proof tells who somebody is, not that the account is still one they may recover: that is read again just before the write. Of several
 * accounts those are left out that may not be written to, or cannot be asked about.
 * @throws AppError `directory.*` where there is one account, which cannot be asked about
 */
async function prepareEach(
  deps: JourneyDeps,
  accounts: readonly AccountRef[],
  options: LockOptions,
): Promise<{ prepared: PreparedWrite[]; leftOut: LeftOut[] }> {
  const each = await Promise.all(accounts.map((account) => prepareOne(deps, account, options, accounts.length > 1)));
  return {
    prepared: each.flatMap((one) => ('fingerprint' in one ? [one] : [])),
    leftOut: each.flatMap((one) => ('fingerprint' in one ? [] : [one])),
  };
}

async function prepareOne(
  deps: JourneyDeps,
  account: AccountRef,
  options: LockOptions,
  isOneOfSeveral: boolean,
): Promise<PreparedWrite | LeftOut> {
  try {
    const { prepared, barred } = await prepareWrites(deps, [account], options);
    const [bar] = barred;
    const [one] = prepared;
    if (bar === undefined && one !== undefined) return one;
    return {
      account,
      written: { status: 'refused', reason: 'journey.account-barred' },
      ...(bar === undefined ? {} : { barred: bar.reason }),
    };
  } catch (error) {
    if (isAppError(error, 'directory.account-missing')) return { account, written: { status: 'refused', reason: 'account.missing' } };
    if (!isOneOfSeveral || !isAppError(error) || !error.code.startsWith('directory.')) throw error;
    deps.log.error('journey.directory-not-answering', { directory: account.directory, error });
    return { account, written: { status: 'failed', reason: error.code } };
  }
}

const writtenOf = (leftOut: readonly LeftOut[]): Record<string, Written> =>
  Object.fromEntries(leftOut.map(({ account, written }) => [accountKey(account), written]));

async function tellLeftOut(
  deps: ActDeps,
  store: Store,
  { row, state }: LoadedJourney,
  { verb, leftOut }: { verb: JourneyVerb; leftOut: readonly LeftOut[] },
): Promise<void> {
  const about = { journey: row.id, actor: journeyActor(deps.act, state), verb };
  for (const { account, written, barred } of leftOut) {
    await recordEvent(store, deps.clock, { type: 'write.not-begun', ...about, account, reason: barred ?? written.reason ?? '' });
  }
}

/** Nothing can be written: a journey of one account ends, one of several tells of each. */
function noneLeft(
  deps: ActDeps,
  journey: LoadedJourney,
  { verb, from, leftOut }: { verb: JourneyVerb; from: QuestionStep; leftOut: readonly LeftOut[] },
): Transition {
  const { state } = journey;
  const [only, ...others] = leftOut;
  if (only !== undefined && others.length === 0 && state.outcomes === undefined) {
    const { account, barred, written } = only;
    return refused(deps, journey, verb, {
      code: written.reason ?? 'journey.account-barred',
      reasons: barred === undefined ? [] : [{ account, reason: barred }],
    });
  }
  return {
    kind: 'advance',
    decide: async (store) => {
      await tellLeftOut(deps, store, journey, { verb, leftOut });
      return afterWrites(deps, state, { from, verb }, writtenOf(leftOut));
    },
  };
}

/**
 * "This was not me" also stops who has proven everything already: it may be the very one that is meant (JRN-8). And a proof is used up by
 * whoever writes first: of several journeys of one account, proven at the same time, the others end. Whoever proved in the owner's place
 * would otherwise hold a loaded gun that outlives the owner's own recovery. What this journey itself has written does not count: it may
 * have reset one of its accounts and be asked again for another. Accounts that were parted meanwhile are not one person's any more. And what
 * was enough may be so no more: a raised threat means also who had proven everything when it was raised.
 */
async function endingFor(deps: ActDeps, store: Store, { row, state }: LoadedJourney, read: ReadonlySet<string>): Promise<Ending | null> {
  const candidates = selectedCandidates(state);
  const frozen: Ending['reasons'] = [];
  let isWritten = false;
  let isParted = false;
  for (const { ref: account } of candidates) {
    const record = await store.people.recordBeforeWrite(account, state.logEnd, row.id);
    if (record.written) isWritten = true;
    else if (record.frozen) frozen.push({ account, reason: 'recovery-frozen' });
    if (!(await isProvenStill(store, state, account, { now: deps.act.at, read, except: { journey: row.id }, record }))) isParted = true;
  }
  if (isWritten) return { code: 'journey.account-written', reasons: [] };
  if (frozen.length > 0) return { code: 'journey.recovery-frozen', reasons: frozen };
  if (isParted) return { code: 'journey.account-barred', reasons: [] };
  // What a link rests on counts no more once a threat was raised since: its use asks for that.
  if (state.byLink !== undefined) return null;
  return completeAmong(deps, state, candidates).length < candidates.length ? { code: 'journey.no-proof-left', reasons: [] } : null;
}

function refused(deps: ActDeps, { row, state }: LoadedJourney, verb: JourneyVerb, { code, reasons }: Ending): Transition {
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
      const accounts = selectedCandidates(state).map(({ ref }) => accountKey(ref));
      return endedBy(deps, state, code, accounts, verb);
    },
  };
}
