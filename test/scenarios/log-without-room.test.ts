import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configurationDocument, writeSettings } from '../cli/run-command.ts';
import { claimFreePort } from '../servers/free-address.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { until } from './start-keyturn.ts';

let folder: string;
beforeEach(async () => {
  folder = await createScratchFolder('full-log');
});
afterEach(() => removeScratchFolder(folder));

// /dev/full: each write fails as on a disk without room (full(4)).
it('a server whose log and output have no room on their disk starts, serves, and stops when it is asked to', async () => {
  const claim = await claimFreePort();
  const full = openSync('/dev/full', 'w');
  const settings = writeSettings(folder, { listen: { port: claim.port }, logLevel: 'debug', configuration: configurationDocument() });
  const server = spawn(process.execPath, ['bin/keyturn.js', '--config', settings, 'serve'], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', full, full],
  });
  const ended = once(server, 'exit');
  try {
    const answers = (path: string) =>
      fetch(`http://127.0.0.1:${claim.port}${path}`).then(
        ({ status }) => status,
        () => 0,
      );
    await until(async () => (await answers('/readyz')) === 200, 'it to be ready', 30_000);
    for (let asked = 0; asked < 20; asked += 1) expect(await answers('/api/v1/journeys/current')).toBe(401);
    expect(server.exitCode).toBeNull();
    server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    server.kill('SIGKILL');
    claim.release();
  }
});
