import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createScratchFolder, removeScratchFolder } from '../../../test/servers/scratch.ts';
import { slapdConfigLdif, slapdConfLines, slapdRules } from './openldap.ts';

const SCHEMA = '/etc/ldap/schema/core';

/** Whether slapd, asked by slapacl(8) with these arguments for its configuration, lets the account set the password. */
function allows(configuration: string[], account: string, person: string): boolean {
  const args = [...configuration, '-u', '-b', person, '-D', account, 'userPassword/write'];
  const told = execFileSync('sh', ['-c', '/usr/sbin/slapacl "$@" 2>&1 || true', 'slapacl', ...args]).toString();
  if (!/ALLOWED|DENIED/.test(told)) throw new Error(told);
  return told.includes('ALLOWED');
}

it.each([
  ['a plain name', 'ou=people', 'cn=keyturn'],
  ['a comma', 'ou=people\\2c all', 'cn=keyturn\\2c service'],
  ['a comma, as people write it', 'ou=people\\, all', 'cn=keyturn\\, ou=service'],
  ['a quotation mark', 'ou=\\"people\\"', 'cn=\\"keyturn\\"'],
  ['a backslash', 'ou=people\\5call', 'cn=key\\\\turn'],
])('slapd takes rules for %s as meant, in both forms, and for nobody else', async (_what, place, name) => {
  const folder = await createScratchFolder('slapacl');
  try {
    const [baseDn, account] = [`${place},dc=example,dc=com`, `${name},dc=example,dc=com`];
    const { userPassword, entries } = slapdRules({ baseDn, serviceAccount: { name: account } });
    const database = `suffix "dc=example,dc=com"\ndirectory ${folder}\n`;
    const conf = join(folder, 'slapd.conf');
    writeFileSync(conf, `include ${SCHEMA}.schema\ndatabase ldif\n${database}${slapdConfLines([userPassword, entries])}`);

    const [ldif, config] = [join(folder, 'config.ldif'), join(folder, 'slapd.d')];
    mkdirSync(config);
    const values = slapdConfigLdif([userPassword, entries]).split('add: olcAccess\n')[1];
    const heads =
      'dn: cn=config\nobjectClass: olcGlobal\ncn: config\n\ndn: cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: schema\n\n';
    const own = `dn: olcDatabase={1}ldif,cn=config\nobjectClass: olcDatabaseConfig\nobjectClass: olcLdifConfig\nolcDatabase: {1}ldif\n`;
    const settings = `olcSuffix: dc=example,dc=com\nolcDbDirectory: ${folder}\n`;
    writeFileSync(ldif, `${heads}include: file://${SCHEMA}.ldif\n\n${own}${settings}${values}`);
    execFileSync('/usr/sbin/slapadd', ['-n', '0', '-F', config, '-l', ldif], { stdio: 'pipe' });

    for (const form of [
      ['-f', conf],
      ['-F', config],
    ]) {
      expect(allows(form, account, `uid=alice,${baseDn}`)).toBe(true);
      expect(allows(form, account, 'uid=alice,ou=elsewhere,dc=example,dc=com')).toBe(false);
      expect(allows(form, 'cn=somebody,dc=example,dc=com', `uid=alice,${baseDn}`)).toBe(false);
    }
  } finally {
    await removeScratchFolder(folder);
  }
});
