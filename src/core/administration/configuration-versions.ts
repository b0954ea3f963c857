import { AppError } from '../../../shared/errors.ts';
import { diffConfiguration, type PlainChange, plainChanges } from '../configuration/diff-configuration.ts';
import { inEffect } from '../configuration/in-effect.ts';
import type { ConfigurationRow, Store } from '../ports/store.ts';

/**
 * One version, and what it changed in effect. The first one changed nothing: there was none before it.
 * @throws AppError `configuration.unknown-version`
 */
export async function readVersion(
  { configurations }: Pick<Store, 'configurations'>,
  version: number,
): Promise<{ row: ConfigurationRow; changes: PlainChange[] }> {
  const [row, before] = await Promise.all([configurations.read(version), configurations.read(version - 1)]);
  if (row === null) throw new AppError('configuration.unknown-version', { version });
  return { row, changes: before === null ? [] : plainChanges(diffConfiguration(inEffect(before), inEffect(row))) };
}
