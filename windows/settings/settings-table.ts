import { readFileSync } from 'node:fs';
import { z } from 'zod';

const inEveryLanguage = z.strictObject({ en: z.string().min(1), de: z.string().min(1) });
const common = {
  name: z.string().regex(/^[A-Z][A-Za-z]{2,40}$/),
  group: z.string(),
  msiProperty: z.string().regex(/^[A-Z]{2,40}$/),
  title: inEveryLanguage,
  explain: inEveryLanguage,
};

const settingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('boolean'), default: z.boolean() }),
  z.strictObject({ ...common, kind: z.literal('number'), default: z.number().int(), minimum: z.number().int(), maximum: z.number().int() }),
  z.strictObject({ ...common, kind: z.literal('text'), default: z.string(), maximumLength: z.number().int().max(1023) }),
  z.strictObject({ ...common, kind: z.literal('httpsUrl'), default: z.literal(''), maximumLength: z.number().int().max(1023) }),
  z.strictObject({ ...common, kind: z.literal('pinList'), default: z.literal(''), maximumItems: z.number().int() }),
  z.strictObject({
    ...common,
    kind: z.literal('choice'),
    default: z.string(),
    choices: z.array(z.strictObject({ value: z.string().regex(/^[a-z-]+$/), title: inEveryLanguage })).min(2),
  }),
]);

const tableSchema = z
  .strictObject({
    policyKey: z.string(),
    machineKey: z.string(),
    groups: z.array(z.strictObject({ id: z.string().regex(/^[A-Za-z]+$/), title: inEveryLanguage })),
    settings: z.array(settingSchema),
  })
  .superRefine((table, context) => {
    const fail = (message: string) => context.addIssue({ code: 'custom', message });
    const names = new Set<string>();
    const properties = new Set<string>();
    for (const setting of table.settings) {
      if (names.has(setting.name)) fail(`${setting.name} is there twice`);
      names.add(setting.name);
      if (!table.groups.some((group) => group.id === setting.group)) fail(`${setting.name}: no group ${setting.group}`);
      if (properties.has(setting.msiProperty)) fail(`${setting.msiProperty} is there twice`);
      properties.add(setting.msiProperty);
      if (setting.kind === 'number' && (setting.default < setting.minimum || setting.default > setting.maximum))
        fail(`${setting.name}: the default is out of range`);
      if (setting.kind === 'choice' && !setting.choices.some((choice) => choice.value === setting.default))
        fail(`${setting.name}: the default is no choice`);
    }
  });

/** One setting of the Windows client; `kind` decides the registry type and how the value is checked. */
export type Setting = z.infer<typeof settingSchema>;
/** The whole table: where values live in the registry, the groups shown in the policy editor, every setting. */
export type SettingsTable = z.infer<typeof tableSchema>;

/** Longest text of a pin list: a SHA-256 in base64 has 44 characters; one separator and one space between two. */
export const pinLength = 44;

/**
 * Reads and checks `settings.json`, the one source of the C++ table, the policy templates, the installer's properties and the
 * handbook page. Throws a `ZodError` that names each fault.
 */
export function readSettingsTable(path: URL = new URL('settings.json', import.meta.url)): SettingsTable {
  return tableSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** The registry type a setting is written as: by the installer, by policy, and expected by the client. */
export function registryTypeOf(setting: Setting): 'REG_DWORD' | 'REG_SZ' {
  return setting.kind === 'boolean' || setting.kind === 'number' ? 'REG_DWORD' : 'REG_SZ';
}
