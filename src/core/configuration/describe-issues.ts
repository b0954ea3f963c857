import type { z } from 'zod';
import { type DocumentPath, formatPath } from './format-path.ts';
import { nearest } from './nearest.ts';

/** An `error` keeps a document from being accepted, a `warning` does not. */
export type ProblemSeverity = 'error' | 'warning';

/** One thing that is wrong with a document, or that deserves a second look. */
export interface ConfigurationProblem {
  /** As `formatPath` writes it. */
  path: string;
  message: string;
  severity: ProblemSeverity;
}

/**
 * Turns what zod found into problems for people: one for each unknown name, with the name that was probably meant.
 * Values are never repeated, since somebody may have written a secret in place of its reference.
 *
 * @param part what was parsed
 * @param base where that part stands in the whole document
 * @param names every name the schema knows, for suggestions
 */
export function describeIssues(
  error: z.ZodError,
  part: unknown,
  base: DocumentPath = [],
  names: readonly string[] = [],
): ConfigurationProblem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: formatPath([...base, ...path, key]),
        message: unknownName(key, names),
        severity: 'error' as const,
      }));
    }
    const message = valueAt(part, path) === undefined ? 'This is required' : describeIssue(issue);
    return [{ path: formatPath([...base, ...path]), message, severity: 'error' as const }];
  });
}

function unknownName(key: string, names: readonly string[]): string {
  const meant = nearest(key, names);
  return meant === null ? 'There is no such setting here' : `There is no such setting here; did you mean ${meant}?`;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `Expected ${withArticle(issue.expected)}`;
    case 'invalid_value':
      // Words of the schema's own say more than the list of what may stand there.
      if (!/^Invalid /.test(issue.message)) return issue.message;
      return `Expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'invalid_union': {
      const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
      if (options.length > 0) return `Expected one of ${options.join(', ')}`;
      // The messages of the branches are alternatives.
      return [...new Set(issue.errors.flatMap((branch) => branch.map(describeIssue)))].join(', or: ');
    }
    case 'too_small':
      return `${issue.inclusive === false ? 'More than' : 'At least'} ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'Less than' : 'At most'} ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'Expected an address such as https://password.example.com' : issue.message;
    default:
      return issue.message;
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

function withArticle(type: string): string {
  if (type === 'int') return 'a whole number';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function valueAt(document: unknown, path: DocumentPath): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
