import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { until } from '../../test/scenarios/start-keyturn.ts';
import { buildMsi, providerClassId } from '../installer/build-msi.ts';
import { contentOf, copyWithVersion, releaseFolder } from './msi-payload.ts';
import { startWine, type Wine, winePath } from './wine.ts';
import { addedTo, type Registry, readRegistry } from './wine-registry.ts';

const nextVersion = '98.1.0';
const service = 'HKEY_LOCAL_MACHINE\\System\\CurrentControlSet\\Services\\KeyturnLogonHost';
const policyKey = 'HKLM\\SOFTWARE\\Policies\\Keyturn\\Logon';
let folder: string;
let current: string;
let next: string;
let wine: Wine;
let empty: Registry;

const programs = () => join(wine.driveC, 'Program Files', 'Keyturn');
const host = () => join(programs(), 'KeyturnLogonHost.exe');
const install = async (msi: string, ...words: string[]) => (await wine.run('msiexec', ['/i', winePath(msi), '/qn', ...words])).exitCode;
const below = async (key: string) => Object.fromEntries([...(await readRegistry(wine, key))].filter(([, value]) => value !== ''));

const productCode = (msi: string) =>
  /^ProductCode\t(\S+)/m.exec(execFileSync('msiinfo', ['export', msi, 'Property'], { encoding: 'utf8' }))?.[1] ?? '';

/** HKLM without what Windows Installer notes for itself and what wine makes anew at every start. */
const machine = async () =>
  new Map(
    [...(await readRegistry(wine, 'HKLM'))].filter(([key]) => !/\\Installer(\\|$)|\\Control\\(Class|Video|ServiceCurrent)(\\|$)/.test(key)),
  );

/** The processes of the service, each with the file that it runs, as an inode: an older file of the same name has another. */
const runs = () => wine.processes('KeyturnLogonHost.exe').map(({ id, files }) => ({ id, inode: files.get(host()) }));

async function untilRunning(): Promise<void> {
  await until(async () => (await wine.run('sc', ['query', 'KeyturnLogonHost'])).output.includes('RUNNING'), 'the service');
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-upgrade-test-'));
  current = join(folder, 'keyturn.msi');
  next = join(folder, 'keyturn-next.msi');
  buildMsi({ files: releaseFolder, version: packageFile.version, output: current });
  mkdirSync(join(folder, 'next'));
  copyWithVersion(join(folder, 'next'), nextVersion);
  buildMsi({ files: join(folder, 'next'), version: nextVersion, output: next });
  wine = await startWine();
  empty = await machine();
  wine.stayUp();
  expect(await install(current, 'PORTALURL=https://portal.example.test/', 'HELPDESKTEXT=Call 1234')).toBe(0);
  await untilRunning();
  // By hand, and by the domain.
  await wine.run('reg', ['add', 'HKLM\\SOFTWARE\\Keyturn\\Logon', '/v', 'IdleTimeoutSeconds', '/t', 'REG_DWORD', '/d', '99', '/f']);
  await wine.run('reg', ['add', policyKey, '/v', 'HelpDeskText', '/d', 'Call 99', '/f']);
});
afterAll(async () => {
  await wine.stop();
  rmSync(folder, { recursive: true });
});

it('an upgrade keeps the service, its settings and what a policy says, and the service runs the new file', async () => {
  const [before] = runs();
  expect(before?.inode).toBe(statSync(host()).ino);
  const [serviceBefore, settings, policy] = [await below(service), await below('HKLM\\SOFTWARE\\Keyturn'), await below(policyKey)];
  expect(Object.values(settings)).toContain('dword:00000063');

  expect(await install(next)).toBe(0);
  await untilRunning();
  const after = runs();
  expect(after).toEqual([{ id: expect.any(Number), inode: statSync(host()).ino }]);
  expect(after[0]?.id).not.toBe(before?.id);
  expect(await below(service)).toEqual(serviceBefore);
  expect(await below('HKLM\\SOFTWARE\\Keyturn')).toEqual(settings);
  expect(await below(policyKey)).toEqual(policy);
});

it('leaves nothing of the older version: the files are the new ones, the provider is registered once, and so is the product', async () => {
  expect(contentOf(programs())).toEqual(contentOf(join(folder, 'next')));
  const added = Object.keys(addedTo(empty, await machine()));
  const named = (part: string) => [
    ...new Set(added.flatMap((name) => new RegExp(`${part}\\\\(\\{[^\\\\]*\\})`, 'i').exec(name)?.[1] ?? [])),
  ];
  expect(named('Authentication\\\\Credential Providers')).toEqual([providerClassId()]);
  expect(named('Classes\\\\CLSID')).toEqual([providerClassId()]);
  expect(named('CurrentVersion\\\\Uninstall')).toHaveLength(1);
});

it('going back is refused in words, and changes nothing', async () => {
  const [before, running] = [await machine(), runs()];
  expect(await install(current)).toBe(1603 & 0xff);
  expect(addedTo(before, await machine())).toEqual({});
  expect(contentOf(programs())).toEqual(contentOf(join(folder, 'next')));
  expect(runs()).toEqual(running);
  // wine keeps the words to itself where nobody is to be asked.
  const conditions = execFileSync('msiinfo', ['export', current, 'LaunchCondition'], { encoding: 'utf8' });
  expect(conditions).toMatch(/^NOT WIX_DOWNGRADE_DETECTED\tA newer version of the Keyturn sign-in client is installed already\.\r?$/m);
});

it('removing it afterwards leaves nothing but what a policy says', async () => {
  expect((await wine.run('msiexec', ['/x', winePath(next), '/qn'])).exitCode).toBe(0);
  expect(existsSync(programs())).toBe(false);
  await expect.poll(runs).toEqual([]);
  // Fails where it is gone.
  expect((await wine.run('reg', ['delete', policyKey, '/v', 'HelpDeskText', '/f'])).exitCode).toBe(0);
  await wine.run('reg', ['delete', 'HKLM\\SOFTWARE\\Policies\\Keyturn', '/f']);
  expect(addedTo(empty, await machine())).toEqual({});
});

// Windows tells the older version that an upgrade removes it by UPGRADINGPRODUCTCODE (its page, and that of RemoveExistingProducts). wine 8
// does not: its msi.dll has no such name, and in the tests above the service is made anew. So here the two halves are done one by one.
it('the half of an upgrade that removes the older version leaves the service, with what was set for it, to the newer one', async () => {
  expect(await install(current, 'PORTALURL=https://portal.example.test/')).toBe(0);
  await untilRunning();
  // A service that is deleted loses this, though one of the same name is made in its place.
  await wine.run('reg', ['add', service, '/v', 'FailureCommand', '/d', 'note.cmd', '/f']);
  const before = await below(service);
  expect(Object.values(before)).toContain('"note.cmd"');

  const upgrading = `UPGRADINGPRODUCTCODE=${productCode(next)}`;
  expect((await wine.run('msiexec', ['/i', productCode(current), '/qn', 'REMOVE=ALL', upgrading])).exitCode).toBe(0);
  expect(existsSync(programs())).toBe(false);
  await until(() => runs().length === 0, 'the end of the service');
  expect(await below(service)).toEqual(before);

  expect(await install(next, 'PORTALURL=https://portal.example.test/')).toBe(0);
  await untilRunning();
  expect(runs()).toEqual([{ id: expect.any(Number), inode: statSync(host()).ino }]);
  expect(await below(service)).toEqual(before);
  expect((await wine.run('msiexec', ['/x', winePath(next), '/qn'])).exitCode).toBe(0);
  expect(addedTo(empty, await machine())).toEqual({});
});
