import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from '../../../test/conformance/samples.ts';
import { type SlapdServer, startSlapd } from '../../../test/servers/slapd.ts';
import type { Directory } from '../../core/ports/directory.ts';

// A server that gives the service account little at a time, and people who are in more groups than that.

let server: SlapdServer;
let member: string;
let free: string;
const opener: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  server = await startSlapd();
  const [one, other] = [newLogin(), newLogin()];
  const people = [one, other].map((login) => server.createUser({ login, password: newPassword() }));
  const [first, second] = await Promise.all(people);
  for (let number = 0; number < 30; number += 1) await server.createGroup(`Team ${number}`, [first?.dn ?? '', second?.dn ?? '']);
  await server.createGroup('Inner', [first?.dn ?? '']);
  await server.createGroup('Outer', [`cn=Inner,${server.groupsDn}`]);
  [member, free] = [one, other];
});
afterAll(async () => {
  for (const one of opener) await one.close();
  await server?.stop();
});

async function withLimits(lines: string): Promise<Directory> {
  await server.halt();
  const file = join(dirname(dirname(server.caFile)), 'slapd.conf');
  const conf = readFileSync(file, 'utf8').replace(/^limits .*\n/gm, '');
  writeFileSync(file, conf.replace(/^rootdn /m, `${lines}\nrootdn `));
  await server.restart();
  const own = createOpener(createMovableClock(), server);
  opener.push(own);
  return own.open(
    ldapSettings('openldap', server, { baseDn: server.peopleDn, groupBaseDn: server.groupsDn, protected: { groups: ['Outer'] } }),
  );
}

describe.each([
  'size.soft=10 size.hard=10',
  'size.soft=10 size.hard=10 size.prtotal=disabled',
  'size.soft=10 size.hard=10 size.pr=5 size.prtotal=unlimited',
  'size.soft=10 size.hard=10 size.pr=5 size.prtotal=12',
  'size.soft=500 size.hard=500 size.prtotal=disabled',
])('limits %s', (limits) => {
  it('stop nobody from recovering and protect whom they should', async () => {
    const directory = await withLimits(`limits dn.exact="${server.service.dn}" ${limits}`);
    for (const [login, wanted] of [
      [member, true],
      [free, false],
    ] as const) {
      const [account] = await directory.findAccounts(login);
      if (account === undefined) throw new Error(`${login} is not found`);
      expect((await directory.isProtected(account)).protected, login).toBe(wanted);
    }
    const { rights, configured, notes } = await directory.health({ rights: true });
    // Without a limit on pages there is none to tell of.
    expect(notes.some(({ fix }) => fix?.includes('limits dn.exact') === true)).toBe(limits.includes('size.pr'));
    expect(rights.find(({ verb }) => verb === 'read')?.ok).toBe(true);
    expect(configured.every(({ ok }) => ok)).toBe(true);
  });
});

it('a look-up that the server cuts off is told as a limit, with the remedy, and not as slowness', async () => {
  const directory = await withLimits(`limits dn.exact="${server.service.dn}" size.soft=10 size.hard=10 size.prtotal=disabled`);
  const [account] = await directory.findAccounts(member);
  if (account === undefined) throw new Error('the member is not found');
  await expect(directory.readGroups(account)).rejects.toMatchObject({
    code: 'directory.limit-exceeded',
    details: { fix: expect.stringContaining('limits dn.exact') },
  });
});

it('identifiers that are hidden are counted by the doctor; another attribute may be named', async () => {
  await withLimits('');
  const file = join(dirname(dirname(server.caFile)), 'slapd.conf');
  const conf = readFileSync(file, 'utf8');
  await server.halt();
  writeFileSync(
    file,
    conf.replace(
      /^(access to attrs=userPassword,pwdHistory by)/m,
      `access to attrs=entryUUID by dn.exact="${server.service.dn}" none by * break\n$1`,
    ),
  );
  await server.restart();
  const own = createOpener(createMovableClock(), server);
  opener.push(own);
  const settings = (changes: Record<string, unknown>) =>
    ldapSettings('ldap', server, { baseDn: server.peopleDn, groupBaseDn: server.groupsDn, protected: {}, ...changes });
  const hidden = own.open(settings({}));
  expect(await hidden.findAccounts(member)).toEqual([]);
  const { rights } = await hidden.health({ rights: true });
  expect(rights.find(({ verb }) => verb === 'read')).toMatchObject({
    ok: false,
    problem: expect.stringMatching(/^\d+ of \d+ people looked at show no entryUUID/),
  });
  for (const binary of [false, true]) {
    const named = own.open(settings({ idAttribute: { name: 'uid', binary } }));
    const [account] = await named.findAccounts(member);
    expect(account).toMatchObject({ login: member, id: binary ? Buffer.from(member).toString('hex') : member });
    if (account === undefined) throw new Error('the member is not found');
    expect(await named.readAccount(account)).toEqual(account);
    expect((await named.health({ rights: true })).rights.find(({ verb }) => verb === 'read')?.ok).toBe(true);
  }
});
