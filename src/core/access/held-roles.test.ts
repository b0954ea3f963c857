import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { type AccessWorld, openAccessWorld } from '../../../test/access-world.ts';
import type { AccountRef, Directory } from '../ports/directory.ts';
import type { SessionRow } from '../ports/session-store.ts';
import type { Session } from '../sessions/session.ts';
import { endSessionsOfLostRoles, readActorOf, readSessionActor } from './held-roles.ts';

let world: AccessWorld;
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());
beforeEach(() => {
  world.clock.advance(7_200_000);
  world.logged.length = 0;
  world.changeBack();
  world.configure({
    roles: [
      { name: 'admins', may: ['manage-configuration'], heldBy: { groups: ['Admins'] } },
      { name: 'readers', may: ['view-history'], heldBy: { groups: ['Readers'] } },
    ],
  });
});

const row = async (session: Session) => (await world.store.sessions.findByToken(session.row.tokenDigest)) as SessionRow;
const setGroups = async ({ directory, id }: AccountRef, groups: string[], changes: object = {}) => {
  const kept = (await world.store.embedded.find(directory, id)) as NonNullable<Awaited<ReturnType<typeof world.store.embedded.find>>>;
  await world.store.embedded.update({ ...kept, groups, ...changes });
};
const admin = () => world.person({ groups: ['Admins'] });
/** Signed in and acting by a role, of which the directory was asked so long ago. */
const acting = (account: AccountRef, secondsAgo = 60, changes: Partial<SessionRow> = {}) =>
  world.signIn(account, {}, { roles: ['admins'], rolesReadAt: world.clock.now() - secondsAgo * 1000, ...changes });
const endings = async (account: AccountRef) => (await world.events()).filter((event) => (event.account as AccountRef)?.id === account.id);
const ended = (account: AccountRef, count = 1) => ({
  ...{ type: 'session.all-ended', account, because: 'role-lost', actor: { kind: 'system' }, count },
});

describe('who acts in a session', () => {
  it('is who they are, and by which roles is noted with it', async () => {
    const account = await admin();
    const session = await world.signIn(account);
    expect(await readSessionActor(world.deps(), session)).toMatchObject({
      account,
      membership: { groups: { Admins: true, Readers: false } },
    });
    expect(await row(session)).toMatchObject({ roles: ['admins'], rolesReadAt: world.clock.now() });
  });

  it('has no role noted who holds none', async () => {
    const session = await world.signIn(await world.person());
    await readSessionActor(world.deps(), session);
    expect(await row(session)).toMatchObject({ roles: [], rolesReadAt: null });
  });

  it('is nobody where the account is gone, and ends nothing where no role was used', async () => {
    const account = { directory: 'people', id: 'gone' };
    const session = await world.signIn(account);
    expect(await readSessionActor(world.deps(), session)).toBeNull();
    expect((await row(session)).endedAt).toBeNull();
  });

  it.each<[string, (account: AccountRef) => Promise<void> | void]>([
    ['is held no more', (account) => setGroups(account, [])],
    ['is in the configuration no more', () => world.configure({ roles: [] })],
    ['is that of an account that was closed', (account) => setGroups(account, ['Admins'], { disabled: true })],
    ['is that of an account that is gone', () => world.change('people', { readAccount: () => Promise.resolve(null) })],
  ])('is signed out everywhere where a role by which they acted %s', async (_, happens) => {
    const account = await admin();
    const [one, other] = [await acting(account), await acting(account)];
    await happens(account);
    await expect(readSessionActor(world.deps(), one)).rejects.toMatchObject({ code: 'session.ended' });
    for (const session of [one, other]) expect(await row(session)).toMatchObject({ endedBecause: 'role-lost' });
    expect(await endings(account)).toEqual([ended(account, 2)]);
    // Once more, and nothing is told a second time.
    await expect(readSessionActor(world.deps(), one)).rejects.toMatchObject({ code: 'session.ended' });
    expect(await endings(account)).toHaveLength(1);
  });

  it('goes on by one role where another one was never used', async () => {
    const account = await world.person({ groups: ['Admins', 'Readers'] });
    const session = await acting(account);
    await readSessionActor(world.deps(), session);
    expect((await row(session)).roles).toEqual(['admins', 'readers']);
    await setGroups(account, ['Admins']);
    const again = { ...session, row: { ...session.row, roles: ['admins'] } };
    await expect(readSessionActor(world.deps(), again)).resolves.toBeDefined();
    const reader = await acting(await world.person({ groups: ['Readers'] }), 60, { roles: ['readers'] });
    await expect(readSessionActor(world.deps(), reader)).resolves.toBeDefined();
  });

  it('is not told that they are signed out where that could not be written down', async () => {
    const session = await acting(await world.person());
    vi.spyOn(world.store, 'transaction').mockRejectedValueOnce(new AppError('store.unavailable'));
    await expect(readSessionActor(world.deps(), session)).rejects.toMatchObject({ code: 'store.unavailable' });
    expect((await row(session)).endedAt).toBeNull();
  });

  it('loses nothing by what the directory does not tell, and nothing is confirmed by it', async () => {
    const account = await admin();
    const session = await acting(account, 60);
    const hidden: Directory['readMembership'] = () => Promise.resolve({ places: {}, groups: { Admins: null, Readers: true } });
    world.change('people', { readMembership: hidden });
    await readSessionActor(world.deps(), session);
    const noted = await row(session);
    expect(noted).toMatchObject({ roles: ['admins', 'readers'], rolesReadAt: session.row.rolesReadAt });
    await readSessionActor(world.deps(), { ...session, row: noted });
    expect((await row(session)).rolesReadAt, 'of several that were noted').toBe(session.row.rolesReadAt);
  });

  it('has their roles confirmed once in a while, and goes on where that cannot be noted', async () => {
    const account = await admin();
    const session = await acting(account, 15);
    const noteRoles = vi.spyOn(world.store.sessions, 'noteRoles');
    await readSessionActor(world.deps(), session);
    expect(noteRoles).not.toHaveBeenCalled();
    world.clock.advance(1);
    noteRoles.mockRejectedValueOnce(new AppError('store.unavailable'));
    await readSessionActor(world.deps(), session);
    noteRoles.mockRejectedValueOnce(new TypeError('a fault'));
    await expect(readSessionActor(world.deps(), session)).rejects.toThrow(TypeError);
    expect((await row(session)).rolesReadAt).toBe(session.row.rolesReadAt);
    await readSessionActor(world.deps(), session);
    expect((await row(session)).rolesReadAt).toBe(world.clock.now());
  });

  it('must have their first role noted, or does not act', async () => {
    const session = await world.signIn(await admin());
    vi.spyOn(world.store.sessions, 'noteRoles').mockRejectedValueOnce(new AppError('store.unavailable'));
    await expect(readSessionActor(world.deps(), session)).rejects.toMatchObject({ code: 'store.unavailable' });
  });

  it('has to rest on what counts while a threat is raised, where they act by a role', async () => {
    const account = await world.person();
    const { lift } = await world.raise();
    const weak = { proofs: [{ kind: 'password' as const, at: world.clock.now() }] };
    const [plain, agent] = [await world.signIn(account, weak), await world.signIn(await admin(), weak)];
    const noted = await world.signIn(await admin(), weak, { roles: ['readers'] });
    await expect(readSessionActor(world.deps(), plain)).resolves.toMatchObject({ account });
    await expect(readSessionActor(world.deps(), agent)).rejects.toMatchObject({ code: 'session.ended' });
    await expect(readSessionActor(world.deps(), noted)).rejects.toMatchObject({ code: 'session.ended' });
    await lift();
  });
});

describe('the sessions of everybody who acted by a role', () => {
  const look = () => endSessionsOfLostRoles(world.deps());

  it('end where it is lost, are confirmed where it is held, and are left alone where it was confirmed just now', async () => {
    const [keeps, loses, lately] = [await admin(), await admin(), await admin()];
    const [kept, other] = [await acting(keeps), await acting(keeps)];
    const [lost, third] = [await acting(loses), await acting(lately, 14.999)];
    for (const account of [loses, lately]) await setGroups(account, []);
    expect(await look()).toBe(1);
    expect(await row(lost)).toMatchObject({ endedBecause: 'role-lost' });
    for (const session of [kept, other]) expect(await row(session)).toMatchObject({ endedAt: null, rolesReadAt: world.clock.now() });
    expect(await row(third)).toMatchObject({ endedAt: null, rolesReadAt: third.row.rolesReadAt });
    expect(await endings(loses)).toEqual([ended(loses)]);
    expect(world.logged).toEqual([]);
    world.clock.advance(1);
    expect(await look(), 'by now it is not confirmed any more').toBe(1);
    expect(await look()).toBe(0);
  });

  it('count for who has ended them: of two nodes that find out at the same time one tells it', async () => {
    const account = await world.person();
    await acting(account);
    world.change('people', {
      async readAccount() {
        await world.store.sessions.endAll(account, 'role-lost', world.clock.now(), []);
        return null;
      },
    });
    expect(await look()).toBe(0);
    expect([await endings(account), world.logged]).toEqual([[], []]);
  });

  it('are asked about once for all of an account, for every role that was noted in any of them', async () => {
    const account = await world.person({ groups: ['Readers'] });
    await acting(account, 60, { roles: ['readers'] });
    await acting(account, 60, { roles: ['readers', 'admins'] });
    const { readAccount } = world.deps().directories.get('people');
    const asked: string[] = [];
    world.change('people', {
      readAccount(ref) {
        if (ref.id === account.id) asked.push(ref.id);
        return readAccount(ref);
      },
    });
    expect(await look()).toBe(1);
    expect(asked).toHaveLength(1);
    expect(await endings(account)).toEqual([ended(account, 2)]);
  });

  it('are not asked about where they are over, or idle', async () => {
    const account = await admin();
    await setGroups(account, []);
    const { idleMinutes } = world.configuration.signIn;
    await acting(account, 60, { endsAt: world.clock.now() });
    await acting(account, 60, { seenAt: world.clock.now() - idleMinutes * 60_000 });
    expect(await look()).toBe(0);
    await acting(account, 60, { seenAt: world.clock.now() - idleMinutes * 60_000 + 1 });
    expect(await look()).toBe(1);
    const off = await acting(account);
    world.configure({ signIn: { enabled: false } });
    expect(await look()).toBe(0);
    expect((await row(off)).endedAt).toBeNull();
  });

  it('of a directory that does not answer go on, which is told once, and hold up nobody of another one', async () => {
    const mine = await Promise.all(Array.from({ length: 6 }, admin));
    for (const account of mine) await acting(account);
    const elsewhere = await world.person({ directory: 'cloud' });
    await acting(elsewhere);
    let asked = 0;
    const error = new AppError('directory.unreachable');
    world.change('people', {
      readAccount() {
        asked += 1;
        return Promise.reject(error);
      },
    });
    expect(await look()).toBe(1);
    expect(await endings(elsewhere)).toEqual([ended(elsewhere)]);
    expect(asked, 'as many as are asked at once').toBeLessThanOrEqual(4);
    expect(world.logged).toEqual([{ event: 'access.roles-not-known', fields: { directory: 'people', accounts: 6, error } }]);
  });

  it.each(['directory.no-right', 'directory.account-missing', 'directory.limit-exceeded'] as const)(
    'of one that says %s of one account are asked about all the same',
    async (code) => {
      const [odd, loses] = [await admin(), await world.person()];
      await acting(odd, 90);
      for (let more = 0; more < 5; more += 1) await acting(await world.person());
      await acting(loses, 50);
      const { readAccount } = world.deps().directories.get('people');
      const error = new AppError(code);
      world.change('people', { readAccount: (ref) => (ref.id === odd.id ? Promise.reject(error) : readAccount(ref)) });
      expect(await look()).toBe(6);
      expect(world.logged).toEqual([{ event: 'access.roles-not-known', fields: { directory: 'people', accounts: 1, error } }]);
      world.changeBack();
      await setGroups(odd, []);
      expect(await look()).toBe(1);
    },
  );

  it('end where the directory is configured no more, or the account is gone', async () => {
    const accounts = [
      { directory: 'people', id: 'gone' },
      { directory: 'left', id: 'x' },
    ];
    for (const account of accounts) await acting(account);
    expect(await look()).toBe(2);
  });
});

describe('what an account may act by, whoever asks', () => {
  it('is told of who is there, and of nobody else', async () => {
    const account = await admin();
    expect(await readActorOf(world.deps(), account)).toMatchObject({ account, barred: null, membership: { groups: { Admins: true } } });
    for (const gone of [
      { directory: 'people', id: 'gone' },
      { directory: 'left', id: account.id },
    ])
      expect(await readActorOf(world.deps(), gone)).toBeNull();
  });
});
