import type { Assertion } from '../../../shared/api/web-authn.ts';
import { AppError } from '../../../shared/errors.ts';
import { type Candidate, candidateOf } from '../accounts/candidate.ts';
import { guardNames } from '../accounts/find-candidates.ts';
import { judgeAccount } from '../accounts/judge-account.ts';
import { readLogEnd } from '../audit/log-end.ts';
import { recordEvent } from '../audit/record-event.ts';
import { typedNameDigest } from '../audit/typed-name.ts';
import type { EnrolledCandidate, Judgement } from '../factors/factor.ts';
import { credentialDigest } from '../factors/passkey.ts';
import { deviceDigest } from '../guard/places.ts';
import type { FactorRow, JourneyRow, Store } from '../ports/store.ts';
import { randomId, randomToken } from '../random-id.ts';
import { MAYBE_VOUCHED_FOR } from '../vouching/approvers.ts';
import { acceptProof } from './accept-proof.ts';
import { type ActDeps, journeyActor } from './act.ts';
import { goOn } from './answer-step.ts';
import { endCloned } from './end-cloned.ts';
import { type EnrolledFor, enrolledFor } from './enrolled-for.ts';
import { askedOf } from './guard-targets.ts';
import { type JourneyState, type LoadedJourney, loadedJourney, type OpenStepOf } from './journey-state.ts';
import { knownPlacesOf } from './look-up.ts';
import { goalsByPasskey, isTicket, questionOf, spendTicket } from './passkey-ticket.ts';
import { type StartJourney, slowDown } from './start-journey.ts';

export interface StartByPasskey extends Omit<StartJourney, 'account'> {
  ticket: string;
  credential: Assertion;
}

/**
 * Begins a journey by a passkey, for somebody who names nobody: the passkey says who they are, and is their first proof. Nothing is
 * written for an answer that proves nothing, but the event. What comes back tells of the answer alone; only who has shown the passkey of
 * an account learns that it cannot be recovered.
 * @throws AppError `guard.slow-down`, `request.malformed` for a goal that does not begin so, `passkey.*`, `directory.*`
 */
export async function startByPasskey(deps: ActDeps, request: StartByPasskey): Promise<{ token: string; journey: LoadedJourney }> {
  const where = { client: request.client.kind, address: deps.act.address };
  if (!goalsByPasskey(deps, where).some((goal) => goal === request.goal)) throw new AppError('request.malformed', { path: 'goal' });
  const { decision } = await deps.guard.countStart(deps.act.address, []);
  if (!decision.allowed) throw slowDown(deps.act, decision.retryAt);
  const state = emptyState(deps, request);
  const id = randomId(deps.random);
  if (!isTicket(deps, request.ticket, deps.act.at)) return refuse(deps, { id, state }, { proofs: [], problem: 'passkey.out-of-date' });
  const [row, logEnd] = await Promise.all([findPasskey(deps, request.credential), readLogEnd(deps.store)]);
  const judgement = await unlessSentBefore(deps, request, await judge(deps, request, row));
  if (row === null || judgement.proofs.length === 0) return refuse(deps, { id, state }, judgement, row);
  const candidate = await candidateBy(deps, request, row, { id, state });
  const known: JourneyState = {
    ...state,
    typedName: candidate.login,
    guardNames: guardNames(deps.directories.all(), candidate.login),
    candidates: [candidate],
  };
  const token = randomToken(deps.random);
  const draft: JourneyRow = {
    id,
    tokenDigest: deps.keys.digest('journey-token', token),
    version: 1,
    goal: request.goal,
    status: 'open',
    state: JSON.stringify(known),
    createdAt: deps.act.at,
    expiresAt: deps.act.at + deps.configuration().recovery.journeyMinutes * 60_000,
  };
  const begun = { row: draft, state: { ...known, knownPlaces: await knownPlacesOf(deps, { row: draft, state: known }, [candidate]) } };
  const proven = { request, judgement, candidate, enrolled: await enrolledFor(deps, begun.state) };
  const journey = await deps.store.transaction((store) => begin({ ...deps, act: { ...deps.act, logEnd } }, store, begun, proven));
  return { token, journey: await goOn(deps, journey) };
}

interface Proven {
  request: StartByPasskey;
  judgement: Judgement;
  candidate: Candidate;
  /** Everything that the candidate has: what is asked for next is chosen from it. */
  enrolled: EnrolledFor;
}

/** Everything that decides, in one transaction: of an answer and its copies one begins a journey. */
async function begin(
  deps: ActDeps,
  store: Store,
  journey: LoadedJourney,
  { request, judgement, candidate, enrolled }: Proven,
): Promise<LoadedJourney> {
  const { state, row } = journey;
  // Counters before everything else, as everywhere.
  const isFirst = await spendTicket(store, deps, request.ticket, deps.act.at);
  const { granted, anyFailures } = await deps.guard.mayTry(store, askedOf(deps, state), [], deps.act.address, false);
  if (!isFirst) throw new AppError('passkey.out-of-date');
  const [proof] = judgement.proofs;
  if (!granted || proof === undefined || !(await proof.settle(store))) throw new AppError('passkey.unknown');
  const about = { journey: row.id, actor: journeyActor(deps.act, state), goal: request.goal };
  const nameDigest = typedNameDigest(deps.keys, state.typedName);
  await recordEvent(store, deps.clock, { type: 'journey.started', ...about, accounts: [candidate.ref], nameDigest });
  const step = state.step as OpenStepOf<'passkey'>;
  const next = await acceptProof(deps, store, journey, {
    step,
    proofs: [{ account: candidate.ref, factor: proof.factor }],
    anyFailures,
    enrolled,
  });
  const begun: JourneyRow = { ...row, status: next.step.kind === 'refused' ? 'ended' : 'open', state: JSON.stringify(next) };
  await store.journeys.insert(begun);
  return loadedJourney(begun);
}

function emptyState(deps: ActDeps, { goal, language, client, device }: StartByPasskey): JourneyState {
  return {
    ...{ goal, language, client, address: deps.act.address, typedName: '', guardNames: [], candidates: [], knownPlaces: [] },
    device: device === undefined ? null : deviceDigest(deps.keys, device),
    ...{ hasWorked: false, proven: [], provenAt: null, asked: {}, selected: [] },
    step: { id: randomId(deps.random), kind: 'passkey', factor: 'passkey', challengeId: '' },
  };
}

/** null: none that counts now. */
async function findPasskey(deps: ActDeps, { id }: Assertion): Promise<FactorRow | null> {
  const row = await deps.store.factors.byCredential(credentialDigest(deps.keys, id));
  return row === null || row.kind !== 'passkey' || (row.countsFrom !== null && row.countsFrom > deps.act.at) ? null : row;
}

/** Judged before anything is asked of a directory: an answer that is none costs us nothing. */
function judge(deps: ActDeps, { ticket, credential }: StartByPasskey, row: FactorRow | null): Promise<Judgement> {
  const ref = row === null ? null : { directory: row.directory, id: row.accountId };
  const enrolled = row === null || ref === null ? [] : [{ candidate: { ref } as EnrolledCandidate['candidate'], factors: [row] }];
  return deps.factor('passkey').judge({ challengeId: questionOf(ticket), expected: '[]', answer: credential, enrolled });
}

/** An answer that is sent a second time has a counter that has not grown, and is no copy of the passkey: its ticket was spent. */
async function unlessSentBefore(deps: ActDeps, { ticket }: StartByPasskey, judgement: Judgement): Promise<Judgement> {
  if ((judgement.cloned ?? []).length === 0) return judgement;
  const isFirst = await deps.store.transaction((store) => spendTicket(store, deps, ticket, deps.act.at));
  return isFirst ? judgement : { proofs: [], problem: 'passkey.out-of-date' };
}

interface Unborn {
  id: string;
  state: JourneyState;
}

/** @throws AppError `passkey.account-barred`, `directory.*` */
async function candidateBy(deps: ActDeps, request: StartByPasskey, row: FactorRow, { id, state }: Unborn): Promise<Candidate> {
  const directory = deps.directories.all().find((each) => each.id === row.directory);
  const ref = { directory: row.directory, id: row.accountId };
  const account = directory === undefined ? null : await directory.readAccount(ref);
  const asked = {
    ...{ goal: request.goal, client: request.client.kind, address: deps.act.address, rules: deps.configuration().recovery.rules },
    canBeVouchedFor: MAYBE_VOUCHED_FOR,
  };
  const verdict = directory === undefined || account === null ? null : await judgeAccount(deps, directory, account, asked);
  if (directory !== undefined && account !== null && verdict?.reason === null) {
    const has = [...new Set(verdict.factors.map(({ kind }) => kind))];
    return candidateOf(account, directory.label, { facts: verdict.facts, has });
  }
  const reason = verdict?.reason ?? 'unknown-account';
  await recordEvent(deps.store, deps.clock, {
    type: 'journey.leads-nowhere',
    ...{ journey: id, actor: journeyActor(deps.act, state), goal: request.goal, nameDigest: typedNameDigest(deps.keys, '') },
    reasons: [{ account: ref, reason }],
  });
  throw new AppError('passkey.account-barred');
}

/** An answer that proves nothing. What is cloned is ended all the same. */
async function refuse(deps: ActDeps, { id, state }: Unborn, judgement: Judgement, row: FactorRow | null = null): Promise<never> {
  const problem = judgement.problem ?? 'passkey.unknown';
  const accounts = row === null ? [] : [{ directory: row.directory, id: row.accountId }];
  const actor = journeyActor(deps.act, state);
  await deps.store.transaction(async (store) => {
    await recordEvent(store, deps.clock, {
      type: 'journey.proof-refused',
      ...{ journey: id, actor, factor: 'passkey', accounts, attemptsLeft: 0, problem },
    });
    await endCloned(deps, store, { actor, language: state.language, journey: id }, judgement);
  });
  deps.wakeOutbox('notice');
  throw new AppError(problem);
}
