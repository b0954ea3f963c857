import { AppError } from '../../shared/errors.ts';
import { readYamlFile } from '../config/read-yaml-file.ts';

/**
 * A configuration document from a YAML or JSON file. A settings file is taken as well: then its `configuration:`
 * part counts.
 *
 * @throws AppError `configuration.invalid` when the file cannot be read or parsed
 */
export function readDocument(file: string): unknown {
  const read = readYamlFile(file);
  if ('problems' in read) throw new AppError('configuration.invalid', { problems: read.problems }, { cause: read.cause });
  const { value } = read;
  return typeof value === 'object' && 'configuration' in value ? value.configuration : value;
}
