import { afterAll, beforeAll, expect, it } from 'vitest';
import { directorySchema } from '../../src/core/configuration/directory-section.ts';
import type { Account, Directory } from '../../src/core/ports/directory.ts';
import { createActiveDirectory } from '../../src/directory/active-directory/active-directory.ts';
import { createMovableClock, newPassword } from '../conformance/samples.ts';
import { directoryDeps } from '../conformance/test-deps.ts';
import { reset, unlock } from '../conformance/write.ts';
import { type SambaWithReadOnly, startSambaWithReadOnly } from '../servers/samba-pair.ts';
import { seedPassword } from '../servers/seed-people.ts';

let pair: SambaWithReadOnly;
const opened: Directory[] = [];

beforeAll(async () => {
  pair = await startSambaWithReadOnly();
});
afterAll(async () => {
  await Promise.all(opened.map((directory) => directory.close()));
  await pair?.stop();
});

function open(...urls: string[]): Directory {
  const section = directorySchema.parse({
    kind: 'active-directory',
    id: 'ad',
    label: 'AD',
    servers: urls.map((url) => ({ url })),
    tls: { ca: pair.caPem },
    baseDn: pair.writable.baseDn,
    serviceAccount: { name: pair.writable.service.name, password: 'env:SERVICE' },
  });
  const directory = createActiveDirectory(
    section as never,
    directoryDeps(createMovableClock(), { SERVICE: pair.writable.service.password }),
  );
  opened.push(directory);
  return directory;
}

/** Somebody who was there when the read-only one was joined: what comes later it fetches when it is told, or every few minutes. */
async function personOf(directory: Directory, login: string): Promise<{ account: Account; dn: string }> {
  const [account] = await directory.findAccounts(login);
  if (account === undefined) throw new Error(`no ${login}`);
  return { account, dn: account.location };
}

it('learns by its referral that a domain controller takes no writes, which Samba does not tell beforehand, and writes on the next one', async () => {
  const directory = open(pair.readOnly.url, pair.writable.url);
  const { account, dn } = await personOf(directory, 'alice');
  const wanted = newPassword();
  await expect(reset(directory, account, wanted)).rejects.toMatchObject({ code: 'directory.read-only' });
  expect(await pair.writable.canBind(dn, seedPassword)).toBe(true);
  expect((await directory.prepareWrite(account)).server).toContain(pair.writable.url);
  expect(await reset(directory, account, wanted)).toMatchObject({ done: true, server: pair.writable.url });
  expect(await unlock(directory, account)).toMatchObject({ done: true, server: pair.writable.url });
  expect(await pair.writable.canBind(dn, wanted)).toBe(true);
  expect((await directory.health()).notes.map(({ text }) => text).join('\n')).toContain(`${pair.readOnly.url} takes no writes`);
});

it('writes nothing where there is only a read-only one, and says so', async () => {
  const directory = open(pair.readOnly.url);
  const { account, dn } = await personOf(directory, 'bruno');
  await expect(reset(directory, account, newPassword())).rejects.toMatchObject({ code: 'directory.read-only' });
  expect(await pair.writable.canBind(dn, seedPassword)).toBe(true);
});
