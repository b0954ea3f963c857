import { extname } from 'node:path';
import { Option } from 'commander';
import { AppError, type ErrorCode } from '../../shared/errors.ts';

export type FileFormat = 'csv' | 'json';

/** For commands that read people from a file. */
export function formatOption(): Option {
  return new Option('--format <format>', 'what the file is, where its name does not end in .csv or .json').choices(['csv', 'json']);
}

/** @throws AppError `code` where neither the option nor the name of the file tells it */
export function formatOf(file: string, format: FileFormat | undefined, code: ErrorCode): FileFormat {
  if (format !== undefined) return format;
  const ending = extname(file).toLowerCase();
  if (ending === '.csv') return 'csv';
  if (ending === '.json') return 'json';
  throw new AppError(code, { file, reason: 'neither .csv nor .json', option: '--format csv or --format json' });
}
