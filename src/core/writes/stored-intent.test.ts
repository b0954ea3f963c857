import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredIntent } from '../ports/store.ts';
import type { WriteIntent } from './directory-write.ts';
import { intentOfColumns, readIntent } from './stored-intent.ts';

const row = (facts: string | null): StoredIntent => ({
  id: 'i1',
  directory: 'people',
  accountId: 'a1',
  verb: 'reset-password',
  journeyId: 'j1',
  facts,
  status: 'open',
  createdAt: 1000,
  closedAt: null,
  leaseUntil: 2000,
});
const intent: WriteIntent = { ...intentOfColumns(row(null)), server: 'ldaps://one', language: 'de', readAt: 900 };

describe('a stored intent', () => {
  it('is read as it was written', () => {
    expect(readIntent(row(JSON.stringify(intent)))).toEqual(intent);
  });

  it('is none when it cannot be opened, is of another row or account, or lacks what an outcome is judged by', () => {
    expect(readIntent(row(null))).toBeNull();
    expect(readIntent(row(JSON.stringify({ ...intent, id: 'i2' })))).toBeNull();
    expect(readIntent(row(JSON.stringify({ ...intent, account: { directory: 'people', id: 'a2' } })))).toBeNull();
    expect(readIntent(row(JSON.stringify({ ...intent, account: { directory: 'cloud', id: 'a1' } })))).toBeNull();
    for (const name of ['account', 'window', 'readAt', 'server', 'before'] as const) {
      const { [name]: _left, ...rest } = intent;
      expect(readIntent(row(JSON.stringify(rest))), name).toBeNull();
    }
    expect(readIntent(row(JSON.stringify({ ...intent, before: null })))).toBeNull();
    for (const name of ['leaseUntil', 'settledAt', 'givenUpAt'] as const) {
      const window = { ...intent.window, [name]: undefined };
      expect(readIntent(row(JSON.stringify({ ...intent, window }))), name).toBeNull();
    }
  });

  it('is none for any other text, and nothing is thrown that would quote it', () => {
    for (const facts of ['', 'null', '{', '[]']) expect(readIntent(row(facts)), facts).toBeNull();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (facts) => {
        expect(readIntent(row(facts))).toBeNull();
      }),
    );
  });
});

describe('what the columns tell of an intent that cannot be read', () => {
  it('is on whom and since when, and nothing of who asked or what was before, so that nothing is ever concluded from it', () => {
    expect(intentOfColumns(row('{'))).toEqual({
      ...{ id: 'i1', verb: 'reset-password', account: { directory: 'people', id: 'a1' }, journeyId: 'j1' },
      ...{ actor: { kind: 'system' }, proof: [], language: '', unlock: false, server: '', readAt: 1000 },
      before: { password: null, lock: null, locked: null, passwordSetAt: null },
      // An hour: longer than any write has.
      window: { notAfter: 1000, leaseUntil: 1000, settledAt: 1000, givenUpAt: 1000 + 3_600_000 },
    });
  });
});
