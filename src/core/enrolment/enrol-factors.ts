import { AppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { type NoticeRequest, queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { OutboxLane } from '../ports/outbox-store.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';
import { addFactor, type NewFactor } from './add-factor.ts';
import { ownedFactors } from './factors-of.ts';
import { mailAddressKey } from './mail-address.ts';

export type EnrolmentDeps = Pick<CoreDeps, 'store' | 'clock' | 'random' | 'keys'>;

/** Who changes what a person has enrolled: an operator, or the owner who is signed in. */
export interface ChangedBy {
  /** For the audit log: the operator, or `self`. */
  author: string;
  /** Who acts; an operator at the command line unless told. */
  actor?: Actor;
  reason?: string;
  /** In which the owner is told, where the directory knows none. */
  language: string;
  /** How the owner is told: `bulk` where thousands are. */
  lane: Extract<OutboxLane, 'notice' | 'bulk'>;
  /** From when on what is added counts, milliseconds since 1970; at once unless told. */
  countsFrom?: number;
  /** The session in which it is done, and the one that has let it in: these alone do not end. */
  sessions?: readonly string[];
  /** What the change rests on is taken away here, once the account's turn is held; what it throws undoes everything. */
  spend?: (store: Store) => Promise<void>;
}

/** Who acts, for the audit log. */
export function actorOf({ actor }: Pick<ChangedBy, 'actor'>): Actor {
  return actor ?? { kind: 'operator', client: 'cli' };
}

/** A proof to be enrolled. `replaces`: it takes the place of all of its kind that there are. */
export type WantedFactor = Pick<NewFactor, 'kind' | 'label' | 'secret' | 'source' | 'timeStep'> & { replaces?: boolean };

/** What came of it: rows that are new, and what was there already. */
export interface Enrolled {
  added: FactorRow[];
  present: FactorRow[];
}

/**
 * Enrols proofs for one account, all of them or none. What is enrolled already stays as it is. Each new one
 * is in the audit log, without its secret, and told to all addresses that were known before (NIST SP 800-63B-4 4.1.2.1).
 * Changes to one account take turns, so that two of them at once enrol nothing twice.
 */
export async function enrolFactors(
  deps: EnrolmentDeps,
  account: AccountRef,
  wanted: readonly WantedFactor[],
  by: ChangedBy,
): Promise<Enrolled> {
  return deps.store.transaction(async (store) => {
    await takeTurn(deps, store, account);
    await by.spend?.(store);
    const before = await store.factors.ofAccount(account);
    const told = addressesAmong(before, deps.clock.now());
    const { author, reason, language, lane } = by;
    const later = by.countsFrom === undefined ? {} : { countsFrom: by.countsFrom };
    const enrolled: Enrolled = { added: [], present: [] };
    for (const one of wanted) {
      if (one.replaces === true) await endAllOfKind(deps, store, { account, kind: one.kind }, by);
      const same =
        one.replaces === true ? undefined : [...before, ...enrolled.added].find((row) => row.kind === one.kind && isSame(row, one.secret));
      if (same !== undefined) {
        enrolled.present.push(same);
        continue;
      }
      const { replaces: _replaces, ...fresh } = one;
      const row = await addFactor(deps, store, { account, ...fresh, ...later });
      enrolled.added.push(row);
    }
    for (const row of enrolled.added) {
      await recordEvent(store, deps.clock, {
        type: 'factor.enrolled',
        ...{ account, factor: row.kind, id: row.id, source: row.source, author, actor: actorOf(by), ...later },
        ...(reason === undefined ? {} : { reason }),
      });
      const added = row.kind === 'email' ? { added: row.secret } : {};
      const notice = { kind: 'factor-added' as const, account, language, factor: row.kind, ...told, ...added, ...later };
      await queueNotice(deps, store, notice, { lane });
    }
    if (enrolled.added.length > 0) await endSessionsOfChanged(deps, store, account, by);
    return enrolled;
  });
}

/**
 * Ends one enrolled proof. Codes that were sent to it are worth nothing any more. Told to all addresses that
 * were known, one that is ended included.
 * @throws AppError `enrolment.factor-unknown` when the account has no such proof, or not any more
 */
export async function endFactor(
  deps: EnrolmentDeps,
  account: AccountRef,
  id: string,
  by: ChangedBy & { reason: string },
): Promise<FactorRow> {
  const none = new AppError('enrolment.factor-unknown', { id });
  const [ended] = await endFactors(deps, account, { which: (row) => row.id === id, none }, by);
  return ended as FactorRow;
}

/**
 * The same for several at once. Each is in the audit log, and each kind is told once.
 * @throws `none` where there is none of them, or not any more
 */
export async function endFactors(
  deps: EnrolmentDeps,
  account: AccountRef,
  { which, none }: { which: (row: FactorRow) => boolean; none: AppError },
  by: ChangedBy & { reason: string },
): Promise<FactorRow[]> {
  return deps.store.transaction(async (store) => {
    await takeTurn(deps, store, account);
    await by.spend?.(store);
    const before = await store.factors.ofAccount(account);
    const { author, reason, language, lane } = by;
    const ended: FactorRow[] = [];
    for (const row of (await ownedFactors(store, account, deps.clock.now())).filter(which)) {
      if (!(await store.factors.end(row.id, deps.clock.now()))) continue;
      ended.push(row);
      await recordEvent(store, deps.clock, {
        type: 'factor.ended',
        ...{ account, factor: row.kind, id: row.id, author, reason, actor: actorOf(by) },
      });
    }
    if (ended.length === 0) throw none;
    await endSessionsOfChanged(deps, store, account, by);
    const told = addressesAmong(before, deps.clock.now());
    for (const factor of new Set(ended.map(({ kind }) => kind)))
      await queueNotice(deps, store, { kind: 'factor-removed', account, language, factor, ...told }, { lane });
    return ended;
  });
}

/**
 * Gives one enrolled proof another name, which proves nothing and is told to nobody. The name itself is no fact of the audit log.
 * @param mayBe whether it is one that has a name of its owner's
 * @throws AppError `enrolment.factor-unknown`
 */
export async function renameFactor(
  deps: EnrolmentDeps,
  account: AccountRef,
  { id, name, mayBe }: { id: string; name: string; mayBe: (row: FactorRow) => boolean },
  by: ChangedBy,
): Promise<void> {
  await deps.store.transaction(async (store) => {
    await takeTurn(deps, store, account);
    await by.spend?.(store);
    const row = (await ownedFactors(store, account, deps.clock.now())).find((factor) => factor.id === id);
    if (row === undefined || !mayBe(row) || !(await store.factors.rename(row, name)))
      throw new AppError('enrolment.factor-unknown', { id });
    const about = { account, factor: row.kind, id, author: by.author, actor: actorOf(by) };
    await recordEvent(store, deps.clock, { type: 'factor.renamed', ...about });
  });
}

/** What was there of a kind, which something new takes the place of. */
async function endAllOfKind(
  deps: EnrolmentDeps,
  store: Store,
  { account, kind }: { account: AccountRef; kind: FactorRow['kind'] },
  by: ChangedBy,
): Promise<void> {
  const owned = await ownedFactors(store, account, deps.clock.now());
  for (const { id } of owned.filter((row) => row.kind === kind)) {
    if (!(await store.factors.end(id, deps.clock.now()))) continue;
    const about = { account, factor: kind, id, author: by.author, actor: actorOf(by) };
    await recordEvent(store, deps.clock, { type: 'factor.ended', ...about, reason: 'replaced by new ones' });
  }
}

/** How many proofs of a kind are enrolled. */
export async function countEnrolled(
  { store }: Pick<EnrolmentDeps, 'store'>,
  account: AccountRef,
  kind: FactorRow['kind'],
): Promise<number> {
  return (await store.factors.ofAccount(account)).filter((row) => row.kind === kind).length;
}

/**
 * Ends what somebody added by themselves and what does not count yet, at the word of the owner that it was not they: whoever got in adds
 * what lets them in again.
 */
export async function endWaiting(deps: EnrolmentDeps, store: Store, account: AccountRef, actor: Actor): Promise<void> {
  const now = deps.clock.now();
  for (const { id, kind, countsFrom } of await store.factors.ofAccount(account)) {
    if (countsFrom === null || countsFrom <= now || !(await store.factors.end(id, now))) continue;
    const about = { account, factor: kind, id, author: 'owner', actor };
    await recordEvent(store, deps.clock, { type: 'factor.ended', ...about, reason: 'the owner said: this was not me' });
  }
}

/**
 * Ends the sessions of all accounts of a person in the transaction that changes what its owner can prove themselves with, after its
 * events: who is signed in has proven themselves by what counted before. The one in which the owner does it, with a fresh proof, goes on.
 */
export async function endSessionsOfChanged(
  deps: Pick<EnrolmentDeps, 'clock'>,
  store: Store,
  account: AccountRef,
  by: Pick<ChangedBy, 'actor' | 'sessions'>,
): Promise<void> {
  const end = { because: 'factors-changed' as const, actor: actorOf(by), except: by.sessions };
  for (const each of await store.people.accountsOf(account)) await endAllSessions(deps, store, each, end);
}

/** Whether exactly this is enrolled already. */
export async function isEnrolled(
  deps: EnrolmentDeps,
  account: AccountRef,
  { kind, secret }: Pick<NewFactor, 'kind' | 'secret'>,
): Promise<boolean> {
  return (await deps.store.factors.ofAccount(account)).some((row) => row.kind === kind && isSame(row, secret));
}

/** Locks a row for each account of the person until the transaction ends; before any other lock, as counters are everywhere. */
export async function takeTurn(deps: EnrolmentDeps, store: Store, ...accounts: readonly AccountRef[]): Promise<void> {
  const all = (await Promise.all(accounts.map((account) => store.people.accountsOf(account)))).flat();
  const keys = [...new Set(all.map((each) => deps.keys.digest('guard-target', `enrolment|${accountKey(each)}`)))];
  await store.counters.hitAll(
    keys.map((key) => ({ key, windowMilliseconds: 60_000, by: 0 })),
    deps.clock.now(),
  );
}

/** The enrolled addresses: whom a change is told, and which of them do not count yet. */
export function addressesAmong(rows: readonly FactorRow[], now: number): Required<Pick<NoticeRequest, 'addresses' | 'waiting'>> {
  const enrolled = rows.filter(({ kind }) => kind === 'email');
  return {
    addresses: enrolled.map(({ secret }) => secret),
    waiting: enrolled.filter(({ countsFrom }) => (countsFrom ?? 0) > now).map(({ secret }) => secret),
  };
}

function isSame(row: FactorRow, secret: string): boolean {
  return row.kind === 'email' ? mailAddressKey(row.secret) === mailAddressKey(secret) : row.secret === secret;
}
