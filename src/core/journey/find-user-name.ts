import { accountKey } from '../accounts/candidate.ts';
import { findEverywhere } from '../accounts/find-everywhere.ts';
import { lookWhereNobodyIs } from '../accounts/look-as-if-found.ts';
import type { DecoyReason } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { typedNameDigest } from '../audit/typed-name.ts';
import { factorsOf } from '../enrolment/factors-of.ts';
import { networkOf } from '../guard/network-of.ts';
import { ownerLanguage } from '../notify/owner-language.ts';
import { queueMail } from '../notify/queue-mail.ts';
import type { Account, AccountRef, Directory } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { journeyStarter } from './act.ts';
import { afterwardsDelay } from './afterwards.ts';
import { askedFrom } from './asked-from.ts';
import { decoyTarget } from './guard-targets.ts';
import type { JourneyDeps } from './journey-deps.ts';
import { type JourneyState, type LoadedJourney, loadedJourney } from './journey-state.ts';

/** Name of the outbox handler that mails user names. */
export const USER_NAMES_JOB = 'user-names';

/** Queues the work for a journey that asks for user names, in the transaction that begins it: it is done if, and only if, that is. */
export async function queueUserNames(deps: JourneyDeps, store: Store, journey: LoadedJourney): Promise<void> {
  const { id, createdAt } = journey.row;
  await store.outbox.insert({
    id: randomId(deps.random),
    lane: 'notice',
    kind: USER_NAMES_JOB,
    payload: JSON.stringify({ journey: id }),
    createdAt,
    runAt: createdAt + afterwardsDelay(deps),
    expiresAt: null,
  });
}

interface Told {
  to: string;
  directory: string | null;
  names: string[];
  language: string;
}

/**
 * Mails the sign-in names of the accounts that a typed name or address finds to the addresses enrolled for them, and to
 * no other (JRN-1). The page has said its one sentence long ago; nothing of this shows there. Where there is nobody to tell the
 * same is asked, counted, composed and queued, and thrown away. Run by the outbox worker; the job is done in the same transaction
 * that queues its mails, so that a crash in between never sends them twice.
 * @throws AppError `directory.*`: tried again later
 */
export async function mailUserNames(deps: JourneyDeps, request: { journey: string }, jobId: string): Promise<void> {
  const row = await deps.store.journeys.find(request.journey);
  if (row === null) return;
  const journey = loadedJourney(row);
  const { state } = journey;
  const { found, unanswered } = await findEverywhere(deps, state.typedName);
  await lookWhereNobodyIs(deps, found, state.typedName, []);
  const accounts: AccountRef[] = [];
  const reasons: { account: AccountRef | null; reason: DecoyReason }[] = [];
  const mails = new Map<string, Told>();
  for (const { account, addresses, reason } of await Promise.all(found.map((one) => describe(deps, one)))) {
    const ref = { directory: account.directory, id: account.id };
    const why = reason ?? (await overLimit(deps, accountKey(ref), state));
    if (why !== null) {
      reasons.push({ account: ref, reason: why });
      continue;
    }
    accounts.push(ref);
    const language = ownerLanguage(deps, account.language);
    for (const to of addresses) {
      const before = mails.get(to);
      // Names of several directories are in the words for everybody.
      const directory = before === undefined || before.directory === account.directory ? account.directory : null;
      mails.set(to, { to, directory, language, names: [...(before?.names ?? []), account.login] });
    }
  }
  if (found.length === 0) {
    const unknown = unanswered ? 'directory-trouble' : 'unknown-account';
    reasons.push({ account: null, reason: unknown });
    await overLimit(deps, decoyTarget(state), state);
  }
  await deps.store.transaction(async (store) => {
    // Whoever took it over from us, as it has taken us too long, has queued them.
    if (!(await store.outbox.done(jobId, deps.clock.now()))) return;
    const nobody = { to: null, directory: null, names: [state.typedName], language: ownerLanguage(deps, null) };
    for (const { to, directory, names, language } of mails.size > 0 ? mails.values() : [nobody]) {
      const parameters = { names: names.join(', '), ...askedFrom(journeyStarter(state), row.createdAt) };
      await queueMail(deps, store, { lane: 'notice', to, kind: 'user-name', directory, language, parameters });
    }
    const about = { journey: row.id, actor: journeyStarter(state), nameDigest: typedNameDigest(deps.keys, state.typedName) };
    if (accounts.length > 0) await recordEvent(store, deps.clock, { type: 'journey.user-name-mailed', ...about, accounts });
    else await recordEvent(store, deps.clock, { type: 'journey.leads-nowhere', ...about, goal: state.goal, reasons });
  });
  deps.wakeOutbox('notice');
}

interface FoundAccount {
  account: Account;
  addresses: string[];
  reason: DecoyReason | null;
}

async function describe(deps: JourneyDeps, { directory, account }: { directory: Directory; account: Account }): Promise<FoundAccount> {
  const [factors, { protected: isProtected }] = await Promise.all([factorsOf(deps, account), directory.isProtected(account)]);
  const addresses = factors.filter((factor) => factor.kind === 'email').map((factor) => factor.secret);
  return { account, addresses, reason: isProtected ? 'account-protected' : addresses.length === 0 ? 'not-enrolled' : null };
}

async function overLimit(deps: JourneyDeps, target: string, state: JourneyState): Promise<DecoyReason | null> {
  const asked = { target, place: networkOf(state.address), isKnown: false };
  return (await deps.guard.spend(deps.store, 'messages', [asked], state.hasWorked)).granted ? null : 'too-many-messages';
}
