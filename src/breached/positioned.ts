import { fstatSync, readSync, writeSync } from 'node:fs';

// The import is a process of its own, so it writes and reads without going back to the event loop.

/** Writes all of `bytes` at a position of a file. */
export function writeAt(file: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written, bytes.length - written, position + written);
}

/** Fills `into` from a position of a file on. @throws RangeError when the file ends before */
export function readAt(file: number, into: Uint8Array, position: number): void {
  const count = readUpTo(file, into, position);
  if (count < into.length) throw new RangeError(`the file of ${fstatSync(file).size} bytes ends too early`);
}

/** Fills `into` as far as the file goes; returns how many bytes that is. */
export function readUpTo(file: number, into: Uint8Array, position: number): number {
  let read = 0;
  while (read < into.length) {
    const count = readSync(file, into, read, into.length - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return read;
}
