import type { AccountRefColumns } from './store.ts';

/** A session that was opened by a provider: by what its end there is told. Digests. */
export interface ProviderSessionRow extends AccountRefColumns {
  sessionId: string;
  subject: string;
  providerSession: string | null;
  /** The session is over then. */
  endsAt: number;
}

/** One of them as it is found: with when the session was opened. */
export type FoundProviderSession = ProviderSessionRow & { createdAt: number };

export interface OpenIdStore {
  note(row: ProviderSessionRow): Promise<void>;
  /** Sessions of one session at the provider, or of a subject where no session is named. */
  sessionsOf(about: { subject: string | null; providerSession: string | null }): Promise<FoundProviderSession[]>;
}
