import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { readYaml } from './read-yaml.ts';

/**
 * What a YAML or JSON file says.
 * @returns the value, never null; or all that is wrong with the file, each with its name, and the error of the system where there was one
 */
export function readYamlFile(
  file: string,
): { readonly value: NonNullable<unknown> } | { readonly problems: readonly string[]; readonly cause?: unknown } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    return { problems: [`${file}: this file cannot be read`], cause };
  }
  const problem = textProblem(bytes);
  if (problem !== null) return { problems: [`${file}: ${problem}`] };
  const read = readYaml(bytes.toString('utf8'));
  if ('problems' in read) return { problems: read.problems.map((one) => `${file}: ${one}`) };
  if (read.value === null || read.value === undefined) return { problems: [`${file}: there is nothing in it but comments`] };
  return { value: read.value };
}

/** Editors of Windows write UTF-16 unless told otherwise; read as UTF-8 it is a document of strange characters. */
function textProblem(bytes: Buffer): string | null {
  if (bytes.length === 0) return 'the file is empty';
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes.includes(0);
  if (utf16) return 'this is no UTF-8 text, it looks like UTF-16: save it as UTF-8';
  return isUtf8(bytes) ? null : 'this is no UTF-8 text: save it as UTF-8';
}
