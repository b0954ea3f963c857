import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, rmSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogStream } from './log-stream.ts';

const writeBeside = promisify<number, string, number>(write);
const lineOfLost = (lines: number) => `${JSON.stringify({ lost: lines })}\n`;
const line = (number: number) => `${JSON.stringify({ number, words: 'w'.repeat(500) })}\n`;

describe('a log that goes into a pipe', () => {
  let path: string;
  let end: number;
  const open = (how: number) => openSync(path, how | constants.O_NONBLOCK);
  beforeEach(() => {
    path = join(tmpdir(), `keyturn-log-${crypto.randomUUID()}`);
    execFileSync('mkfifo', [path]);
    // Both ends, so that it can be opened before anybody reads or writes.
    end = open(constants.O_RDWR);
  });
  afterEach(() => {
    closeSync(end);
    rmSync(path);
  });

  /** What is in the pipe, nothing when it is empty. */
  function read(): string {
    const bytes = Buffer.alloc(1024 * 1024);
    let text = '';
    try {
      for (let count = -1; count !== 0; ) {
        count = readSync(end, bytes);
        text += bytes.toString('utf8', 0, count);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
    return text;
  }
  const numbersIn = (text: string) => {
    const rows = text.split('\n').filter((each) => each !== '');
    return rows.map((row) => JSON.parse(row) as { number?: number; lost?: number });
  };

  it('arrives whole and in order, and what had no room while nobody read is counted in its place', async () => {
    const stream = createLogStream(end, { lineOfLost, mostWaiting: 100_000, againAfter: 5 });
    for (let number = 0; number < 1000; number += 1) stream.write(line(number));
    let text = '';
    await vi.waitFor(
      () => {
        text += read();
        expect(text).toContain('"number":150');
      },
      { timeout: 20_000, interval: 5 },
    );
    await vi.waitFor(
      () => {
        text += read();
        stream.write(line(1000));
        expect(text).toContain('"number":1000');
      },
      { timeout: 20_000, interval: 5 },
    );
    const rows = numbersIn(text.slice(0, text.lastIndexOf('\n')));
    const lostAt = rows.findIndex(({ lost }) => lost !== undefined);
    const kept = rows.slice(0, lostAt);
    expect(kept.map(({ number }) => number)).toEqual(kept.map((_, index) => index));
    expect(kept.length).toBeGreaterThan(150);
    const [first, next] = rows.slice(lostAt);
    expect(next?.number).toBe(1000);
    expect(kept.length + (first?.lost ?? 0)).toBeGreaterThanOrEqual(1000);
  });

  it('is written out at the end: what was handed over before comes whole beside the rest, which keeps its order', async () => {
    const stream = createLogStream(end, { lineOfLost });
    for (let number = 0; number < 100; number += 1) stream.write(line(number));
    stream.end();
    let text = '';
    // The first line is with a thread of its own, which may come to it after the rest.
    await vi.waitFor(
      () => {
        text += read();
        expect(text).toContain('"number":0,');
      },
      { timeout: 20_000, interval: 5 },
    );
    // A process that goes on all the same writes nothing a second time.
    stream.write(line(100));
    await vi.waitFor(
      () => {
        text += read();
        expect(text).toContain('"number":100,');
      },
      { timeout: 20_000, interval: 5 },
    );
    const numbers = numbersIn(text).map(({ number }) => number);
    expect(numbers.filter((number) => number !== 0)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(numbers).toHaveLength(101);
  });

  it('holds no end up where its reader has stopped', () => {
    const stream = createLogStream(end, { lineOfLost });
    for (let number = 0; number < 400; number += 1) stream.write(line(number));
    const begun = performance.now();
    stream.end();
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(read().split('\n').length).toBeGreaterThan(50);
  });

  it('is let go when its reader has gone', async () => {
    const writer = open(constants.O_WRONLY);
    const stream = createLogStream(writer, { lineOfLost, againAfter: 5 });
    closeSync(end);
    for (let number = 0; number < 10; number += 1) {
      stream.write(line(number));
      // What is written beside it is refused: so is, by then, what the stream has handed over before.
      await expect(writeBeside(writer, 'x')).rejects.toMatchObject({ code: 'EPIPE' });
    }
    stream.end();
    closeSync(writer);
    end = open(constants.O_RDWR);
    expect(read()).toBe('');
  });
});
