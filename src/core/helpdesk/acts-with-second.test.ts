import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { PERSON_PERMISSIONS } from '../../../shared/permissions.ts';
import { type AccessWorld, openAccessWorld } from '../../../test/access-world.ts';
import type { AccountRef } from '../ports/directory.ts';
import { actsWithSecond } from './acts-with-second.ts';

let world: AccessWorld;
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());
beforeEach(() => {
  world.changeBack();
  world.logged.length = 0;
  world.configure({
    helpdesk: {
      approvals: [
        { name: 'board', when: { groups: ['Board'] } },
        { name: 'payroll', when: { groups: ['Payroll'] }, acts: ['reset-password'] },
        { name: 'cloud', when: { directories: ['cloud'] }, acts: ['unlock-account', 'reset-password'] },
      ],
    },
  });
});

async function acts(ref: AccountRef) {
  const directory = world.deps().directories.get(ref.directory);
  const account = await directory.readAccount(ref);
  if (account === null) throw new Error('gone');
  return actsWithSecond(world.deps(), { directory, account });
}

describe('a second agent', () => {
  it('is needed by the rules that the account meets, and for nothing by those that it does not', async () => {
    expect(await acts(await world.person({ groups: ['Board'] }))).toEqual(PERSON_PERMISSIONS);
    expect(await acts(await world.person({ groups: ['Payroll'] }))).toEqual(['reset-password']);
    expect(await acts(await world.person())).toEqual([]);
  });

  it('is needed for each thing once, by however many rules', async () => {
    const account = await world.person({ directory: 'cloud', groups: ['Payroll'] });
    expect(await acts(account)).toEqual(['reset-password', 'unlock-account']);
  });

  it('is needed by what another account of the same person meets', async () => {
    const account = await world.person();
    await world.link(account, await world.person({ directory: 'cloud' }));
    expect(await acts(account)).toEqual(['unlock-account', 'reset-password']);
  });

  it('is not needed by another account that is gone', async () => {
    const account = await world.person();
    await world.link(account, { directory: 'people', id: 'gone' });
    expect(await acts(account)).toEqual([]);
  });

  it('is needed where it is not known of the account whether a rule is met', async () => {
    world.change('people', { readMembership: () => Promise.resolve({ places: {}, groups: { Board: false, Payroll: null } }) });
    expect(await acts(await world.person())).toEqual(['reset-password']);
  });

  it('is needed for everything where another account cannot be asked about, which is told', async () => {
    const account = await world.person();
    const other = await world.person({ directory: 'cloud' });
    await world.link(account, other);
    const error = new AppError('directory.unreachable');
    world.change('cloud', { readAccount: () => Promise.reject(error) });
    expect(await acts(account)).toEqual(PERSON_PERMISSIONS);
    expect(world.logged).toEqual([{ event: 'access.linked-not-known', fields: { directory: 'cloud', account: other.id, error } }]);
    world.change('cloud', { readAccount: () => Promise.reject(new TypeError('a fault')) });
    await expect(acts(account)).rejects.toThrow(TypeError);
  });

  it('is needed for everything where the directory of another account is configured no more', async () => {
    const account = await world.person();
    await world.link(account, { directory: 'left', id: 'x' });
    expect(await acts(account)).toEqual(PERSON_PERMISSIONS);
    expect(world.logged).toEqual([]);
  });

  it('is not judged where the directory of the account itself does not answer', async () => {
    world.change('people', { readMembership: () => Promise.reject(new AppError('directory.unreachable')) });
    await expect(acts(await world.person())).rejects.toMatchObject({ code: 'directory.unreachable' });
  });

  it('is needed for nothing without a rule, and nobody is asked for it', async () => {
    world.configure({});
    world.change('people', { readMembership: () => Promise.reject(new Error('asked')) });
    const account = await world.person();
    await world.link(account, { directory: 'left', id: 'x' });
    expect(await acts(account)).toEqual([]);
  });
});
