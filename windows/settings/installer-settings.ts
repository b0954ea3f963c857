import { registryTypeOf, type Setting, type SettingsTable } from './settings-table.ts';
import { xmlText } from './xml-text.ts';

/** A setting that the installer can write, with the name of its public property. */
export type InstallerSetting = Setting & { readonly msiProperty: string };

/** The settings that have an installer property: all but those for policy alone. */
export function installerSettings(table: SettingsTable): InstallerSetting[] {
  return table.settings.filter((setting): setting is InstallerSetting => setting.msiProperty !== undefined);
}

/** What the property must satisfy; null where any text will do. Without the property there is nothing to check. */
function conditionOf(setting: InstallerSetting): string | null {
  const property = setting.msiProperty;
  switch (setting.kind) {
    case 'boolean':
      return `${property} = "0" OR ${property} = "1"`;
    case 'number':
      return `(${property} >= ${setting.minimum} AND ${property} <= ${setting.maximum})`;
    case 'choice':
      return setting.choices.map(({ value }) => `${property} = "${value}"`).join(' OR ');
    case 'httpsUrl':
      return `${property} ~<< "https://"`;
    default:
      return null;
  }
}

function messageOf(setting: InstallerSetting): string {
  switch (setting.kind) {
    case 'boolean':
      return `${setting.msiProperty} must be 0 or 1.`;
    case 'number':
      return `${setting.msiProperty} must be a number from ${setting.minimum} to ${setting.maximum}.`;
    case 'choice':
      return `${setting.msiProperty} must be one of: ${setting.choices.map(({ value }) => value).join(', ')}.`;
    default:
      return `${setting.msiProperty} must start with https://.`;
  }
}

/** An action that sets a property before anything is written: a custom action of type 51. */
export interface InstallerAction {
  readonly id: string;
  readonly property: string;
  readonly value: string;
  readonly condition: string;
}

/**
 * The actions that decide what is written: the property from the command line; else what stood in the registry. `#` before a
 * value makes it a REG_DWORD, and `##` a text that starts with one (Windows Installer, Registry table); a value found by
 * AppSearch carries these marks already. An empty command line cannot be told from a missing one, so RESETSETTINGS=1 forgets
 * what stood there.
 */
export function installerActions(table: SettingsTable): InstallerAction[] {
  return installerSettings(table).flatMap((setting) => {
    const given = setting.msiProperty;
    const found = `KEPT_${given}`;
    const property = `VALUE_${given}`;
    const keep = { id: `Keep_${given}`, property, value: `[${found}]`, condition: `${found} AND NOT ${given} AND NOT RESETSETTINGS` };
    if (registryTypeOf(setting) === 'REG_DWORD') return [{ id: `Set_${given}`, property, value: `#[${given}]`, condition: given }, keep];
    const plain = `${given} AND NOT (${given} << "#")`;
    return [
      { id: `Set_${given}`, property, value: `[${given}]`, condition: plain },
      { id: `SetMarked_${given}`, property, value: `#[${given}]`, condition: `${given} << "#"` },
      keep,
    ];
  });
}

/**
 * What `installer/keyturn.wxs` includes: search for the values that stand in the registry, checks of the properties, and the
 * values written below the machine key.
 */
export function installerInclude(table: SettingsTable): string {
  const settings = installerSettings(table);
  const searches = settings.map(
    (setting) => `  <Property Id="KEPT_${setting.msiProperty}">
    <RegistrySearch Id="Find_${setting.msiProperty}" Root="HKLM" Key="${table.machineKey}" Name="${setting.name}" Type="raw" Win64="yes" />
  </Property>\n`,
  );
  const conditions = settings.flatMap((setting) => {
    const condition = conditionOf(setting);
    if (condition === null) return [];
    return `  <Condition Message="${xmlText(messageOf(setting))}">${xmlText(`NOT ${setting.msiProperty} OR ${condition}`)}</Condition>\n`;
  });
  const values = settings.map(
    (setting) =>
      `        <RegistryValue Id="R_${setting.name}" Root="HKLM" Key="${table.machineKey}" Name="${setting.name}" Type="string" Value="[VALUE_${setting.msiProperty}]"${setting.name === 'PortalUrl' ? ' KeyPath="yes"' : ''} />\n`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<Include>
${searches.join('')}${conditions.join('')}  <DirectoryRef Id="KeyturnFolder">
    <Component Id="CSettings" Win64="yes" Guid="{5E0B6D5E-64B6-4C5B-8E5C-3C0D5C8D1B61}">
${values.join('')}    </Component>
  </DirectoryRef>
</Include>
`;
}
