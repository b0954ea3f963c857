import { AppError } from '../../../shared/errors.ts';
import type { ConfigurationRow } from '../ports/store.ts';
import { describeIssues } from './describe-issues.ts';
import { type Configuration, configurationSchema } from './document.ts';

/**
 * A stored version with every default filled in. Its form is looked at each time, because a later release may refuse
 * what an earlier one accepted.
 *
 * @throws AppError `configuration.invalid` with every problem under `details.problems`
 */
export function parseStoredConfiguration(row: Pick<ConfigurationRow, 'version' | 'document'>): Configuration {
  const document: unknown = JSON.parse(row.document);
  const parsed = configurationSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const problems = describeIssues(parsed.error, document).map(({ path, message }) => `${path}: ${message}`);
  throw new AppError('configuration.invalid', { version: row.version, problems });
}
