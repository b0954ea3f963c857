import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../test/servers/processes.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The sources of a commit in a scratch folder, with the packages of its own lock file. */
export interface OlderTree {
  readonly folder: string;
  remove(): Promise<void>;
}

/** @throws Error where the history does not reach back to the commit, or the packages cannot be installed */
export async function checkOutOlder(commit: string): Promise<OlderTree> {
  const scratch = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
  const folder = join(scratch, commit);
  const remove = () => rm(scratch, { recursive: true, force: true });
  try {
    await mkdir(folder);
    await run('git', ['-C', ROOT, 'archive', '--output', join(scratch, 'tree.tar'), commit]);
    await run('tar', ['-xf', join(scratch, 'tree.tar'), '-C', folder]);
    // The same Node.js on both sides.
    if (existsSync(join(ROOT, '.tools'))) await symlink(join(ROOT, '.tools'), join(folder, '.tools'));
    await run('sh', [join(folder, 'scripts/setup.sh')], { timeoutMs: 600_000 });
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
