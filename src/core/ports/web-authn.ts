import type { Assertion, Attestation } from '../../../shared/api/web-authn.ts';

/** Who asks: an assertion is made for one challenge, one origin and one RP ID (WebAuthn Level 3, 5.8.1, 6.1). */
export interface Ceremony {
  /** base64url. */
  readonly challenge: string;
  readonly origin: string;
  readonly rpId: string;
}

/** What keeps an answer of an authenticator from being one to what was asked. */
export type CeremonyProblem =
  | 'malformed'
  /** Made for another challenge: one of an earlier question. */
  | 'wrong-challenge'
  | 'wrong-origin'
  | 'wrong-rp-id'
  /** The device did not verify who uses it. */
  | 'user-not-verified'
  | 'wrong-signature';

/** A credential as it is made. */
export interface MadeCredential {
  /** base64url. */
  readonly id: string;
  /** COSE key (RFC 9052), base64url. */
  readonly publicKey: string;
  readonly signCount: number;
  readonly transports: readonly string[];
  /** The credential lives on several devices of its owner (backup eligible). */
  readonly synced: boolean;
}

/** Verifies what authenticators say (WebAuthn Level 3, 7.1 and 7.2), but for what the core knows: whose a credential is, and its counter. Never throws. */
export interface WebAuthn {
  verifyAttestation(asked: Ceremony, answer: Attestation): Promise<{ made: MadeCredential } | { problem: CeremonyProblem }>;
  /** The counter is told and not judged: a wrong one says something only where the signature is right. */
  verifyAssertion(
    asked: Ceremony,
    credential: { id: string; publicKey: string },
    answer: Assertion,
  ): Promise<{ signCount: number } | { problem: CeremonyProblem }>;
}
