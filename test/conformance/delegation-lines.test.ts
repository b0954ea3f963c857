import { afterAll, describe, expect, it } from 'vitest';
import type { DirectorySettings } from '../../src/core/configuration/directory-section.ts';
import { type Grant, grantsInUse, sambaToolLine } from '../../src/core/delegation/active-directory.ts';
import { acisInUse, aciValue } from '../../src/core/delegation/ds389.ts';
import { slapdConfLine, slapdRules, slapdRulesInUse } from '../../src/core/delegation/openldap.ts';
import { checkDirectory } from '../../src/core/health/check-directory.ts';
import type { DirectoryKind } from '../../src/core/ports/directory.ts';
import type { DirectoryVerb } from '../../src/core/ports/directory-health.ts';
import { startDs389 } from '../servers/ds389.ts';
import { runUnchecked } from '../servers/processes.ts';
import { sharedSamba } from '../servers/shared-servers.ts';
import { type SlapdServer, startSlapd } from '../servers/slapd.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { createOpener, ldapSettings, type Reached } from './harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from './samples.ts';

// What the doctor says when one line of what the handbook has operators grant is not there: one finding that names it. Lines for which it
// can say nothing are here as well, with the reason (decision 0118).

const verbs = new Set<DirectoryVerb>(['read', 'reset-password', 'unlock-account', 'require-change', 'read-policy']);
const openers: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const opener of openers) await opener.close();
});

/** What the doctor would have an operator do about a directory. */
async function troubles(
  kind: Exclude<DirectoryKind, 'embedded'>,
  server: Reached,
  changes: Partial<DirectorySettings> & object,
): Promise<string[]> {
  const clock = createMovableClock();
  const opener = createOpener(clock, server);
  openers.push(opener);
  const directory = opener.open(ldapSettings(kind, server, { protected: {}, ...changes }));
  const failed = (_area: string, error: unknown): never => {
    throw error;
  };
  const random = { bytes: (length: number) => new Uint8Array(length), integer: () => 0 };
  const findings = await checkDirectory(directory, { settle: 0, random, clock, failed, verbs });
  return findings.filter(({ level }) => level === 'warn' || level === 'fail').map(({ text }) => text);
}

describe('OpenLDAP', () => {
  /** What comes after the printed lines on a server of Debian. */
  const DEBIAN = ['access to attrs=userPassword by self write by anonymous auth by * none', 'access to * by * read'];

  async function without(line: keyof ReturnType<typeof slapdRules> | null, after: readonly string[]): Promise<string[]> {
    const places = (server: SlapdServer) => ({
      baseDn: server.peopleDn,
      defaultPolicyDn: `cn=default,ou=policies,${server.baseDn}`,
      serviceAccount: server.service,
    });
    const probe = await startSlapd();
    const at = places(probe);
    await probe.stop();
    const rules = slapdRulesInUse(at, verbs);
    const taken = line === null ? null : slapdRules(at, verbs)[line];
    const left = rules.map(slapdConfLine).filter((rule) => taken === null || rule !== slapdConfLine(taken));
    expect(left).toHaveLength(rules.length - (line === null ? 0 : 1));
    const server = await startSlapd({ accessLines: [...left, ...after] });
    try {
      // Somebody with an earlier password, so that there is a history to hide.
      await server.modify(`uid=alice,${server.peopleDn}`, { userPassword: newPassword() });
      const { serviceAccount: _, ...settings } = places(server);
      return await troubles('openldap', server, settings as never);
    } finally {
      await server.stop();
    }
  }

  it('has nothing to be done with all of them', async () => {
    expect(await without(null, [])).toEqual([]);
    expect(await without(null, DEBIAN)).toEqual([]);
  });

  it.each([
    ['userPassword', [], /may not reset passwords: the right to write userPassword is missing/],
    ['marks', [], /may not unlock accounts: .*pwdAccountLockedTime.*; nor demand a new password at the next sign-in: .*pwdReset/],
    ['history', [], /may read stored passwords: pwdHistory/],
    ['entries', [], /^baseDn ou=people,.* may not see it/],
    // Nobody can sign in any more.
    ['otherPasswords', [], /service account|refused|sign in/],
    ['otherPasswords', DEBIAN, /may read its own stored password/],
  ] as const)('misses the line %s, by one finding (%#)', async (line, after, said) => {
    const found = await without(line, after);
    expect(found).toEqual([expect.stringMatching(said)]);
  });

  it.each(['states', 'policies'] as const)('says nothing without %s, which keeps others from reading and grants nothing', async (line) => {
    expect(await without(line, [])).toEqual([]);
  });
});

describe('389 Directory Server', () => {
  it('misses each line by one finding, but the one that is for people', async () => {
    const server = await startDs389();
    try {
      const places = { baseDn: server.peopleDn, groupBaseDn: server.groupsDn, serviceAccount: server.service };
      const [group] = [await server.createGroup(uniqueName('group'), [server.readOnly.dn])];
      const look = () =>
        troubles('389ds', server, { baseDn: places.baseDn, groupBaseDn: places.groupBaseDn, protected: { groups: [group] } } as never);
      expect(await look()).toEqual([]);
      const said = {
        'Keyturn resets and unlocks': /may not reset passwords: .*; nor unlock accounts: .*; nor demand a new password/,
        'Keyturn reads people': /^baseDn ou=people,.* may not see it/,
        'Keyturn reads groups': /^groupBaseDn ou=groups,.* may not see it/,
        'Keyturn reads the password policy': /may not read the password policy/,
        // Not for the service account.
        'People change their password': null,
      };
      const acis = acisInUse(places, verbs);
      expect(acis).toHaveLength(Object.keys(said).length);
      for (const aci of acis) {
        const [name, words] = Object.entries(said).find(([each]) => aciValue(aci).includes(`"${each}"`)) ?? ['', null];
        expect(name).not.toBe('');
        const { aci: all } = await server.read(aci.dn, ['aci']);
        const values = [all].flat().map(String);
        const left = values.filter((value) => !value.includes(`"${name}"`));
        expect(left, name).toHaveLength(values.length - 1);
        await server.modify(aci.dn, { aci: left } as never);
        expect(await look(), name).toEqual(words === null ? [] : [expect.stringMatching(words)]);
        await server.modify(aci.dn, { aci: values } as never);
      }
    } finally {
      await server.stop();
    }
  });
});

describe('Active Directory', () => {
  it('misses each line by one finding, but the one that a domain grants everybody', async () => {
    const samba = await sharedSamba();
    const [login, password] = [newLogin('svc'), newPassword()];
    const account = await samba.createUser({ login, password });
    const server: Reached = { ...samba, service: { name: account.userPrincipalName, password } };
    const grantAll = async (grants: readonly Grant[]) => {
      for (const grant of grants) {
        const line = sambaToolLine(grant, { host: samba.host, sid: await sidOf(account.dn) });
        const { stdout } = await runUnchecked('sh', ['-c', `printf '%s\\0' ${line}`]);
        const [, , , , , , , ...options] = stdout.split('\0').slice(0, -1);
        await samba.sambaTool('dsacl', 'set', ...options);
      }
    };
    const sidOf = async (dn: string): Promise<string> => {
      const { stdout } = await samba.sambaTool('user', 'show', login, '--attributes=objectSid');
      const sid = /S-1-5-21[-\d]+/.exec(stdout)?.[0];
      if (sid === undefined) throw new Error(`no SID of ${dn}`);
      return sid;
    };
    const unit = async (left: (grant: Grant) => boolean) => {
      const baseDn = await samba.createOrganizationalUnit(uniqueName('line'), samba.baseDn);
      await samba.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
      await grantAll(grantsInUse(baseDn, verbs).filter((grant) => grant.dn === baseDn && left(grant)));
      return baseDn;
    };
    const look = (baseDn: string) => troubles('active-directory', server, { baseDn } as never);
    const whole = await unit(() => true);
    // The password settings are the domain's: before their line is granted, all others are.
    expect(await look(whole)).toEqual([expect.stringMatching(/may not read the password policy/)]);
    await grantAll(grantsInUse(whole, verbs).filter(({ dn }) => dn !== whole));
    expect(await look(whole)).toEqual([]);
    for (const [object, words] of [
      ['Reset Password', /may not reset passwords/],
      ['lockoutTime', /may not unlock accounts/],
      ['pwdLastSet', /may not demand a new password at the next sign-in/],
    ] as const)
      expect(await look(await unit((grant) => grant.object !== object)), object).toEqual([expect.stringMatching(words)]);
    // Everybody who is signed in reads people, unless a domain was made stricter.
    expect(await look(await unit(({ right }) => right !== 'read'))).toEqual([]);
  });
});
