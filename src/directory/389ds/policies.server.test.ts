import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, eventually, newLogin, newPassword } from '../../../test/conformance/samples.ts';
import { reset } from '../../../test/conformance/write.ts';
import { type Ds389Server, startDs389 } from '../../../test/servers/ds389.ts';
import type { Account, Directory } from '../../core/ports/directory.ts';

const clock = createMovableClock();

let server: Ds389Server;
let directory: Directory;
let opener: ReturnType<typeof createOpener>;
let policies: Record<'subtree' | 'own' | 'silent' | 'off' | 'missing', string>;

beforeAll(async () => {
  server = await startDs389();
  opener = createOpener(clock, server);
  directory = opener.open(ldapSettings('389ds', server));
  await server.modify('cn=config', { passwordMinLength: '9', passwordMinCategories: '1' });
  const container = `cn=nsPwPolicyContainer,${server.peopleDn}`;
  await server.add(container, { objectClass: ['top', 'nsContainer'], cn: 'nsPwPolicyContainer' });
  const policy = async (cn: string, attributes: Record<string, string>): Promise<string> => {
    const dn = `cn=${cn},${container}`;
    await server.add(dn, { objectClass: ['top', 'ldapsubentry', 'passwordpolicy'], cn, ...attributes });
    return dn;
  };
  const checked = { passwordCheckSyntax: 'on', passwordMinCategories: '1' };
  policies = {
    subtree: await policy('subtree', { ...checked, passwordMinLength: '13' }),
    own: await policy('own', { ...checked, passwordMinLength: '11' }),
    silent: await policy('silent', { passwordMinLength: '12' }),
    off: await policy('off', { passwordCheckSyntax: 'off', passwordMinLength: '12' }),
    missing: `cn=missing,${container}`,
  };
  // What `dsconf localpwp addsubtree` makes.
  const template = `cn=nsPwTemplateEntry,${container}`;
  const classes = ['top', 'extensibleObject', 'costemplate', 'ldapsubentry'];
  await server.add(template, { objectClass: classes, cosPriority: '1', pwdpolicysubentry: policies.subtree, cn: 'nsPwTemplateEntry' });
  await server.add(`cn=nsPwPolicy_CoS,${server.peopleDn}`, {
    objectClass: ['top', 'ldapsubentry', 'cosSuperDefinition', 'cosPointerDefinition'],
    cosTemplateDn: template,
    cosAttribute: 'pwdpolicysubentry default operational',
    cn: 'nsPwPolicy_CoS',
  });
  // The server takes notice of a new class of service after a while.
  const { dn } = await server.createUser({ login: newLogin(), password: newPassword() });
  await eventually(async () => ((await server.read(dn, ['pwdpolicysubentry'])).pwdpolicysubentry ?? []).length > 0);
});
afterAll(async () => {
  await opener?.close();
  await server?.stop();
});

const cases = [
  ['on', 'off', null, 13],
  ['on', 'off', 'own', 11],
  ['on', 'off', 'missing', 9],
  ['on', 'off', 'silent', 0],
  ['on', 'off', 'off', 0],
  ['on', 'on', 'own', 11],
  ['on', 'on', 'silent', 9],
  ['on', 'on', 'off', 9],
  ['off', 'off', null, 9],
  ['off', 'off', 'own', 9],
  ['off', 'on', 'silent', 9],
] as const;

describe('the policy in force', () => {
  it.each(cases)('local %s, inherit %s, own policy %s: %i characters, told and enforced', async (local, inherit, own, minimum) => {
    await server.modify('cn=config', { 'nsslapd-pwpolicy-local': local, 'nsslapd-pwpolicy-inherit-global': inherit });
    clock.forward(60_000);
    const login = newLogin();
    const attributes: Record<string, string> = own === null ? {} : { pwdpolicysubentry: policies[own] };
    await server.createUser({ login, password: newPassword(), attributes });
    const [account] = await directory.findAccounts(login);
    const { minimumLength } = await directory.readPolicy(account as Account);
    expect(minimumLength).toBe(minimum);
    const password = newPassword().padEnd(minimum, 'k').slice(0, Math.max(minimum, 4));
    if (minimum > 0) {
      expect(await reset(directory, account as Account, password.slice(0, -1))).toMatchObject({ refusal: 'password.too-short' });
    }
    expect(await reset(directory, account as Account, password)).toMatchObject({ done: true });
  });

  it('is read again when the server refuses by another one than was read', async () => {
    await server.modify('cn=config', { 'nsslapd-pwpolicy-local': 'off', 'nsslapd-pwpolicy-inherit-global': 'off', passwordMinLength: '9' });
    clock.forward(60_000);
    const login = newLogin();
    await server.createUser({ login, password: newPassword() });
    const [account] = await directory.findAccounts(login);
    expect((await directory.readPolicy(account as Account)).minimumLength).toBe(9);
    await server.modify('cn=config', { passwordMinLength: '15' });
    expect((await directory.readPolicy(account as Account)).minimumLength).toBe(9);
    expect(await reset(directory, account as Account, newPassword().slice(0, 10))).toMatchObject({ refusal: 'password.too-short' });
    expect((await directory.readPolicy(account as Account)).minimumLength).toBe(15);
  });
});

describe('a state that is hidden', () => {
  it('is not known, and doctor says which rule is missing', async () => {
    const { aci } = await server.read(server.peopleDn, ['aci']);
    const hiding = (aci ?? []).map((rule) =>
      rule.replace('targetattr!="userPassword || passwordHistory"', 'targetattr!="userPassword || passwordHistory || nsAccountLock"'),
    );
    expect(hiding).not.toEqual(aci);
    await server.modify(server.peopleDn, { aci: hiding });
    clock.forward(3_600_000);
    const login = newLogin();
    await server.createUser({ login, password: newPassword(), attributes: { nsAccountLock: 'true' } });
    const [account] = await directory.findAccounts(login);
    expect(await directory.readStatus(account as Account)).toMatchObject({ disabled: null });
    const { rights } = await directory.health({ rights: true });
    expect(rights.find(({ verb }) => verb === 'read')).toMatchObject({ ok: false, problem: expect.stringContaining('nsAccountLock') });
  });
});
