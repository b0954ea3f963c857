import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../../test/manual-clock.ts';
import { openTestStore, testKey } from '../../../test/store/fixture.ts';
import { createKeys } from '../../platform/derived-keys.ts';
import { createRefusedSecrets, FIRST_PAUSE, LONGEST_PAUSE, pauseAfter, type RefusedSecrets, type SecretOf } from './refused-secrets.ts';

const SECRET: SecretOf = { directory: 'corp', name: 'cn=keyturn', secret: 'wrong-Passw0rd' };
const keys = createKeys(randomBytes(32));
let store: Awaited<ReturnType<typeof openTestStore>>;
let clock: ManualClock;
let refused: RefusedSecrets;
let named: string[];

beforeEach(async () => {
  store = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
  clock = createManualClock();
  named = [];
  const digest = (purpose: Parameters<typeof keys.digest>[0], value: string) => {
    named.push(`${purpose} ${value}`);
    return keys.digest(purpose, value);
  };
  refused = createRefusedSecrets(store.counters, clock, { digest });
});
afterEach(async () => {
  await store.close();
});

describe('a password that a directory has refused', () => {
  it('is left alone for a quarter of an hour, then for twice as long, and never for more than an hour', async () => {
    expect(await refused.find(SECRET)).toBeNull();
    const began = clock.now();
    expect(await refused.note(SECRET)).toEqual({ times: 1, until: began + 15 * 60_000 });
    expect(await refused.find(SECRET)).toEqual({ times: 1, until: began + 15 * 60_000 });
    clock.advance(15 * 60_000);
    expect(await refused.note(SECRET)).toEqual({ times: 2, until: clock.now() + 30 * 60_000 });
    expect([3, 4, 100, 10_000].map(pauseAfter)).toEqual([LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]);
    expect([0, 1, 2].map(pauseAfter)).toEqual([FIRST_PAUSE, FIRST_PAUSE, 2 * FIRST_PAUSE]);
    expect([FIRST_PAUSE, LONGEST_PAUSE]).toEqual([15 * 60_000, 60 * 60_000]);
  });

  it('counts for a day', async () => {
    await refused.note(SECRET);
    clock.advance(24 * 3_600_000 - 1);
    expect((await refused.note(SECRET)).times).toBe(2);
    clock.advance(24 * 3_600_000 + 1);
    expect((await refused.note(SECRET)).times).toBe(1);
  });

  it('is another one for another directory, account, password or server', async () => {
    await refused.note(SECRET);
    const others: Partial<SecretOf>[] = [{ directory: 'other' }, { name: 'cn=other' }, { secret: 'Passw0rd' }, { server: 'ldaps://two' }];
    for (const change of others) expect(await refused.find({ ...SECRET, ...change }), JSON.stringify(change)).toBeNull();
    // Whatever stands in the parts, no two different ones are one.
    await refused.note({ ...SECRET, directory: 'a","b', name: 'c' });
    expect(await refused.find({ ...SECRET, directory: 'a', name: 'b","c' })).toBeNull();
  });

  it('is none while it is not known until when', async () => {
    // Whoever counted it died before it was paused.
    const [name = ''] = await refused.find(SECRET).then(() => named.map((each) => each.replace(/^guard-target /, '')));
    await store.counters.hitAll([{ key: keys.digest('guard-target', name), windowMilliseconds: 60_000 }], clock.now());
    expect(await refused.find(SECRET)).toBeNull();
    expect(await refused.note(SECRET)).toMatchObject({ times: 2 });
  });

  it('keeps away until a time that is no further ahead than the longest pause and what clocks are apart', async () => {
    await refused.find(SECRET);
    const key = keys.digest('guard-target', (named[0] ?? '').replace(/^guard-target /, ''));
    const furthest = clock.now() + LONGEST_PAUSE + 24 * 3_600_000;
    await store.counters.pause(key, furthest - 1);
    expect(await refused.find(SECRET)).toEqual({ times: 0, until: furthest - 1 });
    await store.counters.pause(key, furthest);
    expect(await refused.find(SECRET)).toBeNull();
  });

  it('keeps nobody away until the time of a clock that was ahead', async () => {
    clock.advance(365 * 24 * 3_600_000);
    await refused.note(SECRET);
    clock = createManualClock();
    refused = createRefusedSecrets(store.counters, clock, keys);
    expect(await refused.find(SECRET)).toBeNull();
    // Tried again, and refused again: the pause is one of this time.
    expect(await refused.note(SECRET)).toEqual({ times: 1, until: clock.now() + FIRST_PAUSE });
    expect(await refused.find(SECRET)).toEqual({ times: 1, until: clock.now() + FIRST_PAUSE });
  });

  it('is forgotten once it is let in, and named by nothing but a keyed digest', async () => {
    await refused.note(SECRET);
    await refused.forget(SECRET);
    expect(await refused.find(SECRET)).toBeNull();
    expect((await refused.note(SECRET)).times).toBe(1);
    expect(new Set(named)).toEqual(new Set([`guard-target ["service-sign-in","corp","","cn=keyturn","wrong-Passw0rd"]`]));
  });
});
