import { timingSafeEqual } from 'node:crypto';
import { type FactorKind, isRecoveryGoal } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Candidate } from '../accounts/candidate.ts';
import { readOpenAccount } from '../accounts/read-open-account.ts';
import { passkeySiteProblem } from '../configuration/passkey-site.ts';
import { addableKinds } from '../enrolment/own-proofs.ts';
import type { ActDeps } from './act.ts';
import { advanceJourney } from './advance-journey.ts';
import type { JourneyDeps } from './journey-deps.ts';
import { type JourneyState, type LoadedJourney, loadedJourney } from './journey-state.ts';
import { selectedCandidates } from './open-goal.ts';
import { isProvenStill, readStill } from './proven-still.ts';
import { acceptsKind, isEnoughToAdd } from './what-counts.ts';

/** Outcomes after which there is something to add: the person is known, and nothing is in doubt. */
const GOOD = new Set(['password-reset', 'password-kept', 'unlocked', 'was-not-locked']);

/**
 * Who may add a passkey at the end of a recovery: the one person whom it proved, by what is enough wherever the passkey will count, until
 * the time is over that it might have taken, once, and on the page that shows its end: the right is part of that answer and is kept
 * nowhere. null: nobody.
 */
export function mayAddPasskey(deps: Pick<JourneyDeps, 'configuration'>, { state }: LoadedJourney): Candidate | null {
  const candidate = whomItHelped(state);
  if (candidate === null || state.hasAdded === true) return null;
  if (candidate.has.includes('passkey') || passkeySiteProblem(deps.configuration()) !== null) return null;
  return acceptsKind(deps, state, candidate, 'passkey') && isEnoughToAdd(deps, state, candidate, 'passkey') ? candidate : null;
}

/** The one person whom a recovery has helped; null: nobody, several, or it stands elsewhere than at its good end. */
function whomItHelped(state: JourneyState): Candidate | null {
  const { step } = state;
  // Who signs in adds things signed in, after a fresh proof. Who came by a link of the helpdesk has proven nothing on this page.
  if (!isRecoveryGoal(state.goal) || state.byLink !== undefined) return null;
  if (step.kind !== 'done' || state.provenAt === null || state.client.kind === 'windows-logon') return null;
  const [candidate, ...others] = selectedCandidates(state);
  const [result, ...more] = step.results;
  if (candidate === undefined || others.length > 0 || result === undefined || more.length > 0 || !GOOD.has(result.outcome)) return null;
  return candidate;
}

/**
 * What the last page of a recovery tells its owner for the next time: by what they proved themselves, and what their own rule accepts
 * besides that they do not have and could add, signed in. null: there is nothing to tell, or nobody to be sure of.
 */
export function forNextTime(deps: Pick<JourneyDeps, 'configuration'>, { state }: LoadedJourney): NextTime | null {
  const candidate = whomItHelped(state);
  if (candidate === null) return null;
  const configuration = deps.configuration();
  const has: readonly FactorKind[] = state.hasAdded === true ? [...candidate.has, 'passkey'] : candidate.has;
  const isMissing = (kind: FactorKind) => !has.includes(kind) && acceptsKind(deps, state, candidate, kind);
  const missing = configuration.signIn.enabled ? addableKinds(configuration).filter(isMissing) : [];
  return { proven: state.proven, missing };
}

interface NextTime {
  proven: FactorKind[];
  missing: FactorKind[];
}

/** The right itself, as it is shown on the last page. */
export function rightToEnrol({ keys }: Pick<JourneyDeps, 'keys'>, { row }: LoadedJourney): string {
  return `${row.id}.${keys.digest('right-to-enrol', row.id)}`;
}

/** What a right opens: the end of a recovery, whom it was for, and which of the proofs that were shown directories have still. */
export interface OpenedRight {
  readonly journey: LoadedJourney;
  readonly candidate: Candidate;
  readonly read: ReadonlySet<string>;
}

/**
 * The journey that a right comes from, and for whom.
 * @throws AppError `enrolment.right-invalid`, `directory.*` where it is not told how the account stands
 */
export async function openRight(deps: ActDeps, right: string): Promise<OpenedRight> {
  const [id = ''] = right.split('.', 1);
  const row = await deps.store.journeys.find(id);
  const wanted = Buffer.from(`${id}.${deps.keys.digest('right-to-enrol', id)}`);
  const given = Buffer.from(right);
  const isRight = given.length === wanted.length && timingSafeEqual(given, wanted);
  if (row === null || !isRight || row.expiresAt <= deps.act.at) throw new AppError('enrolment.right-invalid');
  const journey = loadedJourney(row);
  const candidate = mayAddPasskey(deps, journey);
  if (candidate === null || (await readOpenAccount(deps, candidate.ref)) === null) throw new AppError('enrolment.right-invalid');
  const opened = { journey, candidate, read: await readStill(deps, journey.state) };
  if (await isOver(deps.store, opened, deps.act.at)) throw new AppError('enrolment.right-invalid');
  return opened;
}

/**
 * Somebody said "this was not me" meanwhile, or the account was written by whoever proved themselves later: the owner, then; or what was
 * shown was taken away, and proves nobody any more.
 */
async function isOver(
  store: JourneyDeps['store'],
  { journey: { row, state }, candidate: { ref }, read }: OpenedRight,
  now: number,
): Promise<boolean> {
  const except = { journey: row.id };
  if ((await store.freezes.isFrozen(ref)) || (await store.intents.wroteSince(ref, state.logEnd, except))) return true;
  return !(await isProvenStill(store, state, ref, { now, read, except }));
}

/**
 * Takes the right away. In the transaction of what it was for, which holds the turn of the account: what ends the right is seen there,
 * or comes after and ends what was added.
 * @throws AppError `enrolment.right-invalid`, `journey.step-passed`
 */
export async function spendRight(store: JourneyDeps['store'], opened: OpenedRight, now: number): Promise<void> {
  if (await isOver(store, opened, now)) throw new AppError('enrolment.right-invalid');
  await advanceJourney(store, opened.journey, { ...opened.journey.state, hasAdded: true });
}
