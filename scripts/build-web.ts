import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where the built pages are. */
export const WEB_FOLDER = fileURLToPath(new URL('../dist/web', import.meta.url));

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(ROOT, 'dist', 'web.stamp');
const SOURCES = ['web', 'shared', 'locales', 'package-lock.json'];

/**
 * Builds the pages into `dist/web` when they, their texts or the libraries they use have changed since the last
 * build. Resolves to true when it has built. Throws with Vite's words when the build fails; nothing then counts as built.
 */
export async function buildWeb(): Promise<boolean> {
  const wanted = fingerprint();
  if (existsSync(join(WEB_FOLDER, 'index.html')) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return false;
  // Made aside and renamed: whoever builds or serves at the same time never sees half of it.
  const fresh = `${WEB_FOLDER}.${process.pid}.new`;
  const old = `${WEB_FOLDER}.${process.pid}.old`;
  try {
    await runVite(fresh);
    if (existsSync(WEB_FOLDER)) renameSync(WEB_FOLDER, old);
    renameSync(fresh, WEB_FOLDER);
    writeFileSync(STAMP, wanted);
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
  return true;
}

/** In a process of its own, because Vite takes React's development build when NODE_ENV says `test`, as it does inside vitest. */
async function runVite(outDir: string): Promise<void> {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const options = ['build', '--config', join(ROOT, 'web', 'vite.config.ts'), '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
  try {
    await promisify(execFile)(process.execPath, [vite, ...options], { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } });
  } catch (cause) {
    const { stderr = '', stdout = '' } = cause as { stderr?: string; stdout?: string };
    throw new Error(`The pages do not build:\n${stdout}${stderr}`, { cause });
  }
}

/** Names and contents of all that goes into the pages. Tests do not. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => filesOf(join(ROOT, source))).sort()) {
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesOf(path: string): string[] {
  if (/\.(json|svg)$/.test(path)) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

if (import.meta.main) {
  const started = performance.now();
  const built = await buildWeb();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(built ? `Pages built in ${seconds} s (dist/web)\n` : 'Pages are up to date (dist/web)\n');
}
