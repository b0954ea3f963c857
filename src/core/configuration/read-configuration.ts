import { AppError } from '../../../shared/errors.ts';
import type { ConfigurationRow, Store } from '../ports/store.ts';
import { tighten } from '../threat/tighten.ts';
import type { Configuration } from './document.ts';
import { parseStoredConfiguration, type UnreadableSection } from './parse-stored-configuration.ts';

export interface CurrentConfiguration {
  /** Number of the version in force, from 1 on. */
  version: number;
  /** As it counts: with every default filled in, and made stricter while a threat is raised. */
  configuration: Configuration;
  /** A threat is raised. */
  isRaised: boolean;
  /** Directory sections that this release cannot read. */
  unopened: readonly UnreadableSection[];
  /** As it was written, and by whom. */
  row: ConfigurationRow;
}

export interface ConfigurationReader {
  /** The version in force; null before the first one. @throws AppError `configuration.invalid` */
  find(): Promise<CurrentConfiguration | null>;
  /** The version in force. @throws AppError `configuration.missing`, `configuration.invalid` */
  read(): Promise<CurrentConfiguration>;
}

/**
 * Reads the configuration in force. What was parsed is kept for as long as the version stays the same, so that
 * reading again after a change on another node costs one look at the database and nothing more.
 */
export function createConfigurationReader(store: Pick<Store, 'configurations' | 'threats'>): ConfigurationReader {
  let cached: CurrentConfiguration | null = null;

  const find = async (): Promise<CurrentConfiguration | null> => {
    const [row, threat] = await Promise.all([store.configurations.current(), store.threats.current()]);
    if (row === null) return null;
    const isRaised = threat !== null;
    if (cached?.version !== row.version || cached.isRaised !== isRaised) {
      const { configuration, ...parsed } = parseStoredConfiguration(row);
      cached = { version: row.version, ...parsed, configuration: isRaised ? tighten(configuration) : configuration, isRaised, row };
    }
    return cached;
  };

  return {
    find,
    async read() {
      const current = await find();
      if (current === null) throw new AppError('configuration.missing');
      return current;
    },
  };
}
