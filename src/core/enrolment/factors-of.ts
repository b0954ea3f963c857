import { accountKey } from '../accounts/candidate.ts';
import type { CoreDeps } from '../core-deps.ts';
import { ownerOf } from '../factors/owner-of.ts';
import type { Account, AccountRef } from '../ports/directory.ts';
import type { PersonAccount } from '../ports/people-store.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import { mailAddressKey } from './mail-address.ts';

/** Where a proof comes from that nobody enrolled: the directory has it. */
export const FROM_DIRECTORY = 'directory';

/**
 * Everything that the owner of an account can prove themselves with: what is enrolled, and the addresses and telephone numbers that the
 * directory has for them where it is configured that these count. Nothing else in the product asks for it.
 *
 * What the directory has has no row in the database. Its id is a keyed digest of account and address, so that it is the same on every
 * node and for as long as the address is: an address that changes is another proof. One that is enrolled as well is the enrolled one.
 */
export async function factorsOf(
  deps: Pick<CoreDeps, 'store' | 'keys'>,
  account: Pick<Account, 'directory' | 'id' | 'contacts'>,
): Promise<FactorRow[]> {
  return withContacts(deps, account, await enrolledOf(deps, account));
}

function enrolledOf({ store }: Pick<CoreDeps, 'store'>, { directory, id }: Pick<Account, 'directory' | 'id'>): Promise<FactorRow[]> {
  return store.factors.ofAccount({ directory, id });
}

/** The same for who has read what is enrolled. */
export function withContacts(
  deps: Pick<CoreDeps, 'keys'>,
  account: Pick<Account, 'directory' | 'id' | 'contacts'>,
  enrolled: readonly FactorRow[],
): FactorRow[] {
  const ref = { directory: account.directory, id: account.id };
  const others = (['email', 'sms'] as const).flatMap((kind) => {
    const known = new Set(enrolled.filter((factor) => factor.kind === kind).map(({ secret }) => KEYS[kind](secret)));
    return account.contacts[kind].filter((to) => !known.has(KEYS[kind](to))).map((to) => contactFactor(deps, ref, kind, to));
  });
  return [...enrolled, ...others];
}

/**
 * Of those the ones that count now: what was added lately waits for its cool-down to be over. An address of the directory counts on while
 * the same one, enrolled lately, waits: enrolling it takes nothing away.
 */
export async function factorsThatCount(
  deps: Pick<CoreDeps, 'store' | 'keys' | 'clock'>,
  account: Pick<Account, 'directory' | 'id' | 'contacts'>,
): Promise<FactorRow[]> {
  return countingOf(deps, account, await enrolledOf(deps, account));
}

/** The same for who has read what is enrolled. */
export function countingOf(
  deps: Pick<CoreDeps, 'keys' | 'clock'>,
  account: Pick<Account, 'directory' | 'id' | 'contacts'>,
  enrolled: readonly FactorRow[],
): FactorRow[] {
  return withContacts(deps, account, thatCountNow(deps, enrolled));
}

/** Of what is enrolled what counts now. */
export function thatCountNow<T extends Pick<FactorRow, 'countsFrom'>>({ clock }: Pick<CoreDeps, 'clock'>, enrolled: readonly T[]): T[] {
  const now = clock.now();
  return enrolled.filter(({ countsFrom }) => countsFrom === null || countsFrom <= now);
}

/**
 * What is enrolled for an account and for those that are linked to it, without those whose link waits: until then nobody but their own
 * owner takes anything of theirs away.
 */
export async function ownedFactors({ people }: Pick<Store, 'people'>, { directory, id }: AccountRef, now: number): Promise<FactorRow[]> {
  const { factors, linked } = await people.recordOf({ directory, id });
  return withoutWaitingLinks(factors, linked, now);
}

/** Of the proofs of an account those that no link brings which still waits. */
export function withoutWaitingLinks(factors: readonly FactorRow[], linked: readonly PersonAccount[], now: number): FactorRow[] {
  const waiting = linked.filter(({ countsFrom }) => countsFrom > now);
  const keys = new Set(waiting.map(({ directory: other, accountId }) => accountKey({ directory: other, id: accountId })));
  return factors.filter((row) => !keys.has(accountKey(ownerOf(row))));
}

/** What two spellings of one address have in common; numbers are spelled in one way alone (E.164). */
const KEYS = { email: mailAddressKey, sms: (number: string) => number } as const;

function contactFactor(
  { keys }: Pick<CoreDeps, 'keys'>,
  ref: Pick<Account, 'directory' | 'id'>,
  kind: keyof typeof KEYS,
  address: string,
): FactorRow {
  const id = `${FROM_DIRECTORY}.${keys.digest('directory-contact', `${accountKey(ref)}|${kind}|${KEYS[kind](address)}`)}`;
  return { ...notEnrolled(ref), id, kind, label: address, secret: address };
}

/** That somebody can vouch for the owner of an account, as a proof among those that nobody enrolled. */
export function managerProof(account: Pick<Account, 'directory' | 'id'>): FactorRow {
  return { ...notEnrolled(account), id: `${FROM_DIRECTORY}.manager`, kind: 'manager', label: '', secret: '' };
}

function notEnrolled(ref: Pick<Account, 'directory' | 'id'>): Omit<FactorRow, 'id' | 'kind' | 'label' | 'secret'> {
  return {
    directory: ref.directory,
    accountId: ref.id,
    source: FROM_DIRECTORY,
    createdAt: 0,
    endedAt: null,
    lastUsedAt: null,
    lastTimeStep: null,
    driftSteps: 0,
    failures: 0,
    suspendedAt: null,
    credential: null,
    rpId: null,
    signCount: 0,
    countsFrom: null,
    seenAt: null,
  };
}
