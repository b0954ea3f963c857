import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../settings/generated-files.ts';
import { readSettingsTable } from '../settings/settings-table.ts';

const table = readSettingsTable();

describe('the settings table', () => {
  it.each(Object.entries(generatedFiles(table)))('%s is what the generator makes of it', (path, text) => {
    expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'), 'run: node windows/settings/generate.ts').toBe(text);
  });

  it('keeps policy and machine values where Group Policy and the installer write them', () => {
    expect(table.policyKey).toBe('SOFTWARE\\Policies\\Keyturn\\Logon');
    expect(table.machineKey).toBe('SOFTWARE\\Keyturn\\Logon');
  });

  it('has no setting that weakens a TLS check or an identity check', () => {
    for (const setting of table.settings) expect(setting.name).not.toMatch(/ignore|insecure|skip|allow|unsafe|debug|test/i);
  });

  it('ships with everything off that shows a name or widens who can open the window', () => {
    for (const name of ['PrefillUser', 'ShowInRemoteSessions'])
      expect(table.settings.find((setting) => setting.name === name)?.default).toBe(false);
  });
});
