import { AppError } from '../../../shared/errors.ts';
import type { Store } from '../ports/store.ts';
import type { Json } from './diff-configuration.ts';
import { parseStoredConfiguration } from './parse-stored-configuration.ts';

export interface ExportedConfiguration {
  version: number;
  document: Json;
}

/**
 * A stored version as a document that `apply` takes back: as it was written, or with every default filled in.
 * Secrets are references, so it may be kept in version control.
 *
 * @param options.version the one in force when absent
 * @throws AppError `configuration.missing` when there is no such version; `configuration.invalid` when defaults are
 * wanted for a version that this release no longer understands
 */
export async function exportConfiguration(
  store: Pick<Store, 'configurations'>,
  options: { version?: number; withDefaults?: boolean } = {},
): Promise<ExportedConfiguration> {
  const row = options.version === undefined ? await store.configurations.current() : await store.configurations.read(options.version);
  if (row === null) throw new AppError('configuration.missing', options.version === undefined ? {} : { version: options.version });
  const document = options.withDefaults === true ? parseStoredConfiguration(row).configuration : JSON.parse(row.document);
  return { version: row.version, document: document as Json };
}
