import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { handbookBlocks, handbookSlapdAccess } from '../servers/handbook-rules.ts';
import { run } from '../servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { startSlapd } from '../servers/slapd.ts';
import { createOpener, ldapSettings } from './harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from './samples.ts';
import { reset } from './write.ts';

/** What slapd of Debian has before anybody changes it. */
const DEBIAN = [
  'access to attrs=userPassword by self write by anonymous auth by * none',
  'access to attrs=shadowLastChange by self write by * read',
  'access to * by * read',
];

function handbookLdif(tree: string): string {
  const blocks = handbookBlocks('openldap.md', 'ldif', tree).filter((block) => block.includes('olcAccess: '));
  expect(blocks).toHaveLength(1);
  return blocks[0] ?? '';
}

it('has the same rules for cn=config as for slapd.conf', () => {
  const tree = 'dc=example,dc=com';
  const words = (text: string): string => text.replace(/\s+/g, ' ').trim();
  const lines = handbookSlapdAccess('openldap.md', tree)
    .trim()
    .split(/\n(?=access )/);
  // RFC 2849: a line that begins with a space goes on with the one before.
  const values = [
    ...handbookLdif(tree)
      .replaceAll('\n ', '')
      .matchAll(/^olcAccess: \{(\d+)\}(.*)$/gm),
  ];
  expect(values.map(([, number]) => Number(number))).toEqual(lines.map((_, index) => index));
  expect(values.map(([, , rule = '']) => words(rule))).toEqual(lines.map((line) => words(line.replace(/^access /, ''))));
});

it('gives the service account what it needs and nothing more, on a server of Debian, without a restart', async () => {
  const folder = await createScratchFolder('openldap-handbook');
  const slapd = await startSlapd({ configPassword: 'Config-Passw0rd', accessLines: DEBIAN });
  const opener = createOpener(createMovableClock(), slapd);
  try {
    const settings = ldapSettings('openldap', slapd);
    const look = () => opener.open(settings).health({ rights: true });
    const before = await look();
    expect(before.rights.find(({ verb }) => verb === 'reset-password')?.ok).toBe(false);

    const file = join(folder, 'keyturn-access.ldif');
    writeFileSync(file, handbookLdif(slapd.baseDn));
    const asConfig = ['-x', '-D', 'cn=config', '-w', 'Config-Passw0rd', '-H', slapd.url];
    await run('ldapmodify', [...asConfig, '-f', file], { env: { LDAPTLS_CACERT: slapd.caFile } });

    const after = await look();
    expect(after.rights.filter(({ ok }) => ok !== true)).toEqual([]);
    expect(after.tooMuch).toEqual([]);
    const [login, password] = [newLogin(), newPassword()];
    const { dn } = await slapd.createUser({ login, password: newPassword() });
    const directory = opener.open(settings);
    const [account] = await directory.findAccounts(login);
    if (account === undefined) throw new Error('not found');
    expect(await reset(directory, account, password)).toMatchObject({ done: true });
    expect(await slapd.canBind(dn, password)).toBe(true);
  } finally {
    await opener.close();
    await slapd.stop();
    await removeScratchFolder(folder);
  }
});
