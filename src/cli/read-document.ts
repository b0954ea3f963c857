import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { AppError, isAppError } from '../../shared/errors.ts';
import { readYaml } from '../config/read-yaml.ts';

/**
 * A configuration document from a YAML or JSON file. A settings file is taken as well: then its `configuration:`
 * part counts.
 *
 * @throws AppError `configuration.invalid` when the file cannot be read or parsed
 */
export function readDocument(file: string): unknown {
  let text: string;
  try {
    const bytes = readFileSync(file);
    const problem = textProblem(bytes);
    if (problem !== null) throw new AppError('configuration.invalid', { problems: [`${file}: ${problem}`] });
    text = bytes.toString('utf8');
  } catch (error) {
    if (isAppError(error)) throw error;
    throw new AppError('configuration.invalid', { problems: [`${file}: this file cannot be read`] }, { cause: error });
  }
  const read = readYaml(text);
  if ('problems' in read) throw new AppError('configuration.invalid', { problems: read.problems.map((problem) => `${file}: ${problem}`) });
  const { value } = read;
  if (value === null) throw new AppError('configuration.invalid', { problems: [`${file}: there is nothing in it but comments`] });
  return typeof value === 'object' && 'configuration' in value ? value.configuration : value;
}

/** Editors of Windows write UTF-16 unless told otherwise; read as UTF-8 it is a document of strange characters. */
function textProblem(bytes: Buffer): string | null {
  if (bytes.length === 0) return 'the file is empty';
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes.includes(0);
  if (utf16) return 'this is no UTF-8 text, it looks like UTF-16: save it as UTF-8';
  return isUtf8(bytes) ? null : 'this is no UTF-8 text: save it as UTF-8';
}
