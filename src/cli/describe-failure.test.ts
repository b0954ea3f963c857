import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeFailure } from './describe-failure.ts';

/** What the system says about a path. */
function systemError(path: string): unknown {
  try {
    readFileSync(path);
  } catch (error) {
    return error;
  }
  throw new Error(`${path} is there`);
}

it('names the folder that is missing, and the line that makes it for the user who runs this', () => {
  const folder = join(tmpdir(), `keyturn-none-${process.pid}`);
  const failure = describeFailure(systemError(join(folder, 'keyturn.sqlite')));
  expect(failure.meaning).toBe(`The folder ${folder} does not exist`);
  expect(failure.fix).toMatch(new RegExp(`\\ninstall -d -o \\S+ -m 0700 ${folder}$`));
});

it('names the file where the folder is there', () => {
  const file = join(tmpdir(), `keyturn-none-${process.pid}`);
  expect(describeFailure(systemError(file)).meaning).toBe(`${file} does not exist`);
});
