import { policyTemplate } from './policy-template.ts';
import { policyTexts } from './policy-texts.ts';
import { settingsHeader } from './settings-header.ts';
import { settingsPage } from './settings-page.ts';
import type { SettingsTable } from './settings-table.ts';

/** Every file made from the settings table: path below `windows/`, and its text. A new output is one more line here. */
export function generatedFiles(table: SettingsTable): Record<string, string> {
  return {
    'generated/settings.h': settingsHeader(table),
    '../docs/handbook/windows/settings.md': settingsPage(table),
    'generated/policy/Keyturn.admx': policyTemplate(table),
    'generated/policy/en-US/Keyturn.adml': policyTexts(table, 'en'),
    'generated/policy/de-DE/Keyturn.adml': policyTexts(table, 'de'),
  };
}
