import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const program = `const { refuseDebugLog } = await import(${JSON.stringify(join(import.meta.dirname, 'refuse-debug-log.ts'))});
try { refuseDebugLog(); console.log('allowed'); } catch (error) { console.log(error.code); }`;

it.each([
  ['', 'allowed'],
  ['http,tls', 'allowed'],
  ['ldapts', 'settings.invalid'],
  ['http,LDAPTS', 'settings.invalid'],
  ['*', 'settings.invalid'],
])('NODE_DEBUG=%s is %s', async (nodeDebug, expected) => {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, NODE_DEBUG: nodeDebug },
  });
  expect(stdout.trim()).toBe(expected);
});
