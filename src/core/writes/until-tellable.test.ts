import { expect, it } from 'vitest';
import type { AccountFingerprint } from '../ports/directory.ts';
import { untilTellable } from './until-tellable.ts';

const READ_AT = 1_000_000_000;
const old: AccountFingerprint = { password: 'a', lock: 'b', locked: false, passwordSetAt: 0, wholeSeconds: true };
const fresh: AccountFingerprint = { ...old, passwordSetAt: READ_AT };

async function slept(...fingerprints: AccountFingerprint[]): Promise<number[]> {
  const times: number[] = [];
  await untilTellable({ clock: { sleep: (milliseconds) => Promise.resolve(void times.push(milliseconds)) } }, fingerprints, READ_AT);
  return times;
}

it('waits for the next second, once, where one of the passwords may have been set within this one', async () => {
  expect([await slept(fresh), await slept(old, fresh), await slept(fresh, fresh)]).toEqual([[1000], [1000], [1000]]);
});

it('waits for nothing where none was, or the directory tells parts of a second', async () => {
  const { wholeSeconds: _, ...exact } = fresh;
  expect([await slept(), await slept(old), await slept(exact)]).toEqual([[], [], []]);
});
