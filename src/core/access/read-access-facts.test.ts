import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { createManualClock } from '../../../test/manual-clock.ts';
import { openTestStore, testKey } from '../../../test/store/fixture.ts';
import { createEmbeddedAccount, type NewEmbeddedAccount } from '../../directory/embedded/create-embedded-account.ts';
import { createEmbeddedDirectory } from '../../directory/embedded/create-embedded-directory.ts';
import { systemRandom } from '../../platform/system-random.ts';
import type { DirectorySettingsOf } from '../configuration/directory-section.ts';
import { configurationSchema } from '../configuration/document.ts';
import type { Account, AccountRef, Directory } from '../ports/directory.ts';
import type { Log } from '../ports/platform.ts';
import type { Store } from '../ports/store.ts';
import { readActor, readHolder, readTarget } from './read-access-facts.ts';
import type { Role } from './roles.ts';

const clock = createManualClock();
const logged: unknown[] = [];
const log = { warn: (event: string, fields: unknown) => void logged.push([event, fields]) } as unknown as Log;
let store: Store;
let people: Directory;
let cloud: Directory;
beforeAll(async () => {
  store = await openTestStore('sqlite::memory:', testKey('access-facts'));
  const { directories } = configurationSchema.parse({
    ...{ version: 1, organisation: { publicUrl: 'https://keyturn.example.test' }, mail: { kind: 'capture' } },
    directories: ['people', 'cloud'].map((id) => ({ id, kind: 'embedded', label: id, protected: { groups: ['Admins'] } })),
  });
  const open = (settings: unknown) =>
    createEmbeddedDirectory(settings as DirectorySettingsOf<'embedded'>, { clock, accounts: store.embedded });
  [people, cloud] = directories.map(open) as [Directory, Directory];
});
afterAll(() => store.close());
beforeEach(() => {
  logged.length = 0;
});

async function person(more: Partial<NewEmbeddedAccount> = {}): Promise<Account> {
  const account = { directory: 'people', login: `p${randomUUID()}`, displayName: 'P', password: 'x', ...more };
  const { directory, id } = await createEmbeddedAccount({ accounts: store.embedded, clock, random: systemRandom }, account);
  return (await (directory === 'people' ? people : cloud).readAccount({ directory, id })) as Account;
}
const refOf = ({ directory, id }: AccountRef): AccountRef => ({ directory, id });
async function link(account: Account, added: AccountRef): Promise<void> {
  const terms = { person: randomUUID(), ids: [randomUUID(), randomUUID()] as const, now: clock.now(), by: 'test', countsFrom: 0 };
  await store.people.link(refOf(account), refOf(added), terms);
}

const role = (heldBy: Partial<Role['heldBy']>, over?: Role['over']): Role => ({
  ...{ name: randomUUID(), may: ['reset-password'], heldBy: { directManager: false, ...heldBy }, over },
});

describe('what roles ask of an account', () => {
  const roles = [
    role({ groups: ['A', 'B'] }, { places: ['people'], groups: ['B', 'C'] }),
    role({ groups: ['D'], directories: ['cloud'] }, { groups: ['E'], directories: ['cloud'], places: ['cloud'] }),
    role({ accounts: ['x'] }),
    role({ groups: ['F'], directories: ['people', 'cloud'] }, { places: ['people', 'elsewhere'], directories: ['people'] }),
  ];
  /** The real directory, and what it was asked for. */
  const watched = (directory: Directory) => {
    const asked: unknown[] = [];
    const readMembership: Directory['readMembership'] = (account, named) => {
      asked.push(named);
      return directory.readMembership(account, named);
    };
    return { asked, directory: { ...directory, readMembership } };
  };

  it('is read for the groups and places that they name for its directory, each once', async () => {
    const account = await person({ groups: ['B', 'F', 'D'] });
    const { asked, directory } = watched(people);
    expect(await readHolder(directory, roles, account)).toEqual({
      ...{ account: refOf(account), login: account.login },
      membership: {
        places: { people: true, elsewhere: false },
        groups: { A: false, B: true, F: true, C: false },
      },
    });
    expect(asked).toEqual([{ places: ['people', 'elsewhere'], groups: ['A', 'B', 'F', 'C'] }]);
    const other = watched(cloud);
    await readHolder(other.directory, roles, await person({ directory: 'cloud' }));
    expect(other.asked).toEqual([{ places: ['people', 'cloud'], groups: ['A', 'B', 'D', 'F', 'C', 'E'] }]);
  });

  it('is not asked for where they name none', async () => {
    const account = await person();
    const { asked, directory } = watched(people);
    for (const none of [[], [role({ accounts: ['x'] })], [role({ groups: ['D'], directories: ['cloud'] })]])
      expect((await readHolder(directory, none, account)).membership).toEqual({ places: {}, groups: {} });
    expect(asked).toEqual([]);
    await readHolder(directory, [role({}, { places: ['people'] })], account);
    await readHolder(directory, [role({ groups: ['A'] })], account);
    await readHolder(directory, [role({}, { groups: ['C'] })], account);
    expect(asked).toEqual([
      { places: ['people'], groups: [] },
      { places: [], groups: ['A'] },
      { places: [], groups: ['C'] },
    ]);
  });
});

describe('who asks', () => {
  const actor = (account: Account, directory = people) => readActor({ store }, directory, [role({ groups: ['A'] })], account);

  it('is who they are, with their other accounts', async () => {
    const [account, other] = [await person({ groups: ['A'] }), await person({ directory: 'cloud' })];
    await link(account, other);
    expect(await actor(account)).toEqual({
      ...{ account: refOf(account), login: account.login, membership: { places: {}, groups: { A: true } } },
      ...{ linked: [refOf(other)], barred: null },
    });
  });

  it.each<[Partial<NewEmbeddedAccount>, string | null]>([
    [{}, null],
    // Who is protected may act.
    [{ groups: ['Admins'] }, null],
    [{ disabled: true }, 'account-disabled'],
    [{ groups: ['Admins'], disabled: true }, 'account-disabled'],
    [{ expiresAt: 1 }, 'account-expired'],
  ])('with %j is barred by %s', async (more, barred) => {
    expect((await actor(await person(more))).barred).toBe(barred);
  });

  it('is barred while they have said that it was not them', async () => {
    const account = await person();
    await store.freezes.freeze(refOf(account), 'not-me', clock.now());
    expect((await actor(account)).barred).toBe('recovery-frozen');
  });
});

describe('whom it is about', () => {
  const roles = [role({ groups: ['A'] })];
  const target = (account: Account, all: readonly Directory[] = [people, cloud]) =>
    readTarget({ store, log, directories: { all: () => all } }, people, roles, account);

  it('is told with who protects and who leads them', async () => {
    const lead = await person();
    const account = await person({ groups: ['Admins', 'A'], managerId: lead.id });
    expect(await target(account)).toEqual({
      ...{ account: refOf(account), login: account.login, membership: { places: {}, groups: { A: true } }, linked: [] },
      ...{ protected: true, manager: { known: true, manager: lead } },
    });
    expect((await target(lead)).protected).toBe(false);
  });

  it('has other accounts, of which one that is gone holds nothing', async () => {
    const [account, other] = [await person(), await person({ directory: 'cloud', groups: ['A'] })];
    await link(account, other);
    await link(account, { directory: 'cloud', id: 'gone' });
    expect((await target(account)).linked).toEqual([
      { account: refOf(other), login: other.login, membership: { places: {}, groups: { A: true } } },
    ]);
    expect(logged).toEqual([]);
  });

  it('has other accounts that may hold anything, where their directory is configured no more or does not answer', async () => {
    const [account, other] = [await person(), await person({ directory: 'cloud' })];
    await link(account, other);
    const unknown = [{ account: refOf(other), login: null, membership: { places: {}, groups: {} } }];
    expect((await target(account, [people])).linked).toEqual(unknown);
    expect(logged).toEqual([]);
    for (const error of [new AppError('directory.unreachable'), new AppError('configuration.secret-missing')]) {
      logged.length = 0;
      const silent = { ...cloud, readAccount: () => Promise.reject(error) };
      expect((await target(account, [people, silent])).linked).toEqual(unknown);
      expect(logged).toEqual([['access.linked-not-known', { directory: 'cloud', account: other.id, error }]]);
    }
  });

  it('is not told where something else went wrong', async () => {
    const account = await person();
    await link(account, await person({ directory: 'cloud' }));
    for (const error of [new TypeError('a fault'), new AppError('store.unavailable'), new AppError('internal.unexpected')]) {
      const broken = { ...cloud, readAccount: () => Promise.reject(error) };
      await expect(target(account, [people, broken])).rejects.toBe(error);
    }
  });
});
