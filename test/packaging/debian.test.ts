import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { configurationDocument } from '../cli/run-command.ts';
import { claimFreePort } from '../servers/free-address.ts';
import { run } from '../servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';

let folder: string;
let root: string;
beforeAll(async () => {
  folder = await createScratchFolder('deb');
  root = join(folder, 'root');
  for (const path of ['var/lib/dpkg/info', 'var/lib/dpkg/updates', 'etc']) mkdirSync(join(root, path), { recursive: true });
  for (const path of ['var/lib/dpkg/status', 'var/lib/dpkg/available', 'etc/group', 'etc/gshadow', 'etc/shadow'])
    writeFileSync(join(root, path), '');
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
});
afterAll(() => removeScratchFolder(folder));

const inRoot = (path: string): string => join(root, path);

async function build(version: string): Promise<string> {
  const { stdout } = await run('sh', ['scripts/build-deb.sh', folder, version], {
    env: { KEYTURN_DEB_COMPRESSION: '-Znone' },
    timeoutMs: 600_000,
  });
  return stdout.trim();
}

/** Maintainer scripts run as they do when a package is put into another root (dpkg(1), DPKG_ROOT). */
const dpkg = (...args: string[]) =>
  run('dpkg', [`--root=${root}`, '--force-script-chrootless', '--force-depends', '--force-confold', ...args], { timeoutMs: 300_000 });

const idOf = (user: string): number =>
  Number(new RegExp(`^${user}:[^:]*:(\\d+):`, 'm').exec(readFileSync(inRoot('etc/passwd'), 'utf8'))?.[1]);

/** The command of the unit, below the scratch root. */
function startService(): ChildProcess {
  const unit = readFileSync(inRoot('lib/systemd/system/keyturn.service'), 'utf8');
  const [program = '', ...args] = (/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '').split(' ');
  return spawn(
    inRoot(program),
    args.map((arg) => (arg.startsWith('/etc/') ? inRoot(arg) : arg)),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

/** Starts the service, looks whether it answers, and stops it. */
async function serves(port: number): Promise<{ ready: boolean; pages: boolean }> {
  const service = startService();
  let said = '';
  service.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(service, 'exit');
  const started = new Promise<void>((resolve, reject) => {
    service.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Keyturn is ready')) resolve();
    });
    void ended.then(() => reject(new Error(`it ended at once: ${said}`)));
  });
  await started;
  const ready = (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;
  const pages = (await (await fetch(`http://127.0.0.1:${port}/`)).text()).includes('<div id="root"');
  service.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
  return { ready, pages };
}

it('a Debian package is installed, started, upgraded, removed and purged, and keeps what must not be lost', {
  timeout: 900_000,
}, async () => {
  const first = await build('0.1.0');
  const second = await build('0.1.1');
  const claim = await claimFreePort();
  try {
    await dpkg('--install', first);
    const owner = idOf('keyturn');
    expect(owner).toBeGreaterThan(0);
    const key = readFileSync(inRoot('etc/keyturn/key'), 'utf8');
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    for (const [path, mode] of [
      ['var/lib/keyturn', 0o700],
      ['etc/keyturn', 0o750],
      ['etc/keyturn/key', 0o600],
      ['etc/keyturn/keyturn.yaml', 0o640],
    ] as const) {
      expect([path, statSync(inRoot(path)).uid, statSync(inRoot(path)).mode & 0o777]).toEqual([path, owner, mode]);
    }
    expect((await run(inRoot('usr/bin/keyturn'), ['--version'])).stdout.trim()).toBe('0.1.0');

    // Whoever installs it writes the settings. The paths are those of the scratch root, and its user is unknown here.
    writeFileSync(
      inRoot('etc/keyturn/keyturn.yaml'),
      stringify({
        listen: { port: claim.port },
        dataDirectory: inRoot('var/lib/keyturn'),
        keys: [{ id: 'main', secret: `file:${inRoot('etc/keyturn/key')}` }],
        configuration: configurationDocument(),
      }),
    );
    await run('chown', ['-R', '0:0', inRoot('etc/keyturn'), inRoot('var/lib/keyturn')]);
    expect(await serves(claim.port)).toEqual({ ready: true, pages: true });
    expect(existsSync(inRoot('var/lib/keyturn/keyturn.sqlite'))).toBe(true);
    appendFileSync(inRoot('etc/keyturn/keyturn.yaml'), '# a line of the operator\n');

    await dpkg('--install', second);
    expect((await run(inRoot('usr/bin/keyturn'), ['--version'])).stdout.trim()).toBe('0.1.1');
    expect(readFileSync(inRoot('etc/keyturn/keyturn.yaml'), 'utf8')).toContain('# a line of the operator');
    expect(readFileSync(inRoot('etc/keyturn/key'), 'utf8')).toBe(key);
    await run('chown', ['-R', '0:0', inRoot('etc/keyturn'), inRoot('var/lib/keyturn')]);
    expect(await serves(claim.port)).toEqual({ ready: true, pages: true });

    await dpkg('--remove', 'keyturn');
    expect(existsSync(inRoot('usr/lib/keyturn'))).toBe(false);
    expect(existsSync(inRoot('lib/systemd/system/keyturn.service'))).toBe(false);
    await dpkg('--purge', 'keyturn');
    expect(existsSync(inRoot('etc/keyturn/keyturn.yaml'))).toBe(false);
    expect(readFileSync(inRoot('etc/keyturn/key'), 'utf8')).toBe(key);
    expect(existsSync(inRoot('var/lib/keyturn/keyturn.sqlite'))).toBe(true);
  } finally {
    claim.release();
  }
});
