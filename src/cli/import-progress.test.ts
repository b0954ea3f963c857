import { describe, expect, it } from 'vitest';
import { createImportProgress } from './import-progress.ts';

describe('the progress of an import', () => {
  it('tells share, rate and time left every two seconds, for each phase anew', () => {
    let now = 0;
    const lines: string[] = [];
    const progress = createImportProgress(
      (text) => lines.push(text),
      () => now,
    );
    for (let second = 0; second <= 8; second += 1) {
      now = second * 1000;
      progress.report({ phase: 'read', done: second * 1e6, total: 100e6, lines: second * 25_000 });
    }
    now = 9000;
    progress.report({ phase: 'build', done: 1, total: 2048, lines: 2_500_000 });
    now = 12_000;
    progress.report({ phase: 'build', done: 2, total: 2048, lines: 2_500_000 });
    progress.end();
    expect(lines).toEqual([
      'Reading: 2 %, 25,000 hashes/s, 2 min left\n',
      'Reading: 4 %, 25,000 hashes/s, 2 min left\n',
      'Reading: 6 %, 25,000 hashes/s, 2 min left\n',
      'Reading: 8 %, 25,000 hashes/s, 2 min left\n',
      'Building: 0 %, 1.7 h left\n',
      'Done.\n',
    ]);
  });

  it('says nothing of what takes no time', () => {
    const lines: string[] = [];
    const progress = createImportProgress(
      (text) => lines.push(text),
      () => 0,
    );
    progress.report({ phase: 'read', done: 10, total: 10, lines: 1 });
    progress.end();
    expect(lines).toEqual([]);
  });
});
