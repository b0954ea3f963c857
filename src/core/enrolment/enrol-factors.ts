import { AppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { OutboxLane } from '../ports/outbox-store.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';
import { addFactor, type NewFactor } from './add-factor.ts';
import { mailAddressKey } from './mail-address.ts';

export type EnrolmentDeps = Pick<CoreDeps, 'store' | 'clock' | 'random' | 'keys'>;

/** Who changes what a person has enrolled. */
export interface ChangedBy {
  /** The operator, for the audit log. */
  author: string;
  reason?: string;
  /** In which the owner is told, where the directory knows none. */
  language: string;
  /** How the owner is told: `bulk` where thousands are. */
  lane: Extract<OutboxLane, 'notice' | 'bulk'>;
}

/** What came of it: rows that are new, and what was there already. */
export interface Enrolled {
  added: FactorRow[];
  present: FactorRow[];
}

/**
 * Enrols proofs for one account at the word of an operator, all of them or none. What is enrolled already stays as it is. Each new one
 * is in the audit log, without its secret, and told to all addresses that were known before (NIST SP 800-63B-4 4.1.2.1).
 * Changes to one account take turns, so that two of them at once enrol nothing twice.
 */
export async function enrolFactors(
  deps: EnrolmentDeps,
  account: AccountRef,
  wanted: readonly Pick<NewFactor, 'kind' | 'label' | 'secret' | 'source'>[],
  by: ChangedBy,
): Promise<Enrolled> {
  return deps.store.transaction(async (store) => {
    await takeTurn(deps, store, account);
    const before = await store.factors.ofAccount(account);
    const addresses = addressesAmong(before);
    const enrolled: Enrolled = { added: [], present: [] };
    for (const one of wanted) {
      const same = [...before, ...enrolled.added].find((row) => row.kind === one.kind && isSame(row, one.secret));
      if (same !== undefined) {
        enrolled.present.push(same);
        continue;
      }
      const row = await addFactor(deps, store, { account, ...one });
      enrolled.added.push(row);
    }
    for (const row of enrolled.added) {
      const { author, reason, language, lane } = by;
      await recordEvent(store, deps.clock, {
        type: 'factor.enrolled',
        ...{ account, factor: row.kind, id: row.id, source: row.source, author, actor: { kind: 'operator', client: 'cli' } },
        ...(reason === undefined ? {} : { reason }),
      });
      const added = row.kind === 'email' ? { added: row.secret } : {};
      await queueNotice(deps, store, { kind: 'factor-added', account, language, factor: row.kind, addresses, ...added }, { lane });
    }
    if (enrolled.added.length > 0) await endSessionsOfChanged(deps, store, account);
    return enrolled;
  });
}

/**
 * Ends one enrolled proof at the word of an operator. Codes that were sent to it are worth nothing any more. Told to all addresses that
 * were known, one that is ended included.
 * @throws AppError `enrolment.factor-unknown` when the account has no such proof, or not any more
 */
export async function endFactor(
  deps: EnrolmentDeps,
  account: AccountRef,
  id: string,
  by: ChangedBy & { reason: string },
): Promise<FactorRow> {
  return deps.store.transaction(async (store) => {
    await takeTurn(deps, store, account);
    const before = await store.factors.ofAccount(account);
    const row = before.find((factor) => factor.id === id);
    if (row === undefined || !(await store.factors.end(id, deps.clock.now()))) throw new AppError('enrolment.factor-unknown', { id });
    const { author, reason, language, lane } = by;
    await recordEvent(store, deps.clock, {
      type: 'factor.ended',
      ...{ account, factor: row.kind, id, author, reason, actor: { kind: 'operator', client: 'cli' } },
    });
    await endSessionsOfChanged(deps, store, account);
    const addresses = addressesAmong(before);
    await queueNotice(deps, store, { kind: 'factor-removed', account, language, factor: row.kind, addresses }, { lane });
    return row;
  });
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
 * Ends the sessions of an account in the transaction that changes what its owner can prove themselves with, after its events: who is
 * signed in has proven themselves by what counted before.
 */
export async function endSessionsOfChanged(
  deps: Pick<EnrolmentDeps, 'clock'>,
  store: Store,
  account: AccountRef,
  actor: Actor = { kind: 'operator', client: 'cli' },
): Promise<void> {
  await endAllSessions(deps, store, account, { because: 'factors-changed', actor });
}

/** Whether exactly this is enrolled already. */
export async function isEnrolled(
  deps: EnrolmentDeps,
  account: AccountRef,
  { kind, secret }: Pick<NewFactor, 'kind' | 'secret'>,
): Promise<boolean> {
  return (await deps.store.factors.ofAccount(account)).some((row) => row.kind === kind && isSame(row, secret));
}

/** Locks a row of its own until the transaction ends; before any other lock, as counters are everywhere. */
export async function takeTurn(deps: EnrolmentDeps, store: Store, account: AccountRef): Promise<void> {
  const key = deps.keys.digest('guard-target', `enrolment|${accountKey(account)}`);
  await store.counters.hitAll([{ key, windowMilliseconds: 60_000, by: 0 }], deps.clock.now());
}

/** The enrolled addresses: whom a change is told. */
export function addressesAmong(rows: readonly FactorRow[]): string[] {
  return rows.filter(({ kind }) => kind === 'email').map(({ secret }) => secret);
}

function isSame(row: FactorRow, secret: string): boolean {
  return row.kind === 'email' ? mailAddressKey(row.secret) === mailAddressKey(secret) : row.secret === secret;
}
