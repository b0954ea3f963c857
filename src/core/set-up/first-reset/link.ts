import type { Client } from '../../../../shared/api/journeys.ts';
import { AppError, isAppError } from '../../../../shared/errors.ts';
import { readLogEnd } from '../../audit/log-end.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { CoreDeps } from '../../core-deps.ts';
import { isEqual } from '../../factors/constant-time.ts';
import { type ActDeps, journeyActor } from '../../journey/act.ts';
import type { LoadedJourney } from '../../journey/journey-state.ts';
import { newJourney } from '../../journey/start-journey.ts';
import { randomId, randomToken } from '../../random-id.ts';
import { ownCandidate } from '../../sessions/step-up.ts';
import { threatNow } from '../../threat/raised-since.ts';
import { actorOf } from '../set-up.ts';
import { type FirstResetLink, findFirstReset, keep, requireFirstReset } from './first-reset.ts';

/** How long a link is good, as those of the helpdesk are by default; milliseconds. */
const LINK_LASTS = 15 * 60_000;
/** How often a link may be opened: a second tab does no harm. */
const MOST_OPENED = 5;
/** How many links one set-up makes: enough to try again, and no way to go through a directory. */
export const MOST_LINKS = 5;

/**
 * Makes the link by which the person who was named sets another password, in place of an earlier one. Its secret is in the fragment, which
 * no server is sent; whoever opens it has it from the page of the set-up, in a second window or by its QR code.
 * @returns the address
 * @throws AppError as `requireFirstReset`; `set-up.conflict` where nobody was named, a password was set already or too many links were made
 */
export async function makeFirstResetLink(deps: ActDeps, tokens: readonly string[]): Promise<string> {
  const found = await requireFirstReset(deps, tokens);
  const { person, link: before, linksMade, publicUrl } = found.firstReset;
  if (person === undefined || before?.writer !== undefined || linksMade >= MOST_LINKS) throw new AppError('set-up.conflict');
  const [id, secret, now] = [randomId(deps.random), randomToken(deps.random), deps.act.at];
  const link = {
    ...{ id, digest: digestOf(deps, id, secret), madeAt: now, endsAt: now + LINK_LASTS, opened: 0 },
    ...{ logEnd: await readLogEnd(deps.store), threat: await threatNow(deps.store) },
  };
  await deps.store.transaction(async (store) => {
    const about = { account: { directory: person.directory, id: person.id }, actor: actorOf(deps), endsAt: link.endsAt };
    await recordEvent(store, deps.clock, { type: 'set-up.reset-link-made', ...about });
    if (!(await keep(store, found, { link, linksMade: linksMade + 1 }))) throw new AppError('set-up.conflict');
  });
  return `${publicUrl.replace(/\/+$/, '')}/first-reset#${id}.${secret}`;
}

function digestOf({ keys }: Pick<CoreDeps, 'keys'>, id: string, secret: string): string {
  return keys.digest('first-reset-link', `${id}|${secret}`);
}

/** Whether this is what was told as the link, and it may be opened still. */
function isGood(deps: ActDeps, { digest, endsAt, opened, writer }: FirstResetLink, told: string): boolean {
  // Stryker disable next-line StringLiteral: a part that is missing is no more right than another one
  const [named = '', secret = ''] = told.split('.');
  const isTold = isEqual(digest, digestOf(deps, named, secret));
  return isTold && endsAt > deps.act.at && opened < MOST_OPENED && writer === undefined;
}

/**
 * Opens such a link: a recovery of that one account that asks for nothing but the password.
 * @returns the journey, and the token that opens it
 * @throws AppError `set-up.reset-link-invalid` for one that never was, is over or was replaced; `directory.*`
 */
export async function openFirstResetLink(
  deps: ActDeps,
  opening: { readonly link: string; readonly language: string; readonly client: Client },
): Promise<{ token: string; journey: LoadedJourney }> {
  const found = await findFirstReset(deps.store, deps.act.at);
  const { person, link } = found?.firstReset ?? {};
  // Stryker disable next-line ConditionalExpression,LogicalOperator: there is no link without a step and a person; the compiler wants it said
  if (found === null || person === undefined) throw new AppError('set-up.reset-link-invalid');
  if (link === undefined || !isGood(deps, link, opening.link)) throw new AppError('set-up.reset-link-invalid');
  const account = { directory: person.directory, id: person.id };
  const candidate = await ownCandidate(deps, account).catch((error: unknown) => {
    throw isAppError(error, 'session.ended') ? new AppError('set-up.reset-link-invalid') : error;
  });
  const { language, client } = opening;
  const begun = newJourney(deps, {
    ...{ goal: 'reset-password', language, client, address: deps.act.address, typedName: candidate.login, guardNames: [] },
    ...{ candidates: [candidate], device: null, knownPlaces: [], hasWorked: false, asked: {}, selected: [] },
    ...{ proven: [], provenAt: deps.act.at, logEnd: link.logEnd },
    byLink: { setUp: found.row.id, link: link.id },
    step: { id: randomId(deps.random), kind: 'preparing' },
  });
  const journey = begun.journey.row.id;
  await deps.store.transaction(async (store) => {
    const about = { account, actor: journeyActor(deps.act, begun.journey.state), journey };
    await recordEvent(store, deps.clock, { type: 'set-up.reset-link-opened', ...about });
    // Another window has opened it at the same moment: whoever asks again finds it as it is then.
    if (!(await keep(store, found, { link: { ...link, opened: link.opened + 1, journey } }))) throw new AppError('set-up.conflict');
    await store.journeys.insert(begun.journey.row);
  });
  return begun;
}
