import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tryClaim } from './claims.ts';

/**
 * Makes a folder that takes long to make, where it is not there yet. One process makes it, those beside it wait; if the one dies, the next
 * begins anew. It is made aside and renamed: whoever looks sees the whole of it or none.
 * @param make fills an empty folder beside the one that is wanted
 */
export async function makeOnce(folder: string, make: (aside: string) => Promise<void>): Promise<void> {
  const name = `${basename(folder)}-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`;
  while (!existsSync(folder)) {
    const claim = await tryClaim(name);
    if (claim === undefined) {
      await delay(100);
      continue;
    }
    try {
      if (!existsSync(folder)) await makeAside(folder, make);
    } finally {
      claim.release();
    }
  }
}

async function makeAside(folder: string, make: (aside: string) => Promise<void>): Promise<void> {
  const aside = await mkdtemp(`${folder}.new-`);
  try {
    await make(aside);
    await rename(aside, folder);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}
