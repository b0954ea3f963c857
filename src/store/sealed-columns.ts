import type { Schema } from './schema.ts';
import type { Secrets } from './secrets.ts';

/**
 * What is sealed, and which columns of its row each value is bound to. Every column that is written once is bound; those
 * that change while the value stays are listed as free, with what it would mean if somebody changed them in the database.
 * A column that is in neither list fails the specification of the store (`test/store/specification-sealed.ts`).
 */
export const SEALED_COLUMNS = {
  journeys: {
    sealed: 'state',
    bound: ['id', 'token_digest', 'version', 'goal', 'status', 'created_at', 'expires_at'],
    free: {
      expiry_noted_at: 'an expiry is recorded twice, or not',
      answers: 'more answers in one journey before it is slowed down; guesses are limited elsewhere',
      answers_since: 'the same',
    },
  },
  challenges: {
    sealed: 'expected',
    bound: ['id', 'journey_id', 'kind', 'maximum_attempts', 'expires_at'],
    free: { attempts: 'more guesses', consumed_at: 'an accepted code is accepted again until it expires' },
  },
  factors: {
    sealed: 'secret',
    bound: ['id', 'directory', 'account_id', 'kind', 'source', 'created_at', 'ended_at'],
    free: {
      last_used_at: 'a wrong date',
      last_time_step: 'a code of the authenticator is accepted twice within its minute',
      drift_steps: 'codes of another minute or two are accepted',
      failures: 'more guesses at an authenticator, or none',
      suspended_at: 'the same',
      seen_at: 'a clock that was set back is not noticed',
      credential: 'a passkey is not found without a name',
      rp_id: 'a wrong count of people',
      sign_count: 'a copy of an authenticator is not noticed',
      counts_from: 'a proof counts earlier or later',
    },
  },
  intents: {
    sealed: 'facts',
    bound: ['id', 'directory', 'account_id', 'verb', 'journey_id', 'created_at'],
    free: {
      status: 'an outcome is found out again, or never',
      closed_at: 'a wrong date',
      closed_seq: 'what was shown before the write goes on counting, as it does where the whole row is taken away',
      lease_until: 'an outcome is found out earlier or later',
    },
  },
  outbox: {
    sealed: 'payload',
    bound: ['id', 'lane', 'kind', 'created_at', 'expires_at'],
    free: {
      attempts: 'more or fewer tries',
      run_at: 'sent earlier or later',
      lease_until: 'sent twice, or later',
      done_at: 'sent again, or not at all',
      failed_at: 'sent again, or not at all',
      problem: 'a wrong reason',
    },
  },
  freeze_links: {
    sealed: 'seal',
    bound: ['token_digest', 'directory', 'account_id', 'expires_at'],
    free: { used_at: 'a link freezes once more, or no more' },
  },
  sessions: {
    sealed: 'facts',
    bound: ['id', 'token_digest', 'journey_id', 'directory', 'account_id', 'rights', 'created_at', 'ends_at'],
    free: {
      seen_at: 'it ends earlier or later, and by `ends_at` in any case',
      ended_at: 'whoever has its token is signed in again until it ends by itself, or no more',
      ended_because: 'a wrong reason',
      roles: 'it is not ended when a role is lost, which gives no right: each act asks the directory',
      roles_read_at: 'the same, or the directory is asked sooner',
    },
  },
  person_accounts: {
    sealed: 'seal',
    bound: ['id', 'person', 'directory', 'account_id', 'linked_at', 'linked_by', 'counts_from'],
    free: {},
  },
  invitations: {
    sealed: 'seal',
    bound: ['id', 'token_digest', 'directory', 'account_id', 'author', 'created_at', 'expires_at'],
    free: {
      session_id: 'what somebody adds in another session counts at once',
      used_at: 'an invitation is good again until it is too old, or no more',
      revoked_at: 'the same',
    },
  },
  helpdesk_cases: {
    sealed: 'facts',
    bound: [
      'id',
      'version',
      'state',
      'directory',
      'account_id',
      'agent_directory',
      'agent_id',
      'action',
      'tries',
      'created_at',
      'expires_at',
      'closed_at',
    ],
    free: { approval_asked_at: 'a second agent is shown the case or not; whether it waits for one, and who approved, is sealed' },
  },
  emergencies: {
    sealed: 'facts',
    bound: ['id', 'link_digest', 'version', 'created_at', 'expires_at', 'opened_at', 'credential', 'retired_at'],
    free: {},
  },
  set_ups: {
    sealed: 'facts',
    bound: ['id', 'version', 'created_at', 'link_digest', 'link_expires_at', 'opened_at', 'session_digest', 'ended_at'],
    free: { is_current: 'one that is over is not found, or is found and lets nobody in' },
  },
  api_tokens: {
    sealed: 'facts',
    bound: ['id', 'digest', 'name', 'created_at', 'expires_at', 'revoked_at'],
    free: { last_used_at: 'a wrong date' },
  },
  counted_people: {
    sealed: 'facts',
    bound: ['id', 'count_id'],
    free: {},
  },
  vouch_requests: {
    sealed: 'facts',
    bound: ['id', 'journey_id', 'directory', 'account_id', 'manager_directory', 'manager_id', 'created_at', 'ends_at'],
    free: {
      tries: 'more tries at two digits, by somebody who is signed in and may vouch',
      outcome: 'one that is over is shown as open, or the other way round: only the journey that waits for it goes on by it, and once',
      closed_at: 'it is shown for longer or shorter',
    },
  },
  configurations: {
    sealed: 'seal',
    bound: ['version', 'document', 'created_at', 'author', 'comment'],
    free: {},
  },
} as const satisfies SealedColumns;

type SealedColumns = {
  [T in keyof Schema]?: {
    sealed: keyof Schema[T] & string;
    bound: readonly (keyof Schema[T] & string)[];
    free: Partial<Record<keyof Schema[T] & string, string>>;
  };
};

export type SealedTable = keyof typeof SEALED_COLUMNS;

type BoundOf<T extends SealedTable> = Pick<Schema[T], (typeof SEALED_COLUMNS)[T]['bound'][number] & keyof Schema[T]>;

/** Seals `plain` for its row. A table whose rows hold nothing secret seals the empty text: proof that the row is ours. */
export function sealColumn<T extends SealedTable>(secrets: Secrets, table: T, row: BoundOf<T>, plain: string): string {
  return secrets.seal(placeOf(table, row), plain);
}

/** @throws AppError `store.undecryptable` when the value does not belong to this row as it now is */
export function openColumn<T extends SealedTable>(secrets: Secrets, table: T, row: BoundOf<T>, sealed: string): string {
  return secrets.open(placeOf(table, row), sealed);
}

export function placeOf(table: SealedTable, row: object) {
  const { sealed, bound } = SEALED_COLUMNS[table];
  const values = row as Record<string, string | number | null>;
  return { table, column: sealed, bound: bound.map((column) => values[column] ?? null) };
}
