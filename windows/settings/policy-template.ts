import type { Setting, SettingsTable } from './settings-table.ts';
import { longestTextOf } from './value-range.ts';
import { xmlText } from './xml-text.ts';

/** The category above all groups, as its id stands in the template and in the paths of the Policy CSP. */
export const rootCategory = 'Keyturn';

/** The registry key as a template writes it: below HKEY_LOCAL_MACHINE, which `class="Machine"` says. */
export function policyKeyOf(table: SettingsTable): string {
  return table.policyKey.replace(/^SOFTWARE/i, 'Software');
}

function elementOf(setting: Setting): string {
  const start = `id="${setting.name}" valueName="${setting.name}"`;
  if (setting.kind === 'number') return `<decimal ${start} required="true" minValue="${setting.minimum}" maxValue="${setting.maximum}" />`;
  if (setting.kind === 'choice') {
    const items = setting.choices.map(
      (choice) => `          <item displayName="$(string.${setting.name}_${choice.value.replaceAll('-', '_')})">
            <value>
              <string>${xmlText(choice.value)}</string>
            </value>
          </item>\n`,
    );
    return `<enum ${start} required="true">\n${items.join('')}        </enum>`;
  }
  return `<text ${start} required="true" maxLength="${longestTextOf(setting)}" />`;
}

function policyOf(setting: Setting, key: string): string {
  const isSwitch = setting.kind === 'boolean';
  const head = [
    `name="${setting.name}" class="Machine" displayName="$(string.${setting.name})" explainText="$(string.${setting.name}_Explain)"`,
    ...(isSwitch ? [] : [`presentation="$(presentation.${setting.name})"`]),
    `key="${xmlText(key)}"`,
    ...(isSwitch ? [`valueName="${setting.name}"`] : []),
  ].join(' ');
  const body = isSwitch
    ? `      <enabledValue>
        <decimal value="1" />
      </enabledValue>
      <disabledValue>
        <decimal value="0" />
      </disabledValue>`
    : `      <elements>
        ${elementOf(setting)}
      </elements>`;
  return `    <policy ${head}>
      <parentCategory ref="${setting.group}" />
      <supportedOn ref="SupportedWindows" />
${body}
    </policy>\n`;
}

/**
 * The administrative template `Keyturn.admx`. It stands alone: it refers to no template of Windows, so that Intune can take it in
 * without one. Order and names of the elements: MS-GPREG, the policy definitions schema.
 */
export function policyTemplate(table: SettingsTable): string {
  const categories = table.groups.map(
    (group) => `    <category name="${group.id}" displayName="$(string.Category_${group.id})">
      <parentCategory ref="${rootCategory}" />
    </category>\n`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<!-- Generated from settings/settings.json by settings/generate.ts: do not edit. -->
<policyDefinitions xmlns="http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions" revision="1.0" schemaVersion="1.0">
  <policyNamespaces>
    <target prefix="keyturn" namespace="Keyturn.Policies.Logon" />
  </policyNamespaces>
  <resources minRequiredRevision="1.0" />
  <supportedOn>
    <definitions>
      <definition name="SupportedWindows" displayName="$(string.SupportedWindows)" />
    </definitions>
  </supportedOn>
  <categories>
    <category name="${rootCategory}" displayName="$(string.Category_${rootCategory})" />
${categories.join('')}  </categories>
  <policies>
${table.settings.map((setting) => policyOf(setting, policyKeyOf(table))).join('')}  </policies>
</policyDefinitions>
`;
}
