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
