import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installerActions, installerInclude } from '../settings/installer-settings.ts';
import { readSettingsTable, type SettingsTable } from '../settings/settings-table.ts';
import { fileVersion } from './file-version.ts';
import { nameBasedUuid } from './name-based-uuid.ts';

/** What the installer brings: id in its File table, name on disk, and the short name that Windows Installer asks for. */
const payload = [
  { id: 'FProvider', name: 'KeyturnCredentialProvider.dll', shortName: 'KEYTURNP.DLL' },
  { id: 'FEvents', name: 'KeyturnEvents.dll', shortName: 'KEYTURNE.DLL' },
  { id: 'FKiosk', name: 'KeyturnKiosk.exe', shortName: 'KEYTURNK.EXE' },
  { id: 'FHost', name: 'KeyturnLogonHost.exe', shortName: 'KEYTURNH.EXE' },
] as const;

/** All times inside the file. SOURCE_DATE_EPOCH is the convention of reproducible-builds.org; without it a fixed day. */
const buildTime = Number(process.env.SOURCE_DATE_EPOCH ?? Date.UTC(2026, 0, 1) / 1000);

function run(command: string, args: string[], folder: string): void {
  const time = new Date(buildTime * 1000).toISOString().slice(0, 19).replace('T', ' ');
  // wixl and msibuild write the time of day into the file and take no other: faketime gives them one. wixl needs relative paths.
  execFileSync('faketime', ['-f', time, command, ...args], {
    cwd: folder,
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

function quote(text: string): string {
  if (text.includes("'")) throw new Error(`not possible in the SQL of Windows Installer: ${text}`);
  return `'${text}'`;
}

/** What wixl leaves wrong or cannot say, as SQL on the finished tables. */
function corrections(table: SettingsTable, versions: Record<string, string>): string[] {
  const actions = installerActions(table);
  return [
    // A property in this list is taken from anybody: Windows repairs a product with all rights for people who have none, with the
    // properties of their command line that stand here (Microsoft, "Restricted Public Properties"). So no setting does. Administrators
    // need no list, and what is here is no more than what the part without rights finds for the other.
    `UPDATE Property SET Value='WIX_UPGRADE_DETECTED;WIX_DOWNGRADE_DETECTED' WHERE Property='SecureCustomProperties'`,
    // For the same reason the registry is searched by the part with rights alone, which does not search again where the other has.
    `DELETE FROM InstallUISequence WHERE Action='AppSearch'`,
    // Its conditions ask for what is found there.
    `DELETE FROM InstallUISequence WHERE Action='LaunchConditions'`,
    // wixl drops the mark of an expandable text.
    `UPDATE Registry SET Value='#%[KeyturnFolder]KeyturnEvents.dll' WHERE Registry='R_EventFile'`,
    // Right after the start of the transaction: if the new version fails, the old one comes back.
    `UPDATE InstallExecuteSequence SET Sequence=1501 WHERE Action='RemoveExistingProducts'`,
    // An upgrade keeps the service and changes it, as a repair does. One that is deleted stays for as long as any program holds it
    // (1072), and until then no other can be made in its place.
    `UPDATE InstallExecuteSequence SET Condition='VersionNT AND NOT UPGRADINGPRODUCTCODE' WHERE Action='DeleteServices'`,
    // Where another account is used, that of the service may be one that cannot start.
    `UPDATE InstallExecuteSequence SET Condition='VersionNT AND VALUE_KIOSKIDENTITY <> "local-service"' WHERE Action='StartServices'`,
    // Without a version in its row a file counts as unversioned, and a versioned one on disk would win over it.
    ...payload.flatMap(({ id, name, shortName }) => [
      `UPDATE File SET Version=${quote(versions[id] ?? '')}, Language='1033', FileName=${quote(`${shortName}|${name}`)} WHERE File=${quote(id)}`,
      `DELETE FROM MsiFileHash WHERE File_=${quote(id)}`,
    ]),
    ...actions.flatMap(({ id, property, value, condition }, index) => [
      `INSERT INTO CustomAction (Action, Type, Source, Target) VALUES (${quote(id)}, 51, ${quote(property)}, ${quote(value)})`,
      // After LaunchConditions (100), before ValidateProductID (700).
      `INSERT INTO InstallExecuteSequence (Action, Condition, Sequence) VALUES (${quote(id)}, ${quote(condition)}, ${200 + index})`,
    ]),
  ];
}

/** The class id of the provider, in braces, read from the code that answers to it. */
export function providerClassId(): string {
  const source = readFileSync(new URL('../provider/class-ids.h', import.meta.url), 'utf8');
  const [, value = ''] = /providerClass = \{([^;]*)\};/.exec(source) ?? [];
  const hex = [...value.matchAll(/0x([0-9a-f]+)/gi)].map((match) => match[1]).join('');
  if (hex.length !== 32) throw new Error('provider/class-ids.h: providerClass is not readable');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `{${parts.join('-').toUpperCase()}}`;
}

/**
 * Builds the installer at `output` from the programs in `files`. The same programs and version give the same bytes, wherever and
 * whenever it is built. `version` has three numbers. Throws an `Error` if a program is missing or has no version resource, or if
 * wixl, msibuild (package msitools) or faketime fails.
 */
export function buildMsi(options: { files: string; version: string; output: string }): void {
  const { files, version, output } = options;
  if (!/^\d{1,3}\.\d{1,3}\.\d{1,5}$/.test(version)) throw new Error(`not a version of Windows Installer: ${version}`);
  const table = readSettingsTable();
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-msi-'));
  try {
    const content = createHash('sha256').update(version);
    const versions: Record<string, string> = {};
    for (const { id, name } of payload) {
      copyFileSync(join(files, name), join(folder, name));
      utimesSync(join(folder, name), buildTime, buildTime);
      const bytes = readFileSync(join(folder, name));
      versions[id] = fileVersion(bytes, name);
      content.update(bytes);
    }
    const source = readFileSync(new URL('keyturn.wxs', import.meta.url), 'utf8');
    const include = installerInclude(table);
    writeFileSync(join(folder, 'keyturn.wxs'), source);
    writeFileSync(join(folder, 'installer-settings.wxi'), include);
    const statements = corrections(table, versions);
    content.update(source).update(include).update(statements.join('\n'));

    const variables = { ProductCode: nameBasedUuid(`product ${version}`), Version: version, ProviderClassId: providerClassId() };
    run(
      'wixl',
      [
        '-a',
        'x64',
        '-o',
        'keyturn.msi',
        ...Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]),
        'keyturn.wxs',
      ],
      folder,
    );
    run('msibuild', ['keyturn.msi', ...statements.flatMap((statement) => ['-q', statement])], folder);
    // The package code names these very bytes: two packages with one code count as the same file to Windows.
    const packageCode = nameBasedUuid(`package ${content.digest('hex')}`);
    run('msibuild', ['keyturn.msi', '-s', 'Keyturn sign-in client', 'Keyturn', 'x64;1033', packageCode], folder);
    mkdirSync(dirname(output), { recursive: true });
    copyFileSync(join(folder, 'keyturn.msi'), output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { files: { type: 'string' }, version: { type: 'string' }, output: { type: 'string' } } });
  const { files, output } = values;
  if (files === undefined || output === undefined)
    throw new Error('usage: build-msi.ts --files FOLDER --output FILE.msi [--version N.N.N]');
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  buildMsi({ files, output, version: values.version ?? version });
}
