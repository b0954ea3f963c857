import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tryClaim } from './claims.ts';
import { claimFreeAddress, claimFreePort } from './free-address.ts';
import { isGroupAlive, run, startReadyProcess, waitUntilReady } from './processes.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';

it('names the package of a program that is missing', async () => {
  await expect(run('/nowhere/slapd', [])).rejects.toThrow('slapd is not installed: apt-get install slapd');
});

it('tells what a program said when it fails', async () => {
  await expect(run('sh', ['-c', 'echo broken >&2; exit 3'])).rejects.toThrow(/exit code 3: broken/);
});

it('shows the log of a server that ends instead of getting ready, and leaves no process', async () => {
  const folder = await createScratchFolder('processes');
  const start = startReadyProcess(
    'server',
    { command: 'sh', args: ['-c', 'echo cannot listen; exit 1'], logFile: join(folder, 'log') },
    () => Promise.reject(new Error('not there')),
  );
  await expect(start).rejects.toThrow(/server ended before it was ready.*cannot listen/s);
  await removeScratchFolder(folder);
});

it('ends the servers of a test run that is killed, and removes their folders', async () => {
  const folder = await createScratchFolder('orphan');
  // A run of its own starts a "server" with a child of its own, prints their group, and is killed.
  const script = `
    import { startProcess } from ${JSON.stringify(join(import.meta.dirname, 'processes.ts'))};
    const options = { command: 'sh', args: ['-c', 'sleep 600 & wait'], logFile: ${JSON.stringify(join(folder, 'log'))} };
    const server = await startProcess({ ...options, folder: ${JSON.stringify(folder)} });
    console.log(server.pid);
    setInterval(() => {}, 1000);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const group = Number(line.toString());
  expect(isGroupAlive(group)).toBe(true);
  parent.kill('SIGKILL');
  await waitUntilReady('clean-up', () => {
    const gone = !isGroupAlive(group) && !existsSync(folder);
    return gone ? Promise.resolve() : Promise.reject(new Error('still there'));
  });
});

it('never gives the same port, address or name twice', async () => {
  const ports = await Promise.all([claimFreePort(), claimFreePort(), claimFreePort()]);
  expect(new Set(ports.map(({ port }) => port)).size).toBe(3);
  const addresses = await Promise.all([claimFreeAddress(), claimFreeAddress()]);
  expect(addresses[0].address).not.toBe(addresses[1].address);
  expect(await tryClaim(`address-${addresses[0].address}`)).toBeUndefined();
  for (const claim of [...ports, ...addresses]) claim.release();
});
