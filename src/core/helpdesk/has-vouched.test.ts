import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessWorld, openAccessWorld } from '../../../test/access-world.ts';
import type { AccountRef } from '../ports/directory.ts';
import { hasVouched } from './has-vouched.ts';

let world: AccessWorld;
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());

describe('somebody has vouched for a caller', () => {
  const key = ({ directory, id }: AccountRef) => `${directory}/${id}`;
  const shown = (...by: (string | undefined)[]) =>
    ({ manager: by.map((each) => ({ id: 'm', owner: null, ...(each === undefined ? {} : { by: each }) })) }) as Parameters<
      typeof hasVouched
    >[2];

  it('by the account that did, or another one of theirs', async () => {
    const [voucher, other] = [await world.person(), await world.person()];
    expect(await hasVouched(world.store, voucher, shown(key(voucher)))).toBe(true);
    expect(await hasVouched(world.store, voucher, shown(key(other), undefined, key(voucher)))).toBe(true);
    expect(await hasVouched(world.store, other, shown(key(voucher)))).toBe(false);
    await world.link(voucher, other);
    expect(await hasVouched(world.store, other, shown(key(voucher)))).toBe(true);
  });

  it('where anybody has, and it is told who', async () => {
    for (const nobody of [undefined, {}, shown(), shown(undefined), shown('no key')])
      expect(await hasVouched(world.store, await world.person(), nobody)).toBe(false);
  });
});
