import type { DirectoryNote } from '../../core/ports/directory-health.ts';

/** Nothing has to be done about it. */
export function fact(text: string): DirectoryNote {
  return { text, fix: null };
}

/** Worth doing something about. */
export function advice(text: string, fix: string): DirectoryNote {
  return { text, fix };
}
