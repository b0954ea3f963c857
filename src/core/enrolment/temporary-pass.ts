import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import { recordEvent } from '../audit/record-event.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Keys } from '../ports/platform.ts';
import type { FactorRow } from '../ports/store.ts';
import { addFactor } from './add-factor.ts';
import { actorOf, addressesAmong, type ChangedBy, type EnrolmentDeps, endSessionsOfChanged, takeTurn } from './enrol-factors.ts';
import { inGroups, randomReadable, readReadable } from './readable-secret.ts';

const HOUR = 3_600_000;

/** 80 random bits: read out on the telephone in four groups, and from 64 on nobody guesses one (NIST SP 800-63B-4 3.1.2, 4.2.1.1). */
export const TEMPORARY_PASS_LENGTH = 16;

/** Milliseconds by which the clocks of nodes may differ; five minutes, as Kerberos has it (RFC 4120 1.6). */
export const CLOCK_TOLERANCE = 300_000;

/** What is kept of a pass, sealed with its row. */
const keptSchema = z.strictObject({ digest: z.string(), endsAt: z.number(), once: z.boolean() });
export type TemporaryPass = z.infer<typeof keptSchema>;

/** What a row of the kind holds. `endsAt`: milliseconds since 1970, and from then on it is worth nothing. */
export function temporaryPassOf({ secret }: Pick<FactorRow, 'secret'>): TemporaryPass {
  return keptSchema.parse(JSON.parse(secret));
}

/** A pass as it was meant. null: it is none by its form. */
export function readTemporaryPass(text: string): string | null {
  return readReadable(text, TEMPORARY_PASS_LENGTH);
}

/** What is kept of a pass: it says nothing without the key of the database, and holds for one account alone. */
export function temporaryPassDigest(keys: Keys, account: AccountRef, pass: string): string {
  return keys.digest('temporary-pass', `${accountKey(account)}|${pass}`);
}

/**
 * Why a pass counts no more at `now`: its time is over, or the clock stands before the time at which a node saw it, by more than clocks
 * differ, so that nobody can say how much of its time is left. null: it counts.
 */
export function overBecause(row: Pick<FactorRow, 'secret' | 'seenAt'>, now: number): 'time-over' | 'clock-set-back' | null {
  const seenAt = row.seenAt ?? 0;
  if (now < seenAt - CLOCK_TOLERANCE) return 'clock-set-back';
  return Math.max(now, seenAt) >= temporaryPassOf(row).endsAt ? 'time-over' : null;
}

export interface IssuedPass {
  /** In groups to read. Nobody can show it again. */
  pass: string;
  endsAt: number;
}

/**
 * Gives an account a pass for some hours, at the word of an operator who has made sure who asks, and ends one that it had. Good for one
 * use, or until its end. Told at once to all addresses that were known before, as every new proof is.
 * @throws AppError `enrolment.hours-invalid`
 */
export async function issueTemporaryPass(
  deps: EnrolmentDeps,
  account: AccountRef,
  { hours, longestHours, once }: { hours: number; longestHours: number; once: boolean },
  by: ChangedBy,
): Promise<IssuedPass> {
  if (!Number.isInteger(hours) || hours < 1 || hours > longestHours) throw new AppError('enrolment.hours-invalid', { hours, longestHours });
  const pass = randomReadable(deps.random, TEMPORARY_PASS_LENGTH);
  const now = deps.clock.now();
  const endsAt = now + hours * HOUR;
  const { author, reason, language, lane } = by;
  const about = { account, factor: 'temporary-pass' as const, author, actor: actorOf(by) };
  await deps.store.transaction(async (store) => {
    await takeTurn(deps, store, account);
    await by.spend?.(store);
    const before = await store.factors.ofAccount(account);
    for (const { id, kind } of before) {
      if (kind !== 'temporary-pass' || !(await store.factors.end(id, now))) continue;
      await recordEvent(store, deps.clock, { type: 'factor.ended', ...about, id, reason: 'replaced by a new pass' });
    }
    const kept: TemporaryPass = { digest: temporaryPassDigest(deps.keys, account, pass), endsAt, once };
    const row = await addFactor(deps, store, {
      ...{ account, kind: 'temporary-pass', label: 'Temporary pass', source: 'operator', hasEnd: true },
      secret: JSON.stringify(kept),
    });
    const given = reason === undefined ? {} : { reason };
    await recordEvent(store, deps.clock, { type: 'factor.enrolled', ...about, id: row.id, source: row.source, endsAt, once, ...given });
    await endSessionsOfChanged(deps, store, account, by);
    const told = addressesAmong(before, deps.clock.now());
    await queueNotice(deps, store, { kind: 'factor-added', account, language, factor: 'temporary-pass', ...told, endsAt }, { lane });
  });
  return { pass: inGroups(pass), endsAt };
}
