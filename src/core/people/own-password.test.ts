import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AccessWorld, openAccessWorld } from '../../../test/access-world.ts';
import { intentRow } from '../../../test/store/fixture.ts';
import { CLOCKS_APART } from '../accounts/below-lock-out.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { WriteVerb } from '../writes/directory-write.ts';
import { intentOfColumns } from '../writes/stored-intent.ts';
import { isOwnPassword } from './own-password.ts';

const HOUR = 3_600_000;
let world: AccessWorld;
let account: AccountRef;
beforeAll(async () => {
  world = await openAccessWorld({ factors: { coolDownHours: 48 } });
});
afterAll(() => world.store.close());
beforeEach(() => {
  world.changeBack();
  world.clock.advance(200 * HOUR);
  account = { directory: 'people', id: randomUUID() };
});

const hoursAgo = (hours: number) => world.clock.now() - hours * HOUR;
const isOwn = (setAt: number | null) => isOwnPassword(world.deps(), account, setAt);
const untoldIsOwn = () => {
  const { abilities } = world.deps().directories.get('people');
  world.change('people', { abilities: { ...abilities, untoldPasswordsAreOwn: true } });
};
/** Its owner has changed the password by the one before, unless told; of which the directory told when it was set. */
async function wrote(
  hours: number,
  before: number | null,
  changes: { verb?: WriteVerb; proof?: string[]; facts?: string } = {},
): Promise<void> {
  const { verb = 'change-password', proof = ['password'] } = changes;
  const row = intentRow({ directory: account.directory, accountId: account.id, verb, journeyId: verb === 'change-password' ? null : 'j' });
  const intent = intentOfColumns(row);
  const own = { actor: { kind: 'self' }, server: 's', proof, before: { ...intent.before, passwordSetAt: before } };
  await world.store.intents.insert({ ...row, facts: changes.facts ?? JSON.stringify({ ...intent, ...own }) });
  await world.store.intents.close(row.id, 'done', hoursAgo(hours));
}

describe('a password is its owner’s', () => {
  it('once nobody has set it for as long as the cool-down takes', async () => {
    expect([await isOwn(hoursAgo(48)), await isOwn(hoursAgo(47.9))]).toEqual([true, false]);
  });

  it('where the directory does not tell since when, only if the operator says so', async () => {
    expect(await isOwn(null)).toBe(false);
    untoldIsOwn();
    expect([await isOwn(null), await isOwn(hoursAgo(1))]).toEqual([true, false]);
  });

  it('as much as the one was by which it was changed', async () => {
    await wrote(2, hoursAgo(50));
    expect(await isOwn(hoursAgo(2))).toBe(true);
    await wrote(1, hoursAgo(2));
    expect(await isOwn(hoursAgo(1)), 'over several changes').toBe(true);
  });

  it('not where the one before was set lately by nobody knows whom', async () => {
    await wrote(2, hoursAgo(3));
    expect(await isOwn(hoursAgo(2))).toBe(false);
    await wrote(1, hoursAgo(2));
    expect(await isOwn(hoursAgo(1))).toBe(false);
  });

  it('where the one before was set so long ago that it is, and where that is not told, if the operator says so', async () => {
    await wrote(2, null);
    expect(await isOwn(hoursAgo(2))).toBe(false);
    untoldIsOwn();
    expect(await isOwn(hoursAgo(2))).toBe(true);
    account = { ...account, id: randomUUID() };
    await wrote(2, hoursAgo(48));
    expect(await isOwn(hoursAgo(2))).toBe(true);
  });

  it('where it was recovered by anything but a password', async () => {
    await wrote(2, hoursAgo(3), { verb: 'reset-password', proof: ['email', 'totp'] });
    expect(await isOwn(hoursAgo(2))).toBe(true);
    account = { ...account, id: randomUUID() };
    await wrote(2, hoursAgo(3), { verb: 'reset-password', proof: ['email', 'password'] });
    expect(await isOwn(hoursAgo(2))).toBe(false);
    account = { ...account, id: randomUUID() };
    await wrote(2, hoursAgo(3), { proof: ['totp'] });
    expect(await isOwn(hoursAgo(2)), 'a change is by the one before').toBe(false);
  });

  it('not where somebody has set it since, by more than clocks are apart', async () => {
    await wrote(10, hoursAgo(100));
    const closed = hoursAgo(10);
    expect([await isOwn(closed + CLOCKS_APART), await isOwn(closed + CLOCKS_APART + 1)]).toEqual([true, false]);
  });

  it('not by a change of which nothing can be read', async () => {
    await wrote(2, hoursAgo(100), { facts: '{}' });
    expect(await isOwn(hoursAgo(2))).toBe(false);
  });

  it('by a change that ended just before the cool-down did, as the clock of the directory may be ahead', async () => {
    await wrote(48 + 1 / 12, hoursAgo(100));
    expect(await isOwn(hoursAgo(48) + 1)).toBe(true);
  });
});
