import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessWorld, openAccessWorld } from '../../../test/access-world.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Session } from '../sessions/session.ts';
import { OWN, ownAccounts, readOwn, rulesForAll } from './own-accounts.ts';

let world: AccessWorld;
let account: AccountRef;
let session: Session;
beforeAll(async () => {
  world = await openAccessWorld();
  account = await world.person({ login: 'alice' });
  session = await world.signIn(account);
});
afterAll(() => world.store.close());

const own = (ids: readonly string[]) => ownAccounts(world.store, session, ids, world.clock.now());
/** A linked account, and what stands for it. */
async function linked(countsFrom = 0, of = account): Promise<{ id: string; ref: AccountRef }> {
  const ref = await world.person({ directory: 'cloud' });
  await world.link(of, ref, countsFrom);
  const link = (await world.store.people.linkedTo(of)).find(({ accountId }) => accountId === ref.id);
  return { id: link?.id ?? '', ref };
}

describe('the accounts of who is signed in', () => {
  it('are their own, and those that are linked to it, each once and in the order in which they were named', async () => {
    const { id, ref } = await linked();
    const mine = { id: OWN, ref: account };
    expect(await own([OWN])).toEqual([mine]);
    expect(await own([id, OWN, id, OWN])).toEqual([{ id, ref }, mine]);
    expect(await own([])).toEqual([]);
  });

  it('are none whose link waits, nor those of somebody else', async () => {
    const now = world.clock.now();
    expect(await own([(await linked(now)).id])).toHaveLength(1);
    const others = [(await linked(now + 1)).id, (await linked(0, await world.person())).id, 'none'];
    for (const id of others) await expect(own([OWN, id])).rejects.toMatchObject({ code: 'people.not-linked' });
  });

  it('are told with what they ask for now', async () => {
    const facts = await readOwn(world.deps(), { id: OWN, ref: account });
    expect(facts).toMatchObject({ id: OWN, ref: account, label: 'alice (people)', account: { login: 'alice' }, status: { locked: false } });
  });

  it('ask for one password that meets the rules of all of them, each named where not all ask for it', async () => {
    const all = [OWN, (await linked()).id];
    const read = await Promise.all((await own(all)).map((each) => readOwn(world.deps(), each)));
    const [mine, other] = read as [(typeof read)[0], (typeof read)[0]];
    const shorter = { ...mine, policy: { ...mine.policy, minimumLength: 20 } };
    const rule = (accounts: typeof read, code: string) => rulesForAll(world.deps(), accounts).find((each) => each.code === code);
    expect(rule([shorter, other], 'password.too-short')).toMatchObject({ params: { minimum: 20 }, directories: ['people'] });
    expect(rule([shorter], 'password.too-short')).toMatchObject({ params: { minimum: 20 } });
    expect(rule([shorter], 'password.too-short')).not.toHaveProperty('directories');
    world.configure({ passwordRules: { minimumLength: 33 } });
    expect(rule([shorter, other], 'password.too-short')).toMatchObject({ params: { minimum: 33 } });
    world.configure({});
  });

  it('are judged by how they stand now', async () => {
    const facts = await readOwn(world.deps(), { id: OWN, ref: account });
    const changeableAt = world.clock.now() + 60_000;
    const young = { ...facts, status: { ...facts.status, changeableAt } };
    const isYoung = (at: number) => rulesForAll(world.deps({ at }), [young]).some(({ code }) => code === 'password.too-young');
    expect([isYoung(world.clock.now()), isYoung(changeableAt + 1)]).toEqual([true, false]);
  });
});
