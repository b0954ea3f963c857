import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { buildRecorder, readRecording } from '../store/power-cut/recording.ts';
import { reachRealDirectory } from './real-directories.ts';
import type { Work } from './recovery-process.ts';

type Part = 'prepared' | 'proven' | 'done';
type Counts = Work & { waits: number };

/** What the recovery of the last person took: until everything was proven, by the one request with the new password, and by its notice. */
interface Recovery {
  proof: Counts;
  lastRequest: Counts;
  notice: Counts;
  waitsOnEventLoop: number;
}

/** Every wait for the disk is seen, SQLite's own included, and every statement and request: counts are the same on every machine. */
async function countRecovery(given: readonly string[], database?: string): Promise<Recovery> {
  const folder = await createScratchFolder('counts');
  const watched = join(folder, 'data');
  await mkdir(watched);
  const { log, environment } = await buildRecorder(folder, watched);
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'recovery-process.ts'), watched, ...given], {
    env: database === undefined ? environment : { ...environment, KEYTURN_COUNTED_DATABASE: database },
  });
  const marks = JSON.parse(stdout) as Record<Part | 'told', Work>;
  let waits: Record<Part, number> = { prepared: 0, proven: 0, done: 0 };
  let waitsOnEventLoop = 0;
  let over = '';
  for (const act of await readRecording(log)) {
    if (act.path.endsWith('/mark')) {
      over = act.data.toString();
      // Another recovery begins: the last one counts.
      if (over === 'prepared') waits = { prepared: 0, proven: 0, done: 0 };
    } else if (act.kind === 'wait-begins' && over in waits) {
      waits[over as Part] += 1;
      if (act.ofMainThread) waitsOnEventLoop += 1;
    }
  }
  await removeScratchFolder(folder);
  const between = (from: Part, to: Part | 'told'): Counts => ({
    statements: marks[to].statements - marks[from].statements,
    searches: marks[to].searches - marks[from].searches,
    policies: marks[to].policies - marks[from].policies,
    writes: marks[to].writes - marks[from].writes,
    waits: waits[from],
  });
  return {
    proof: between('prepared', 'proven'),
    lastRequest: between('proven', 'done'),
    notice: between('done', 'told'),
    waitsOnEventLoop,
  };
}

const sum = (recovery: Recovery, what: keyof Counts) =>
  [recovery.proof, recovery.lastRequest, recovery.notice].reduce((total, part) => total + part[what], 0);

describe('a recovery with two factors', { timeout: 240_000 }, () => {
  it('waits for the disk seldom, and never on the event loop', async () => {
    const recovery = await countRecovery([]);
    expect(recovery.waitsOnEventLoop).toBe(0);
    expect(recovery.proof.waits).toBeGreaterThan(0);
    expect(recovery.lastRequest.waits).toBeLessThanOrEqual(4);
    expect(recovery.proof.waits + recovery.lastRequest.waits, JSON.stringify(recovery)).toBeLessThanOrEqual(9);
    // Twelve of them begin and end transactions; the embedded directory is in the same database.
    expect(sum(recovery, 'statements'), JSON.stringify(recovery)).toBeLessThanOrEqual(69);
  });

  it('asks PostgreSQL no oftener', async () => {
    const database = await (await sharedPostgres()).createDatabase('counts');
    const recovery = await countRecovery([], database.url);
    await database.drop();
    expect(recovery.proof.statements, 'they are counted').toBeGreaterThan(10);
    // 74: on a busy machine the worker looks for mail once more or twice. PostgreSQL locks the end of the log with a statement of its own.
    expect(sum(recovery, 'statements'), JSON.stringify(recovery)).toBeLessThanOrEqual(79);
  });

  // The one of the last request brings account, state, protection and fingerprint, on the connection that writes.
  it.each([
    { kind: 'openldap', searches: { all: 7, lastRequest: 2 } },
    { kind: 'active-directory', searches: { all: 6, lastRequest: 1 } },
  ] as const)('asks $kind seldom as well', async ({ kind, searches }) => {
    const directory = await reachRealDirectory(kind);
    const people = [await directory.createPerson(), await directory.createPerson()];
    const recovery = await countRecovery([JSON.stringify(directory.section), ...people.map(({ login, mail }) => `${login}=${mail}`)]);
    await directory.proxy.stop();
    expect(recovery.waitsOnEventLoop).toBe(0);
    expect(sum(recovery, 'writes')).toBe(1);
    expect(recovery.lastRequest.waits).toBeLessThanOrEqual(4);
    expect(recovery.lastRequest.searches).toBeLessThanOrEqual(searches.lastRequest);
    expect(recovery.lastRequest.policies).toBe(0);
    expect(sum(recovery, 'waits'), JSON.stringify(recovery)).toBeLessThanOrEqual(9);
    expect(sum(recovery, 'statements'), JSON.stringify(recovery)).toBeLessThanOrEqual(59);
    expect(sum(recovery, 'searches'), JSON.stringify(recovery)).toBeLessThanOrEqual(searches.all);
  });
});
