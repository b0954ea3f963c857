import { AppError } from '../../../shared/errors.ts';
import { isEqual } from '../factors/constant-time.ts';
import { requireDigits } from '../factors/require-digits.ts';
import type { Store } from '../ports/store.ts';
import { randomId, randomToken, twoDigits } from '../random-id.ts';
import type { ActDeps } from './act.ts';
import { type JourneyState, type LoadedJourney, loadedJourney, type OpenStepOf } from './journey-state.ts';
import { newJourney } from './start-journey.ts';

/** How long a QR code waits for the phone, and the phone for its two digits; milliseconds. */
export const PHONE_PATIENCE = 5 * 60_000;
/** Tries at the digits: a stranger who has photographed the code must not be let in by chance. */
export const PHONE_TRIES = 3;

/** What a phone is let in for. */
export type PhonePurpose = 'phone' | 'hand-over';
/** How far a phone has come: the code waits, a phone has opened it and shows two digits, it was let in, it is over. */
export type PhoneProgress = 'offered' | 'opened' | 'let-in' | 'over';
/** A QR code for a phone: what it is called, the address that it holds, and its end in milliseconds since 1970. */
export interface OfferedPhone {
  phone: string;
  address: string;
  expiresAt: number;
}

/** What a QR code stands for, sealed. `purpose` keeps it from being taken for a question of a recovery, or for a code of the other purpose. */
type Expected<Facts> = Facts & { purpose: PhonePurpose; digest: string };

/**
 * Makes the address that a phone opens. It is worth nothing by itself: the phone shows two digits then, which are typed where the code
 * was shown. Its secret is in the fragment, which no server is sent.
 * @param page the page that opens it: `/phone`
 * @param journeyId whose it is
 */
export async function offerToPhone(
  deps: ActDeps,
  store: Pick<Store, 'challenges'>,
  { purpose, page, journeyId, ...facts }: { purpose: PhonePurpose; page: string; journeyId: string } & Record<string, unknown>,
): Promise<OfferedPhone> {
  const phone = randomId(deps.random);
  const secret = randomToken(deps.random);
  const expiresAt = deps.act.at + PHONE_PATIENCE;
  await store.challenges.insert({
    ...{ id: phone, journeyId, kind: 'passkey', expected: JSON.stringify({ ...facts, purpose, digest: digestOf(deps, phone, secret) }) },
    ...{ attempts: 0, maximumAttempts: 1, expiresAt, consumedAt: null },
  });
  const publicUrl = deps.configuration().organisation.publicUrl.replace(/\/+$/, '');
  return { phone, address: `${publicUrl}${page}#${phone}.${secret}`, expiresAt };
}

/**
 * What an address stands for that was not opened yet.
 * @throws AppError `phone.link-invalid` for one that never was, is over, was opened, or is for another purpose
 */
export async function readOffer<Facts>(deps: ActDeps, purpose: PhonePurpose, link: string): Promise<Facts & { phone: string }> {
  const [phone = '', secret = ''] = link.split('.');
  const expected = await findOffer<Expected<Facts>>(deps, purpose, phone);
  if (expected === null || !isEqual(expected.digest, digestOf(deps, phone, secret))) throw new AppError('phone.link-invalid');
  return { ...expected, phone };
}

/** What a QR code stands for that waits; null: it was opened, or is over. */
export async function findOffer<Facts>({ store, act }: ActDeps, purpose: PhonePurpose, phone: string): Promise<Facts | null> {
  const challenge = await store.challenges.find(phone);
  if (challenge === null || challenge.consumedAt !== null || challenge.expiresAt <= act.at) return null;
  const expected: unknown = JSON.parse(challenge.expected);
  const isMeant = typeof expected === 'object' && expected !== null && 'purpose' in expected && expected.purpose === purpose;
  return isMeant ? (expected as Facts) : null;
}

/**
 * The journey of the first phone that opens an address: it shows two digits, and waits to be let in. Whoever comes second learns that
 * somebody was there before.
 * @param state what the phone's journey knows until it is let in
 * @returns the token of the phone's own journey; the address opens nothing any more
 * @throws AppError `phone.link-invalid`
 */
export async function openPhone(
  deps: ActDeps,
  phone: string,
  state: Omit<JourneyState, 'step'>,
): Promise<{ token: string; journey: LoadedJourney }> {
  const step = { id: randomId(deps.random), kind: 'hand-over' as const, digits: twoDigits(deps.random), tries: 0 };
  const { token, journey } = newJourney(deps, { ...state, step });
  const own = loadedJourney({ ...journey.row, id: phone, expiresAt: deps.act.at + PHONE_PATIENCE });
  await deps.store.transaction(async (store) => {
    if (!(await store.challenges.consume(phone, deps.act.at))) throw new AppError('phone.link-invalid');
    await store.journeys.insert(own.row);
  });
  return { token, journey: own };
}

/** The step of a phone that waits for its digits; null: it was let in, or is over. */
export function waitingPhone({ act }: Pick<ActDeps, 'act'>, { row, state }: LoadedJourney): OpenStepOf<'hand-over'> | null {
  return state.step.kind === 'hand-over' && row.expiresAt > act.at ? state.step : null;
}

/**
 * What the digits that were typed bring about. Each try that can be right counts, whatever comes of it: after three wrong ones it is over.
 * @throws AppError `request.digits-unlike`
 */
export function judgeDigits(
  deps: ActDeps,
  step: OpenStepOf<'hand-over'>,
  typed: string,
): { isRight: true } | { isRight: false; left: number; next: OpenStepOf<'hand-over' | 'refused'> } {
  if (isEqual(step.digits, requireDigits(step.digits, typed))) return { isRight: true };
  const tries = step.tries + 1;
  const left = PHONE_TRIES - tries;
  if (left > 0) return { isRight: false, left, next: { ...step, tries } };
  return { isRight: false, left, next: { id: randomId(deps.random), kind: 'refused', code: 'journey.phone-refused' } };
}

/** @throws AppError `phone.over` when that was the last try, `phone.digits-wrong` */
export function refuseDigits(left: number): never {
  throw left > 0 ? new AppError('phone.digits-wrong', { left }) : new AppError('phone.over');
}

function digestOf({ keys }: ActDeps, phone: string, secret: string): string {
  return keys.digest('phone-link', `${phone}|${secret}`);
}
