import { accountKey } from '../accounts/candidate.ts';
import { findEverywhere } from '../accounts/find-everywhere.ts';
import type { DecoyReason } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { typedNameDigest } from '../audit/typed-name.ts';
import { queueMail } from '../notify/queue-mail.ts';
import type { AccountRef } from '../ports/directory.ts';
import { journeyStarter } from './act.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { LoadedJourney } from './journey-state.ts';

/**
 * Mails the sign-in names of the accounts that a typed name or address finds to the addresses enrolled for them, and to
 * no other (JRN-1). The page has said its one sentence already; nothing of this shows there.
 */
export async function mailUserNames(deps: JourneyDeps, journey: LoadedJourney): Promise<void> {
  const { state } = journey;
  if (state.tooManyJourneys) return leadsNowhere(deps, journey, [{ account: null, reason: 'too-many-journeys' }]);
  const { found, unanswered } = await findEverywhere(deps, state.typedName);
  const namesByAddress = new Map<string, string[]>();
  const told: AccountRef[] = [];
  const reasons: { account: AccountRef | null; reason: DecoyReason }[] = [];
  for (const { account } of found) {
    const ref = { directory: account.directory, id: account.id };
    const [factors, protection] = await Promise.all([
      deps.store.factors.ofAccount(ref),
      deps.directories.get(ref.directory).isProtected(account),
    ]);
    const addresses = factors.filter((factor) => factor.kind === 'email').map((factor) => factor.secret);
    const reason = protection.protected ? 'account-protected' : addresses.length === 0 ? 'not-enrolled' : null;
    if (reason !== null || !(await deps.guard.countMessage(accountKey(ref), state.address)).allowed) {
      reasons.push({ account: ref, reason: reason ?? 'too-many-messages' });
      continue;
    }
    told.push(ref);
    for (const address of addresses) namesByAddress.set(address, [...(namesByAddress.get(address) ?? []), account.login]);
  }
  if (told.length === 0)
    return leadsNowhere(
      deps,
      journey,
      reasons.length > 0 ? reasons : [{ account: null, reason: unanswered ? 'directory-trouble' : 'unknown-account' }],
    );
  await deps.store.transaction(async (store) => {
    for (const [to, names] of namesByAddress) {
      await queueMail(deps, store, {
        lane: 'notice',
        to,
        kind: 'user-name',
        language: state.language,
        parameters: { names: names.join(', ') },
      });
    }
    await recordEvent(store, deps.clock, { type: 'journey.user-name-mailed', ...aboutOf(deps, journey), accounts: told });
  });
  deps.wakeOutbox('notice');
}

function leadsNowhere(
  deps: JourneyDeps,
  journey: LoadedJourney,
  reasons: { account: AccountRef | null; reason: DecoyReason }[],
): Promise<void> {
  return recordEvent(deps.store, deps.clock, {
    type: 'journey.leads-nowhere',
    ...aboutOf(deps, journey),
    goal: journey.state.goal,
    reasons,
  });
}

function aboutOf(deps: JourneyDeps, { row, state }: LoadedJourney) {
  return { journey: row.id, actor: journeyStarter(state), nameDigest: typedNameDigest(deps.keys, state.typedName) };
}
