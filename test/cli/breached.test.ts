import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { runCommand } from './run-command.ts';

const KEYTURN = fileURLToPath(new URL('../../bin/keyturn.js', import.meta.url));

let folder: string;
let list: string;
let file: string;
beforeEach(async () => {
  folder = await createScratchFolder('breached-cli');
  list = join(folder, 'list.txt');
  file = join(folder, 'breached.filter');
});
afterEach(() => removeScratchFolder(folder));

const sha1 = (password: string) => createHash('sha1').update(password).digest('hex');
const typed = (password: string) => ({ readInput: () => Promise.resolve(`${password}\n`) });
const check = (password: string) => runCommand(['breached', 'check', '--file', file, '--password-stdin'], typed(password));

/** A list of random hashes, and one that is known. */
function writeList(count: number): void {
  const random = randomBytes(20 * count).toString('hex');
  const lines = Array.from({ length: count }, (_, index) => `${random.slice(40 * index, 40 * index + 40)}:1`);
  writeFileSync(list, [...lines, `${sha1('Summer2024é')}:77`, ''].join('\n'));
}

describe('keyturn breached', () => {
  it('makes a file, tells what it holds, and answers for passwords', async () => {
    writeList(1000);
    const made = await runCommand(['breached', 'import', list, '--file', file, '--fingerprint-bits', '16']);
    expect(made).toMatchObject({ exitCode: 0, errors: '' });
    expect(made.output).toContain('1,001 lines read, 1,001 different hashes (sha1)');
    const status = await runCommand(['breached', 'status', '--file', file, '--verify', '--json']);
    const digest = createHash('sha256').update(readFileSync(list)).digest('hex');
    expect(JSON.parse(status.output)).toMatchObject({
      hash: 'sha1',
      hashes: 1001,
      bits: 16,
      list: 'list.txt',
      listSha256: digest,
      verified: true,
    });
    // Typed as "e" and an accent: judged in the form in which it would be set.
    expect(await check('Summer2024e\u0301')).toMatchObject({ exitCode: 1, output: expect.stringContaining('Breached') });
    expect(await check('')).toMatchObject({ exitCode: 0, output: 'Not in the list.\n' });
  });

  it('tells a missing, damaged and foreign file as what it is, and never as "not in the list"', async () => {
    expect(await check('Summer2024é')).toMatchObject({ exitCode: 1, output: '', errors: expect.stringContaining('breached.file-missing') });
    writeList(1000);
    await runCommand(['breached', 'import', list, '--file', file]);
    truncateSync(file, 5000);
    for (const content of [null, list]) {
      if (content !== null) writeFileSync(file, readFileSync(content));
      expect(await check('Summer2024é')).toMatchObject({
        exitCode: 1,
        output: '',
        errors: expect.stringContaining('breached.file-damaged'),
      });
      expect((await runCommand(['breached', 'status', '--file', file])).exitCode).toBe(1);
    }
  });

  it('goes on after its process was killed', async () => {
    writeList(300_000);
    const killed = spawn(process.execPath, [KEYTURN, 'breached', 'import', list, '--file', file], { stdio: 'ignore' });
    await whileRunning(killed, () => existsSync(`${file}.import.filter`));
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(existsSync(file)).toBe(false);
    const { output, exitCode } = await runCommand(['breached', 'import', list, '--file', file]);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringContaining('Went on from where') });
    expect(output).toContain('300,001 different hashes');
    expect((await check('Summer2024é')).exitCode).toBe(1);
  });

  it.each([
    [['breached', 'import', 'list'], /--file/],
    [['breached', 'import', 'list', '--file', 'x', '--fingerprint-bits', '7'], /Expected 8 or 16/],
    [['breached', 'import', 'list', '--file', 'x', '--sha256', 'abc'], /Expected 64 hexadecimal digits/],
    [['breached', 'check', '--file', 'x'], /--password-stdin/],
  ])('refuses %j', async (argv, message) => {
    expect(await runCommand(argv)).toMatchObject({ exitCode: 2, errors: expect.stringMatching(message) });
  });
});

/** Waits until something is the case; fails when the process ends before. */
async function whileRunning(child: ChildProcess, condition: () => boolean): Promise<void> {
  while (!condition()) {
    if (child.exitCode !== null) throw new Error('the process ended before');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
