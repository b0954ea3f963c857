import type { FactorKind } from '../../../shared/api/journeys.ts';
import { isAppError } from '../../../shared/errors.ts';
import { accountKey, accountOfKey } from '../accounts/candidate.ts';
import { FROM_DIRECTORY, withContacts, withoutWaitingLinks } from '../enrolment/factors-of.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { ownerOf } from '../factors/owner-of.ts';
import { findUsableOther } from '../people/other-account.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { PersonRecord } from '../ports/people-store.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { JourneyState } from './journey-state.ts';
import { isPassword, type ShownProof, type UsedSet } from './shown-proof.ts';

/** What has a row of its own that outlives being shown. */
const KEPT: readonly FactorKind[] = ['email', 'sms', 'totp', 'passkey', 'questions'];

/** Those that the directory has: with an id for as long as they are there. */
const CONTACTS: readonly FactorKind[] = ['email', 'sms'];
const isContact = (id: string) => id.startsWith(`${FROM_DIRECTORY}.`);

/**
 * Which of the proofs that were shown directories have still, read now: addresses and numbers that nobody enrolled, and other accounts
 * whose password may be used. Asks nobody where none of them was shown. To be asked with no transaction open.
 * @returns their ids
 * @throws AppError `directory.*` where the only one to ask does not answer: not told is not gone
 */
export async function readStill(
  deps: Pick<JourneyDeps, 'directories' | 'keys' | 'log' | 'store' | 'clock' | 'configuration'>,
  { shown }: Pick<JourneyState, 'shown'>,
): Promise<ReadonlySet<string>> {
  const rested = CONTACTS.flatMap((kind) => shown?.[kind] ?? []).filter(({ id }) => isContact(id));
  const owners = [...new Set(rested.flatMap(({ owner }) => owner ?? []))].flatMap((key) => accountOfKey(key) ?? []);
  const others = shown?.['linked-account'] ?? [];
  const each = await Promise.all([
    ...owners.map((owner) => contactsOf(deps, owner, owners.length > 1)),
    ...others.map(async ({ id, owner }) => {
      const ref = owner === null ? null : accountOfKey(owner);
      return ref !== null && (await findUsableOther(deps, ref)) !== null ? [id] : [];
    }),
  ]);
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
 * so for as long as the two are linked, anything for as long as it is enrolled, and a password for as long as nobody writes to its account.
 * Whoever parts accounts, takes a proof away, or sets another password, means also what was proven before, and has not done its work yet.
 */
export async function isProvenStill(
  { people, intents }: Pick<Store, 'people' | 'intents'>,
  { proven, shown }: Pick<JourneyState, 'proven' | 'shown'>,
  account: AccountRef,
  { now, read, except, record }: StillNow,
): Promise<boolean> {
  const { factors, linked } = record ?? (await people.recordOf(account));
  const counting = linked.filter(({ countsFrom }) => countsFrom <= now);
  const refs = [account, ...counting.map(({ directory, accountId: id }) => ({ directory, id }))];
  const owners = new Map(refs.map((ref) => [accountKey(ref), ref]));
  const enrolled = withoutWaitingLinks(factors, linked, now);
  const ids = new Set(enrolled.map(({ id }) => id));
  const isThere = (kind: FactorKind, { id, owner, set }: ShownProof): boolean => {
    if (set !== undefined)
      return isLeft(
        enrolled.filter((row) => row.kind === kind && accountKey(ownerOf(row)) === owner),
        { id, ...set },
        now,
      );
    if (isContact(id) || FACTOR_TRAITS[kind].ofAnotherAccount === true) return read.has(id);
    if (!KEPT.includes(kind)) return true;
    return ids.has(id);
  };
  const counts = async (kind: FactorKind, one: ShownProof): Promise<boolean> => {
    if (one.owner === null) return true;
    const owner = owners.get(one.owner);
    if (owner === undefined || !isThere(kind, one)) return false;
    return !isPassword(kind) || !(await intents.wroteSince(owner, one.logEnd, except));
  };
  for (const kind of proven) {
    const all = shown?.[kind] ?? [];
    const counting = await Promise.all(all.map((one) => counts(kind, one)));
    if (all.length > 0 && !counting.includes(true)) return false;
  }
  return true;
}

/** Of when that is asked. */
export interface StillNow {
  /** Milliseconds since 1970: a link that waits does not count. */
  readonly now: number;
  /** What `readStill` has found. */
  readonly read: ReadonlySet<string>;
  /** Whose own writes end no password. */
  readonly except: { intent: string } | { journey: string };
  /** What is recorded about the person, where it was read in the same transaction. */
  readonly record?: PersonRecord;
}

/** Whether the set that a proof was of, which its use ended, is there as it was left: nobody has made another one, or taken it away. */
function isLeft(rows: readonly FactorRow[], { id: used, left, until }: UsedSet & { id: string }, now: number): boolean {
  if (rows.some(({ id }) => id !== used && !left.includes(id))) return false;
  const isOver = until !== undefined && until <= now;
  return isOver || left.length === 0 || rows.some(({ id }) => left.includes(id));
}
