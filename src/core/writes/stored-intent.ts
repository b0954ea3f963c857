import type { StoredIntent } from '../ports/store.ts';
import type { WriteIntent, WriteVerb } from './directory-write.ts';

/** Milliseconds after which an intent that cannot be read is given up: longer than any window of a write. */
export const ABANDONED_AFTER = 60 * 60_000;

/**
 * The intent within a row; null when it cannot be opened, is no JSON, or is not what this version writes. The message of a JSON error
 * would quote what was sealed, so none leaves.
 */
export function readIntent(row: Pick<StoredIntent, 'id' | 'directory' | 'accountId' | 'facts'>): WriteIntent | null {
  const found = parsed(row.facts);
  const { id, account, window, readAt, server, before } = found;
  const isOurs = id === row.id && account?.directory === row.directory && account.id === row.accountId;
  const isWhole = [window?.leaseUntil, window?.settledAt, window?.givenUpAt, readAt].every((time) => Number.isFinite(time));
  return isOurs && isWhole && typeof server === 'string' && typeof before === 'object' && before !== null ? (found as WriteIntent) : null;
}

/** What is in there; nothing where it is no JSON. */
function parsed(facts: string | null): Partial<WriteIntent> {
  try {
    // Stryker disable next-line StringLiteral: any other text that is no JSON is as good
    return (JSON.parse(facts ?? '') as Partial<WriteIntent> | null) ?? {};
  } catch {
    return {};
  }
}

/** What the columns of a row tell of an intent whose facts cannot be read: on whom, and nothing of who asked, how proven, or before. */
export function intentOfColumns({ id, verb, directory, accountId, journeyId, createdAt }: StoredIntent): WriteIntent {
  return {
    id,
    verb: verb as WriteVerb,
    account: { directory, id: accountId },
    journeyId,
    actor: { kind: 'system' },
    proof: [],
    language: '',
    unlock: false,
    server: '',
    before: { password: null, lock: null, locked: null, passwordSetAt: null },
    readAt: createdAt,
    window: { notAfter: createdAt, leaseUntil: createdAt, settledAt: createdAt, givenUpAt: createdAt + ABANDONED_AFTER },
  };
}
