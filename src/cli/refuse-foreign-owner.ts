import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { shellWord, withLines } from '../../shared/fix-text.ts';

/**
 * Root may open everything, and what root makes belongs to root: a database, its log or a key that the service cannot open afterwards.
 * So root does nothing where the data belong to somebody else.
 *
 * @param path a file or folder that is used or about to be made; the nearest that is there tells the owner
 * @param command how this run was called, to be called again by the owner
 * @param uid who runs this, for tests
 * @throws AppError `settings.foreign-owner`
 */
export function refuseForeignOwner(path: string, command: readonly string[], uid: number | undefined = process.getuid?.()): void {
  if (uid !== 0) return;
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const owner = statSync(there).uid;
  if (owner === 0) return;
  const name = userName(owner);
  throw new AppError('settings.foreign-owner', {
    problem: `${there} belongs to ${name}, and this command is run by root`,
    fix: withLines(
      'Run it as that user (or, where root is meant to run the service, give everything to root with chown)',
      `runuser -u ${shellWord(name)} -- keyturn ${command.map(shellWord).join(' ')}`,
    ),
  });
}

/** The name of a user (passwd(5)); its number where it has none. */
export function userName(uid: number): string {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.split(':')[2] === String(uid));
  return line?.split(':')[0] ?? String(uid);
}
