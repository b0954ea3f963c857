import { describe, expect, it } from 'vitest';
import type { Account, AccountRef } from '../ports/directory.ts';
import type { DirectManager } from '../ports/manager.ts';
import { isDirectManager } from './is-direct-manager.ts';

const ref = (id: string, directory = 'people'): AccountRef => ({ directory, id });
const led = (by: AccountRef | null): DirectManager => ({ known: true, manager: by as Account | null });

describe('whether somebody is the direct manager', () => {
  it.each<[string, AccountRef, DirectManager, boolean | null]>([
    ['the one who is named', ref('boss'), led(ref('boss')), true],
    ['another one', ref('other'), led(ref('boss')), false],
    ['the same identifier in another directory', ref('boss', 'partners'), led(ref('boss')), false],
    ['anybody, where there is none', ref('boss'), led(null), false],
    ['anybody, where none is told', ref('boss'), { known: false, because: 'not-told' }, null],
    ['anybody, where the one who is named is not found', ref('boss'), { known: false, because: 'not-found' }, null],
    ['anybody, where several are named', ref('boss'), { known: false, because: 'several' }, null],
    ['the person, as the directory says', ref('ada'), led(ref('ada')), false],
    ['the person, where nothing is told', ref('ada'), { known: false, because: 'not-told' }, false],
  ])('%s', (_case, candidate, found, expected) => {
    expect(isDirectManager(candidate, ref('ada'), found)).toBe(expected);
  });
});
