import { rootCategory } from './policy-template.ts';
import type { Setting, SettingsTable } from './settings-table.ts';
import { xmlText } from './xml-text.ts';

type Language = 'en' | 'de';

interface Wording {
  readonly title: string;
  readonly about: string;
  readonly root: string;
  readonly supported: string;
  readonly on: string;
  readonly off: string;
  readonly defaultIs: (value: string) => string;
  readonly range: (minimum: number, maximum: number) => string;
  readonly disabled: string;
}

const wordings: Record<Language, Wording> = {
  en: {
    title: 'Keyturn sign-in client',
    about: 'Settings of the Keyturn sign-in client',
    root: 'Keyturn sign-in client',
    supported: 'Windows 10, Windows Server 2019 and later, 64-bit',
    on: 'on',
    off: 'off',
    defaultIs: (value) => `Default: ${value}.`,
    range: (minimum, maximum) => `Allowed: ${minimum} to ${maximum}.`,
    disabled: 'Disabled means the same as not configured: the value the installer wrote, or else the default, is used.',
  },
  de: {
    title: 'Keyturn-Anmeldeclient',
    about: 'Einstellungen des Keyturn-Anmeldeclients',
    root: 'Keyturn-Anmeldeclient',
    supported: 'Windows 10, Windows Server 2019 und neuer, 64 Bit',
    on: 'ein',
    off: 'aus',
    defaultIs: (value) => `Voreinstellung: ${value}.`,
    range: (minimum, maximum) => `Erlaubt: ${minimum} bis ${maximum}.`,
    disabled: '„Deaktiviert“ bedeutet dasselbe wie „Nicht konfiguriert“: Es gilt der Wert aus der Installation, sonst die Voreinstellung.',
  },
};

function explain(setting: Setting, language: Language): string {
  const wording = wordings[language];
  const paragraphs = [setting.explain[language]];
  if (setting.kind === 'boolean') paragraphs.push(wording.defaultIs(setting.default ? wording.on : wording.off));
  if (setting.kind === 'number')
    paragraphs.push(`${wording.defaultIs(String(setting.default))} ${wording.range(setting.minimum, setting.maximum)}`);
  if (setting.kind === 'choice') {
    const choice = setting.choices.find(({ value }) => value === setting.default);
    if (choice !== undefined) paragraphs.push(wording.defaultIs(choice.title[language]));
  }
  if (setting.kind !== 'boolean') paragraphs.push(wording.disabled);
  return paragraphs.join('\n\n');
}

function presentationOf(setting: Setting, language: Language): string {
  const label = xmlText(setting.title[language]);
  switch (setting.kind) {
    case 'boolean':
      return '';
    case 'number':
      return `<decimalTextBox refId="${setting.name}" defaultValue="${setting.default}">${label}</decimalTextBox>`;
    case 'choice': {
      const index = setting.choices.findIndex(({ value }) => value === setting.default);
      return `<dropdownList refId="${setting.name}" noSort="true" defaultItem="${index}">${label}</dropdownList>`;
    }
    default:
      return `<textBox refId="${setting.name}">
          <label>${label}</label>
        </textBox>`;
  }
}

/** The texts of `Keyturn.admx` in one language: `Keyturn.adml`. */
export function policyTexts(table: SettingsTable, language: Language): string {
  const wording = wordings[language];
  const strings: [string, string][] = [
    ['SupportedWindows', wording.supported],
    [`Category_${rootCategory}`, wording.root],
    ...table.groups.map((group): [string, string] => [`Category_${group.id}`, group.title[language]]),
  ];
  for (const setting of table.settings) {
    strings.push([setting.name, setting.title[language]], [`${setting.name}_Explain`, explain(setting, language)]);
    if (setting.kind === 'choice')
      for (const choice of setting.choices) strings.push([`${setting.name}_${choice.value.replaceAll('-', '_')}`, choice.title[language]]);
  }
  const presentations = table.settings
    .filter((setting) => setting.kind !== 'boolean')
    .map(
      (setting) => `      <presentation id="${setting.name}">
        ${presentationOf(setting, language)}
      </presentation>\n`,
    );
  return `<?xml version="1.0" encoding="utf-8"?>
<!-- Generated from settings/settings.json by settings/generate.ts: do not edit. -->
<policyDefinitionResources xmlns="http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions" revision="1.0" schemaVersion="1.0">
  <displayName>${xmlText(wording.title)}</displayName>
  <description>${xmlText(wording.about)}</description>
  <resources>
    <stringTable>
${strings.map(([id, text]) => `      <string id="${id}">${xmlText(text)}</string>\n`).join('')}    </stringTable>
    <presentationTable>
${presentations.join('')}    </presentationTable>
  </resources>
</policyDefinitionResources>
`;
}
