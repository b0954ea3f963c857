import { pinLength, type Setting, type SettingsTable } from './settings-table.ts';

function memberOf(setting: Setting): string {
  return setting.name.charAt(0).toLowerCase() + setting.name.slice(1);
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function declarationOf(setting: Setting): string {
  switch (setting.kind) {
    case 'boolean':
      return `bool ${memberOf(setting)} = ${setting.default};`;
    case 'number':
      return `std::uint32_t ${memberOf(setting)} = ${setting.default};`;
    case 'pinList':
      return `std::vector<std::string> ${memberOf(setting)};`;
    default:
      return setting.default === '' ? `std::string ${memberOf(setting)};` : `std::string ${memberOf(setting)} = ${quote(setting.default)};`;
  }
}

function rowOf(setting: Setting): string {
  const start = `{${quote(setting.name)}, &Settings::${memberOf(setting)}`;
  switch (setting.kind) {
    case 'boolean':
      return `${start}}`;
    case 'number':
      return `${start}, ${setting.minimum}, ${setting.maximum}}`;
    case 'text':
    case 'httpsUrl':
      return `${start}, ${setting.maximumLength}}`;
    case 'pinList':
      return `${start}, ${setting.maximumItems}, ${setting.maximumItems * (pinLength + 2)}}`;
    case 'choice':
      return `${start}, ${quote(setting.choices.map((choice) => choice.value).join('|'))}}`;
  }
}

function tableOf(table: SettingsTable, kind: Setting['kind'], type: string, name: string): string {
  const rows = table.settings.filter((setting) => setting.kind === kind).map((setting) => `    ${rowOf(setting)},\n`);
  return `inline constexpr ${type} ${name}[] = {\n${rows.join('')}};\n`;
}

/** The C++ header with the settings as one struct and, kind by kind, what the reader in `shared/settings.cpp` checks. */
export function settingsHeader(table: SettingsTable): string {
  return `// Generated from settings/settings.json by settings/generate.ts: do not edit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace keyturn {

inline constexpr char policyKey[] = ${quote(table.policyKey)};
inline constexpr char machineKey[] = ${quote(table.machineKey)};

struct Settings {
${table.settings.map((setting) => `  ${declarationOf(setting)}\n`).join('')}};

struct BooleanSetting {
  const char* name;
  bool Settings::*member;
};
struct NumberSetting {
  const char* name;
  std::uint32_t Settings::*member;
  std::uint32_t minimum;
  std::uint32_t maximum;
};
struct TextSetting {
  const char* name;
  std::string Settings::*member;
  std::uint32_t maximumLength;
};
struct PinListSetting {
  const char* name;
  std::vector<std::string> Settings::*member;
  std::uint32_t maximumItems;
  std::uint32_t maximumLength;
};
struct ChoiceSetting {
  const char* name;
  std::string Settings::*member;
  const char* choices;  // separated by |
};

${tableOf(table, 'boolean', 'BooleanSetting', 'booleanSettings')}
${tableOf(table, 'number', 'NumberSetting', 'numberSettings')}
${tableOf(table, 'text', 'TextSetting', 'textSettings')}
${tableOf(table, 'httpsUrl', 'TextSetting', 'httpsUrlSettings')}
${tableOf(table, 'pinList', 'PinListSetting', 'pinListSettings')}
${tableOf(table, 'choice', 'ChoiceSetting', 'choiceSettings')}
}  // namespace keyturn
`;
}
