import { rootCategory } from './policy-template.ts';
import { pinLength, registryTypeOf, type Setting, type SettingsTable } from './settings-table.ts';
import { longestTextOf } from './value-range.ts';
import { xmlText } from './xml-text.ts';

function allowedOf(setting: Setting): string {
  switch (setting.kind) {
    case 'boolean':
      return '0 or 1';
    case 'number':
      return `${setting.minimum} to ${setting.maximum}`;
    case 'choice':
      return setting.choices.map(({ value }) => `\`${value}\``).join(', ');
    case 'httpsUrl':
      return `an https address of up to ${setting.maximumLength} characters`;
    case 'pinList':
      return `up to ${setting.maximumItems} hashes, separated by semicolons, ${longestTextOf(setting)} characters in all`;
    case 'text':
      return `up to ${setting.maximumLength} characters`;
  }
}

function defaultOf(setting: Setting): string {
  if (setting.kind === 'boolean') return setting.default ? '1' : '0';
  if (setting.kind === 'number') return String(setting.default);
  return setting.default === '' ? 'empty' : `\`${setting.default}\``;
}

function sectionOf(setting: Setting): string {
  const property = `\`${setting.msiProperty}\``;
  return `### ${setting.name}

${setting.title.en}. ${setting.explain.en}

| registry type | installer property | allowed | default |
|---|---|---|---|
| \`${registryTypeOf(setting)}\` | ${property} | ${allowedOf(setting)} | ${defaultOf(setting)} |
`;
}

/** An example of the value that Intune sends for a setting: what the Policy CSP calls the data of an ADMX-backed policy. */
function intuneValueOf(setting: Setting): string {
  if (setting.kind === 'boolean') return setting.default ? '<disabled/>' : '<enabled/>';
  const examples: Record<Exclude<Setting['kind'], 'boolean'>, string> = {
    number: String(setting.default),
    choice: String(setting.default),
    httpsUrl: 'https://reset.example.com/',
    pinList: `${'A'.repeat(pinLength - 1)}=`,
    text: (longestTextOf(setting) ?? 0) > 64 ? 'Call 1234' : 'Password help',
  };
  return `<enabled/><data id="${setting.name}" value="${xmlText(examples[setting.kind])}"/>`;
}

/** Where the Policy CSP puts a policy of the ingested template: application, kind and categories, then the policy. */
export function intuneAddress(setting: Setting): string {
  return `./Device/Vendor/MSFT/Policy/Config/Keyturn~Policy~${rootCategory}~${setting.group}/${setting.name}`;
}

/** The handbook page `docs/handbook/windows/settings.md`. */
export function settingsPage(table: SettingsTable): string {
  const groups = table.groups.map((group) => {
    const sections = table.settings.filter((setting) => setting.group === group.id).map(sectionOf);
    return `## ${group.title.en}\n\n${sections.join('\n')}`;
  });
  const rows = table.settings.map((setting) => `| \`${intuneAddress(setting)}\` | \`${intuneValueOf(setting)}\` |\n`);
  return `<!-- Generated from windows/settings/settings.json by windows/settings/generate.ts: do not edit. -->
# Settings of the Windows sign-in client

Each setting is looked up by itself, first where policy writes it, then where the installer writes it:

1. \`HKEY_LOCAL_MACHINE\\${table.policyKey}\`: Group Policy or Intune
2. \`HKEY_LOCAL_MACHINE\\${table.machineKey}\`: the installer, or an administrator by hand
3. the default below

The 64-bit registry counts. An empty text is the same as no value. A policy that is to empty what the installer wrote says \`-\`: for a text, for \`CertificatePins\` and for \`PortalUrl\` it then counts as set to nothing. A value of the wrong type or outside of what is allowed is not used, and event 3 in the Application log names it; the next place in the list then decides. One exception: while a value of \`PortalUrl\` or \`CertificatePins\` is refused, there is no tile, because no other place may decide which server is trusted.

There is no setting that turns a check of the server's certificate off.

${groups.join('\n')}
## Addresses for Intune

For custom profiles with the data type String, after the template was taken in as the application \`Keyturn\` (see [deployment.md](deployment.md)). The values are examples.

| OMA-URI | example of a value |
|---|---|
${rows.join('')}`;
}
