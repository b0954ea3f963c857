import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty folder for one server. Kept short and below /tmp because the path of a Unix socket may have 107 bytes only. */
export function createScratchFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `keyturn-${name}-`));
}

/**
 * The same for a server that makes and deletes many files and need not keep them: in memory where a run of the tests has found room there
 * (scripts/verification.sh). Where many files were deleted lately, ext4 takes long to make others.
 */
export function createFleetingFolder(name: string): Promise<string> {
  return mkdtemp(join(process.env.KEYTURN_IN_MEMORY ?? tmpdir(), `keyturn-${name}-`));
}

/** Removes a folder made by one of them. */
export async function removeScratchFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** The project's folder for things that are slow to make and may be deleted at any time (ignored by git). */
export function cacheFolder(): string {
  const folder = join(import.meta.dirname, '..', '..', '.scratch', 'cache');
  mkdirSync(folder, { recursive: true });
  return folder;
}
