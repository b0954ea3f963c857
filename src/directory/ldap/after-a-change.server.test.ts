import { Attribute, Change } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from '../../../test/conformance/samples.ts';
import { reset } from '../../../test/conformance/write.ts';
import { createKeptRefusals } from '../../../test/kept-refusals.ts';
import { type Ds389Server, startDs389 } from '../../../test/servers/ds389.ts';
import { type SlapdServer, startSlapd } from '../../../test/servers/slapd.ts';
import { slapdDns } from '../../../test/servers/slapd-configuration.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Account } from '../../core/ports/directory.ts';
import { createServers } from './servers.ts';

const clock = createMovableClock();
const service = `by dn.exact="${slapdDns.service}"`;
const people = `dn.subtree="${slapdDns.people}"`;

let slapd: SlapdServer;
let ds389: Ds389Server;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  slapd = await startSlapd({
    accessLines: [
      `access to ${people} attrs=userPassword ${service} =w by self =xw by anonymous auth by * none`,
      `access to ${people} attrs=pwdAccountLockedTime ${service} write by * none`,
      'access to attrs=userPassword by anonymous auth by * none',
      'access to * by users read',
    ],
  });
  ds389 = await startDs389();
  const rights = `(targetattr="userPassword || passwordRetryCount || accountUnlockTime")(version 3.0; acl "reset"; allow (write) userdn="ldap:///${ds389.service.dn}";)`;
  const own = '(targetattr="userPassword")(version 3.0; acl "own password"; allow (write) userdn="ldap:///self";)';
  const reading = `(targetattr!="userPassword || passwordHistory")(version 3.0; acl "read"; allow (read,search,compare) userdn="ldap:///${ds389.service.dn}";)`;
  await ds389.modify(ds389.peopleDn, { aci: [rights, own, reading] });
});
afterAll(async () => {
  for (const close of closers) await close();
  await slapd?.stop();
  await ds389?.stop();
});

function settingsOf(kind: 'openldap' | '389ds'): LdapSettings {
  return ldapSettings(kind, kind === 'openldap' ? slapd : ds389);
}

describe('a reset whose second part is refused', () => {
  it.each(['openldap', '389ds'] as const)('on %s is done, and says what is not', async (kind) => {
    const server = kind === 'openldap' ? slapd : ds389;
    const opener = createOpener(clock, server);
    closers.push(() => opener.close());
    const directory = opener.open(settingsOf(kind));
    const login = newLogin();
    const { dn } = await server.createUser({ login, password: newPassword() });
    const [account] = await directory.findAccounts(login);
    const next = newPassword();
    expect(await reset(directory, account as Account, next, { mustChange: true })).toMatchObject({ done: true, unmet: ['must-change'] });
    expect(await server.canBind(dn, next)).toBe(true);
  });
});

it('after a change was made, whatever goes wrong is told as an outcome that is not known', async () => {
  const servers = createServers(settingsOf('openldap'), {
    clock,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    resolveSecret: async () => slapd.service.password,
    refusedSecrets: createKeptRefusals(clock),
  });
  closers.push(() => servers.close());
  const { dn } = await slapd.createUser({ login: newLogin(), password: newPassword() });
  const failing = (changing: boolean) =>
    servers.write(async (connection) => {
      const values = changing ? ['20200101000000Z'] : ['no time'];
      const change = new Change({ operation: 'replace', modification: new Attribute({ type: 'pwdAccountLockedTime', values }) });
      expect((await connection.modify(dn, [change])).code === 0).toBe(changing);
      throw new AppError('directory.protocol', { problem: 'the next answer is not understood' });
    });
  await expect(failing(true)).rejects.toMatchObject({ code: 'directory.outcome-unknown' });
  // The server has answered that it did nothing.
  await expect(failing(false)).rejects.toMatchObject({ code: 'directory.protocol' });
});
