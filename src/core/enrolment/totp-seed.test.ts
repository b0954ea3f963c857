import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Secret, URI } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { newSeed, otpauthAddress, readSeed } from './totp-seed.ts';

const random = { bytes: (length: number) => randomBytes(length), integer: () => 0 };
const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('readSeed', () => {
  it('takes what people type: groups, small letters, padding', () => {
    expect(readSeed('gezd gnbv-gy3t qojq gezd gnbv gy3t qojq\n')).toEqual({ seed: SEED });
    expect(readSeed(`${'A'.repeat(26)}======`)).toEqual({ seed: 'A'.repeat(26) });
  });

  it('takes every seed of 128 bits and more, and none below (RFC 4226 4 R6)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 128 }), (bytes) => {
        const seed = new Secret({ buffer: Uint8Array.from(bytes).buffer }).base32;
        expect(readSeed(seed)).toEqual(bytes.length >= 16 ? { seed } : { problem: 'too-short' });
      }),
    );
  });

  it.each([
    '',
    '   ',
    'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ0',
    `${SEED}A`,
    `${SEED}AAA`,
    `${SEED}AAAAAA`,
    'A'.repeat(216),
    `otpauth://totp/x?secret=${SEED}`,
  ])('refuses %j', (text) => {
    expect(readSeed(text)).toEqual({ problem: 'not-base32' });
  });
});

it('makes seeds of 160 bits that it would take itself', () => {
  const seed = newSeed(random);
  expect(seed).toHaveLength(32);
  expect(readSeed(seed)).toEqual({ seed });
  expect(newSeed(random)).not.toBe(seed);
});

it('writes an address that an app reads back', () => {
  const address = otpauthAddress(SEED, { issuer: 'Example: Ltd', account: 'alice@example.com' });
  const read = URI.parse(address);
  expect(read).toMatchObject({ issuer: 'Example  Ltd', label: 'alice@example.com', algorithm: 'SHA1', digits: 6, period: 30 });
  expect(read.secret.base32).toBe(SEED);
});
