import { isAscii } from 'node:buffer';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../scripts/build-package.ts';
import type { DemoMessage } from '../../shared/api/demo.ts';
import { writeSettings } from '../cli/run-command.ts';
import { request, startJourney } from '../scenarios/journey-client.ts';
import { codeIn, holdsCode, until } from '../scenarios/start-keyturn.ts';
import { claimFreePort } from '../servers/free-address.ts';
import { run as runProgram, runUnchecked, type ServerProcess, startProcess } from '../servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';

let folder: string;
/** Where it is installed: nothing of the source tree is beside it. */
let installed: string;
beforeAll(async () => {
  folder = await createScratchFolder('installed');
  installed = join(folder, 'keyturn');
  await buildPackage(join(folder, 'built'), '7.8.9');
  cpSync(join(folder, 'built'), installed, { recursive: true });
});
afterAll(() => removeScratchFolder(folder));

const keyturn = (...args: string[]) => runProgram(process.execPath, [join(installed, 'bin', 'keyturn.js'), ...args], { timeoutMs: 60_000 });

describe('what is installed', () => {
  it('has no sources, no tests and no library but those with compiled parts', () => {
    expect(readdirSync(installed).sort()).toEqual([
      'LICENSE',
      'THIRD-PARTY-LICENSES',
      'bin',
      'dist',
      'locales',
      'node_modules',
      'package.json',
      'server',
    ]);
    expect(readdirSync(join(installed, 'node_modules')).sort()).toEqual(['@node-rs', 'better-sqlite3']);
    expect(readdirSync(join(installed, 'server')).filter((name) => !name.endsWith('.js'))).toEqual([]);
  });

  it('is ASCII alone, of which the memory takes one octet for each character and not two', () => {
    const files = readdirSync(join(installed, 'server')).map((name) => readFileSync(join(installed, 'server', name)));
    expect(files.length).toBeGreaterThan(2);
    expect(files.filter((text) => !isAscii(text))).toEqual([]);
  });

  it('names what it is built from with its licences', () => {
    const licences = readFileSync(join(installed, 'THIRD-PARTY-LICENSES'), 'utf8');
    for (const library of ['fastify', 'kysely', 'ldapts', 'react', '@mantine/core', 'zod'])
      expect(licences).toMatch(new RegExp(`^${library} \\d`, 'm'));
    expect(licences).toContain('Permission is hereby granted');
  });

  it('knows its version, its commands and what it lacks', async () => {
    expect((await keyturn('--version')).stdout.trim()).toBe('7.8.9');
    expect((await keyturn('--help')).stdout).toContain('serve');
    await expect(keyturn('demo', '--directory', 'openldap', '--data', join(folder, 'never'))).rejects.toThrow(/source/);
    expect(existsSync(join(folder, 'never', 'keyturn.sqlite'))).toBe(false);
  });

  it('finds out by itself what it runs on', async () => {
    const said = await runUnchecked(process.execPath, [join(installed, 'bin', 'keyturn.js'), 'doctor', '--config', writeSettings(folder)]);
    expect(said.stdout).toContain(`Node.js ${process.versions.node}`);
    expect(said.stdout + said.stderr).not.toContain('unexpected');
  });

  it('serves its pages and a whole reset, with the threads that judge passwords and keep the database small', async () => {
    const claim = await claimFreePort();
    let server: ServerProcess | null = null;
    try {
      server = await startProcess({
        command: process.execPath,
        args: [join(installed, 'bin', 'keyturn.js'), 'demo', '--port', String(claim.port), '--data', join(folder, 'data')],
        logFile: join(folder, 'log'),
      });
      const url = `http://127.0.0.1:${claim.port}`;
      const isReady = () =>
        fetch(`${url}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        );
      await until(isReady, 'it to be ready', 60_000);
      expect(await (await fetch(url)).text()).toContain('<div id="root"');
      const journey = await startJourney(url, 'alice');
      await journey.answer({ option: 'email' });
      const mails = async () => (await request(url, 'GET', '/demo/messages')).body as unknown as DemoMessage[];
      await until(async () => (await mails()).some(holdsCode), 'a code');
      await journey.answer({ code: codeIn((await mails()).find(holdsCode) as DemoMessage) });
      await journey.answer({ option: 'totp' });
      const shown = (await request(url, 'GET', '/demo/authenticator/alice')).body as unknown as { code: string };
      await journey.answer({ code: shown.code });
      await until(async () => {
        const { body } = await journey.call('GET', '/journeys/current');
        if (body.step !== undefined) journey.step = body.step;
        return journey.step.kind === 'new-password';
      }, 'the new password to be asked for');
      // While its thread is starting the strength is not told.
      const strength = async () =>
        (await journey.call('POST', '/journeys/current/password-check', { password: 'a Quiet harbour at noon 7' })).body.strength ?? 0;
      await until(async () => (await strength()) > 2, 'the strength to be told');
      await journey.answer({ password: 'a Quiet harbour at noon 7' });
      await until(async () => {
        const { body: now } = await journey.call('GET', '/journeys/current');
        return now.step?.kind === 'done';
      }, 'the end');
    } finally {
      await server?.stop();
      claim.release();
    }
    expect(readFileSync(join(folder, 'log'), 'utf8')).not.toMatch(/failed|error/i);
  });
});
