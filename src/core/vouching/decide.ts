import { AppError, isAppError } from '../../../shared/errors.ts';
import { delegateActor } from '../access/helped.ts';
import { accountKey, type Candidate } from '../accounts/candidate.ts';
import { judgeAccount } from '../accounts/judge-account.ts';
import { readLogEnd } from '../audit/log-end.ts';
import { recordEvent } from '../audit/record-event.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import { isEqual } from '../factors/constant-time.ts';
import { requireDigits } from '../factors/require-digits.ts';
import { aboutCase, type HelpCase } from '../helpdesk/help-case.ts';
import { acceptProof } from '../journey/accept-proof.ts';
import type { ActDeps } from '../journey/act.ts';
import { advanceJourney, againWhereMoved } from '../journey/advance-journey.ts';
import { enrolledFor } from '../journey/enrolled-for.ts';
import { type LoadedJourney, loadedJourney } from '../journey/journey-state.ts';
import { endProof } from '../journey/refuse-proof.ts';
import { acceptsKind, situationOf } from '../journey/what-counts.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { VouchRow } from '../ports/vouch-store.ts';
import { kindsHad } from '../proof/first-sign-in.ts';
import { rulesFor } from '../proof/rules-for.ts';
import { requireFreshProof, requireFullRights, type WantedProof } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import { requireEnoughStill } from '../sessions/still-enough.ts';
import { countingCombinations } from '../threat/counting-kinds.ts';
import { canBeVouchedFor, isApprover } from './approvers.ts';
import { decideCase, judgeCase, refuseCase, waitingCaseOf } from './decide-in-case.ts';
import { endFromNow, withoutAnswer } from './end-request.ts';
import { VOUCH_TRIES, vouchFacts } from './vouch-facts.ts';

const KIND = 'manager';

/** A passkey, or two kinds that hang on different things. */
const WANTED: WantedProof = {
  within: 5 * 60_000,
  anyOf: [
    ['passkey'],
    ['password', 'totp'],
    ['password', 'email'],
    ['password', 'sms'],
    ['password', 'recovery-code'],
    ['email', 'totp'],
    ['sms', 'totp'],
    ['email', 'sms'],
  ],
};

/** A request that somebody may answer, and the recovery, or the case of the helpdesk, that waits for it. */
type Answering = InJourney | InCase;
interface InJourney {
  row: VouchRow;
  person: AccountRef;
  journey: LoadedJourney;
}
interface InCase {
  row: VouchRow;
  person: AccountRef;
  helpCase: HelpCase;
}

/**
 * Vouches for a person: their recovery has one proof more, or they are verified as who called the helpdesk. Who does has to have proven
 * themselves lately, and types the digits that the person reads out. Everything is read anew: whether they still may, and whether anything
 * bars the person meanwhile.
 * @throws AppError `session.step-up-needed`, `session.*`, `vouch.over` (also for a request that is none of theirs), `vouch.digits-wrong`, `request.digits-unlike`,
 *   `vouch.not-possible`, `directory.*`
 */
export async function vouch(deps: ActDeps, session: Session, request: string, typed: string): Promise<void> {
  requireFullRights(session);
  await requireEnoughStill(deps, session);
  requireFreshProof(deps.act, session, { ...WANTED, anyOf: countingCombinations(deps.configuration(), WANTED.anyOf) });
  await again(async () => {
    const answering = await find(deps, session, request);
    const digits = requireDigits(vouchFacts(answering.row).digits, typed);
    const left =
      'helpCase' in answering
        ? await vouchInCase(deps, session, answering, digits)
        : await vouchInJourney(deps, session, answering, digits);
    if (left === 0) throw new AppError('vouch.over');
    if (left !== null) throw new AppError('vouch.digits-wrong', { left });
  });
}

/** @returns tries that are left; null: the digits were right */
async function vouchInCase(deps: ActDeps, session: Session, answering: InCase, typed: string): Promise<number | null> {
  await judgeCase(deps, session, answering.helpCase);
  const logEnd = await readLogEnd(deps.store);
  return deps.store.transaction(async (store) => {
    const counted = await countTry(deps, store, session, answering);
    return decideCase(
      deps,
      store,
      session,
      { ...answering, about: aboutCaseRequest(deps, session, answering) },
      { counted, typed, logEnd },
    );
  });
}

/** @returns as `vouchInCase` */
async function vouchInJourney(deps: ActDeps, session: Session, answering: InJourney, typed: string): Promise<number | null> {
  const candidate = await judgeAnew(deps, answering);
  const { row, person, journey } = answering;
  const waiting = { ...journey, state: { ...journey.state, candidates: [candidate], until: endFromNow(deps) } };
  // Of the person, from where they began: where the one who vouches sits is no place of theirs.
  const asPerson: ActDeps = { ...deps, act: { at: deps.act.at, address: journey.state.address, logEnd: await readLogEnd(deps.store) } };
  const enrolled = await enrolledFor(deps, waiting.state);
  return deps.store.transaction(async (store) => {
    const counted = await countTry(deps, store, session, answering);
    const about = aboutRequest(deps, session, answering);
    if (isEqual(vouchFacts(row).digits, typed)) {
      if (!(await store.vouches.close(row.id, 'approved', deps.act.at))) throw new AppError('vouch.over');
      const proofs = [{ account: person, factor: row.id, by: session.account }];
      const next = await acceptProof(asPerson, store, waiting, { step: { factor: KIND }, proofs, anyFailures: true, enrolled });
      const factors = session.proofs.map(({ kind, at }) => ({ kind, at }));
      await recordEvent(store, deps.clock, { type: 'vouch.approved', ...about, factors });
      await advanceJourney(store, journey, next);
      return null;
    }
    if (counted.tries < VOUCH_TRIES) return VOUCH_TRIES - counted.tries;
    await store.vouches.close(row.id, 'refused', deps.act.at);
    await recordEvent(store, deps.clock, { type: 'vouch.refused', ...about, because: 'digits-wrong' });
    await advanceJourney(store, journey, withoutAnswer(deps, journey.state, { key: 'manager-digits-wrong', tone: 'error' }));
    return 0;
  });
}

/** Counts a try at the digits before they are compared. @throws AppError `vouch.over`, `vouch.not-possible`, `session.ended` */
async function countTry(deps: ActDeps, store: Store, session: Session, answering: Answering): Promise<VouchRow> {
  const counted = await store.vouches.attempt(answering.row.id, VOUCH_TRIES, deps.act.at);
  if (counted === null) throw new AppError('vouch.over');
  await requireOpen(deps, store, session);
  await requireUntouched(deps, store, session, answering);
  return counted;
}

/**
 * "I did not expect this": the recovery, or the case, ends, and the person is told by mail, as it may be somebody else who asked.
 * @throws AppError `session.*`, `vouch.over`, `directory.*`
 */
export async function refuseToVouch(deps: ActDeps, session: Session, request: string): Promise<void> {
  requireFullRights(session);
  await again(async () => {
    const answering = await find(deps, session, request);
    await deps.store.transaction(async (store) => {
      if ('helpCase' in answering) {
        await requireOpen(deps, store, session);
        return refuseCase(deps, store, session, { ...answering, about: aboutCaseRequest(deps, session, answering) });
      }
      const { row, person, journey } = answering;
      if (!(await store.vouches.close(row.id, 'refused', deps.act.at))) throw new AppError('vouch.over');
      await requireOpen(deps, store, session);
      await recordEvent(store, deps.clock, { type: 'vouch.refused', ...aboutRequest(deps, session, answering), because: 'not-expected' });
      const { language } = journey.state;
      await queueNotice(deps, store, { kind: 'vouch-refused', account: person, language });
      const asPerson: ActDeps = { ...deps, act: { at: deps.act.at, address: journey.state.address } };
      await advanceJourney(store, journey, await endProof(asPerson, store, journey, 'journey.manager-refused'));
    });
  });
  deps.wakeOutbox('notice');
}

/** The person may be moving the journey on at the same time, or somebody else be typing: what is found then counts. */
async function again(work: () => Promise<void>): Promise<void> {
  try {
    await againWhereMoved(work);
  } catch (error) {
    throw isAppError(error, 'journey.step-passed') ? new AppError('vouch.over') : error;
  }
}

/** Whether there is no such request, or it is none of theirs, is not told apart. @throws AppError `vouch.over`, `directory.*` */
async function find(deps: ActDeps, session: Session, request: string): Promise<Answering> {
  const row = await deps.store.vouches.find(request);
  if (row === null || row.outcome !== null || row.endsAt <= deps.act.at) throw new AppError('vouch.over');
  const person = { directory: row.directory, id: row.accountId };
  const self = await deps.directories.get(session.account.directory).readAccount(session.account);
  if (self === null || !(await isApprover(deps, self, person, row.manager))) throw new AppError('vouch.over');
  const helpCase = await waitingCaseOf(deps, row);
  if (helpCase !== null) return { row, person, helpCase };
  const waiting = row.journeyId === null ? null : await deps.store.journeys.find(row.journeyId);
  const journey = waiting === null ? null : loadedJourney(waiting);
  const isWaiting = journey?.state.step.kind === 'vouching' && journey.state.step.request === row.id && journey.row.expiresAt > deps.act.at;
  if (journey === null || !isWaiting) throw new AppError('vouch.over');
  return { row, person, journey };
}

/** The person as they are now: an hour is long enough for an account to be closed, protected, or moved under another rule. */
async function judgeAnew(deps: ActDeps, { person, journey }: InJourney): Promise<Candidate> {
  const { state } = journey;
  const candidate = (state.candidates ?? []).find(({ ref }) => accountKey(ref) === accountKey(person));
  const directory = deps.directories.get(person.directory);
  const account = await directory.readAccount(person);
  if (candidate === undefined || account === null) throw new AppError('vouch.not-possible');
  const rules = rulesFor(deps.configuration(), state.goal);
  const { reason, facts, factors } = await judgeAccount(deps, directory, account, {
    ...situationOf(state),
    rules,
    canBeVouchedFor: (each) => canBeVouchedFor(deps, each),
  });
  const fresh: Candidate = { ...candidate, facts, has: kindsHad(state.goal, factors) };
  if (reason !== null || !acceptsKind(deps, state, fresh, KIND)) throw new AppError('vouch.not-possible');
  return fresh;
}

/**
 * What was proven before the request counts for nothing once somebody has written to the account or it is frozen; and nobody vouches
 * for who is asked to vouch for them: two people would carry each other in.
 */
async function requireUntouched(deps: ActDeps, store: Store, session: Session, { row, person }: Answering): Promise<void> {
  const wasWritten = await store.intents.wroteSince(person, vouchFacts(row).logEnd, { journey: row.journeyId ?? '' });
  const isFrozen = (await store.freezes.isFrozen(person)) || (await store.freezes.isFrozen(session.account));
  if (wasWritten || isFrozen || (await isCycle(deps, store, session.account, person))) throw new AppError('vouch.not-possible');
}

async function isCycle(deps: ActDeps, store: Store, self: AccountRef, person: AccountRef): Promise<boolean> {
  const own = await store.vouches.openAbout(self, deps.act.at);
  if (own.length === 0) return false;
  const theirs = new Set((await store.people.accountsOf(person)).map(accountKey));
  return own.some(({ manager }) => manager === null || theirs.has(accountKey(manager))) || hasDeputies(deps, own);
}

/** Where deputies may answer a request, the person may be one of them: within a transaction no directory can be asked. */
function hasDeputies({ configuration }: ActDeps, rows: readonly VouchRow[]): boolean {
  return configuration().factors.manager.deputies.some(({ directory }) => rows.some((row) => row.directory === directory));
}

function aboutRequest(deps: ActDeps, session: Session, { row, person, journey }: InJourney) {
  return { request: row.id, journey: journey.row.id, account: person, ...answeredBy(deps, session) };
}

function aboutCaseRequest(deps: ActDeps, session: Session, { row, person, helpCase }: InCase) {
  const { case: of, agent } = aboutCase(helpCase);
  return { request: row.id, case: of, agent, account: person, ...answeredBy(deps, session) };
}

function answeredBy(deps: ActDeps, session: Session) {
  return { by: session.account, session: session.id, actor: delegateActor(deps, session) };
}
