import { isGroup, type Json, type SettingSchema, variantsOf, wordsOf } from './setting-schema.ts';

/** What an entry of a list says of itself, with its place. */
export function nameOfEntry(entry: Json | undefined, index: number): string {
  const said = isGroup(entry)
    ? [entry.name, entry.label, entry.id, entry.host, entry.url].find((each) => typeof each === 'string' && each !== '')
    : undefined;
  return said === undefined ? `${index + 1}` : `${index + 1}. ${String(said)}`;
}

interface PathPart {
  key: string | number;
  /** A key that is no name of a setting, but somebody's own word: `["X-Key"]`. */
  isQuoted: boolean;
}

function partsOf(path: string): PathPart[] {
  return [...path.matchAll(/([\p{L}_$][\w$-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/gu)].map(([, plain, index, quoted]) => {
    if (index !== undefined) return { key: Number(index), isQuoted: false };
    return { key: quoted === undefined ? (plain ?? '') : (JSON.parse(quoted) as string), isQuoted: quoted !== undefined };
  });
}

/** The setting that a path ends with; undefined: an entry of a list. */
export function settingAt(path: string): string | undefined {
  const key = partsOf(path).at(-1)?.key;
  return typeof key === 'string' ? key : undefined;
}

/**
 * A path as the form calls what is there: `recovery.rules[0].accepted[1]` is "Recovery › Rules › 1. everybody › Accepted › 2".
 * @param document where the names of entries are read; undefined: they have their place alone
 */
export function pathInWords(path: string, document: Json | undefined): string {
  const words: string[] = [];
  let value = document;
  for (const { key, isQuoted } of partsOf(path)) {
    if (typeof key === 'number') {
      value = Array.isArray(value) ? value[key] : undefined;
      words.push(nameOfEntry(value, key));
    } else {
      value = isGroup(value) ? value[key] : undefined;
      words.push(isQuoted ? key : wordsOf(key));
    }
  }
  return words.join(' › ');
}

/**
 * What the schema says of what is at a path. Where a setting may be of several kinds, each kind that has the path counts: what is there
 * may have been of another one before.
 */
export function schemaAt(schema: SettingSchema, path: string): SettingSchema {
  let found = kindsOf(schema);
  for (const { key } of partsOf(path))
    found = found.flatMap((each) => {
      const part =
        typeof key === 'number'
          ? each.items
          : each.properties !== undefined && Object.hasOwn(each.properties, key)
            ? each.properties[key]
            : undefined;
      return part === undefined ? [] : kindsOf(part);
    });
  const [first, ...others] = found;
  return first === undefined ? {} : others.length === 0 ? first : { anyOf: found };
}

function kindsOf(schema: SettingSchema): SettingSchema[] {
  return variantsOf(schema)?.flatMap(kindsOf) ?? [schema];
}

/** The path of a part, as problems name it. */
export function pathOf(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
