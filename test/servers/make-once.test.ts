import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeOnce } from './make-once.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';

let around: string;
beforeEach(async () => {
  around = await createScratchFolder('once');
});
afterEach(() => removeScratchFolder(around));

it('a folder is made by one of those who want it, and the others wait until it is whole', async () => {
  const folder = join(around, 'wanted');
  const begun = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  let makers = 0;
  const wanted = Array.from({ length: 3 }, () =>
    makeOnce(folder, async (aside) => {
      makers += 1;
      begun.resolve();
      await mayEnd.promise;
      await writeFile(join(aside, 'file'), 'whole');
    }).then(() => readFileSync(join(folder, 'file'), 'utf8')),
  );
  await begun.promise;
  expect(existsSync(folder)).toBe(false);
  mayEnd.resolve();
  expect(await Promise.all(wanted)).toEqual(['whole', 'whole', 'whole']);
  expect(makers).toBe(1);
  expect(readdirSync(around)).toEqual(['wanted']);
});

it('leaves nothing where making it fails, and the next one makes it', async () => {
  const folder = join(around, 'wanted');
  const failing = makeOnce(folder, () => Promise.reject(new Error('no room')));
  await expect(failing).rejects.toThrow('no room');
  expect(readdirSync(around)).toEqual([]);
  await makeOnce(folder, (aside) => writeFile(join(aside, 'file'), 'whole'));
  expect(readdirSync(folder)).toEqual(['file']);
});
