import type { Client } from '../../../shared/api/journeys.ts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import { plainCode } from '../../../shared/plain-code.ts';
import { accountKey } from '../accounts/candidate.ts';
import { recordEvent } from '../audit/record-event.ts';
import { isEqual } from '../factors/constant-time.ts';
import type { ActDeps } from '../journey/act.ts';
import { advanceJourney } from '../journey/advance-journey.ts';
import { type JourneyState, type LoadedJourney, loadedJourney } from '../journey/journey-state.ts';
import { newJourney, slowDown } from '../journey/start-journey.ts';
import type { AccountRef } from '../ports/directory.ts';
import { randomId, randomToken, twoDigits } from '../random-id.ts';
import { sessionActor } from '../sessions/end-sessions.ts';
import type { Session } from '../sessions/session.ts';
import { ownCandidate } from '../sessions/step-up.ts';
import { requireMayAdd, requireOpen } from './own-session.ts';

/** How long a QR code waits for the phone, and the phone for its two digits; milliseconds. */
const PATIENCE = 5 * 60_000;
/** Tries at the digits: a stranger who has photographed the code must not be let in by chance. */
const TRIES = 3;
const HOUR = 3_600_000;
/** QR codes that one account may ask for in an hour. */
const MOST_OFFERED = 20;

/** What a QR code stands for, sealed. `purpose` keeps it from being taken for a question of a recovery. */
interface Expected {
  purpose: 'phone';
  account: AccountRef;
  session: string;
  digest: string;
}

/** How far a phone has come: the code waits, a phone has opened it and shows two digits, it was let in, it is over. */
export type PhoneProgress = 'offered' | 'opened' | 'let-in' | 'over';

/**
 * Makes the address that a phone opens to add what proves its owner (FAC-3). It is worth nothing by itself: the phone shows two digits
 * then, and whoever is signed in types them. Its secret is in the fragment, which no server is sent.
 * @throws AppError `session.*`, `session.for-enrolment-only` on a phone that was let in itself, `guard.slow-down`
 */
export async function offerPhone(deps: ActDeps, session: Session): Promise<{ phone: string; address: string; expiresAt: number }> {
  requireMayAdd(deps, session);
  // One that lets in the next would never come to its end.
  if (session.from !== undefined) throw new AppError('session.for-enrolment-only');
  await countOffered(deps, session);
  const phone = randomId(deps.random);
  const secret = randomToken(deps.random);
  const expiresAt = deps.act.at + PATIENCE;
  const expected: Expected = { purpose: 'phone', account: session.account, session: session.id, digest: digestOf(deps, phone, secret) };
  await deps.store.challenges.insert({
    ...{ id: phone, journeyId: session.row.journeyId, kind: 'passkey', expected: JSON.stringify(expected) },
    ...{ attempts: 0, maximumAttempts: 1, expiresAt, consumedAt: null },
  });
  const publicUrl = deps.configuration().organisation.publicUrl.replace(/\/+$/, '');
  return { phone, address: `${publicUrl}/phone#${phone}.${secret}`, expiresAt };
}

async function countOffered(deps: ActDeps, { account }: Session): Promise<void> {
  const key = deps.keys.digest('guard-target', `own-phone|${accountKey(account)}`);
  const row = (await deps.store.counters.hitAll([{ key, windowMilliseconds: HOUR }], deps.act.at)).get(key);
  if (row !== undefined && row.count > MOST_OFFERED) throw slowDown(deps.act, row.windowStartedAt + HOUR);
}

/**
 * The phone opens the address: the first one that does shows two digits, and waits to be let in. Whoever comes second learns that
 * somebody was there before.
 * @returns the token of the phone's own journey; the address opens nothing any more
 * @throws AppError `enrolment.phone-link-invalid` for one that never was, is over, or was opened; `session.ended`, `directory.*`
 */
export async function openOnPhone(
  deps: ActDeps,
  { link, language, client }: { link: string; language: string; client: Client },
): Promise<{ token: string; journey: LoadedJourney }> {
  const [phone = '', secret = ''] = link.split('.');
  const challenge = await deps.store.challenges.find(phone);
  const expected = challenge === null ? null : readExpected(challenge.expected);
  const isGood = challenge !== null && challenge.consumedAt === null && challenge.expiresAt > deps.act.at;
  if (expected === null || !isGood || !isEqual(expected.digest, digestOf(deps, phone, secret)))
    throw new AppError('enrolment.phone-link-invalid');
  const candidate = await ownCandidate(deps, expected.account);
  const state: JourneyState = {
    ...{ goal: 'enrol-on-phone', language, client, address: deps.act.address, typedName: '', guardNames: [], candidates: [candidate] },
    ...{ device: null, knownPlaces: [], hasWorked: false, proven: [], provenAt: null, asked: {}, selected: [] },
    onPhone: { session: expected.session },
    step: { id: randomId(deps.random), kind: 'hand-over', digits: twoDigits(deps.random), tries: 0 },
  };
  const { token, journey } = newJourney(deps, state);
  const own = loadedJourney({ ...journey.row, id: phone, expiresAt: deps.act.at + PATIENCE });
  await deps.store.transaction(async (store) => {
    if (!(await store.challenges.consume(phone, deps.act.at))) throw new AppError('enrolment.phone-link-invalid');
    await store.journeys.insert(own.row);
  });
  return { token, journey: own };
}

/** How far the phone has come that a session has offered a code to. */
export async function phoneProgress(deps: ActDeps, session: Session, phone: string): Promise<PhoneProgress> {
  const journey = await findOpened(deps, session, phone);
  if (journey !== null) {
    const { kind } = journey.state.step;
    if (kind === 'preparing' || kind === 'done') return 'let-in';
    return kind === 'hand-over' && journey.row.expiresAt > deps.act.at ? 'opened' : 'over';
  }
  const challenge = await deps.store.challenges.find(phone);
  const expected = challenge === null ? null : readExpected(challenge.expected);
  const isOurs = challenge !== null && expected?.session === session.id && challenge.expiresAt > deps.act.at;
  return isOurs && challenge.consumedAt === null ? 'offered' : 'over';
}

/**
 * Lets the phone in whose two digits are given. Each try counts, whatever comes of it: after three wrong ones it is over.
 * @throws AppError `session.*`, `enrolment.digits-wrong`, `enrolment.phone-over`
 */
export async function letPhoneIn(deps: ActDeps, session: Session, phone: string, typed: string): Promise<void> {
  requireMayAdd(deps, session);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await tryDigits(deps, session, phone, plainCode(typed));
    } catch (error) {
      // Two tries at once: the second one finds that the first was counted.
      if (!isAppError(error, 'journey.step-passed') || attempt >= TRIES) throw error;
    }
  }
}

async function tryDigits(deps: ActDeps, session: Session, phone: string, digits: string): Promise<void> {
  const journey = await findOpened(deps, session, phone);
  if (journey === null || journey.state.step.kind !== 'hand-over' || journey.row.expiresAt <= deps.act.at)
    throw new AppError('enrolment.phone-over');
  const { step } = journey.state;
  const isRight = isEqual(step.digits, digits);
  const tries = step.tries + 1;
  const id = randomId(deps.random);
  const isOver = !isRight && tries >= TRIES;
  const refused = { id, kind: 'refused' as const, code: 'journey.phone-refused' };
  await deps.store.transaction(async (store) => {
    const about = { account: session.account, session: session.id, journey: journey.row.id, actor: sessionActor(deps.act, session) };
    if (isRight || isOver) await recordEvent(store, deps.clock, { type: isRight ? 'phone.let-in' : 'phone.refused', ...about });
    await requireOpen(deps, store, session);
    const next = isRight ? { id, kind: 'preparing' as const } : isOver ? refused : { ...step, tries };
    await advanceJourney(store, journey, { ...journey.state, ...(isRight ? { provenAt: deps.act.at } : {}), step: next });
  });
  if (isOver) throw new AppError('enrolment.phone-over');
  if (!isRight) throw new AppError('enrolment.digits-wrong', { left: TRIES - tries });
}

/** The journey of the phone that has opened what this session has offered; null: none has. */
async function findOpened({ store }: ActDeps, session: Session, phone: string): Promise<LoadedJourney | null> {
  const row = await store.journeys.find(phone);
  if (row === null) return null;
  const journey = loadedJourney(row);
  return journey.state.onPhone?.session === session.id ? journey : null;
}

function digestOf({ keys }: ActDeps, phone: string, secret: string): string {
  return keys.digest('phone-link', `${phone}|${secret}`);
}

/** null: it is a question of another kind. */
function readExpected(text: string): Expected | null {
  const expected: unknown = JSON.parse(text);
  return typeof expected === 'object' && expected !== null && 'purpose' in expected && expected.purpose === 'phone'
    ? (expected as Expected)
    : null;
}
