import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { BLOCK } from './filter-format.ts';
import { HASH_KINDS } from './hash-password.ts';
import { isErrno } from './is-errno.ts';

/** Of this file and of that with the keys. What an import of another version left is begun anew. */
export const STATE_VERSION = 2;

const count = z.int().min(0);

const stateSchema = z.discriminatedUnion('phase', [
  z.strictObject({
    version: z.literal(STATE_VERSION),
    phase: z.literal('read'),
    hash: z.enum(HASH_KINDS),
    position: z.strictObject({ lines: count, bytes: count, checksum: count }),
    keysLength: count,
  }),
  z.strictObject({
    version: z.literal(STATE_VERSION),
    phase: z.literal('build'),
    hash: z.enum(HASH_KINDS),
    lines: count,
    keysLength: count,
    listSha256: z.string(),
    bits: z.union([z.literal(8), z.literal(16)]),
    hashes: count,
    shards: z.array(z.tuple([count, count, count, count])),
    blocks: count,
  }),
]);

/** How far an import has come, as of the last time that everything before it was on the disk. */
export type ImportState = z.infer<typeof stateSchema>;

/** The files of a running import, beside the file that it makes. */
export function importFiles(target: string): { lock: string; state: string; keys: string; filter: string } {
  return {
    lock: `${target}.import.lock`,
    state: `${target}.import.json`,
    keys: `${target}.import.keys`,
    filter: `${target}.import.filter`,
  };
}

/** The state that an earlier import into `target` left; null when there is none, or none that its files bear out. */
export function readState(target: string): ImportState | null {
  const files = importFiles(target);
  try {
    const state = stateSchema.safeParse(JSON.parse(readFileSync(files.state, 'utf8'))).data ?? null;
    if (state === null || statSync(files.keys).size < state.keysLength) return null;
    const blocks = state.phase === 'build' ? state.blocks : 1;
    return blocks > 1 && statSync(files.filter).size < blocks * BLOCK ? null : state;
  } catch (error) {
    if (error instanceof SyntaxError || isErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Puts a new state in place of the old one, whole or not at all. */
export function writeState(path: string, state: ImportState): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, JSON.stringify(state), { flush: true, mode: 0o600 });
  renameDurably(fresh, path);
}

/** Renames, and waits until the name is on the disk. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  const folder = openSync(dirname(to), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Keeps a second import from the same files; returns what lets go. A lock whose process is gone is taken over.
 * @throws AppError `breached.import-running`
 */
export function lockImport(path: string): () => void {
  for (;;) {
    try {
      writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      const holder = holderOf(path);
      if (holder !== null && isRunning(holder)) throw new AppError('breached.import-running', { process: holder, file: path });
      rmSync(path, { force: true });
    }
  }
}

function holderOf(path: string): number | null {
  try {
    const holder = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(holder) && holder > 0 ? holder : null;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // A process of somebody else.
    return isErrno(error, 'EPERM');
  }
}
