import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeadNote } from '../core/ports/head-note.ts';

const FORM = /^(\d{1,15}):([0-9a-f]{64})\n(\S+)\n([0-9a-f]{64})\n$/;

/**
 * Notes the end of the audit log in the file `audit-head` of a folder. Its first line is what `keyturn audit verify --expect` takes; then
 * come the time and the hash of the first event. Replaced as a whole: a node that dies meanwhile leaves the one before.
 */
export function createHeadNote(folder: string): HeadNote {
  const file = join(folder, 'audit-head');
  return {
    async read() {
      // Of what may not be read, as by whoever runs a command as another user than the node, nothing is known either.
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(error.code ?? '')) return '';
        throw error;
      });
      const [, seq, hash = '', time = '', log = ''] = FORM.exec(text) ?? [];
      const at = Date.parse(time);
      return seq === undefined || Number.isNaN(at) ? null : { seq: Number(seq), hash, at, log };
    },
    async write({ seq, hash, at, log }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(`${file}.new`, `${seq}:${hash}\n${new Date(at).toISOString()}\n${log}\n`, { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
  };
}
