import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { AppError, isAppError } from '../../shared/errors.ts';
import { buildFilter } from './build-filter.ts';
import type { Imported, ImportOptions, ReadList } from './import-options.ts';
import { type ImportState, importFiles, lockImport, readState, renameDurably, STATE_VERSION, writeState } from './import-state.ts';
import { isErrno } from './is-errno.ts';
import { createListParser } from './list-parser.ts';
import { openList } from './read-list.ts';
import { openSpillWriter, type SpillWriter } from './spill-writer.ts';

const CHECKPOINT = 512 * 1024 * 1024;

/**
 * Makes a filter of breached passwords from a public list, in constant memory. A run that ends early, however it ends, is
 * continued by the next one with the same list and target; the old file stays in use until the new one is whole.
 *
 * @throws AppError `breached.list-*`, `breached.checksum-differs`, `breached.import-running`, `breached.no-space`
 */
export async function importList(options: ImportOptions): Promise<Imported> {
  const files = importFiles(options.target);
  const unlock = lockImport(files.lock);
  try {
    const state = readState(options.target);
    const read = (state === null ? null : await readOn(options, state)) ?? (await readFrom(options, null));
    if (read === null) throw new AppError('internal.unexpected');
    const { description, continued } = buildFilter(options, read);
    renameDurably(files.filter, options.target);
    discard(options.target);
    return { description, lines: read.lines, continued: read.continued || continued };
  } catch (error) {
    if (isErrno(error, 'ENOSPC')) throw new AppError('breached.no-space', { file: options.target }, { cause: error });
    // What is wrong with the list stays wrong. One that was cut off may be fetched to its end, and is then gone on with.
    if (isAppError(error, 'breached.list-malformed', 'breached.list-damaged', 'breached.list-empty', 'breached.checksum-differs')) {
      discard(options.target);
    }
    throw error;
  } finally {
    unlock();
  }
}

type Read = ReadList & { readonly continued: boolean };

/** Goes on from an earlier run; null when that one had another list. */
async function readOn(options: ImportOptions, state: ImportState): Promise<Read | null> {
  if (state.phase === 'read') return readFrom(options, state);
  const source = await openList(options.list, { raw: true });
  for await (const _chunk of source.text) {
    options.onProgress?.({ phase: 'skip', done: source.bytesRead(), total: source.size, lines: 0 });
  }
  if (source.sha256() !== state.listSha256) return null;
  checkSum(options, state.listSha256);
  return { hash: state.hash, lines: state.lines, listSha256: state.listSha256, keysLength: state.keysLength, continued: true };
}

/** Sorts the hashes of the list roughly into the spill file. Null when the list is not the one that `state` is of. */
async function readFrom(options: ImportOptions, state: (ImportState & { phase: 'read' }) | null): Promise<Read | null> {
  const { state: stateFile, keys } = importFiles(options.target);
  const source = await openList(options.list);
  const spill = openSpillWriter(keys, state?.keysLength ?? 0);
  try {
    const parser = createListParser(spill.add, state === null ? undefined : { ...state.position, kind: state.hash });
    let toSkip = state?.position.bytes ?? 0;
    let checksum = 0;
    let next = parser.position.bytes + (options.checkpointBytes ?? CHECKPOINT);
    for await (const chunk of source.text) {
      const skipped = Math.min(toSkip, chunk.length);
      if (skipped > 0) {
        checksum = crc32(chunk.subarray(0, skipped), checksum);
        toSkip -= skipped;
        if (toSkip === 0 && checksum !== state?.position.checksum) return null;
      }
      parser.push(chunk.subarray(skipped));
      if (parser.kind !== null && parser.position.bytes >= next) {
        const { position, kind: hash } = parser;
        writeState(stateFile, { version: STATE_VERSION, phase: 'read', hash, position, keysLength: spill.flush() });
        next = position.bytes + (options.checkpointBytes ?? CHECKPOINT);
      }
      const phase = toSkip > 0 ? 'skip' : 'read';
      options.onProgress?.({ phase, done: source.bytesRead(), total: source.size, lines: parser.position.lines });
    }
    if (toSkip > 0) return null;
    parser.end();
    const listSha256 = source.sha256();
    checkSum(options, listSha256);
    return { ...readToEnd(spill, parser), listSha256, continued: state !== null };
  } finally {
    spill.close();
  }
}

function readToEnd(spill: SpillWriter, { kind: hash, position: { lines } }: ReturnType<typeof createListParser>) {
  const keysLength = spill.flush();
  if (hash === null || spill.count() !== lines) throw new AppError('internal.unexpected', { lines });
  return { hash, lines, keysLength };
}

function checkSum({ list, sha256 }: ImportOptions, found: string): void {
  if (sha256 === undefined || sha256.toLowerCase() === found) return;
  throw new AppError('breached.checksum-differs', { list: basename(list), expected: sha256.toLowerCase(), found });
}

function discard(target: string): void {
  const { state, keys, filter } = importFiles(target);
  for (const file of [state, keys, filter]) rmSync(file, { force: true });
}
