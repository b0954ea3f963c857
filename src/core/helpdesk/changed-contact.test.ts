import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AccessWorld, openAccessWorld } from '../../../test/access-world.ts';
import { recordEvent } from '../audit/record-event.ts';
import { FROM_DIRECTORY } from '../enrolment/factors-of.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow } from '../ports/store.ts';
import { readContactChange } from './changed-contact.ts';

const DAY = 86_400_000;
let world: AccessWorld;
let account: AccountRef;
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());
beforeEach(() => {
  world.clock.advance(30 * DAY);
  account = { directory: 'people', id: randomUUID() };
});

type Had = Pick<FactorRow, 'kind' | 'createdAt' | 'source'>;
/** A proof that is so many days old. */
const had = (kind: FactorRow['kind'], days: number, source = 'enrolment'): Had => ({
  kind,
  createdAt: world.clock.now() - days * DAY,
  source,
});
const change = (...factors: Had[]) => readContactChange(world.store, account, factors, world.clock.now());
const ended = (factor: FactorRow['kind'], of = account) =>
  world.store.transaction((store) =>
    recordEvent(store, world.clock, {
      ...{ type: 'factor.ended', id: randomUUID(), account: of, factor, reason: 'replaced', author: 'self', actor: { kind: 'self' } },
    } as Parameters<typeof recordEvent>[2]),
  );

describe('a mailbox or a number', () => {
  it('was changed where one was added lately beside one that was there before', async () => {
    expect(await change(had('email', 100), had('email', 13))).toBe('changed');
    expect(await change(had('sms', 1.1), had('sms', 0))).toBe('changed');
  });

  it('was not where both came within a day, where it was long ago, or where the other one is of another kind', async () => {
    expect(await change(had('email', 1), had('email', 0))).toBe('not-changed');
    expect(await change(had('email', 100), had('email', 14))).toBe('not-changed');
    expect(await change(had('sms', 100), had('email', 1))).toBe('not-changed');
    expect(await change(had('totp', 100), had('totp', 1))).toBe('not-changed');
    expect(await change()).toBe('not-changed');
  });

  it('that a directory has is not told of', async () => {
    expect(await change(had('email', 100, FROM_DIRECTORY))).toBe('not-told');
    expect(await change(had('email', 0), had('sms', 100, FROM_DIRECTORY))).toBe('not-told');
    expect(await change(had('manager', 100, FROM_DIRECTORY), had('email', 100))).toBe('not-changed');
  });

  it('was changed where it took the place of one of its kind, of whichever account of the person', async () => {
    await ended('email');
    world.clock.advance(13 * DAY);
    expect(await change(had('email', 1))).toBe('changed');
    expect(await change(had('sms', 1))).toBe('not-changed');
    expect(await change(had('email', 100)), 'nothing was added since').toBe('not-changed');
    expect(await change(had('totp', 1))).toBe('not-changed');
    const other = account;
    account = await world.person();
    expect(await change(had('email', 1)), 'of somebody else').toBe('not-changed');
    await world.link(account, other);
    expect(await change(had('email', 1))).toBe('changed');
    world.clock.advance(DAY + 1);
    expect(await change(had('email', 1))).toBe('not-changed');
  });

  it('is not known to be the same where more has happened than is looked at', async () => {
    for (let times = 0; times < 200; times += 1) await ended('totp');
    expect(await change(had('email', 1))).toBe('not-changed');
    await ended('totp');
    expect(await change(had('email', 1))).toBe('not-known');
    expect(await change(had('email', 100))).toBe('not-changed');
  });
});
