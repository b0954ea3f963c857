import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { buildMsi } from '../installer/build-msi.ts';
import { installerSettings } from '../settings/installer-settings.ts';
import { readSettingsTable } from '../settings/settings-table.ts';
import { built } from './built.ts';
import { releaseFolder } from './msi-payload.ts';
import { type PolicyValue, policyValues } from './policy-values.ts';
import { startWine, type Wine, winePath } from './wine.ts';

const table = readSettingsTable();
const admx = readFileSync(new URL('../generated/policy/Keyturn.admx', import.meta.url), 'utf8');
const defaults = Object.fromEntries(table.settings.map((setting) => [setting.name, setting.default]));
const provider = 'C:\\Program Files\\Keyturn\\KeyturnCredentialProvider.dll';
let folder: string;
let wine: Wine;

/** What the installed client makes of the registry: settings, refusals, whether it has a portal, the file of the provider. */
async function clientReads(): Promise<Record<string, unknown>> {
  const { exitCode, output } = await wine.run(join(built.tests, 'installed-client.exe'));
  if (exitCode !== 0) throw new Error(output);
  const lines = output.split(/\r?\n/).filter((line) => line.startsWith('{'));
  return Object.fromEntries(
    lines.map((line) => JSON.parse(line) as { name: string; value: unknown }).map(({ name, value }) => [name, value]),
  );
}

async function importValues(values: PolicyValue[]): Promise<void> {
  const line = ({ key, name, value }: PolicyValue) =>
    `[HKEY_LOCAL_MACHINE\\${key}]\r\n"${name}"=${typeof value === 'number' ? `dword:${value.toString(16).padStart(8, '0')}` : JSON.stringify(value)}\r\n`;
  const file = join(folder, 'policy.reg');
  writeFileSync(file, `\uFEFFWindows Registry Editor Version 5.00\r\n\r\n${values.map(line).join('')}`, 'utf16le');
  const { exitCode, output } = await wine.run('reg', ['import', winePath(file)]);
  if (exitCode !== 0) throw new Error(output);
}

/** The values of a policy as the client should understand them. */
function understood(values: PolicyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    values.map(({ name, value }) => {
      const kind = table.settings.find((setting) => setting.name === name)?.kind;
      if (kind === 'boolean') return [name, value === 1];
      return [name, kind === 'pinList' ? String(value).replaceAll('; ', ';') : value];
    }),
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-installed-'));
  const msi = join(folder, 'keyturn.msi');
  buildMsi({ files: releaseFolder, version: packageFile.version, output: msi });
  wine = await startWine();
  const given = ['PORTALURL=https://machine.example.test/', 'HELPDESKTEXT=#12 ä', 'IDLETIMEOUTSECONDS=99', 'ENABLED=1', 'LOGLEVEL=warning'];
  expect((await wine.run('msiexec', ['/i', winePath(msi), '/qn', ...given])).exitCode).toBe(0);
});
afterAll(async () => {
  await wine.stop();
  rmSync(folder, { recursive: true });
});

describe('the installed client', () => {
  it('is loaded by COM from its folder and reads what the installer wrote, without a complaint', async () => {
    expect(await clientReads()).toEqual({
      ...defaults,
      PortalUrl: 'https://machine.example.test/',
      HelpDeskText: '#12 ä',
      IdleTimeoutSeconds: 99,
      LogLevel: 'warning',
      configured: true,
      provider,
    });
  });

  it.each(['least', 'most'] as const)('reads the %s that the policy template allows, and policy wins', async (pick) => {
    const values = policyValues(admx, pick);
    expect(values.map(({ name }) => name).sort()).toEqual(table.settings.map(({ name }) => name).sort());
    await importValues(values);
    expect(await clientReads()).toEqual({ ...understood(values), configured: pick === 'most', provider });
  });

  it('refuses numbers beyond what the policy template allows and goes on with those of the installer', async () => {
    const beyond = policyValues(admx, 'most').filter(({ name }) => name.endsWith('Seconds'));
    await importValues(beyond.map((value) => ({ ...value, value: Number(value.value) + 1 })));
    const read = await clientReads();
    for (const { name } of beyond) {
      expect(read[`refused ${name}`]).toBe('out of range');
      expect(read[name]).toBe(name === 'IdleTimeoutSeconds' ? 99 : defaults[name]);
    }
  });

  it('has no portal while a policy names one that is not https, whatever the installer wrote', async () => {
    await importValues([{ key: table.policyKey, name: 'PortalUrl', value: 'http://policy.example.test/' }]);
    expect(await clientReads()).toMatchObject({ 'refused PortalUrl': expect.any(String), configured: false });
  });

  it('has one installer property for each setting', () => {
    const without = table.settings.filter(({ name }) => !installerSettings(table).some((setting) => setting.name === name));
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});
