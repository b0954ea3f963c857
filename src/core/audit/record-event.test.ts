import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import { openTestStore, testKey } from '../../../test/store/fixture.ts';
import { recordEvent } from './record-event.ts';

it('appends the type, the time and all facts but the type, with sorted keys', async () => {
  const store = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
  try {
    const clock = createManualClock();
    await recordEvent(store, clock, {
      type: 'recovery.frozen',
      reason: 'told',
      actor: { kind: 'self', address: '::1' },
      account: { id: '1', directory: 'ad' },
    });
    expect(await store.audit.read(0, 10)).toMatchObject([
      {
        seq: 1,
        at: clock.now(),
        type: 'recovery.frozen',
        data: '{"account":{"directory":"ad","id":"1"},"actor":{"address":"::1","kind":"self"},"reason":"told"}',
      },
    ]);
  } finally {
    await store.close();
  }
});
