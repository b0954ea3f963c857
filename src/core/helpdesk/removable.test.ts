import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AccessWorld, openAccessWorld } from '../../../test/access-world.ts';
import { factorRow } from '../../../test/store/fixture.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';
import { otherOwners, requireRemovable } from './removable.ts';

let world: AccessWorld;
let session: Session;
beforeAll(async () => {
  world = await openAccessWorld();
  session = await world.signIn(await world.person({ groups: ['Agents'] }));
});
afterAll(() => world.store.close());
beforeEach(() => {
  world.configure({
    roles: [{ name: 'helpdesk', may: ['remove-proofs'], heldBy: { groups: ['Agents'] }, over: { directories: ['people'] } }],
  });
});

const key = ({ directory, id }: AccountRef) => `${directory}/${id}`;
const enrol = async ({ directory, id: accountId }: AccountRef, kind: FactorRow['kind']) =>
  world.store.factors.insert(factorRow({ directory, accountId, kind, secret: 'x', credential: kind === 'passkey' ? accountId : null }));
const remove = (account: AccountRef, ...kinds: Parameters<typeof requireRemovable>[3]) =>
  requireRemovable(world.deps(), session, account, kinds);
const owners = async (account: AccountRef, kinds?: Parameters<typeof requireRemovable>[3]) =>
  otherOwners(world.deps(), await world.openCase(session.account, account, kinds === undefined ? {} : { kinds }));

describe('what is to be removed', () => {
  it('has to be there, of each kind that is named', async () => {
    const account = await world.person();
    await enrol(account, 'totp');
    expect(await remove(account, 'totp')).toEqual(new Set([key(account)]));
    await expect(remove(account, 'totp', 'questions', 'recovery-code')).rejects.toMatchObject({
      code: 'case.nothing-to-remove',
      details: { kinds: ['questions', 'recovery-code'] },
    });
  });

  it('may stand with a linked account, where who asks may remove it there as well', async () => {
    const [account, other] = [await world.person(), await world.person()];
    await world.link(account, other);
    await enrol(other, 'totp');
    expect(await remove(account, 'totp')).toEqual(new Set([key(other)]));
    await enrol(account, 'totp');
    expect(await remove(account, 'totp')).toEqual(new Set([key(account), key(other)]));
    expect(await owners(account, ['totp'])).toEqual([other]);
  });

  it('is out of reach where it stands with an account that a role is not over; what stands elsewhere besides is nothing to it', async () => {
    const [account, other] = [await world.person(), await world.person({ directory: 'cloud' })];
    await world.link(account, other);
    await enrol(account, 'totp');
    await enrol(other, 'questions');
    expect(await remove(account, 'totp')).toEqual(new Set([key(account)]));
    await expect(remove(account, 'questions')).rejects.toMatchObject({ code: 'access.refused' });
  });

  it('asks nothing of the account itself, which the case was opened for', async () => {
    const account = await world.person({ directory: 'cloud' });
    await enrol(account, 'totp');
    expect(await remove(account, 'totp')).toEqual(new Set([key(account)]));
  });

  it('is nothing of an account whose link waits', async () => {
    const [account, other] = [await world.person(), await world.person()];
    await world.link(account, other, world.clock.now() + 1);
    await enrol(other, 'totp');
    await expect(remove(account, 'totp')).rejects.toMatchObject({ code: 'case.nothing-to-remove' });
  });
});

describe('who else has a say in a case', () => {
  it('is nobody where nothing is removed', async () => {
    const [account, other] = [await world.person(), await world.person()];
    await world.link(account, other);
    await enrol(other, 'totp');
    expect(await owners(account)).toEqual([]);
    const next = await world.person();
    await world.link(next, await world.person());
    expect(await owners(next, ['totp'])).toEqual([]);
  });
});
