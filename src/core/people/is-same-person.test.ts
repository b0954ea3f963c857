import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AccessWorld, openAccessWorld } from '../../../test/access-world.ts';
import { isSamePerson } from './is-same-person.ts';

let world: AccessWorld;
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());

it('is one person by one account, by a link whether it counts or waits, and by one that was there before', async () => {
  const [one, other, third] = [await world.person(), await world.person(), await world.person({ directory: 'cloud' })];
  const same = (a = one, b = other) => isSamePerson(world.store, a, b);
  expect([await same(one, one), await same(), await same(one, { ...one, directory: 'cloud' })]).toEqual([true, false, false]);
  await world.link(one, other, world.clock.now() + 1);
  expect([await same(), await same(other, one), await same(one, third)]).toEqual([true, true, false]);
  await world.link(other, third);
  expect(await same(one, third)).toBe(true);
  await world.store.people.notePartings(third, [one], world.clock.now());
  await world.store.people.unlink(third);
  expect([await same(one, third), await same(third, one)]).toEqual([true, true]);
  expect([await same(other, third), await same(third, await world.person())]).toEqual([true, false]);
});
