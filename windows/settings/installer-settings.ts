import { registryTypeOf, type Setting, type SettingsTable } from './settings-table.ts';
import { longestTextOf } from './value-range.ts';
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

/**
 * Three actions decide what is written: the property from the command line; else what stood in the registry. `#` before a value
 * makes it a REG_DWORD, and `##` a text that starts with one (Windows Installer, Registry table); a value found by AppSearch
 * carries these marks already.
 */
function actionsOf(setting: InstallerSetting): { id: string; value: string; condition: string }[] {
  const property = setting.msiProperty;
  const found = `KEPT_${property}`;
  const isNumber = registryTypeOf(setting) === 'REG_DWORD';
  const isFreeText = longestTextOf(setting) !== undefined;
  return [
    { id: `Set_${property}`, value: isNumber ? `#[${property}]` : `[${property}]`, condition: isFreeText ? `${property} AND NOT (${property} << "#")` : property },
    ...(isFreeText ? [{ id: `SetMarked_${property}`, value: `#[${property}]`, condition: `${property} << "#"` }] : []),
    { id: `Keep_${property}`, value: `[${found}]`, condition: `${found} AND NOT ${property} AND NOT RESETSETTINGS` },
  ];
}

/**
 * The part of the installer that follows from the settings, included by `installer/keyturn.wxs`: search for values kept over an
 * upgrade, checks of the properties, and the values written below the machine key.
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
    return `  <Condition Message="${xmlText(messageOf(setting))}">${xmlText(`Installed OR NOT ${setting.msiProperty} OR ${condition}`)}</Condition>\n`;
  });
  const actions = settings.flatMap((setting) => actionsOf(setting).map((action) => ({ ...action, target: `VALUE_${setting.msiProperty}` })));
  const values = settings.map(
    (setting) =>
      `        <RegistryValue Id="R_${setting.name}" Root="HKLM" Key="${table.machineKey}" Name="${setting.name}" Type="string" Value="[VALUE_${setting.msiProperty}]"${setting.name === 'PortalUrl' ? ' KeyPath="yes"' : ''} />\n`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<!-- Generated from settings/settings.json by settings/generate.ts: do not edit. -->
<Include>
${searches.join('')}${conditions.join('')}${actions
    .map(({ id, target, value }) => `  <CustomAction Id="${id}" Property="${target}" Value="${xmlText(value)}" Execute="immediate" />\n`)
    .join('')}  <InstallExecuteSequence>
${actions.map(({ id, condition }) => `    <Custom Action="${id}" After="AppSearch">${xmlText(condition)}</Custom>\n`).join('')}  </InstallExecuteSequence>
  <DirectoryRef Id="KeyturnFolder">
    <Component Id="CSettings" Guid="{5E0B6D5E-64B6-4C5B-8E5C-3C0D5C8D1B61}">
${values.join('')}    </Component>
  </DirectoryRef>
</Include>
`;
}
