import type { FactorKind } from '../../../shared/api/journeys.ts';
import { accountKey } from '../accounts/candidate.ts';
import { FROM_DIRECTORY, withoutWaitingLinks } from '../enrolment/factors-of.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { JourneyState } from './journey-state.ts';

/** What has a row of its own that outlives being shown. */
const KEPT: readonly FactorKind[] = ['email', 'sms', 'totp', 'passkey', 'questions'];

/**
 * Whether what was shown in a journey proves the owner of an account still: what was enrolled for another account of the same person does
 * so for as long as the two are linked, and anything for as long as it is enrolled. Whoever parts them, or takes a proof away, means also
 * what was proven before, and has not done its work yet.
 * @param now milliseconds since 1970: a link that waits does not count
 */
export async function isProvenStill(
  { people }: Pick<Store, 'people'>,
  { proven, shown }: Pick<JourneyState, 'proven' | 'shown'>,
  account: AccountRef,
  now: number,
): Promise<boolean> {
  const { factors, linked } = await people.recordOf(account);
  const counting = linked.filter(({ countsFrom }) => countsFrom <= now);
  const keys = new Set([accountKey(account), ...counting.map(({ directory, accountId: id }) => accountKey({ directory, id }))]);
  const enrolled = new Set(withoutWaitingLinks(factors, linked, now).map(({ id }) => id));
  return proven.every((kind) => {
    const all = shown?.[kind] ?? [];
    const isThere = (id: string) => !KEPT.includes(kind) || id.startsWith(`${FROM_DIRECTORY}.`) || enrolled.has(id);
    return all.length === 0 || all.some(({ id, owner }) => owner === null || (keys.has(owner) && isThere(id)));
  });
}
