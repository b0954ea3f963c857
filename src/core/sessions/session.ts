import type { Client, FactorKind } from '../../../shared/api/journeys.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { SessionRights, SessionRow } from '../ports/session-store.ts';

/** A proof that was given, and when; milliseconds since 1970. */
export interface GivenProof {
  readonly kind: FactorKind;
  readonly at: number;
}

/** What a session keeps of its person, sealed. */
export interface SessionFacts {
  /** The newest of each kind. */
  readonly proofs: readonly GivenProof[];
  /** Where it was opened: network address and kind of client. */
  readonly address: string;
  readonly client: Client['kind'];
  /** The name that the person signed in with, as the directory has it. */
  readonly login: string;
  readonly language: string;
  /** Of a phone: the session that has let it in. */
  readonly from?: string;
  /** Of one that a provider of OpenID Connect has opened: which (`providerOf`). */
  readonly provider?: string;
}

/** Somebody who is signed in. What may be done as them asks for one of these, and gets it from `findSession` alone. */
export interface Session extends SessionFacts {
  readonly id: string;
  readonly account: AccountRef;
  readonly rights: SessionRights;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly endsAt: number;
  readonly row: SessionRow;
}

/** What a row keeps whose facts were opened. */
export function factsOf({ facts }: Pick<SessionRow, 'facts'>): SessionFacts {
  return JSON.parse(facts) as SessionFacts;
}

/** Reads a row whose facts were opened. */
export function sessionOf(row: SessionRow): Session {
  const { id, directory, accountId, rights, createdAt, seenAt, endsAt } = row;
  return { ...factsOf(row), id, account: { directory, id: accountId }, rights, createdAt, seenAt, endsAt, row };
}

/** The newest proof of each kind, of those that were given before and now. */
export function newestProofs(before: readonly GivenProof[], kinds: readonly FactorKind[], at: number): GivenProof[] {
  return [...before.filter(({ kind }) => !kinds.includes(kind)), ...[...new Set(kinds)].map((kind) => ({ kind, at }))];
}
