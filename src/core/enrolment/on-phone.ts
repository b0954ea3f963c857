import type { Client } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import { readLogEnd } from '../audit/log-end.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ActDeps } from '../journey/act.ts';
import { advanceJourney, againWhereMoved } from '../journey/advance-journey.ts';
import { type LoadedJourney, loadedJourney } from '../journey/journey-state.ts';
import {
  findOffer,
  judgeDigits,
  type OfferedPhone,
  offerToPhone,
  openPhone,
  type PhoneProgress,
  readOffer,
  refuseDigits,
  waitingPhone,
} from '../journey/phones.ts';
import { slowDown } from '../journey/start-journey.ts';
import type { AccountRef } from '../ports/directory.ts';
import { randomId } from '../random-id.ts';
import { sessionActor } from '../sessions/end-sessions.ts';
import type { Session } from '../sessions/session.ts';
import { ownCandidate } from '../sessions/step-up.ts';
import { requireEnoughToAdd, requireMayAdd, requireOpen } from './own-session.ts';

const HOUR = 3_600_000;
/** QR codes that one account may ask for in an hour. */
const MOST_OFFERED = 20;

/** Whose phone is let in, and by which session. */
interface Facts {
  account: AccountRef;
  session: string;
}

/**
 * Makes the address that a phone opens to add what proves its owner (FAC-3); whoever is signed in types the digits that it shows then.
 * @throws AppError `session.*`, `session.for-enrolment-only` on a phone that was let in itself, `guard.slow-down`
 */
export async function offerPhone(deps: ActDeps, session: Session): Promise<OfferedPhone> {
  requireMayAdd(deps, session);
  await requireEnoughToAdd(deps, session);
  // One that lets in the next would never come to its end.
  if (session.from !== undefined) throw new AppError('session.for-enrolment-only');
  await countOffered(deps, session);
  const facts: Facts = { account: session.account, session: session.id };
  return offerToPhone(deps, deps.store, { purpose: 'phone', page: '/phone', journeyId: session.row.journeyId, ...facts });
}

async function countOffered(deps: ActDeps, { account }: Session): Promise<void> {
  const key = deps.keys.digest('guard-target', `own-phone|${accountKey(account)}`);
  const row = (await deps.store.counters.hitAll([{ key, windowMilliseconds: HOUR }], deps.act.at)).get(key);
  if (row !== undefined && row.count > MOST_OFFERED) throw slowDown(deps.act, row.windowStartedAt + HOUR);
}

/**
 * The phone opens the address.
 * @throws AppError `phone.link-invalid` for one that never was, is over, or was opened; `session.ended`, `directory.*`
 */
export async function openOnPhone(
  deps: ActDeps,
  { link, language, client }: { link: string; language: string; client: Client },
): Promise<{ token: string; journey: LoadedJourney }> {
  const { phone, account, session } = await readOffer<Facts>(deps, 'phone', link);
  const candidate = await ownCandidate(deps, account);
  return openPhone(deps, phone, {
    ...{ goal: 'enrol-on-phone', language, client, address: deps.act.address, typedName: '', guardNames: [], candidates: [candidate] },
    ...{ device: null, knownPlaces: [], hasWorked: false, proven: [], provenAt: null, asked: {}, selected: [] },
    onPhone: { session },
  });
}

/** How far the phone has come that a session has offered a code to. */
export async function phoneProgress(deps: ActDeps, session: Session, phone: string): Promise<PhoneProgress> {
  const journey = await findOpened(deps, session, phone);
  if (journey !== null) {
    const { kind } = journey.state.step;
    if (kind === 'preparing' || kind === 'done') return 'let-in';
    return waitingPhone(deps, journey) === null ? 'over' : 'opened';
  }
  const offer = await findOffer<Facts>(deps, 'phone', phone);
  return offer?.session === session.id ? 'offered' : 'over';
}

/**
 * Lets the phone in whose two digits are given.
 * @throws AppError `session.*`, `phone.digits-wrong`, `phone.over`
 */
export async function letPhoneIn(deps: ActDeps, session: Session, phone: string, typed: string): Promise<void> {
  requireMayAdd(deps, session);
  await requireEnoughToAdd(deps, session);
  // Two tries at once: the second one finds that the first was counted.
  await againWhereMoved(() => tryDigits(deps, session, phone, typed));
}

async function tryDigits(deps: ActDeps, session: Session, phone: string, typed: string): Promise<void> {
  const journey = await findOpened(deps, session, phone);
  const step = journey === null ? null : waitingPhone(deps, journey);
  if (journey === null || step === null) throw new AppError('phone.over');
  const judged = judgeDigits(deps, step, typed);
  const isOver = !judged.isRight && judged.left === 0;
  const logEnd = await readLogEnd(deps.store);
  await deps.store.transaction(async (store) => {
    const about = { account: session.account, session: session.id, journey: journey.row.id, actor: sessionActor(deps.act, session) };
    if (judged.isRight || isOver)
      await recordEvent(store, deps.clock, { type: judged.isRight ? 'phone.let-in' : 'phone.refused', ...about });
    await requireOpen(deps, store, session);
    const { state } = journey;
    const next = judged.isRight
      ? { ...state, provenAt: deps.act.at, logEnd, step: { id: randomId(deps.random), kind: 'preparing' as const } }
      : { ...state, step: judged.next };
    await advanceJourney(store, journey, next);
  });
  if (!judged.isRight) refuseDigits(judged.left);
}

/** The journey of the phone that has opened what this session has offered; null: none has. */
async function findOpened({ store }: ActDeps, session: Session, phone: string): Promise<LoadedJourney | null> {
  const row = await store.journeys.find(phone);
  if (row === null) return null;
  const journey = loadedJourney(row);
  return journey.state.onPhone?.session === session.id ? journey : null;
}
