import { write, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** Bytes of lines that wait at most: what comes beyond it is lost, and counted. */
const MOST_WAITING = 1024 * 1024;

/** Bytes handed to the kernel at once. */
const AT_ONCE = 64 * 1024;

/** Milliseconds until a write that failed is tried once more. */
const AGAIN_AFTER = 1000;

/** A write that has taken so long, in milliseconds, does not end: whoever should read the other end has stopped. */
const STUCK_AFTER = 2000;

/** How often, and for how many milliseconds, a pipe that is full is waited for at the end of the process. */
const [LAST_TRIES, LAST_PAUSE] = [25, 20];

export interface LogStreamOptions {
  /** The line, with its end, that tells how many were lost before it. */
  lineOfLost(lines: number): string;
  /** 1 MiB unless told. */
  mostWaiting?: number;
  /** 1,000 unless told. */
  againAfter?: number;
}

/** Lines on their way to a file descriptor. */
export interface LogStream extends DestinationStream {
  /** Writes what waits, for a process that is about to end, as far as it can be written now. */
  end(): void;
}

/**
 * Writes lines beside the event loop. A log that cannot be written (its disk is full, its reader has gone or stopped) neither holds the
 * process up nor ends it: lines wait in memory up to a bound and are tried again each second, and those beyond the bound are counted.
 *
 * pino's own destination ends the process by an error that nobody hears, and at its end waits for room on the disk for ever
 * (`flushSync` of sonic-boom 4.2.1 tries again whatever the error is). See decision 0129.
 */
export function createLogStream(fd: number, options: LogStreamOptions): LogStream {
  const { lineOfLost, mostWaiting = MOST_WAITING, againAfter = AGAIN_AFTER } = options;
  let waiting: Buffer[] = [];
  let size = 0;
  let lost = 0;
  /** What the kernel was handed: how much of `waiting`, and when. */
  let handed: { bytes: number; at: number } | null = null;
  let rests = false;
  let hasReader = true;

  function next(): void {
    if (handed !== null || rests || size === 0) return;
    const bytes = takeTogether().subarray(0, AT_ONCE);
    handed = { bytes: bytes.length, at: performance.now() };
    write(fd, bytes, (error, written) => {
      handed = null;
      if (error === null) {
        drop(written);
        next();
      } else if (error.code === 'EPIPE') {
        // The reader of a pipe does not come back.
        hasReader = false;
        drop(size);
      } else {
        rests = true;
        setTimeout(goOn, againAfter).unref();
      }
    });
  }

  function goOn(): void {
    rests = false;
    next();
  }

  function takeTogether(): Buffer {
    const all = Buffer.concat(waiting);
    waiting = [all];
    return all;
  }

  function drop(bytes: number): void {
    const left = takeTogether().subarray(bytes);
    // A copy, so that what was written can be freed.
    waiting = left.length === 0 ? [] : [Buffer.from(left)];
    size = left.length;
  }

  function add(line: string): void {
    const bytes = Buffer.from(line);
    waiting.push(bytes);
    size += bytes.length;
  }

  return {
    write(line) {
      if (!hasReader) return;
      if (size + line.length > mostWaiting) {
        lost += 1;
        return;
      }
      if (lost > 0) add(lineOfLost(lost));
      lost = 0;
      add(line);
      next();
    },
    end() {
      if (handed !== null && performance.now() - handed.at > STUCK_AFTER) return;
      // What was handed over is under way, and not written a second time; nor is what is written here, where the process goes on.
      const all = takeTogether();
      const underWay = handed?.bytes ?? 0;
      const written = writeNow(fd, all.subarray(underWay));
      waiting = [all.subarray(0, underWay), all.subarray(underWay + written)];
      size -= written;
    },
  };
}

/** @returns how many bytes were written, when it is all or no more can be */
function writeNow(fd: number, bytes: Buffer): number {
  let at = 0;
  for (let tries = 0; at < bytes.length && tries < LAST_TRIES; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') break;
      tries += 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_PAUSE);
    }
  }
  return at;
}
