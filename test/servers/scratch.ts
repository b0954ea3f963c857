import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty folder for one server. Kept short and below /tmp because the path of a Unix socket may have 107 bytes only. */
export function createScratchFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `keyturn-${name}-`));
}

/** Removes a folder made by {@link createScratchFolder}. */
export async function removeScratchFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** The project's folder for things that are slow to make and may be deleted at any time (ignored by git). */
export function cacheFolder(): string {
  const folder = join(import.meta.dirname, '..', '..', '.scratch', 'cache');
  mkdirSync(folder, { recursive: true });
  return folder;
}
