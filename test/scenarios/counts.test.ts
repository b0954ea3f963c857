import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { buildRecorder, readRecording } from '../store/power-cut/recording.ts';

/** Every wait for the disk is seen, SQLite's own included: counts are the same on every machine, times are not. */
it('a recovery with two factors waits for the disk seldom, and never on the event loop', async () => {
  const folder = await createScratchFolder('counts');
  const watched = join(folder, 'data');
  await mkdir(watched);
  const { log, environment } = await buildRecorder(folder, watched);
  await run(process.execPath, [join(import.meta.dirname, 'recovery-process.ts'), watched], { env: environment });
  const waits = { prepared: 0, proven: 0 };
  let onEventLoop = 0;
  let over = '';
  for (const act of await readRecording(log)) {
    if (act.path.endsWith('/mark')) over = act.data.toString();
    else if (act.kind === 'wait-begins' && (over === 'prepared' || over === 'proven')) {
      waits[over] += 1;
      if (act.ofMainThread) onEventLoop += 1;
    }
  }
  await removeScratchFolder(folder);
  expect(onEventLoop).toBe(0);
  expect(waits.prepared).toBeGreaterThan(0);
  // The one request that carries the new password.
  expect(waits.proven).toBeLessThanOrEqual(4);
  expect(waits.prepared + waits.proven).toBeLessThanOrEqual(12);
});
