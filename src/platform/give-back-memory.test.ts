import { describe, expect, it } from 'vitest';
import { run } from '../../test/servers/processes.ts';

/** A process that leaves code and text behind which nobody needs, is busy for six seconds, and idle then; megabytes at the end of both. */
const PROGRAM = `
  import { setTimeout as delay } from 'node:timers/promises';
  import { giveBackMemoryWhenIdle } from './src/platform/give-back-memory.ts';
  let left = Array.from({ length: 300_000 }, (_, index) => ({ index, text: 'x'.repeat(20) + index }));
  left = left.slice(0, 10);
  giveBackMemoryWhenIdle();
  const work = setInterval(() => {
    for (const end = performance.now() + 40; performance.now() < end; );
  }, 100);
  await delay(6000);
  const busy = process.memoryUsage().heapTotal / 1e6;
  clearInterval(work);
  // Where something else keeps the machine busy it takes another look.
  for (let looks = 0; looks < 20 && process.memoryUsage().heapTotal / 1e6 > busy / 2; looks += 1) await delay(500);
  console.log(busy, process.memoryUsage().heapTotal / 1e6, left.length);
`;

async function heapOf(...options: string[]): Promise<[busy: number, idle: number]> {
  const { stdout } = await run(process.execPath, [...options, '--input-type=module', '--eval', PROGRAM]);
  const [busy, idle] = stdout.split(' ').map(Number);
  return [busy ?? 0, idle ?? 0];
}

describe('memory that a start took', () => {
  it('is given back where Node.js may be told to, and not while the process has something to do', async () => {
    const [kept, given] = await Promise.all([heapOf(), heapOf('--expose-gc')]);
    expect(given[0]).toBeGreaterThan(kept[0] / 2);
    expect(given[1]).toBeLessThan(kept[1] / 2);
  });
});

/** Grows by what nobody needs once more, long after its start was given back; megabytes resident before, with it, and in the end. */
const GROWN_AGAIN = `
  import { setTimeout as delay } from 'node:timers/promises';
  import { giveBackMemoryWhenIdle } from './src/platform/give-back-memory.ts';
  giveBackMemoryWhenIdle({ againAfter: 200 });
  await delay(5000);
  const resident = () => process.memoryUsage.rss() / 1e6;
  const before = resident();
  let left = Array.from({ length: 600_000 }, (_, index) => ({ index, text: 'x'.repeat(20) + index }));
  const grown = resident();
  left = left.slice(0, 10);
  for (let looks = 0; looks < 30 && resident() > (before + grown) / 2; looks += 1) await delay(500);
  console.log(before, grown, resident(), left.length);
`;

describe('memory that many people took', () => {
  it('is given back when they have gone', async () => {
    const { stdout } = await run(process.execPath, ['--expose-gc', '--input-type=module', '--eval', GROWN_AGAIN]);
    const [before = 0, grown = 0, left = 0] = stdout.split(' ').map(Number);
    expect(grown - before).toBeGreaterThan(40);
    expect(left).toBeLessThan((before + grown) / 2);
  });
});
