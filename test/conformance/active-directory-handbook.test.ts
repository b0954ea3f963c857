import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DirectoryRight } from '../../src/core/ports/directory-health.ts';
import { startSamba } from '../servers/samba.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { createOpener, ldapSettings } from './harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from './samples.ts';
import { reset } from './write.ts';

const handbook = join(import.meta.dirname, '../../docs/handbook/directories/active-directory.md');

/** What dsacls calls by name: extended rights, property sets and attributes (MS-ADTS 5.1.3.2.1, MS-ADA1 to MS-ADA3). */
const guids: Readonly<Record<string, string>> = {
  'Reset Password': '00299570-246d-11d0-a768-00aa006e0529',
  lockoutTime: '28630ebf-41d5-11d1-a9c1-0000f80367c1',
  pwdLastSet: 'bf967a0a-0de6-11d0-a285-00aa003049e2',
  user: 'bf967aba-0de6-11d0-a285-00aa003049e2',
  '': '',
};
const sddlRights: Readonly<Record<string, string>> = { GR: 'LCRPLORC', CA: 'CR', RPWP: 'RPWP' };

/** `dsacls "DN" /I:S /G "account:rights;object;class"` as an entry of an access list. */
function toSddl(flag: string, grant: string, sid: string): string {
  const [rights = '', object = '', inheritedBy = ''] = grant.split(';');
  const known = [sddlRights[rights], guids[object], guids[inheritedBy]];
  if (known.includes(undefined)) throw new Error(`the test does not know "${grant}"`);
  const [right, guid, onto] = known;
  const type = guid === '' && onto === '' ? 'A' : 'OA';
  return `(${type};${flag === 'S' ? 'CIIO' : 'CI'};${right};${guid};${onto};${sid})`;
}

// A domain of its own and some ten runs of samba-tool: long on a busy machine.
it('is enough, word for word, on a domain where ordinary accounts may read nothing', async () => {
  const samba = await startSamba();
  const opener = createOpener(createMovableClock(), samba);
  try {
    await samba.modify(`CN=Pre-Windows 2000 Compatible Access,CN=Builtin,${samba.baseDn}`, { member: [] });
    const name = `svc-fresh@${samba.realm.toLowerCase()}`;
    await samba.createUser({ login: 'svc-fresh', password: 'Fresh-Passw0rd-1', parentDn: `OU=Services,${samba.baseDn}` });
    const shown = await samba.sambaTool('user', 'show', 'svc-fresh', '--attributes=objectSid');
    const sid = /S-1-5-21[-\d]+/.exec(shown.stdout)?.[0] ?? '';
    const serviceAccount = { name, password: 'env:FRESH' };
    const open = (changes: Record<string, unknown> = {}) =>
      opener.open(
        ldapSettings('active-directory', samba, {
          baseDn: samba.peopleDn,
          serviceAccount,
          protected: { groups: ['Admins'], logins: ['kept'] },
          ...changes,
        }),
        { FRESH: 'Fresh-Passw0rd-1' },
      );
    const before = await open().health({ rights: true });
    expect(before.rights.filter(({ ok }) => ok === true)).toEqual([]);

    const commands = [...readFileSync(handbook, 'utf8').matchAll(/^dsacls "([^"]+)" \/I:([ST]) \/G "[^:"]+:([^"]+)"$/gm)];
    expect(commands).toHaveLength(5);
    const entries = commands.map(([, dn = '', flag = '', grant = '']) => ({
      dn: dn.replace('DC=ad,DC=example,DC=com', samba.baseDn),
      sddl: toSddl(flag, grant, sid),
    }));
    const overPeople = entries.slice(0, 4);
    const lacking = (rights: readonly DirectoryRight[]) => rights.filter(({ ok }) => ok === false).map(({ verb }) => verb);
    for (const { dn, sddl } of entries) {
      if (dn.startsWith('CN=Password Settings')) expect(lacking((await open().health({ rights: true })).rights)).toEqual(['read-policy']);
      await samba.sambaTool('dsacl', 'set', `--objectdn=${dn}`, `--sddl=${sddl}`);
    }
    const directory = open();
    const health = await directory.health({ rights: true });
    expect(health.rights.map(({ verb, ok, problem }) => ({ verb, ok, problem }))).toEqual(
      ['read', 'reset-password', 'unlock-account', 'require-change', 'read-policy'].map((verb) => ({ verb, ok: true, problem: null })),
    );
    expect(health.configured.filter(({ ok }) => !ok)).toEqual([]);
    // Samba takes no delegated rights from administrators within the units, of whom the tests have one.
    expect(health.tooMuch).toEqual([
      `The service account may reset the password of privileged accounts, such as CN=domina,${samba.peopleDn}`,
    ]);
    // Each of them left out by itself is missed, and nothing else is: the last one, for all, above; here those over people.
    const missed: string[] = [];
    for (const left of overPeople) {
      const baseDn = await samba.createOrganizationalUnit(uniqueName('rights'), samba.baseDn);
      await samba.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
      const others = overPeople.filter((entry) => entry !== left).map(({ sddl }) => sddl);
      await samba.sambaTool('dsacl', 'set', `--objectdn=${baseDn}`, `--sddl=${others.join('')}`);
      missed.push(...lacking((await open({ baseDn }).health({ rights: true })).rights));
    }
    expect(missed).toEqual(['read', 'reset-password', 'unlock-account', 'require-change']);
    const [alice] = await directory.findAccounts('alice');
    if (alice === undefined) throw new Error('alice is not found');
    expect(await directory.isProtected(alice)).toEqual({ protected: false, reason: null });
    expect(await reset(directory, alice, 'Second-Passw0rd-2')).toMatchObject({ done: true });
    expect(await samba.canBind(`alice@${samba.realm.toLowerCase()}`, 'Second-Passw0rd-2')).toBe(true);
  } finally {
    await opener.close();
    await samba.stop();
  }
});
