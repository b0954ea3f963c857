import type { Client } from '../../../../shared/api/journeys.ts';
import { AppError, isAppError } from '../../../../shared/errors.ts';
import { recordEvent } from '../../audit/record-event.ts';
import { isEqual } from '../../factors/constant-time.ts';
import { requireDigits } from '../../factors/require-digits.ts';
import type { ActDeps } from '../../journey/act.ts';
import type { LoadedJourney } from '../../journey/journey-state.ts';
import { isProvenStill, readStill } from '../../journey/proven-still.ts';
import { newJourney } from '../../journey/start-journey.ts';
import { randomId } from '../../random-id.ts';
import { ownCandidate } from '../../sessions/step-up.ts';
import { aboutCase, type HelpCase, helpCaseOf, moveCase } from '../help-case.ts';
import type { SignedReceipt } from '../receipt.ts';
import { isOpen, isSecretOf, MOST_OPENED } from './reset-link.ts';
import { isAllowedStill } from './use-link.ts';

interface Opening {
  readonly link: string;
  readonly number: string;
  readonly language: string;
  readonly client: Client;
}

/**
 * Opens a link of the helpdesk with the number that the agent has read out: a recovery that is proven already, by what the receipt of the
 * case says. Nothing is used up by it but a try, so a second tab does no harm; the first password that is written ends the others.
 * @returns the journey, and the token that opens it
 * @throws AppError `helpdesk-link.invalid` for one that never was, is over or was replaced, whose agent may not help so any more, or where
 *   what its caller was verified by is theirs no more;
 *   `helpdesk-link.number-wrong`, `request.digits-unlike`, `directory.*`
 */
export async function openResetLink(deps: ActDeps, opening: Opening): Promise<{ token: string; journey: LoadedJourney }> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await tryNumber(deps, opening);
    } catch (error) {
      // Somebody has tried at the same moment: that was counted.
      if (!isAppError(error, 'case.passed')) throw error;
      if (attempt >= MOST_OPENED) throw new AppError('helpdesk-link.invalid');
    }
  }
}

async function tryNumber(deps: ActDeps, opening: Opening): Promise<{ token: string; journey: LoadedJourney }> {
  const [id = '', secret = ''] = opening.link.split('.');
  const row = await deps.store.cases.find(id);
  const found = row === null ? null : helpCaseOf(row);
  if (found === null || !isSecretOf(deps, found, secret) || !isOpen(found, deps.act.at)) throw new AppError('helpdesk-link.invalid');
  const typed = requireDigits(found.facts.link?.number ?? '', opening.number);
  const helpCase = await countOpening(deps, found);
  const { link, receipt } = helpCase.facts;
  if (link === undefined || receipt === null) throw new AppError('helpdesk-link.invalid');
  const actor = { kind: 'self' as const, address: deps.act.address, client: opening.client.kind };
  const refuse = async (because: 'number' | 'agent' | 'proof') => {
    const triesLeft = MOST_OPENED - link.opened;
    const refused = { type: 'case.link-refused', ...aboutCase(helpCase), actor, because, triesLeft } as const;
    await deps.store.transaction((store) => recordEvent(store, deps.clock, refused));
    const isOver = because !== 'number' || triesLeft === 0;
    return isOver ? new AppError('helpdesk-link.invalid') : new AppError('helpdesk-link.number-wrong', { left: triesLeft });
  };
  if (!isEqual(link.number, typed)) throw await refuse('number');
  if (!(await isAllowedStill(deps, helpCase))) throw await refuse('agent');
  if (!(await isProvenByStill(deps, helpCase, receipt))) throw await refuse('proof');
  const begun = await begin(deps, helpCase, opening);
  await deps.store.transaction(async (store) => {
    await recordEvent(store, deps.clock, { type: 'case.link-opened', ...aboutCase(helpCase), actor, journey: begun.journey.row.id });
    await store.journeys.insert(begun.journey.row);
  });
  return begun;
}

/**
 * Whether what the caller was verified by is theirs still: addresses and numbers that nobody enrolled are asked of the directory. The write
 * asks once more; whoever would come to none in the end is not led to a password.
 */
async function isProvenByStill(deps: ActDeps, { account, facts }: HelpCase, { receipt }: SignedReceipt): Promise<boolean> {
  const rests = { proven: receipt.method.proofs, shown: facts.shown ?? {} };
  const read = await readStill(deps, rests);
  return isProvenStill(deps.store, rests, account, { now: deps.act.at, read, except: { intent: '' } });
}

/** Each try that can be right counts before anything is compared, whatever comes of it. @throws AppError `case.passed` */
async function countOpening({ store }: ActDeps, helpCase: HelpCase): Promise<HelpCase> {
  const { link } = helpCase.facts;
  const counted = link === undefined ? null : await moveCase(store, helpCase, { facts: { link: { ...link, opened: link.opened + 1 } } });
  if (counted === null) throw new AppError('case.passed');
  return counted;
}

async function begin(deps: ActDeps, { row, account, facts }: HelpCase, { language, client }: Opening) {
  const candidate = await ownCandidate(deps, account).catch((error: unknown) => {
    throw isAppError(error, 'session.ended') ? new AppError('helpdesk-link.invalid') : error;
  });
  return newJourney(deps, {
    ...{ goal: 'reset-password', language, client, address: deps.act.address, typedName: candidate.login, guardNames: [] },
    ...{ candidates: [candidate], device: null, knownPlaces: [], hasWorked: false, asked: {}, selected: [] },
    ...{ proven: facts.receipt?.receipt.method.proofs ?? [], shown: facts.shown ?? {}, provenAt: facts.receipt?.receipt.at ?? 0 },
    ...(facts.receipt?.receipt.logEnd === undefined ? {} : { logEnd: facts.receipt.receipt.logEnd }),
    byLink: { case: row.id, link: facts.link?.id ?? '' },
    step: { id: randomId(deps.random), kind: 'preparing' },
  });
}
