import { dirname, join } from 'node:path';
import { run } from './processes.ts';
import type { SambaServer } from './samba.ts';

/** Enabled, and nobody has to have a password yet ([MS-ADTS] 2.2.16): nobody signs in as one of them, and nothing is hashed. */
const NORMAL_WITHOUT_PASSWORD = 0x200 | 0x20;
/** One transaction takes so many: of 5,000 in one each takes several times as long. */
const IN_TRANSACTION = 250;
/** One process writes so many: each reads the schema first, and is heard of when it ends. */
const IN_PROCESS = 2000;
/** A process is given up after so long; milliseconds. */
const PATIENCE = 1_200_000;
/** That of Samba's own tools, whichever comes first on the PATH. */
const PYTHON = '/usr/bin/python3';

/**
 * Adds that many further people `user0`, `user1`, ... below OU=People, as slapd-seed.ts does. They are written past the server, which is
 * halted for it, into its database, with all of its rules: over LDAP each of them would be a transaction of its own.
 * @param onProgress told how many there are, now and then
 */
export async function addSambaPeople(server: SambaServer, count: number, onProgress: (added: number) => void = () => {}): Promise<void> {
  const database = join(dirname(dirname(server.smbConfFile)), 'private', 'sam.ldb');
  const program = join(import.meta.dirname, 'samba-people.py');
  await server.halt();
  try {
    for (let from = 0; from < count; from += IN_PROCESS) {
      const until = Math.min(count, from + IN_PROCESS);
      const input = [...entries(server, from, until)].join('');
      await run(PYTHON, [program, server.smbConfFile, database, String(IN_TRANSACTION)], { input, timeoutMs: PATIENCE });
      onProgress(until);
    }
  } finally {
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
