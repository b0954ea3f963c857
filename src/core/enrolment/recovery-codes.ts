import { accountKey } from '../accounts/candidate.ts';
import { recordEvent } from '../audit/record-event.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Keys } from '../ports/platform.ts';
import { addFactor } from './add-factor.ts';
import { actorOf, addressesAmong, type ChangedBy, type EnrolmentDeps, endSessionsOfChanged, takeTurn } from './enrol-factors.ts';
import { ownedFactors } from './factors-of.ts';
import { inGroups, randomReadable, readReadable } from './readable-secret.ts';

/** Codes of one set. */
const CODES = 10;
/** 120 random bits: from 112 on a keyed digest is enough (NIST SP 800-63B-4 3.1.2), from 64 on nobody guesses one (3.1.2, 4.2.1.1). */
export const RECOVERY_CODE_LENGTH = 24;

/** A code as it was meant. null: it is none by its form. */
export function readRecoveryCode(text: string): string | null {
  return readReadable(text, RECOVERY_CODE_LENGTH);
}

/** What is kept of a code: it says nothing without the key of the database, and holds for one account alone. */
export function recoveryCodeDigest(keys: Keys, account: AccountRef, code: string): string {
  return keys.digest('recovery-code', `${accountKey(account)}|${code}`);
}

/**
 * Gives an account ten recovery codes, and ends those that it had: a list that somebody may have found is
 * worth nothing then. Each is a proof of its own that ends with its use, so that no two nodes take it. Told like every new proof.
 * @returns the codes in groups to read, which nobody can show again
 */
export async function issueRecoveryCodes(deps: EnrolmentDeps, account: AccountRef, source: string, by: ChangedBy): Promise<string[]> {
  const codes = Array.from({ length: CODES }, () => randomReadable(deps.random, RECOVERY_CODE_LENGTH));
  const { author, reason, language, lane } = by;
  const about = { account, factor: 'recovery-code' as const, author, actor: actorOf(by) };
  const later = by.countsFrom === undefined ? {} : { countsFrom: by.countsFrom };
  await deps.store.transaction(async (store) => {
    await takeTurn(deps, store, account);
    await by.spend?.(store);
    const before = await store.factors.ofAccount(account);
    for (const { id, kind } of await ownedFactors(store, account, deps.clock.now())) {
      if (kind !== 'recovery-code' || !(await store.factors.end(id, deps.clock.now()))) continue;
      await recordEvent(store, deps.clock, { type: 'factor.ended', ...about, id, reason: 'replaced by new codes' });
    }
    for (const [index, code] of codes.entries()) {
      const secret = recoveryCodeDigest(deps.keys, account, code);
      const row = await addFactor(deps, store, {
        account,
        kind: 'recovery-code',
        label: `Recovery code ${index + 1}`,
        secret,
        source,
        ...later,
      });
      await recordEvent(store, deps.clock, {
        type: 'factor.enrolled',
        ...about,
        id: row.id,
        source,
        ...later,
        ...(reason === undefined ? {} : { reason }),
      });
    }
    await endSessionsOfChanged(deps, store, account, by);
    const told = addressesAmong(before, deps.clock.now());
    await queueNotice(deps, store, { kind: 'factor-added', account, language, factor: 'recovery-code', ...told, ...later }, { lane });
  });
  return codes.map(inGroups);
}
