import { cpSync, existsSync } from 'node:fs';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { configurationDocument } from '../cli/run-command.ts';
import { claimFreePort } from '../servers/free-address.ts';
import { type RunResult, run, startReadyProcess } from '../servers/processes.ts';
import { cacheFolder, createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';

const USER = 10_001;

let folder: string;
const buildah = (...args: string[]): Promise<RunResult> =>
  run('buildah', ['--root', join(folder, 'store'), '--runroot', join(folder, 'run'), ...args], {
    // Neither a driver for layers nor a network of containers is asked of the machine.
    env: { STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot' },
    timeoutMs: 600_000,
  });

beforeAll(async () => {
  folder = await createScratchFolder('container');
});
afterAll(() => removeScratchFolder(folder));

/** A system as the base image has it, made once on this machine: nothing is fetched from a registry of images. */
async function debian(): Promise<string> {
  const kept = join(cacheFolder(), 'debian-bookworm');
  if (!existsSync(kept)) {
    const fresh = join(folder, 'debian');
    await run('debootstrap', ['--variant=minbase', 'bookworm', fresh], { timeoutMs: 600_000 });
    await rename(fresh, kept).catch(async () => {
      await rm(kept, { recursive: true, force: true });
      cpSync(fresh, kept, { recursive: true });
    });
  }
  return kept;
}

it('the image is built by its file, holds no key, and serves as its own user with settings and data from outside', async () => {
  const context = join(folder, 'context');
  cpSync('packaging/container', context, { recursive: true });
  await run('sh', ['scripts/build-deb.sh', context, '0.1.0'], { env: { KEYTURN_DEB_COMPRESSION: '-Znone' }, timeoutMs: 600_000 });
  const base = (await buildah('from', 'scratch')).stdout.trim();
  await buildah('add', base, await debian(), '/');
  await buildah('commit', base, 'debian:bookworm-slim');
  await buildah('build', '--pull=never', '--tag', 'keyturn', context);

  const container = (await buildah('from', '--pull=never', 'keyturn')).stdout.trim();
  const [settings, data] = [join(folder, 'settings'), join(folder, 'data')];
  for (const place of [settings, data]) {
    await mkdir(place, { mode: 0o700 });
    await chown(place, USER, USER);
  }
  const mounts = ['--volume', `${settings}:/etc/keyturn`, '--volume', `${data}:/var/lib/keyturn`];
  const inside = async (...command: string[]) => (await buildah('run', ...mounts, container, '--', ...command)).stdout.trim();

  expect((await buildah('run', container, '--', 'sh', '-c', 'ls /etc/keyturn; id -u')).stdout.trim().split('\n')).toEqual([
    'keyturn.yaml',
    String(USER),
  ]);
  await inside('keyturn', 'key', 'create', '/etc/keyturn/key');
  const claim = await claimFreePort();
  await writeFile(
    join(settings, 'keyturn.yaml'),
    stringify({
      listen: { host: '127.0.0.1', port: claim.port },
      dataDirectory: '/var/lib/keyturn',
      keys: [{ id: 'main', secret: 'file:/etc/keyturn/key' }],
      configuration: configurationDocument(),
    }),
  );
  await chown(join(settings, 'keyturn.yaml'), USER, USER);

  const [command, ...args] = ['buildah', '--root', join(folder, 'store'), '--runroot', join(folder, 'run'), 'run', ...mounts, container];
  const server = await startReadyProcess(
    'keyturn in a container',
    {
      command: command ?? '',
      args: [...args, '--', '/usr/bin/keyturn', 'serve', '--config', '/etc/keyturn/keyturn.yaml'],
      env: { STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot' },
      logFile: join(folder, 'log'),
    },
    async () => expect((await fetch(`http://127.0.0.1:${claim.port}/readyz`)).status).toBe(200),
  );
  try {
    expect(existsSync(join(data, 'keyturn.sqlite'))).toBe(true);
  } finally {
    await server.stop();
    claim.release();
  }
});
