import { createHmac, createPublicKey, hkdfSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAuditSeals, isCheckpointSigned, isTextSigned } from './seals.ts';

const secret = (byte: number) => new Uint8Array(32).fill(byte);
const keys = new Map([
  ['first', secret(1)],
  ['second', secret(2)],
  ['third', secret(3)],
]);
const seals = createAuditSeals(keys, 'second');
const row = { seq: 7, hash: 'abc' };

describe('a seal', () => {
  it('is the HMAC of what was sealed and where it stands, by the key in use', () => {
    const mac = createHmac('sha256', secret(2)).update('event|7|abc').digest('hex');
    expect(seals.seal('event', row)).toEqual({ keyId: 'second', mac });
    expect(seals.seal('end', row)).toEqual({ keyId: 'second', mac: createHmac('sha256', secret(2)).update('end|7|abc').digest('hex') });
  });

  it('is authentic by the key that it names, for what it was made for', () => {
    const sealed = { ...row, ...seals.seal('event', row) };
    expect(seals.check('event', sealed)).toBe('authentic');
    expect(createAuditSeals(keys, 'first').check('event', sealed)).toBe('authentic');
    expect(seals.check('end', sealed)).toBe('not-authentic');
    expect(seals.check('event', { ...sealed, seq: 8 })).toBe('not-authentic');
    expect(seals.check('event', { ...sealed, hash: 'abd' })).toBe('not-authentic');
    expect(seals.check('event', { ...sealed, keyId: 'first' })).toBe('not-authentic');
    expect(seals.check('event', { ...sealed, keyId: 'fourth' })).toBe('unknown-key');
    for (const mac of ['', '00', sealed.mac.slice(2), `${sealed.mac}00`, sealed.mac.replace(/^../, 'zz')]) {
      expect(seals.check('event', { ...sealed, mac }), mac).toBe('not-authentic');
    }
  });

  it('is not made with a key that is not there', () => {
    const broken = createAuditSeals(keys, 'fourth');
    for (const use of [() => broken.seal('event', row), () => broken.checkpoint(row, 1), () => broken.publicKeys()]) {
      expect(use).toThrow(expect.objectContaining({ code: 'internal.unexpected', details: { reason: 'no-audit-key', key: 'fourth' } }));
    }
  });
});

describe('public keys', () => {
  it('are those of all keys, the one in use first, each once', () => {
    const listed = seals.publicKeys();
    expect(listed.map(({ id }) => id)).toEqual(['second', 'first', 'third']);
    expect(new Set(listed.map(({ publicKey }) => publicKey)).size).toBe(3);
    expect(createAuditSeals(keys, 'third').publicKeys()[0]).toEqual(listed[2]);
  });

  it('come from a seed of their own: the key of the seals signs nothing itself', () => {
    const pkcs8 = (seed: Uint8Array) => Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const publicOf = (seed: Uint8Array) => createPublicKey({ key: createPrivate(pkcs8(seed)), format: 'pem' }).export({ format: 'jwk' }).x;
    const derived = Buffer.from(hkdfSync('sha256', secret(2), new Uint8Array(0), 'keyturn/audit checkpoint', 32));
    expect(seals.publicKeys()[0]?.publicKey).toBe(publicOf(derived));
    expect(seals.publicKeys()[0]?.publicKey).not.toBe(publicOf(secret(2)));
  });
});

function createPrivate(der: Buffer): string {
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}

describe('a checkpoint', () => {
  it('is what an auditor checks with nothing but Ed25519', () => {
    const checkpoint = seals.checkpoint(row, 1_000);
    const { publicKey, signature } = checkpoint;
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    const text = Buffer.from(`keyturn audit checkpoint v1|7|abc|1000|${publicKey}`);
    expect(checkpoint).toEqual({ seq: 7, hash: 'abc', at: 1_000, publicKey, signature });
    expect(verify(null, text, key, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(signature).toMatch(/^[\w-]{86}$/);
    expect(isCheckpointSigned(checkpoint)).toBe(true);
    expect(isCheckpointSigned({ ...checkpoint, at: 1_001 })).toBe(false);
    expect(isCheckpointSigned({ ...checkpoint, publicKey: 'none' })).toBe(false);
    // The same key signs the next one.
    expect(isCheckpointSigned(seals.checkpoint({ seq: 8, hash: 'abd' }, 2_000))).toBe(true);
  });
});

describe('a text that is signed', () => {
  it('is proven by the key of the checkpoints in use, for exactly that text', () => {
    const signed = seals.sign('keyturn receipt|x');
    expect(Object.keys(signed).toSorted()).toEqual(['publicKey', 'signature']);
    expect(signed.publicKey).toBe(seals.publicKeys()[0]?.publicKey);
    expect(isTextSigned('keyturn receipt|x', signed)).toBe(true);
    expect(isTextSigned('keyturn receipt|y', signed)).toBe(false);
    expect(isTextSigned('keyturn receipt|x', { ...signed, publicKey: seals.publicKeys()[1]?.publicKey ?? '' })).toBe(false);
  });
});
