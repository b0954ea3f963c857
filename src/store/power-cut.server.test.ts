import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../test/servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../../test/servers/scratch.ts';
import { type Fate, playPowerCut } from '../../test/store/power-cut/play-power-cut.ts';
import { type Act, buildRecorder, readRecording } from '../../test/store/power-cut/recording.ts';

const COMMITS = 800;

interface Link {
  seq: number;
  previous_hash: string;
  hash: string;
}

describe('a power cut on SQLite', () => {
  let folder: string;
  let acts: Act[];
  beforeAll(async () => {
    folder = await createScratchFolder('power-cut');
    const watched = join(folder, 'data');
    await mkdir(watched);
    const { log, environment } = await buildRecorder(folder, watched);
    const writer = join(import.meta.dirname, '../../test/store/write-and-acknowledge.ts');
    const url = `sqlite:${join(watched, 'keyturn.sqlite')}`;
    await run(process.execPath, [writer, url, join(watched, 'acknowledged'), String(COMMITS)], { env: environment });
    acts = await readRecording(log);
  });
  afterAll(() => removeScratchFolder(folder));

  const acknowledged = (upTo: number): string[] =>
    acts.slice(0, upTo).flatMap(({ path, data }) => (path.endsWith('/acknowledged') ? [data.toString().trim()] : []));

  /** What a database is after a power cut: what is in it, and that it is whole. */
  async function cut(upTo: number, fate: Fate): Promise<{ journeys: Set<string> }> {
    const place = join(folder, 'after');
    await playPowerCut(acts.slice(0, upTo), fate, place);
    const file = new SqliteFile(join(place, 'keyturn.sqlite'));
    try {
      expect(file.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      const tables = file.prepare(`select name from sqlite_master where name in ('journeys', 'audit_events')`).all();
      if (tables.length < 2) return { journeys: new Set() };
      const chain = file.prepare('select seq, previous_hash, hash from audit_events order by seq').all() as Link[];
      for (const [index, link] of chain.entries()) {
        expect(link.seq).toBe(index + 1);
        if (index > 0) expect(link.previous_hash).toBe(chain[index - 1]?.hash);
      }
      return { journeys: new Set((file.prepare('select id from journeys').all() as { id: string }[]).map(({ id }) => id)) };
    } finally {
      file.close();
    }
  }

  it('is played on what really happened: shared waits, checkpoints, a log begun anew', () => {
    const waits = (suffix: string, ofMainThread: boolean) =>
      acts.filter((act) => act.kind === 'wait-ended' && act.path.endsWith(suffix) && act.ofMainThread === ofMainThread).length;
    expect(acknowledged(acts.length)).toHaveLength(COMMITS);
    expect(waits('-wal', false)).toBeGreaterThan(COMMITS / 10);
    expect(waits('-wal', false)).toBeLessThan(COMMITS);
    expect(waits('.sqlite', false)).toBeGreaterThan(2);
    const headers = acts.filter((act) => act.kind === 'write' && act.path.endsWith('-wal') && act.offset === 0);
    expect(headers.length).toBeGreaterThan(2);
  });

  it('loses nothing that was answered, wherever it comes and whatever the disk makes of the rest', async () => {
    const moments = acts.flatMap(({ path, kind }, index) => (path.endsWith('/acknowledged') || kind === 'wait-ended' ? [index + 1] : []));
    // Around each checkpoint every moment, elsewhere some.
    const near = new Set(acts.flatMap(({ path }, index) => (path.endsWith('.sqlite') ? [index + 1] : [])));
    const picked = [...moments.filter((_, index) => index % 60 === 0), ...[...near].filter((_, index) => index % 60 === 0)];
    expect(picked.length).toBeGreaterThan(20);
    for (const moment of picked) {
      for (const fate of ['lost', luckOf(moment)] as Fate[]) {
        const { journeys } = await cut(moment, fate);
        expect(
          acknowledged(moment).filter((id) => !journeys.has(id)),
          `after act ${moment}`,
        ).toEqual([]);
      }
    }
  });

  it('holds up the event loop at no commit', () => {
    const first = acts.findIndex(({ path }) => path.endsWith('/acknowledged'));
    const last = acts.findLastIndex(({ path }) => path.endsWith('/acknowledged'));
    expect(acts.slice(first, last).filter((act) => act.kind === 'wait-begins' && act.ofMainThread)).toEqual([]);
  });
});

/** Numbers that look random and are the same in every run (Park and Miller's generator). */
function luckOf(seed: number): (act: number) => number {
  return (act) => ((((seed * 48_271 + act * 16_807) % 2_147_483_647) * 16_807) % 2_147_483_647) / 2_147_483_647;
}
