import { describe, expect, it } from 'vitest';
import { run } from '../../test/servers/processes.ts';

/** A process that leaves code and text behind which nobody needs, and what it has resident four seconds later; megabytes. */
const PROGRAM = `
  import { setTimeout as delay } from 'node:timers/promises';
  import { giveBackMemorySoon } from './src/platform/give-back-memory.ts';
  let left = Array.from({ length: 300_000 }, (_, index) => ({ index, text: 'x'.repeat(20) + index }));
  left = left.slice(0, 10);
  giveBackMemorySoon();
  await delay(4000);
  console.log(process.memoryUsage().heapTotal / 1e6, left.length);
`;

async function heapAfterwards(...options: string[]): Promise<number> {
  const { stdout } = await run(process.execPath, [...options, '--input-type=module', '--eval', PROGRAM]);
  return Number(stdout.split(' ')[0]);
}

describe('memory that a start took', () => {
  it('is given back where Node.js may be told to', async () => {
    const [kept, givenBack] = await Promise.all([heapAfterwards(), heapAfterwards('--expose-gc')]);
    expect(givenBack).toBeLessThan(kept / 2);
  });
});
