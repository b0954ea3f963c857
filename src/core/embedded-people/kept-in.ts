import { AppError } from '../../../shared/errors.ts';
import type { Directory } from '../ports/directory.ts';
import type { KeptPeople } from '../ports/kept-people.ts';

/** A directory whose people Keyturn keeps itself. */
export type KeepingDirectory = Directory & { readonly keptPeople: KeptPeople };

/**
 * The directory that people are added to and removed from: the one that is named, or the only one that Keyturn keeps.
 * @throws AppError `people.kept-elsewhere` for one of another kind, `directory.not-configured` where there is none of that name,
 * `directory.ambiguous` where there are several and none is named
 */
export function keepingDirectory(directories: readonly Directory[], id?: string): KeepingDirectory {
  const named = directories.filter((directory) => id === undefined || directory.id === id);
  if (named.length === 0)
    throw new AppError('directory.not-configured', { directory: id ?? 'none', known: directories.map((each) => each.id) });
  const keeping = named.filter((directory): directory is KeepingDirectory => directory.keptPeople !== undefined);
  const [first, ...others] = keeping;
  if (first === undefined) throw new AppError('people.kept-elsewhere', { directories: named.map((each) => `${each.id} (${each.kind})`) });
  if (others.length > 0)
    throw new AppError('directory.ambiguous', { directories: keeping.map((each) => each.id), fix: 'name one with --directory' });
  return first;
}
