import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './processes.ts';
import type { SambaServer } from './samba.ts';

/** Enabled, and nobody has to have a password yet ([MS-ADTS] 2.2.16): nobody signs in as one of them. */
const NORMAL_WITHOUT_PASSWORD = 0x200 | 0x20;
/** One transaction takes so many: of 5,000 in one each takes several times as long. */
const AT_ONCE = 250;

/**
 * Adds that many further people `user0`, `user1`, ... below OU=People, as slapd-seed.ts does. They are written past the server, which is
 * halted for it, into its database, with all of its rules: over LDAP each of them would be a transaction of its own.
 */
export async function addSambaPeople(server: SambaServer, count: number): Promise<void> {
  const folder = dirname(dirname(server.smbConfFile));
  const file = join(folder, 'people.ldif');
  const database = join(folder, 'private', 'sam.ldb');
  await server.halt();
  try {
    for (let from = 0; from < count; from += AT_ONCE) {
      await writeFile(file, [...entries(server, from, Math.min(count, from + AT_ONCE))].join(''));
      await run('ldbadd', ['--nosync', '-H', database, file], { env: { SMB_CONF_PATH: server.smbConfFile } });
    }
  } finally {
    await rm(file, { force: true });
    await server.restart();
  }
}

function* entries({ peopleDn, realm }: Pick<SambaServer, 'peopleDn' | 'realm'>, from: number, until: number): Generator<string> {
  for (let number = from; number < until; number += 1) {
    const login = `user${number}`;
    const lines = [
      `dn: CN=${login},${peopleDn}`,
      'objectClass: user',
      `sAMAccountName: ${login}`,
      `userPrincipalName: ${login}@${realm.toLowerCase()}`,
      `displayName: User Number ${number}`,
      'givenName: User',
      `sn: Number ${number}`,
      `mail: ${login}@example.test`,
      `userAccountControl: ${NORMAL_WITHOUT_PASSWORD}`,
    ];
    yield `${lines.join('\n')}\n\n`;
  }
}
