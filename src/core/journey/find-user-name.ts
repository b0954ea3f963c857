import { accountKey } from '../accounts/candidate.ts';
import { recordEvent } from '../audit/record-event.ts';
import { queueMail } from '../notify/queue-mail.ts';
import type { Account } from '../ports/directory.ts';
import { journeyActor } from './journey-actor.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { LoadedJourney } from './journey-state.ts';

/**
 * Mails the sign-in names of the accounts that a typed name or address finds to the addresses enrolled for them, and to
 * no other (JRN-1). The page has said its one sentence already; nothing of this shows there.
 */
export async function mailUserNames(deps: JourneyDeps, journey: LoadedJourney): Promise<void> {
  const { state, row } = journey;
  if (state.tooManyJourneys) return;
  const found = await Promise.all(
    deps.directories.all().map(async (directory) => {
      const name = directory.normaliseIdentifier(state.typedName);
      return name === null ? [] : directory.findAccounts(name);
    }),
  );
  const namesByAddress = new Map<string, string[]>();
  const told: Account[] = [];
  for (const account of found.flat()) {
    const ref = { directory: account.directory, id: account.id };
    const [factors, protection] = await Promise.all([
      deps.store.factors.ofAccount(ref),
      deps.directories.get(ref.directory).isProtected(account),
    ]);
    const addresses = factors.filter((factor) => factor.kind === 'email').map((factor) => factor.secret);
    if (protection.protected || addresses.length === 0 || !(await deps.guard.countMessage(accountKey(ref))).allowed) continue;
    told.push(account);
    for (const address of addresses) namesByAddress.set(address, [...(namesByAddress.get(address) ?? []), account.login]);
  }
  if (told.length === 0) return;
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
    const accounts = told.map(({ directory, id }) => ({ directory, id }));
    await recordEvent(store, deps.clock, { type: 'journey.user-name-mailed', journey: row.id, actor: journeyActor(state), accounts });
  });
  deps.wakeOutbox('notice');
}
