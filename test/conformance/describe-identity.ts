import { beforeAll, describe, expect, it } from 'vitest';
import { isDirectManager } from '../../src/core/accounts/is-direct-manager.ts';
import type { Account, Directory } from '../../src/core/ports/directory.ts';
import type { Harness } from './harness.ts';
import { newLogin } from './samples.ts';
import { reset, unlock } from './write.ts';

/** Finding people, and what is told about them. */
export function describeIdentity(harness: () => Harness): void {
  describe('people', () => {
    it('are found by each configured identifier, and only by a whole one', async () => {
      const { directory, createAccount } = harness();
      const employeeNumber = newLogin('ee');
      const account = await createAccount({ employeeNumber });
      for (const identifier of [account.login, account.mail, employeeNumber]) {
        const found = await directory.findAccounts(directory.normaliseIdentifier(identifier) ?? '');
        expect(found.map(({ id }) => id)).toEqual([account.ref.id]);
      }
      expect(await directory.findAccounts(account.login.slice(0, -1))).toEqual([]);
      expect(await directory.findAccounts(newLogin())).toEqual([]);
    });

    it('are told with their names and contact data, the same by every way', async () => {
      const { directory, createAccount } = harness();
      const account = await createAccount({ surname: 'Łukasiewicz-O’Neill' });
      const read = await directory.readAccount(account.ref);
      expect(read).toMatchObject({
        ...account.ref,
        login: account.login,
        givenName: 'Ada',
        surname: 'Łukasiewicz-O’Neill',
        displayName: 'Ada Łukasiewicz-O’Neill',
        mail: [account.mail],
        mobile: ['+15550100099'],
        contacts: { email: [], sms: [] },
        privileged: false,
      });
      expect((await directory.findAccounts(account.login))[0]).toEqual(read);
    });

    it('have one normalised name however it is typed, and that name finds them', async () => {
      const { directory, createAccount } = harness();
      const account = await createAccount();
      const spellings = [
        account.login,
        account.login.toUpperCase(),
        `  ${account.login} `,
        `${account.login[0]?.toUpperCase()}${account.login.slice(1)}`,
      ];
      const names = spellings.map((spelling) => directory.normaliseIdentifier(spelling));
      expect(new Set(names).size).toBe(1);
      expect((await directory.findAccounts(names[0] ?? '')).map(({ id }) => id)).toEqual([account.ref.id]);
      const mails = [account.mail, account.mail.toUpperCase()].map((spelling) => directory.normaliseIdentifier(spelling));
      expect(new Set(mails).size).toBe(1);
      expect((await directory.findAccounts(mails[0] ?? '')).map(({ id }) => id)).toEqual([account.ref.id]);
    });

    it('have no name that is empty or holds control characters', () => {
      const { directory } = harness();
      for (const typed of ['', '   ', '\u0000', 'a\u0000b', 'x'.repeat(5000)]) expect(directory.normaliseIdentifier(typed)).toBeNull();
    });

    it('are not found behind the name of a domain that is none of theirs', async () => {
      const { directory, createAccount } = harness();
      const { login } = await createAccount();
      for (const prefix of ['FOREIGN\\', '\\', 'FOREIGN\ufe68']) expect(await directory.findAccounts(`${prefix}${login}`)).toEqual([]);
    });

    it.each(['*', '*)(objectClass=*', 'a)(|(cn=*', '\\2a', 'uid=admin,dc=example', '(&)', ')(', 'a,b=c', '"', "' or 1=1 --", '%'])(
      'cannot be had by injecting %s into a filter or a DN',
      async (typed) => {
        const { directory } = harness();
        expect(await directory.findAccounts(typed)).toEqual([]);
        const name = directory.normaliseIdentifier(typed);
        if (name !== null) expect(await directory.findAccounts(name)).toEqual([]);
        expect(await directory.readAccount({ directory: directory.id, id: typed })).toBeNull();
      },
    );

    it('are not there when the reference names nobody, or belongs to another directory', async () => {
      const { directory, createAccount } = harness();
      const account = await createAccount();
      const nobody = { directory: directory.id, id: 'ffffffff-ffff-4fff-8fff-ffffffffffff' };
      expect(await directory.readAccount(nobody)).toBeNull();
      await expect(directory.readStatus(nobody)).rejects.toMatchObject({ code: 'directory.account-missing' });
      const known = await directory.readAccount(account.ref);
      if (known === null) throw new Error('the account is missing');
      await expect(directory.readStanding({ ...known, ...nobody })).rejects.toMatchObject({ code: 'directory.account-missing' });
      expect(await unlock(directory, nobody)).toMatchObject({ done: false, refusal: 'account.missing' });
      expect(await reset(directory, nobody, 'Qz-0123456789-Wyr')).toMatchObject({ done: false, refusal: 'account.missing' });
      expect(await directory.changePassword(nobody, 'x', 'Qz-0123456789-Wyr')).toMatchObject({ done: false, refusal: 'account.missing' });
      expect(await directory.readAccount({ ...account.ref, id: `${account.ref.id}0` })).toBeNull();
    });

    it('are read many at once, each as it is read alone, without those who are not there', async () => {
      const { directory, createAccount } = harness();
      const accounts = await Promise.all(Array.from({ length: 3 }, () => createAccount()));
      const ids = accounts.map(({ ref }) => ref.id);
      const alone = await Promise.all(accounts.map(({ ref }) => directory.readAccount(ref)));
      const nobody = Array.from({ length: 120 }, (_, nth) => `ffffffff-ffff-4fff-8fff-${String(nth).padStart(12, '0')}`);
      const strange = ['', '*', ')(objectClass=*', 'a\u0000b', `${ids[0]}0`];
      const found = await directory.readAccounts([...nobody.slice(60), ...strange, ...ids, ...nobody.slice(0, 60)]);
      const byId = (one: Account | null, other: Account | null) => ((one?.id ?? '') < (other?.id ?? '') ? -1 : 1);
      expect(found.toSorted(byId)).toEqual(alone.toSorted(byId));
      expect(await directory.readAccounts([])).toEqual([]);
    });

    it('have a direct manager, or none is known', async () => {
      const { directory, createAccount, kind } = harness();
      const top = await createAccount();
      const manager = await createAccount({ manager: top });
      const { ref } = await createAccount({ manager });
      const found = await directory.readManager(ref);
      expect(found).toEqual({ known: true, manager: await directory.readAccount(manager.ref) });
      expect([manager, top].map((somebody) => isDirectManager(somebody.ref, ref, found))).toEqual([true, false]);
      // Nobody is named, or it is hidden: LDAP tells these apart nowhere.
      const none = await directory.readManager(top.ref);
      expect(none).toEqual(kind === 'embedded' ? { known: true, manager: null } : { known: false, because: 'not-told' });
      expect(isDirectManager(manager.ref, top.ref, none)).toBe(kind === 'embedded' ? false : null);
      const nobody = { directory: directory.id, id: 'ffffffff-ffff-4fff-8fff-ffffffffffff' };
      await expect(directory.readManager(nobody)).rejects.toMatchObject({ code: 'directory.account-missing' });
    });

    it('have a manager who is not known where the one who is named is no person of this directory', async () => {
      const { createAccount, open, ldap } = harness();
      const elsewhere = await createAccount({ outside: true });
      const led = await createAccount({ manager: elsewhere });
      if (ldap === null) {
        // A reference into the same table: one that is not there is all that can go wrong.
        const lost = await createAccount({ manager: { ...elsewhere, ref: { ...elsewhere.ref, id: 'gone' } } });
        expect(await lost.directory.readManager(lost.ref)).toEqual({ known: false, because: 'not-found' });
        return;
      }
      const unit = led.dn.slice(led.dn.indexOf(',') + 1);
      const notFound = { known: false, because: 'not-found' };
      expect(await led.directory.readManager(led.ref)).toMatchObject({ known: true, manager: { id: elsewhere.ref.id } });
      expect(await open({ baseDn: unit }).readManager(led.ref)).toEqual(notFound);
      const byUnit = await createAccount({ manager: { ...elsewhere, dn: unit } });
      expect(await led.directory.readManager(byUnit.ref)).toEqual(notFound);
      // By the attribute that is configured, and no other.
      expect(await open({ managerAttribute: 'secretary' }).readManager(led.ref)).toEqual({ known: false, because: 'not-told' });
    });
  });

  describe('groups', () => {
    it('are all told, and members of protected ones are protected, with the reason', async () => {
      const { directory, createAccount, kind } = harness();
      const account = await createAccount({ groups: ['Editors', 'Publishers', 'Admins'] });
      const names = (await directory.readGroups(account.ref)).map(({ name }) => name);
      if (kind === 'embedded') {
        // Its groups are flat names on the account itself: all of them direct.
        expect(names.sort()).toEqual(['Admins', 'Editors', 'Publishers']);
      } else {
        expect(names).toEqual(expect.arrayContaining(['Editors', 'Publishers', 'Admins']));
      }
      const found = await directory.readAccount(account.ref);
      if (found === null) throw new Error('the member is missing');
      const verdict = await directory.isProtected(found);
      expect(verdict).toMatchObject({ protected: true });
      expect(verdict.reason).toContain('Admins');
      await expectOneStanding(directory, found);
    });

    it('and places are told of anybody, where they are there; of what cannot be found it is not known', async () => {
      const { directory, createAccount, kind } = harness();
      const [member, other] = [await createAccount({ groups: ['Editors'] }), await createAccount({ groups: ['Readers'] })];
      const [inside, outside] = [await directory.readAccount(member.ref), await directory.readAccount(other.ref)];
      if (inside === null || outside === null) throw new Error('an account is missing');
      const isEmbedded = kind === 'embedded';
      const above = inside.location.slice(inside.location.indexOf(',') + 1);
      const [nowhere, elsewhere] = [`ou=Nowhere,${above}`, isEmbedded ? 'other' : outside.location];
      const named = { places: [above, elsewhere, nowhere], groups: ['Editors', 'eDITORS', 'Readers', 'Nobody has heard of it'] };
      // Groups and places of the embedded directory are names on the account itself: there are none that are not there.
      const missing = isEmbedded ? false : null;
      expect(await directory.readMembership(inside, named)).toEqual({
        places: { [above]: true, [elsewhere]: false, [nowhere]: missing },
        groups: { Editors: true, eDITORS: true, Readers: false, 'Nobody has heard of it': missing },
      });
      const wanted = [
        { kind: 'group' as const, value: 'Editors', setting: 'roles[0].heldBy.groups[0]' },
        { kind: 'place' as const, value: nowhere, setting: 'roles[0].over.places[0]' },
        { kind: 'place' as const, value: above, setting: 'roles[0].over.places[1]' },
        { kind: 'group' as const, value: 'Nobody has heard of it', setting: 'roles[0].over.groups[0]' },
      ];
      const looked = await directory.lookUpNames(wanted);
      expect(looked.map(({ setting, ok }) => [setting, ok])).toEqual(
        wanted.map(({ setting, kind: of }, index) => [setting, index === 0 || index === 2 || (isEmbedded && of === 'group')]),
      );
      for (const { ok, setting, fix } of looked) if (!ok) expect(fix).toContain(setting);
      expect((await directory.readMembership(outside, named)).groups).toMatchObject({ Editors: false, Readers: true });
      const nobody = { ...inside, id: 'ffffffff-ffff-4fff-8fff-ffffffffffff' };
      await expect(directory.readMembership(nobody, { places: [], groups: ['Editors'] })).rejects.toMatchObject({
        code: 'directory.account-missing',
      });
    });

    it('of no interest protect nobody, and a protected login is protected without any', async () => {
      const { directory, createAccount, kind } = harness();
      const plain = await createAccount({ groups: ['Readers'] });
      if (kind === 'embedded') await createAccount({ login: 'kept' });
      const [first, [second]] = [await directory.readAccount(plain.ref), await directory.findAccounts('kept')];
      if (first === null || second === undefined) throw new Error('an account is missing');
      expect(await directory.isProtected(first)).toEqual({ protected: false, reason: null });
      expect(await directory.isProtected(second)).toMatchObject({ protected: true });
      for (const account of [first, second]) await expectOneStanding(directory, account);
    });
  });

  describe('search', () => {
    beforeAll(() => harness().crowd());

    it('pages through more than a thousand without losing or repeating anybody', async () => {
      const { directory } = harness();
      const seen = new Set<string>();
      let cursor: string | undefined;
      let count = 0;
      do {
        const page = await directory.search({ text: 'crowd', pageSize: 400, ...(cursor === undefined ? {} : { cursor }) });
        expect(page.accounts.length).toBeLessThanOrEqual(400);
        for (const account of page.accounts) seen.add(account.id);
        count += page.accounts.length;
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
      expect(count).toBe(seen.size);
      expect(count).toBeGreaterThanOrEqual(1050);
    });

    it('gives everybody to one who asks for all, each once, and waits for what is done with them', async () => {
      const { directory, createAccount } = harness();
      const outside = await createAccount();
      const seen = new Map<string, number>();
      let busy = 0;
      await directory.forEachPerson(async (accounts) => {
        busy += 1;
        expect(busy).toBe(1);
        expect(accounts.length).toBeGreaterThan(0);
        expect(accounts.length).toBeLessThanOrEqual(500);
        for (const { id } of accounts) seen.set(id, (seen.get(id) ?? 0) + 1);
        // Asked about on the way, as whoever judges them does.
        expect(await directory.readAccount(accounts[0] as Account)).toMatchObject({ id: accounts[0]?.id });
        busy -= 1;
      });
      expect(new Set(seen.values())).toEqual(new Set([1]));
      expect(seen.size).toBeGreaterThan(1050);
      expect(seen.has(outside.ref.id)).toBe(true);
      const fault = new Error('the visitor has seen enough');
      let visits = 0;
      const failing = directory.forEachPerson(() => {
        visits += 1;
        return Promise.reject(fault);
      });
      await expect(failing).rejects.toBe(fault);
      expect(visits).toBe(1);
    });

    it('finds the locked, the disabled and those who must change, where the server tells', async () => {
      const { directory, createAccount, lock, facts } = harness();
      const [locked, disabled, mustChange] = [
        await createAccount({ surname: 'Facet' }),
        await createAccount({ surname: 'Facet', disabled: true }),
        await createAccount({ surname: 'Facet', mustChange: true }),
      ];
      await lock(locked);
      const find = async (filter: 'locked' | 'disabled' | 'must-change'): Promise<string[]> =>
        (await directory.search({ text: 'Facet', filter, pageSize: 10 })).accounts.map(({ id }) => id);
      expect(await find('locked')).toEqual(facts.statusKnown ? [locked.ref.id] : []);
      expect(await find('disabled')).toEqual(facts.statusKnown ? [disabled.ref.id] : []);
      expect(await find('must-change')).toEqual(facts.statusKnown ? [mustChange.ref.id] : []);
    });

    it('takes wildcards as what they are', async () => {
      const { directory } = harness();
      for (const text of ['*', '%', '_', ')(uid=*', '\\']) expect((await directory.search({ text, pageSize: 5 })).accounts).toEqual([]);
    });
  });
}

/** One reading of the entry tells the same as one for state and one for protection, before a write as well. */
async function expectOneStanding(directory: Directory, account: Account): Promise<void> {
  const [status, protection] = [await directory.readStatus(account), await directory.isProtected(account)];
  expect(await directory.readStanding(account)).toEqual({ status, protection });
  expect((await directory.prepareWrite(account)).protection).toEqual(protection);
}
