import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, newLogin } from '../../../test/conformance/samples.ts';
import type { SambaDirectory } from '../../../test/servers/samba-directory.ts';
import { sharedSamba } from '../../../test/servers/shared-servers.ts';
import type { Directory } from '../../core/ports/directory.ts';

const DAY = 86_400_000;
const password = 'First-Passw0rd-1';
/** NORMAL_ACCOUNT and DONT_EXPIRE_PASSWORD (MS-ADTS 2.2.16). */
const endless = { userAccountControl: String(0x200 | 0x1_0000) };

const family = newLogin('age');
let samba: SambaDirectory;

beforeAll(async () => {
  samba = await sharedSamba();
  const add = (name: string, more: { mustChange?: boolean } = {}) => samba.createUser({ login: `${family}-${name}`, password, ...more });
  // 90 days, by the domain.
  await add('usual');
  const [ten, nested, never] = [await add('ten'), await add('nested'), await add('never')];
  await samba.modify((await add('flagged')).dn, endless);
  await samba.modify((await add('flagged-ten')).dn, endless);
  await add('must', { mustChange: true });
  const inner = await samba.createGroup(`${family}-inner`, [nested.dn]);
  const outer = await samba.createGroup(`${family}-outer`, [inner]);
  const precedence = 10_000 + Math.floor(Math.random() * 1_000_000_000);
  await samba.createPasswordSettings({
    name: `${family}-10`,
    precedence,
    maxAgeDays: 10,
    appliesTo: [ten.dn, `CN=${family}-flagged-ten,${samba.peopleDn}`, outer],
  });
  const object = await samba.createPasswordSettings({ name: `${family}-no`, precedence: precedence + 1, appliesTo: [never.dn] });
  // The smallest number: none (MS-ADTS 3.1.1.4.5.33).
  await samba.modify(object, { 'msDS-MaximumPasswordAge': '-9223372036854775808' });
}, 120_000);

/** Asks as the account that the handbook describes, or as one that may read no fine-grained policy. */
function begin(as: 'service' | 'reader') {
  const clock = createMovableClock();
  const opener = createOpener(clock, samba);
  const secrets = { SERVICE: samba.service.password, READER: samba.readOnly.password };
  const reader = { serviceAccount: { name: samba.readOnly.name, password: 'env:READER' } };
  const directory = opener.open(ldapSettings('active-directory', samba, { protected: {}, ...(as === 'reader' ? reader : {}) }), secrets);
  const find = async (filter: 'expired' | 'expiring', days = 14, pageSize = 50) => {
    const names: string[] = [];
    let untold = false;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const within = filter === 'expiring' ? { within: days * DAY } : {};
      const page: Awaited<ReturnType<Directory['search']>> = await directory.search({
        ...{ text: family, filter, pageSize, ...within },
        ...(cursor === '' ? {} : { cursor }),
      });
      names.push(...page.accounts.map(({ login }) => login.slice(family.length + 1)));
      untold ||= page.untold === true;
      cursor = page.cursor;
    }
    return { names: names.toSorted(), untold };
  };
  return { clock, opener, directory, find };
}

it('finds people by the policy that each is under, of a domain with several', async () => {
  const { clock, opener, directory, find } = begin('service');
  const told = (...names: string[]) => ({ names, untold: false });
  try {
    expect(await find('expired')).toEqual(told());
    expect(await find('expiring')).toEqual(told('nested', 'ten'));
    expect(await find('expiring', 9)).toEqual(told());
    expect(await find('expiring', 91, 2)).toEqual(told('nested', 'ten', 'usual'));
    clock.forward(11 * DAY);
    expect(await find('expired')).toEqual(told('nested', 'ten'));
    expect(await find('expired', 0, 1)).toEqual(told('nested', 'ten'));
    expect(await find('expiring', 80)).toEqual(told('usual'));
    clock.forward(80 * DAY);
    expect(await find('expired')).toEqual(told('nested', 'ten', 'usual'));
    expect(await find('expiring', 90)).toEqual(told());
    // By the server's own words on each.
    const ends = async (name: string) => {
      const [account] = await directory.findAccounts(`${family}-${name}`);
      if (account === undefined) throw new Error(`${name} is not there`);
      const { passwordExpiresAt, passwordSetAt, mustChange } = await directory.readStatus(account);
      return mustChange || passwordExpiresAt === null ? null : Math.round((passwordExpiresAt - (passwordSetAt ?? 0)) / DAY);
    };
    const all = ['usual', 'ten', 'nested', 'never', 'flagged', 'flagged-ten', 'must'];
    expect(await Promise.all(all.map(ends))).toEqual([90, 10, 10, null, null, null, null]);
  } finally {
    await opener.close();
  }
});

it('says that it does not know of everybody where it may not read which policies there are', async () => {
  const { clock, opener, find } = begin('reader');
  try {
    clock.forward(91 * DAY);
    expect(await find('expired')).toEqual({ names: ['nested', 'ten', 'usual'], untold: true });
    expect(await find('expiring')).toMatchObject({ untold: true });
  } finally {
    await opener.close();
  }
});

afterAll(async () => {
  for (const name of ['10', 'no']) await samba.remove(`CN=${family}-${name},CN=Password Settings Container,CN=System,${samba.baseDn}`);
});
