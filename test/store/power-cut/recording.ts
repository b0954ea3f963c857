import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../servers/processes.ts';

/** One thing that a process did to a file, in the order in which it did them; see record-writes.c. */
export interface Act {
  readonly kind: 'write' | 'truncate' | 'unlink' | 'wait-begins' | 'wait-ended';
  readonly ofMainThread: boolean;
  readonly path: string;
  /** Of a wait: the thread. */
  readonly offset: number;
  readonly data: Buffer;
}

const KINDS: Readonly<Record<string, Act['kind']>> = { W: 'write', T: 'truncate', U: 'unlink', B: 'wait-begins', E: 'wait-ended' };
const HEADER = 22;

/** Translates the recorder into a folder; returns the environment that has a process record what it does to `watched`. */
export async function buildRecorder(folder: string, watched: string): Promise<{ log: string; environment: Record<string, string> }> {
  const library = join(folder, 'record-writes.so');
  const log = join(folder, 'writes.log');
  await run('cc', ['-O1', '-Wall', '-Werror', '-shared', '-fPIC', '-o', library, join(import.meta.dirname, 'record-writes.c'), '-ldl']);
  return { log, environment: { LD_PRELOAD: library, RECORD_FOLDER: watched, RECORD_LOG: log } };
}

/** Reads what was recorded. */
export async function readRecording(log: string): Promise<Act[]> {
  const bytes = await readFile(log);
  const acts: Act[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = KINDS[String.fromCharCode(bytes[at] ?? 0)];
    if (kind === undefined) throw new Error(`no record at ${at} of ${log}`);
    const pathEnd = at + HEADER + bytes.readUInt32LE(at + 2);
    const end = pathEnd + Number(bytes.readBigUInt64LE(at + 14));
    acts.push({
      kind,
      ofMainThread: bytes[at + 1] === 1,
      path: bytes.toString('utf8', at + HEADER, pathEnd),
      offset: Number(bytes.readBigUInt64LE(at + 6)),
      data: bytes.subarray(pathEnd, end),
    });
    at = end;
  }
  return acts;
}
