import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from '../../../test/conformance/samples.ts';
import { handbookSlapdAccess } from '../../../test/servers/handbook-rules.ts';
import { startSlapd } from '../../../test/servers/slapd.ts';
import { slapdBaseDn, slapdDns } from '../../../test/servers/slapd-configuration.ts';

const DAY = 86_400_000;
const handbook = handbookSlapdAccess('openldap.md', slapdBaseDn);
const hidden = (what: string) => [`access to ${what} by dn.exact="${slapdDns.service}" none by * break`, handbook];
const policyAt = (name: string) => `cn=${name},${slapdDns.policies}`;

/** A server with these access rules, and people whose passwords end after 90 days (by default), after 10 by another policy, or never. */
async function begin(accessLines?: readonly string[]) {
  const slapd = await startSlapd(accessLines === undefined ? {} : { accessLines });
  const clock = createMovableClock();
  const opener = createOpener(clock, slapd);
  const directory = opener.open(ldapSettings('openldap', slapd));
  const family = newLogin('age');
  const common = { objectClass: ['device', 'pwdPolicy'], pwdAttribute: 'userPassword', pwdMustChange: 'TRUE' };
  await slapd.add(policyAt('ten'), { ...common, cn: 'ten', pwdMaxAge: String(10 * 86_400) });
  await slapd.add(policyAt('endless'), { ...common, cn: 'endless' });
  const add = async (name: string, more: { policyDn?: string; password?: string } = { password: newPassword() }) =>
    slapd.createUser({ login: `${family}-${name}`, password: newPassword(), ...more });
  await add('usual');
  await add('ten', { policyDn: policyAt('ten') });
  await add('endless', { policyDn: policyAt('endless') });
  const must = await add('must');
  await slapd.modify(must.dn, { pwdReset: 'TRUE' });
  const bare = `${family}-bare`;
  await slapd.add(`uid=${bare},${slapd.peopleDn}`, { objectClass: 'inetOrgPerson', uid: bare, cn: bare, sn: bare });
  const find = async (filter: 'expired' | 'expiring', days = 14) => {
    const page = await directory.search({ text: family, filter, pageSize: 50, ...(filter === 'expiring' ? { within: days * DAY } : {}) });
    return { names: page.accounts.map(({ login }) => login.slice(family.length + 1)).toSorted(), untold: page.untold === true };
  };
  const statusOf = async (name: string) => {
    const [account] = await directory.findAccounts(`${family}-${name}`);
    if (account === undefined) throw new Error(`${name} is not there`);
    return directory.readStatus(account);
  };
  return { slapd, clock, opener, find, statusOf };
}

describe('people whose passwords end', () => {
  let own: Awaited<ReturnType<typeof begin>>;
  beforeAll(async () => {
    own = await begin();
  });
  afterAll(async () => {
    await own?.opener.close();
    await own?.slapd.stop();
  });

  it('are found by the policy that each is under, as the page of each says it', async () => {
    const { clock, find, statusOf } = own;
    const told = (...names: string[]) => ({ names, untold: false });
    expect(await find('expired')).toEqual(told());
    expect(await find('expiring')).toEqual(told('ten'));
    expect(await find('expiring', 9)).toEqual(told());
    expect(await find('expiring', 91)).toEqual(told('ten', 'usual'));
    clock.forward(11 * DAY);
    expect(await find('expired')).toEqual(told('ten'));
    expect(await find('expiring', 80)).toEqual(told('usual'));
    for (const [name, expired] of [
      ['ten', true],
      ['usual', false],
      ['endless', false],
      ['must', false],
      ['bare', false],
    ] as const)
      expect([name, (await statusOf(name)).passwordExpired]).toEqual([name, expired]);
    expect(await statusOf('bare')).toMatchObject({ passwordExpiresAt: null });
    clock.forward(80 * DAY);
    expect(await find('expired')).toEqual(told('ten', 'usual'));
    expect(await find('expiring', 90)).toEqual(told());
  });
});

it.each([
  ['when passwords were set', hidden('attrs=pwdChangedTime'), [], { usual: null, ten: null, endless: null }],
  ['which policies there are of their own', hidden('attrs=pwdPolicySubentry'), [], {}],
  ['one of the policies', hidden(`dn.base="${policyAt('ten')}"`), ['usual'], { usual: true, ten: null, endless: false }],
  ['how long passwords are good for', hidden('attrs=pwdMaxAge'), [], { usual: null, ten: null, endless: false }],
  ['the default policy', hidden(`dn.base="${policyAt('default')}"`), ['ten'], { usual: null, ten: true, endless: false }],
] as const)('says that it does not know of everybody where the server hides %s', async (_, rules, names, expired) => {
  const { slapd, clock, opener, find, statusOf } = await begin(rules);
  try {
    clock.forward(100 * DAY);
    expect(await find('expired')).toEqual({ names, untold: true });
    for (const [name, value] of Object.entries(expired)) expect([name, (await statusOf(name)).passwordExpired]).toEqual([name, value]);
  } finally {
    await opener.close();
    await slapd.stop();
  }
});

it('judges by the policies of this moment, and is searched by one that was made meanwhile', async () => {
  const { slapd, clock, opener, find } = await begin();
  try {
    clock.forward(11 * DAY);
    expect(await find('expired')).toEqual({ names: ['ten'], untold: false });
    await slapd.modify(policyAt('ten'), { pwdMaxAge: String(20 * 86_400) });
    clock.forward(30_000);
    expect(await find('expired')).toEqual({ names: [], untold: false });
  } finally {
    await opener.close();
    await slapd.stop();
  }
});
