import { createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKeys } from './derived-keys.ts';
import { systemRandom } from './system-random.ts';

describe('random bytes', () => {
  it('are as many as asked for, never the same again, and the taker’s own', () => {
    const seen = new Set<string>();
    for (let round = 0; round < 2_000; round += 1) {
      const length = 12 + (round % 40);
      const bytes = systemRandom.bytes(length);
      expect(bytes).toHaveLength(length);
      seen.add(Buffer.from(bytes.subarray(0, 12)).toString('hex'));
      bytes.fill(7);
    }
    expect(seen.size).toBe(2_000);
    expect(seen).not.toContain('00'.repeat(12));
    expect(seen).not.toContain('07'.repeat(12));
    expect(systemRandom.bytes(0)).toHaveLength(0);
    expect(new Set(systemRandom.bytes(10_000)).size).toBe(256);
  });
});

describe('digests', () => {
  it('are HMAC-SHA-256 under the key of their purpose, the first time and later', () => {
    const master = new Uint8Array(32).fill(5);
    const keys = createKeys(master);
    for (const purpose of ['journey-token', 'code', 'journey-token'] as const) {
      const key = Buffer.from(hkdfSync('sha256', master, '', `keyturn/${purpose}`, 32));
      expect(keys.digest(purpose, 'value')).toBe(createHmac('sha256', key).update('value').digest('base64url'));
    }
  });
});

describe('what a client keeps', () => {
  const keys = createKeys(new Uint8Array(32).fill(5));

  it('opens as what it was, for what it belongs to, and is never the same twice', () => {
    for (const text of ['', '7', 'Ünter-Straße 💡']) {
      const [one, other] = [keys.seal('people-cursor', 'people', text), keys.seal('people-cursor', 'people', text)];
      expect(one).toMatch(/^[\w-]{38,}$/);
      expect(one).not.toBe(other);
      expect(keys.open('people-cursor', 'people', one)).toBe(text);
      expect(keys.open('people-cursor', 'others', one)).toBeNull();
      expect(keys.open('live-position', 'people', one)).toBeNull();
      expect(createKeys(new Uint8Array(32).fill(6)).open('people-cursor', 'people', one)).toBeNull();
    }
  });

  it('is nothing once a bit of it is another one, whatever was made up', () => {
    const bytes = Buffer.from(keys.seal('people-cursor', 'people', '250'), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(keys.open('people-cursor', 'people', changed.toString('base64url'))).toBeNull();
    }
    for (const text of ['', '0', '250', 'a'.repeat(38), '\u0000', '€']) expect(keys.open('people-cursor', 'people', text)).toBeNull();
  });
});
