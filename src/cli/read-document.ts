import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { AppError } from '../../shared/errors.ts';
import { describeYamlError } from '../config/describe-yaml-error.ts';

/**
 * A configuration document from a YAML or JSON file. A settings file is taken as well: then its `configuration:`
 * part counts.
 *
 * @throws AppError `configuration.invalid` when the file cannot be read or parsed
 */
export function readDocument(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new AppError('configuration.invalid', { problems: [`${file}: this file cannot be read`] }, { cause: error });
  }
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new AppError('configuration.invalid', { problems: document.errors.map((error) => `${file}: ${describeYamlError(error)}`) });
  }
  const value: unknown = document.toJS();
  return typeof value === 'object' && value !== null && 'configuration' in value ? value.configuration : value;
}
