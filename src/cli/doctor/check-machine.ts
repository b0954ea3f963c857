import { existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import packageFile from '../../../package.json' with { type: 'json' };
import { shellWord, withLines } from '../../../shared/fix-text.ts';
import { type Finding, findingsOf } from '../../core/health/finding.ts';

const MEBIBYTE = 1024 ** 2;
/** Below this the embedded database may stop at any moment. */
const SPACE_FAIL = 100 * MEBIBYTE;
const SPACE_WARN = 1024 * MEBIBYTE;

/** Whether this Node.js is one that Keyturn supports. */
export function checkNode(version: string = process.versions.node): Finding[] {
  const { ok, fail } = findingsOf('node');
  const wanted = packageFile.engines.node.replace('>=', '');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  const enough = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  return [enough ? ok(`Node.js ${version}`) : fail(`Node.js ${version} is too old`, `Install Node.js ${wanted} or later`)];
}

/** A file that should be its owner's alone, such as a key. Nothing is said about a file that is not there. */
export function checkPrivateFile(area: string, path: string): Finding[] {
  const { ok, warn } = findingsOf(area);
  if (!existsSync(path)) return [];
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return [ok(`${path} belongs to its owner alone`)];
  return [
    warn(
      `Others on this machine can use ${path} (mode ${mode.toString(8)})`,
      withLines('Leave it to its owner', `chmod 600 ${shellWord(path)}`),
    ),
  ];
}

/** Free space where a file lives or will live. */
export async function checkSpace(area: string, path: string): Promise<Finding[]> {
  const { ok, warn, fail } = findingsOf(area);
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const text = `${Math.floor(free / MEBIBYTE)} MiB free at ${resolve(folder)}`;
  if (free < SPACE_FAIL) return [fail(text, 'Make room: the database cannot grow')];
  return [free < SPACE_WARN ? warn(text, 'Make room soon') : ok(text)];
}
