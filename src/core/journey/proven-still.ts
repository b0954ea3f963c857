import type { FactorKind } from '../../../shared/api/journeys.ts';
import { isAppError } from '../../../shared/errors.ts';
import { accountKey, accountOfKey } from '../accounts/candidate.ts';
import { FROM_DIRECTORY, withContacts, withoutWaitingLinks } from '../enrolment/factors-of.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { JourneyState } from './journey-state.ts';

/** What has a row of its own that outlives being shown. */
const KEPT: readonly FactorKind[] = ['email', 'sms', 'totp', 'passkey', 'questions'];

/** Those that the directory has: with an id for as long as they are there. */
const CONTACTS: readonly FactorKind[] = ['email', 'sms'];
const isContact = (id: string) => id.startsWith(`${FROM_DIRECTORY}.`);

/**
 * Which of the addresses and numbers that were shown the directory has still, read now; asks nobody where none was shown that nobody
 * enrolled. To be asked with no transaction open.
 * @returns their ids
 * @throws AppError `directory.*` where the only one to ask does not answer: not told is not gone
 */
export async function readContactsStill(
  deps: Pick<JourneyDeps, 'directories' | 'keys' | 'log'>,
  { shown }: Pick<JourneyState, 'shown'>,
): Promise<ReadonlySet<string>> {
  const rested = CONTACTS.flatMap((kind) => shown?.[kind] ?? []).filter(({ id }) => isContact(id));
  const owners = [...new Set(rested.flatMap(({ owner }) => owner ?? []))].flatMap((key) => accountOfKey(key) ?? []);
  const each = await Promise.all(owners.map((owner) => contactsOf(deps, owner, owners.length > 1)));
  return new Set(each.flat());
}

async function contactsOf(
  deps: Pick<JourneyDeps, 'directories' | 'keys' | 'log'>,
  ref: AccountRef,
  isOneOfSeveral: boolean,
): Promise<string[]> {
  try {
    const account = await deps.directories.get(ref.directory).readAccount(ref);
    return account === null ? [] : withContacts(deps, account, []).map(({ id }) => id);
  } catch (error) {
    if (!isOneOfSeveral || !isAppError(error) || !error.code.startsWith('directory.')) throw error;
    deps.log.error('journey.directory-not-answering', { directory: ref.directory, error });
    return [];
  }
}

/**
 * Whether what was shown in a journey proves the owner of an account still: what was enrolled for another account of the same person does
 * so for as long as the two are linked, and anything for as long as it is enrolled. Whoever parts them, or takes a proof away, means also
 * what was proven before, and has not done its work yet.
 * @param now milliseconds since 1970: a link that waits does not count
 * @param contacts what `readContactsStill` has found; null: the directory was not asked, and what it had counts
 */
export async function isProvenStill(
  { people }: Pick<Store, 'people'>,
  { proven, shown }: Pick<JourneyState, 'proven' | 'shown'>,
  account: AccountRef,
  now: number,
  contacts: ReadonlySet<string> | null,
): Promise<boolean> {
  const { factors, linked } = await people.recordOf(account);
  const counting = linked.filter(({ countsFrom }) => countsFrom <= now);
  const keys = new Set([accountKey(account), ...counting.map(({ directory, accountId: id }) => accountKey({ directory, id }))]);
  const enrolled = new Set(withoutWaitingLinks(factors, linked, now).map(({ id }) => id));
  return proven.every((kind) => {
    const all = shown?.[kind] ?? [];
    const isThere = (id: string) => {
      if (!KEPT.includes(kind)) return true;
      return isContact(id) ? contacts === null || contacts.has(id) : enrolled.has(id);
    };
    return all.length === 0 || all.some(({ id, owner }) => owner === null || (keys.has(owner) && isThere(id)));
  });
}
