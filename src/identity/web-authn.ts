import { createHash, timingSafeEqual } from 'node:crypto';
import { PASSKEY_ALGORITHMS } from '../core/factors/passkey.ts';
import type { Ceremony, CeremonyProblem, WebAuthn } from '../core/ports/web-authn.ts';

/** Octets of authenticator data before anything optional: hash of the RP ID, flags, counter (WebAuthn Level 3, 6.1). */
const SHORTEST_DATA = 37;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

/**
 * WebAuthn by a library. What can be told of an answer without a key is looked at first and by ourselves: the library throws sentences,
 * and which of them it was decides what a person is told. Whatever it throws beyond that is an answer that is none.
 *
 * The library is loaded with the first answer: with all that it can and we do not ask for it is the largest there is.
 */
export function createWebAuthn(): WebAuthn {
  return {
    async verifyAttestation(asked, answer) {
      const problem = clientProblem(asked, 'webauthn.create', answer.response.clientDataJSON);
      if (problem !== null) return { problem };
      const [library, helpers] = await Promise.all([import('@simplewebauthn/server'), import('@simplewebauthn/server/helpers')]);
      try {
        const { verified, registrationInfo } = await library.verifyRegistrationResponse({
          response: {
            ...{ id: answer.id, rawId: answer.rawId, type: answer.type, clientExtensionResults: {} },
            response: {
              clientDataJSON: answer.response.clientDataJSON,
              attestationObject: withoutStatement(answer.response.attestationObject, helpers),
            },
          },
          expectedChallenge: asked.challenge,
          expectedOrigin: asked.origin,
          expectedRPID: asked.rpId,
          requireUserVerification: true,
          supportedAlgorithmIDs: PASSKEY_ALGORITHMS,
        });
        if (!verified || registrationInfo === undefined) return { problem: 'wrong-signature' };
        const { credential, credentialDeviceType } = registrationInfo;
        if (credential.id !== answer.id) return { problem: 'malformed' };
        return {
          made: {
            id: credential.id,
            publicKey: Buffer.from(credential.publicKey).toString('base64url'),
            signCount: credential.counter,
            transports: answer.response.transports ?? [],
            synced: credentialDeviceType === 'multiDevice',
          },
        };
      } catch (error) {
        return { problem: problemOf(error) };
      }
    },

    async verifyAssertion(asked, credential, answer) {
      const problem =
        clientProblem(asked, 'webauthn.get', answer.response.clientDataJSON) ??
        authenticatorProblem(asked.rpId, answer.response.authenticatorData);
      if (problem !== null) return { problem };
      const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
      try {
        const { verified, authenticationInfo } = await verifyAuthenticationResponse({
          response: { ...answer, response: plainResponse(answer.response), clientExtensionResults: {} },
          expectedChallenge: asked.challenge,
          expectedOrigin: asked.origin,
          expectedRPID: asked.rpId,
          requireUserVerification: true,
          // The library judges the counter before the signature: anybody could have a credential ended so.
          credential: { id: credential.id, publicKey: new Uint8Array(Buffer.from(credential.publicKey, 'base64url')), counter: 0 },
        });
        return verified ? { signCount: authenticationInfo.newCounter } : { problem: 'wrong-signature' };
      } catch (error) {
        return { problem: problemOf(error) };
      }
    },
  };
}

/**
 * We ask for no attestation, and believe none: whoever sends a statement all the same (7.1 step 24 lets us ignore it) gives the name of a
 * revocation list with it, and checking one would ask a host of their choice.
 */
function withoutStatement(
  attestationObject: string,
  { decodeAttestationObject, isoBase64URL, isoCBOR }: typeof import('@simplewebauthn/server/helpers'),
): string {
  const authData = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject)).get('authData');
  const plain = new Map<string, Parameters<typeof isoCBOR.encode>[0]>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', authData],
  ]);
  return isoBase64URL.fromBuffer(isoCBOR.encode(plain));
}

function plainResponse({
  clientDataJSON,
  authenticatorData,
  signature,
  userHandle,
}: Parameters<WebAuthn['verifyAssertion']>[2]['response']) {
  return { clientDataJSON, authenticatorData, signature, ...(userHandle === undefined ? {} : { userHandle }) };
}

/** What the browser says it was asked for, and by whom (7.2 steps 11 to 14). A page in a frame of another site is another site. */
function clientProblem(asked: Ceremony, type: 'webauthn.get' | 'webauthn.create', clientDataJSON: string): CeremonyProblem | null {
  let data: Record<string, unknown>;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(clientDataJSON, 'base64url'));
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return 'malformed';
    data = parsed as Record<string, unknown>;
  } catch {
    return 'malformed';
  }
  if (data.type !== type || typeof data.challenge !== 'string' || typeof data.origin !== 'string') return 'malformed';
  if (data.origin !== asked.origin || data.crossOrigin === true || data.topOrigin !== undefined) return 'wrong-origin';
  return data.challenge === asked.challenge ? null : 'wrong-challenge';
}

/** What the authenticator says it was asked for (7.2 steps 15 to 17). */
function authenticatorProblem(rpId: string, authenticatorData: string): CeremonyProblem | null {
  const data = Buffer.from(authenticatorData, 'base64url');
  if (data.length < SHORTEST_DATA) return 'malformed';
  if (!timingSafeEqual(data.subarray(0, 32), createHash('sha256').update(rpId).digest())) return 'wrong-rp-id';
  const flags = data.readUInt8(32);
  if ((flags & USER_PRESENT) === 0 || (flags & USER_VERIFIED) === 0) return 'user-not-verified';
  return null;
}

/** What only shows within an attestation. */
function problemOf(error: unknown): CeremonyProblem {
  const said = error instanceof Error ? `${error.name} ${error.message}` : '';
  if (/RP ID/i.test(said)) return 'wrong-rp-id';
  return /could not be verified|not present/i.test(said) ? 'user-not-verified' : 'malformed';
}
