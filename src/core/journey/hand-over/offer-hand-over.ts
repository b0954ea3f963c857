import type { Client } from '../../../../shared/api/journeys.ts';
import { AppError } from '../../../../shared/errors.ts';
import { recordEvent } from '../../audit/record-event.ts';
import { deviceDigest } from '../../guard/places.ts';
import { randomId } from '../../random-id.ts';
import { endFromNow } from '../../vouching/end-request.ts';
import { type ActDeps, journeyActor } from '../act.ts';
import { advanceJourney, againWhereMoved } from '../advance-journey.ts';
import { findAnswered, findJourney } from '../find-journey.ts';
import { createHold } from '../hold.ts';
import type { JourneyKey } from '../journey-key.ts';
import { type JourneyState, type LoadedJourney, loadedJourney } from '../journey-state.ts';
import { lookUp } from '../look-up.ts';
import {
  findOffer,
  judgeDigits,
  type OfferedPhone,
  offerToPhone,
  openPhone,
  PHONE_PATIENCE,
  type PhoneProgress,
  readOffer,
  refuseDigits,
  waitingPhone,
} from '../phones.ts';
import { slowDown } from '../start-journey.ts';
import { kindsNow } from '../what-counts.ts';
import { canHandOver } from './can-hand-over.ts';

/** Which recovery a QR code hands over. */
interface Facts {
  journey: string;
}

/**
 * Makes the address by which a phone takes a running recovery over (WIN-6).
 * @throws AppError `journey.hand-over-not-possible` for a step, a goal or a number of tries for which there is none; those of `findJourney`
 */
export function offerHandOver(deps: ActDeps, key: JourneyKey): Promise<OfferedPhone> {
  return againWhereMoved(async () => {
    const journey = await findJourney(deps, key);
    if (!canHandOver(journey.state)) throw new AppError('journey.hand-over-not-possible');
    return deps.store.transaction(async (store) => {
      await advanceJourney(store, journey, { ...journey.state, offeredPhones: (journey.state.offeredPhones ?? 0) + 1 });
      const facts: Facts = { journey: journey.row.id };
      return offerToPhone(deps, store, { purpose: 'hand-over', page: '/go-on', journeyId: journey.row.id, ...facts });
    });
  });
}

/**
 * The phone opens the address. It learns nothing of the recovery before it was let in, not even whose it is.
 * @throws AppError `phone.link-invalid` for one that never was, is over, was opened, or whose recovery is over
 */
export async function openHandOver(
  deps: ActDeps,
  { link, language, client, device }: { link: string; language: string; client: Client; device?: string | undefined },
): Promise<{ token: string; journey: LoadedJourney }> {
  const { phone, journey: id } = await readOffer<Facts>(deps, 'hand-over', link);
  const row = await deps.store.journeys.find(id);
  if (row === null || row.status === 'ended' || row.expiresAt <= deps.act.at) throw new AppError('phone.link-invalid');
  return openPhone(deps, phone, {
    ...{ goal: loadedJourney(row).state.goal, language, client, address: deps.act.address, typedName: '', guardNames: [], candidates: [] },
    ...{ device: device === undefined ? null : deviceDigest(deps.keys, device), knownPlaces: [], hasWorked: false, proven: [] },
    ...{ provenAt: null, asked: {}, selected: [], handedFrom: id },
  });
}

/**
 * How far the phone has come that a recovery was offered to.
 * @throws AppError those of `findJourney`
 */
export async function handOverProgress(deps: ActDeps, key: JourneyKey, phone: string): Promise<PhoneProgress> {
  const { row, state } = await findJourney(deps, key);
  if (state.step.kind === 'handed-over') return state.step.to === phone ? 'let-in' : 'over';
  const opened = await findOpened(deps, row.id, phone);
  const isPossible = canHandOver({ ...state, offeredPhones: 0 });
  if (opened !== null) return isPossible && waitingPhone(deps, opened) !== null ? 'opened' : 'over';
  const offer = await findOffer<Facts>(deps, 'hand-over', phone);
  return offer?.journey === row.id && isPossible ? 'offered' : 'over';
}

/**
 * Hands a recovery over to the phone whose two digits are given: it stands there where it stood here, with what was shown so far. Here
 * nothing is left to answer, so whoever has begun it here gains nothing by what is done there. Wrong digits count for all phones together.
 * @returns the recovery here, which waits for the phone
 * @throws AppError `phone.digits-wrong`, `phone.over`, `journey.hand-over-not-possible`, `guard.slow-down`; those of `findJourney`
 */
export async function handOver(deps: ActDeps, key: JourneyKey, phone: string, typed: string): Promise<LoadedJourney> {
  const hold = createHold(deps);
  try {
    const { journey, decision } = await findAnswered(deps, key);
    await hold.settle(journey);
    if (!decision.allowed) throw slowDown(deps.act, decision.retryAt);
    // Something else may move one of the two on, such as another try, which was counted, or the look-up of the person.
    return await againWhereMoved(async () => tryDigits(deps, await findJourney(deps, key), phone, typed));
  } finally {
    await hold.release();
  }
}

async function tryDigits(deps: ActDeps, found: LoadedJourney, phone: string, typed: string): Promise<LoadedJourney> {
  const other = await findOpened(deps, found.row.id, phone);
  const step = other === null ? null : waitingPhone(deps, other);
  if (other === null || step === null) throw new AppError('phone.over');
  if (!canHandOver({ ...found.state, offeredPhones: 0 })) throw new AppError('journey.hand-over-not-possible');
  const wrongBefore = found.state.wrongDigits ?? 0;
  const judged = judgeDigits(deps, { ...step, tries: wrongBefore }, typed);
  // The phone must not wait for a look-up that was begun for the recovery here.
  const journey = judged.isRight ? await lookUp(deps, found) : found;
  const until = endFromNow(deps);
  const handed = handedState(deps, journey.state, other.state, until);
  // Where the rules let nobody recover from such a client, it goes on here.
  if (judged.isRight && kindsNow(deps, handed).length === 0) throw new AppError('journey.hand-over-not-possible');
  const about = { journey: journey.row.id, to: phone, actor: journeyActor(deps.act, journey.state) };
  const here = await deps.store.transaction(async (store) => {
    if (!judged.isRight) {
      if (judged.left === 0) await recordEvent(store, deps.clock, { type: 'journey.hand-over-refused', ...about });
      await advanceJourney(store, other, { ...other.state, step: judged.next });
      await advanceJourney(store, found, { ...found.state, wrongDigits: wrongBefore + 1 });
      return null;
    }
    await recordEvent(store, deps.clock, { type: 'journey.handed-over', ...about });
    await advanceJourney(store, other, handed);
    return advanceJourney(store, journey, waitingState(deps, journey.state, phone, until));
  });
  if (here === null) return refuseDigits(judged.isRight ? 0 : judged.left);
  return here;
}

/**
 * What the phone goes on with: all of the recovery, but for where it is. What counts has to be enough by the rules of where it was begun and
 * by those for the phone's kind of client; its network and browser are those that the owner will be known by.
 */
function handedState(deps: ActDeps, from: JourneyState, phone: JourneyState, until: number): JourneyState {
  const { language, device, handedFrom, client } = phone;
  const step = { ...from.step, id: randomId(deps.random) };
  const handedTo = [...(from.handedTo ?? []), client.kind];
  return { ...from, language, device, ...(handedFrom === undefined ? {} : { handedFrom }), handedTo, until, step };
}

/** What is left here: nobody, nothing proven, and for whom it waits. */
function waitingState(deps: ActDeps, { shown: _shown, ...from }: JourneyState, phone: string, until: number): JourneyState {
  const step = { id: randomId(deps.random), kind: 'handed-over' as const, to: phone };
  return { ...from, candidates: [], proven: [], knownPlaces: [], asked: {}, until: until + PHONE_PATIENCE, step };
}

/** The journey of the phone that has opened what a recovery has offered; null: none has. */
async function findOpened({ store }: ActDeps, journey: string, phone: string): Promise<LoadedJourney | null> {
  const row = await store.journeys.find(phone);
  if (row === null) return null;
  const opened = loadedJourney(row);
  return opened.state.handedFrom === journey ? opened : null;
}
