import { stat } from 'node:fs/promises';
import { type ErrorCode, isAppError } from '../../shared/errors.ts';
import type { BreachedPasswords } from '../core/ports/breached-passwords.ts';
import type { Log } from '../core/ports/platform.ts';
import { createLook } from './create-look.ts';
import { isErrno } from './is-errno.ts';
import { type BreachedFilter, openFilter } from './open-filter.ts';

interface Opened {
  readonly filter: BreachedFilter;
  readonly identity: string;
  /** Questions that are being answered from it. */
  users: number;
  /** Another file has taken its place: the last user closes it. */
  retired: boolean;
}

/**
 * Breached passwords from a file. The file is looked for at each question, so that one that was replaced, came or went
 * counts at once.
 */
export function createBreachedFile(path: string, log: Log): BreachedPasswords {
  let opened: Opened | null = null;
  let opening: Promise<Opened> | null = null;

  async function current(): Promise<Opened> {
    const identity = await identityOf(path);
    if (opened?.identity === identity) return opened;
    opening ??= reopen(identity).finally(() => {
      opening = null;
    });
    return opening;
  }

  async function reopen(identity: string): Promise<Opened> {
    await retire();
    opened = { filter: await openFilter(path), identity, users: 0, retired: false };
    return opened;
  }

  async function retire(): Promise<void> {
    const old = opened;
    opened = null;
    if (old === null) return;
    old.retired = true;
    if (old.users === 0) await old.filter.close();
  }

  /** Answers from the file that is there now; nobody closes it meanwhile. */
  async function use<T>(work: (filter: BreachedFilter) => Promise<T>): Promise<T> {
    let file = await current();
    while (file.retired) file = await current();
    file.users += 1;
    try {
      return await work(file.filter);
    } finally {
      file.users -= 1;
      if (file.retired && file.users === 0) await file.filter.close();
    }
  }

  return {
    look: createLook({ log, facts: { file: path }, reasonOf, ask: (password) => use((filter) => filter.contains(password)) }),
    async health() {
      try {
        const { description, size } = await use(async (filter) => {
          await filter.contains('');
          return filter;
        });
        const { hashes, hash, bits, importedAt } = description;
        return {
          source: path,
          facts: `${hashes.toLocaleString('en')} hashes (${hash}), made at ${importedAt}, ${size.toLocaleString('en')} bytes, 1 in ${(2 ** bits).toLocaleString('en')} other passwords is taken for one of them`,
        };
      } catch (error) {
        return { source: path, facts: '', problem: reasonOf(error) };
      }
    },
    close: retire,
  };
}

/** Changes when another file takes the place of this one, and when its content changes. */
async function identityOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeMs } = await stat(path);
  return `${dev} ${ino} ${size} ${mtimeMs}`;
}

function reasonOf(error: unknown): ErrorCode | string {
  if (isErrno(error, 'ENOENT')) return 'breached.file-missing' satisfies ErrorCode;
  if (isAppError(error)) return typeof error.details.problem === 'string' ? `${error.code}: ${error.details.problem}` : error.code;
  return error instanceof Error && 'code' in error ? String(error.code) : 'internal.unexpected';
}
