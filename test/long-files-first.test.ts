import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LONG_FILES, longFilesFirst } from './long-files-first.ts';

it('begins what takes long before the other files of its project, and keeps the order of everything else', () => {
  const files = [
    'chance test/scenarios/races.test.ts',
    'chance test/store/upgrade.test.ts',
    'servers test/scenarios/cases.test.ts',
    'servers test/packaging/container.test.ts',
    'servers test/scenarios/tokens.test.ts',
    'servers bench/run.server.test.ts',
  ].map((line) => line.split(' ') as [string, string]);
  const ordered = longFilesFirst(
    files,
    ([project]) => project,
    ([, path]) => path,
  );
  expect(ordered.map((file) => file.join(' '))).toEqual([
    'chance test/scenarios/races.test.ts',
    'chance test/store/upgrade.test.ts',
    'servers test/packaging/container.test.ts',
    'servers bench/run.server.test.ts',
    'servers test/scenarios/cases.test.ts',
    'servers test/scenarios/tokens.test.ts',
  ]);
});

it('names files that are there', () => {
  expect([...LONG_FILES].filter((path) => !existsSync(path))).toEqual([]);
});
