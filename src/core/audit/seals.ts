import { createHmac, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';

/** By whom a hash was sealed, and the seal. */
export interface AuditSeal {
  keyId: string;
  /** HMAC-SHA-256, hexadecimal. */
  mac: string;
}

/** Where a hash stands in the chain. */
interface Sealable {
  seq: number;
  hash: string;
}

/** A place in the chain, signed: what an auditor needs to check an export without any secret. */
export interface Checkpoint {
  seq: number;
  hash: string;
  /** When it was signed; milliseconds since 1970. */
  at: number;
  /** Ed25519 (RFC 8032), base64url. */
  publicKey: string;
  signature: string;
}

/** By whom a text was signed, and the signature: Ed25519 (RFC 8032), base64url. */
export interface TextSignature {
  publicKey: string;
  signature: string;
}

/** Proves that the chain was written by Keyturn: with a secret for Keyturn itself, with a signature for others. */
export interface AuditSeals {
  seal(what: 'event' | 'end', row: Sealable): AuditSeal;
  check(what: 'event' | 'end', row: Sealable & AuditSeal): 'authentic' | 'not-authentic' | 'unknown-key';
  checkpoint(row: Sealable, at: number): Checkpoint;
  /** Signs a text by the key of the checkpoints. What it is for is how it begins: no two uses of the key begin alike. */
  sign(text: string): TextSignature;
  /** Every key that ever sealed, the one in use first, with the public key of its checkpoints. */
  publicKeys(): { id: string; publicKey: string }[];
}

/**
 * @param keys the keys of the chain, each 32 bytes, by their id
 * @param current the one that seals from now on
 */
export function createAuditSeals(keys: ReadonlyMap<string, Uint8Array>, current: string): AuditSeals {
  const keyOf = (id: string): Uint8Array => {
    const key = keys.get(id);
    if (key === undefined) throw new AppError('internal.unexpected', { reason: 'no-audit-key', key: id });
    return key;
  };
  let signing: { key: KeyObject; publicKey: string } | undefined;
  const signer = () => {
    signing ??= signingKey(keyOf(current));
    return signing;
  };
  const signatureOf = (text: string): string => sign(null, Buffer.from(text), signer().key).toString('base64url');

  return {
    seal: (what, row) => ({ keyId: current, mac: macOf(keyOf(current), what, row).toString('hex') }),
    check(what, row) {
      const key = keys.get(row.keyId);
      if (key === undefined) return 'unknown-key';
      const given = Buffer.from(row.mac, 'hex');
      const wanted = macOf(key, what, row);
      return given.length === wanted.length && timingSafeEqual(given, wanted) ? 'authentic' : 'not-authentic';
    },
    checkpoint({ seq, hash }, at) {
      const { publicKey } = signer();
      return { seq, hash, at, publicKey, signature: signatureOf(signedText({ seq, hash, at, publicKey })) };
    },
    sign: (text) => ({ publicKey: signer().publicKey, signature: signatureOf(text) }),
    publicKeys: () =>
      [current, ...[...keys.keys()].filter((id) => id !== current)].map((id) => ({ id, publicKey: signingKey(keyOf(id)).publicKey })),
  };
}

/** Whether the holder of the named public key signed exactly this place of the chain. Needs no secret. */
export function isCheckpointSigned(checkpoint: Checkpoint): boolean {
  return isTextSigned(signedText(checkpoint), checkpoint);
}

/** Whether the holder of the named public key signed exactly this text. Needs no secret. */
export function isTextSigned(text: string, { publicKey, signature }: TextSignature): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    // Not a public key of this kind: nothing that it signed.
    return false;
  }
}

function macOf(key: Uint8Array, what: string, { seq, hash }: Sealable): Buffer {
  return createHmac('sha256', key).update(`${what}|${seq}|${hash}`).digest();
}

function signedText({ seq, hash, at, publicKey }: Omit<Checkpoint, 'signature'>): string {
  return `keyturn audit checkpoint v1|${seq}|${hash}|${at}|${publicKey}`;
}

/** PKCS#8 of an Ed25519 private key is this and the 32 bytes of its seed (RFC 8410 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function signingKey(secret: Uint8Array): { key: KeyObject; publicKey: string } {
  const seed = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(0), 'keyturn/audit checkpoint', 32));
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  return { key, publicKey: String(createPublicKey(key).export({ format: 'jwk' }).x) };
}
