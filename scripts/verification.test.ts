import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

const script = join(import.meta.dirname, 'verification.sh');

/** A run that makes its folder, a file in it, and then does what it is told. */
function run(then: string): string {
  return `. ${script}; own_temporary_folder; : > "$TMPDIR/left"; echo "$TMPDIR"; ${then}`;
}

/** A run that goes on until its input ends. */
async function begin(): Promise<{ shell: ChildProcessWithoutNullStreams; folder: string; ended: Promise<unknown> }> {
  const shell = spawn('sh', ['-c', run('read _wait')]);
  const ended = once(shell, 'exit');
  const complaint = text(shell.stderr);
  const early = ended.then(async ([code, signal]) => {
    throw new Error(`ended (${code ?? signal}) before it had its folder: ${await complaint}`);
  });
  const [folder] = await Promise.race([once(shell.stdout, 'data'), early]);
  early.catch(() => {});
  return { shell, folder: String(folder).trim(), ended };
}

it('removes the temporary folder of a run that ends', () => {
  const { stdout } = spawnSync('sh', ['-c', run('exit 3')], { encoding: 'utf8' });
  expect(stdout).toMatch(/^\/tmp\/keyturn-run\.\d+\n$/);
  expect(existsSync(stdout.trim())).toBe(false);
});

it('removes what it had in memory as well', () => {
  const there = 'mkdir "$KEYTURN_IN_MEMORY/server"; echo "$KEYTURN_IN_MEMORY"; exit 0';
  const { stdout } = spawnSync('sh', ['-c', run(there)], { encoding: 'utf8' });
  const [folder = '', inMemory = ''] = stdout.split('\n');
  // Where there is too little memory for it, it is the folder of the run.
  expect([folder, folder.replace('/tmp/', '/dev/shm/')]).toContain(inMemory);
  expect(existsSync(inMemory)).toBe(false);
});

it('keeps what programs are compiled to from one to the next, in the folder of the run', () => {
  const start = `"${process.execPath}" ${join(import.meta.dirname, 'sum-test-results.ts')} /none 0 && ls "$TMPDIR/compiled"`;
  const { stdout, status } = spawnSync('sh', ['-c', run(start)], { encoding: 'utf8' });
  expect(status).toBe(0);
  // A folder for each version of Node.js.
  expect(stdout).toMatch(/\nv\d+\.\d+\.\d+-\S+\n$/);
});

// Its wait for a shell that had not come so far, or was gone, has twice lasted for ever beside the rest, and never alone: the cause is not known.
it('removes what a killed run left when the next one begins, and nothing of one that goes on', { retry: 1, timeout: 20_000 }, async () => {
  const [killed, going] = await Promise.all([begin(), begin()]);
  // A server that runs as another user reaches its own folder in it, and can list nothing.
  expect(statSync(going.folder).mode & 0o777).toBe(0o711);
  killed.shell.kill('SIGKILL');
  await killed.ended;
  expect(existsSync(killed.folder)).toBe(true);

  spawnSync('sh', ['-c', run('')]);

  expect(existsSync(killed.folder)).toBe(false);
  expect(existsSync(going.folder)).toBe(true);
  going.shell.stdin.end();
  await going.ended;
  expect(existsSync(going.folder)).toBe(false);
});

it('runs something beside the steps, and takes its words and its outcome where it is joined', () => {
  const steps = `cd "$TMPDIR"; beside sh -c 'echo built; exit 3'; check first true; check built joined; finish`;
  const { stdout, status } = spawnSync('sh', ['-c', run(steps)], { encoding: 'utf8' });
  expect(stdout).toMatch(/== first\n== built\nbuilt\nFailed:\n {2}built\n1 passed, 1 failed\n$/);
  expect(status).toBe(1);
});

it('ends what runs beside it when it ends before', () => {
  const { stdout } = spawnSync('sh', ['-c', run('cd "$TMPDIR"; beside sleep 600; echo "beside $beside"; exit 0')], { encoding: 'utf8' });
  const pid = Number(/beside (\d+)/.exec(stdout)?.[1]);
  expect(pid).toBeGreaterThan(0);
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
});
