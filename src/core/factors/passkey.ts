import { z } from 'zod';
import type { RequestOptions } from '../../../shared/api/web-authn.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { Configuration } from '../configuration/document.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Keys } from '../ports/platform.ts';
import type { FactorRow } from '../ports/store.ts';
import type { Ceremony } from '../ports/web-authn.ts';

/** How long a browser waits for its person; milliseconds. NIST and WebAuthn (15.1) leave minutes to people who need them. */
export const PASSKEY_PATIENCE = 300_000;

/** EdDSA, ES256 and RS256: what authenticators make (RFC 9053 2, RFC 8812 2). Asked for and taken, and no others. */
export const PASSKEY_ALGORITHMS = [-8, -7, -257];

/** What is kept of a passkey, sealed with its row. No part of it lets anybody in. */
const keptSchema = z.strictObject({
  id: z.string(),
  publicKey: z.string(),
  rpId: z.string(),
  transports: z.array(z.string()),
  synced: z.boolean(),
});
export type KeptPasskey = z.infer<typeof keptSchema>;

/** What a row of the kind holds. */
export function passkeyOf({ secret }: Pick<FactorRow, 'secret'>): KeptPasskey {
  return keptSchema.parse(JSON.parse(secret));
}

/** By what a passkey is found again without a name. */
export function credentialDigest(keys: Keys, credentialId: string): string {
  return keys.digest('passkey-credential', credentialId);
}

/** What an authenticator keeps as the user of an account: says nothing, is the same for all passkeys of the account (WebAuthn 14.6.1). */
export function userHandleOf(keys: Keys, account: AccountRef): string {
  return keys.digest('passkey-user', accountKey(account));
}

/** The site for which passkeys are made: the RP ID is the host of the public address, or a configured parent domain of it. */
export function relyingPartyOf({
  organisation,
  factors,
}: Pick<Configuration, 'organisation' | 'factors'>): Pick<Ceremony, 'origin' | 'rpId'> {
  const { origin, hostname } = new URL(organisation.publicUrl);
  return { origin, rpId: factors.passkey.rpId ?? hostname };
}

/** The question for a passkey: the same for everybody, as it names no credential. */
export function passkeyRequest(configuration: Configuration, challenge: string): RequestOptions {
  const { rpId } = relyingPartyOf(configuration);
  return { challenge, rpId, timeout: PASSKEY_PATIENCE, userVerification: 'required', allowCredentials: [] };
}
