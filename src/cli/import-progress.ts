import type { BreachedImportProgress } from './runtime.ts';

const EVERY = 2000;
const WORDS = { skip: 'Reading again what was read', read: 'Reading', build: 'Building' } as const;

/**
 * Lines that tell how far an import is, how quick, and how much time is left: one every two seconds.
 * @param now milliseconds, for tests
 */
export function createImportProgress(
  write: (text: string) => void,
  now: () => number = () => performance.now(),
): { report(progress: BreachedImportProgress): void; end(): void } {
  let phase: BreachedImportProgress['phase'] | null = null;
  let began = { at: now(), done: 0, lines: 0 };
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    report(progress) {
      const at = now();
      if (progress.phase !== phase) {
        phase = progress.phase;
        began = { at, done: progress.done, lines: progress.lines };
        toldAt = at;
      }
      if (at - toldAt < EVERY) return;
      toldAt = at;
      const { done, total, lines } = progress;
      const seconds = (at - began.at) / 1000;
      const rate = phase === 'read' ? `, ${Math.round((lines - began.lines) / seconds).toLocaleString('en')} hashes/s` : '';
      const left = done > began.done ? `, ${duration(((total - done) * seconds) / (done - began.done))} left` : '';
      write(`${WORDS[progress.phase]}: ${Math.floor((100 * done) / Math.max(1, total))} %${rate}${left}\n`);
    },
    end() {
      if (toldAt > began.at) write('Done.\n');
    },
  };
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
