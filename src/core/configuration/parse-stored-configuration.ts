import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import type { ConfigurationRow } from '../ports/store.ts';
import { describeIssues } from './describe-issues.ts';
import { type DirectorySettings, directorySchema } from './directory-section.ts';
import { type Configuration, configurationSchema } from './document.ts';

/** A directory section that this release cannot read, as far as it says what it is. */
export interface UnreadableSection {
  readonly section: Pick<DirectorySettings, 'id' | 'kind' | 'label'>;
  readonly problems: readonly string[];
}

export interface StoredConfiguration {
  /** With every default filled in; without the unreadable sections. */
  readonly configuration: Configuration;
  readonly unopened: readonly UnreadableSection[];
}

/**
 * A stored version with every default filled in. Its form is looked at each time, because a later release may refuse
 * what an earlier one accepted. A directory section that is refused does not take the others with it.
 *
 * @throws AppError `configuration.invalid` with every problem under `details.problems`, when no section is left or anything else is
 * refused
 */
export function parseStoredConfiguration(row: Pick<ConfigurationRow, 'version' | 'document'>): StoredConfiguration {
  const document: unknown = JSON.parse(row.document);
  const whole = configurationSchema.safeParse(document);
  if (whole.success) return { configuration: whole.data, unopened: [] };
  const lines = describeIssues(whole.error, document).map(({ path, message }) => `${path}: ${message}`);
  const { readable, unopened } = sortSections(document);
  const rest = configurationSchema.safeParse({ ...(document as object), directories: readable });
  if (!rest.success) throw new AppError('configuration.invalid', { version: row.version, problems: lines });
  return { configuration: rest.data, unopened };
}

function sortSections(document: unknown): { readable: unknown[]; unopened: UnreadableSection[] } {
  const sections = typeof document === 'object' && document !== null && 'directories' in document ? document.directories : [];
  const readable: unknown[] = [];
  const unopened: UnreadableSection[] = [];
  for (const [index, section] of (Array.isArray(sections) ? sections : []).entries()) {
    const parsed = directorySchema.safeParse(section);
    const named = identity.safeParse(section);
    if (parsed.success) readable.push(section);
    else if (named.success) {
      const problems = describeIssues(parsed.error, section, ['directories', index]).map(({ path, message }) => `${path}: ${message}`);
      unopened.push({ section: named.data, problems });
    } else readable.push(section);
  }
  return { readable, unopened };
}

/** What a section must say of itself to stand for its people: factors and events refer to its id. */
const identity = z.object({
  id: z.string().min(1),
  label: z.string(),
  kind: z.enum(['active-directory', 'openldap', '389ds', 'ldap', 'embedded']),
});
