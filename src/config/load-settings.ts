import { isAbsolute, resolve } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { describeIssues } from '../core/configuration/describe-issues.ts';
import { schemaNames } from '../core/configuration/schema-names.ts';
import { environmentSettings } from './environment-settings.ts';
import { readYamlFile } from './read-yaml-file.ts';
import { type Settings, settingsSchema } from './settings.ts';

export interface LoadedSettings {
  settings: Settings;
  /** The `configuration:` part of the file, unchecked; undefined when there is none. For the first start only. */
  configuration: unknown;
}

/**
 * Boot settings from a YAML (or JSON) file, if one is named, and from KEYTURN_* environment variables, which win.
 * Relative paths are taken from the working folder.
 *
 * @throws AppError `settings.invalid` with every problem and its path under `details.problems`
 */
export function loadSettings(file: string | undefined, environment: Record<string, string | undefined>): LoadedSettings {
  const { configuration, ...fromFile } = file === undefined ? {} : readSettingsFile(file);
  const { values, names } = environmentSettings(environment);
  const merged = merge(fromFile, values);
  const parsed = settingsSchema.safeParse(merged);
  if (!parsed.success) {
    const problems = describeIssues(parsed.error, merged, [], schemaNames(settingsSchema)).map(({ path, message }) => {
      const variable = names.get(path.replace(/\[.*$/, ''));
      return `${path}${variable === undefined ? '' : ` (from ${variable})`}: ${message}`;
    });
    throw new AppError('settings.invalid', { ...(file === undefined ? {} : { file }), problems });
  }
  const settings = parsed.data;
  return {
    settings: { ...settings, dataDirectory: resolve(settings.dataDirectory), database: absoluteDatabase(settings.database) },
    configuration,
  };
}

function absoluteDatabase(database: Settings['database']): Settings['database'] {
  if (database.url === undefined || !database.url.startsWith('sqlite:')) return database;
  const path = database.url.slice('sqlite:'.length);
  return isAbsolute(path) || path === ':memory:' ? database : { url: `sqlite:${resolve(path)}` };
}

function readSettingsFile(file: string): Record<string, unknown> {
  const invalid = (problems: readonly string[], cause?: unknown) => new AppError('settings.invalid', { file, problems }, { cause });
  const read = readYamlFile(file);
  if ('problems' in read) throw invalid(read.problems, read.cause);
  const { value } = read;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid([`${file}: names and values were expected`]);
  return value as Record<string, unknown>;
}

/** Section by section: a variable changes one value and leaves the rest of its section as the file has it. */
function merge(file: Record<string, unknown>, environment: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...file };
  for (const [name, value] of Object.entries(environment)) {
    const below = merged[name];
    merged[name] = isSection(value) && isSection(below) ? { ...below, ...value } : value;
  }
  return merged;
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
