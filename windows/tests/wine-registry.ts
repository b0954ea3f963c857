import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Wine } from './wine.ts';

/** Value by `key\name`, in the notation of .reg files; the name of a key's default value is `@`. A key without values is `key`. */
export type Registry = ReadonlyMap<string, string>;

/** A text as .reg files write a REG_EXPAND_SZ. */
export function expandableText(text: string): string {
  return `hex(2):${[...Buffer.from(`${text}\0`, 'utf16le')].map((byte) => byte.toString(16).padStart(2, '0')).join(',')}`;
}

/** Everything below a key, for example `HKLM`, that stands in the registry of that wine. */
export async function readRegistry(wine: Wine, key: string): Promise<Registry> {
  const { exitCode, output } = await wine.run('reg', ['export', key, 'C:\\export.reg', '/y']);
  if (exitCode !== 0) throw new Error(`reg export ${key}: ${output}`);
  const lines = readFileSync(join(wine.driveC, 'export.reg'), 'utf16le').replaceAll('\\\r\n  ', '').split('\r\n');
  const values = new Map<string, string>();
  let current = '';
  for (const line of lines) {
    const header = /^\[(.*)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      current = header;
      values.set(current, '');
      continue;
    }
    const value = /^(@|"(?:[^"\\]|\\.)*")=(.*)$/.exec(line);
    if (value === null) continue;
    values.set(`${current}\\${value[1]?.replace(/^"|"$/g, '')}`, value[2] ?? '');
  }
  return values;
}

/** What `after` has and `before` has not, or has otherwise. */
export function addedTo(before: Registry, after: Registry): Record<string, string> {
  return Object.fromEntries([...after].filter(([name, value]) => before.get(name) !== value));
}
