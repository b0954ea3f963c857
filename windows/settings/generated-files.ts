import { settingsHeader } from './settings-header.ts';
import type { SettingsTable } from './settings-table.ts';

/** Every file made from the settings table: path below `windows/`, and its text. A new output is one more line here. */
export function generatedFiles(table: SettingsTable): Record<string, string> {
  return {
    'generated/settings.h': settingsHeader(table),
  };
}
