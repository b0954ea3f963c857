/** Plain JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What the pages use of JSON Schema (draft 2020-12), as the server makes it of the configuration. */
export interface SettingSchema {
  type?: string;
  /** Of ours: `image` as a data URI, `colour` as `#rrggbb`, `secret` as the reference to one. */
  format?: string;
  description?: string;
  default?: Json;
  const?: Json;
  enum?: string[];
  properties?: Record<string, SettingSchema>;
  required?: string[];
  items?: SettingSchema;
  oneOf?: SettingSchema[];
  anyOf?: SettingSchema[];
  minimum?: number;
  maximum?: number;
  minItems?: number;
}

/** How a setting is asked for. `raw`: as JSON, where nothing better fits. */
export type SettingForm =
  | 'group'
  | 'choice'
  | 'yes-no'
  | 'one-of'
  | 'text'
  | 'image'
  | 'colour'
  | 'number'
  | 'fixed'
  | 'lines'
  | 'ticks'
  | 'list'
  | 'raw';

export function formOf(schema: SettingSchema): SettingForm {
  if (schema.const !== undefined) return 'fixed';
  if (variantsOf(schema) !== undefined) return 'choice';
  if (schema.properties !== undefined) return 'group';
  if (schema.enum !== undefined) return 'one-of';
  switch (schema.type) {
    case 'boolean':
      return 'yes-no';
    case 'string':
      return schema.format === 'image' || schema.format === 'colour' ? schema.format : 'text';
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return schema.items?.enum !== undefined ? 'ticks' : schema.items?.type === 'string' ? 'lines' : 'list';
    default:
      return 'raw';
  }
}

/** What a value may be, where there are several kinds of it. */
export function variantsOf({ oneOf, anyOf }: SettingSchema): SettingSchema[] | undefined {
  return oneOf ?? anyOf;
}

/** The setting that tells the variants of a group apart, such as `kind`. */
export function tellingSetting(variant: SettingSchema): string | undefined {
  return Object.entries(variant.properties ?? {}).find(([, schema]) => schema.const !== undefined)?.[0];
}

/** Which variant a value is of; the first one where it is of none. */
export function variantOf(variants: readonly SettingSchema[], value: Json | undefined): number {
  const found = variants.findIndex((variant) => {
    if (variant.const !== undefined) return variant.const === value;
    const telling = tellingSetting(variant);
    if (telling !== undefined) return isGroup(value) && value[telling] === variant.properties?.[telling]?.const;
    return typeWord(variant) === wordOf(value);
  });
  return Math.max(0, found);
}

/** What kind of value a variant is, in a word that the texts have. */
export function typeWord({ type }: SettingSchema): 'group' | 'list' | 'text' | 'number' | 'yes-no' | 'nothing' {
  if (type === 'object') return 'group';
  if (type === 'array') return 'list';
  if (type === 'string') return 'text';
  if (type === 'boolean') return 'yes-no';
  return type === 'null' ? 'nothing' : 'number';
}

function wordOf(value: Json | undefined): ReturnType<typeof typeWord> {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'group';
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'yes-no' : 'number';
}

export function isGroup(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The least that a new value has to say: fixed parts are filled in, the rest is for who asked for it. */
export function emptyOf(schema: SettingSchema): Json {
  if (schema.const !== undefined) return schema.const;
  const variants = variantsOf(schema);
  if (variants !== undefined) return emptyOf(variants[0] ?? {});
  if (schema.properties !== undefined) {
    const needed = Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name));
    return Object.fromEntries(needed.map(([name, part]) => [name, emptyOf(part)]));
  }
  if (schema.type === 'array') return schema.minItems === undefined || schema.items === undefined ? [] : [emptyOf(schema.items)];
  if (schema.enum !== undefined) return schema.enum[0] ?? '';
  if (schema.type === 'boolean') return false;
  if (schema.type === 'null') return null;
  return schema.type === 'string' ? '' : (schema.minimum ?? 0);
}

/** Parts of names that are written in capitals. */
const CAPITALS = /\b(ca|dn|dns|html|http|id|ip|json|ldap|sms|smtp|starttls|tls|totp|url)\b/g;

/** `publicUrl` as words: "Public URL". What is in capitals stays so: `PUT`. */
export function wordsOf(name: string): string {
  if (name === name.toUpperCase()) return name;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/-/g, ' ')
    .toLowerCase()
    .replace(CAPITALS, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}
