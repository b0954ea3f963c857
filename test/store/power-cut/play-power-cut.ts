import { Buffer } from 'node:buffer';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Act } from './recording.ts';

/**
 * What becomes of writes that nobody waited for when the power goes: `lost`, or each by itself lost, kept or torn, by a
 * number between 0 and 1 for each. A disk may do either, and in any order.
 */
export type Fate = 'lost' | ((act: number) => number);

/** Every write up to a moment that a wait which ended before it had begun after, and of the others those that `fate` keeps. */
function survivors(acts: readonly Act[], fate: Fate): Act[] {
  const begun = new Map<string, number>();
  const safeBefore = new Map<string, number>();
  for (const [index, act] of acts.entries()) {
    const waiter = `${act.path}|${act.offset}`;
    if (act.kind === 'wait-begins') begun.set(waiter, index);
    if (act.kind === 'wait-ended') safeBefore.set(act.path, Math.max(safeBefore.get(act.path) ?? 0, begun.get(waiter) ?? 0));
  }
  return acts.flatMap((act, index) => {
    if (act.kind === 'wait-begins' || act.kind === 'wait-ended') return [];
    // A name is the folder's: it is gone for good when the folder has been waited for.
    const place = act.kind === 'unlink' ? dirname(act.path) : act.path;
    if (index < (safeBefore.get(place) ?? 0)) return [act];
    const luck = fate === 'lost' ? 0 : fate(index);
    if (luck < 1 / 3) return [];
    const torn = act.kind === 'write' && luck > 2 / 3;
    return [torn ? { ...act, data: act.data.subarray(0, Math.floor(act.data.length * (luck * 3 - 2))) } : act];
  });
}

/** The files by name as a disk has them after a power cut that comes right after the last of `acts`. */
function filesAfter(acts: readonly Act[], fate: Fate): Map<string, Buffer> {
  const files = new Map<string, { bytes: Buffer; length: number }>();
  for (const { kind, path, offset, data } of survivors(acts, fate)) {
    const name = basename(path);
    if (kind === 'unlink') {
      files.delete(name);
      continue;
    }
    const file = files.get(name) ?? { bytes: Buffer.alloc(0), length: 0 };
    files.set(name, file);
    const length = kind === 'truncate' ? offset : Math.max(file.length, offset + data.length);
    if (length < file.length) file.bytes.fill(0, length, file.length);
    // Twice what is needed, or each write would copy the whole file.
    if (length > file.bytes.length) file.bytes = Buffer.concat([file.bytes], 2 * length);
    file.length = length;
    if (kind === 'write') data.copy(file.bytes, offset);
  }
  return new Map([...files].map(([name, { bytes, length }]) => [name, bytes.subarray(0, length)]));
}

/** Puts the files that a power cut right after the last of `acts` leaves into a folder of their own. */
export async function playPowerCut(acts: readonly Act[], fate: Fate, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of filesAfter(acts, fate)) await writeFile(join(folder, name), bytes);
}
