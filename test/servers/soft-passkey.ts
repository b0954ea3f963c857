import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { Assertion, Attestation, CreationOptions, RequestOptions } from '../../shared/api/web-authn.ts';

/** What an authenticator does otherwise than it should. */
export interface Oddity {
  origin?: string;
  rpId?: string;
  challenge?: string;
  /** Octet of flags (WebAuthn Level 3, 6.1): 0x01 present, 0x04 verified. */
  flags?: number;
  signCount?: number;
  userHandle?: string;
  /** Signed by another key. */
  key?: KeyObject;
  crossOrigin?: boolean;
  type?: string;
  /** Format of the attestation statement, in which nothing is true; `none` unless told. */
  statement?: string;
}

/** An authenticator in software (ES256, WebAuthn Level 3, 6): real keys, real signatures, and whatever oddity a test asks of it. */
export interface SoftPasskey {
  readonly id: string;
  make(options: CreationOptions, odd?: Oddity): Attestation;
  use(options: RequestOptions, odd?: Oddity): Assertion;
  /** A copy with its counter as it is now. */
  clone(): SoftPasskey;
}

const PRESENT_AND_VERIFIED = 0x05;
const ATTESTED = 0x40;

/** One on a page of `origin`. `counts`: it has a counter, as security keys do; passkeys that are synced have none. */
export function createSoftPasskey(origin: string, { counts = true } = {}): SoftPasskey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return softPasskey(origin, { id: randomBytes(32), privateKey, publicKey, handle: '', signCount: 0, counts });
}

interface State {
  id: Buffer;
  privateKey: KeyObject;
  publicKey: KeyObject;
  handle: string;
  signCount: number;
  counts: boolean;
}

function softPasskey(origin: string, state: State): SoftPasskey {
  const id = state.id.toString('base64url');
  const next = () => {
    if (state.counts) state.signCount += 1;
    return state.signCount;
  };
  const clientData = (type: string, challenge: string, odd: Oddity) =>
    Buffer.from(
      JSON.stringify({
        type: odd.type ?? type,
        challenge: odd.challenge ?? challenge,
        origin: odd.origin ?? origin,
        crossOrigin: odd.crossOrigin ?? false,
      }),
    );
  const data = (rpId: string, flags: number, signCount: number, more = Buffer.alloc(0)) => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(signCount);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), count, more]);
  };
  return {
    id,
    make(options, odd = {}) {
      state.handle = options.user.id;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(state.id.length);
      const credential = Buffer.concat([Buffer.alloc(16), length, state.id, coseKey(state.publicKey)]);
      const flags = (odd.flags ?? PRESENT_AND_VERIFIED) | ATTESTED;
      const authData = data(odd.rpId ?? options.rp.id, flags, odd.signCount ?? state.signCount, credential);
      return {
        ...{ id, rawId: id, type: 'public-key' },
        response: {
          clientDataJSON: clientData('webauthn.create', options.challenge, odd).toString('base64url'),
          attestationObject: attestationObject(authData, odd.statement).toString('base64url'),
          transports: ['internal'],
        },
      };
    },
    use(options, odd = {}) {
      const authData = data(odd.rpId ?? options.rpId, odd.flags ?? PRESENT_AND_VERIFIED, odd.signCount ?? next());
      const client = clientData('webauthn.get', options.challenge, odd);
      const signed = Buffer.concat([authData, createHash('sha256').update(client).digest()]);
      return {
        ...{ id, rawId: id, type: 'public-key' },
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: sign('sha256', signed, odd.key ?? state.privateKey).toString('base64url'),
          userHandle: odd.userHandle ?? state.handle,
        },
      };
    },
    clone: () => softPasskey(origin, { ...state }),
  };
}

/** COSE_Key of a P-256 key: {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053 7.1). */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ]);
}

/** {"alg": -7, "sig": ..., "x5c": [...]} in CBOR: the form of a statement, and nothing in it. */
const EMPTY_STATEMENT = Buffer.from('a363616c672663736967440000000063783563814400000000', 'hex');

/** {"fmt": "none", "attStmt": {}, "authData": ...} in CBOR (RFC 8949 3), or with another format and something in its statement. */
function attestationObject(authData: Buffer, format = 'none'): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(authData.length);
  return Buffer.concat([
    Buffer.from([0xa3]),
    text('fmt'),
    text(format),
    text('attStmt'),
    format === 'none' ? Buffer.from([0xa0]) : EMPTY_STATEMENT,
    text('authData'),
    Buffer.from([0x59]),
    length,
    authData,
  ]);
}
