import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { buildMsi, providerClassId } from '../installer/build-msi.ts';
import { installerSettings } from '../settings/installer-settings.ts';
import { readSettingsTable, registryTypeOf } from '../settings/settings-table.ts';
import { contentOf, copyWithVersion, payloadNames, releaseFolder } from './msi-payload.ts';
import { startWine, type Wine, winePath } from './wine.ts';
import { addedTo, expandableText, type Registry, readRegistry } from './wine-registry.ts';

const table = readSettingsTable();
const settings = installerSettings(table);
const version = packageFile.version;
const nextVersion = '98.1.0';
let folder: string;
let current: string;
let next: string;

/** Rows of a table as objects, by `msiinfo export`: names, types, key columns, then the rows. */
function rowsOf(msi: string, name: string): Record<string, string>[] {
  const [columns = '', , , ...rows] = execFileSync('msiinfo', ['export', msi, name], { encoding: 'utf8' }).split('\r\n');
  const names = columns.split('\t');
  return rows
    .filter((row) => row !== '')
    .map((row) => Object.fromEntries(row.split('\t').map((value, index) => [names[index] ?? '', value])));
}

const propertyOf = (msi: string, name: string) => rowsOf(msi, 'Property').find(({ Property }) => Property === name)?.Value ?? '';
const productCode = (msi: string) => propertyOf(msi, 'ProductCode');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-msi-test-'));
  current = join(folder, 'keyturn.msi');
  next = join(folder, 'keyturn-next.msi');
  buildMsi({ files: releaseFolder, version, output: current });
  mkdirSync(join(folder, 'next'));
  copyWithVersion(join(folder, 'next'), nextVersion);
  buildMsi({ files: join(folder, 'next'), version: nextVersion, output: next });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the installer package', () => {
  it('is the same byte for byte when built again', () => {
    const again = join(folder, 'again', 'keyturn.msi');
    buildMsi({ files: releaseFolder, version, output: again });
    expect(readFileSync(again).equals(readFileSync(current))).toBe(true);
  });

  it('takes no setting from somebody without rights who has Windows repair it', () => {
    // Microsoft, "Restricted Public Properties": anybody may change what stands in this list, or everything where the second is set.
    const open = propertyOf(current, 'SecureCustomProperties').split(';');
    expect(open.sort()).toEqual(['WIX_DOWNGRADE_DETECTED', 'WIX_UPGRADE_DETECTED']);
    expect(propertyOf(current, 'EnableUserControl')).toBe('');
    // What the part without rights had found could not be handed over, and the other would not look again (Microsoft, "AppSearch Action").
    const withoutRights = rowsOf(current, 'InstallUISequence').map(({ Action }) => Action);
    expect(withoutRights).toContain('ExecuteAction');
    expect(withoutRights.filter((action) => action === 'AppSearch' || action === 'LaunchConditions')).toEqual([]);
  });

  it('has one property for each setting', () => {
    const written = rowsOf(current, 'Registry').filter(({ Key }) => Key === table.machineKey);
    expect(Object.fromEntries(written.map(({ Name, Value }) => [Name, Value]))).toEqual(
      Object.fromEntries(settings.map(({ name, msiProperty }) => [name, `[VALUE_${msiProperty}]`])),
    );
    // A property with a value of its own would win over what stands in the registry, at every upgrade.
    const preset = rowsOf(current, 'Property').map(({ Property }) => Property);
    for (const { msiProperty } of settings) expect(preset).not.toContain(msiProperty);
  });

  it('looks for each value in the 64-bit registry', () => {
    const found = rowsOf(current, 'RegLocator').map(({ Root, Key, Name, Type }) => `${Root} ${Key} ${Name} ${Type}`);
    const ofWindows = [
      '2 SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion CurrentBuildNumber 18',
      '2 SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment PROCESSOR_ARCHITECTURE 18',
    ];
    expect(found.sort()).toEqual([...settings.map(({ name }) => `2 ${table.machineKey} ${name} 18`), ...ofWindows].sort());
    for (const { Component, Attributes } of rowsOf(current, 'Component'))
      expect(`${Component} ${Number(Attributes) & 256}`).toBe(`${Component} 256`);
  });

  it('says the version of each program, as the program itself does', () => {
    const files = rowsOf(current, 'File');
    expect(files.map(({ FileName }) => FileName?.split('|')[1]).sort()).toEqual([...payloadNames]);
    for (const { Version, Language } of files) expect(`${Version} ${Language}`).toBe(`${version}.0 1033`);
    expect(rowsOf(current, 'MsiFileHash')).toEqual([]);
  });

  it('registers no filter', () => {
    const keys = rowsOf(current, 'Registry').map(({ Key }) => Key);
    expect(keys.filter((key) => key?.includes('Credential Providers'))).toHaveLength(1);
    expect(keys.filter((key) => /filter/i.test(key ?? ''))).toEqual([]);
  });

  it('keeps the service through an upgrade, and starts it where its account is the one that is used', () => {
    const conditions = Object.fromEntries(rowsOf(current, 'InstallExecuteSequence').map(({ Action, Condition }) => [Action, Condition]));
    expect(conditions.DeleteServices).toBe('VersionNT AND NOT UPGRADINGPRODUCTCODE');
    expect(conditions.StartServices).toBe('VersionNT AND VALUE_KIOSKIDENTITY <> "local-service"');
    // Events of the ServiceControl table: 1 starts it at an installation, 2 and 32 stop it, 128 deletes it at a removal.
    expect(rowsOf(current, 'ServiceControl').map(({ Name, Event, Wait }) => `${Name} ${Event} ${Wait}`)).toEqual([
      'KeyturnLogonHost 162 1',
      'KeyturnLogonHost 1 0',
    ]);
  });

  it('asks for the build of Windows and the processor before it asks anything else', () => {
    const places = Object.fromEntries(rowsOf(current, 'InstallExecuteSequence').map(({ Action, Sequence }) => [Action, Number(Sequence)]));
    expect(places.AppSearch).toBeLessThan(places.LaunchConditions ?? 0);
    const conditions = rowsOf(current, 'LaunchCondition').map(({ Condition }) => Condition);
    expect(conditions).toContain('Installed OR WINDOWSBUILD >= 17763');
    expect(conditions).toContain('Installed OR WINDOWSPROCESSOR = "AMD64"');
  });

  it('removes the older version inside its own transaction', () => {
    const places = Object.fromEntries(rowsOf(current, 'InstallExecuteSequence').map(({ Action, Sequence }) => [Action, Number(Sequence)]));
    expect(places.RemoveExistingProducts).toBeGreaterThan(places.InstallInitialize ?? Number.POSITIVE_INFINITY);
    expect(places.RemoveExistingProducts).toBeLessThan(places.ProcessComponents ?? 0);
    for (const { Action, Type } of rowsOf(current, 'CustomAction')) {
      expect(`${Action} ${Type}`).toBe(`${Action} 51`);
      expect(places[Action ?? '']).toBeGreaterThan(places.LaunchConditions ?? Number.POSITIVE_INFINITY);
      expect(places[Action ?? '']).toBeLessThan(places.CostInitialize ?? 0);
    }
  });

  it('differs in product and package code from the next version, not in its upgrade code', () => {
    const revision = (msi: string) =>
      /Revision number \(UUID\): (.*)/.exec(execFileSync('msiinfo', ['suminfo', msi], { encoding: 'utf8' }))?.[1];
    expect(productCode(current)).not.toBe(productCode(next));
    expect(revision(current)).not.toBe(revision(next));
    expect(propertyOf(current, 'UpgradeCode')).toBe(propertyOf(next, 'UpgradeCode'));
  });

  it('is not built from a program without a version', () => {
    const files = join(folder, 'no-version');
    mkdirSync(files);
    execFileSync('sh', ['-c', `for name in ${payloadNames.join(' ')}; do echo MZ >"$0/$name"; done`, files]);
    expect(() => buildMsi({ files, version, output: join(folder, 'x.msi') })).toThrow(/no version resource/);
    expect(existsSync(join(folder, 'x.msi'))).toBe(false);
  });
});

describe('msiexec', () => {
  // Exit codes of Windows Installer, as wine cuts them to eight bits.
  const done = 0;
  const failed = 1603 & 0xff;
  const notInstalled = 1605 & 0xff;
  let wine: Wine;
  let empty: Registry;

  /**
   * HKLM without what Windows Installer notes for itself, and without what wine makes anew at every start: its display driver, and its
   * count of services, which may begin only after the first look.
   */
  const volatile = /\\Installer(\\|$)|\\Control\\(Class|Video|ServiceCurrent)(\\|$)/;
  const machine = async () => new Map([...(await readRegistry(wine, 'HKLM'))].filter(([key]) => !volatile.test(key)));
  const install = async (msi: string, ...properties: string[]) =>
    (await wine.run('msiexec', ['/i', winePath(msi), '/qn', ...properties])).exitCode;
  const uninstall = async (msi: string) => (await wine.run('msiexec', ['/x', winePath(msi), '/qn'])).exitCode;
  /** Asks to change the product: there is nothing to change where it is not installed. */
  const isInstalled = async (msi: string) => (await wine.run('msiexec', ['/i', productCode(msi), '/qn'])).exitCode !== notInstalled;
  const programs = () => join(wine.driveC, 'Program Files', 'Keyturn');
  const stored = async () => {
    const key = 'HKEY_LOCAL_MACHINE\\Software\\Keyturn\\Logon';
    const values = await readRegistry(wine, 'HKLM\\Software\\Keyturn');
    return Object.fromEntries(
      [...values].filter(([name]) => name.startsWith(`${key}\\`)).map(([name, value]) => [name.slice(key.length + 1), value]),
    );
  };
  /** What stands below the machine key, when these values were given and nothing else. */
  const onlyGiven = (given: Record<string, string>) => Object.fromEntries(settings.map(({ name }) => [name, given[name] ?? '""']));

  beforeAll(async () => {
    wine = await startWine();
    empty = await machine();
  });
  afterAll(() => wine.stop());

  const expectNothing = async () => {
    expect(addedTo(empty, await machine())).toEqual({});
    expect(existsSync(programs())).toBe(false);
  };

  it.each([
    'PORTALURL=http://portal.example.test/',
    'PORTALURL=portal.example.test',
    'PORTALURL=xhttps://portal.example.test/',
    'ENABLED=yes',
    'IDLETIMEOUTSECONDS=29',
    'IDLETIMEOUTSECONDS=3601',
    'IDLETIMEOUTSECONDS=60s',
    'LOGLEVEL=debug',
    'KIOSKIDENTITY=#service-account',
  ])('refuses %s and changes nothing', async (property) => {
    expect(await install(current, property)).toBe(failed);
    await expectNothing();
  });

  it.each([
    ['an older Windows', 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion', 'CurrentBuildNumber', '17762'],
    ['Windows 8.1', 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion', 'CurrentBuildNumber', '9600'],
    ['another processor', 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment', 'PROCESSOR_ARCHITECTURE', 'ARM64'],
  ])('refuses %s, whatever the command line says, and changes nothing', async (_what, key, name, value) => {
    const before = [...(await readRegistry(wine, key))].find(([path]) => path.endsWith(`\\${name}`))?.[1];
    await wine.run('reg', ['add', key, '/v', name, '/d', value, '/f']);
    try {
      const claims = ['WINDOWSBUILD=26100', 'WINDOWSPROCESSOR=AMD64'];
      expect(await install(current, 'PORTALURL=https://portal.example.test/', ...claims)).toBe(failed);
    } finally {
      await wine.run('reg', ['add', key, '/v', name, '/d', JSON.parse(before ?? '""') as string, '/f']);
    }
    await expectNothing();
  });

  it('installs exactly the documented files and registry values', async () => {
    wine.stayUp();
    expect(await install(current, 'PORTALURL=https://portal.example.test/')).toBe(done);
    expect(contentOf(programs())).toEqual(
      Object.fromEntries(payloadNames.map((name) => [name, readFileSync(join(releaseFolder, name)).toString('hex')])),
    );

    const home = 'C:\\Program Files\\Keyturn';
    const escaped = (path: string) => `"${path.replaceAll('\\', '\\\\')}"`;
    const id = providerClassId();
    const added = addedTo(empty, await machine());
    const values = Object.fromEntries(
      Object.entries(added)
        .filter(([name, value]) => value !== '' && !name.includes(`\\Uninstall\\${productCode(current)}`))
        .map(([name, value]) => [name.replace('HKEY_LOCAL_MACHINE\\', ''), value]),
    );
    const service = 'System\\CurrentControlSet\\Services\\KeyturnLogonHost';
    const events = 'System\\CurrentControlSet\\Services\\Eventlog\\Application\\Keyturn';
    expect(values).toEqual({
      [`Software\\Classes\\CLSID\\${id}\\@`]: '"KeyturnCredentialProvider"',
      [`Software\\Classes\\CLSID\\${id}\\InprocServer32\\@`]: escaped(`${home}\\KeyturnCredentialProvider.dll`),
      [`Software\\Classes\\CLSID\\${id}\\InprocServer32\\ThreadingModel`]: '"Apartment"',
      [`Software\\Microsoft\\Windows\\CurrentVersion\\Authentication\\Credential Providers\\${id}\\@`]: '"KeyturnCredentialProvider"',
      ...Object.fromEntries(
        Object.entries(onlyGiven({ PortalUrl: '"https://portal.example.test/"' })).map(([name, value]) => [
          `Software\\Keyturn\\Logon\\${name}`,
          value,
        ]),
      ),
      [`${events}\\EventMessageFile`]: expandableText(`${home}\\KeyturnEvents.dll`),
      [`${events}\\TypesSupported`]: 'dword:00000007',
      [`${service}\\Description`]: '"Lends its account to the password recovery window on the sign-in screen. Does nothing by itself."',
      [`${service}\\DisplayName`]: '"Keyturn sign-in client"',
      [`${service}\\ErrorControl`]: 'dword:00000001',
      [`${service}\\ImagePath`]: escaped(`${home}\\KeyturnLogonHost.exe`),
      [`${service}\\ObjectName`]: '"NT SERVICE\\\\KeyturnLogonHost"',
      // Written by the service manager, not by the installer.
      [`${service}\\PreshutdownTimeout`]: 'dword:0002bf20',
      [`${service}\\Start`]: 'dword:00000003',
      [`${service}\\Type`]: 'dword:00000010',
    });
  });

  it('has started the service, so that its profile is there before anybody waits for it', async () => {
    // The installer does not wait for it.
    const state = async () => (await wine.run('sc', ['query', 'KeyturnLogonHost'])).output;
    await expect.poll(state, { timeout: 60_000, interval: 500 }).toMatch(/RUNNING/);
  });

  it('uninstalls everything', async () => {
    expect(await uninstall(current)).toBe(done);
    await expectNothing();
    expect(await isInstalled(current)).toBe(false);
  });

  it('takes every setting from its property', async () => {
    const given: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const setting of settings) {
      switch (setting.kind) {
        case 'boolean':
          given[setting.msiProperty] = setting.default ? '0' : '1';
          break;
        case 'number':
          given[setting.msiProperty] = String(setting.maximum);
          break;
        case 'choice':
          given[setting.msiProperty] = setting.choices.find(({ value }) => value !== setting.default)?.value ?? '';
          break;
        case 'httpsUrl':
          given[setting.msiProperty] = 'HTTPS://portal.example.test/reset/';
          break;
        default:
          // # is a mark of Windows Installer at the start of a value, brackets and % are marks inside.
          given[setting.msiProperty] = `#12 [x] %y ${setting.name} äß`;
      }
      const text = given[setting.msiProperty] ?? '';
      expected[setting.name] =
        registryTypeOf(setting) === 'REG_DWORD' ? `dword:${Number(text).toString(16).padStart(8, '0')}` : `"${text}"`;
    }
    expect(await install(current, ...Object.entries(given).map(([name, value]) => `${name}=${value}`))).toBe(done);
    expect(await stored()).toEqual(expected);

    // Without any property the upgrade keeps them all.
    expect(await install(next)).toBe(done);
    expect(await stored()).toEqual(expected);
    expect(contentOf(programs())).toEqual(contentOf(join(folder, 'next')));
    expect(await isInstalled(current)).toBe(false);
  });

  it('refuses to go back to the older version and leaves the newer as it is', async () => {
    const before = await machine();
    expect(await install(current, 'PORTALURL=https://other.example.test/')).toBe(failed);
    expect(addedTo(before, await machine())).toEqual({});
    expect(contentOf(programs())).toEqual(contentOf(join(folder, 'next')));
  });

  it('restores a file and changes a setting when it repairs', async () => {
    rmSync(join(programs(), 'KeyturnKiosk.exe'));
    const before = await stored();
    expect(await install(next, 'REINSTALL=ALL', 'REINSTALLMODE=amus', 'TILETITLE=Reset')).toBe(done);
    expect(contentOf(programs())).toEqual(contentOf(join(folder, 'next')));
    expect(await stored()).toEqual({ ...before, TileTitle: '"Reset"' });
  });

  it('refuses a wrong property when it repairs, too', async () => {
    const before = await stored();
    expect(await install(next, 'REINSTALL=ALL', 'REINSTALLMODE=amus', 'PORTALURL=http://portal.example.test/')).toBe(failed);
    expect(await stored()).toEqual(before);
  });

  it('starts again from the defaults when it repairs and is told to', async () => {
    expect(await install(next, 'REINSTALL=ALL', 'REINSTALLMODE=amus', 'RESETSETTINGS=1', 'PORTALURL=https://portal.example.test/')).toBe(
      done,
    );
    expect(await stored()).toEqual(onlyGiven({ PortalUrl: '"https://portal.example.test/"' }));
  });

  it('uninstalls everything after an upgrade', async () => {
    expect(await uninstall(next)).toBe(done);
    await expectNothing();
  });

  it('forgets what stood in the registry when told to', async () => {
    expect(await install(current, 'PORTALURL=https://portal.example.test/', 'LOGLEVEL=error')).toBe(done);
    expect(await install(next, 'RESETSETTINGS=1', 'HELPDESKTEXT=Call 1234')).toBe(done);
    expect(await stored()).toEqual(onlyGiven({ HelpDeskText: '"Call 1234"' }));
    expect(await uninstall(next)).toBe(done);
    await expectNothing();
  });
});
